//! Points in time. The engine never reads a clock: every call brings the time with it.

use std::ops::{Add, Mul};
use std::time::Duration;

/// Milliseconds since the Unix epoch, by the device's clock.
///
/// It may jump, in either direction, so nothing is measured with it: it is for the dates of HTTP,
/// and for what is stored, which the next worker must understand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The time from `earlier` to this one, zero if that is later.
    pub fn since(self, earlier: Self) -> Duration {
        self.after(earlier).into()
    }

    /// The same, as the engine reckons.
    pub(crate) fn after(self, earlier: Self) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        self + Millis::from(duration)
    }
}

/// Milliseconds of a clock that never jumps, from a beginning of its own: all waiting is measured
/// with it. It means nothing to the next worker.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub u64);

impl Instant {
    /// The time that has gone by since `earlier`.
    pub fn since(self, earlier: Self) -> Duration {
        self.after(earlier).into()
    }

    /// The same, as the engine reckons.
    pub(crate) fn after(self, earlier: Self) -> Millis {
        Millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        self + Millis::from(duration)
    }
}

/// A duration of so many milliseconds. The engine reckons in these: a [`Duration`] takes more code at each step, and
/// all of it ships.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(pub u64);

impl Millis {
    pub(crate) const ZERO: Self = Self(0);

    pub(crate) const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    pub(crate) fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn half(self) -> Self {
        Self(self.0 / 2)
    }

    pub(crate) fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl From<Millis> for Duration {
    fn from(time: Millis) -> Self {
        Self::from_millis(time.0)
    }
}

impl From<Duration> for Millis {
    /// At most `u64::MAX`.
    fn from(duration: Duration) -> Self {
        Self(millis(duration))
    }
}

impl Mul<u64> for Millis {
    type Output = Self;

    fn mul(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl Add<Millis> for Timestamp {
    type Output = Self;

    fn add(self, time: Millis) -> Self {
        Self(self.0.saturating_add(time.0))
    }
}

impl Add<Millis> for Instant {
    type Output = Self;

    fn add(self, time: Millis) -> Self {
        Self(self.0.saturating_add(time.0))
    }
}

/// Both clocks, read together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Time {
    /// What the device says.
    pub wall: Timestamp,
    /// What waiting is measured with.
    pub monotonic: Instant,
}

/// At most `u64::MAX`. Not inlined: it is reckoned in 128 bits, and in many places.
#[inline(never)]
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
