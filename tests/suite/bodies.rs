//! The body store, over Cache Storage.

use std::time::Duration;

use background_fetch::body_store::{BodyStore, entry_url};
use background_fetch::browser::Browser;
use background_fetch::clock::within;
use background_fetch::network::Body;
use background_fetch::network::guard::{AbortGuard, send};
use background_fetch_engine::ports::{
    Attempt, BodyStore as _, MetaStore, NetworkError, Piece, StoreError,
};
use background_fetch_engine::snapshot::EntryKey;
use background_fetch_engine::testing::conformance::body_store::{self, BodyStoreBench};
use js_sys::{Object, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::Response;

use super::js;

struct Bench {
    browser: Browser,
    scope: String,
}

impl Bench {
    fn new(by_blob: bool) -> Self {
        let scope = js::scope();
        let mut browser = js::browser(&scope);
        browser.bodies = BodyStore::new(&scope, by_blob);
        Self { browser, scope }
    }
}

impl BodyStoreBench for Bench {
    type Store = Browser;

    fn store(&self) -> &Browser {
        &self.browser
    }

    fn chunk(&self, bytes: &[u8]) -> Uint8Array {
        Uint8Array::from(bytes)
    }

    /// A body of the network: Fetch treats a `data:` URL like any other.
    async fn body(&self, chunks: &[Vec<u8>]) -> Body {
        let bytes = Uint8Array::from(chunks.concat().as_slice());
        let url = "let s = ''; for (const n of a) s += String.fromCharCode(n);
            return 'data:application/octet-stream;base64,' + btoa(s)";
        let url = js::run(url, &bytes, &JsValue::NULL).await.unwrap().as_string().unwrap();
        let (guard, response) = sent(&self.browser, &url).await;
        Body::new(guard, response)
    }

    async fn bytes(&self, entry: &EntryKey) -> Option<Vec<u8>> {
        let read = "const cache = await caches.open('background-fetch-polyfill:' + a);
            const response = await cache.match(b);
            return response && new Uint8Array(await response.arrayBuffer())";
        let bytes = js::run(read, &self.scope.as_str().into(), &entry_url(entry).into()).await;
        let bytes = bytes.unwrap();
        (!bytes.is_undefined()).then(|| Uint8Array::new(&bytes).to_vec())
    }
}

async fn sent(browser: &Browser, url: &str) -> (AbortGuard, Response) {
    let host = browser.host.unchecked_ref();
    send(host, url, &Object::new(), Attempt::default()).await.unwrap()
}

mod by_blob {
    use super::*;

    macro_rules! tests {
        ($($name:ident)*) => {
            $(#[wasm_bindgen_test] async fn $name() { body_store::$name(Bench::new(true)).await; })*
        };
    }

    background_fetch_engine::body_store_conformance!(tests);
}

mod by_stream {
    use super::*;

    macro_rules! tests {
        ($($name:ident)*) => {
            $(#[wasm_bindgen_test] async fn $name() { body_store::$name(Bench::new(false)).await; })*
        };
    }

    background_fetch_engine::body_store_conformance!(tests);
}

/// Apps delete the caches that they do not know. A cache is held open for a moment.
#[wasm_bindgen_test]
async fn a_deleted_cache_is_made_anew() {
    let bench = Bench::new(true);
    let (a, b) = (EntryKey("a".to_owned()), EntryKey("b".to_owned()));
    bench.browser.put(&a, vec![bench.chunk(b"x")]).await.unwrap();
    let delete = "for (const name of await caches.keys()) await caches.delete(name);
        await new Promise((resolve) => setTimeout(resolve, 100));";
    js::run(delete, &JsValue::NULL, &JsValue::NULL).await.unwrap();
    assert_eq!(bench.browser.bodies.length(&a).await, Ok(None));
    bench.browser.put(&b, vec![bench.chunk(b"x")]).await.unwrap();
    assert_eq!(bench.bytes(&b).await.unwrap(), b"x");
}

/// A foreign entry in our cache is none of ours.
#[wasm_bindgen_test]
async fn entries_of_others_are_not_listed() {
    let bench = Bench::new(true);
    let put = "const cache = await caches.open('background-fetch-polyfill:' + a);
        await cache.put('/x', new Response('x'));
        await cache.put('https://background-fetch.invalid/%E0%A4%A', new Response('x'));";
    js::run(put, &bench.scope.as_str().into(), &JsValue::NULL).await.unwrap();
    assert_eq!(bench.browser.bodies.entries(|cache| cache.keys()).await, Ok(vec![]));
}

/// The app's own look-ups, in all caches, never find an entry.
#[wasm_bindgen_test]
async fn an_entry_hides_from_the_app() {
    let bench = Bench::new(true);
    let key = EntryKey("u/0/1.1".to_owned());
    bench.browser.put(&key, vec![bench.chunk(b"x")]).await.unwrap();
    let look = "return !await caches.match('/u/0/1.1', { ignoreSearch: true, ignoreVary: true })";
    assert_eq!(js::run(look, &JsValue::NULL, &JsValue::NULL).await, Ok(JsValue::TRUE));
}

#[wasm_bindgen_test]
async fn a_full_disk_is_told_apart() {
    let patch = "const put = Cache.prototype.put;
        Cache.prototype.put = async () => { throw new DOMException('x', 'QuotaExceededError') };
        return () => { Cache.prototype.put = put }";
    let restore = js::run(patch, &JsValue::NULL, &JsValue::NULL).await.unwrap();
    let bench = Bench::new(false);
    let key = EntryKey("a".to_owned());
    let put = bench.browser.put(&key, vec![]).await;
    let body = bench.browser.put_body(&key, bench.body(&[vec![1]]).await).await;
    js::value("a()", &restore);
    assert_eq!(put, Err(StoreError::Quota));
    assert_eq!(body, Err(StoreError::Quota));
}

/// Firefox counts below 0, which is read as 2^64.
#[wasm_bindgen_test]
async fn a_browser_that_has_lost_count_is_found_out() {
    for (usage, expected) in [
        ("2 ** 64 - 1e7", StoreError::Miscounted),
        ("2e10", StoreError::Quota),
        ("undefined", StoreError::Quota),
    ] {
        let bench = Bench::new(false);
        let (epoch, _) = bench.browser.take_over().await.unwrap();
        let body = bench.body(&[vec![1]]).await;
        let patch = "const { estimate } = StorageManager.prototype;
            StorageManager.prototype.estimate = async () => ({ quota: 1e10, usage: a });
            const { put } = Cache.prototype;
            const { transaction } = IDBDatabase.prototype;
            const refuse = () => { throw new DOMException('x', 'QuotaExceededError') };
            Cache.prototype.put = async () => refuse();
            IDBDatabase.prototype.transaction = refuse;
            return () => {
                StorageManager.prototype.estimate = estimate;
                Cache.prototype.put = put;
                IDBDatabase.prototype.transaction = transaction;
            }";
        let usage = js::value(usage, &JsValue::NULL);
        let restore = js::run(patch, &usage, &JsValue::NULL).await.unwrap();
        let key = EntryKey("a".to_owned());
        let put = bench.browser.put(&key, vec![]).await;
        let put_body = bench.browser.put_body(&key, body).await;
        let commit = bench.browser.commit(epoch, &[]).await;
        js::value("a()", &restore);
        assert_eq!((put, put_body), (Err(expected.clone()), Err(expected.clone())));
        assert_eq!(commit, Err(expected));
    }
}

/// And leaves nothing that could be taken for the whole.
#[wasm_bindgen_test]
async fn a_body_that_breaks_is_the_network_s_fault() {
    for by_blob in [true, false] {
        let bench = Bench::new(by_blob);
        let key = EntryKey("a".to_owned());
        let broken = "let n = 0; return new Response(new ReadableStream({
            pull(c) { n++ < 3 ? c.enqueue(new Uint8Array(9)) : c.error(new TypeError('broken')) },
        }))";
        let response = js::run(broken, &JsValue::NULL, &JsValue::NULL).await.unwrap();
        let guard = sent(&bench.browser, "data:,x").await.0;
        let stored = bench.browser.put_body(&key, Body::new(guard, response.into())).await;
        assert_eq!(stored, Err(StoreError::Network(NetworkError::Broken)));
        assert_eq!(bench.browser.bodies.length(&key).await, Ok(None));
    }
}

/// Whoever waits for it would do so for ever, and all that comes after. The minutes until then pass quickly here.
#[wasm_bindgen_test]
async fn a_cache_that_does_not_answer_is_given_up() {
    let key = EntryKey("a".to_owned());
    for (class, method) in [
        ("CacheStorage", "open"),
        ("Cache", "put"),
        ("Cache", "keys"),
        ("Cache", "match"),
        ("Cache", "delete"),
        ("Response", "blob"),
        ("Blob", "arrayBuffer"),
    ] {
        let bench = Bench::new(true);
        bench.browser.put(&key, vec![bench.chunk(b"xyz")]).await.unwrap();
        js::run("await new Promise((r) => setTimeout(r, 60))", &JsValue::NULL, &JsValue::NULL)
            .await
            .unwrap();
        let silence = format!(
            "(({{ prototype }}, set) => {{
                const {{ {method}: old }} = prototype;
                prototype.{method} = () => new Promise(() => {{}});
                self.setTimeout = (steps, time) => set(steps, time < 10_000 ? time : 20);
                return () => {{
                    prototype.{method} = old;
                    self.setTimeout = set;
                }};
            }})({class}, setTimeout)"
        );
        let restore = js::value(&silence, &JsValue::NULL);
        let all = async {
            let piece = Piece { entry: key.clone(), start: 0, length: 3 };
            let bodies = &bench.browser.bodies;
            let _ = bench.browser.put(&key, vec![bench.chunk(b"x")]).await;
            let _ = bodies.entries(|cache| cache.keys()).await;
            let _ = bodies.length(&key).await;
            let _ = bodies.after(&[piece], vec![bench.chunk(b"xyz")]).await;
            let _ = bodies.verify(std::slice::from_ref(&key), INTEGRITY).await;
            let _ = bodies.delete(std::slice::from_ref(&key)).await;
        };
        let done = within(Duration::from_secs(9), all).await;
        js::value("a()", &restore);
        assert!(done.is_some(), "{class}.{method}");
    }
}

/// Of no bytes.
const INTEGRITY: &str = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
