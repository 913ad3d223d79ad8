//! Requests and transactions of IndexedDB as futures.
//!
//! No Rust closure is ever an event handler here: the two functions of a promise are, so a future
//! that is dropped leaves nothing behind that could be called. They settle in a microtask of the
//! event, in which the transaction is still active.

use background_fetch_engine::ports::StoreError;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbRequest, IdbTransaction, IdbTransactionMode};

use super::schema;
use crate::js::error::{Thrown, failed};
use crate::js::object::{self, Members};

/// Resolves with the event that calls one of the handlers `good` of `target`, fails with the event
/// that calls `bad`. The handlers are set when this is called, not when it is first polled.
pub(super) fn event(target: &JsValue, good: &[&str], bad: &str) -> JsFuture {
    JsFuture::from(Promise::new(&mut |resolve, reject| {
        for name in good {
            object::set(target, name, &resolve);
        }
        object::set(target, bad, &reject);
    }))
}

/// The result of a request. The requests of a transaction are done in order: those before this
/// one are done too, and [`IdbRequest::result`] has theirs.
pub(super) async fn result(request: IdbRequest) -> Result<JsValue, StoreError> {
    match event(&request, &["onsuccess"], "onerror").await {
        Ok(_) => request.result().map_err(failed),
        Err(_) => Err(reason(&request)),
    }
}

/// Why a request or a transaction failed.
fn reason(failed: &JsValue) -> StoreError {
    let error = object::get(failed, "error");
    if error.is_null() {
        // No reason is given where the browser itself went down.
        return StoreError::Failed("IndexedDB gave a transaction up".to_owned());
    }
    Thrown::from(error).into()
}

/// A transaction of all that is asked of it, or nothing: dropped before [`finish`](Self::finish)
/// it is aborted.
///
/// Await nothing but its own requests meanwhile, as it commits itself when it has none.
#[must_use = "dropping a transaction aborts it"]
pub(super) struct Transaction {
    inner: IdbTransaction,
    done: Option<JsFuture>,
}

impl Transaction {
    /// Begins one over `stores`; it resolves when it is durable.
    pub(super) fn begin(
        database: &IdbDatabase,
        stores: &[&str],
        mode: IdbTransactionMode,
    ) -> Result<Self, Thrown> {
        let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
        // On the disk, and not just with the system, before it resolves: what is recorded is not
        // fetched again, after a power cut neither.
        let options = Members::new().with("durability", "strict").object();
        let database: &Database = database.unchecked_ref();
        let inner = database.transaction(&names, mode, &options)?;
        let done = Some(event(&inner, &["oncomplete"], "onabort"));
        Ok(Self { inner, done })
    }

    /// Asks for the value of a key; `undefined` for none.
    pub(super) fn get(&self, store: &str, key: &JsValue) -> Result<IdbRequest, StoreError> {
        self.store(store)?.get(key).map_err(failed)
    }

    /// Asks for all rows, in the order of their keys.
    pub(super) fn rows(&self, store: &str) -> Result<IdbRequest, StoreError> {
        self.store(store)?.get_all().map_err(failed)
    }

    /// Asks for all keys, in order.
    pub(super) fn keys(&self, store: &str) -> Result<IdbRequest, StoreError> {
        self.store(store)?.get_all_keys().map_err(failed)
    }

    /// Adds or replaces a row. Whether that succeeds, `finish` tells.
    pub(super) fn put(&self, store: &str, row: &JsValue) -> Result<(), StoreError> {
        self.store(store)?.put(row).map(drop).map_err(failed)
    }

    /// Sets a value of the store without key path.
    pub(super) fn set(&self, name: &str, value: &JsValue) -> Result<(), StoreError> {
        let key = JsValue::from_str(name);
        self.store(schema::META)?.put_with_key(value, &key).map(drop).map_err(failed)
    }

    /// Removes a row, or a range of them.
    pub(super) fn delete(&self, store: &str, key: &JsValue) -> Result<(), StoreError> {
        self.store(store)?.delete(key).map(drop).map_err(failed)
    }

    /// Resolves when all is durable, and fails if nothing was done.
    pub(super) async fn finish(mut self) -> Result<(), StoreError> {
        let Some(done) = self.done.take() else { return Ok(()) };
        match done.await {
            Ok(_) => Ok(()),
            Err(_) => Err(reason(&self.inner)),
        }
    }

    fn store(&self, name: &str) -> Result<IdbObjectStore, StoreError> {
        self.inner.object_store(name).map_err(failed)
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if self.done.is_some() {
            // It throws on a transaction that has aborted itself, which is as good.
            let _ = self.inner.abort();
        }
    }
}

#[wasm_bindgen]
extern "C" {
    /// web-sys has the third argument for nightly web-sys only; older browsers ignore it.
    type Database;

    #[wasm_bindgen(method, catch)]
    fn transaction(
        this: &Database,
        stores: &Array,
        mode: IdbTransactionMode,
        options: &JsValue,
    ) -> Result<IdbTransaction, JsValue>;
}
