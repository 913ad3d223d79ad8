//! A browser without a browser: all ports over memory, with a crash at any step.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use super::clock::VirtualClock;
use super::memory::{MemoryBodyStore, MemoryMetaStore};
use super::network::{Next, Script, Servers};
use crate::driver::Handle;
use crate::http::Head;
use crate::matching::MatchOptions;
use crate::ports::{
    BodyStore, Bytes, Clock, Exchange, Host, MetaStore, Network, NetworkError, Piece, StoreError,
};
use crate::snapshot::{EntryKey, Snapshot, Write};
use crate::state::{EventType, FetchResult, FetchState, RecordState};
use crate::time::Time;

/// The world; clones are the same one. What is stored, and the servers, outlive a crash.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The time.
    pub clock: VirtualClock,
    /// The bytes.
    pub bodies: MemoryBodyStore,
    /// The state.
    pub meta: MemoryMetaStore,
    /// The network.
    pub servers: Rc<RefCell<Servers>>,
    inner: Rc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    steps: Cell<u64>,
    crash_at: Cell<Option<u64>>,
    crashed: Cell<bool>,
    offline: Cell<bool>,
    mistaken: Cell<bool>,
    miscounting: Cell<bool>,
    random: Cell<u64>,
    handle: RefCell<Option<Handle>>,
    delivered: RefCell<BTreeMap<String, Vec<Delivery>>>,
    notified: RefCell<BTreeMap<String, Vec<FetchState>>>,
    active: RefCell<Vec<bool>>,
}

/// What a handler of an event saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The event's type.
    pub event: EventType,
    /// Its registration.
    pub state: FetchState,
    /// Each record with the bytes that it shows.
    pub records: Vec<(RecordState, Vec<u8>)>,
    /// Whether the handlers came to their end.
    pub finished: bool,
}

impl World {
    /// Lets latencies depend on `seed`.
    pub fn seeded(seed: u64) -> Self {
        let world = Self::default();
        world.inner.random.set(seed);
        world
    }

    /// Crashes the worker at its `step`th step from now on.
    pub fn crash_after(&self, step: Option<u64>) {
        self.inner.crash_at.set(step.map(|step| self.inner.steps.get() + step));
        self.inner.crashed.set(false);
        self.inner.handle.replace(None);
    }

    /// Whether the worker is dead.
    pub fn has_crashed(&self) -> bool {
        self.inner.crashed.get()
    }

    /// Steps of all ports so far.
    pub fn steps(&self) -> u64 {
        self.inner.steps.get()
    }

    /// Takes the network away or gives it back. Bodies on their way break at their next byte.
    pub fn set_offline(&self, offline: bool) {
        self.inner.offline.set(offline);
    }

    /// Lets the platform say that there is no network, though there is.
    pub fn set_mistaken(&self, mistaken: bool) {
        self.inner.mistaken.set(mistaken);
    }

    /// Lets the platform count more as stored than there can be whenever it has no room.
    pub fn set_miscounting(&self, miscounting: bool) {
        self.inner.miscounting.set(miscounting);
    }

    /// The engine whose records handlers read.
    pub fn set_handle(&self, handle: Handle) {
        self.inner.handle.replace(Some(handle));
    }

    /// The engine of this life, once it has started.
    pub fn handle(&self) -> Option<Handle> {
        self.inner.handle.borrow().clone()
    }

    /// What the handlers saw, by unique id, in order.
    pub fn deliveries(&self) -> BTreeMap<String, Vec<Delivery>> {
        self.inner.delivered.borrow().clone()
    }

    /// Whether the event of this fetch was handled to its end.
    pub fn is_delivered(&self, uid: &str) -> bool {
        let delivered = self.inner.delivered.borrow();
        delivered.get(uid).is_some_and(|all| all.iter().any(|one| one.finished))
    }

    /// The states that the realms were told, by unique id, in order.
    pub fn notifications(&self) -> BTreeMap<String, Vec<FetchState>> {
        self.inner.notified.borrow().clone()
    }

    /// What [`Host::active`] was told.
    pub fn activity(&self) -> Vec<bool> {
        self.inner.active.borrow().clone()
    }

    /// The bytes that a record shows.
    pub fn bytes(&self, record: &RecordState) -> Vec<u8> {
        let pieces = record.segments.iter().filter_map(|(entry, _, _)| self.bodies.bytes(entry));
        pieces.flatten().collect()
    }

    /// One step: it takes some time, and may be the last.
    async fn step(&self) {
        self.die_if_due().await;
        let millis = self.random() % 8;
        if millis > 0 {
            self.clock.sleep(Duration::from_millis(millis)).await;
        }
    }

    async fn die_if_due(&self) {
        let step = self.inner.steps.get() + 1;
        self.inner.steps.set(step);
        let crashed = self.inner.crashed.get() || self.inner.crash_at.get() == Some(step);
        if crashed {
            self.inner.crashed.set(true);
            pending::<()>().await;
        }
    }

    /// What a refusal is called that the platform is not believed.
    fn counted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        match result {
            Err(StoreError::Quota) if self.inner.miscounting.get() => Err(StoreError::Miscounted),
            result => result,
        }
    }

    fn random(&self) -> u64 {
        let next = self
            .inner
            .random
            .get()
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.inner.random.set(next);
        next >> 33
    }

    async fn read_next(&self, body: &RefCell<Script>) -> Result<Option<Vec<u8>>, NetworkError> {
        let next = body.borrow_mut().next(&mut self.servers.borrow_mut());
        match next {
            Next::Chunk(bytes, time) => {
                self.clock.sleep(time).await;
                if self.inner.offline.get() {
                    return Err(NetworkError::Offline);
                }
                Ok(Some(bytes))
            }
            Next::End => Ok(None),
            Next::Break => Err(NetworkError::Unreachable),
            Next::Silence => pending().await,
        }
    }
}

impl Bytes for World {
    type Chunk = Vec<u8>;
    type Body = RefCell<Script>;
}

impl Network for World {
    async fn open(&self, exchange: Exchange) -> Result<(Head, RefCell<Script>), NetworkError> {
        self.step().await;
        if self.inner.offline.get() {
            return Err(NetworkError::Offline);
        }
        let answer = self.servers.borrow_mut().answer(&exchange, self.clock.now())?;
        answer.arrives(&self.clock).await;
        Ok((answer.head, RefCell::new(answer.body)))
    }

    fn is_online(&self) -> bool {
        !self.inner.offline.get() && !self.inner.mistaken.get()
    }

    async fn read(&self, body: &RefCell<Script>) -> Result<Option<(Vec<u8>, u64)>, NetworkError> {
        self.step().await;
        let chunk = self.read_next(body).await?;
        Ok(chunk.map(|bytes| (bytes.len() as u64, bytes)).map(|(length, bytes)| (bytes, length)))
    }
}

impl BodyStore for World {
    async fn put(&self, entry: &EntryKey, chunks: Vec<Vec<u8>>) -> Result<u64, StoreError> {
        self.step().await;
        let result = self.bodies.put(entry, &chunks);
        self.step().await;
        self.counted(result)
    }

    async fn put_body(&self, entry: &EntryKey, body: RefCell<Script>) -> Result<u64, StoreError> {
        self.step().await;
        let mut chunks = Vec::new();
        while let Some(bytes) = self.read_next(&body).await.map_err(StoreError::Network)? {
            chunks.push(bytes);
        }
        let result = self.bodies.put(entry, &chunks);
        self.step().await;
        self.counted(result)
    }

    async fn entries(&self) -> Result<Vec<EntryKey>, StoreError> {
        self.step().await;
        Ok(self.bodies.entries())
    }

    async fn length(&self, entry: &EntryKey) -> Result<Option<u64>, StoreError> {
        self.step().await;
        Ok(self.bodies.length(entry))
    }

    async fn after(
        &self,
        pieces: &[Piece],
        chunks: Vec<Vec<u8>>,
    ) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        self.step().await;
        self.bodies.after(pieces, &chunks)
    }

    async fn verify(&self, entries: &[EntryKey], integrity: &str) -> Result<bool, StoreError> {
        self.step().await;
        self.bodies.check(entries, integrity)
    }

    async fn delete(&self, entries: &[EntryKey]) -> Result<(), StoreError> {
        self.step().await;
        self.bodies.delete(entries);
        Ok(())
    }
}

impl MetaStore for World {
    async fn take_over(&self) -> Result<(u64, Vec<Snapshot>), StoreError> {
        self.step().await;
        self.meta.take_over()
    }

    async fn commit(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        self.step().await;
        let result = self.meta.commit(epoch, writes);
        self.step().await;
        self.counted(result)
    }
}

impl Host for World {
    async fn fire(&self, event: EventType, state: FetchState) {
        self.step().await;
        let handle = self.inner.handle.borrow().clone();
        let options = MatchOptions::default();
        let records = match handle {
            Some(handle) => {
                handle.match_all(state.uid.clone(), None, options).await.unwrap_or_default()
            }
            None => Vec::new(),
        };
        let records = records.into_iter().map(|record| {
            let bytes = self.bytes(&record);
            (record, bytes)
        });
        let uid = state.uid.clone();
        let delivery = Delivery { event, state, records: records.collect(), finished: false };
        self.inner.delivered.borrow_mut().entry(uid.clone()).or_default().push(delivery);
        // Handlers take their time, and the worker may die in the middle.
        self.step().await;
        self.step().await;
        if let Some(last) =
            self.inner.delivered.borrow_mut().get_mut(&uid).and_then(|all| all.last_mut())
        {
            last.finished = true;
        }
    }

    async fn notify(&self, state: FetchState) {
        let wait = state.result != FetchResult::Unsettled;
        self.inner.notified.borrow_mut().entry(state.uid.clone()).or_default().push(state);
        if wait {
            self.step().await;
        }
    }

    fn record_changed(&self, _record: RecordState) {}

    fn active(&self, active: bool) {
        self.inner.active.borrow_mut().push(active);
    }
}

impl Clock for World {
    fn now(&self) -> Time {
        self.clock.time()
    }

    async fn sleep(&self, duration: Duration) {
        self.clock.sleep(duration).await;
    }
}
