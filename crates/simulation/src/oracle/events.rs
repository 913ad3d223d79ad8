//! What must hold when the app is notified: of events, and of progress.

use background_fetch_engine::FailureReason;
use background_fetch_engine::snapshot::Stage;
use background_fetch_engine::state::{EventType, FetchResult, FetchState};

use crate::oracle::Oracle;
use crate::oracle::facts::{Delivery, owner};

/// An event is fired.
pub(crate) fn fired(oracle: &Oracle, worker: u32, event: EventType, state: &FetchState) {
    oracle.tally.borrow_mut().deliveries += 1;
    let row = oracle.world.meta.fetch(&state.uid);
    let mut facts = oracle.facts.borrow_mut();
    let Some(fetch) = facts.fetches.get_mut(&state.uid) else {
        return oracle.violate(|| format!("an event for {}, which nobody asked for", state.uid));
    };
    let durable = row
        .is_some_and(|row| row.stage == Stage::Ended && row.failure_reason == state.failure_reason);
    // A rival may have told it all, and forgotten it.
    let excused = fetch.unwritten || fetch.lost || fetch.deleted.is_some();
    if !durable && !excused {
        oracle
            .violate(|| format!("an event for {}, of which the outcome is not durable", state.uid));
    }
    if !fetch.told_by.contains(&worker) {
        oracle.violate(|| format!("an event for {} before the realms know", state.uid));
    }
    if fetch.deliveries.iter().any(|one| one.worker == worker) {
        oracle.violate(|| format!("two events for {} in one life", state.uid));
    }
    let fits = match state.failure_reason {
        None => event == EventType::Success,
        Some(FailureReason::Aborted) => event == EventType::Abort,
        Some(_) => event == EventType::Fail,
    };
    if !fits {
        oracle.violate(|| format!("{} for {state:?}", event.as_str()));
    }
    let (ending, began) = (state.failure_reason, oracle.world.clock.monotonic());
    fetch.deliveries.push(Delivery { worker, event, ending, began, finished: false });
}

/// Its handlers have come to their end.
pub(crate) fn handled(oracle: &Oracle, worker: u32, uid: &str) {
    let mut facts = oracle.facts.borrow_mut();
    let Some(fetch) = facts.fetches.get_mut(uid) else { return };
    if let Some(delivery) = fetch.deliveries.iter_mut().rev().find(|one| one.worker == worker) {
        delivery.finished = true;
    }
}

/// The realms are about to be notified of the state of a fetch.
pub(crate) fn progress(oracle: &Oracle, worker: u32, state: &FetchState) {
    let facts = oracle.facts.borrow();
    let Some(fetch) = facts.fetches.get(&state.uid) else { return };
    let unsettled = state.result == FetchResult::Unsettled;
    if unsettled && fetch.told_by.contains(&worker) {
        oracle.violate(|| format!("{} goes on after its end", state.uid));
    }
    if state.uploaded > state.upload_total {
        oracle.violate(|| format!("{state:?}"));
    }
    // What a rival does to the store, this one does not know; nor what comes late of what a dead
    // one was deleting.
    let late = facts.deletes_late(fetch);
    if worker != facts.owner || facts.rivals > 0 || late {
        return;
    }
    let world = &oracle.world;
    let stored = world.bodies.used_by(|entry| owner(entry) == state.uid);
    let most = stored + world.holding(&state.uid).most() + fetch.lost_bytes;
    if state.downloaded > most {
        oracle.violate(|| {
            format!("{} of {most} bytes are notified of {}", state.downloaded, state.uid)
        });
    }
}

/// All realms of this worker know the outcome.
pub(crate) fn notified(oracle: &Oracle, worker: u32, uid: &str) {
    if let Some(fetch) = oracle.facts.borrow_mut().fetches.get_mut(uid) {
        fetch.told_by.insert(worker);
    }
}
