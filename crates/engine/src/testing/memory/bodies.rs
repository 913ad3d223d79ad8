//! Entries of bodies.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Content, decode_base64};
use crate::integrity::Check;
use crate::ports::{Piece, StoreError};
use crate::snapshot::EntryKey;

/// Entries of bytes.
pub type MemoryBodyStore = BodyEntries<Vec<u8>>;

/// Entries of bytes, or of something that stands for bytes.
#[derive(Debug, Clone)]
pub struct BodyEntries<C> {
    entries: Rc<RefCell<BTreeMap<EntryKey, C>>>,
    fault: Rc<RefCell<Option<StoreError>>>,
    /// Entries that will be a byte too short.
    short: Rc<RefCell<Vec<EntryKey>>>,
    quota: Rc<Cell<Option<u64>>>,
    /// So many times more nothing can be read to be verified.
    unreadable: Rc<Cell<u32>>,
}

impl<C> Default for BodyEntries<C> {
    fn default() -> Self {
        Self {
            entries: Rc::default(),
            fault: Rc::default(),
            short: Rc::default(),
            quota: Rc::default(),
            unreadable: Rc::default(),
        }
    }
}

impl<C: Content> BodyEntries<C> {
    /// See [`BodyStore::put`](crate::ports::BodyStore::put).
    pub fn put(&self, entry: &EntryKey, chunks: &[C]) -> Result<u64, StoreError> {
        if let Some(error) = self.fault.take() {
            return Err(error);
        }
        let mut content = C::join(chunks);
        if self.short.borrow().contains(entry) {
            content = content.part(0, content.length().saturating_sub(1));
        }
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
    pub fn after(&self, pieces: &[Piece], chunks: &[C]) -> Result<Option<Vec<C>>, StoreError> {
        let mut expected = Vec::with_capacity(pieces.len());
        for Piece { entry, start, length } in pieces {
            let part = self.content(entry).map(|content| content.part(*start, *length));
            let part = part.filter(|part| part.length() == *length).ok_or_else(missing)?;
            expected.push(part);
        }
        let (given, expected) = (C::join(chunks), C::join(&expected));
        let repeated = expected.length();
        if !given.part(0, repeated).is_equal(&expected) {
            return Ok(None);
        }
        let rest = given.part(repeated, u64::MAX);
        Ok(Some(if rest.length() == 0 { Vec::new() } else { vec![rest] }))
    }

    /// See [`BodyStore::check`](crate::ports::BodyStore::check).
    pub fn check(&self, entries: &[EntryKey], integrity: &str) -> Result<bool, StoreError> {
        if let Some(left) = self.unreadable.get().checked_sub(1) {
            self.unreadable.set(left);
            return Err(StoreError::Failed("cannot be read".to_owned()));
        }
        let Some(mut check) = Check::new(integrity, decode_base64) else { return Ok(true) };
        for entry in entries {
            check.update(&self.bytes(entry).ok_or_else(missing)?);
        }
        Ok(check.matches())
    }

    /// See [`BodyStore::delete`](crate::ports::BodyStore::delete).
    pub fn delete(&self, entries: &[EntryKey]) {
        for entry in entries {
            self.entries.borrow_mut().remove(entry);
        }
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

    /// The next checks cannot read the entries, so many times.
    pub fn fail_next_checks(&self, times: u32) {
        self.unreadable.set(times);
    }

    /// This entry will hold less than it is given, and its length will tell.
    pub fn shorten(&self, entry: &EntryKey) {
        self.short.borrow_mut().push(entry.clone());
    }

    /// Puts fail that would bring the sum of all entries above `bytes`.
    pub fn set_quota(&self, bytes: Option<u64>) {
        self.quota.set(bytes);
    }

    /// Cuts an entry short, as a browser may whose worker dies at the wrong time.
    pub fn truncate(&self, entry: &EntryKey, length: u64) {
        if let Some(content) = self.entries.borrow_mut().get_mut(entry) {
            *content = content.part(0, length);
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

fn missing() -> StoreError {
    StoreError::Failed("an entry is missing".to_owned())
}
