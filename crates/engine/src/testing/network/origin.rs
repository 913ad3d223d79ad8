//! What befalls all files of an origin.

use std::time::Duration;

use super::fault::Fault;
use crate::time::Timestamp;

/// An origin with something to say about all of its files.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// What befalls all requests until then.
    pub outage: Option<(Timestamp, Fault)>,
    /// It answers 503, or whatever is `beyond`, to whoever comes on more connections at a time than these.
    pub bears: Option<usize>,
    /// What befalls those in the place of that.
    pub beyond: Option<Fault>,
    /// Bytes a second of the line that all of its connections share; `None` where each has its own.
    pub line: Option<u64>,
    /// Until when that line is taken, since the beginning.
    taken: Duration,
    /// When requests came.
    pub times: Vec<Timestamp>,
}

impl Origin {
    /// What befalls a request that comes on the last of so many connections.
    pub(super) fn fault(&mut self, connections: usize, now: Timestamp) -> Option<Fault> {
        self.times.push(now);
        let outage = self.outage.filter(|(until, _)| now < *until).map(|(_, fault)| fault);
        let full = self.bears.is_some_and(|most| connections > most);
        let beyond = self.beyond.unwrap_or(Fault::Status(503, None));
        outage.or_else(|| full.then_some(beyond))
    }

    /// How long so many bytes take that are sent now, after all that others are sent already.
    pub(crate) fn takes(&mut self, now: Duration, bytes: u64) -> Duration {
        let Some(line) = self.line else { return Duration::ZERO };
        let millis = u128::from(bytes) * 1000 / u128::from(line.max(1));
        let time = Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX));
        self.taken = self.taken.max(now).saturating_add(time);
        self.taken - now
    }
}

/// The origin of a URL that has a path.
pub fn origin_of(url: &str) -> &str {
    url.match_indices('/').nth(2).and_then(|(end, _)| url.get(..end)).unwrap_or(url)
}
