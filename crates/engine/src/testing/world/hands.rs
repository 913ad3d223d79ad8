//! What workers hold: pieces of bodies that are in no entry yet.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use crate::testing::clock::VirtualClock;
use crate::testing::network::Extent;

/// A piece of a body in a worker's hands.
#[derive(Debug)]
pub struct Chunk {
    extent: Extent,
    holding: Rc<Holding>,
    clock: VirtualClock,
}

/// Bytes of one fetch that workers hold.
#[derive(Debug, Default)]
pub struct Holding {
    held: Cell<u64>,
    /// Bytes that were given up in this very moment, in which an app may still be told of them.
    lost: Cell<(Duration, u64)>,
}

/// By unique id.
#[derive(Debug, Default)]
pub(super) struct Hands {
    holdings: RefCell<BTreeMap<String, Rc<Holding>>>,
}

impl Hands {
    pub(super) fn of(&self, uid: &str) -> Rc<Holding> {
        let mut holdings = self.holdings.borrow_mut();
        if let Some(holding) = holdings.get(uid) {
            return Rc::clone(holding);
        }
        Rc::clone(holdings.entry(uid.to_owned()).or_default())
    }
}

impl Holding {
    /// Bytes were given up.
    pub fn lose(&self, now: Duration, bytes: u64) {
        self.lost.set((now, self.lost_at(now) + bytes));
    }

    /// Bytes that are held, or have just been.
    pub fn most(&self, now: Duration) -> u64 {
        self.held.get() + self.lost_at(now)
    }

    fn lost_at(&self, now: Duration) -> u64 {
        let (time, bytes) = self.lost.get();
        if time == now { bytes } else { 0 }
    }
}

impl Chunk {
    pub(super) fn new(extent: Extent, holding: &Rc<Holding>, clock: &VirtualClock) -> Self {
        holding.held.set(holding.held.get() + extent.length());
        Self { extent, holding: Rc::clone(holding), clock: clock.clone() }
    }

    /// Its bytes.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// Lets go of its first bytes, which are stored already, and tells of how many.
    pub(super) fn skip(&mut self, bytes: u64) -> u64 {
        let skipped = bytes.min(self.extent.length());
        self.extent.from += skipped;
        self.holding.held.set(self.holding.held.get() - skipped);
        skipped
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let bytes = self.extent.length();
        self.holding.held.set(self.holding.held.get() - bytes);
        self.holding.lose(self.clock.monotonic(), bytes);
    }
}
