//! What is kept: it was whole, and stays so.

use background_fetch_engine::state::RecordState;
use background_fetch_engine::testing::memory::KeptItem;

use crate::oracle::{Oracle, bytes};

/// A handler wanted to keep a fetch, and could, or not.
pub(crate) fn kept(oracle: &Oracle, worker: u32, uid: &str, name: &str, done: bool) {
    let mut facts = oracle.facts.borrow_mut();
    if done {
        oracle.tally.borrow_mut().end("kept");
        facts.kept.insert(name.to_owned(), uid.to_owned());
        return;
    }
    // A newer worker may have had it handled, and deleted it.
    let excused = worker != facts.owner
        || facts
            .fetches
            .get(uid)
            .is_none_or(|fetch| fetch.unwritten || fetch.lost || fetch.damaged);
    if !excused {
        oracle.violate(|| format!("{uid} could not be kept, though its event lasts"));
    }
}

/// Everything is over: there is what was kept last under each name.
pub(crate) fn judge(oracle: &Oracle) {
    let items = oracle.world.meta.items();
    let found: Vec<_> = items.iter().map(|item| (&item.name, &item.uid)).collect();
    let mut wanted: Vec<_> = oracle.facts.borrow().kept.clone().into_iter().collect();
    wanted.sort_by(|one, other| one.1.cmp(&other.1));
    if !found.iter().copied().eq(wanted.iter().map(|(name, uid)| (name, uid))) {
        oracle.violate(|| format!("{found:?} is kept, and not {wanted:?}"));
    }
    items.iter().for_each(|item| judge_item(oracle, item));
}

fn judge_item(oracle: &Oracle, item: &KeptItem) {
    let KeptItem { uid, records, segments, .. } = item;
    let facts = oracle.facts.borrow();
    let damaged = facts.fetches.get(uid).is_some_and(|fetch| fetch.damaged);
    let owner = facts.owner;
    drop(facts);
    if records.len() != oracle.plan_of(uid).records.len() && !damaged {
        oracle.violate(|| format!("{} records of {uid} are kept", records.len()));
    }
    for row in records {
        let own = segments.iter().filter(|segment| segment.index == row.index);
        let record = RecordState {
            uid: uid.clone(),
            index: row.index,
            request: row.request.clone(),
            result: row.result,
            version: row.version,
            head: row.head.clone(),
            segments: own.map(|one| (one.entry.clone(), one.start, one.length)).collect(),
        };
        bytes::look_at(oracle, owner, &record);
    }
}
