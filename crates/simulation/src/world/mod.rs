//! What all workers, the app and the oracle share: everything that outlives a worker.

pub(crate) mod bodies;
pub(crate) mod bug;
pub(crate) mod effect;
pub(crate) mod events;
pub(crate) mod executor;
pub(crate) mod network;
pub(crate) mod page;
pub(crate) mod rows;
pub(crate) mod worker;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};
use std::time::Duration;

use background_fetch_engine::driver::Handle;
use background_fetch_engine::snapshot::EntryKey;
use background_fetch_engine::testing::clock::VirtualClock;
use background_fetch_engine::testing::memory::{BodyEntries, MemoryMetaStore};
use background_fetch_engine::testing::network::{Extent, Servers};

use crate::oracle::facts::Facts;
use crate::oracle::tally::Tally;
use crate::plan::Plan;
use crate::plan::files::START;
use crate::plan::random::Random;
use crate::plan::twist::{Operation, Trouble, store_name};
use crate::world::bug::Bug;

pub(crate) type Boxed<T = ()> = Pin<Box<dyn Future<Output = T>>>;

pub(crate) struct World {
    pub(crate) clock: VirtualClock,
    pub(crate) plan: Plan,
    pub(crate) bug: Option<Bug>,
    pub(crate) servers: RefCell<Servers>,
    pub(crate) bodies: BodyEntries<Vec<Extent>>,
    pub(crate) meta: MemoryMetaStore,
    pub(crate) facts: RefCell<Facts>,
    pub(crate) tally: RefCell<Tally>,
    pub(crate) lives: Lives,
    pub(crate) network: Network,
    tracing: bool,
    random: Cell<Random>,
    /// Operations of the stores so far.
    operations: RefCell<BTreeMap<Operation, u64>>,
    finished_entries: Cell<u64>,
    /// Nothing goes wrong any more.
    calm: Cell<bool>,
    waiters: RefCell<Vec<Waker>>,
    spawned: RefCell<Vec<Boxed>>,
    violation: RefCell<Option<String>>,
}

/// Of the worker. Numbers go up from 1.
#[derive(Default)]
pub(crate) struct Lives {
    /// Number of the newest worker.
    pub(crate) last: Cell<u32>,
    /// Workers up to this one are dead.
    pub(crate) killed: Cell<u32>,
    /// The worker that took the store over last.
    pub(crate) owner: Cell<u32>,
    /// Its epoch.
    pub(crate) epoch: Cell<u64>,
    /// Of all workers.
    pub(crate) steps: Cell<u64>,
    /// A crash has come, and the next start comes after so many milliseconds.
    pub(crate) crash: Cell<Option<u64>>,
    /// So many workers should be started.
    pub(crate) starts: Cell<u32>,
    /// Engines that have started, by worker.
    pub(crate) handles: RefCell<BTreeMap<u32, Handle>>,
    /// Calls and plans of the app that are not over.
    pub(crate) tasks: Cell<u32>,
}

/// What keeps requests from their servers. Counts, because it may happen twice at a time.
#[derive(Default)]
pub(crate) struct Network {
    pub(crate) offline: Cell<u32>,
    pub(crate) unreachable: RefCell<BTreeMap<String, u32>>,
}

impl World {
    pub(crate) fn new(plan: Plan, bug: Option<Bug>, tracing: bool) -> Rc<Self> {
        let world = Self {
            clock: VirtualClock::default(),
            bug,
            servers: RefCell::new(plan.servers.clone()),
            bodies: BodyEntries::default(),
            meta: MemoryMetaStore::default(),
            facts: RefCell::default(),
            tally: RefCell::default(),
            lives: Lives::default(),
            network: Network::default(),
            tracing,
            random: Cell::new(Random::new(!plan.seed)),
            operations: RefCell::default(),
            finished_entries: Cell::new(0),
            calm: Cell::new(false),
            waiters: RefCell::default(),
            spawned: RefCell::default(),
            violation: RefCell::default(),
            plan,
        };
        world.bodies.set_quota(world.plan.quota);
        Rc::new(world)
    }

    pub(crate) fn draw<T>(&self, draw: impl FnOnce(&mut Random) -> T) -> T {
        let mut random = self.random.get();
        let drawn = draw(&mut random);
        self.random.set(random);
        drawn
    }

    /// Milliseconds since the beginning.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.now().since(START)
    }

    pub(crate) async fn sleep(&self, millis: u64) {
        self.clock.sleep(Duration::from_millis(millis)).await;
    }

    pub(crate) fn trace(&self, who: u32, what: impl FnOnce() -> String) {
        if self.tracing {
            let (time, step) = (self.elapsed().as_millis(), self.lives.steps.get());
            let who = if who == 0 { "app".to_owned() } else { format!("worker {who}") };
            println!("{time:>9} ms  step {step:>4}  {who:<9} {}", what());
        }
    }

    /// Something happened that must not.
    pub(crate) fn violate(&self, what: impl FnOnce() -> String) {
        let mut violation = self.violation.borrow_mut();
        if violation.is_none() {
            let what = what();
            self.trace(0, || format!("VIOLATION: {what}"));
            *violation = Some(what);
        }
    }

    pub(crate) fn violation(&self) -> Option<String> {
        self.violation.borrow().clone()
    }

    pub(crate) fn is_violated(&self) -> bool {
        self.violation.borrow().is_some()
    }

    /// Lets the rest of time go without faults and crashes.
    pub(crate) fn calm_down(&self) {
        self.calm.set(true);
        self.bodies.set_quota(None);
        self.network.offline.set(0);
        self.network.unreachable.borrow_mut().clear();
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.calm.get()
    }

    /// Counts a step of a worker, which may be the last of all of them.
    pub(crate) fn count_step(&self) {
        let step = self.lives.steps.get() + 1;
        self.lives.steps.set(step);
        if self.calm.get() {
            return;
        }
        let due = self.plan.crashes.iter().find(|(at, _)| *at == step);
        if let Some((_, down)) = due {
            self.facts.borrow_mut().crashes += 1;
            self.tally.borrow_mut().crashes += 1;
            self.kill(*down);
        }
        if self.plan.rivals.contains(&step) {
            self.tally.borrow_mut().strike("rival");
            self.facts.borrow_mut().rivals += 1;
            self.trace(0, || "a rival is started".to_owned());
            self.start_worker();
        }
    }

    /// Kills all workers. They stop at their next breath.
    pub(crate) fn kill(&self, down: u64) {
        self.lives.killed.set(self.lives.last.get());
        self.lives.crash.set(Some(down));
        self.lives.handles.borrow_mut().clear();
        self.trace(0, || format!("the worker dies, and starts again in {down} ms"));
    }

    pub(crate) fn start_worker(&self) {
        self.lives.starts.set(self.lives.starts.get() + 1);
        self.changed();
    }

    /// What goes wrong with this operation, if anything does.
    pub(crate) fn trouble(&self, operation: Operation) -> Option<Trouble> {
        if self.calm.get() {
            return None;
        }
        let mut operations = self.operations.borrow_mut();
        let count = operations.entry(operation).or_default();
        let nth = *count;
        *count += 1;
        let found = self.plan.stores.iter().find(|(kind, at, _)| *kind == operation && *at == nth);
        let trouble = found.map(|(_, _, trouble)| *trouble)?;
        self.tally.borrow_mut().strike(store_name(operation, trouble));
        self.trace(0, || format!("{operation:?} {nth}: {trouble:?}"));
        Some(trouble)
    }

    /// An entry is finished: others may get lost now.
    pub(crate) fn entry_finished(&self) {
        let nth = self.finished_entries.get();
        self.finished_entries.set(nth + 1);
        if self.calm.get() {
            return;
        }
        for loss in self.plan.losses.iter().filter(|loss| loss.after == nth) {
            let entries = self.bodies.entries();
            let at = loss.which.checked_rem(entries.len() as u64).unwrap_or(0);
            let entry = usize::try_from(at).ok().and_then(|at| entries.get(at));
            if let Some(entry) = entry {
                self.lose(entry, loss.torn);
            }
        }
    }

    fn lose(&self, entry: &EntryKey, torn: bool) {
        let length = self.bodies.length(entry).unwrap_or(0);
        if torn {
            self.bodies.truncate(entry, length / 2);
        } else {
            self.bodies.delete(std::slice::from_ref(entry));
        }
        self.trace(0, || format!("{} {}", entry.0, if torn { "is torn" } else { "vanishes" }));
        self.tally.borrow_mut().strike(if torn { "entry torn" } else { "entry vanished" });
        self.facts.borrow_mut().lose(entry, length);
    }

    /// Runs a future that belongs to nobody.
    pub(crate) fn spawn(&self, future: impl Future<Output = ()> + 'static) {
        self.spawned.borrow_mut().push(Box::pin(future));
        self.changed();
    }

    pub(crate) fn take_spawned(&self) -> Vec<Boxed> {
        std::mem::take(&mut *self.spawned.borrow_mut())
    }

    /// Something changed that somebody may wait for.
    pub(crate) fn changed(&self) {
        for waker in self.waiters.borrow_mut().drain(..) {
            waker.wake();
        }
    }

    /// Resolves when `look` finds something. It is asked after each change.
    pub(crate) async fn until<T>(&self, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        poll_fn(|context| match look(self) {
            Some(found) => Poll::Ready(found),
            None => {
                self.waiters.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }

    /// The engine that has the store, as soon as there is one, and whose it is.
    pub(crate) async fn handle(&self) -> (u32, Handle) {
        self.until(Self::owner).await
    }

    pub(crate) fn owner(&self) -> Option<(u32, Handle)> {
        let owner = self.lives.owner.get();
        self.lives.handles.borrow().get(&owner).map(|handle| (owner, handle.clone()))
    }

    /// Whether the engine has nothing to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.owner().is_some_and(|(_, handle)| !handle.is_active())
    }
}
