//! The library, as `js/offline` has it: rows that say whose records they are.

use crate::outcome::RecordResult;
use crate::snapshot::{EntryKey, FetchRow, RecordRow, SegmentRow, Stage};
use crate::testing::memory::rows::{MemoryMetaStore, Rows};

/// What was a background fetch.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// As it was, but for its stage.
    pub(super) row: FetchRow,
    /// `None` for one that is to go.
    name: Option<String>,
}

/// An item with all that it has.
#[derive(Debug, Clone)]
pub struct KeptItem {
    /// What the app calls it.
    pub name: String,
    /// The unique id of the background fetch.
    pub uid: String,
    /// Its records, in order.
    pub records: Vec<RecordRow>,
    /// Their segments, in order.
    pub segments: Vec<SegmentRow>,
}

impl MemoryMetaStore {
    /// Makes an item of a fetch, in one transaction. Whether that may be: it has succeeded, and is not being deleted. One
    /// that had the name is to go.
    pub fn keep(&self, uid: &str, name: &str) -> bool {
        let mut rows = self.rows.borrow_mut();
        let Some(Some(fetch)) = rows.fetches.get(uid).cloned() else { return false };
        let succeeded = fetch.stage == Stage::Ended && fetch.failure_reason.is_none();
        if !succeeded || fetch.deliveries == FetchRow::DELIVERED || !rows.is_complete(&fetch) {
            return false;
        }
        rows.rid_of(name);
        let row = FetchRow { stage: Stage::Kept, ..fetch };
        rows.kept.insert(uid.to_owned(), Item { row, name: Some(name.to_owned()) });
        true
    }

    /// An item is to go.
    pub fn remove(&self, name: &str) {
        self.rows.borrow_mut().rid_of(name);
    }

    /// What is to go, with the entries that have to go first.
    pub fn refuse(&self) -> Vec<(String, Vec<EntryKey>)> {
        let rows = self.rows.borrow();
        let to_go = |(uid, item): &(&String, &Item)| {
            // A fetch whose event is not over yet still needs them.
            item.name.is_none() && !rows.fetches.contains_key(*uid)
        };
        let uids = rows.kept.iter().filter(to_go).map(|(uid, _)| uid.clone());
        let entries = |uid: &str| rows.segments_of(uid).map(|row| row.entry.clone()).collect();
        uids.map(|uid| (uid.clone(), entries(&uid))).collect()
    }

    /// The entries of one that was to go are gone.
    pub fn forget_refuse(&self, uid: &str) {
        let mut rows = self.rows.borrow_mut();
        if !rows.fetches.contains_key(uid) && rows.kept.get(uid).is_some_and(Item::is_refuse) {
            rows.kept.remove(uid);
            rows.delete_records(uid);
        }
    }

    /// All items that have a name.
    pub fn items(&self) -> Vec<KeptItem> {
        let rows = self.rows.borrow();
        let item = |(uid, item): (&String, &Item)| {
            let own = |row: &&RecordRow| row.uid == *uid;
            Some(KeptItem {
                name: item.name.clone()?,
                uid: uid.clone(),
                records: rows.records.values().flatten().filter(own).cloned().collect(),
                segments: rows.segments_of(uid).cloned().collect(),
            })
        };
        rows.kept.iter().filter_map(item).collect()
    }

    /// Whether the records of a fetch are an item, or those of one that is to go.
    pub fn is_kept(&self, uid: &str) -> bool {
        self.rows.borrow().kept.contains_key(uid)
    }
}

impl Item {
    fn is_refuse(&self) -> bool {
        self.name.is_none()
    }
}

impl Rows {
    fn rid_of(&mut self, name: &str) {
        for item in self.kept.values_mut() {
            if item.name.as_deref() == Some(name) {
                item.name = None;
            }
        }
    }

    /// Whether all of its records are there, and are successes.
    fn is_complete(&self, fetch: &FetchRow) -> bool {
        let own =
            |row: &&RecordRow| row.uid == fetch.uid && row.result == Some(RecordResult::Success);
        self.records.values().flatten().filter(own).count() as u64 == fetch.records.into()
    }

    fn segments_of<'a>(&'a self, uid: &'a str) -> impl Iterator<Item = &'a SegmentRow> {
        self.segments.values().flatten().filter(move |row| row.uid == uid)
    }
}
