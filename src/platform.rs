//! Which browser this is, what it says of itself, and what follows from that. No other file asks.

use background_fetch_engine::{Bypass, Config};
use js_sys::{Error, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::clock;
use crate::js::object::get;

/// Bytes. WebKit gives all that it has read ahead at once, up to 50 MiB, which would be an entry as long.
pub const LONGEST_CHUNK: u32 = 4 << 20;

/// What the engine must know of the place where it runs.
pub(crate) fn config() -> Config {
    let mut config = Config::new(own_origin(), Some(bypass()), clock::parse_date);
    config.memory = memory_budget();
    if is_webkit() {
        // It reads all of an entry into memory before it gives a byte of it.
        config.segments.most = LONGEST_CHUNK.into();
    }
    config.seed = clock::now().wall.0;
    config
}

/// What to do where a connection outruns the script: `docs/performance.md` has the measurements.
fn bypass() -> Bypass {
    let (segment, connections) = if is_chromium() { (16 * MIB, 2) } else { (8 * MIB, 4) };
    // The others read ahead more and more, WebKit as fast as the server sends.
    let (least, threshold, given_up_below) = if is_webkit() { (256, 24, 0) } else { (192, 32, 4) };
    Bypass {
        segment,
        connections,
        threshold: threshold * MIB,
        least: least * MIB,
        given_up_below: given_up_below * MIB,
    }
}

/// Whether a body is stored faster by way of a `Blob` than passed on as a stream.
pub(crate) fn prefers_blobs() -> bool {
    is_chromium()
}

/// Bytes of bodies that may be held in memory at a time.
pub fn memory_budget() -> u64 {
    memory_for(navigator("deviceMemory").as_f64())
}

/// The same on a device of so much memory in GiB; Firefox and WebKit keep that to themselves.
pub fn memory_for(device: Option<f64>) -> u64 {
    let is_small = device.is_some_and(|device| device <= SMALL_DEVICE);
    if is_small { 24 * MIB } else { 48 * MIB }
}

/// The origin of this worker, serialised.
pub(crate) fn own_origin() -> String {
    get(&js_sys::global(), "origin").as_string().unwrap_or_default()
}

/// Whether an absolute http(s) URL is of this worker's origin.
pub(crate) fn is_same_origin(url: &str) -> bool {
    let rest = url.strip_prefix(&own_origin());
    rest.is_some_and(|rest| matches!(rest.as_bytes().first(), Some(b'/' | b'?' | b'#')))
}

/// Whether the browser says that it is offline. That it says it is online means little.
pub(crate) fn is_offline() -> bool {
    navigator("onLine").as_bool() == Some(false)
}

/// Whether the browser counts more as stored than there can be.
///
/// Firefox subtracts what is deleted from its count of what is stored. Where that was too low,
/// after a crash, it falls below 0, which reads as 2^64: nothing has room any more until the
/// browser is started again, and counts from the start.
pub(crate) async fn has_lost_count() -> bool {
    // There is no such object in WebKitGTK.
    let Ok(asked) = navigator("storage").unchecked_ref::<StorageManager>().estimate() else {
        return false;
    };
    let estimate = JsFuture::from(asked).await.unwrap_or_default();
    get(&estimate, "usage").as_f64().is_some_and(|usage| usage > BEYOND_ALL)
}

/// Only this engine has the member.
fn is_webkit() -> bool {
    get(&Error::new(""), "sourceURL").is_string()
}

/// Only this engine has the member.
fn is_chromium() -> bool {
    navigator("userAgentData").is_object()
}

fn navigator(member: &str) -> JsValue {
    NAVIGATOR.with(|navigator| get(navigator, member))
}

const MIB: u64 = 1024 * 1024;

/// GiB of memory of a device on which the browser is the first to be ended.
const SMALL_DEVICE: f64 = 2.0;

/// A pebibyte: more than any browser has to give.
const BEYOND_ALL: f64 = (1_u64 << 50) as f64;

#[wasm_bindgen]
extern "C" {
    type StorageManager;
    #[wasm_bindgen(method, catch)]
    fn estimate(this: &StorageManager) -> Result<Promise, JsValue>;
    #[wasm_bindgen(thread_local_v2, js_name = navigator)]
    static NAVIGATOR: JsValue;
}
