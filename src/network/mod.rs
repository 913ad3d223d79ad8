//! Fetch, with bodies that stop when they are dropped.

pub mod guard;

use std::cell::{Cell, OnceCell};

use background_fetch_engine::http::{Head, RequestSpec};
use background_fetch_engine::ports::{Exchange, NetworkError};
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, Response};

use crate::js::object::{self, FromJs, Members, ToJs, set};
use crate::platform::{LONGEST_CHUNK, is_offline, is_same_origin};
use guard::{AbortGuard, Sender, send};

/// The body of a response, as it comes in. Dropping it stops the transfer.
pub struct Body {
    response: Response,
    /// Set with the first read. Inside, `None` for a response without a body, such as a 204.
    reader: OnceCell<Option<ReadableStreamDefaultReader>>,
    /// What is left of a chunk that was longer than [`LONGEST_CHUNK`].
    rest: Cell<Option<Uint8Array>>,
    _guard: AbortGuard,
}

impl Body {
    /// The body of the response to a fetch that the guard is of.
    pub fn new(guard: AbortGuard, response: Response) -> Self {
        Self { response, reader: OnceCell::new(), rest: Cell::new(None), _guard: guard }
    }

    /// The response. If nothing of it was read, the browser can move the bytes by itself.
    pub(crate) fn response(&self) -> &Response {
        &self.response
    }

    /// See [`read`](background_fetch_engine::ports::Network::read).
    pub async fn read(&self) -> Result<Option<(Uint8Array, u64)>, NetworkError> {
        let Some(reader) = self.reader() else { return Ok(None) };
        loop {
            let mut rest = self.rest.take();
            if rest.is_none() {
                let result = JsFuture::from(reader.read()).await.map_err(|_| broken())?;
                rest = object::get(&result, "value").dyn_into().ok();
            }
            let Some(mut chunk) = rest else { return Ok(None) };
            let length = chunk.length();
            let first = length.min(LONGEST_CHUNK);
            if first < length {
                self.rest.set(Some(chunk.subarray(first, length)));
                // A copy, whose memory goes back when it is stored.
                chunk = chunk.slice(0, first);
            }
            if first > 0 {
                return Ok(Some((chunk, first.into())));
            }
        }
    }

    fn reader(&self) -> Option<&ReadableStreamDefaultReader> {
        let open = || ReadableStreamDefaultReader::new(&self.response.body()?).ok();
        self.reader.get_or_init(open).as_ref()
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        // The abort of the fetch errors the stream; a response that had come whole, and waits
        // in the browser's memory, is only let go of by this.
        if let Some(Some(reader)) = self.reader.get() {
            ignore(reader.cancel());
        }
    }
}

/// Has `sender` send the request of an exchange with the request body it was stored with; the app prepares no attempt 0.
pub async fn open(
    exchange: &Exchange,
    upload: Option<JsValue>,
    sender: &Sender,
) -> Result<(Head, Body), NetworkError> {
    let options = request_init(exchange, upload.unwrap_or(JsValue::NULL));
    let attempt = exchange.attempt.unwrap_or_default();
    let sent = send(sender, &exchange.request.url, &options, attempt).await;
    let (guard, response) = sent.map_err(|error| failure(&error))?;
    let head = head(&response).ok_or(NetworkError::Refused)?;
    Ok((head, Body::new(guard, response)))
}

/// `Failure` of `js/border/engine.ts`. Anything else would be a fault of ours, which another attempt may not meet.
fn failure(thrown: &JsValue) -> NetworkError {
    let known = thrown.as_f64().and_then(|number| FAILURES.get(number as usize));
    known.copied().unwrap_or(NetworkError::Unreachable)
}

const FAILURES: [NetworkError; 7] = [
    NetworkError::Offline,
    NetworkError::Unreachable,
    NetworkError::Broken,
    NetworkError::Refused,
    NetworkError::Absent,
    NetworkError::Forbidden,
    NetworkError::Unprepared,
];

/// Why a transfer broke that had begun.
pub(crate) fn broken() -> NetworkError {
    if is_offline() { NetworkError::Offline } else { NetworkError::Broken }
}

/// The `RequestInit` of an exchange.
///
/// Without the integrity metadata: the browser would check each part on its own. The engine has
/// the whole body checked.
fn request_init(exchange: &Exchange, upload: JsValue) -> JsValue {
    let request = &exchange.request;
    let init = Members::new()
        .with("method", &request.method)
        .with("headers", &headers(exchange))
        .with("mode", mode(request))
        .with("credentials", &request.credentials)
        .with("cache", cache(request))
        .with("redirect", &request.redirect)
        .with("referrerPolicy", &request.referrer_policy)
        // The page's own traffic goes first. Ignored where it is unknown.
        .with("priority", "low")
        .object();
    // The default, and the only value that no browser would resolve as a URL.
    if request.referrer != "about:client" {
        set(&init, "referrer", &request.referrer.to_js());
    }
    if !upload.is_null() {
        set(&init, "body", &upload);
    }
    init
}

fn headers(exchange: &Exchange) -> Vec<(String, String)> {
    let ours = [
        ("range", exchange.range.map(|range| range.header())),
        ("if-range", exchange.if_range.clone()),
    ];
    let mut headers = exchange.request.headers.clone();
    for (name, value) in ours {
        if let Some(value) = value {
            headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
            headers.push((name.to_owned(), value));
        }
    }
    headers
}

/// The HTTP cache has no part in it, unless the app says so: as in Chromium's own Background Fetch. What
/// is stored anyway need not be stored twice; Firefox keeps such a copy in memory for long, and would
/// complete a body that broke off with it.
fn cache(request: &RequestSpec) -> &str {
    if request.cache == "default" { "no-store" } else { &request.cache }
}

/// `navigate`, of the request of a `FetchEvent`, cannot be asked for: a script gets at most what
/// it may read.
fn mode(request: &RequestSpec) -> &str {
    match request.mode.as_str() {
        "navigate" if is_same_origin(&request.url) => "same-origin",
        "navigate" => "cors",
        mode => mode,
    }
}

/// The head of a response, `None` if it is one that this origin may not read.
fn head(response: &Response) -> Option<Head> {
    let kind = object::get(response, "type").as_string()?;
    // A redirect that the app asked not to be followed is a response, too, of status 0.
    if !matches!(kind.as_str(), "basic" | "cors" | "default" | "opaqueredirect") {
        return None;
    }
    let headers = Array::from(&response.headers());
    Some(Head {
        url: response.url(),
        status: response.status(),
        status_text: response.status_text(),
        headers: Vec::from_js(&headers).ok()?,
        kind,
        redirected: response.redirected(),
    })
}

/// A promise whose outcome does not matter, and whose rejection must not be reported.
fn ignore(promise: Promise) {
    drop(JsFuture::from(promise));
}
