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
    hand: Rc<Hand>,
}

/// Bytes of one fetch that workers hold.
#[derive(Debug)]
pub struct Holding {
    clock: VirtualClock,
    held: Cell<u64>,
    /// Bytes that were given up in this very moment, in which an app may still be notified of them.
    lost: Cell<(Duration, u64)>,
}

/// All that one worker holds.
#[derive(Debug)]
pub(super) struct Hand {
    held: Cell<u64>,
    /// The most that any worker has held.
    most: Rc<Cell<u64>>,
}

/// Of all workers.
#[derive(Debug, Default)]
pub(super) struct Hands {
    /// By unique id.
    holdings: RefCell<BTreeMap<String, Rc<Holding>>>,
    most: Rc<Cell<u64>>,
}

impl Hands {
    pub(super) fn of(&self, uid: &str, clock: &VirtualClock) -> Rc<Holding> {
        let mut holdings = self.holdings.borrow_mut();
        if let Some(holding) = holdings.get(uid) {
            return Rc::clone(holding);
        }
        let (clock, held, lost) = (clock.clone(), Cell::new(0), Cell::default());
        let holding = Rc::new(Holding { clock, held, lost });
        holdings.insert(uid.to_owned(), Rc::clone(&holding));
        holding
    }

    pub(super) fn of_new_worker(&self) -> Rc<Hand> {
        Rc::new(Hand { held: Cell::new(0), most: Rc::clone(&self.most) })
    }

    pub(super) fn most(&self) -> u64 {
        self.most.get()
    }
}

impl Hand {
    fn take(&self, bytes: u64) {
        self.held.set(self.held.get() + bytes);
        self.most.set(self.most.get().max(self.held.get()));
    }

    fn let_go(&self, bytes: u64) {
        self.held.set(self.held.get() - bytes);
    }
}

impl Holding {
    /// Bytes were given up.
    pub fn lose(&self, bytes: u64) {
        self.lost.set((self.clock.monotonic(), self.just_lost() + bytes));
    }

    /// Bytes that are held, or have just been.
    pub fn most(&self) -> u64 {
        self.held.get() + self.just_lost()
    }

    fn just_lost(&self) -> u64 {
        let (time, bytes) = self.lost.get();
        if time == self.clock.monotonic() { bytes } else { 0 }
    }
}

impl Chunk {
    pub(super) fn new(extent: Extent, holding: &Rc<Holding>, hand: &Rc<Hand>) -> Self {
        holding.held.set(holding.held.get() + extent.length());
        hand.take(extent.length());
        Self { extent, holding: Rc::clone(holding), hand: Rc::clone(hand) }
    }

    /// Its bytes.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// Lets go of its first bytes, which are stored already, and tells of how many.
    pub(super) fn skip(&mut self, bytes: u64) -> u64 {
        let skipped = bytes.min(self.extent.length());
        self.extent.from += skipped;
        self.let_go(skipped);
        skipped
    }

    /// Lets go of its last bytes, which others bring, and tells of how many.
    pub(super) fn shorten(&mut self, bytes: u64) -> u64 {
        let dropped = bytes.min(self.extent.length());
        self.extent.to -= dropped;
        self.let_go(dropped);
        self.holding.lose(dropped);
        dropped
    }

    fn let_go(&self, bytes: u64) {
        self.holding.held.set(self.holding.held.get() - bytes);
        self.hand.let_go(bytes);
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        let bytes = self.extent.length();
        self.let_go(bytes);
        self.holding.lose(bytes);
    }
}
