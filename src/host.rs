//! What JavaScript does for the engine: the `Host` of `js/border/engine.ts`.

use background_fetch_engine::state::{EventType, FetchState, RecordState};
use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use web_sys::Cache;

use crate::convert;
use crate::js::object::ToJs;

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
