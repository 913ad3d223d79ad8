//! What can be told of a background fetch beyond the standard.

use super::Engine;
use crate::fetch::{Fetch, Step};
use crate::outcome::RecordResult;
use crate::record::Phase;
use crate::state::{Condition, Status};
use crate::time::Instant;

impl Engine {
    /// How it is with the newest background fetch of this id that is not over.
    pub fn status(&self, id: &str, now: Instant) -> Option<Status> {
        let known = self.fetches.iter().filter(|fetch| fetch.step != Step::Creating);
        let fetch = known.filter(|fetch| fetch.row.id == id).last()?;
        let (condition, until) = self.condition(fetch, now);
        let results = fetch.records().iter().filter_map(|record| record.row.result);
        let (mut done, mut failed) = (0, 0);
        for result in results {
            *(if result == RecordResult::Success { &mut done } else { &mut failed }) += 1;
        }
        Some(Status {
            uid: fetch.row.uid.clone(),
            title: fetch.row.title.clone(),
            icons: fetch.row.icons.clone(),
            condition,
            next: until.map(|until| until.after(now)),
            requests: fetch.row.records.into(),
            done,
            failed,
        })
    }

    /// What it is at; or what it waits for, and until when, if that is known.
    fn condition(&self, fetch: &Fetch, now: Instant) -> (Condition, Option<Instant>) {
        if fetch.step != Step::Running {
            return (Condition::Finishing, None);
        }
        if self.transfers.iter().any(|one| one.record.fetch == fetch.id) {
            return (Condition::Running, None);
        }
        if fetch.is_paused() {
            let own = fetch.row.paused == Some(true);
            return (if own { Condition::Paused } else { Condition::Held }, None);
        }
        let mut waits = fetch.records().iter().filter_map(|record| {
            let held = || self.servers.held_until(record.server, now);
            match record.phase {
                Phase::Pending | Phase::Held => {
                    let until = held();
                    let server = until.is_some();
                    Some((until, if server { Condition::Server } else { Condition::Turn }))
                }
                Phase::Waiting { until, .. } => Some((Some(until), Condition::Retry)),
                Phase::Verifying { .. } | Phase::Settling => Some((None, Condition::Finishing)),
                Phase::Running | Phase::Settled { .. } => None,
            }
        });
        let first = waits.next().map(|first| waits.fold(first, earlier));
        match first {
            // Whatever it waits for else, it waits for that, too.
            Some((until, condition)) if condition != Condition::Finishing && !self.online => {
                (Condition::Offline, until)
            }
            Some((until, condition)) => (condition, until),
            None => (Condition::Finishing, None),
        }
    }
}

type Wait = (Option<Instant>, Condition);

/// What has no time goes on at once.
fn earlier(one: Wait, other: Wait) -> Wait {
    if other.0 < one.0 { other } else { one }
}
