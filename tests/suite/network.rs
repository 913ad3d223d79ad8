//! Fetch. The server is the one that the tests come from; what it cannot do, a `fetch()` of our
//! own does.

use std::rc::Rc;

use background_fetch::network::{self, Body};
use background_fetch::platform::LONGEST_CHUNK;
use background_fetch_engine::http::{ByteRange, Head, RequestSpec};
use background_fetch_engine::ports::{Exchange, NetworkError};
use futures_util::FutureExt;
use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

use super::js;

fn get(url: &str) -> Exchange {
    let request = RequestSpec {
        url: url.to_owned(),
        method: "GET".to_owned(),
        mode: "cors".to_owned(),
        credentials: "same-origin".to_owned(),
        cache: "default".to_owned(),
        redirect: "follow".to_owned(),
        referrer: "about:client".to_owned(),
        ..RequestSpec::default()
    };
    Exchange {
        uid: "u".to_owned(),
        index: 0,
        request: request.into(),
        range: None,
        if_range: None,
        overlap: Vec::new(),
        attempt: None,
    }
}

fn own_url() -> String {
    js::value("location.href", &JsValue::NULL).as_string().unwrap()
}

async fn open(exchange: &Exchange) -> Result<(Head, Body), NetworkError> {
    network::open(exchange, None, js::host(&Object::new()).unchecked_ref()).await
}

async fn failure(url: &str) -> NetworkError {
    open(&get(url)).await.map(drop).unwrap_err()
}

async fn length(body: &Body) -> u64 {
    let mut sum = 0;
    while let Some((chunk, length)) = body.read().await.unwrap() {
        assert_eq!(u64::from(chunk.length()), length);
        assert!(length > 0);
        sum += length;
    }
    sum
}

#[wasm_bindgen_test]
async fn a_response_comes_with_its_head_and_all_its_bytes() {
    let url = own_url();
    let (head, body) = open(&get(&url)).await.unwrap();
    assert_eq!((head.status, head.kind.as_str(), head.redirected), (200, "basic", false));
    assert_eq!(head.url, url);
    assert!(head.header("content-type").is_some());
    assert_eq!(Some(length(&body).await), head.content_length());
    // And so it stays.
    assert!(body.read().await.unwrap().is_none());
}

/// It is an answer like any other: what to make of it is decided elsewhere.
#[wasm_bindgen_test]
async fn a_bad_status_is_no_failure() {
    let _fetch = js::replace_fetch("return new Response('x', { status: 404 })");
    let (head, body) = open(&get("https://a.example/")).await.unwrap();
    assert_eq!((head.status, length(&body).await), (404, 1));
}

#[wasm_bindgen_test]
async fn a_response_without_a_body_ends_at_once() {
    let _fetch = js::replace_fetch("return new Response(null, { status: 204 })");
    let (head, body) = open(&get("https://a.example/")).await.unwrap();
    assert_eq!(head.status, 204);
    assert_eq!(length(&body).await, 0);
}

#[wasm_bindgen_test]
async fn empty_chunks_are_skipped() {
    let _fetch = js::replace_fetch(
        "return new Response(new ReadableStream({ start(c) {
            for (const n of [0, 2, 0, 0, 3, 0]) c.enqueue(new Uint8Array(n));
            c.close();
        } }))",
    );
    let (_, body) = open(&get("https://a.example/")).await.unwrap();
    assert_eq!(body.read().await.unwrap().unwrap().1, 2);
    assert_eq!(body.read().await.unwrap().unwrap().1, 3);
    assert!(body.read().await.unwrap().is_none());
}

/// All in their order.
#[wasm_bindgen_test]
async fn a_chunk_that_is_too_long_comes_in_several() {
    let _fetch = js::replace_fetch(
        "return new Response(new ReadableStream({ start(c) {
            c.enqueue(new Uint8Array(9 << 20).map((_, at) => at >> 20));
            c.enqueue(new Uint8Array(3).fill(9));
            c.close();
        } }))",
    );
    let (_, body) = open(&get("https://a.example/")).await.unwrap();
    let mut ends = Vec::new();
    while let Some((chunk, length)) = body.read().await.unwrap() {
        assert!(length <= LONGEST_CHUNK.into());
        assert_eq!(u64::from(chunk.length()), length);
        ends.push((length, chunk.get_index(0), chunk.get_index(chunk.length() - 1)));
    }
    assert_eq!(ends, [(4 << 20, 0, 3), (4 << 20, 4, 7), (1 << 20, 8, 8), (3, 9, 9)]);
}

#[wasm_bindgen_test]
async fn a_body_that_breaks_is_unreachable() {
    let _fetch = js::replace_fetch(
        "return new Response(new ReadableStream({ pull(c) { c.error(new TypeError('x')) } }))",
    );
    let (_, body) = open(&get("https://a.example/")).await.unwrap();
    assert_eq!(body.read().await.unwrap_err(), NetworkError::Broken);
}

#[wasm_bindgen_test]
async fn the_request_is_the_app_s_own() {
    let (_fetch, calls) = js::replace_fetch("return new Response('x')");
    let mut exchange = get("https://a.example/p?q#h");
    exchange.request = Rc::new(RequestSpec {
        url: "https://a.example/p?q#h".to_owned(),
        method: "PUT".to_owned(),
        headers: vec![("x-a".to_owned(), "1".to_owned())],
        mode: "cors".to_owned(),
        credentials: "include".to_owned(),
        cache: "no-store".to_owned(),
        redirect: "error".to_owned(),
        referrer: String::new(),
        referrer_policy: "origin".to_owned(),
        integrity: "sha256-AAAA".to_owned(),
        body_length: Some(4),
    });
    let body = js::value("new Blob(['four'], { type: 'text/x' })", &JsValue::NULL);
    network::open(&exchange, Some(body), js::host(&Object::new()).unchecked_ref()).await.unwrap();
    let seen = "return [a.url, a.method, a.headers.get('x-a'), a.mode, a.credentials, a.cache,
        a.redirect, a.referrer, a.referrerPolicy, a.integrity, a.headers.get('content-type'),
        await a.text(), a.headers.has('range')].join('|')";
    let seen = js::run(seen, &calls.get(0), &JsValue::NULL).await.unwrap();
    let expected = "https://a.example/p?q#h|PUT|1|cors|include|no-store|error||origin||\
        text/x|four|false";
    assert_eq!(seen, expected);
}

#[wasm_bindgen_test]
async fn a_part_is_asked_for_by_range() {
    let (_fetch, calls) = js::replace_fetch("return new Response('x')");
    let mut exchange = get("https://a.example/");
    Rc::make_mut(&mut exchange.request).headers =
        vec![("Range".to_owned(), "bytes=0-1".to_owned())];
    exchange.range = Some(ByteRange { start: 5, end: Some(9) });
    exchange.if_range = Some("\"tag\"".to_owned());
    open(&exchange).await.unwrap();
    exchange.range = Some(ByteRange { start: 5, end: None });
    exchange.if_range = None;
    open(&exchange).await.unwrap();
    let headers =
        "a.map((r) => [r.headers.get('range'), r.headers.get('if-range')].join()).join(';')";
    assert_eq!(js::value(headers, &calls), "bytes=5-8,\"tag\";bytes=5-,");
}

/// As `new Request()` has it for the request of a `FetchEvent`.
#[wasm_bindgen_test]
async fn a_navigation_becomes_a_plain_request() {
    let (_fetch, calls) = js::replace_fetch("return new Response('x')");
    for url in [&own_url(), "https://a.example/"] {
        let mut exchange = get(url);
        "navigate".clone_into(&mut Rc::make_mut(&mut exchange.request).mode);
        open(&exchange).await.unwrap();
    }
    assert_eq!(js::value("a.map((r) => r.mode).join()", &calls), "same-origin,cors");
}

/// In the order of the numbers; of what is none, it may be any.
#[wasm_bindgen_test]
async fn why_a_request_failed_is_told_by_numbers() {
    let reasons = [
        NetworkError::Offline,
        NetworkError::Unreachable,
        NetworkError::Broken,
        NetworkError::Refused,
        NetworkError::Absent,
        NetworkError::Forbidden,
        NetworkError::Unprepared,
        NetworkError::Unreachable,
    ];
    for (number, reason) in (0..).zip(reasons) {
        let host = js::value("({ send: async () => { throw a } })", &JsValue::from(number));
        let host = js::host(host.unchecked_ref());
        let outcome = network::open(&get(&own_url()), None, host.unchecked_ref()).await;
        assert_eq!(outcome.map(drop).unwrap_err(), reason);
    }
}

/// Opaque, opaqueredirect and error: there is nothing in them.
#[wasm_bindgen_test]
async fn what_cannot_be_read_is_refused() {
    let _fetch = js::replace_fetch("return Response.error()");
    assert_eq!(failure("https://a.example/x").await, NetworkError::Refused);
}

#[wasm_bindgen_test]
async fn dropping_a_body_aborts_its_fetch() {
    let (_fetch, calls) = js::replace_fetch(
        "return new Response(new ReadableStream({ cancel() { a.cancelled = true } }))",
    );
    let (_, body) = open(&get("https://a.example/")).await.unwrap();
    assert_eq!(js::value("a[0].signal.aborted", &calls), false);
    drop(body);
    assert_eq!(js::value("a[0].signal.aborted", &calls), true);

    let (_, body) = open(&get("https://a.example/")).await.unwrap();
    // A read that is under way, as when a transfer is stopped.
    let mut read = Box::pin(body.read());
    let _ = (&mut read).now_or_never();
    drop(read);
    drop(body);
    assert_eq!(js::value("a[1].signal.aborted", &calls), true);
    // Later, because the request object is what the stream was made with.
    assert_eq!(js::value("a[1].cancelled", &calls), true);
}

#[wasm_bindgen_test]
async fn dropping_an_unanswered_open_aborts_its_fetch() {
    let (_fetch, calls) = js::replace_fetch("return new Promise(() => {})");
    let exchange = get("https://a.example/");
    let mut opening = Box::pin(open(&exchange));
    let _ = (&mut opening).now_or_never();
    assert_eq!(js::value("a[0].signal.aborted", &calls), false);
    drop(opening);
    assert_eq!(js::value("a[0].signal.aborted", &calls), true);
}

/// On the wire too: the server's own answer, given up after its head.
#[wasm_bindgen_test]
async fn a_dropped_real_body_rejects_nothing_unseen() {
    let unseen = Array::new();
    let listen =
        "const f = (e) => a.push(String(e.reason)); addEventListener('unhandledrejection', f)";
    js::run(listen, &unseen, &JsValue::NULL).await.unwrap();
    for reads in 0..3 {
        let (_, body) = open(&get(&own_url())).await.unwrap();
        for _ in 0..reads {
            body.read().await.unwrap();
        }
        drop(body);
    }
    js::run("await new Promise((r) => setTimeout(r, 50))", &JsValue::NULL, &JsValue::NULL)
        .await
        .unwrap();
    assert_eq!(unseen.length(), 0, "{unseen:?}");
}
