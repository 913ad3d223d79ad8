//! The bodies of requests: stored before their fetch begins, given back with its records. All that
//! the engine has of them is their length.

use std::time::Duration;

use background_fetch_engine::driver::Handle;
use background_fetch_engine::ports::{Exchange, NetworkError};
use background_fetch_engine::state::{FetchState, RecordState};
use background_fetch_engine::{Error, NewFetch};
use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::clock;
use crate::convert::record;
use crate::meta_store::MetaStore;

/// Begins a fetch, with the bodies of its requests by their index.
pub(crate) async fn begin(
    handle: &Handle,
    store: &MetaStore,
    fetch: NewFetch,
    bodies: &[(u32, JsValue)],
) -> Result<FetchState, Error> {
    let uid = fetch.uid.clone();
    if !bodies.is_empty() {
        // Before the fetch, so that no fetch is ever there without its bodies.
        store.put_bodies(&uid, bodies).await?;
    }
    let begun = handle.fetch(fetch).await;
    let needed = begun.as_ref().is_ok_and(|state| state.records_available);
    if !needed && !bodies.is_empty() {
        // It was refused, or is over. If this fails too, the next engine sweeps them.
        let _ = store.delete_bodies(&uid).await;
    }
    begun
}

/// An array of `RecordState`, each with the body of its request.
pub(crate) async fn with_records(
    store: &MetaStore,
    records: &[RecordState],
) -> Result<JsValue, Error> {
    let array = Array::new();
    for state in records {
        let body = match state.request.body_length {
            None => None,
            Some(_) => store.body(&state.uid, state.index).await?,
        };
        array.push(&record(state, &body.unwrap_or(JsValue::NULL)));
    }
    Ok(array.into())
}

/// What to send with an exchange, if anything.
pub(crate) async fn of_exchange(
    store: &MetaStore,
    exchange: &Exchange,
) -> Result<Option<JsValue>, NetworkError> {
    if exchange.request.body_length.is_none() {
        return Ok(None);
    }
    // Nothing has been sent yet, and it is sent once only: a store that fails for a moment is waited for.
    for _ in 0..BODY_READS {
        match store.body(&exchange.uid, exchange.index).await {
            Ok(Some(body)) => return Ok(Some(body)),
            Ok(None) => break,
            Err(_) => clock::sleep(Duration::from_secs(1)).await,
        }
    }
    // Without its body it is not the request that the app made.
    Err(NetworkError::Forbidden)
}

/// How often a body is tried to be read.
const BODY_READS: u32 = 10;
