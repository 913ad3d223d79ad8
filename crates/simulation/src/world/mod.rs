//! Where it happens: the calm world of the engine's tests, and what goes wrong in it by plan.

mod bodies;
pub(crate) mod bug;
mod events;
mod executor;
pub(crate) mod library;
mod network;
pub(crate) mod page;
mod rows;
mod worker;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use background_fetch_engine::driver::Handle;
use background_fetch_engine::testing::clock::Stuck;
use background_fetch_engine::testing::world;

use crate::oracle::{Oracle, servers};
use crate::plan::Plan;
use crate::plan::random::Random;
use crate::plan::twist::{Operation, Trouble, store_name};
use crate::world::bug::{Bug, Slips};
use crate::world::executor::Tasks;

pub(crate) use executor::Executor;

/// Everything that outlives a worker.
pub(crate) struct World {
    pub(crate) plan: Rc<Plan>,
    pub(crate) oracle: Oracle,
    pub(crate) lives: Lives,
    pub(crate) tasks: Tasks,
    /// All that would be there if nothing went wrong.
    base: world::World,
    slips: Slips,
    random: Cell<Random>,
    /// Operations of the stores so far.
    operations: RefCell<BTreeMap<Operation, u64>>,
    finished_entries: Cell<u64>,
    /// Nothing goes wrong any more.
    calm: Cell<bool>,
}

/// Of the worker. Numbers go up from 1.
#[derive(Default)]
pub(crate) struct Lives {
    /// Number of the newest worker.
    last: Cell<u32>,
    /// Workers up to this one are dead.
    killed: Cell<u32>,
    /// Of the worker that has the store.
    epoch: Cell<u64>,
    /// A crash has come, and the next start comes after so many milliseconds.
    crash: Cell<Option<u64>>,
    /// So many workers should be started.
    starts: Cell<u32>,
    /// Engines that have started, by worker.
    handles: RefCell<BTreeMap<u32, Handle>>,
}

impl World {
    pub(crate) fn new(plan: Plan, bug: Option<Bug>, tracing: bool) -> Rc<Self> {
        let plan = Rc::new(plan);
        let base = world::World::default();
        base.servers.replace(plan.servers.clone());
        base.bodies.set_quota(plan.quota);
        Rc::new(Self {
            oracle: Oracle::new(&plan, &base, tracing),
            lives: Lives::default(),
            tasks: Tasks::default(),
            base,
            slips: Slips::new(bug),
            random: Cell::new(Random::new(!plan.seed)),
            operations: RefCell::default(),
            finished_entries: Cell::new(0),
            calm: Cell::new(false),
            plan,
        })
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut Random) -> T) -> T {
        let mut random = self.random.get();
        let drawn = draw(&mut random);
        self.random.set(random);
        drawn
    }

    pub(crate) async fn sleep(&self, millis: u64) {
        self.base.clock.sleep(Duration::from_millis(millis)).await;
    }

    /// Lets time pass until `future` is ready, or it is given up.
    pub(crate) fn play<T>(
        &self,
        future: impl Future<Output = T>,
        given_up: impl FnMut() -> bool,
    ) -> Result<Option<T>, Stuck> {
        self.base.clock.run(future, given_up)
    }

    /// What a worker or, if that is 0, the app does.
    fn trace(&self, who: u32, what: impl FnOnce() -> String) {
        self.oracle.journal.trace(who, what);
    }

    /// Lets the rest of time go without faults and crashes.
    pub(crate) fn calm_down(&self) {
        self.calm.set(true);
        self.base.bodies.set_quota(None);
        self.base.way.clear();
        let mut servers = self.base.servers.borrow_mut();
        servers.origins.clear();
        for file in servers.files.values_mut() {
            file.faults.clear();
            file.always = None;
        }
    }

    fn is_calm(&self) -> bool {
        self.calm.get()
    }

    /// Counts a step of a worker, which may be the last of all of them.
    fn count_step(&self) {
        let step = self.oracle.journal.step();
        if self.is_calm() {
            return;
        }
        let due = self.plan.crashes.iter().find(|(at, _)| *at == step);
        if let Some((_, down)) = due {
            self.oracle.facts.borrow_mut().crashes += 1;
            self.oracle.tally.borrow_mut().crashes += 1;
            self.kill(*down);
        }
        if self.plan.rivals.contains(&step) {
            self.oracle.tally.borrow_mut().strike("rival");
            self.oracle.facts.borrow_mut().rivals += 1;
            self.trace(0, || "a rival is started".to_owned());
            self.start_worker();
        }
    }

    /// Kills all workers. They stop at their next breath.
    pub(crate) fn kill(&self, down: u64) {
        self.lives.killed.set(self.lives.last.get());
        servers::forget_what_died(&self.oracle, &mut self.oracle.facts.borrow_mut());
        self.lives.crash.set(Some(down));
        self.lives.handles.borrow_mut().clear();
        self.trace(0, || format!("the worker dies, and starts again in {down} ms"));
    }

    pub(crate) fn start_worker(&self) {
        self.lives.starts.set(self.lives.starts.get() + 1);
        self.tasks.changed();
    }

    /// What goes wrong with this operation, if anything does.
    fn trouble(&self, operation: Operation) -> Option<Trouble> {
        if self.is_calm() {
            return None;
        }
        let mut operations = self.operations.borrow_mut();
        let count = operations.entry(operation).or_default();
        let nth = *count;
        *count += 1;
        let found = self.plan.stores.iter().find(|(kind, at, _)| *kind == operation && *at == nth);
        let trouble = found.map(|(_, _, trouble)| *trouble)?;
        self.oracle.tally.borrow_mut().strike(store_name(operation, trouble));
        self.trace(0, || format!("{operation:?} {nth}: {trouble:?}"));
        Some(trouble)
    }

    /// The engine that has the store, as soon as there is one, and whose it is.
    async fn handle(&self) -> (u32, Handle) {
        self.tasks.until(|| self.owner()).await
    }

    fn owner(&self) -> Option<(u32, Handle)> {
        let owner = self.oracle.facts.borrow().owner;
        self.lives.handles.borrow().get(&owner).map(|handle| (owner, handle.clone()))
    }

    /// Whether the engine has nothing to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.owner().is_some_and(|(_, handle)| !handle.is_active())
    }
}
