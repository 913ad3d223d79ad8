//! Events and notifications: the app inside the worker.

use std::future::pending;
use std::time::Duration;

use background_fetch_engine::MatchOptions;
use background_fetch_engine::state::{EventType, FetchResult, FetchState};
use background_fetch_engine::testing::world::Life;

use crate::oracle::{bytes, events};
use crate::world::bug::Bug;
use crate::world::library;
use crate::world::worker::Worker;

pub(super) async fn fire(worker: &Worker, event: EventType, state: FetchState) {
    if worker.is_dead() {
        return pending().await;
    }
    let world = &worker.world;
    if world.slips.has(Bug::LoseEvent) {
        return worker.step().await;
    }
    worker.first_step(|| format!("{} to {}", event.as_str(), state.uid)).await;
    events::fired(&world.oracle, worker.number, event, &state);
    handle(worker, event, &state).await;
    worker.step().await;
    events::handled(&world.oracle, worker.number, &state.uid);
    worker.trace(|| format!("  {} was handled", state.uid));
    world.tasks.changed();
}

async fn handle(worker: &Worker, event: EventType, state: &FetchState) {
    let (world, uid) = (&worker.world, &state.uid);
    let plan = world.oracle.plan_of(uid);
    let Some(handle) = worker.handle() else { return };
    match handle.match_all(uid.clone(), None, MatchOptions::default()).await {
        Ok(records) => bytes::look_at_end(&world.oracle, worker.number, event, state, &records),
        Err(error) => {
            world.oracle.violate(|| format!("no records for the event of {uid}: {error:?}"));
        }
    }
    if let Some(name) = plan.keeps.filter(|_| event == EventType::Success) {
        library::keep(worker, uid, name).await;
    }
    if plan.updates_ui {
        let _ = handle.update_ui(uid.clone(), Some("done".to_owned()), None).await;
    }
    if world.is_calm() {
        return;
    }
    if plan.handler_hangs {
        return pending().await;
    }
    world.base.clock.sleep(Duration::from_millis(plan.handler_takes)).await;
}

pub(super) async fn notify(worker: &Worker, state: FetchState) {
    if worker.is_dead() {
        return pending().await;
    }
    worker.trace(|| {
        let FetchState { uid, downloaded, uploaded, result, failure_reason, .. } = &state;
        format!("{uid}: {downloaded} down, {uploaded} up, {result:?} {failure_reason:?}")
    });
    let oracle = &worker.world.oracle;
    events::progress(oracle, worker.number, &state);
    if state.result != FetchResult::Unsettled {
        worker.step().await;
        events::notified(oracle, worker.number, &state.uid);
    }
}
