//! Time that passes only when nothing else can happen.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use crate::time::{Instant, Time, Timestamp};

/// A clock, and the executor that moves it.
#[derive(Debug, Clone)]
pub struct VirtualClock {
    inner: Rc<Inner>,
}

#[derive(Debug)]
struct Inner {
    now: Cell<Timestamp>,
    last: Cell<u64>,
    sleepers: RefCell<BTreeMap<(Timestamp, u64), Waker>>,
}

/// Nothing would ever happen again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stuck;

impl Default for VirtualClock {
    fn default() -> Self {
        let now = Cell::new(Timestamp(1_700_000_000_000));
        let inner = Inner { now, last: Cell::new(0), sleepers: RefCell::default() };
        Self { inner: Rc::new(inner) }
    }
}

impl VirtualClock {
    /// The time.
    pub fn now(&self) -> Timestamp {
        self.inner.now.get()
    }

    /// The time by both clocks.
    pub fn time(&self) -> Time {
        Time { wall: self.now(), monotonic: Instant(self.now().0) }
    }

    /// Resolves when that much time has passed.
    pub async fn sleep(&self, duration: Duration) {
        let until = self.now() + duration;
        let id = self.inner.last.get() + 1;
        self.inner.last.set(id);
        let sleeper = Sleeper { clock: self.clone(), key: (until, id) };
        poll_fn(|context| {
            if self.now() >= until {
                return Poll::Ready(());
            }
            let mut sleepers = self.inner.sleepers.borrow_mut();
            sleepers.insert(sleeper.key, context.waker().clone());
            Poll::Pending
        })
        .await;
    }

    /// Runs a future, letting time jump to the next sleeper whenever it waits, until it is ready
    /// or `given_up` says so.
    ///
    /// # Errors
    ///
    /// [`Stuck`] if it waits for nothing that will happen.
    pub fn run<T>(
        &self,
        future: impl Future<Output = T>,
        mut given_up: impl FnMut() -> bool,
    ) -> Result<Option<T>, Stuck> {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&flag));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            while flag.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
                    return Ok(Some(value));
                }
                if given_up() {
                    return Ok(None);
                }
            }
            self.advance()?;
        }
    }

    fn advance(&self) -> Result<(), Stuck> {
        let next = self.inner.sleepers.borrow_mut().pop_first();
        let Some(((time, _), waker)) = next else { return Err(Stuck) };
        self.inner.now.set(self.now().max(time));
        waker.wake();
        Ok(())
    }
}

/// Wakes nobody once it is given up.
struct Sleeper {
    clock: VirtualClock,
    key: (Timestamp, u64),
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        self.clock.inner.sleepers.borrow_mut().remove(&self.key);
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
