//! Entries of bodies, and what goes wrong with all stores.

use background_fetch_engine::ports::StoreError;
use background_fetch_engine::snapshot::EntryKey;
use background_fetch_engine::testing::memory::Content;
use background_fetch_engine::testing::network::Extent;
use background_fetch_engine::testing::world::Operation;

use crate::oracle::writes;
use crate::plan::twist::{self, Trouble};
use crate::world::World;
use crate::world::bug::{Bug, later};
use crate::world::rows;
use crate::world::worker::Worker;

pub(super) async fn begin(worker: &Worker, operation: &Operation<'_>) -> Result<(), StoreError> {
    worker.first_step(|| show(operation)).await;
    take_time(&worker.world, operation).await;
    let Some(trouble) = worker.world.trouble(twist::Operation::of(operation)) else {
        return Ok(());
    };
    writes::trouble(&worker.world.oracle, operation, trouble);
    match (trouble, operation) {
        (Trouble::Fails, _) => Err(StoreError::Failed("by the schedule".to_owned())),
        (Trouble::Quota, _) => Err(StoreError::Quota),
        (Trouble::Slow(millis), _) => {
            worker.world.sleep(millis).await;
            Ok(())
        }
        (Trouble::Short, Operation::Put { entry, .. } | Operation::PutBody(entry)) => {
            worker.world.base.bodies.shorten(entry);
            Ok(())
        }
        (Trouble::Short, _) => Ok(()),
    }
}

/// As long as it always takes, if stores are slow.
async fn take_time(world: &World, operation: &Operation<'_>) {
    let Some((time, rate)) = world.plan.slow_stores.filter(|_| !world.is_calm()) else { return };
    let bytes = match operation {
        Operation::Put { bytes, .. } => *bytes,
        Operation::PutBody(_) | Operation::Commit(_) => 0,
        _ => return,
    };
    let more = bytes.saturating_mul(1000).checked_div(rate).unwrap_or(0);
    world.sleep(time.saturating_add(more)).await;
}

pub(super) fn end(worker: &Worker, operation: &Operation<'_>, failure: Option<&StoreError>) {
    let Some(error) = failure else { return };
    worker.trace(|| format!("  {}: {error:?}", show(operation)));
    match error {
        StoreError::Quota => worker.world.oracle.facts.borrow_mut().quota = true,
        StoreError::Fenced => worker.is_fenced(),
        _ => {}
    }
}

pub(super) fn put(
    worker: &Worker,
    entry: &EntryKey,
    content: Vec<Extent>,
) -> Result<u64, StoreError> {
    let world = &worker.world;
    let given = content.length();
    if world.slips.has(Bug::RecordBeforeEntry) {
        let (own, entry) = (worker.clone(), entry.clone());
        later(worker, move || put_now(&own.world, &entry, content));
        return Ok(given);
    }
    let stored = put_now(world, entry, content)?;
    Ok(if world.slips.has(Bug::TrustLength) { given } else { stored })
}

fn put_now(world: &World, entry: &EntryKey, content: Vec<Extent>) -> Result<u64, StoreError> {
    let stored = world.base.bodies.put(entry, &[content])?;
    lose_some(world);
    Ok(stored)
}

/// An entry is finished: others may get lost now.
fn lose_some(world: &World) {
    let nth = world.finished_entries.get();
    world.finished_entries.set(nth + 1);
    if world.is_calm() {
        return;
    }
    for loss in world.plan.losses.iter().filter(|loss| loss.after == nth) {
        let entries = world.base.bodies.entries();
        let at = loss.which.checked_rem(entries.len() as u64).unwrap_or(0);
        let entry = usize::try_from(at).ok().and_then(|at| entries.get(at));
        if let Some(entry) = entry {
            lose(world, entry, loss.torn);
        }
    }
}

fn lose(world: &World, entry: &EntryKey, torn: bool) {
    let bodies = &world.base.bodies;
    let length = bodies.length(entry).unwrap_or(0);
    if torn {
        bodies.truncate(entry, length / 2);
    } else {
        bodies.delete(std::slice::from_ref(entry));
    }
    world.trace(0, || format!("{} {}", entry.0, if torn { "is torn" } else { "vanishes" }));
    let oracle = &world.oracle;
    oracle.tally.borrow_mut().strike(if torn { "entry torn" } else { "entry vanished" });
    oracle.facts.borrow_mut().lose(entry, length);
}

pub(super) fn delete(worker: &Worker, entries: &[EntryKey]) {
    if worker.world.slips.has(Bug::NeverDelete) {
        return;
    }
    writes::deleted(&worker.world.oracle, entries);
    worker.world.base.bodies.delete(entries);
}

fn show(operation: &Operation<'_>) -> String {
    match operation {
        Operation::Put { entry, .. } => format!("put {}", entry.0),
        Operation::PutBody(entry) => format!("put the body as {}", entry.0),
        Operation::List => "list the entries".to_owned(),
        Operation::Measure(entry) => format!("measure {}", entry.0),
        Operation::Compare(pieces) => format!("compare {} pieces", pieces.len()),
        Operation::Verify(entries) => format!("verify {} entries", entries.len()),
        Operation::Delete(entries) => {
            let names: Vec<_> = entries.iter().map(|entry| entry.0.as_str()).collect();
            format!("delete {}", names.join(", "))
        }
        Operation::TakeOver => "take over".to_owned(),
        Operation::IsKept => "ask whether it is kept".to_owned(),
        Operation::Commit(writes) => format!("commit {}", rows::show(writes)),
    }
}
