//! A worker to which nothing happens but its death, at the step that it is told.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use super::{Life, Operation, World};
use crate::driver::Handle;
use crate::http::RequestSpec;
use crate::matching::MatchOptions;
use crate::ports::{Attempt, Clock, Exchange, Host, NetworkError, StoreError};
use crate::state::{EventType, FetchResult, FetchState, RecordState};
use crate::time::Time;

/// The lives of a worker in a world, one after the other; clones are the same ones.
#[derive(Debug, Clone, Default)]
pub struct CalmWorker {
    world: World,
    inner: Rc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    steps: Cell<u64>,
    crash_at: Cell<Option<u64>>,
    crashed: Cell<bool>,
    random: Cell<u64>,
    handle: RefCell<Option<Handle>>,
    delivered: RefCell<BTreeMap<String, Vec<Delivery>>>,
    changes: RefCell<Vec<RecordState>>,
    notified: RefCell<BTreeMap<String, Vec<FetchState>>>,
    active: RefCell<Vec<bool>>,
    handler_takes: Cell<Duration>,
    /// So many of the next lists, looks at a length, and comparisons.
    failing: Cell<(u32, u32, u32)>,
    keeps: RefCell<Option<String>>,
    prepares: Cell<Option<Prepare>>,
    attempts: RefCell<Vec<Attempt>>,
}

/// What an app makes of a request before it is sent.
pub type Prepare = fn(&mut RequestSpec, Attempt) -> Result<(), NetworkError>;

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

impl CalmWorker {
    /// Lives in `world`, with latencies that depend on `seed`.
    pub fn new(world: &World, seed: u64) -> Self {
        let worker = Self { world: world.clone(), inner: Rc::default() };
        worker.inner.random.set(seed);
        worker
    }

    /// Begins another life, which ends at its `step`th step.
    pub fn crash_after(&self, step: Option<u64>) {
        self.inner.crash_at.set(step.map(|step| self.inner.steps.get() + step));
        self.inner.crashed.set(false);
        self.inner.handle.replace(None);
    }

    /// Whether it is dead.
    pub fn has_crashed(&self) -> bool {
        self.inner.crashed.get()
    }

    /// Steps of all lives so far.
    pub fn steps(&self) -> u64 {
        self.inner.steps.get()
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

    /// The states of which the realms were notified, by unique id, in order.
    pub fn notifications(&self) -> BTreeMap<String, Vec<FetchState>> {
        self.inner.notified.borrow().clone()
    }

    /// Of what realms that follow records were notified, in order.
    pub fn changes(&self) -> Vec<RecordState> {
        self.inner.changes.borrow().clone()
    }

    /// What was reported by [`Host::active`].
    pub fn activity(&self) -> Vec<bool> {
        self.inner.active.borrow().clone()
    }

    /// How long handlers take from now on, besides their steps.
    pub fn set_handler_takes(&self, time: Duration) {
        self.inner.handler_takes.set(time);
    }

    /// Handlers of a success keep the records as the item of this name, from now on.
    pub fn keep_as(&self, name: Option<&str>) {
        self.inner.keeps.replace(name.map(str::to_owned));
    }

    /// The app prepares each request so, from now on.
    pub fn prepare_by(&self, prepare: Prepare) {
        self.inner.prepares.set(Some(prepare));
    }

    /// What the app was told that prepares requests, in order.
    pub fn attempts(&self) -> Vec<Attempt> {
        self.inner.attempts.borrow().clone()
    }

    /// So many of the next lists of entries fail, and so many looks at the length of one.
    pub fn fail_looks(&self, lists: u32, lengths: u32) {
        let (_, _, comparisons) = self.inner.failing.get();
        self.inner.failing.set((lists, lengths, comparisons));
    }

    /// So many of the next comparisons with what is stored fail.
    pub fn fail_comparisons(&self, count: u32) {
        let (lists, lengths, _) = self.inner.failing.get();
        self.inner.failing.set((lists, lengths, count));
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

    /// The records of a fetch, with the bytes that they show.
    async fn look_at(&self, uid: &str) -> Vec<(RecordState, Vec<u8>)> {
        let Some(handle) = self.handle() else { return Vec::new() };
        let options = MatchOptions::default();
        let records = handle.match_all(uid.to_owned(), None, options).await.unwrap_or_default();
        let bytes = |record: &RecordState| {
            let entries = record.segments.iter();
            let bytes = entries.filter_map(|(entry, _, _)| self.world.bodies.bytes(entry));
            bytes.flatten().collect()
        };
        records.into_iter().map(|record| (record.clone(), bytes(&record))).collect()
    }
}

impl Life for CalmWorker {
    fn world(&self) -> &World {
        &self.world
    }

    async fn step(&self) {
        self.die_if_due().await;
        let millis = self.random() % 8;
        if millis > 0 {
            self.world.clock.sleep(Duration::from_millis(millis)).await;
        }
    }

    fn prepare(&self, exchange: &mut Exchange) -> Result<(), NetworkError> {
        let (Some(prepare), Some(attempt)) = (self.inner.prepares.get(), exchange.attempt) else {
            return Ok(());
        };
        self.inner.attempts.borrow_mut().push(attempt);
        prepare(Rc::make_mut(&mut exchange.request), attempt)
    }

    async fn begin(&self, operation: &Operation<'_>) -> Result<(), StoreError> {
        self.step().await;
        let (mut lists, mut lengths, mut comparisons) = self.inner.failing.get();
        let left = match operation {
            Operation::List => &mut lists,
            Operation::Measure(_) => &mut lengths,
            Operation::Compare(_) => &mut comparisons,
            _ => return Ok(()),
        };
        if *left == 0 {
            return Ok(());
        }
        *left -= 1;
        self.inner.failing.set((lists, lengths, comparisons));
        Err(StoreError::Failed("by the test".to_owned()))
    }
}

impl Host for CalmWorker {
    async fn fire(&self, event: EventType, state: FetchState) {
        self.step().await;
        let records = self.look_at(&state.uid).await;
        let uid = state.uid.clone();
        let delivery = Delivery { event, state, records, finished: false };
        self.inner.delivered.borrow_mut().entry(uid.clone()).or_default().push(delivery);
        let keeps = self.inner.keeps.borrow().clone().filter(|_| event == EventType::Success);
        if let Some(name) = keeps {
            self.step().await;
            self.world.meta.keep(&uid, &name);
        }
        // Handlers take their time, and the worker may die in the middle.
        self.step().await;
        self.world.clock.sleep(self.inner.handler_takes.get()).await;
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

    fn record_changed(&self, record: RecordState) {
        self.inner.changes.borrow_mut().push(record);
    }

    fn active(&self, active: bool) {
        self.inner.active.borrow_mut().push(active);
    }
}

impl Clock for CalmWorker {
    fn now(&self) -> Time {
        self.world.clock.time()
    }

    async fn sleep(&self, duration: Duration) {
        self.world.clock.timer(duration).await;
    }
}
