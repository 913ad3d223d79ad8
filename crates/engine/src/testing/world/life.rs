//! How the life of a worker goes.

#![allow(async_fn_in_trait, reason = "no worker leaves its thread, so no `Send` bound is missing")]

use crate::ports::{Clock, Exchange, Host, NetworkError, Piece, StoreError};
use crate::snapshot::{EntryKey, Snapshot, Write};
use crate::testing::network::{Answer, Extent, Next};

use super::{Body, World};

/// How the life of a worker in a [`World`] goes: how long its steps take, which is the last, and
/// what its operations do, each at one moment.
///
/// What is not said otherwise is what the world does by itself.
pub trait Life: Host + Clock + Clone + 'static {
    /// Where it is lived.
    fn world(&self) -> &World;

    /// One step: it takes some time, and may be the last.
    async fn step(&self);

    /// The app prepares a request, where it does.
    ///
    /// # Errors
    ///
    /// If it does not get to it.
    fn prepare(&self, _exchange: &mut Exchange) -> Result<(), NetworkError> {
        Ok(())
    }

    /// The first step of a request, which holds one of so many connections of this worker.
    async fn begin_request(&self, _exchange: &Exchange, _connections: usize) {
        self.step().await;
    }

    /// The first step of an operation of the stores.
    ///
    /// # Errors
    ///
    /// If it fails for good; nothing of it has happened then.
    async fn begin(&self, _operation: &Operation<'_>) -> Result<(), StoreError> {
        self.step().await;
        Ok(())
    }

    /// The worker knows how an operation ended that has changed something.
    fn end(&self, _operation: &Operation<'_>, _failure: Option<&StoreError>) {}

    /// An operation was given up, or its worker has died, before this took effect.
    fn give_up(&self, _effect: Box<dyn FnOnce()>) {}

    /// A request comes to its server.
    ///
    /// # Errors
    ///
    /// If it does not.
    fn answer(&self, exchange: &Exchange) -> Result<Answer, NetworkError> {
        self.world().answer(exchange)
    }

    /// The server sends the next piece of a body.
    fn send(&self, body: &Body) -> Next<Extent> {
        body.next(self.world())
    }

    /// A response broke because of the network.
    fn break_off(&self, _uid: &str, _index: u32, _error: NetworkError) {}

    /// An entry is stored, if that goes well.
    ///
    /// # Errors
    ///
    /// If it does not.
    fn put(&self, entry: &EntryKey, content: Vec<Extent>) -> Result<u64, StoreError> {
        self.world().bodies.put(entry, &[content])
    }

    /// Whether bytes are really taken away that are none of an entry's.
    fn trims(&self) -> bool {
        true
    }

    /// Whether these chunks begin with the bytes of these pieces.
    ///
    /// # Errors
    ///
    /// If one of the pieces is not there.
    fn compare(&self, pieces: &[Piece], chunks: &[Vec<Extent>]) -> Result<bool, StoreError> {
        Ok(self.world().bodies.after(pieces, chunks)?.is_some())
    }

    /// Entries are removed.
    fn delete(&self, entries: &[EntryKey]) {
        self.world().bodies.delete(entries);
    }

    /// The store is taken over.
    ///
    /// # Errors
    ///
    /// As the store says.
    fn take_over(&self) -> Result<(u64, Vec<Snapshot>), StoreError> {
        self.world().meta.take_over()
    }

    /// Whether the records of a fetch are an item of the library.
    fn is_kept(&self, uid: &str) -> bool {
        self.world().meta.is_kept(uid)
    }

    /// Rows are written, if that goes well.
    ///
    /// # Errors
    ///
    /// If it does not.
    fn commit(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        self.world().meta.commit(epoch, writes)
    }
}

/// An operation of the stores.
#[derive(Debug, Clone, Copy)]
pub enum Operation<'a> {
    /// Chunks become an entry.
    Put {
        /// That one.
        entry: &'a EntryKey,
        /// How many.
        bytes: u64,
    },
    /// The rest of a body becomes an entry.
    PutBody(&'a EntryKey),
    /// All entries are listed.
    List,
    /// An entry is measured.
    Measure(&'a EntryKey),
    /// What a response repeats is compared with what is stored.
    Compare(&'a [Piece]),
    /// The integrity of entries is verified.
    Verify(&'a [EntryKey]),
    /// Entries are deleted.
    Delete(&'a [EntryKey]),
    /// An epoch begins.
    TakeOver,
    /// The library is asked for an item.
    IsKept,
    /// Rows are written.
    Commit(&'a [Write]),
}

/// Something that happens once, and perhaps even when nobody waits for it any more.
pub(super) struct Effect<L: Life, T: 'static, F: FnOnce() -> T + 'static> {
    life: L,
    act: Option<F>,
}

impl<L: Life, T: 'static, F: FnOnce() -> T + 'static> Effect<L, T, F> {
    pub(super) fn new(life: &L, act: F) -> Self {
        Self { life: life.clone(), act: Some(act) }
    }

    /// Takes effect, between two steps.
    pub(super) async fn happen(mut self) -> Option<T> {
        self.life.step().await;
        let result = self.act.take().map(|act| act());
        self.life.step().await;
        result
    }
}

impl<L: Life, T: 'static, F: FnOnce() -> T + 'static> Drop for Effect<L, T, F> {
    fn drop(&mut self) {
        if let Some(act) = self.act.take() {
            self.life.give_up(Box::new(|| drop(act())));
        }
    }
}
