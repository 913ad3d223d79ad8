//! The conformance of the stores in memory.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;

use background_fetch_engine::http::Head;
use background_fetch_engine::ports::{
    BodyStore, Bytes, Exchange, MetaStore, Network, NetworkError, Piece, StoreError,
};
use background_fetch_engine::snapshot::{EntryKey, Snapshot, Write};
use background_fetch_engine::testing::conformance::body_store::{self, BodyStoreBench};
use background_fetch_engine::testing::conformance::meta_store::{self, MetaStoreBench};
use background_fetch_engine::testing::memory::{MemoryBodyStore, MemoryMetaStore};
use futures_util::FutureExt;

/// The ports over the stores; nothing in memory ever waits.
#[derive(Default)]
struct Memory {
    bodies: MemoryBodyStore,
    meta: MemoryMetaStore,
}

impl Bytes for Memory {
    type Chunk = Vec<u8>;
    type Body = RefCell<VecDeque<Vec<u8>>>;
}

impl Network for Memory {
    async fn open(&self, _: Exchange) -> Result<(Head, Self::Body), NetworkError> {
        Err(NetworkError::Offline)
    }

    fn is_online(&self) -> bool {
        false
    }

    async fn read(&self, body: &Self::Body) -> Result<Option<(Vec<u8>, u64)>, NetworkError> {
        Ok(body.borrow_mut().pop_front().map(|chunk| {
            let length = chunk.len() as u64;
            (chunk, length)
        }))
    }
}

impl BodyStore for Memory {
    async fn put(&self, entry: &EntryKey, chunks: Vec<Vec<u8>>) -> Result<u64, StoreError> {
        self.bodies.put(entry, &chunks)
    }

    async fn put_body(&self, entry: &EntryKey, body: Self::Body) -> Result<u64, StoreError> {
        self.bodies.put(entry, &Vec::from(body.into_inner()))
    }

    async fn entries(&self) -> Result<Vec<EntryKey>, StoreError> {
        Ok(self.bodies.entries())
    }

    async fn length(&self, entry: &EntryKey) -> Result<Option<u64>, StoreError> {
        Ok(self.bodies.length(entry))
    }

    async fn after(
        &self,
        pieces: &[Piece],
        chunks: Vec<Vec<u8>>,
    ) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        self.bodies.after(pieces, &chunks)
    }

    fn trim(&self, chunks: &mut Vec<Vec<u8>>, excess: u64) {
        let mut bytes = chunks.concat();
        bytes.truncate(bytes.len() - usize::try_from(excess).unwrap());
        *chunks = vec![bytes];
    }

    async fn verify(&self, entries: &[EntryKey], integrity: &str) -> Result<bool, StoreError> {
        self.bodies.check(entries, integrity)
    }

    async fn delete(&self, entries: &[EntryKey]) -> Result<(), StoreError> {
        self.bodies.delete(entries);
        Ok(())
    }
}

impl MetaStore for Memory {
    async fn is_kept(&self, uid: &str) -> Result<bool, StoreError> {
        Ok(self.meta.is_kept(uid))
    }

    async fn take_over(&self) -> Result<(u64, Vec<Snapshot>), StoreError> {
        self.meta.take_over()
    }

    async fn commit(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        self.meta.commit(epoch, writes)
    }
}

impl BodyStoreBench for Memory {
    type Store = Self;

    fn store(&self) -> &Self {
        self
    }

    fn chunk(&self, bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    async fn body(&self, chunks: &[Vec<u8>]) -> RefCell<VecDeque<Vec<u8>>> {
        RefCell::new(chunks.to_vec().into())
    }

    async fn bytes(&self, entry: &EntryKey) -> Option<Vec<u8>> {
        self.bodies.bytes(entry)
    }
}

impl MetaStoreBench for Memory {
    type Store = Self;

    fn store(&self) -> &Self {
        self
    }

    async fn damage_fetch(&self, uid: &str) {
        self.meta.damage_fetch(uid);
    }

    async fn damage_record(&self, uid: &str, index: u32) {
        self.meta.damage_record(uid, index);
    }

    async fn put_body(&self, uid: &str, index: u32) {
        self.meta.put_body(uid, index);
    }

    async fn has_body(&self, uid: &str, index: u32) -> bool {
        self.meta.has_body(uid, index)
    }

    async fn keep(&self, uid: &str) {
        assert!(self.meta.keep(uid, "name"));
    }
}

fn at_once(test: impl Future<Output = ()>) {
    test.now_or_never().unwrap();
}

mod bodies {
    use super::*;

    macro_rules! tests {
        ($($name:ident)*) => {
            $(#[test] fn $name() { at_once(body_store::$name(Memory::default())); })*
        };
    }

    background_fetch_engine::body_store_conformance!(tests);
}

mod meta {
    use super::*;

    macro_rules! tests {
        ($($name:ident)*) => {
            $(#[test] fn $name() { at_once(meta_store::$name(Memory::default())); })*
        };
    }

    background_fetch_engine::meta_store_conformance!(tests);
}

#[test]
fn a_quota_refuses_what_would_exceed_it() {
    let store = MemoryBodyStore::default();
    let (a, b) = (EntryKey("a".to_owned()), EntryKey("b".to_owned()));
    store.set_quota(Some(10));
    assert_eq!(store.put(&a, &[vec![0; 6]]), Ok(6));
    assert_eq!(store.put(&b, &[vec![0; 5]]), Err(StoreError::Quota));
    assert_eq!(store.put(&a, &[vec![0; 10]]), Ok(10));
    assert_eq!(store.length(&b), None);
}

#[test]
fn a_fault_strikes_once() {
    let memory = Memory::default();
    let a = EntryKey("a".to_owned());
    memory.bodies.fail_next_put(StoreError::Quota);
    assert_eq!(memory.bodies.put(&a, &[]), Err(StoreError::Quota));
    assert_eq!(memory.bodies.put(&a, &[]), Ok(0));
    memory.meta.fail_next(StoreError::Quota);
    assert_eq!(memory.meta.commit(0, &[]), Err(StoreError::Quota));
    assert_eq!(memory.meta.commit(0, &[]), Ok(()));
}

#[test]
fn clones_share_what_is_stored() {
    let store = MemoryBodyStore::default();
    let a = EntryKey("a".to_owned());
    store.clone().put(&a, &[b"abc".to_vec()]).unwrap();
    store.truncate(&a, 1);
    assert_eq!(store.bytes(&a).unwrap(), b"a");
}
