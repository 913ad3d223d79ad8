//! Which record is served next, and what happens at what time.

use crate::config::Config;
use crate::fetch::{Fetch, Fetches};
use crate::ids::{FetchId, RecordId, TransferId};
use crate::queue::{Queue, Subject};
use crate::record::Phase;
use crate::server::{Gate, Servers};
use crate::time::Instant;
use crate::transfer::{Transfer, Transfers};

/// The line for connections, and the times that somebody waits for.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    /// Fetches that have records which wait for a connection, in turn.
    line: Vec<FetchId>,
    timers: Queue,
    /// When to look again for what helps a fetch that has no connection.
    relief_at: Option<Instant>,
}

/// What helps a fetch that has had no connection for too long.
pub(super) enum Relief {
    /// A connection for this record.
    Serve(RecordId),
    /// That of this transfer.
    Take(TransferId),
}

impl Schedule {
    /// Lets a fetch that has records waiting stand in line.
    pub(super) fn line_up(&mut self, fetch: &mut Fetch, gate: &mut Gate<'_>) {
        if !fetch.in_line && fetch.has_pending(gate) {
            fetch.in_line = true;
            self.line.push(fetch.id);
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
        gate: &mut Gate<'_>,
    ) -> Option<RecordId> {
        let transfers = gate.transfers;
        if transfers.open().count() >= config.connections || !transfers.have_room(config) {
            return None;
        }
        let pending = self.next_pending(fetches, gate);
        pending.or_else(|| next_part(config, fetches, gate))
    }

    /// Of a fetch without any connection, if there is one; else of the one whose turn it is.
    fn next_pending(&mut self, fetches: &mut Fetches, gate: &mut Gate<'_>) -> Option<RecordId> {
        while !self.line.is_empty() {
            let without = self.line.iter().position(|id| gate.transfers.open_of(*id) == 0);
            let id = self.line.remove(without.unwrap_or(0));
            let Some(fetch) = fetches.get_mut(id) else { continue };
            fetch.in_line = false;
            let index = fetch.next_pending(gate);
            self.line_up(fetch, gate);
            if !fetch.in_line {
                fetch.starving = None;
            }
            if let Some(index) = index {
                return Some(RecordId { fetch: id, index });
            }
        }
        None
    }

    /// Records without a connection come before more parts of large bodies: those give theirs up at once.
    pub(super) fn one_too_many(
        &self,
        config: &Config,
        fetches: &Fetches,
        gate: &Gate<'_>,
    ) -> Option<Relief> {
        let transfers = gate.transfers;
        if !transfers.have_room(config) {
            return None;
        }
        let full = transfers.open().count() >= config.connections && self.is_contended();
        let crowded = |one: &Transfer| gate.servers.crowded(gate.now).any(|id| id == one.server);
        let split = |one: &Transfer| {
            fetches.record(one.record).is_some_and(|record| record.parts.is_split())
        };
        // The oldest goes on, even if what came beside it has not been answered yet.
        let beside = |one: &&Transfer| {
            let mut open = transfers.of(one.record).filter(|other| other.is_open());
            let follows = open.any(|other| other.id < one.id);
            follows && one.is_streaming() && (full || crowded(one)) && split(one)
        };
        let youngest = transfers.iter().filter(beside).max_by_key(|one| one.id)?;
        Some(Relief::Take(youngest.id))
    }

    /// A fetch that has work gets a connection in the end, whatever others do with theirs: the
    /// youngest of who has most, if that can be gone on with; one more; or, after its turn, that
    /// which brings least.
    pub(super) fn relief(
        &mut self,
        config: &Config,
        fetches: &mut Fetches,
        gate: &mut Gate<'_>,
    ) -> Option<Relief> {
        let (now, transfers) = (gate.now, gate.transfers);
        self.relief_at = None;
        let since = self.starving(fetches, gate)?;
        if since + config.share_after > now {
            self.relief_at = Some(since + config.share_after);
            return None;
        }
        if !transfers.have_room(config) {
            return None;
        }
        if let Some(taken) = youngest_of_most(fetches, transfers) {
            return Some(Relief::Take(taken));
        }
        if transfers.open().count() < config.connections + config.extra_connections {
            return self.next_pending(fetches, gate).map(Relief::Serve);
        }
        self.relief_at = Some(now + config.share_after);
        least_after_its_turn(now, config, fetches, transfers).map(Relief::Take)
    }

    /// Since when the first in line that has no connection has had none.
    fn starving(&self, fetches: &mut Fetches, gate: &mut Gate<'_>) -> Option<Instant> {
        let mut first = None;
        for id in self.line.iter().take(SEEN) {
            let Some(fetch) = fetches.get_mut(*id) else { continue };
            if gate.transfers.open_of(*id) > 0 {
                fetch.starving = None;
            } else if fetch.has_pending(gate) {
                let since = *fetch.starving.get_or_insert(gate.now);
                first = Some(first.map_or(since, |first: Instant| first.min(since)));
            }
        }
        first
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
        let timer = self.timers.first().map(|(time, _)| Instant(time));
        timer.into_iter().chain(self.relief_at).min()
    }

    /// Forgets times that nobody waits for any more, as far as they come first.
    pub(super) fn prune(&mut self, fetches: &Fetches, servers: &Servers) {
        while let Some((time, subject)) = self.timers.first() {
            let awaited = match subject {
                Subject::Fetch(id) => fetches.get(id).is_some_and(|fetch| fetch.awaits(time)),
                Subject::Server(id) => servers.awaits(id, Instant(time)),
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
        let mut waiting = Vec::new();
        self.timers.for_each(|subject| waiting.extend(subject.record()));
        waiting
    }
}

/// Those whose connections may be taken, and what they have got used again.
fn takeable<'a>(
    fetches: &'a Fetches,
    transfers: &'a Transfers,
) -> impl Iterator<Item = &'a Transfer> {
    transfers
        .iter()
        .filter(|one| fetches.record(one.record).is_some_and(|record| record.may_let_go(one)))
}

fn youngest_of_most(fetches: &Fetches, transfers: &Transfers) -> Option<TransferId> {
    let most = |one: &&Transfer| (transfers.open_of(one.record.fetch), one.id);
    let taken = takeable(fetches, transfers).max_by_key(most)?;
    (transfers.open_of(taken.record.fetch) > 1).then_some(taken.id)
}

fn least_after_its_turn(
    now: Instant,
    config: &Config,
    fetches: &Fetches,
    transfers: &Transfers,
) -> Option<TransferId> {
    let over = |one: &&Transfer| now.after(one.began.1) >= config.turn;
    let least = takeable(fetches, transfers).filter(over).min_by_key(|one| one.average_rate(now));
    least.map(|one| one.id)
}

/// A record whose body comes in parts, of which one more may come at a time.
fn next_part(config: &Config, fetches: &Fetches, gate: &Gate<'_>) -> Option<RecordId> {
    let transfers = gate.transfers;
    let wants = |id: &RecordId| {
        let runs = fetches.get(id.fetch).filter(|fetch| !fetch.is_paused());
        runs.and_then(|fetch| fetch.record(id.index)).is_some_and(|record| {
            record.wants_connection(config, transfers)
                && gate.admits(record.server)
                && (record.parts.bypass() || gate.servers.may_gain(record.server, gate.now))
        })
    };
    transfers.iter().map(|one| one.record).find(wants)
}

/// So many of the line are looked at: with more fetches than that, the others have to wait.
const SEEN: usize = 16;
