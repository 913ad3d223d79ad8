//! The stores, in memory.
//!
//! A store and its clones share what is stored, so a crash is to drop the engine and to give the
//! next one a clone. Every operation takes effect at once, or fails as it was told to.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::integrity::Check;
use crate::ports::{Piece, StoreError};
use crate::snapshot::{EntryKey, FetchRow, RecordRow, SegmentRow, Snapshot, Write};

/// Entries of bytes.
#[derive(Debug, Clone, Default)]
pub struct MemoryBodyStore {
    entries: Rc<RefCell<BTreeMap<EntryKey, Vec<u8>>>>,
    fault: Rc<RefCell<Option<StoreError>>>,
    quota: Rc<Cell<Option<u64>>>,
}

impl MemoryBodyStore {
    /// See [`BodyStore::put`](crate::ports::BodyStore::put).
    pub fn put(&self, entry: &EntryKey, chunks: &[Vec<u8>]) -> Result<u64, StoreError> {
        if let Some(error) = self.fault.take() {
            return Err(error);
        }
        let bytes = chunks.concat();
        let length = length_of(&bytes);
        if self.quota.get().is_some_and(|quota| self.used_without(entry) + length > quota) {
            return Err(StoreError::Quota);
        }
        self.entries.borrow_mut().insert(entry.clone(), bytes);
        Ok(length)
    }

    /// See [`BodyStore::entries`](crate::ports::BodyStore::entries).
    pub fn entries(&self) -> Vec<EntryKey> {
        self.entries.borrow().keys().cloned().collect()
    }

    /// See [`BodyStore::length`](crate::ports::BodyStore::length).
    pub fn length(&self, entry: &EntryKey) -> Option<u64> {
        self.entries.borrow().get(entry).map(|bytes| length_of(bytes))
    }

    /// See [`BodyStore::after`](crate::ports::BodyStore::after).
    pub fn after(
        &self,
        pieces: &[Piece],
        chunks: &[Vec<u8>],
    ) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        let mut expected = Vec::new();
        for Piece { entry, start, length } in pieces {
            let missing = || StoreError::Failed("an entry is missing".to_owned());
            let bytes = self.bytes(entry).ok_or_else(missing)?;
            let (start, length) = (*start as usize, *length as usize);
            expected.extend(bytes.iter().skip(start).take(length));
        }
        let rest = chunks.concat().strip_prefix(expected.as_slice()).map(<[u8]>::to_vec);
        Ok(rest.map(|rest| if rest.is_empty() { Vec::new() } else { vec![rest] }))
    }

    /// See [`BodyStore::check`](crate::ports::BodyStore::check).
    pub fn check(&self, entries: &[EntryKey], integrity: &str) -> Result<bool, StoreError> {
        let Some(mut check) = Check::new(integrity, decode_base64) else { return Ok(true) };
        for entry in entries {
            let missing = || StoreError::Failed("an entry is missing".to_owned());
            check.update(&self.bytes(entry).ok_or_else(missing)?);
        }
        Ok(check.matches())
    }

    /// See [`BodyStore::delete`](crate::ports::BodyStore::delete).
    pub fn delete(&self, entries: &[EntryKey]) {
        self.entries.borrow_mut().retain(|entry, _| !entries.contains(entry));
    }

    /// The bytes of an entry.
    pub fn bytes(&self, entry: &EntryKey) -> Option<Vec<u8>> {
        self.entries.borrow().get(entry).cloned()
    }

    /// The next put fails with `error`.
    pub fn fail_next_put(&self, error: StoreError) {
        self.fault.replace(Some(error));
    }

    /// Puts fail that would bring the sum of all entries above `bytes`.
    pub fn set_quota(&self, bytes: Option<u64>) {
        self.quota.set(bytes);
    }

    /// Cuts an entry short, as a browser may whose worker dies at the wrong time.
    pub fn truncate(&self, entry: &EntryKey, length: usize) {
        if let Some(bytes) = self.entries.borrow_mut().get_mut(entry) {
            bytes.truncate(length);
        }
    }

    fn used_without(&self, entry: &EntryKey) -> u64 {
        let entries = self.entries.borrow();
        entries.iter().filter(|(key, _)| *key != entry).map(|(_, bytes)| length_of(bytes)).sum()
    }
}

/// See [`DecodeBase64`](crate::integrity::DecodeBase64).
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    data_encoding::BASE64.decode(text.as_bytes()).ok()
}

fn length_of(bytes: &[u8]) -> u64 {
    bytes.len() as u64
}

/// Rows, of which each may be damaged, and the keys of request bodies.
#[derive(Debug, Clone, Default)]
pub struct MemoryMetaStore {
    rows: Rc<RefCell<Rows>>,
    fault: Rc<RefCell<Option<StoreError>>>,
}

/// `None` is a row that does not decode.
#[derive(Debug, Default)]
struct Rows {
    epoch: u64,
    fetches: BTreeMap<String, Option<FetchRow>>,
    records: BTreeMap<(String, u32), Option<RecordRow>>,
    segments: BTreeMap<(String, u32, u64), Option<SegmentRow>>,
    bodies: BTreeSet<(String, u32)>,
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
            Write::DeleteFetch { uid } => {
                self.fetches.remove(uid);
                self.records.retain(|(of, _), _| of != uid);
                self.segments.retain(|(of, _, _), _| of != uid);
                self.bodies.retain(|(of, _)| of != uid);
            }
        }
    }

    /// Removes what belongs to no fetch that can be read.
    fn sweep(&mut self) {
        self.fetches.retain(|_, row| row.is_some());
        let fetches = &self.fetches;
        self.records.retain(|(uid, _), _| fetches.contains_key(uid));
        self.segments.retain(|(uid, _, _), _| fetches.contains_key(uid));
        self.bodies.retain(|(uid, _)| fetches.contains_key(uid));
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
        self.fetches.values().flatten().map(of).collect()
    }
}
