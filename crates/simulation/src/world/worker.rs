//! One life of the worker, with all that can go wrong in it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use background_fetch_engine::Time;
use background_fetch_engine::driver::{self, Handle};
use background_fetch_engine::ports::{Clock, Exchange, Host, NetworkError, Piece, StoreError};
use background_fetch_engine::snapshot::{EntryKey, Snapshot, Write};
use background_fetch_engine::state::{EventType, FetchState, RecordState};
use background_fetch_engine::testing::network::{Answer, Extent, Next};
use background_fetch_engine::testing::world::{self, Body, Life, Operation, WorldPorts};

use crate::oracle::{bytes, evidence};
use crate::world::bug::Bug;
use crate::world::{World, bodies, events, network, rows};

/// Clones are the same one.
#[derive(Clone)]
pub(crate) struct Worker {
    pub(crate) world: Rc<World>,
    pub(crate) number: u32,
    inner: Rc<Inner>,
}

#[derive(Default)]
struct Inner {
    /// A commit was refused because another worker has the store.
    fenced: Cell<bool>,
    handle: RefCell<Option<Handle>>,
    /// Records as a realm knows them that follows all, by their fetch and index.
    followed: RefCell<BTreeMap<(String, u32), RecordState>>,
}

impl Worker {
    pub(crate) fn new(world: Rc<World>) -> Self {
        let number = world.lives.last.get() + 1;
        world.lives.last.set(number);
        Self { world, number, inner: Rc::default() }
    }

    /// All of a record, of which only what is new was notified.
    fn follow(&self, news: RecordState) -> RecordState {
        let mut followed = self.inner.followed.borrow_mut();
        let known = followed.remove(&(news.uid.clone(), news.index));
        let mut whole = news;
        if let Some(mut known) = known.filter(|known| known.version == whole.version) {
            known.segments.append(&mut whole.segments);
            whole.segments = known.segments;
        }
        followed.insert((whole.uid.clone(), whole.index), whole.clone());
        whole
    }

    /// The whole life, until it is stopped by the engine.
    pub(crate) async fn live(self) {
        let world = Rc::clone(&self.world);
        let mut config = world.plan.config.clone();
        world.slips.mistake_config(&mut config);
        self.trace(|| "starts".to_owned());
        match driver::start(Rc::new(WorldPorts::new(self.clone())), config).await {
            Ok((handle, engine)) => {
                self.inner.handle.replace(Some(handle.clone()));
                world.lives.handles.borrow_mut().insert(self.number, handle);
                world.tasks.changed();
                engine.await;
                world.lives.handles.borrow_mut().remove(&self.number);
                self.trace(|| "ends".to_owned());
                if !self.inner.fenced.get() {
                    world.oracle.violate(|| format!("engine {} ended by itself", self.number));
                }
            }
            Err(error) => {
                self.trace(|| format!("cannot start: {error:?}"));
                if error != StoreError::Fenced {
                    let again = Rc::clone(&world);
                    world.tasks.spawn(async move {
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

    /// It knows now that another one has the store.
    pub(crate) fn is_fenced(&self) {
        self.inner.fenced.set(true);
    }

    /// The first step of something that must not be done by a worker that knows of its end.
    pub(crate) async fn first_step(&self, what: impl Fn() -> String) {
        self.trace(&what);
        if self.inner.fenced.get() {
            let number = self.number;
            self.world
                .oracle
                .violate(|| format!("after it was fenced, worker {number}: {}", what()));
        }
        self.step().await;
    }
}

impl Life for Worker {
    fn world(&self) -> &world::World {
        &self.world.base
    }

    async fn step(&self) {
        self.world.count_step();
        if self.is_dead() {
            return pending().await;
        }
        if self.world.oracle.journal.steps() > MOST_STEPS {
            self.world.oracle.violate(|| format!("more than {MOST_STEPS} steps"));
        }
        let millis = self.world.draw(|random| random.below(16)).saturating_sub(8);
        if millis > 0 {
            self.world.sleep(millis).await;
        }
    }

    async fn begin_request(&self, exchange: &Exchange, connections: usize) {
        self.first_step(|| evidence::asked(exchange)).await;
        evidence::request(&self.world.oracle, exchange, connections);
    }

    async fn begin(&self, operation: &Operation<'_>) -> Result<(), StoreError> {
        bodies::begin(self, operation).await
    }

    fn end(&self, operation: &Operation<'_>, failure: Option<&StoreError>) {
        bodies::end(self, operation, failure);
    }

    /// What is under way when a worker dies may still take effect, or not, or later.
    fn give_up(&self, effect: Box<dyn FnOnce()>) {
        match self.world.draw(|random| random.below(4)) {
            0 | 1 => effect(),
            2 => {
                let world = Rc::clone(&self.world);
                self.world.tasks.spawn(async move {
                    let time = world.draw(|random| random.below(3000));
                    world.sleep(time).await;
                    effect();
                });
            }
            _ => {}
        }
    }

    fn answer(&self, exchange: &Exchange) -> Result<Answer, NetworkError> {
        network::answer(self, exchange)
    }

    fn send(&self, body: &Body) -> Next<Extent> {
        network::send(self, body)
    }

    fn break_off(&self, uid: &str, index: u32, error: NetworkError) {
        evidence::broken(&self.world.oracle, uid, index, error);
    }

    fn put(&self, entry: &EntryKey, content: Vec<Extent>) -> Result<u64, StoreError> {
        bodies::put(self, entry, content)
    }

    fn compare(&self, pieces: &[Piece], chunks: &[Vec<Extent>]) -> Result<bool, StoreError> {
        let same = self.world().bodies.after(pieces, chunks)?.is_some();
        Ok(same || self.world.slips.mistakes_seam(pieces))
    }

    fn trims(&self) -> bool {
        !self.world.slips.has(Bug::NoTrim)
    }

    fn delete(&self, entries: &[EntryKey]) {
        bodies::delete(self, entries);
    }

    fn take_over(&self) -> Result<(u64, Vec<Snapshot>), StoreError> {
        rows::take_over(self)
    }

    fn is_kept(&self, uid: &str) -> bool {
        !self.world.slips.has(Bug::DeleteKept) && self.world.base.meta.is_kept(uid)
    }

    fn commit(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        rows::commit(self, epoch, writes)
    }
}

impl Host for Worker {
    async fn fire(&self, event: EventType, state: FetchState) {
        events::fire(self, event, state).await;
    }

    async fn notify(&self, state: FetchState) {
        events::notify(self, state).await;
    }

    fn record_changed(&self, record: RecordState) {
        if !self.is_dead() {
            let record = self.follow(record);
            bytes::look_at(&self.world.oracle, self.number, &record);
        }
    }

    fn active(&self, _active: bool) {
        self.world.tasks.changed();
    }
}

impl Clock for Worker {
    fn now(&self) -> Time {
        self.world.slips.mistake_time(self.world.base.clock.time())
    }

    async fn sleep(&self, duration: Duration) {
        let wait = Duration::from_millis(200)..Duration::from_secs(25);
        if self.world.slips.has(Bug::ForgetRetryTimer) && wait.contains(&duration) {
            pending::<()>().await;
        }
        self.world.base.clock.timer(duration).await;
    }
}

/// Steps after which it is not a slow world any more, but one that runs in circles.
const MOST_STEPS: u64 = 1_000_000;
