//! Values of JavaScript and those of Rust: objects, what is spelt alike everywhere, and exceptions.

pub mod error;
pub mod object;
mod spelling;

use std::future::Future;
use std::pin::Pin;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

/// What a promise comes to.
pub(crate) type Outcome = Result<JsValue, JsValue>;

/// What goes on by itself from now on, whoever waits for the promise. Boxed, so that the machinery of promises is compiled
/// for one type of future, not for each.
pub(crate) fn promise(future: impl Future<Output = Outcome> + 'static) -> Promise {
    let future: Pin<Box<dyn Future<Output = _>>> = Box::pin(future);
    future_to_promise(future)
}
