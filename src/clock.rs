//! Time.

use std::pin::Pin;
use std::time::Duration;

use background_fetch_engine::{Instant, Time, Timestamp};
use futures_util::future::{Either, select};
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

/// Now, by the device's clock, which somebody may set, and by that of the worker, which only goes on.
pub fn now() -> Time {
    // A whole number of milliseconds, and positive until somebody sets the clock before 1970.
    let wall = Timestamp(js_sys::Date::now() as u64);
    Time { wall, monotonic: Instant(since_start() as u64) }
}

/// Reads an [HTTP date](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7) in any of its three shapes; `None` if it
/// is none. The browser's parser alone would take "-5" and "1.5" for days of 2001.
pub fn parse_date(text: &str) -> Option<Timestamp> {
    // All have a time with seconds, and one leaves out that it is no local time.
    let is_shaped = text.bytes().filter(|byte| *byte == b':').count() == 2;
    let zone = if text.ends_with("GMT") { "" } else { " GMT" };
    let millis = js_sys::Date::parse(&[text, zone].concat());
    (is_shaped && millis >= 0.0).then_some(Timestamp(millis as u64))
}

/// Resolves after `duration`, or after 24 days if that is less: a browser's timers hold no more.
/// Dropping the future takes the timer away.
pub async fn sleep(duration: Duration) {
    let millis = i32::try_from(duration.as_millis()).unwrap_or(i32::MAX);
    let mut timer = None;
    let due = Promise::new(&mut |resolve, _| {
        timer = Some(Timer(set_timeout(&resolve, millis), resolve));
    });
    let _guard = timer;
    // It never rejects.
    let _ = JsFuture::from(due).await;
}

/// Of a time under way, and what resolves its promise: dropping it takes the timer away.
struct Timer(i32, Function);

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(self.0);
        // Whoever waits for a promise is kept until that settles.
        let _ = self.1.call0(&JsValue::UNDEFINED);
    }
}

/// What a future comes to, if it does within that time; else it is dropped.
pub async fn within<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut done = None;
    let work = async { done = Some(future.await) };
    race(Box::pin(work), limit).await;
    done
}

/// Not part of `within`, which is compiled for each type of what comes of it.
async fn race(mut work: Pin<Box<dyn Future<Output = ()> + '_>>, limit: Duration) {
    // In two halves: when a worker goes on that was suspended, its timers are due before it learns what is done.
    for _ in 0..2 {
        match select(work, Box::pin(sleep(limit / 2))).await {
            Either::Left(_) => return,
            Either::Right((_, rest)) => work = rest,
        }
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn since_start() -> f64;
    /// A longer time than the type can hold would be taken for a negative one.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &Function, millis: i32) -> i32;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: i32);
}
