//! The engine as JavaScript has it, over the real stores.

use background_fetch::exports::{Engine, start_engine};
use background_fetch::meta_store::MetaStore;
use js_sys::{Array, Promise};
use wasm_bindgen::convert::TryFromJsValue;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::js;

/// An engine whose host logs what it is asked for.
async fn start(scope: &str) -> (Engine, Array) {
    let log = Array::new();
    let host = js::value(
        "({
            async fireEvent(type, state) { a.push(['fire', type, state]) },
            async update(state) { a.push(['update', state]) },
            recordChanged(record) { a.push(['record', record]) },
            active(active) { a.push(['active', active]) },
        })",
        &log,
    );
    let (none, host) = (f64::NAN, js::host(host.unchecked_ref()));
    let start = start_engine(scope, host, none, none, none, none, none, none, false);
    let engine = settle(start).await.unwrap();
    (Engine::try_from_js_value(engine).unwrap(), log)
}

async fn settle(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await
}

fn arguments(uid: &str, id: &str, requests: &str) -> JsValue {
    let code = format!(
        "(() => {{
            const request = (url, more) => ({{
                url: new URL(url, location.href).href, method: 'GET', headers: [], mode: 'cors',
                credentials: 'same-origin', cache: 'default', redirect: 'follow',
                referrer: 'about:client', referrerPolicy: '', integrity: '', body: null, ...more,
            }});
            return {{ uid: '{uid}', id: '{id}', requests: {requests}, title: 't', icons: [],
                downloadTotal: 0, available: null }};
        }})()"
    );
    js::value(&code, &JsValue::NULL)
}

/// Waits until an expression over the log is true.
async fn wait_for(log: &Array, expression: &str) {
    for _ in 0..400 {
        if js::value(expression, log).is_truthy() {
            return;
        }
        js::run("await new Promise((r) => setTimeout(r, 10))", log, log).await.unwrap();
    }
    panic!("not in time: {expression} of {}", js::stringify(log));
}

#[wasm_bindgen_test]
async fn a_fetch_ends_in_its_event() {
    let (engine, log) = start(&js::scope()).await;
    let args = arguments("u", "i", "[request(location.href)]");
    let state = settle(engine.fetch(&args)).await.unwrap();
    assert_eq!(js::value("a.uid + a.id + a.result + a.recordsAvailable", &state), "uitrue");
    wait_for(&log, "a.some((e) => e[0] === 'fire')").await;
    let fired = js::value("a.find((e) => e[0] === 'fire')", &log);
    assert_eq!(js::value("a[1] + '/' + a[2].result", &fired), "backgroundfetchsuccess/success");
    wait_for(&log, "a.some((e) => e[0] === 'active' && !e[1])").await;
    assert!(!engine.is_active());
    engine.stop();
}

#[wasm_bindgen_test]
async fn calls_are_answered() {
    let (engine, _) = start(&js::scope()).await;
    assert!(settle(engine.get("none".to_owned())).await.unwrap().is_undefined());
    assert!(settle(engine.state("none".to_owned())).await.unwrap().is_undefined());
    assert_eq!(settle(engine.abort("none".to_owned())).await, Ok(JsValue::FALSE));
    assert_eq!(js::stringify(&settle(engine.get_ids()).await.unwrap()), "[]");
    let options = js::parse(r#"{"ignoreSearch":false,"ignoreMethod":false,"ignoreVary":false}"#);
    let error = settle(engine.match_all("none".to_owned(), &JsValue::NULL, &options)).await;
    assert_eq!(js::value("a.name", &error.unwrap_err()), "InvalidStateError");
    let error = settle(engine.fetch(&JsValue::NULL)).await.unwrap_err();
    assert_eq!(js::value("a.name", &error), "TypeError");
    engine.stop();
}

/// A fetch that goes nowhere is what the next engine finds.
#[wasm_bindgen_test]
async fn the_next_engine_takes_up_what_is_left() {
    let scope = js::scope();
    let (_fetch, _) = js::replace_fetch("return new Promise(() => {})");
    let (first, _) = start(&scope).await;
    let requests = "[request('/up', { method: 'PUT', body: new Blob(['four']) }), request('/x')]";
    settle(first.fetch(&arguments("u", "i", requests))).await.unwrap();
    assert!(first.is_active());
    first.stop();

    let (second, _) = start(&scope).await;
    assert!(second.is_active());
    assert_eq!(js::stringify(&settle(second.get_ids()).await.unwrap()), r#"["i"]"#);
    let options = js::parse(r#"{"ignoreSearch":false,"ignoreMethod":false,"ignoreVary":false}"#);
    let records = settle(second.match_all("u".to_owned(), &JsValue::NULL, &options)).await.unwrap();
    let shape = "a.map((r) => [r.index, r.request.method, r.request.body?.size].join()).join(';')";
    assert_eq!(js::value(shape, &records), "0,PUT,4;1,GET,");
    assert_eq!(settle(second.abort("u".to_owned())).await, Ok(JsValue::TRUE));
    second.stop();
}

/// What is refused leaves no bodies behind.
#[wasm_bindgen_test]
async fn a_second_fetch_of_the_same_id_is_refused() {
    let (_fetch, _) = js::replace_fetch("return new Promise(() => {})");
    let scope = js::scope();
    let (engine, _) = start(&scope).await;
    let requests = "[request('/up', { method: 'PUT', body: new Blob(['four']) })]";
    settle(engine.fetch(&arguments("u", "i", requests))).await.unwrap();
    let error = settle(engine.fetch(&arguments("v", "i", requests))).await.unwrap_err();
    assert_eq!(js::value("a.name", &error), "TypeError");
    let bodies = MetaStore::new(&scope);
    assert_eq!(bodies.body("v", 0).await, Ok(None));
    assert!(bodies.body("u", 0).await.unwrap().is_some());
    assert_eq!(settle(engine.abort("u".to_owned())).await, Ok(JsValue::TRUE));
    engine.stop();
}

/// No fetch is ever there without its bodies.
#[wasm_bindgen_test]
async fn a_fetch_whose_bodies_do_not_fit_does_not_begin() {
    let (_fetch, calls) = js::replace_fetch("return new Promise(() => {})");
    let (engine, _) = start(&js::scope()).await;
    let refuse = "(() => {
        const { put } = IDBObjectStore.prototype;
        IDBObjectStore.prototype.put = function (row, ...key) {
            if (row.body) throw new DOMException('full', 'QuotaExceededError');
            return put.call(this, row, ...key);
        };
        return () => { IDBObjectStore.prototype.put = put };
    })()";
    let restore = js::value(refuse, &JsValue::NULL);
    let requests = "[request('/up', { method: 'PUT', body: new Blob(['four']) })]";
    let error = settle(engine.fetch(&arguments("u", "i", requests))).await.unwrap_err();
    js::value("a()", &restore);
    assert_eq!(js::value("a.name", &error), "QuotaExceededError");
    assert_eq!(js::stringify(&settle(engine.get_ids()).await.unwrap()), "[]");
    assert_eq!(calls.length(), 0);
    engine.stop();
}

#[wasm_bindgen_test]
async fn stopping_ends_the_transfers() {
    let (_fetch, calls) = js::replace_fetch("return new Promise(() => {})");
    let (engine, log) = start(&js::scope()).await;
    settle(engine.fetch(&arguments("u", "i", "[request('/x')]"))).await.unwrap();
    wait_for(&calls, "a.length === 1").await;
    engine.stop();
    wait_for(&calls, "a[0].signal.aborted").await;
    assert_eq!(js::value("a.some((e) => e[0] === 'fire')", &log), false);
}
