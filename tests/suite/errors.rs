//! What may be thrown, and what is made of it.

use background_fetch::js::error::{Kind, Thrown, exception, malformed, refused, store_failed};
use background_fetch::js::object::Malformed;
use background_fetch_engine::Error;
use background_fetch_engine::ports::{NetworkError, StoreError};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::js;

fn thrown(expression: &str) -> Thrown {
    js::value(expression, &JsValue::NULL).into()
}

#[wasm_bindgen_test]
fn exceptions_are_told_apart_by_name() {
    for (name, kind) in [
        ("QuotaExceededError", Kind::Quota),
        ("AbortError", Kind::Abort),
        ("NetworkError", Kind::Network),
        ("InvalidStateError", Kind::State),
        ("VersionError", Kind::Version),
        ("DataCloneError", Kind::Other),
        ("UnknownError", Kind::Other),
    ] {
        let thrown = thrown(&format!("new DOMException('why', '{name}')"));
        assert_eq!((thrown.kind, thrown.text), (kind, format!("{name}: why")));
    }
    for (name, kind) in [
        ("NS_ERROR_NET_RESET", Kind::Network),
        ("NS_ERROR_NET_PARTIAL_TRANSFER", Kind::Network),
        ("NS_ERROR_DOM_QUOTA_EXCEEDED_ERR", Kind::Quota),
        ("NS_ERROR_FILE_NO_DEVICE_SPACE", Kind::Quota),
    ] {
        assert_eq!(thrown(&format!("{{ name: '{name}' }}")).kind, kind);
    }
    assert_eq!(thrown("new TypeError('why')").kind, Kind::Network);
    assert_eq!(thrown("new RangeError('why')").kind, Kind::Other);
}

/// The class that is to replace the `DOMException` of that name.
#[wasm_bindgen_test]
fn a_quota_error_of_its_own_class_is_one() {
    let modern = "new (class QuotaExceededError extends Error {
        get name() { return 'QuotaExceededError' }
    })('full')";
    assert_eq!(StoreError::from(thrown(modern)), StoreError::Quota);
}

#[wasm_bindgen_test]
fn anything_may_be_thrown() {
    for anything in [
        "undefined",
        "null",
        "0",
        "NaN",
        "''",
        "'text'",
        "Symbol()",
        "1n",
        "{}",
        "[]",
        "() => 1",
        "Object.create(null)",
        "{ name: 1, message: {} }",
        "new Proxy({}, { get() { throw 1 } })",
        "{ get name() { throw null } }",
    ] {
        assert_eq!(thrown(anything).kind, Kind::Other, "{anything}");
    }
    assert_eq!(thrown("'text'").text, ": text");
}

#[wasm_bindgen_test]
fn rejections_have_the_standard_s_name() {
    let name = |error: &JsValue| js::value("a instanceof Error && a.name", error).as_string();
    let message = |error: &JsValue| js::value("a.message", error).as_string().unwrap();

    for (error, expected) in [
        (Error::DuplicateId("x".to_owned()), "TypeError"),
        (Error::NoRoom { needed: 2, available: 1 }, "QuotaExceededError"),
        (Error::Quota, "QuotaExceededError"),
        (Error::RecordsUnavailable, "InvalidStateError"),
        (Error::Inactive, "InvalidStateError"),
        (Error::Store("x".to_owned()), "TypeError"),
        (Error::Stopped, "AbortError"),
    ] {
        let exception = refused(error.clone());
        assert_eq!(name(&exception).as_deref(), Some(expected), "{error:?}");
        assert_eq!(message(&exception), error.to_string());
    }

    assert_eq!(name(&store_failed(StoreError::Quota)).as_deref(), Some("QuotaExceededError"));
    assert_eq!(name(&store_failed(StoreError::Fenced)).as_deref(), Some("AbortError"));
    let failed = store_failed(StoreError::Network(NetworkError::Offline));
    assert_eq!(name(&failed).as_deref(), Some("TypeError"));

    let error = malformed(Malformed("requests"));
    assert_eq!(name(&error).as_deref(), Some("TypeError"));
    assert!(message(&error).contains("requests"));
    assert_eq!(name(&exception("X", "y")).as_deref(), Some("X"));
}
