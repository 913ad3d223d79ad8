//! The stored form of the rows. Members may be added as `Option`s; any other change is a new
//! version of the schema.

use background_fetch_engine::Timestamp;
use background_fetch_engine::http::{Head, RequestSpec};
use background_fetch_engine::snapshot::{
    EntryKey, FetchRow, ImageResource, RecordRow, SegmentRow, Stage,
};
use background_fetch_engine::{FailureReason, RecordResult};
use wasm_bindgen::JsValue;

use crate::plain::{Faults, FromJs, ToJs, plain_enum, plain_object};

plain_object!(FetchRow {
    uid: "uid",
    id: "id",
    order: "order",
    title: "title",
    icons: "icons",
    download_total: "downloadTotal",
    upload_total: "uploadTotal",
    records: "records",
    stage: "stage",
    failure_reason: "failureReason",
    deliveries: "deliveries",
});

plain_object!(RecordRow {
    uid: "uid",
    index: "index",
    request: "request",
    head: "head",
    validator: "validator",
    version: "version",
    result: "result",
    tries: "tries",
});

plain_object!(SegmentRow {
    uid: "uid",
    index: "index",
    start: "start",
    length: "length",
    entry: "entry",
});

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

plain_enum!(Stage { Active = "active", Ended = "ended" });

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

impl ToJs for EntryKey {
    fn to_js(&self) -> JsValue {
        self.0.to_js()
    }
}

impl FromJs for EntryKey {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        Self(String::read(value, faults))
    }
}

impl ToJs for Timestamp {
    fn to_js(&self) -> JsValue {
        self.0.to_js()
    }
}

impl FromJs for Timestamp {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        Self(u64::read(value, faults))
    }
}
