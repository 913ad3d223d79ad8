//! Rows: the transactions of the meta store.

use background_fetch_engine::ports::StoreError;
use background_fetch_engine::snapshot::{Snapshot, Stage, Write};

use crate::oracle::writes;
use crate::world::bug::{Bug, later};
use crate::world::worker::Worker;

pub(super) fn take_over(worker: &Worker) -> Result<(u64, Vec<Snapshot>), StoreError> {
    let world = &worker.world;
    let (epoch, mut snapshots) = world.base.meta.take_over()?;
    world.slips.mistake_rows(&mut snapshots);
    let mut facts = world.oracle.facts.borrow_mut();
    (facts.owner, facts.able_since) = (worker.number, world.base.clock.monotonic());
    world.lives.epoch.set(epoch);
    Ok((epoch, snapshots))
}

pub(super) fn commit(worker: &Worker, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
    let slips = &worker.world.slips;
    let epoch = if slips.has(Bug::NoFence) { worker.world.lives.epoch.get() } else { epoch };
    if slips.has(Bug::DeliverBeforePersist) && writes::endings(writes).next().is_some() {
        let (own, writes) = (worker.clone(), writes.to_vec());
        later(worker, move || commit_now(&own, epoch, &writes));
        return Ok(());
    }
    commit_now(worker, epoch, &slips.mistake_writes(writes))
}

fn commit_now(worker: &Worker, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
    writes::expect_entries_gone(&worker.world.oracle, writes);
    worker.world.base.meta.commit(epoch, writes)?;
    writes::written(&worker.world.oracle, worker.number, writes);
    worker.world.tasks.changed();
    Ok(())
}

pub(super) fn show(writes: &[Write]) -> String {
    let names: Vec<_> = writes.iter().map(show_one).collect();
    names.join(", ")
}

fn show_one(write: &Write) -> String {
    match write {
        Write::PutFetch(row) => match row.stage {
            Stage::Active => format!("{} active", row.uid),
            _ => format!("{} ended: {:?}", row.uid, row.failure_reason),
        },
        Write::PutOver(row, _) => format!("{} over: {:?}", row.uid, row.failure_reason),
        Write::PutRecord(row) => {
            let head = row.head.as_ref().map(|head| head.status);
            format!(
                "{}/{} head {head:?} attempts {} {:?}",
                row.uid, row.index, row.attempts, row.result
            )
        }
        Write::PutSegment(row) => format!("{} from {} of {}", row.entry.0, row.start, row.length),
        Write::DeleteSegments { uid, index } => format!("{uid}/{index} without segments"),
        Write::DeleteFetch { uid, kept: false } => format!("without {uid}"),
        Write::DeleteFetch { uid, kept: true } => format!("without {uid}, but for its records"),
    }
}
