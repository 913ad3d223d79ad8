//! Events and notifications: the app inside the worker.

use std::future::pending;
use std::time::Duration;

use background_fetch_engine::snapshot::Stage;
use background_fetch_engine::state::{EventType, FetchResult, FetchState};
use background_fetch_engine::{FailureReason, MatchOptions};

use crate::oracle::facts::{Delivery, owner};
use crate::world::bug::Bug;
use crate::world::worker::Worker;

impl Worker {
    pub(crate) async fn deliver(&self, event: EventType, state: FetchState) {
        if self.is_dead() {
            return pending().await;
        }
        if self.world.bug == Some(Bug::LoseEvent) {
            return self.step().await;
        }
        self.begin(|| format!("{} to {}", event.as_str(), state.uid)).await;
        self.note_event(event, &state);
        let began = self.world.clock.now();
        self.handle_event(event, &state).await;
        self.step().await;
        let late = self.world.clock.now().since(began) >= self.world.plan.config.event_patience;
        let mut facts = self.world.facts.borrow_mut();
        let Some(fetch) = facts.fetches.get_mut(&state.uid) else { return };
        let own = fetch.deliveries.iter_mut().rev().find(|one| one.worker == self.number);
        if let Some(delivery) = own.filter(|_| !late) {
            delivery.finished = true;
        }
        drop(facts);
        self.trace(|| format!("  {} was handled", state.uid));
        self.world.changed();
    }

    /// What must hold when an event is fired.
    fn note_event(&self, event: EventType, state: &FetchState) {
        let world = &self.world;
        world.tally.borrow_mut().deliveries += 1;
        let row = world.meta.fetch(&state.uid);
        let mut facts = world.facts.borrow_mut();
        let Some(fetch) = facts.fetches.get_mut(&state.uid) else {
            return world.violate(|| format!("an event for {}, which nobody asked for", state.uid));
        };
        let durable = row.is_some_and(|row| {
            row.stage == Stage::Ended && row.failure_reason == state.failure_reason
        });
        // A rival may have told it all, and forgotten it.
        let excused = fetch.unwritten || fetch.lost || fetch.deleted.is_some();
        if !durable && !excused {
            world.violate(|| {
                format!("an event for {}, of which the outcome is not durable", state.uid)
            });
        }
        if !fetch.told_by.contains(&self.number) {
            world.violate(|| format!("an event for {} before the realms know", state.uid));
        }
        if fetch.deliveries.iter().any(|one| one.worker == self.number) {
            world.violate(|| format!("two events for {} in one life", state.uid));
        }
        let fits = match state.failure_reason {
            None => event == EventType::Success,
            Some(FailureReason::Aborted) => event == EventType::Abort,
            Some(_) => event == EventType::Fail,
        };
        if !fits {
            world.violate(|| format!("{} for {state:?}", event.as_str()));
        }
        let ending = state.failure_reason;
        let (worker, finished) = (self.number, false);
        fetch.deliveries.push(Delivery { worker, event, ending, finished });
    }

    async fn handle_event(&self, event: EventType, state: &FetchState) {
        let uid = &state.uid;
        let plan = self.world.plan_of(uid);
        let Some(handle) = self.handle() else { return };
        let records = handle.match_all(uid.clone(), None, MatchOptions::default()).await;
        match &records {
            Ok(records) => self.world.look_at_end(self.number, event, state, records),
            Err(error) => {
                self.world.violate(|| format!("no records for the event of {uid}: {error:?}"));
            }
        }
        if plan.updates_ui {
            let _ = handle.update_ui(uid.clone(), Some("done".to_owned()), None).await;
        }
        if plan.handler_hangs && !self.world.is_calm() {
            self.note_end_of_patience(uid);
            return pending().await;
        }
        self.world.clock.sleep(Duration::from_millis(plan.handler_takes)).await;
    }

    fn note_end_of_patience(&self, uid: &str) {
        let mut facts = self.world.facts.borrow_mut();
        facts.fetches.entry(uid.to_owned()).or_default().patience_ended = true;
    }

    pub(crate) async fn tell(&self, state: FetchState) {
        if self.is_dead() {
            return pending().await;
        }
        self.trace(|| {
            let FetchState { uid, downloaded, uploaded, result, failure_reason, .. } = &state;
            format!("{uid}: {downloaded} down, {uploaded} up, {result:?} {failure_reason:?}")
        });
        self.check_progress(&state);
        let settled = state.result != FetchResult::Unsettled;
        if settled {
            self.step().await;
            let mut facts = self.world.facts.borrow_mut();
            if let Some(fetch) = facts.fetches.get_mut(&state.uid) {
                fetch.told_by.insert(self.number);
            }
        }
    }

    /// What must hold of the numbers that an app is shown.
    fn check_progress(&self, state: &FetchState) {
        let world = &self.world;
        let facts = world.facts.borrow();
        let Some(fetch) = facts.fetches.get(&state.uid) else { return };
        let unsettled = state.result == FetchResult::Unsettled;
        if unsettled && fetch.told_by.contains(&self.number) {
            world.violate(|| format!("{} goes on after its end", state.uid));
        }
        if state.uploaded > state.upload_total {
            world.violate(|| format!("{state:?}"));
        }
        // What a rival does to the store, this one does not know; nor what comes late of what a dead
        // one was deleting.
        let late = facts.deletes_late(fetch);
        if self.number != world.lives.owner.get() || facts.rivals > 0 || late {
            return;
        }
        let stored = world.bodies.used_by(|entry| owner(entry) == state.uid);
        let most = stored + fetch.holding.most(world.clock.now()) + fetch.lost_bytes;
        if state.downloaded > most {
            world.violate(|| {
                format!("{} of {most} bytes are told of {}", state.downloaded, state.uid)
            });
        }
    }
}
