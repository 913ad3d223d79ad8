//! The meta store, over IndexedDB.

use background_fetch::meta_store::MetaStore;
use background_fetch::meta_store::schema::{self, database_name};
use background_fetch_engine::ports::{self, StoreError};
use background_fetch_engine::snapshot::{Snapshot, Write};
use background_fetch_engine::testing::conformance::meta_store::{self, MetaStoreBench};
use futures_util::FutureExt;
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::js;

struct Bench {
    store: Store,
    scope: String,
}

/// The port over the store alone.
struct Store(MetaStore);

impl ports::MetaStore for Store {
    async fn take_over(&self) -> Result<(u64, Vec<Snapshot>), StoreError> {
        self.0.take_over().await
    }

    async fn is_kept(&self, uid: &str) -> Result<bool, StoreError> {
        self.0.is_kept(uid).await
    }

    async fn commit(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        self.0.commit(epoch, writes).await
    }
}

impl Bench {
    fn new() -> Self {
        let scope = js::scope();
        Self { store: Store(MetaStore::new(&scope)), scope }
    }

    fn meta(&self) -> &MetaStore {
        &self.store.0
    }

    fn name(&self) -> JsValue {
        database_name(&self.scope).into()
    }

    /// Puts a row past the store, by a connection that closes at once, as a page would.
    async fn put_raw(&self, store: &str, row: &str) {
        let put = format!(
            "const open = indexedDB.open(a);
            const database = await new Promise((resolve) => {{ open.onsuccess = () => resolve(open.result) }});
            const transaction = database.transaction('{store}', 'readwrite');
            transaction.objectStore('{store}').put({row});
            await new Promise((resolve) => {{ transaction.oncomplete = resolve }});
            database.close()"
        );
        js::run(&put, &self.name(), &JsValue::NULL).await.unwrap();
    }
}

impl Bench {
    /// Has a transaction over one of the stores under way, until the function that it answers with is called.
    async fn hold(&self, store: &str, mode: &str) -> JsValue {
        let hold = format!(
            "const open = indexedDB.open(a);
            await new Promise((resolve) => {{ open.onsuccess = resolve }});
            const store = open.result.transaction(b, '{mode}').objectStore(b);
            let held = true;
            const hold = () => {{ if (held) store.count().onsuccess = hold }};
            hold();
            return () => {{ held = false; open.result.close() }}"
        );
        js::run(&hold, &self.name(), &store.into()).await.unwrap()
    }
}

impl MetaStoreBench for Bench {
    type Store = Store;

    fn store(&self) -> &Store {
        &self.store
    }

    async fn damage_fetch(&self, uid: &str) {
        self.put_raw(schema::FETCHES, &format!("{{ uid: '{uid}', order: -1 }}")).await;
    }

    async fn damage_record(&self, uid: &str, index: u32) {
        let row = format!("{{ uid: '{uid}', index: {index}, request: null }}");
        self.put_raw(schema::RECORDS, &row).await;
    }

    async fn put_body(&self, uid: &str, index: u32) {
        let body = Uint8Array::from(&b"body"[..]).buffer().into();
        self.meta().put_bodies(uid, &[(index, body)]).await.unwrap();
    }

    async fn has_body(&self, uid: &str, index: u32) -> bool {
        self.meta().body(uid, index).await.unwrap().is_some()
    }

    async fn keep(&self, uid: &str) {
        let keep = "const open = indexedDB.open(a);
            const database = await new Promise((resolve) => { open.onsuccess = () => resolve(open.result) });
            const transaction = database.transaction(['fetches', 'kept'], 'readwrite');
            transaction.objectStore('fetches').get(b).onsuccess = ({ target }) => {
                transaction.objectStore('kept').put({ ...target.result, stage: 'kept', name: 'name' });
            };
            await new Promise((resolve) => { transaction.oncomplete = resolve });
            database.close()";
        js::run(keep, &self.name(), &uid.into()).await.unwrap();
    }
}

mod conformance {
    use super::*;

    macro_rules! tests {
        ($($name:ident)*) => {
            $(#[wasm_bindgen_test] async fn $name() { meta_store::$name(Bench::new()).await; })*
        };
    }

    background_fetch_engine::meta_store_conformance!(tests);
}

#[wasm_bindgen_test]
async fn bodies_come_back_as_they_were() {
    let bench = Bench::new();
    let blob = js::value("new Blob(['blob'], { type: 'text/x' })", &JsValue::NULL);
    let buffer = js::value("new Uint8Array([1, 2, 3]).buffer", &JsValue::NULL);
    bench.meta().put_bodies("u", &[(3, blob), (7, buffer)]).await.unwrap();
    let blob = bench.meta().body("u", 3).await.unwrap().unwrap();
    let buffer = bench.meta().body("u", 7).await.unwrap().unwrap();
    let text = js::run("return a.type + await a.text()", &blob, &JsValue::NULL).await.unwrap();
    assert_eq!(text, "text/xblob");
    assert_eq!(js::value("new Uint8Array(a).join()", &buffer), "1,2,3");
    assert_eq!(bench.meta().body("u", 4).await, Ok(None));

    bench.meta().delete_bodies("u").await.unwrap();
    assert_eq!(bench.meta().body("u", 3).await, Ok(None));
}

/// As in a private window of WebKit.
#[wasm_bindgen_test]
async fn bodies_are_stored_where_blobs_are_not() {
    let refuse = "const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (row, ...key) {
            if (row.body instanceof Blob) throw new DOMException('no', 'DataCloneError');
            return put.call(this, row, ...key);
        };
        return () => { IDBObjectStore.prototype.put = put }";
    let restore = js::run(refuse, &JsValue::NULL, &JsValue::NULL).await.unwrap();
    let bench = Bench::new();
    let blob = js::value("new Blob(['four'])", &JsValue::NULL);
    let stored = bench.meta().put_bodies("u", &[(0, blob)]).await;
    js::value("a()", &restore);
    assert_eq!(stored, Ok(()));
    let body = bench.meta().body("u", 0).await.unwrap().unwrap();
    assert_eq!(js::value("a instanceof ArrayBuffer && a.byteLength", &body), 4);
}

/// As large bodies of uploads take, which are read and written while downloads go on.
#[wasm_bindgen_test]
async fn a_commit_does_not_wait_for_bodies() {
    let bench = Bench::new();
    let (epoch, _) = bench.meta().take_over().await.unwrap();
    // In Gecko a database has one writer at a time, whatever the stores: it has to wait for the other there.
    let modes = if js::is_gecko() { &["readonly"][..] } else { &["readonly", "readwrite"] };
    for mode in modes {
        let release = bench.hold(schema::BODIES, mode).await;
        // What would wait is let go of in the end, and says that it had to.
        let late = js::value("setTimeout(() => { a(); a.late = true }, 10_000)", &release);
        assert_eq!(bench.meta().commit(epoch, &[]).await, Ok(()));
        let waited = js::value("a.late === true", &release);
        js::value("clearTimeout(a)", &late);
        js::value("a()", &release);
        assert_eq!(waited, false, "{mode}");
    }
}

/// As after a suspension. The time until then is minutes, which pass quickly here.
#[wasm_bindgen_test]
async fn a_database_that_does_not_answer_is_given_up_and_asked_again_by_the_next() {
    let bench = Bench::new();
    let (epoch, _) = bench.meta().take_over().await.unwrap();
    let release = bench.hold(schema::META, "readwrite").await;
    let quick = js::value(
        "((set) => (steps, time) => set(steps, time < 10_000 ? time : 20))(setTimeout)",
        &JsValue::NULL,
    );
    let replaced = js::Replaced::new("setTimeout", &quick);
    let Err(StoreError::Failed(reason)) = bench.meta().commit(epoch, &[]).await else { panic!() };
    assert!(reason.contains("does not answer"), "{reason}");
    drop(replaced);
    js::value("a()", &release);
    assert_eq!(bench.meta().commit(epoch, &[]).await, Ok(()));
}

#[wasm_bindgen_test]
async fn a_newer_database_is_refused_with_a_reason() {
    let bench = Bench::new();
    let newer = "const open = indexedDB.open(a, 99);
        await new Promise((resolve) => { open.onsuccess = resolve });
        open.result.close()";
    js::run(newer, &bench.name(), &JsValue::NULL).await.unwrap();
    let Err(StoreError::Failed(reason)) = bench.meta().take_over().await else { panic!() };
    assert!(reason.contains("newer version"), "{reason}");
}

/// The next version of the app may upgrade at once, and this one learns why it failed.
#[wasm_bindgen_test]
async fn a_newer_version_need_not_wait() {
    let bench = Bench::new();
    let (epoch, _) = bench.meta().take_over().await.unwrap();
    let upgrade = "const open = indexedDB.open(a, 99);
        await new Promise((resolve, reject) => { open.onsuccess = resolve; open.onblocked = reject });
        open.result.close()";
    js::run(upgrade, &bench.name(), &JsValue::NULL).await.unwrap();
    let Err(StoreError::Failed(reason)) = bench.meta().commit(epoch, &[]).await else { panic!() };
    assert!(reason.contains("newer version"), "{reason}");
}

/// The user clears the site's data: nothing is ours any more.
#[wasm_bindgen_test]
async fn a_deleted_database_fences() {
    let bench = Bench::new();
    let (epoch, _) = bench.meta().take_over().await.unwrap();
    let delete = "const request = indexedDB.deleteDatabase(a);
        await new Promise((resolve, reject) => { request.onsuccess = resolve; request.onblocked = reject })";
    js::run(delete, &bench.name(), &JsValue::NULL).await.unwrap();
    assert_eq!(bench.meta().commit(epoch, &[]).await, Err(StoreError::Fenced));
    assert_eq!(bench.meta().take_over().await, Ok((1, vec![])));
}

/// Pages look at this count before they wake the worker.
#[wasm_bindgen_test]
async fn a_page_can_count_the_fetches() {
    let bench = Bench::new();
    bench.meta().take_over().await.unwrap();
    bench.put_raw("fetches", "{ uid: 'u' }").await;
    let count = "const open = indexedDB.open(a);
        await new Promise((resolve) => { open.onsuccess = resolve });
        const request = open.result.transaction('fetches').objectStore('fetches').count();
        await new Promise((resolve) => { request.onsuccess = resolve });
        open.result.close();
        return request.result";
    assert_eq!(js::run(count, &bench.name(), &JsValue::NULL).await.unwrap(), 1);
    // A row that nobody can read must not keep the page waking the worker.
    bench.meta().take_over().await.unwrap();
    assert_eq!(js::run(count, &bench.name(), &JsValue::NULL).await.unwrap(), 0);
}

/// Dropped in the middle, a commit does all or nothing, and nothing is left that calls back.
#[wasm_bindgen_test]
async fn a_dropped_commit_leaves_the_store_usable() {
    let bench = Bench::new();
    let (epoch, _) = bench.meta().take_over().await.unwrap();
    let write = [Write::DeleteFetch { uid: "u".to_owned(), kept: false }];
    for polls in 0..4 {
        let mut commit = Box::pin(bench.meta().commit(epoch, &write));
        for _ in 0..polls {
            // Where timers are slow, it may be done before it is to be dropped.
            if (&mut commit).now_or_never().is_some() {
                break;
            }
            js::run("await new Promise((r) => setTimeout(r))", &JsValue::NULL, &JsValue::NULL)
                .await
                .unwrap();
        }
        drop(commit);
        bench.meta().commit(epoch, &write).await.unwrap();
    }
}

/// As when the browser takes longer than anybody waits: it makes the database all the same.
#[wasm_bindgen_test]
async fn a_database_that_is_made_when_nobody_waits_any_more_has_its_stores() {
    for polls in 1..6 {
        let bench = Bench::new();
        let mut opening = Box::pin(bench.meta().take_over());
        for _ in 0..polls {
            if (&mut opening).now_or_never().is_some() {
                break;
            }
            js::run("await new Promise((r) => setTimeout(r))", &JsValue::NULL, &JsValue::NULL)
                .await
                .unwrap();
        }
        drop(opening);
        let taken = bench.meta().take_over().await;
        assert!(taken.is_ok(), "{taken:?} after {polls}");
        // Nor does it keep others waiting: neither a newer version, nor who deletes it.
        let delete = "const request = indexedDB.deleteDatabase(a);
            await new Promise((resolve, reject) => { request.onsuccess = resolve; request.onblocked = reject })";
        js::run(delete, &bench.name(), &JsValue::NULL).await.unwrap();
    }
}
