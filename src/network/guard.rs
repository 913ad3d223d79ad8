//! `fetch()`, tied to the life of a value.

use background_fetch_engine::ports::Attempt;
use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Response};

use crate::js::object::set;

/// Has `sender` send a request, which is the target and the options of `fetch()`; resolves with the response, and fails
/// with whatever that rejects with.
///
/// The guard is made before anything is awaited, so dropping the future aborts the fetch, too.
pub async fn send(
    sender: &Sender,
    url: &str,
    options: &JsValue,
    Attempt { number, received, status }: Attempt,
) -> Result<(AbortGuard, Response), JsValue> {
    let guard = AbortGuard(AbortController::new()?);
    set(options, "signal", &guard.0.signal());
    let sent = sender.send(url, options, number, received as f64, status);
    let response = JsFuture::from(sent).await?;
    Ok((guard, response.unchecked_into()))
}

/// Of a fetch under way: dropping it aborts the fetch, its body included.
#[derive(Debug)]
#[must_use = "dropping the guard aborts the fetch"]
pub struct AbortGuard(AbortController);

impl Drop for AbortGuard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[wasm_bindgen]
extern "C" {
    /// Of the `Host` of `js/border/engine.ts`, what sends.
    #[derive(Debug)]
    pub type Sender;

    /// `fetch()`, after the app has prepared the request, if it does so and `attempt` is not 0: rejects with a number,
    /// `Failure` of that file.
    #[wasm_bindgen(method)]
    fn send(
        this: &Sender,
        url: &str,
        options: &JsValue,
        attempt: u32,
        received: f64,
        status: u16,
    ) -> Promise;
}
