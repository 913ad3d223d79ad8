//! The database: its names, versions and migrations, all of them here.
//!
//! | store | key | row |
//! |---|---|---|
//! | `fetches` | `uid` | [`FetchRow`](background_fetch_engine::snapshot::FetchRow) |
//! | `records` | `[uid, index]` | [`RecordRow`](background_fetch_engine::snapshot::RecordRow) |
//! | `segments` | `[uid, index, start]` | [`SegmentRow`](background_fetch_engine::snapshot::SegmentRow) |
//! | `bodies` | `[uid, index]` | `{ uid, index, body }`: a request's body, a `Blob` or an `ArrayBuffer` |
//! | `meta` | `epoch` | the number of the engine that owns the store |
//! | | `uid` | the row of a fetch that is over, as in `fetches`; of one that has failed, with `requests`, for `retry()` (`js/extras`) |
//! | | `forgotten` | the uids of fetches whose end `forget()` is not to find (`js/extras/history.ts`) |
//! | | `preferences` | `{ preferences }`: what the app's hooks are given; written by `js/worker/hooks.ts` only |
//! | `kept` | `uid` | an item of the library: a row as in `fetches`, of the stage `kept`, and what `js/offline` adds |
//! | `keptUrls` | `[url, uid]` | `{ url, uid, index }`: which record of an item is that of a URL |
//!
//! What is in the last two is written by the library only, which is JavaScript (`js/offline`): the `records` and
//! `segments` of a `uid` are an item's when there is such a row in `kept` and none in `fetches`. Where the browser has the
//! API, and no engine ever runs, the library makes the database.
//!
//! Pages count the rows of `fetches` to see whether there is work, so that name may not change.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStoreParameters};

use crate::js::object;

/// Background fetches.
pub const FETCHES: &str = "fetches";
/// Their records.
pub const RECORDS: &str = "records";
/// The stored pieces of their responses.
pub const SEGMENTS: &str = "segments";
/// The bodies of their requests.
pub const BODIES: &str = "bodies";
/// Items of the library.
pub const KEPT: &str = "kept";
/// Single values.
pub const META: &str = "meta";
/// The key of the epoch in [`META`].
pub const EPOCH: &str = "epoch";

/// All stores.
pub const ALL: [&str; 6] = [FETCHES, RECORDS, SEGMENTS, META, BODIES, KEPT];

/// Those of the rows that are written while something comes down: the bodies of requests are large, and not to be waited
/// for.
pub const SMALL: [&str; 4] = [FETCHES, RECORDS, SEGMENTS, META];

/// The version that this code reads and writes.
pub const CURRENT: u32 = 2;

/// The database of a service worker's scope; `databaseName` in `js/border/names.ts`.
pub fn database_name(scope: &str) -> String {
    ["background-fetch-polyfill:", scope].concat()
}

/// Brings a database of version `old` (0: none) to [`CURRENT`], step by step, inside its
/// version-change transaction. What throws here undoes all of it.
pub fn upgrade(database: &IdbDatabase, old: u32) -> Result<(), JsValue> {
    for (version, store, key) in [
        (1, FETCHES, &["uid"][..]),
        (1, RECORDS, &["uid", "index"]),
        (1, SEGMENTS, &["uid", "index", "start"]),
        (1, BODIES, &["uid", "index"]),
        (1, META, &[]),
        (2, KEPT, &["uid"]),
        (2, "keptUrls", &["url", "uid"]),
    ] {
        if version <= old {
            continue;
        }
        let path: Array = key.iter().map(|name| JsValue::from_str(name)).collect();
        let parameters = IdbObjectStoreParameters::new();
        match path.length() {
            0 => {}
            1 => object::set(&parameters, "keyPath", &path.get(0)),
            _ => object::set(&parameters, "keyPath", &path),
        }
        database.create_object_store_with_optional_parameters(store, &parameters)?;
    }
    // What a new version changes, and is no new store, is a step of its own here: `if old < 3 { … }`.
    Ok(())
}

/// The key of a request body.
pub fn body_key(uid: &str, index: u32) -> Array {
    Array::of2(&JsValue::from_str(uid), &JsValue::from(index))
}

/// All keys that begin with those of `key`, longer ones only: in the order of IndexedDB an array
/// is after every string and number.
pub fn below(key: &Array) -> Result<IdbKeyRange, JsValue> {
    IdbKeyRange::bound(key, &key.concat(&Array::of1(&Array::new())))
}
