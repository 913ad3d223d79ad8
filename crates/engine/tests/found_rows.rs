//! What damaged rows have been found to do, each in a database of its own.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use background_fetch_engine::http::Head;
use background_fetch_engine::snapshot::{
    EntryKey, FetchRow, RecordRow, SegmentRow, Snapshot, Stage,
};
use background_fetch_engine::{Engine, Input, Output, RecordResult, Timestamp};
use common::{config, get};

/// A fetch whose only record is a success of 100 bytes, in segments of these extents.
fn done(uid: &str, extents: &[(u64, u64)]) -> Snapshot {
    let fetch = FetchRow {
        uid: uid.into(),
        id: uid.into(),
        order: 0,
        title: String::new(),
        icons: Vec::new(),
        download_total: 0,
        upload_total: 0,
        records: 1,
        stage: Stage::Active,
        failure_reason: None,
        deliveries: 0,
    };
    let headers = vec![("content-length".into(), "100".into()), ("etag".into(), "\"1\"".into())];
    let head = Head { status: 200, headers, kind: "basic".into(), ..Head::default() };
    let record = RecordRow {
        uid: uid.into(),
        index: 0,
        request: get("file"),
        head: Some(head),
        validator: Some("\"1\"".into()),
        version: 1,
        result: Some(RecordResult::Success),
        tries: 0,
    };
    let segment = |&(start, length): &(u64, u64)| {
        let entry = EntryKey(format!("{uid}/0/1.{start}"));
        SegmentRow { uid: uid.into(), index: 0, start, length, entry }
    };
    let segments = extents.iter().map(segment).collect();
    Snapshot { fetch, records: vec![record], segments }
}

/// What an engine does first, all entries being there.
fn start(snapshots: Vec<Snapshot>) -> Vec<Output> {
    let segments = snapshots.iter().flat_map(|snapshot| &snapshot.segments);
    let mut entries: Vec<_> = segments.map(|segment| segment.entry.clone()).collect();
    entries.sort();
    entries.dedup();
    let mut engine = Engine::new(config(), 2);
    engine.handle(Timestamp(0), Input::Restored { snapshots, entries });
    std::iter::from_fn(|| engine.poll_output()).collect()
}

fn asks(outputs: &[Output]) -> Vec<String> {
    let uid = |output: &Output| match output {
        Output::Open { exchange, .. } => Some(exchange.uid.clone()),
        _ => None,
    };
    outputs.iter().filter_map(uid).collect()
}

#[test]
fn a_success_of_which_a_segment_has_no_row_is_no_success() {
    assert!(asks(&start(vec![done("one", &[(0, 60), (60, 40)])])).is_empty());
    for extents in [&[][..], &[(0, 60)], &[(60, 40)], &[(0, 20), (60, 40)]] {
        assert_eq!(asks(&start(vec![done("one", extents)])), ["one"], "{extents:?}");
    }
}

#[test]
fn a_success_of_another_origin_may_be_shorter_than_told() {
    let mut coded = done("one", &[(0, 60)]);
    coded.records[0].head.as_mut().unwrap().kind = "cors".into();
    assert!(asks(&start(vec![coded])).is_empty());
}

#[test]
fn an_entry_belongs_to_the_record_that_it_names() {
    let mut thief = done("two", &[(0, 100)]);
    thief.segments[0].entry = EntryKey("one/0/1.0".into());
    let outputs = start(vec![done("one", &[(0, 100)]), thief]);
    assert_eq!(asks(&outputs), ["two"]);
    assert!(!outputs.iter().any(|output| matches!(output, Output::Delete { .. })), "{outputs:?}");
}

#[test]
fn numbers_at_their_limits_do_not_overflow() {
    let mut rows = done("one", &[(0, u64::MAX)]);
    rows.fetch.order = u64::MAX;
    rows.fetch.deliveries = u32::MAX;
    rows.records[0].version = u32::MAX;
    rows.records[0].request.body_length = Some(u64::MAX);
    let mut second = rows.records[0].clone();
    second.index = 1;
    rows.records.push(second);
    rows.fetch.records = 2;
    start(vec![rows, done("two", &[])]);
}
