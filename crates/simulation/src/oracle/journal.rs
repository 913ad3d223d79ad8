//! What is told of a run while it goes on.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use background_fetch_engine::testing::clock::VirtualClock;

/// The first thing that must not have happened; and everything else, for who wants to read it.
pub(crate) struct Journal {
    clock: VirtualClock,
    tracing: bool,
    /// Of all workers.
    steps: Cell<u64>,
    violation: RefCell<Option<String>>,
}

impl Journal {
    pub(crate) fn new(clock: &VirtualClock, tracing: bool) -> Self {
        let (steps, violation) = (Cell::new(0), RefCell::default());
        Self { clock: clock.clone(), tracing, steps, violation }
    }

    /// Since the beginning.
    pub(crate) fn elapsed(&self) -> Duration {
        self.clock.monotonic()
    }

    /// Counts a step of a worker, and tells which it is.
    pub(crate) fn step(&self) -> u64 {
        self.steps.set(self.steps.get() + 1);
        self.steps.get()
    }

    /// How many there were.
    pub(crate) fn steps(&self) -> u64 {
        self.steps.get()
    }

    /// Of a worker, or of the app if that is 0.
    pub(crate) fn trace(&self, who: u32, what: impl FnOnce() -> String) {
        if self.tracing {
            let (time, step) = (self.elapsed().as_millis(), self.steps.get());
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
}
