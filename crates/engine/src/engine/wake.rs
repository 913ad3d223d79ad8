//! What goes on when its time has come, or the network is back.

use super::Engine;
use crate::fetch::Fetch;
use crate::ids::{RecordId, TransferId};
use crate::queue::Subject;
use crate::record::{Event, Phase};
use crate::time::Instant;
use crate::transfer::Transfer;
use crate::trouble::Trouble;

impl Engine {
    pub(super) fn set_online(&mut self, online: bool) {
        self.online = online;
        if !online {
            return;
        }
        // A server that named a time is not asked before it.
        self.servers.back_online();
        for id in self.schedule.waiting() {
            self.end_wait(id, |_, trouble| trouble.named_wait().is_none());
        }
    }

    /// The time asked for has come, for one or several things.
    pub(super) fn woken(&mut self) {
        let now = self.now.monotonic;
        while let Some(subject) = self.schedule.due(now) {
            match subject {
                // Its records are released with whatever happens.
                Subject::Server(_) => {}
                Subject::Record(id) => self.end_wait(id, |until, _| until <= now),
                Subject::Fetch(id) => {
                    self.look_later(id, Fetch::woken);
                    self.show_progress(id);
                }
            }
        }
        self.transfers.iter_mut().for_each(|one| one.forgive_suspension(now));
        for id in self.overdue(Transfer::stalls_at) {
            self.of_transfer(id, Event::Stalled(id));
        }
        for id in self.overdue(Transfer::hedged_at) {
            if self.may_hedge() {
                self.of_transfer(id, Event::Silent(id));
            }
        }
    }

    /// The transfers whose `time` has come.
    fn overdue(&self, time: fn(&Transfer) -> Option<Instant>) -> Vec<TransferId> {
        let mut overdue = Vec::new();
        for transfer in self.transfers.iter() {
            if time(transfer).is_some_and(|at| at <= self.now.monotonic) {
                overdue.push(transfer.id);
            }
        }
        overdue
    }

    /// Lets a record that waits, and for which `over` holds, be tried again.
    fn end_wait(&mut self, id: RecordId, over: impl Fn(Instant, Trouble) -> bool) {
        let Some(record) = self.fetches.record_mut(id) else { return };
        match record.phase {
            Phase::Waiting { until, trouble } if over(until, trouble) => {
                record.phase = Phase::Pending;
                self.enqueue(id);
            }
            _ => {}
        }
    }
}
