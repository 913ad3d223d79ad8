//! `fetch()`, tied to the life of a value.

use background_fetch_engine::ports::Attempt;
use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Request, Response};

use crate::js::object::set;

/// Sends a request, which is the target and the options of `fetch()`; resolves with the response,
/// and fails with whatever it rejects with.
///
/// With `by`, the app prepares the request.
///
/// The guard is made before anything is awaited, so dropping the future aborts the fetch, too.
pub async fn send(
    url: &str,
    options: &JsValue,
    by: Option<(&Sender, Attempt)>,
) -> Result<(AbortGuard, Response), JsValue> {
    let guard = AbortGuard(AbortController::new()?);
    set(options, "signal", &guard.0.signal());
    let sent = match by {
        Some((sender, Attempt { number, received, status })) => {
            sender.send(url, options, number, received as f64, status)
        }
        None => fetch(&Request::new_with_str_and_init(url, options.unchecked_ref())?),
    };
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

    /// As `fetch()`, after the app has prepared the request: rejects with `null` where it has not. Whom it is sent to is `url`
    /// of the options then.
    #[wasm_bindgen(method)]
    fn send(
        this: &Sender,
        url: &str,
        options: &JsValue,
        attempt: u32,
        received: f64,
        status: u16,
    ) -> Promise;

    fn fetch(request: &Request) -> Promise;
}
