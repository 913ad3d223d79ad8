//! Which record is served next, and what happens at what time.

use std::collections::VecDeque;

use crate::config::Config;
use crate::fetch::{Fetch, Fetches};
use crate::ids::{FetchId, RecordId};
use crate::queue::{Queue, Subject};
use crate::record::Phase;
use crate::time::Instant;
use crate::transfer::Transfers;

/// The line for connections, and the times that somebody waits for.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    /// Fetches that have records which wait for a connection, in turn.
    line: VecDeque<FetchId>,
    timers: Queue,
}

impl Schedule {
    /// Lets a fetch that has records waiting stand in line.
    pub(super) fn line_up(&mut self, fetch: &mut Fetch) {
        if !fetch.in_line && fetch.has_pending() {
            fetch.in_line = true;
            self.line.push_back(fetch.id);
        }
    }

    /// Whether anybody stands in line.
    pub(super) fn is_contended(&self) -> bool {
        !self.line.is_empty()
    }

    /// Who gets the next free connection: first records that have none, one of each fetch in turn,
    /// then more parts of large bodies.
    pub(super) fn next(
        &mut self,
        config: &Config,
        fetches: &mut Fetches,
        transfers: &Transfers,
    ) -> Option<RecordId> {
        if transfers.open().count() >= config.connections || !transfers.have_room(config) {
            return None;
        }
        self.next_pending(fetches).or_else(|| next_part(config, fetches, transfers))
    }

    fn next_pending(&mut self, fetches: &mut Fetches) -> Option<RecordId> {
        while let Some(id) = self.line.pop_front() {
            let Some(fetch) = fetches.get_mut(id) else { continue };
            fetch.in_line = false;
            if let Some(index) = fetch.next_pending() {
                self.line_up(fetch);
                return Some(RecordId { fetch: id, index });
            }
        }
        None
    }

    /// Has `subject` looked at again at this time.
    pub(super) fn wake_at(&mut self, time: Instant, subject: Subject) {
        self.timers.push(time.0, subject);
    }

    /// Somebody whose time has come.
    pub(super) fn due(&mut self, now: Instant) -> Option<Subject> {
        let (time, _) = self.timers.first()?;
        if time > now.0 { None } else { self.timers.pop().map(|(_, subject)| subject) }
    }

    /// The first time that anybody waits for.
    pub(super) fn first(&self) -> Option<Instant> {
        self.timers.first().map(|(time, _)| Instant(time))
    }

    /// Forgets times that nobody waits for any more, as far as they come first.
    pub(super) fn prune(&mut self, fetches: &Fetches) {
        while let Some((time, subject)) = self.timers.first() {
            let awaited = match subject {
                Subject::Fetch(id) => fetches.get(id).is_some_and(|fetch| fetch.awaits(time)),
                Subject::Record(id) => fetches.record(id).is_some_and(|record| {
                    matches!(record.phase, Phase::Waiting { until, .. } if until.0 == time)
                }),
            };
            if awaited {
                return;
            }
            self.timers.pop();
        }
    }

    /// The records among those who wait for a time.
    pub(super) fn waiting(&self) -> Vec<RecordId> {
        let record = |subject| match subject {
            Subject::Record(id) => Some(id),
            Subject::Fetch(_) => None,
        };
        self.timers.iter().filter_map(record).collect()
    }
}

/// A record whose body comes in parts, of which one more may come at a time.
fn next_part(config: &Config, fetches: &Fetches, transfers: &Transfers) -> Option<RecordId> {
    let most = config.bypass.as_ref()?.connections;
    let wants = |id: &RecordId| {
        let parts = transfers.of(*id).filter(|one| one.is_open());
        fetches.record(*id).is_some_and(|record| record.bypasses())
            && parts.count() < most
            && fetches.record(*id).is_some_and(|record| record.uncovered(transfers).is_some())
    };
    transfers.iter().map(|one| one.record).find(wants)
}
