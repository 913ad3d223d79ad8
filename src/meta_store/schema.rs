//! The database: its names, versions and migrations, all of them here.
//!
//! | store | key | row |
//! |---|---|---|
//! | `fetches` | `uid` | [`FetchRow`](background_fetch_engine::snapshot::FetchRow) |
//! | `records` | `[uid, index]` | [`RecordRow`](background_fetch_engine::snapshot::RecordRow) |
//! | `segments` | `[uid, index, start]` | [`SegmentRow`](background_fetch_engine::snapshot::SegmentRow) |
//! | `bodies` | `[uid, index]` | `{ uid, index, body }`: a request's body, a `Blob` or an `ArrayBuffer` |
//! | `meta` | `epoch` | the number of the engine that owns the store |
//! | | `uid` | the row of a fetch that is over, as in `fetches` |
//!
//! Pages count the rows of `fetches` to see whether there is work, so that name may not change.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStoreParameters};

/// Background fetches.
pub const FETCHES: &str = "fetches";
/// Their records.
pub const RECORDS: &str = "records";
/// The stored pieces of their responses.
pub const SEGMENTS: &str = "segments";
/// The bodies of their requests.
pub const BODIES: &str = "bodies";
/// Single values.
pub const META: &str = "meta";
/// The key of the epoch in [`META`].
pub const EPOCH: &str = "epoch";

/// All stores.
pub const ALL: [&str; 5] = [FETCHES, RECORDS, SEGMENTS, META, BODIES];

/// Those of the rows that are written while something comes down: the bodies of requests are large, and not to be waited
/// for.
pub const SMALL: [&str; 4] = [FETCHES, RECORDS, SEGMENTS, META];

/// The version that this code reads and writes.
pub const CURRENT: u32 = 1;

/// The database of a service worker's scope; `databaseName` in `js/border/names.ts`.
pub fn database_name(scope: &str) -> String {
    ["background-fetch-polyfill:", scope].concat()
}

/// Brings a database of version `old` (0: none) to [`CURRENT`], step by step, inside its
/// version-change transaction. What throws here undoes all of it.
pub fn upgrade(database: &IdbDatabase, old: u32) -> Result<(), JsValue> {
    if old < 1 {
        create(database)?;
    }
    // A new version adds its step here: `if old < 2 { … }`, and never changes an earlier one.
    Ok(())
}

/// 0 → 1
fn create(database: &IdbDatabase) -> Result<(), JsValue> {
    for (store, key) in [
        (FETCHES, &["uid"][..]),
        (RECORDS, &["uid", "index"]),
        (SEGMENTS, &["uid", "index", "start"]),
        (BODIES, &["uid", "index"]),
        (META, &[]),
    ] {
        let parameters = IdbObjectStoreParameters::new();
        match key {
            [] => {}
            [path] => parameters.set_key_path(&JsValue::from_str(path)),
            path => {
                let path: Array = path.iter().map(|name| JsValue::from_str(name)).collect();
                parameters.set_key_path(&path);
            }
        }
        database.create_object_store_with_optional_parameters(store, &parameters)?;
    }
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
