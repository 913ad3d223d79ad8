//! The rows as they are stored, but for what is in them and `js/spelling.rs` spells.
//!
//! To rename a member is to make of every stored row one that does not decode, and so is dropped.
//! Members may be added as `Option`s; any other change is a new version of the schema.

use background_fetch_engine::Timestamp;
use background_fetch_engine::snapshot::{EntryKey, FetchRow, RecordRow, SegmentRow, Stage};
use wasm_bindgen::JsValue;

use crate::js::object::{Faults, FromJs, ToJs, plain_enum, plain_object};

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
    ended: "ended",
    downloaded: "downloaded",
    paused: "paused",
});

plain_object!(RecordRow {
    uid: "uid",
    index: "index",
    request: "request",
    head: "head",
    validator: "validator",
    version: "version",
    result: "result",
    hold: "hold",
    silent_since: "silentSince",
    unproven: "unproven",
    seams: "seams",
    // Named so since the first version.
    attempts: "tries",
});

plain_object!(SegmentRow {
    uid: "uid",
    index: "index",
    start: "start",
    length: "length",
    entry: "entry",
});

plain_enum!(Stage { Active = "active", Ended = "ended", Over = "over", Kept = "kept" });

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
