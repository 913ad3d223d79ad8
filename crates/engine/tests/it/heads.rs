//! What a response says of its length, to requests that are not plain: uploads, those for a part, and of other origins.

use background_fetch_engine::http::{Head, RequestSpec};
use background_fetch_engine::{FailureReason, Input, NewFetch, Output, RecordResult};

use crate::common::bench::{Bench, goes_on};
use crate::common::{config, fetch, get};

fn post(path: &str) -> RequestSpec {
    RequestSpec { method: "POST".to_owned(), body_length: Some(10), ..get(path) }
}

fn ranged(path: &str) -> RequestSpec {
    RequestSpec { headers: vec![("range".to_owned(), "bytes=0-999".to_owned())], ..get(path) }
}

fn only(request: RequestSpec) -> NewFetch {
    NewFetch { requests: vec![request], ..fetch("one", &[]) }
}

fn of(request: RequestSpec) -> Bench {
    Bench::of(only(request))
}

fn head(status: u16, kind: &str, headers: &[(&str, &str)]) -> Head {
    let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    Head { status, kind: kind.to_owned(), headers, ..Head::default() }
}

/// The result once a body of so many bytes has come to its end.
fn ends(bench: &mut Bench, head: Head, length: u64) -> Option<RecordResult> {
    bench.opened(head, None);
    if length > 0 {
        bench.read(length);
    }
    bench.feed(Input::BodyEnded { transfer: bench.transfer });
    let records = bench.engine.match_all("one", None, Default::default());
    records.unwrap().pop().unwrap().result
}

#[test]
fn the_answer_to_an_upload_may_be_longer_or_shorter_than_a_hidden_coding() {
    for status in [200, 201, 202] {
        for (declared, length) in [("150", 400), ("31", 11)] {
            let head = head(status, "cors", &[("content-length", declared)]);
            let result = ends(&mut of(post("up")), head, length);
            assert_eq!(result, Some(RecordResult::Success), "{status}, {declared}");
        }
    }
}

#[test]
fn a_bad_status_is_told_though_a_coding_is_hidden() {
    let head = head(404, "cors", &[("content-length", "150")]);
    let result = ends(&mut of(get("file")), head, 400);
    assert_eq!(result, Some(RecordResult::Failure(FailureReason::BadStatus)));
}

#[test]
fn an_answer_to_an_upload_that_is_cut_is_none() {
    let declared = [("content-length", "1000000")];
    for kind in ["basic", "cors"] {
        let result = ends(&mut of(post("up")), head(200, kind, &declared), 400);
        assert_eq!(result, Some(RecordResult::Failure(FailureReason::FetchError)), "{kind}");
    }
}

#[test]
fn a_part_that_the_app_asked_for_is_as_long_as_content_range_says() {
    let extent = [("content-range", "bytes 0-999/5000000")];
    assert_eq!(ends(&mut of(ranged("file")), head(206, "basic", &extent), 400), None);
    let whole = ends(&mut of(ranged("file")), head(206, "basic", &extent), 1000);
    assert_eq!(whole, Some(RecordResult::Success));
}

#[test]
fn an_empty_part_of_which_nobody_said_so_is_asked_for_again() {
    for status in [200, 206] {
        assert_eq!(ends(&mut of(ranged("file")), head(status, "basic", &[]), 0), None, "{status}");
    }
}

#[test]
fn only_the_bytes_that_are_asked_for_count_against_the_most() {
    let mut most = config();
    most.most_bytes = 10_000;
    let long = [("content-length", "1000"), ("content-range", "bytes 0-999/5000000")];
    let (mut bench, _) = Bench::with(most.clone(), true, only(ranged("file")));
    assert!(goes_on(&bench.opened(head(206, "basic", &long), None)));
    let ask = RequestSpec { method: "HEAD".to_owned(), ..get("file") };
    let (mut bench, _) = Bench::with(most, true, only(ask));
    let result = ends(&mut bench, head(200, "basic", &[("content-length", "5000000")]), 0);
    assert_eq!(result, Some(RecordResult::Success));
}

#[test]
fn a_probe_is_one_that_every_browser_sends() {
    let request = RequestSpec {
        redirect: "error".to_owned(),
        cache: "only-if-cached".to_owned(),
        ..post("up")
    };
    let (_, outputs) = Bench::with(config(), false, only(request));
    let probe = outputs.iter().find_map(|output| match output {
        Output::Open { exchange, .. } => Some(&exchange.request),
        _ => None,
    });
    let probe = probe.unwrap();
    assert_eq!((&*probe.method, &*probe.mode), ("HEAD", "no-cors"));
    assert_eq!((&*probe.redirect, &*probe.cache), ("follow", "no-store"));
}
