//! `fetch()`, tied to the life of a value.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Request, Response};

use crate::plain::set;

/// A fetch under way. Dropping it aborts the fetch, its body included.
#[derive(Debug)]
#[must_use = "dropping a transfer aborts it"]
pub struct Transfer(AbortController);

impl Transfer {
    /// Sends a request, which is the target and the options of `fetch()`; resolves with the
    /// response, and fails with whatever it rejects with.
    ///
    /// The transfer is made before anything is awaited, so dropping the future aborts it too.
    pub async fn send(url: &str, options: &JsValue) -> Result<(Self, Response), JsValue> {
        let transfer = Self(AbortController::new()?);
        set(options, "signal", &transfer.0.signal());
        let request = Request::new_with_str_and_init(url, options.unchecked_ref())?;
        let response = JsFuture::from(fetch(&request)).await?;
        Ok((transfer, response.unchecked_into()))
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[wasm_bindgen]
extern "C" {
    fn fetch(request: &Request) -> Promise;
}
