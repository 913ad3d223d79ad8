//! All background fetches of the registration.

use crate::fetch::Fetch;
use crate::ids::{FetchId, RecordId};
use crate::record::Record;
use crate::state::FetchState;

/// In the order of their creation, which is that of their names.
#[derive(Debug, Default)]
pub(crate) struct Fetches {
    all: Vec<Fetch>,
    /// The last ones that are over.
    finished: Vec<FetchState>,
}

impl Fetches {
    /// Adds one, which is newer than all others.
    pub(crate) fn push(&mut self, fetch: Fetch) {
        self.all.push(fetch);
    }

    pub(crate) fn get(&self, id: FetchId) -> Option<&Fetch> {
        self.all.get(self.place(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: FetchId) -> Option<&mut Fetch> {
        let place = self.place(id)?;
        self.all.get_mut(place)
    }

    pub(crate) fn record(&self, id: RecordId) -> Option<&Record> {
        self.get(id.fetch)?.record(id.index)
    }

    pub(crate) fn record_mut(&mut self, id: RecordId) -> Option<&mut Record> {
        self.get_mut(id.fetch)?.record_mut(id.index)
    }

    pub(crate) fn by_uid(&self, uid: &str) -> Option<&Fetch> {
        self.all.iter().find(|fetch| fetch.row.uid == uid)
    }

    pub(crate) fn by_uid_mut(&mut self, uid: &str) -> Option<&mut Fetch> {
        self.all.iter_mut().find(|fetch| fetch.row.uid == uid)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Fetch> {
        self.all.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Fetch> {
        self.all.iter_mut()
    }

    pub(crate) fn ids(&self) -> Vec<FetchId> {
        self.all.iter().map(|fetch| fetch.id).collect()
    }

    pub(crate) fn last(&self) -> Option<&Fetch> {
        self.all.last()
    }

    pub(crate) fn remove(&mut self, id: FetchId) -> Option<Fetch> {
        self.place(id).map(|place| self.all.remove(place))
    }

    /// Of one that is over, only its state is kept, and that not for long: who lost the answer to
    /// `fetch()` may ask for it when all is over already, and must not get a second fetch.
    pub(crate) fn forget(&mut self, id: FetchId) {
        if self.finished.len() > FINISHED {
            self.finished.clear();
        }
        let over = self.remove(id);
        self.finished.extend(over.map(|fetch| fetch.state()));
    }

    /// The last state of a fetch that is over, if it is not long ago.
    pub(crate) fn finished(&self, uid: &str) -> Option<FetchState> {
        self.finished.iter().find(|state| state.uid == uid).cloned()
    }

    pub(crate) fn clear(&mut self) {
        self.all.clear();
    }

    fn place(&self, id: FetchId) -> Option<usize> {
        self.all.binary_search_by_key(&id, |fetch| fetch.id).ok()
    }
}

/// How many fetches are remembered after their end.
const FINISHED: usize = 64;
