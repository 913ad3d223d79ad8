//! The body store: the bytes of responses, in Cache Storage.

use std::cell::RefCell;
use std::time::Duration;

use background_fetch_engine::integrity::Check;
use background_fetch_engine::ports::{Piece, StoreError};
use background_fetch_engine::snapshot::EntryKey;
use background_fetch_engine::{Instant, Millis};
use js_sys::{Array, JsString, Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Cache, CacheStorage, ReadableStreamDefaultReader, Request, Response};

use crate::clock;
use crate::js::error::{Kind, Thrown, failed};
use crate::js::object;
use crate::network::{Body, broken};

/// The cache of one service worker's scope.
#[derive(Debug)]
pub struct BodyStore {
    name: String,
    /// Whether a body is faster by way of a `Blob` than passed on as a stream.
    by_blob: bool,
    /// The cache as it was opened last, and when.
    opened: RefCell<Option<(Instant, Cache)>>,
}

impl BodyStore {
    /// Opens nothing yet. `by_blob` is right for Chromium, and slower elsewhere.
    pub fn new(scope: &str, by_blob: bool) -> Self {
        Self {
            name: ["background-fetch-polyfill:", scope].concat(),
            by_blob,
            opened: RefCell::default(),
        }
    }

    /// See [`put`](background_fetch_engine::ports::BodyStore::put).
    /// `put` does it with all bytes of the chunks, which end by that.
    pub async fn put(
        &self,
        entry: &EntryKey,
        chunks: Vec<Uint8Array>,
        put: impl FnOnce(&Cache, &str, &Array) -> Result<Promise, JsValue>,
    ) -> Result<u64, StoreError> {
        let length = chunks.iter().map(|chunk| u64::from(chunk.length())).sum();
        let cache = self.cache().await?;
        // No Blob: Firefox and WebKit hold the bytes of one until it is collected, besides what is stored.
        let putting = put(&cache, &entry_url(entry), &chunks.into_iter().collect());
        settled(putting.map_err(failed)?).await?;
        self.weigh(length);
        Ok(length)
    }

    /// See [`put_body`](background_fetch_engine::ports::BodyStore::put_body).
    pub async fn put_body(&self, entry: &EntryKey, body: Body) -> Result<u64, StoreError> {
        let response = body.response();
        if self.by_blob {
            let blob = response.blob().map_err(failed)?;
            let blob: Blob = JsFuture::from(blob).await.map_err(network_failed)?.unchecked_into();
            self.store(entry, &blob).await?;
            let length = blob.size() as u64;
            drop(blob);
            self.weigh(length);
            return Ok(length);
        }
        // A response of its own, because a 206 may not be put. The stream stays the network's:
        // Firefox would store one made in script truncated, should the worker die meanwhile.
        let declared = declared_length(response);
        self.store(entry, &response.body().into()).await?;
        match declared {
            Some(length) => Ok(length),
            None => Ok(self.length(entry).await?.unwrap_or(0)),
        }
    }

    /// So many bytes are stored. What Chromium holds of them in Blobs and responses weighs nothing to its collector,
    /// which would let hundreds of megabytes be. This is never written to, so it costs nothing, but it counts.
    fn weigh(&self, length: u64) {
        if self.by_blob {
            drop(Ballast::new(length.saturating_mul(2).min(MOST_BALLAST) as u32));
        }
    }

    /// See [`entries`](background_fetch_engine::ports::BodyStore::entries).
    /// `list` asks for the requests of the cache.
    pub async fn entries(
        &self,
        list: impl FnOnce(&Cache) -> Promise,
    ) -> Result<Vec<EntryKey>, StoreError> {
        let keys = settled(list(&self.cache().await?)).await?;
        let sorted = Array::new();
        for key in keys.unchecked_into::<Array>().iter() {
            if let Some(key) = entry_key(&key.unchecked_ref::<Request>().url()) {
                sorted.push(&key);
            }
        }
        // By JavaScript, where the code for it costs nothing. Our keys are ASCII, so its order of
        // UTF-16 code units is that of their bytes.
        sorted.sort();
        let mut entries = Vec::new();
        for key in sorted.iter() {
            entries.extend(key.as_string().map(EntryKey));
        }
        Ok(entries)
    }

    /// See [`length`](background_fetch_engine::ports::BodyStore::length).
    pub async fn length(&self, entry: &EntryKey) -> Result<Option<u64>, StoreError> {
        Ok(self.blob(entry).await?.map(|blob| blob.size() as u64))
    }

    /// See [`after`](background_fetch_engine::ports::BodyStore::after).
    pub async fn after(
        &self,
        pieces: &[Piece],
        chunks: Vec<Uint8Array>,
    ) -> Result<Option<Vec<Uint8Array>>, StoreError> {
        let mut expected = Vec::new();
        for Piece { entry, start, length } in pieces {
            let blob = self.blob(entry).await?.ok_or_else(missing)?;
            let end = (start + length) as f64;
            let part = blob.slice_with_f64_and_f64(*start as f64, end).map_err(failed)?;
            let bytes = settled(part.array_buffer()).await?;
            let bytes = Uint8Array::new(&bytes).to_vec();
            if bytes.len() as u64 != *length {
                return Err(missing());
            }
            expected.extend(bytes);
        }
        let (mut rest, mut expected) = (Vec::new(), expected.as_slice());
        for chunk in chunks {
            let compared = expected.len().min(chunk.length() as usize);
            let (now, later) = expected.split_at(compared);
            if chunk.subarray(0, compared as u32).to_vec() != now {
                return Ok(None);
            }
            expected = later;
            if (compared as u32) < chunk.length() {
                rest.push(chunk.subarray(compared as u32, chunk.length()));
            }
        }
        Ok(expected.is_empty().then_some(rest))
    }

    /// See [`check`](background_fetch_engine::ports::BodyStore::verify).
    pub async fn verify(&self, entries: &[EntryKey], integrity: &str) -> Result<bool, StoreError> {
        let Some(mut check) = Check::new(integrity, decode_base64) else { return Ok(true) };
        for entry in entries {
            let found = self.cache().await?.match_with_str(&entry_url(entry));
            let found = settled(found).await?;
            let stream = found.dyn_ref::<Response>().and_then(Response::body);
            let reader = stream.map(|stream| ReadableStreamDefaultReader::new(&stream));
            let reader = reader.ok_or_else(missing)?.map_err(failed)?;
            loop {
                let result = settled(reader.read()).await?;
                let chunk = object::get(&result, "value").dyn_into::<Uint8Array>();
                let Ok(chunk) = chunk else { break };
                check.update(&chunk.to_vec());
            }
        }
        Ok(check.matches())
    }

    /// See [`delete`](background_fetch_engine::ports::BodyStore::delete).
    pub async fn delete(&self, entries: &[EntryKey]) -> Result<(), StoreError> {
        let cache = self.cache().await?;
        let deletes: Array =
            entries.iter().map(|entry| cache.delete_with_str(&entry_url(entry))).collect();
        settled(Promise::all(&deletes)).await.map(drop)
    }

    /// What is stored as an entry.
    async fn blob(&self, entry: &EntryKey) -> Result<Option<Blob>, StoreError> {
        let found = self.cache().await?.match_with_str(&entry_url(entry));
        let found = settled(found).await?;
        let Some(response) = found.dyn_ref::<Response>() else { return Ok(None) };
        let blob = settled(response.blob().map_err(failed)?).await?;
        Ok(Some(blob.unchecked_into()))
    }

    /// A Blob, or the stream of a network.
    async fn store(&self, entry: &EntryKey, body: &JsValue) -> Result<(), StoreError> {
        let response = Stored::new(body).map_err(failed)?;
        let putting = self.cache().await?.put_with_str(&entry_url(entry), &response);
        JsFuture::from(putting).await.map(drop).map_err(network_failed)
    }

    /// Opened by name again and again: many apps delete all caches that they do not know when a new
    /// version of them is activated, and a deleted cache would go on swallowing what is put.
    async fn cache(&self) -> Result<Cache, StoreError> {
        let now = clock::now().monotonic;
        if let Some((at, cache)) = &*self.opened.borrow()
            && now.0 - at.0 < OPEN.0
        {
            return Ok(cache.clone());
        }
        let opening = CACHES.with(|caches| caches.open(&self.name));
        let cache: Cache = settled(opening).await?.unchecked_into();
        self.opened.replace(Some((now, cache.clone())));
        Ok(cache)
    }
}

/// See [`trim`](background_fetch_engine::ports::BodyStore::trim).
pub(crate) fn trim(chunks: &mut Vec<Uint8Array>, excess: u64) {
    let mut left = excess;
    while let Some(last) = chunks.pop() {
        let kept = u64::from(last.length()).saturating_sub(left) as u32;
        if kept > 0 {
            chunks.push(last.subarray(0, kept));
            return;
        }
        left = left.saturating_sub(last.length().into());
    }
}

/// The length that a stored body must have, where the browser vouches for it: then `put` fails for
/// one that breaks, in every engine. Reading the entry again to measure it takes Firefox and WebKit
/// about as long as storing it. Of another origin a content coding may be hidden, and a body of no
/// declared length WebKit takes for whole wherever it ends.
fn declared_length(response: &Response) -> Option<u64> {
    let headers = response.headers();
    let basic = object::get(response, "type").as_string().as_deref() == Some("basic");
    let coded = headers.has("content-encoding").unwrap_or(true);
    let length = headers.get("content-length").ok().flatten()?;
    length.trim_ascii().parse().ok().filter(|_| basic && !coded)
}

/// See [`DecodeBase64`](background_fetch_engine::integrity::DecodeBase64). The browser gives a
/// character for each byte.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for character in atob(text).ok()?.chars() {
        bytes.push(character as u8);
    }
    Some(bytes)
}

fn missing() -> StoreError {
    StoreError::Failed("an entry is missing".to_owned())
}

/// What an operation of the cache comes to. One that never settles must not stop all that comes after it; but for one that
/// also reads from the network, which the engine gives up itself.
async fn settled(promise: Promise) -> Result<JsValue, StoreError> {
    let silent = || Err(StoreError::Failed("Cache Storage does not answer".to_owned()));
    let done = clock::within(LIMIT, JsFuture::from(promise)).await;
    done.map_or_else(silent, |done| done.map_err(failed))
}

/// Much longer than a slow disk takes for the largest entry.
const LIMIT: Duration = Duration::from_secs(120);

/// Of an operation that also reads from the network: what it fails with, if not by the store.
fn network_failed(value: JsValue) -> StoreError {
    let thrown = Thrown::from(value);
    match thrown.kind {
        Kind::Network | Kind::Abort => StoreError::Network(broken()),
        _ => thrown.into(),
    }
}

/// The URL under which the cache holds an entry; of a reserved host, so that no look-up for one of
/// the app's own resources can find it.
pub fn entry_url(entry: &EntryKey) -> String {
    [ENTRY_BASE, &String::from(js_sys::encode_uri_component(&entry.0))].concat()
}

/// The inverse of [`entry_url`]; `None` for a URL that is not ours.
fn entry_key(url: &str) -> Option<JsString> {
    let encoded = url.strip_prefix(ENTRY_BASE)?;
    js_sys::decode_uri_component(encoded).ok()
}

/// What is put for so long into a cache that was deleted meanwhile is missed at the end, and comes anew.
const OPEN: Millis = Millis(50);

/// Bytes.
const MOST_BALLAST: u64 = 64 << 20;

const ENTRY_BASE: &str = "https://background-fetch.invalid/";

#[wasm_bindgen]
extern "C" {
    /// web-sys has a constructor for each kind of body.
    #[wasm_bindgen(extends = Response)]
    type Stored;
    #[wasm_bindgen(constructor, catch, js_class = "Response")]
    fn new(body: &JsValue) -> Result<Stored, JsValue>;
    /// That of js-sys does not catch.
    #[wasm_bindgen(js_name = ArrayBuffer)]
    type Ballast;
    #[wasm_bindgen(constructor, catch, js_class = "ArrayBuffer")]
    fn new(length: u32) -> Result<Ballast, JsValue>;
    #[wasm_bindgen(catch)]
    fn atob(text: &str) -> Result<String, JsValue>;
    #[wasm_bindgen(thread_local_v2, js_name = caches)]
    static CACHES: CacheStorage;
}
