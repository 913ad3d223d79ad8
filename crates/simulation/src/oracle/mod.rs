//! What must hold, while it happens and once all is over.
//!
//! The oracle knows the plan, is told what workers and servers do, and looks into the world by itself.
//! It knows nothing of how the engine decides.

pub(crate) mod bytes;
mod economy;
pub(crate) mod events;
pub(crate) mod evidence;
pub(crate) mod facts;
pub(crate) mod journal;
pub(crate) mod library;
pub(crate) mod measure;
pub(crate) mod outcome;
pub(crate) mod servers;
pub(crate) mod tally;
pub(crate) mod writes;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use background_fetch_engine::testing::world;

use crate::oracle::facts::{Facts, FetchFacts};
use crate::oracle::journal::Journal;
use crate::oracle::tally::Tally;
use crate::plan::{FetchPlan, Plan};

pub(crate) struct Oracle {
    pub(crate) plan: Rc<Plan>,
    pub(crate) world: world::World,
    pub(crate) facts: RefCell<Facts>,
    pub(crate) tally: RefCell<Tally>,
    pub(crate) journal: Journal,
}

impl Oracle {
    pub(crate) fn new(plan: &Rc<Plan>, world: &world::World, tracing: bool) -> Self {
        Self {
            plan: Rc::clone(plan),
            world: world.clone(),
            facts: RefCell::default(),
            tally: RefCell::default(),
            journal: Journal::new(&world.clock, tracing),
        }
    }

    /// Something happened that must not.
    pub(crate) fn violate(&self, what: impl FnOnce() -> String) {
        self.journal.violate(what);
    }

    /// What the app planned for a fetch.
    pub(crate) fn plan_of(&self, uid: &str) -> FetchPlan {
        let facts = self.facts.borrow();
        let number = facts.fetches.get(uid).map(|fetch| fetch.plan);
        let plans = &self.plan.fetches;
        plans.iter().find(|plan| Some(plan.number) == number).cloned().unwrap_or_default()
    }

    /// Whether the handlers of a fetch have had all the time that they may keep a worker alive for.
    pub(crate) fn is_left_alone(&self, uid: &str) -> bool {
        self.facts.borrow().fetches.get(uid).is_some_and(|fetch| self.leaves_alone(fetch))
    }

    fn leaves_alone(&self, fetch: &FetchFacts) -> bool {
        let (now, patience) = (self.world.clock.monotonic(), self.plan.config.delivery.patience);
        let patience = Duration::from(patience).saturating_sub(A_STEP);
        fetch.deliveries.last().is_some_and(|last| now >= last.began + patience)
    }

    /// All versions of a file that there were, with their lengths.
    fn versions(&self, file: usize) -> Vec<(u64, u64)> {
        let servers = self.world.servers.borrow();
        let places = self.plan.places.get(file).into_iter().flatten();
        places.filter_map(|url| servers.files.get(url)).flat_map(|file| file.versions()).collect()
    }
}

/// An event may come so much later than its engine has told it to the worker.
const A_STEP: Duration = Duration::from_millis(20);
