//! What befalls all files of an origin.

use super::fault::Fault;
use crate::time::Timestamp;

/// An origin with something to say about all of its files.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// What befalls all requests until then.
    pub outage: Option<(Timestamp, Fault)>,
    /// It answers 503 to whoever comes on more connections at a time than these.
    pub bears: Option<usize>,
    /// When requests came.
    pub times: Vec<Timestamp>,
}

impl Origin {
    /// What befalls a request that comes on the last of so many connections.
    pub(super) fn fault(&mut self, connections: usize, now: Timestamp) -> Option<Fault> {
        self.times.push(now);
        let outage = self.outage.filter(|(until, _)| now < *until).map(|(_, fault)| fault);
        let full = self.bears.is_some_and(|most| connections > most);
        outage.or_else(|| full.then_some(Fault::Status(503, None)))
    }
}

/// The origin of a URL that has a path.
pub fn origin_of(url: &str) -> &str {
    url.match_indices('/').nth(2).and_then(|(end, _)| url.get(..end)).unwrap_or(url)
}
