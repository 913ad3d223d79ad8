//! The stores, in memory.
//!
//! A store and its clones share what is stored, so a crash is to drop the engine and to give the
//! next one a clone. Every operation takes effect at once, or fails as it was told to.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::network::Extent;
use crate::integrity::Check;
use crate::ports::{Piece, StoreError};
use crate::snapshot::{EntryKey, FetchRow, RecordRow, SegmentRow, Snapshot, Write};

/// Entries of bytes.
pub type MemoryBodyStore = BodyEntries<Vec<u8>>;

/// What an entry holds.
pub trait Content: Clone {
    /// The pieces, in order.
    fn join(pieces: &[Self]) -> Self;
    /// In bytes.
    fn length(&self) -> u64;
    /// Loses what follows after so many bytes.
    fn truncate(&mut self, length: u64);
    /// Written out.
    fn bytes(&self) -> Vec<u8>;
}

/// Entries of bytes, or of something that stands for bytes.
#[derive(Debug, Clone)]
pub struct BodyEntries<C> {
    entries: Rc<RefCell<BTreeMap<EntryKey, C>>>,
    fault: Rc<RefCell<Option<StoreError>>>,
    quota: Rc<Cell<Option<u64>>>,
}

impl<C> Default for BodyEntries<C> {
    fn default() -> Self {
        Self { entries: Rc::default(), fault: Rc::default(), quota: Rc::default() }
    }
}

impl<C: Content> BodyEntries<C> {
    /// See [`BodyStore::put`](crate::ports::BodyStore::put).
    pub fn put(&self, entry: &EntryKey, chunks: &[C]) -> Result<u64, StoreError> {
        if let Some(error) = self.fault.take() {
            return Err(error);
        }
        let content = C::join(chunks);
        let length = content.length();
        if self.quota.get().is_some_and(|quota| self.used_without(entry) + length > quota) {
            return Err(StoreError::Quota);
        }
        self.entries.borrow_mut().insert(entry.clone(), content);
        Ok(length)
    }

    /// See [`BodyStore::entries`](crate::ports::BodyStore::entries).
    pub fn entries(&self) -> Vec<EntryKey> {
        self.entries.borrow().keys().cloned().collect()
    }

    /// See [`BodyStore::length`](crate::ports::BodyStore::length).
    pub fn length(&self, entry: &EntryKey) -> Option<u64> {
        self.entries.borrow().get(entry).map(C::length)
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
            let part = bytes.get(start..start.saturating_add(length)).ok_or_else(missing)?;
            expected.extend(part);
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

    /// What an entry holds.
    pub fn content(&self, entry: &EntryKey) -> Option<C> {
        self.entries.borrow().get(entry).cloned()
    }

    /// The bytes of an entry.
    pub fn bytes(&self, entry: &EntryKey) -> Option<Vec<u8>> {
        self.entries.borrow().get(entry).map(C::bytes)
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
    pub fn truncate(&self, entry: &EntryKey, length: u64) {
        if let Some(content) = self.entries.borrow_mut().get_mut(entry) {
            content.truncate(length);
        }
    }

    /// Bytes in all entries that fit.
    pub fn used_by(&self, fits: impl Fn(&EntryKey) -> bool) -> u64 {
        let entries = self.entries.borrow();
        let fitting = entries.iter().filter(|(key, _)| fits(key));
        fitting.map(|(_, content)| content.length()).sum()
    }

    fn used_without(&self, entry: &EntryKey) -> u64 {
        self.used_by(|key| key != entry)
    }
}

impl Content for Vec<u8> {
    fn join(pieces: &[Self]) -> Self {
        pieces.concat()
    }

    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn truncate(&mut self, length: u64) {
        self.truncate(usize::try_from(length).unwrap_or(usize::MAX));
    }

    fn bytes(&self) -> Vec<u8> {
        self.clone()
    }
}

/// Stretches of files, one after the other; those that follow each other are one.
impl Content for Vec<Extent> {
    fn join(pieces: &[Self]) -> Self {
        let mut joined: Self = Self::new();
        for piece in pieces.iter().flatten().filter(|piece| piece.length() > 0) {
            match joined.last_mut() {
                Some(last) if last.version == piece.version && last.to == piece.from => {
                    last.to = piece.to;
                }
                _ => joined.push(*piece),
            }
        }
        joined
    }

    fn length(&self) -> u64 {
        self.iter().map(Extent::length).sum()
    }

    fn truncate(&mut self, mut length: u64) {
        for piece in self.iter_mut() {
            piece.to = piece.to.min(piece.from.saturating_add(length));
            length -= piece.length();
        }
        self.retain(|piece| piece.length() > 0);
    }

    fn bytes(&self) -> Vec<u8> {
        self.iter().flat_map(Extent::bytes).collect()
    }
}

/// See [`DecodeBase64`](crate::integrity::DecodeBase64).
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    data_encoding::BASE64.decode(text.as_bytes()).ok()
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

    /// All that is stored and can be read, without taking the store over.
    pub fn snapshots(&self) -> Vec<Snapshot> {
        self.rows.borrow().snapshots()
    }

    /// A record that can be read.
    pub fn record(&self, uid: &str, index: u32) -> Option<RecordRow> {
        self.rows.borrow().records.get(&(uid.to_owned(), index)).cloned().flatten()
    }

    /// Whether nothing is stored at all, readable or not.
    pub fn is_empty(&self) -> bool {
        let rows = self.rows.borrow();
        rows.fetches.is_empty()
            && rows.records.is_empty()
            && rows.segments.is_empty()
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
