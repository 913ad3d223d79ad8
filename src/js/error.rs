//! What JavaScript throws, classified once; what the engine refuses, as an exception.

use background_fetch_engine::Error;
use background_fetch_engine::ports::StoreError;
use wasm_bindgen::JsValue;

use crate::js::object::{self, Malformed};

/// The kinds of exception that make a difference here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `QuotaExceededError`: a `DOMException` by that name, or the class that replaces it.
    Quota,
    /// `AbortError`: of a fetch that was aborted, or a transaction.
    Abort,
    /// `TypeError`, `NetworkError` and the like: what a fetch and a body fail with.
    Network,
    /// `InvalidStateError`: such as of a database connection that is closed.
    State,
    /// `VersionError`: the database is newer than this code.
    Version,
    /// Anything else.
    Other,
}

/// A thrown value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thrown {
    /// Its kind.
    pub kind: Kind,
    /// Its name and message, in the browser's words.
    pub text: String,
}

impl From<JsValue> for Thrown {
    /// Anything may be thrown, so nothing is assumed of it.
    fn from(value: JsValue) -> Self {
        let text = |name| object::get(&value, name).as_string();
        let name = text("name").unwrap_or_default();
        let kind = match name.as_str() {
            "QuotaExceededError" | "NS_ERROR_DOM_QUOTA_EXCEEDED_ERR" => Kind::Quota,
            // The disk is full before the quota is.
            "NS_ERROR_FILE_NO_DEVICE_SPACE" => Kind::Quota,
            "AbortError" => Kind::Abort,
            "TypeError" | "NetworkError" => Kind::Network,
            "InvalidStateError" => Kind::State,
            "VersionError" => Kind::Version,
            // Firefox lets names of its own out: `NS_ERROR_NET_RESET` is a body that broke.
            name if name.starts_with("NS_ERROR_") => Kind::Network,
            _ => Kind::Other,
        };
        let message = text("message").or_else(|| value.as_string()).unwrap_or_default();
        Self { kind, text: [name, message].join(": ") }
    }
}

impl From<Thrown> for StoreError {
    fn from(thrown: Thrown) -> Self {
        match thrown.kind {
            Kind::Quota => Self::Quota,
            _ => Self::Failed(thrown.text),
        }
    }
}

/// The same for `?` on a call into the browser: `.map_err(failed)`.
pub fn failed(value: JsValue) -> StoreError {
    Thrown::from(value).into()
}

/// An `Error` with the standard's name, for a promise to reject with.
pub fn exception(name: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name(name);
    error.into()
}

/// The exception of a call that the engine refused.
pub fn refused(error: Error) -> JsValue {
    exception(name(&error), &error.message())
}

/// The name of the `DOMException`, or `TypeError`.
fn name(error: &Error) -> &'static str {
    match error {
        Error::DuplicateId(_) | Error::Store(_) => "TypeError",
        Error::NoRoom { .. } | Error::Quota => "QuotaExceededError",
        Error::RecordsUnavailable | Error::Inactive => "InvalidStateError",
        Error::Stopped => "AbortError",
    }
}

/// The exception of a call that the store failed.
pub fn store_failed(error: StoreError) -> JsValue {
    refused(error.into())
}

/// The exception of an argument that is not as `js/border/engine.ts` has it.
pub fn malformed(Malformed(member): Malformed) -> JsValue {
    exception("TypeError", &["The engine was given a malformed argument: ", member].concat())
}
