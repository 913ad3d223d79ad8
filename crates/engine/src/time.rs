//! Points in time. The engine never reads a clock: every call brings the time with it.

use std::ops::{Add, Sub};
use std::time::Duration;

/// Milliseconds since the Unix epoch, as the port's clock gives them.
///
/// Wall-clock time and not a monotonic one, because waiting times must survive the worker. So it
/// may jump; a difference below zero counts as none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The time that has gone by since `earlier`, zero if the clock went backwards.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(millis))
    }
}

impl Sub for Timestamp {
    type Output = Duration;

    fn sub(self, earlier: Self) -> Duration {
        self.since(earlier)
    }
}
