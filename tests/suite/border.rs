//! The types of `js/border/engine.ts`, there and back. An example of each is written out here as
//! JavaScript has it; a member renamed on either side fails.

use background_fetch::convert::{self, FetchArguments, RequestData, UiOptions};
use background_fetch::js::object::{FromJs, Malformed, ToJs};
use background_fetch_engine::http::{Head, RequestSpec};
use background_fetch_engine::snapshot::{EntryKey, ImageResource};
use background_fetch_engine::state::{Condition, FetchResult, FetchState, RecordState, Status};
use background_fetch_engine::{FailureReason, MatchOptions, Millis, RecordResult};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use super::js;

const REQUEST: &str = r##"{"url":"https://a.example/b?c#d","method":"PUT","headers":[["x-a","1"],["x-b",""]],"mode":"cors","credentials":"include","cache":"no-store","redirect":"error","referrer":"https://a.example/p","referrerPolicy":"origin","integrity":"sha256-AA","body":null}"##;

const HEAD: &str = r#"{"url":"https://a.example/b","status":206,"statusText":"Partial","headers":[["etag","\"x\""]],"type":"cors","redirected":true}"#;

fn request() -> RequestSpec {
    RequestSpec {
        url: "https://a.example/b?c#d".to_owned(),
        method: "PUT".to_owned(),
        headers: vec![("x-a".to_owned(), "1".to_owned()), ("x-b".to_owned(), String::new())],
        mode: "cors".to_owned(),
        credentials: "include".to_owned(),
        cache: "no-store".to_owned(),
        redirect: "error".to_owned(),
        referrer: "https://a.example/p".to_owned(),
        referrer_policy: "origin".to_owned(),
        integrity: "sha256-AA".to_owned(),
        body_length: None,
    }
}

fn head() -> Head {
    Head {
        url: "https://a.example/b".to_owned(),
        status: 206,
        status_text: "Partial".to_owned(),
        headers: vec![("etag".to_owned(), "\"x\"".to_owned())],
        kind: "cors".to_owned(),
        redirected: true,
    }
}

#[wasm_bindgen_test]
fn request_data() {
    let data = RequestData::from_js(&js::parse(REQUEST)).unwrap();
    assert_eq!(data.spec, request());
    assert!(data.body.is_none());
}

#[wasm_bindgen_test]
fn request_data_with_a_body() {
    for (body, length) in
        [("new Blob(['four'])", 4), ("new Blob([])", 0), ("new ArrayBuffer(3)", 3)]
    {
        let data = js::value(&format!("{{ ...a, body: {body} }}"), &js::parse(REQUEST));
        let data = RequestData::from_js(&data).unwrap();
        assert_eq!(data.spec.body_length, Some(length));
        assert!(data.body.is_some());
    }
}

#[wasm_bindgen_test]
fn response_head() {
    assert_eq!(Head::from_js(&js::parse(HEAD)), Ok(head()));
    assert_eq!(js::stringify(&head().to_js()), HEAD);
}

#[wasm_bindgen_test]
fn fetch_arguments() {
    let json = format!(
        r#"{{"uid":"u","id":"i","requests":[{REQUEST},{REQUEST}],"title":"t","icons":[{{"src":"s","sizes":"1x1","type":"image/png","label":"l"}},{{"src":"s"}}],"downloadTotal":9007199254740991,"available":null}}"#
    );
    let args = FetchArguments::from_js(&js::parse(&json)).unwrap();
    assert_eq!((args.uid.as_str(), args.id.as_str(), args.title.as_str()), ("u", "i", "t"));
    assert_eq!(args.requests.len(), 2);
    assert!(args.requests.iter().all(|data| data.spec == request()));
    let full = ImageResource {
        src: "s".to_owned(),
        sizes: Some("1x1".to_owned()),
        kind: Some("image/png".to_owned()),
        label: Some("l".to_owned()),
    };
    let bare = ImageResource { src: "s".to_owned(), ..ImageResource::default() };
    assert_eq!(args.icons, [full, bare]);
    assert_eq!((args.download_total, args.available), (9_007_199_254_740_991, None));

    let more =
        js::value("({ ...a, available: 5, downloadTotal: 2 ** 64, more: 1 })", &js::parse(&json));
    let args = FetchArguments::from_js(&more).unwrap();
    assert_eq!((args.download_total, args.available), (u64::MAX, Some(5)));
}

/// Named, so that whoever made it finds it.
#[wasm_bindgen_test]
fn malformed_arguments_are_refused() {
    let good = r#"({ uid: "u", id: "i", requests: [], title: "", icons: [], downloadTotal: 0, available: null })"#;
    let good = js::value(good, &JsValue::NULL);
    assert!(FetchArguments::from_js(&good).is_ok());
    for (change, member) in [
        ("uid: 1", "uid"),
        ("id: undefined", "id"),
        ("requests: {}", "requests"),
        ("requests: [null]", "requests"),
        ("icons: [{}]", "icons"),
        ("icons: null", "icons"),
        ("downloadTotal: -1", "downloadTotal"),
        ("downloadTotal: NaN", "downloadTotal"),
        ("downloadTotal: 1.5", "downloadTotal"),
        ("downloadTotal: 1n", "downloadTotal"),
        ("available: 'x'", "available"),
        ("get title() { throw 1 }", "title"),
    ] {
        let bad = js::value(&format!("({{ ...a, {change} }})"), &good);
        assert_eq!(FetchArguments::from_js(&bad).unwrap_err(), Malformed(member));
    }
    for bad in ["null", "undefined", "1", "'x'", "[]"] {
        assert!(FetchArguments::from_js(&js::value(bad, &JsValue::NULL)).is_err(), "{bad}");
    }
    let body = js::value("({ ...a, body: 'text' })", &js::parse(REQUEST));
    assert!(RequestData::from_js(&body).is_err());
}

#[wasm_bindgen_test]
fn ui_options() {
    let options = UiOptions::from_js(&js::parse(r#"{"title":"t","icons":[{"src":"s"}]}"#)).unwrap();
    assert_eq!(options.title.as_deref(), Some("t"));
    assert_eq!(options.icons.unwrap().len(), 1);
    let options = UiOptions::from_js(&js::parse("{}")).unwrap();
    assert!(options.title.is_none() && options.icons.is_none());
}

#[wasm_bindgen_test]
fn match_options() {
    let json = r#"{"ignoreSearch":true,"ignoreMethod":false,"ignoreVary":true}"#;
    let options = MatchOptions::from_js(&js::parse(json)).unwrap();
    assert!(options.ignore_search && !options.ignore_method && options.ignore_vary);
    assert!(MatchOptions::from_js(&js::parse("{}")).is_err());
}

#[wasm_bindgen_test]
fn fetch_state() {
    let mut state = FetchState {
        uid: "u".to_owned(),
        id: "i".to_owned(),
        upload_total: 1,
        uploaded: 2,
        download_total: 3,
        downloaded: 9_007_199_254_740_991,
        result: FetchResult::Unsettled,
        failure_reason: None,
        records_available: true,
    };
    assert_eq!(
        js::stringify(&state.to_js()),
        r#"{"uid":"u","id":"i","uploadTotal":1,"uploaded":2,"downloadTotal":3,"downloaded":9007199254740991,"result":"","failureReason":"","recordsAvailable":true}"#
    );
    let end = |state: &FetchState| js::value("a.result + '/' + a.failureReason", &state.to_js());
    state.result = FetchResult::Success;
    assert_eq!(end(&state), "success/");
    state.result = FetchResult::Failure;
    for (reason, name) in [
        (FailureReason::Aborted, "aborted"),
        (FailureReason::BadStatus, "bad-status"),
        (FailureReason::FetchError, "fetch-error"),
        (FailureReason::QuotaExceeded, "quota-exceeded"),
        (FailureReason::DownloadTotalExceeded, "download-total-exceeded"),
    ] {
        state.failure_reason = Some(reason);
        assert_eq!(end(&state), format!("failure/{name}").as_str());
    }
}

#[wasm_bindgen_test]
fn status() {
    let mut status = Status {
        uid: "u".to_owned(),
        title: "t".to_owned(),
        icons: Vec::new(),
        condition: Condition::Running,
        next: None,
        requests: 3,
        done: 1,
        failed: 2,
    };
    assert_eq!(
        js::stringify(&status.to_js()),
        r#"{"uid":"u","title":"t","icons":[],"state":"running","next":null,"requests":3,"done":1,"failed":2}"#
    );
    for (condition, name) in [
        (Condition::Offline, "offline"),
        (Condition::Server, "server"),
        (Condition::Retry, "retry"),
        (Condition::Turn, "turn"),
        (Condition::Paused, "paused"),
        (Condition::Finishing, "finishing"),
    ] {
        (status.condition, status.next) = (condition, Some(Millis(5)));
        assert_eq!(js::value("a.state + a.next", &status.to_js()), format!("{name}5").as_str());
    }
}

#[wasm_bindgen_test]
fn record_state() {
    let mut record = RecordState {
        uid: "u".to_owned(),
        index: 4,
        request: request().into(),
        result: None,
        version: 2,
        head: None,
        segments: vec![],
    };
    let json = format!(
        r#"{{"uid":"u","index":4,"request":{REQUEST},"result":"","version":2,"head":null,"segments":[]}}"#
    );
    assert_eq!(js::stringify(&convert::record(&record, &JsValue::NULL)), json);

    record.result = Some(RecordResult::Success);
    record.head = Some(head());
    record.segments =
        vec![(EntryKey("u/4/1.2".to_owned()), 0, 5), (EntryKey("k".to_owned()), 5, 1)];
    let json = format!(
        r#"{{"uid":"u","index":4,"request":{REQUEST},"result":"success","version":2,"head":{HEAD},"segments":[{{"url":"https://background-fetch.invalid/u%2F4%2F1.2","start":0,"length":5}},{{"url":"https://background-fetch.invalid/k","start":5,"length":1}}]}}"#
    );
    assert_eq!(js::stringify(&convert::record(&record, &JsValue::NULL)), json);
}

#[wasm_bindgen_test]
fn record_state_with_a_body() {
    let mut request = request();
    request.body_length = Some(4);
    let record = RecordState {
        uid: "u".to_owned(),
        index: 0,
        request: request.into(),
        result: Some(RecordResult::Failure(FailureReason::BadStatus)),
        version: 0,
        head: None,
        segments: vec![],
    };
    let body = js::value("new Blob(['four'])", &JsValue::NULL);
    let record = convert::record(&record, &body);
    assert_eq!(js::value("a.request.body.size", &record), 4);
    assert_eq!(js::value("'bodyLength' in a.request", &record), false);
    assert_eq!(js::value("a.result", &record), "bad-status");
}
