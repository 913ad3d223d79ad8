//! What crosses the border: the types of `js/border/engine.ts`, but for what is in them and
//! `js/spelling.rs` spells.
//!
//! To rename a member is to rename it in both files. Nothing that is stored changes.

use background_fetch_engine::http::RequestSpec;
use background_fetch_engine::snapshot::{EntryKey, ImageResource};
use background_fetch_engine::state::{Condition, FetchResult, FetchState, RecordState, Status};
use background_fetch_engine::{Error, MatchOptions, NewFetch, Reply};
use js_sys::{Array, ArrayBuffer, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Blob;

use crate::body_store::entry_url;
use crate::js::object::{Faults, FromJs, Members, ToJs, get, plain_argument, plain_object, set};

/// `FetchArguments`.
#[derive(Debug)]
pub struct FetchArguments {
    /// Unique for ever.
    pub uid: String,
    /// The developer's id.
    pub id: String,
    /// Their bodies apart.
    pub requests: Vec<RequestData>,
    /// To show.
    pub title: String,
    /// To show.
    pub icons: Vec<ImageResource>,
    /// Bytes; 0 for no limit.
    pub download_total: u64,
    /// Bytes of storage left, where the browser tells.
    pub available: Option<u64>,
}

plain_argument!(FetchArguments {
    uid: "uid",
    id: "id",
    requests: "requests",
    title: "title",
    icons: "icons",
    download_total: "downloadTotal",
    available: "available",
});

impl FetchArguments {
    /// What the engine takes, and the bodies of the requests by their index.
    pub(crate) fn split(self) -> (NewFetch, Vec<(u32, JsValue)>) {
        let mut bodies = Vec::new();
        let mut requests = Vec::new();
        for (index, RequestData { spec, body }) in (0..).zip(self.requests) {
            requests.push(spec);
            bodies.extend(body.map(|body| (index, body)));
        }
        let fetch = NewFetch {
            uid: self.uid,
            id: self.id,
            requests,
            title: self.title,
            icons: self.icons,
            download_total: self.download_total,
            available: self.available,
        };
        (fetch, bodies)
    }
}

/// `RequestData`.
#[derive(Debug)]
pub struct RequestData {
    /// All but the body.
    pub spec: RequestSpec,
    /// A `Blob` or an `ArrayBuffer`, if there is one; its length is in `spec`.
    pub body: Option<JsValue>,
}

impl FromJs for RequestData {
    fn read(value: &JsValue, faults: &mut Faults) -> Self {
        let mut spec = RequestSpec::read(value, faults);
        let body = get(value, BODY);
        let body = (!body.is_null() && !body.is_undefined()).then_some(body);
        spec.body_length = body.as_ref().map(|body| body_length(body, faults));
        Self { spec, body }
    }
}

fn body_length(body: &JsValue, faults: &mut Faults) -> u64 {
    if let Some(blob) = body.dyn_ref::<Blob>() {
        return blob.size() as u64;
    }
    let buffer = body.dyn_ref::<ArrayBuffer>();
    buffer.map_or_else(|| faults.report(), |buffer| buffer.byte_length().into())
}

fn request(spec: &RequestSpec, body: &JsValue) -> JsValue {
    let request = spec.to_js();
    // The twin has the body in its place.
    let length = JsValue::from_str("bodyLength");
    let _ = Reflect::delete_property(request.unchecked_ref::<Object>(), &length);
    set(&request, BODY, body);
    request
}

/// `UIOptions`.
#[derive(Debug)]
pub struct UiOptions {
    /// If given.
    pub title: Option<String>,
    /// If given.
    pub icons: Option<Vec<ImageResource>>,
}

plain_argument!(UiOptions { title: "title", icons: "icons" });

plain_object!(MatchOptions {
    ignore_search: "ignoreSearch",
    ignore_method: "ignoreMethod",
    ignore_vary: "ignoreVary",
});

/// `FetchState`.
impl ToJs for FetchState {
    fn to_js(&self) -> JsValue {
        Members::new()
            .with("uid", &self.uid)
            .with("id", &self.id)
            .with("uploadTotal", &self.upload_total)
            .with("uploaded", &self.uploaded)
            .with("downloadTotal", &self.download_total)
            .with("downloaded", &self.downloaded)
            .with("result", result_name(self.result))
            .with("failureReason", &or_empty(self.failure_reason.as_ref()))
            .with("recordsAvailable", &self.records_available)
            .object()
    }
}

/// `Status`.
impl ToJs for Status {
    fn to_js(&self) -> JsValue {
        Members::new()
            .with("uid", &self.uid)
            .with("title", &self.title)
            .with("icons", &self.icons)
            .with("state", condition_name(self.condition))
            .with("next", &self.next)
            .with("requests", &self.requests)
            .with("done", &self.done)
            .with("failed", &self.failed)
            .object()
    }
}

fn condition_name(condition: Condition) -> &'static str {
    match condition {
        Condition::Running => "running",
        Condition::Offline => "offline",
        Condition::Server => "server",
        Condition::Retry => "retry",
        Condition::Turn => "turn",
        Condition::Paused => "paused",
        Condition::Held => "app",
        Condition::Finishing => "finishing",
    }
}

fn result_name(result: FetchResult) -> &'static str {
    match result {
        FetchResult::Unsettled => "",
        FetchResult::Success => "success",
        FetchResult::Failure => "failure",
    }
}

/// What a command comes to.
pub(crate) fn reply(reply: Reply) -> Result<JsValue, Error> {
    match reply {
        Reply::Fetch(begun) => begun.map(|state| state.to_js()),
        Reply::Abort(was_active) => Ok(was_active.to_js()),
        Reply::Done(done) => done.map(|()| JsValue::UNDEFINED),
    }
}

/// `RecordState`, with the body of its request.
pub fn record(record: &RecordState, body: &JsValue) -> JsValue {
    let segments = Array::new();
    for (entry, start, length) in &record.segments {
        segments.push(&segment(entry, *start, *length));
    }
    Members::new()
        .with("uid", &record.uid)
        .with("index", &record.index)
        .with("request", &request(&record.request, body))
        .with("result", &or_empty(record.result.as_ref()))
        .with("version", &record.version)
        .with("head", &record.head)
        .with::<JsValue>("segments", &segments)
        .object()
}

/// `SegmentState`.
fn segment(entry: &EntryKey, start: u64, length: u64) -> JsValue {
    let url = entry_url(entry);
    Members::new().with("url", &url).with("start", &start).with("length", &length).object()
}

/// The standard's enumerations say "" for "none yet".
fn or_empty<T: ToJs>(value: Option<&T>) -> JsValue {
    value.map_or_else(|| "".to_js(), ToJs::to_js)
}

const BODY: &str = "body";
