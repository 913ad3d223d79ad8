//! Bits of JavaScript for the tests.

use background_fetch::browser::Browser;
use background_fetch::host::JsHost;
use js_sys::{Array, Function, JSON, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// Runs the body of an async function; its arguments are `a` and `b`.
pub(super) async fn run(code: &str, a: &JsValue, b: &JsValue) -> Result<JsValue, JsValue> {
    let code = format!("return (async () => {{ {code} }})()");
    let promise = Function::new_with_args("a, b", &code).call2(&JsValue::NULL, a, b)?;
    JsFuture::from(promise.unchecked_into::<Promise>()).await
}

/// The value of an expression over `a`.
pub(super) fn value(expression: &str, a: &JsValue) -> JsValue {
    let code = format!("return ({expression})");
    Function::new_with_args("a", &code).call1(&JsValue::NULL, a).unwrap()
}

pub(super) fn parse(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

pub(super) fn stringify(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}

/// Only this engine has the member.
pub(super) fn is_gecko() -> bool {
    value("'fileName' in new Error('')", &JsValue::NULL).is_truthy()
}

/// A scope that no other test has.
pub(super) fn scope() -> String {
    format!("https://test.example/{}/{}", js_sys::Date::now(), js_sys::Math::random())
}

/// A new browser, with a host that does nothing that need not be.
pub(super) fn browser(scope: &str) -> Browser {
    Browser::new(scope, host(&Object::new()))
}

/// A host of these methods, which puts bytes besides, and sends. Of what fails it says that it is refused.
pub(super) fn host(methods: &Object) -> JsHost {
    let own = value(
        "({
            put: (cache, url, chunks) => cache.put(url, new Response(new Blob(chunks))),
            send: async (url, init) =>
                fetch(new Request(url, init)).catch(() => Promise.reject(3)),
        })",
        &JsValue::NULL,
    );
    Object::assign(own.unchecked_ref(), methods).unchecked_into()
}

/// Puts another value in the place of a global, until it is dropped.
pub(super) struct Replaced(&'static str, JsValue);

impl Replaced {
    pub(super) fn new(name: &'static str, by: &JsValue) -> Self {
        let old = Reflect::get(&js_sys::global(), &name.into()).unwrap();
        Reflect::set(&js_sys::global(), &name.into(), by).unwrap();
        Self(name, old)
    }
}

impl Drop for Replaced {
    fn drop(&mut self) {
        Reflect::set(&js_sys::global(), &self.0.into(), &self.1).unwrap();
    }
}

/// Has `fetch()` call `code` with the request as `a`; what it was called with is recorded.
pub(super) fn replace_fetch(code: &str) -> (Replaced, Array) {
    let calls = Array::new();
    let fetch = Function::new_with_args(
        "calls",
        &format!("return async (a) => {{ calls.push(a); {code} }}"),
    );
    let fetch = fetch.call1(&JsValue::NULL, &calls).unwrap();
    (Replaced::new("fetch", &fetch), calls)
}
