//! What JavaScript does for the engine: the `Host` of `js/border/engine.ts`.

use background_fetch_engine::http::RequestSpec;
use background_fetch_engine::ports::{Attempt, Exchange, NetworkError};
use background_fetch_engine::state::{EventType, FetchState, RecordState};
use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::Cache;

use crate::convert;
use crate::js::object::{FromJs, ToJs};
use crate::platform::{is_offline, is_same_origin};

#[wasm_bindgen]
extern "C" {
    /// Any object with these methods.
    #[derive(Debug)]
    #[wasm_bindgen(typescript_type = "Host")]
    pub type JsHost;

    #[wasm_bindgen(method, catch, js_name = fireEvent)]
    fn fire_event(this: &JsHost, event: &str, state: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn update(this: &JsHost, state: &JsValue) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch, js_name = recordChanged)]
    fn record_changed(this: &JsHost, record: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn active(this: &JsHost, active: bool) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = lost)]
    fn tell_lost(this: &JsHost) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = isAside)]
    fn is_aside(this: &JsHost, uid: &str) -> Result<bool, JsValue>;
    #[wasm_bindgen(method, catch, js_name = prepare)]
    fn ask_app(
        this: &JsHost,
        request: &JsValue,
        attempt: u32,
        received: f64,
        status: u16,
    ) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn entries(this: &JsHost, cache: &Cache) -> Result<Promise, JsValue>;
    /// Puts all bytes of chunks into a cache; the chunks end by that.
    #[wasm_bindgen(method, catch)]
    pub fn put(this: &JsHost, cache: &Cache, url: &str, chunks: &Array)
    -> Result<Promise, JsValue>;
}

// By contract none of these throws or rejects. If one does all the same, the fetches go on: what
// could be done for the app's sake is done, and JavaScript reports its own errors.
impl JsHost {
    /// See [`fire`](background_fetch_engine::ports::Host::fire).
    pub async fn fire(&self, event: EventType, state: &FetchState) {
        settle(self.fire_event(event.as_str(), &state.to_js())).await;
    }

    /// See [`notify`](background_fetch_engine::ports::Host::notify).
    pub async fn notify(&self, state: &FetchState) {
        settle(self.update(&state.to_js())).await;
    }

    /// See [`record_changed`](background_fetch_engine::ports::Host::record_changed). The request
    /// goes without its body: whoever watches a record has got it with the record.
    pub fn changed(&self, record: &RecordState) {
        let _ = self.record_changed(&convert::record(record, &JsValue::NULL));
    }

    /// See [`active`](background_fetch_engine::ports::Host::active).
    pub fn set_active(&self, active: bool) {
        let _ = self.active(active);
    }

    /// The engine has ended, since its database was deleted.
    pub fn lost(&self) {
        let _ = self.tell_lost();
    }

    /// Whether the engine is to leave this fetch alone, as if it were not stored.
    pub fn sets_aside(&self, uid: &str) -> bool {
        self.is_aside(uid).unwrap_or(false)
    }

    /// Puts in the place of a request that is about to be sent what the app makes of it, in bounded time.
    ///
    /// # Errors
    ///
    /// If the app has not done it.
    pub async fn prepare(
        &self,
        exchange: &mut Exchange,
        Attempt { number, received, status }: Attempt,
    ) -> Result<(), NetworkError> {
        let why = || if is_offline() { NetworkError::Offline } else { NetworkError::Unprepared };
        let before = &exchange.request;
        let asked = self.ask_app(&before.to_js(), number, received as f64, status);
        let answer = JsFuture::from(asked.map_err(|_| why())?).await.map_err(|_| why())?;
        let prepared = RequestSpec::from_js(&answer).map_err(|_| NetworkError::Unprepared)?;
        if !is_same_origin(&prepared.url) {
            // It would cause a preflight.
            exchange.if_range = None;
        }
        exchange.request = prepared;
        Ok(())
    }

    /// The requests of a cache's entries, those at least that a row speaks of.
    pub fn requests(&self, cache: &Cache) -> Promise {
        self.entries(cache).unwrap_or_else(|_| cache.keys())
    }
}

async fn settle(outcome: Result<JsValue, JsValue>) {
    if let Ok(value) = outcome {
        let _ = JsFuture::from(Promise::resolve(&value)).await;
    }
}
