//! The way to the servers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use crate::ports::NetworkError;
use crate::testing::network::origin_of;

/// What keeps requests from their servers, and breaks what is under way. Each may happen several
/// times at once, and is over when all of them are.
#[derive(Debug, Default)]
pub struct Way {
    offline: Cell<u32>,
    mistaken: Cell<bool>,
    away: RefCell<BTreeMap<String, u32>>,
}

impl Way {
    /// Takes the network away.
    pub fn go_offline(&self) {
        self.offline.set(self.offline.get() + 1);
    }

    /// Gives it back, as often as it was taken.
    pub fn go_online(&self) {
        self.offline.set(self.offline.get().saturating_sub(1));
    }

    /// Whether there is a network.
    pub fn is_online(&self) -> bool {
        self.offline.get() == 0
    }

    /// Lets the platform say that there is no network, though there is.
    pub fn set_mistaken(&self, mistaken: bool) {
        self.mistaken.set(mistaken);
    }

    /// Whether the platform says that there is a network.
    pub fn seems_online(&self) -> bool {
        self.is_online() && !self.mistaken.get()
    }

    /// Takes this URL, or all of this origin, out of reach.
    pub fn take_away(&self, place: &str) {
        *self.away.borrow_mut().entry(place.to_owned()).or_default() += 1;
    }

    /// Gives it back, as often as it was taken.
    pub fn give_back(&self, place: &str) {
        if let Some(count) = self.away.borrow_mut().get_mut(place) {
            *count = count.saturating_sub(1);
        }
    }

    /// Gives all back that was taken.
    pub fn clear(&self) {
        self.offline.set(0);
        self.away.borrow_mut().clear();
    }

    /// Whether a request, or a byte of its answer, gets to its end.
    ///
    /// # Errors
    ///
    /// What the browser says otherwise.
    pub fn to(&self, url: &str) -> Result<(), NetworkError> {
        if !self.is_online() {
            return Err(NetworkError::Offline);
        }
        let away = self.away.borrow();
        let is_away = |place: &str| away.get(place).is_some_and(|count| *count > 0);
        let away = is_away(url) || is_away(origin_of(url));
        if away { Err(NetworkError::Unreachable) } else { Ok(()) }
    }
}
