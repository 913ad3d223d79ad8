//! One life of the worker: the ports, with all that can go wrong in them.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use background_fetch_engine::Time;
use background_fetch_engine::driver::{self, Handle};
use background_fetch_engine::http::Head;
use background_fetch_engine::ports::{
    BodyStore, Bytes, Clock, Exchange, Host, MetaStore, Network, NetworkError, Piece, StoreError,
};
use background_fetch_engine::snapshot::{EntryKey, Snapshot, Write};
use background_fetch_engine::state::{EventType, FetchState, RecordState};

use crate::world::World;
use crate::world::bug::Bug;
use crate::world::network::{Body, Chunk};

/// Steps after which it is not a slow world any more, but one that runs in circles.
const MOST_STEPS: u64 = 1_000_000;

/// Handed to the driver; clones are the same one.
#[derive(Clone)]
pub(crate) struct Worker {
    pub(crate) world: Rc<World>,
    pub(crate) number: u32,
    pub(crate) inner: Rc<Inner>,
}

#[derive(Default)]
pub(crate) struct Inner {
    /// A commit was refused because another worker has the store.
    pub(crate) fenced: Cell<bool>,
    /// Transfers that hold a connection.
    pub(crate) connections: Rc<Cell<usize>>,
    handle: RefCell<Option<Handle>>,
}

impl Worker {
    pub(crate) fn new(world: Rc<World>) -> Self {
        let number = world.lives.last.get() + 1;
        world.lives.last.set(number);
        Self { world, number, inner: Rc::default() }
    }

    /// The whole life, until it is stopped by the engine.
    pub(crate) async fn live(self) {
        let world = Rc::clone(&self.world);
        let config = world.plan.config.clone();
        self.trace(|| "starts".to_owned());
        match driver::start(Rc::new(self.clone()), config).await {
            Ok((handle, engine)) => {
                self.inner.handle.replace(Some(handle.clone()));
                world.lives.handles.borrow_mut().insert(self.number, handle);
                world.changed();
                engine.await;
                world.lives.handles.borrow_mut().remove(&self.number);
                self.trace(|| "ends".to_owned());
                if !self.inner.fenced.get() {
                    world.violate(|| format!("engine {} ended by itself", self.number));
                }
            }
            Err(error) => {
                self.trace(|| format!("cannot start: {error:?}"));
                if error != StoreError::Fenced {
                    let again = Rc::clone(&world);
                    world.spawn(async move {
                        again.sleep(1000).await;
                        again.start_worker();
                    });
                }
            }
        }
    }

    pub(crate) fn trace(&self, what: impl FnOnce() -> String) {
        self.world.trace(self.number, what);
    }

    pub(crate) fn handle(&self) -> Option<Handle> {
        self.inner.handle.borrow().clone()
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.number <= self.world.lives.killed.get()
    }

    /// One step: it takes some time, and may be the last.
    pub(crate) async fn step(&self) {
        self.world.count_step();
        if self.is_dead() {
            return pending().await;
        }
        if self.world.lives.steps.get() > MOST_STEPS {
            self.world.violate(|| format!("more than {MOST_STEPS} steps"));
        }
        let millis = self.world.draw(|random| random.below(16)).saturating_sub(8);
        if millis > 0 {
            self.world.sleep(millis).await;
        }
    }

    /// The first step of something that must not be done by a worker that knows of its end.
    pub(crate) async fn begin(&self, what: impl Fn() -> String) {
        self.trace(&what);
        if self.inner.fenced.get() {
            self.world
                .violate(|| format!("after it was fenced, worker {}: {}", self.number, what()));
        }
        self.step().await;
    }
}

impl Bytes for Worker {
    type Chunk = Chunk;
    type Body = Body;
}

impl Network for Worker {
    async fn open(&self, exchange: Exchange) -> Result<(Head, Body), NetworkError> {
        self.exchange(exchange).await
    }

    fn is_online(&self) -> bool {
        self.world.network.offline.get() == 0
    }

    async fn read(&self, body: &Body) -> Result<Option<(Chunk, u64)>, NetworkError> {
        self.step().await;
        let extent = self.read_extent(body).await?;
        Ok(extent.map(|extent| self.chunk(body, extent)))
    }
}

impl BodyStore for Worker {
    async fn put(&self, entry: &EntryKey, chunks: Vec<Chunk>) -> Result<u64, StoreError> {
        self.put_chunks(entry, chunks).await
    }

    async fn put_body(&self, entry: &EntryKey, body: Body) -> Result<u64, StoreError> {
        self.put_rest(entry, body).await
    }

    async fn entries(&self) -> Result<Vec<EntryKey>, StoreError> {
        self.list().await
    }

    async fn length(&self, entry: &EntryKey) -> Result<Option<u64>, StoreError> {
        self.measure(entry).await
    }

    async fn after(
        &self,
        pieces: &[Piece],
        chunks: Vec<Chunk>,
    ) -> Result<Option<Vec<Chunk>>, StoreError> {
        self.compare(pieces, chunks).await
    }

    async fn verify(&self, entries: &[EntryKey], integrity: &str) -> Result<bool, StoreError> {
        self.verify(entries, integrity).await
    }

    async fn delete(&self, entries: &[EntryKey]) -> Result<(), StoreError> {
        self.remove(entries).await
    }
}

impl MetaStore for Worker {
    async fn take_over(&self) -> Result<(u64, Vec<Snapshot>), StoreError> {
        self.begin_epoch().await
    }

    async fn commit(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        self.write(epoch, writes).await
    }
}

impl Host for Worker {
    async fn fire(&self, event: EventType, state: FetchState) {
        self.deliver(event, state).await;
    }

    async fn notify(&self, state: FetchState) {
        self.tell(state).await;
    }

    fn record_changed(&self, record: RecordState) {
        if !self.is_dead() {
            self.world.look_at(self.number, &record);
        }
    }

    fn active(&self, _active: bool) {
        self.world.changed();
    }
}

impl Clock for Worker {
    fn now(&self) -> Time {
        self.world.clock.time()
    }

    async fn sleep(&self, duration: Duration) {
        let wait = Duration::from_millis(200)..Duration::from_secs(25);
        if self.world.bug == Some(Bug::ForgetRetryTimer) && wait.contains(&duration) {
            pending::<()>().await;
        }
        self.world.clock.sleep(duration).await;
    }
}
