//! Rows, and what can be wrong with them.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::http::RequestSpec;
use crate::ports::StoreError;
use crate::snapshot::{FetchRow, RecordRow, SegmentRow, Snapshot, Stage, Write};
use crate::testing::memory::library::Item;

/// Rows, of which each may be damaged, and the keys of request bodies.
#[derive(Debug, Clone, Default)]
pub struct MemoryMetaStore {
    pub(super) rows: Rc<RefCell<Rows>>,
    fault: Rc<RefCell<Option<StoreError>>>,
}

/// Of one fetch.
type Requests = Vec<Rc<RequestSpec>>;

/// `None` is a row that does not decode.
#[derive(Debug, Default)]
pub(super) struct Rows {
    epoch: u64,
    pub(super) fetches: BTreeMap<String, Option<FetchRow>>,
    pub(super) records: BTreeMap<(String, u32), Option<RecordRow>>,
    pub(super) segments: BTreeMap<(String, u32, u64), Option<SegmentRow>>,
    bodies: BTreeSet<(String, u32)>,
    /// What is left of fetches that are over.
    over: BTreeMap<String, (FetchRow, Option<Requests>)>,
    /// Items of the library, by unique id.
    pub(super) kept: BTreeMap<String, Item>,
}

impl MemoryMetaStore {
    /// See [`MetaStore::take_over`](crate::ports::MetaStore::take_over).
    pub fn take_over(&self) -> Result<(u64, Vec<Snapshot>), StoreError> {
        if let Some(error) = self.fault.take() {
            return Err(error);
        }
        let mut rows = self.rows.borrow_mut();
        rows.epoch += 1;
        rows.sweep();
        Ok((rows.epoch, rows.snapshots()))
    }

    /// See [`MetaStore::commit`](crate::ports::MetaStore::commit).
    pub fn commit(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        if let Some(error) = self.fault.take() {
            return Err(error);
        }
        let mut rows = self.rows.borrow_mut();
        if rows.epoch != epoch {
            return Err(StoreError::Fenced);
        }
        for write in writes {
            rows.apply(write);
        }
        Ok(())
    }

    /// The next call fails with `error`, and does nothing.
    pub fn fail_next(&self, error: StoreError) {
        self.fault.replace(Some(error));
    }

    /// The work that is stored and can be read, without taking the store over.
    pub fn snapshots(&self) -> Vec<Snapshot> {
        let mut all = self.rows.borrow().snapshots();
        all.retain(|one| matches!(one.fetch.stage, Stage::Active | Stage::Ended));
        all
    }

    /// A record that can be read.
    pub fn record(&self, uid: &str, index: u32) -> Option<RecordRow> {
        self.rows.borrow().records.get(&(uid.to_owned(), index)).cloned().flatten()
    }

    /// What is left of fetches that are over.
    pub fn over(&self) -> Vec<FetchRow> {
        self.rows.borrow().over.values().map(|(row, _)| row.clone()).collect()
    }

    /// What one that is over asked for, as far as that is kept.
    pub fn requests_of(&self, uid: &str) -> Option<Requests> {
        self.rows.borrow().over.get(uid)?.1.clone()
    }

    /// Whether no work is stored, readable or not: nothing but the library.
    pub fn is_empty(&self) -> bool {
        let rows = self.rows.borrow();
        rows.fetches.is_empty()
            && rows.records.keys().all(|(uid, _)| rows.kept.contains_key(uid))
            && rows.segments.keys().all(|(uid, _, _)| rows.kept.contains_key(uid))
            && rows.bodies.is_empty()
    }

    /// Calls `look` with each segment.
    pub fn for_each_segment(&self, look: impl FnMut(&SegmentRow)) {
        self.rows.borrow().segments.values().flatten().for_each(look);
    }

    /// The row of a fetch.
    pub fn fetch(&self, uid: &str) -> Option<FetchRow> {
        self.rows.borrow().fetches.get(uid).cloned().flatten()
    }

    /// Stores the body of a request.
    pub fn put_body(&self, uid: &str, index: u32) {
        self.rows.borrow_mut().bodies.insert((uid.to_owned(), index));
    }

    /// Whether the body of a request is there.
    pub fn has_body(&self, uid: &str, index: u32) -> bool {
        self.rows.borrow().bodies.contains(&(uid.to_owned(), index))
    }

    /// Makes the row of a fetch undecodable.
    pub fn damage_fetch(&self, uid: &str) {
        self.rows.borrow_mut().fetches.insert(uid.to_owned(), None);
    }

    /// Makes the row of a record undecodable.
    pub fn damage_record(&self, uid: &str, index: u32) {
        self.rows.borrow_mut().records.insert((uid.to_owned(), index), None);
    }
}

impl Rows {
    fn apply(&mut self, write: &Write) {
        match write {
            Write::PutFetch(row) => {
                self.fetches.insert(row.uid.clone(), Some(row.clone()));
            }
            Write::PutOver(row, requests) => {
                self.over.insert(row.uid.clone(), (row.clone(), requests.clone()));
            }
            Write::PutRecord(row) => {
                self.records.insert((row.uid.clone(), row.index), Some(row.clone()));
            }
            Write::PutSegment(row) => {
                let key = (row.uid.clone(), row.index, row.start);
                self.segments.insert(key, Some(row.clone()));
            }
            Write::DeleteSegments { uid, index } => {
                self.segments.retain(|(of, record, _), _| of != uid || record != index);
            }
            Write::DeleteFetch { uid, kept } => {
                self.fetches.remove(uid);
                self.over.remove(uid);
                self.bodies.retain(|(of, _)| of != uid);
                if !kept {
                    self.delete_records(uid);
                }
            }
        }
    }

    /// Removes what belongs to no fetch that can be read.
    fn sweep(&mut self) {
        self.fetches.retain(|_, row| row.is_some());
        let (fetches, kept) = (&self.fetches, &self.kept);
        let owned = |uid: &String| fetches.contains_key(uid) || kept.contains_key(uid);
        self.records.retain(|(uid, _), _| owned(uid));
        self.segments.retain(|(uid, _, _), _| owned(uid));
        self.bodies.retain(|(uid, _)| owned(uid));
    }

    pub(super) fn delete_records(&mut self, uid: &str) {
        self.records.retain(|(of, _), _| of != uid);
        self.segments.retain(|(of, _, _), _| of != uid);
    }

    fn snapshots(&self) -> Vec<Snapshot> {
        let of = |fetch: &FetchRow| {
            let records = self.records.values().flatten().filter(|row| row.uid == fetch.uid);
            let segments = self.segments.values().flatten().filter(|row| row.uid == fetch.uid);
            Snapshot {
                fetch: fetch.clone(),
                records: records.cloned().collect(),
                segments: segments.cloned().collect(),
            }
        };
        let mut all: Vec<_> = self
            .fetches
            .values()
            .flatten()
            .chain(self.over.values().map(|(row, _)| row))
            .map(of)
            .collect();
        // Those of a fetch whose event is not over yet go with that.
        let kept = self.kept.values().map(|item| &item.row);
        all.extend(kept.filter(|row| !self.fetches.contains_key(&row.uid)).map(of));
        all
    }
}
