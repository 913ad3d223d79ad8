//! What the border and the stored rows spell alike, because the standard does.
//!
//! To rename a member is to change both: `js/border/engine.ts` has to follow, and it is a new version
//! of the schema, as what is stored under the old name does not decode.

use background_fetch_engine::http::{Head, RequestSpec};
use background_fetch_engine::snapshot::ImageResource;
use background_fetch_engine::{FailureReason, RecordResult};
use wasm_bindgen::JsValue;

use super::object::{Faults, FromJs, ToJs, plain_enum, plain_object};

plain_object!(RequestSpec {
    url: "url",
    method: "method",
    headers: "headers",
    mode: "mode",
    credentials: "credentials",
    cache: "cache",
    redirect: "redirect",
    referrer: "referrer",
    referrer_policy: "referrerPolicy",
    integrity: "integrity",
    body_length: "bodyLength",
});

plain_object!(Head {
    url: "url",
    status: "status",
    status_text: "statusText",
    headers: "headers",
    kind: "type",
    redirected: "redirected",
});

plain_object!(ImageResource { src: "src", sizes: "sizes", kind: "type", label: "label" });

plain_enum!(FailureReason {
    Aborted = "aborted",
    BadStatus = "bad-status",
    FetchError = "fetch-error",
    QuotaExceeded = "quota-exceeded",
    DownloadTotalExceeded = "download-total-exceeded",
});

impl ToJs for RecordResult {
    fn to_js(&self) -> JsValue {
        self.failure().map_or_else(|| SUCCESS.to_js(), |reason| reason.to_js())
    }
}

impl FromJs for RecordResult {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        if value.as_string().as_deref() == Some(SUCCESS) {
            return Self::Success;
        }
        Self::Failure(FailureReason::read(value, faults))
    }
}

const SUCCESS: &str = "success";
