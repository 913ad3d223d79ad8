//! Time.

use std::time::Duration;

use background_fetch_engine::Timestamp;
use gloo_timers::future::TimeoutFuture;

/// Now, by the device's clock.
pub fn now() -> Timestamp {
    // A whole number of milliseconds, and positive until somebody sets the clock before 1970.
    Timestamp(js_sys::Date::now() as u64)
}

/// Reads an HTTP date; `None` if it is none. The browser's parser takes more than those, but what it
/// takes for a date is one.
pub fn parse_date(text: &str) -> Option<Timestamp> {
    let millis = js_sys::Date::parse(text);
    (millis >= 0.0).then_some(Timestamp(millis as u64))
}

/// Resolves after `duration`, or after 24 days if that is less: a browser's timers hold no more.
/// Dropping the future takes the timer away.
pub async fn sleep(duration: Duration) {
    let millis = u32::try_from(duration.as_millis()).unwrap_or(LONGEST).min(LONGEST);
    TimeoutFuture::new(millis).await;
}

/// A longer time in milliseconds would be taken for a negative one.
const LONGEST: u32 = i32::MAX as u32;
