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
///
/// Its time only goes on. What it shows, like the clock on a wall, can be set.
#[derive(Debug, Clone)]
pub struct VirtualClock {
    inner: Rc<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// Milliseconds since the beginning, but for those of `suspended`.
    elapsed: Cell<u64>,
    /// Milliseconds in which all stood still but the clock.
    suspended: Cell<u64>,
    /// Milliseconds by which the wall clock is ahead of the true time.
    ahead: Cell<i64>,
    last: Cell<u64>,
    sleepers: RefCell<BTreeMap<(u64, u64), Waker>>,
}

/// Nothing would ever happen again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stuck;

impl Default for VirtualClock {
    fn default() -> Self {
        let (elapsed, suspended) = (Cell::new(0), Cell::new(0));
        let (ahead, last, sleepers) = (Cell::new(0), Cell::new(0), RefCell::default());
        Self { inner: Rc::new(Inner { elapsed, suspended, ahead, last, sleepers }) }
    }
}

impl VirtualClock {
    /// When every virtual world begins.
    pub const BEGINNING: Timestamp = Timestamp(1_700_000_000_000);

    /// What the wall clock shows.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.true_time().0.saturating_add_signed(self.inner.ahead.get()))
    }

    /// What it would show if nobody had set it: so do the clocks of all others.
    pub fn true_time(&self) -> Timestamp {
        Self::BEGINNING + self.monotonic()
    }

    /// The time that has passed since the beginning, whatever the wall clock shows.
    pub fn monotonic(&self) -> Duration {
        Duration::from_millis(self.inner.elapsed.get() + self.inner.suspended.get())
    }

    /// The browser is suspended for so long, as on a phone: what was to come comes as much later, but timers are due at
    /// once.
    pub fn suspend(&self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.inner.suspended.set(self.inner.suspended.get().saturating_add(millis));
        let all = std::mem::take(&mut *self.inner.sleepers.borrow_mut());
        all.into_values().for_each(Waker::wake);
    }

    /// Sets the wall clock forward by so many milliseconds, or back. Who sleeps does not notice.
    pub fn shift_wall(&self, millis: i64) {
        self.inner.ahead.set(self.inner.ahead.get().saturating_add(millis));
    }

    /// The time by both clocks.
    pub fn time(&self) -> Time {
        Time { wall: self.now(), monotonic: Instant(0) + self.monotonic() }
    }

    /// Resolves when that much time has passed, not counting that in which all stands still.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_by(duration, || 0).await;
    }

    /// A timer of a worker's: resolves when the clock has gone on by that much.
    pub async fn timer(&self, duration: Duration) {
        let before = self.inner.suspended.get();
        self.sleep_by(duration, || self.inner.suspended.get() - before).await;
    }

    async fn sleep_by(&self, duration: Duration, earlier: impl Fn() -> u64) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let until = self.inner.elapsed.get().saturating_add(millis);
        let id = self.inner.last.get() + 1;
        self.inner.last.set(id);
        let mut sleeper = Sleeper { clock: self.clone(), key: (until, id) };
        poll_fn(|context| {
            sleeper.key.0 = until.saturating_sub(earlier());
            if self.inner.elapsed.get() >= sleeper.key.0 {
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
        self.inner.elapsed.set(self.inner.elapsed.get().max(time));
        waker.wake();
        Ok(())
    }
}

/// Wakes nobody once it is given up.
struct Sleeper {
    clock: VirtualClock,
    key: (u64, u64),
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Stuck, VirtualClock};

    const HOUR: i64 = 60 * 60 * 1000;

    #[test]
    fn who_sleeps_does_not_notice_that_the_wall_clock_is_set() {
        for by in [-HOUR, 10 * 60 * 1000] {
            let clock = VirtualClock::default();
            let life = async {
                clock.shift_wall(by);
                clock.sleep(Duration::from_secs(5)).await;
                clock.now()
            };
            let shown = clock.run(life, || false).unwrap().unwrap();
            assert_eq!(clock.monotonic(), Duration::from_secs(5));
            assert_eq!(clock.true_time(), VirtualClock::BEGINNING + Duration::from_secs(5));
            assert_eq!(shown.0, clock.true_time().0.saturating_add_signed(by));
        }
    }

    #[test]
    fn who_waits_for_nothing_is_stuck() {
        let clock = VirtualClock::default();
        assert_eq!(clock.run(std::future::pending::<()>(), || false), Err(Stuck));
    }
}
