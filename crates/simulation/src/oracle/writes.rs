//! What must hold when rows are written, and entries removed.

use background_fetch_engine::snapshot::{EntryKey, FetchRow, SegmentRow, Stage, Write};
use background_fetch_engine::testing::world::Operation;

use crate::oracle::Oracle;
use crate::oracle::bytes::is_shown;
use crate::oracle::facts::{Ending, Facts, FetchFacts, owner};
use crate::oracle::servers;
use crate::plan::twist::Trouble;

/// An operation goes wrong.
pub(crate) fn trouble(oracle: &Oracle, operation: &Operation<'_>, trouble: Trouble) {
    let mut facts = oracle.facts.borrow_mut();
    let fails = matches!(trouble, Trouble::Fails | Trouble::Quota);
    match operation {
        Operation::Put { .. } | Operation::PutBody(_) => match trouble {
            Trouble::Short | Trouble::Fails => facts.store_troubles += 1,
            Trouble::Quota => facts.quota = true,
            Trouble::Slow(_) => {}
        },
        // One that is slow makes the response look silent.
        Operation::Compare(_) => {
            facts.store_troubles += 1;
            facts.compare_troubles += 1;
        }
        Operation::Delete(_) => facts.delete_troubles += u64::from(fails),
        Operation::Verify(_) => facts.check_troubles += u64::from(fails),
        Operation::Commit(writes) if fails => {
            facts.quota |= trouble == Trouble::Quota;
            facts.store_troubles += u64::from(trouble == Trouble::Fails);
            note_failed_commit(&mut facts, writes);
        }
        _ => {}
    }
}

fn note_failed_commit(facts: &mut Facts, writes: &[Write]) {
    facts.commit_troubles += 1;
    for (uid, _) in endings(writes) {
        if let Some(fetch) = facts.fetches.get_mut(uid) {
            fetch.unwritten = true;
        }
    }
}

/// Rows are about to be written: those of a success go after its entries.
pub(crate) fn expect_entries_gone(oracle: &Oracle, writes: &[Write]) {
    let facts = oracle.facts.borrow();
    // A row that could not be removed may speak of an entry that the engine has forgotten.
    if facts.delete_troubles + facts.commit_troubles > 0 {
        return;
    }
    // Of a damaged record the entries are swept, like those that no row speaks of.
    let succeeded = |uid: &str| {
        facts
            .fetches
            .get(uid)
            .is_some_and(|fetch| fetch.persisted == Some(None) && !fetch.lost && !fetch.damaged)
    };
    let gone = |row: &SegmentRow| {
        writes.iter().any(
            |write| matches!(write, Write::DeleteFetch { uid, kept: false } if *uid == row.uid),
        )
    };
    oracle.world.meta.for_each_segment(|row| {
        if gone(row) && succeeded(&row.uid) && oracle.world.bodies.length(&row.entry).is_some() {
            let entry = &row.entry.0;
            oracle.violate(|| format!("{entry} is left, and nobody will look for it"));
        }
    });
}

/// Rows are written.
pub(crate) fn written(oracle: &Oracle, worker: u32, writes: &[Write]) {
    let owner = oracle.facts.borrow().owner;
    if worker != owner {
        oracle.violate(|| format!("worker {worker} wrote, but {owner} owns"));
    }
    writes.iter().for_each(|write| note_write(oracle, worker, write));
}

fn note_write(oracle: &Oracle, worker: u32, write: &Write) {
    let mut facts = oracle.facts.borrow_mut();
    match write {
        Write::PutSegment(SegmentRow { entry, length, .. }) => {
            let stored = oracle.world.bodies.length(entry);
            if stored != Some(*length) && !facts.lost.contains(entry) {
                let entry = &entry.0;
                oracle.violate(|| format!("{entry} is recorded as {length}, but is {stored:?}"));
            }
        }
        Write::DeleteFetch { uid, .. } => {
            let Some(fetch) = facts.fetches.get_mut(uid) else { return };
            fetch.deleted = Some(worker);
            expect_delivered(oracle, fetch, uid);
        }
        Write::PutFetch(row) | Write::PutOver(row, _) if row.deliveries == FetchRow::DELIVERED => {
            let Some(fetch) = facts.fetches.get(&row.uid) else { return };
            expect_delivered(oracle, fetch, &row.uid);
            return;
        }
        Write::PutFetch(FetchRow { uid, stage: Stage::Active, .. }) => {
            let fetch = facts.fetches.get_mut(uid);
            note_begin(oracle, worker, fetch, uid);
        }
        _ => {}
    }
    for (uid, ending) in endings(std::slice::from_ref(write)) {
        let Some(fetch) = facts.fetches.get_mut(uid) else { continue };
        match fetch.persisted {
            Some(before) if before != ending && !fetch.unwritten => {
                oracle.violate(|| format!("{uid} ended with {before:?}, and with {ending:?}"));
            }
            _ => {
                fetch.persisted = Some(ending);
                let now = oracle.world.clock.monotonic();
                servers::forget_what_ended(&mut facts.servers, uid, now);
            }
        }
    }
}

fn expect_delivered(oracle: &Oracle, fetch: &FetchFacts, uid: &str) {
    let now = oracle.world.clock.monotonic();
    let given_up = fetch.is_given_up(&oracle.plan.config.delivery, now);
    if !fetch.is_delivered() && !given_up && !fetch.lost {
        oracle.violate(|| format!("{uid} is deleted, but its event was not handled"));
    }
}

/// A call that is repeated because its answer was lost begins nothing anew, unless nobody is left
/// who knows that all is over.
fn note_begin(oracle: &Oracle, worker: u32, fetch: Option<&mut FetchFacts>, uid: &str) {
    let Some(fetch) = fetch else { return };
    fetch.begun.get_or_insert(oracle.world.clock.monotonic());
    if fetch.deleted.is_none() && !fetch.lost {
        return;
    }
    if fetch.deleted == Some(worker) {
        oracle.violate(|| format!("{uid} is over, and begins again"));
    }
    oracle.tally.borrow_mut().strike("begun again after two deaths");
    fetch.deleted = None;
    fetch.persisted = None;
    fetch.deliveries.clear();
    // Nor who knows what was sent.
    fetch.records.iter_mut().for_each(|record| record.orders = 0);
}

/// Entries are about to be removed.
pub(crate) fn deleted(oracle: &Oracle, entries: &[EntryKey]) {
    let mut recorded = Vec::new();
    oracle.world.meta.for_each_segment(|row| {
        if entries.contains(&row.entry) {
            recorded.push(row.clone());
        }
    });
    for row in recorded.iter().filter(|row| is_wanted(oracle, row)) {
        oracle.violate(|| format!("{} is deleted, but recorded", row.entry.0));
    }
    let meta = &oracle.world.meta;
    let items = meta.items();
    let is_kept = |row: &&SegmentRow| items.iter().any(|item| item.uid == row.uid);
    // Of a record that nobody can read, nothing can be.
    let is_readable = |row: &&SegmentRow| meta.record(&row.uid, row.index).is_some();
    for row in recorded.iter().filter(is_kept).filter(is_readable) {
        oracle.violate(|| format!("{} is deleted, but kept", row.entry.0));
    }
    for entry in entries {
        let length = oracle.world.bodies.length(entry).unwrap_or(0);
        oracle.world.holding(owner(entry)).lose(length);
    }
}

/// Whether a segment is of a body that will still be shown to somebody.
fn is_wanted(oracle: &Oracle, row: &SegmentRow) -> bool {
    let facts = oracle.facts.borrow();
    let Some(fetch) = facts.fetches.get(&row.uid) else { return false };
    let record = oracle.world.meta.record(&row.uid, row.index);
    let shown = record.is_some_and(|record| is_shown(record.result));
    // A row that could not be removed is not believed.
    let failed = facts.commit_troubles > 0;
    let wanted = shown && fetch.persisted.is_none() && !failed;
    wanted && !fetch.lost && !facts.lost.contains(&row.entry)
}

/// The outcomes among writes.
pub(crate) fn endings(writes: &[Write]) -> impl Iterator<Item = (&str, Ending)> {
    writes.iter().filter_map(|write| match write {
        Write::PutFetch(row) if row.stage == Stage::Ended => {
            Some((row.uid.as_str(), row.failure_reason))
        }
        _ => None,
    })
}
