//! Rows that are damaged, or wrong, each in a database of its own.

use std::rc::Rc;

use background_fetch_engine::http::Head;
use background_fetch_engine::snapshot::{
    EntryKey, FetchRow, RecordRow, SegmentRow, Snapshot, Stage, Write,
};
use background_fetch_engine::testing::network::File;
use background_fetch_engine::{Engine, FailureReason, Input, Output, RecordResult};

use crate::common::bench::outputs;
use crate::common::{App, KIB, config, fetch, get};

#[test]
fn a_record_that_cannot_be_read_fails_its_fetch_and_no_other() {
    let app = App::default();
    for path in ["a", "b", "c"] {
        app.serve(path, File::new(1, 300 * KIB));
    }
    let fetches = vec![fetch("one", &["a", "b"]), fetch("two", &["c"])];
    let app = App { fetches, crashes: vec![30], ..app };
    app.live_until_step(30);
    app.world.meta.damage_record("one", 1);
    let app = App { crashes: Vec::new(), ..app };
    app.run();
    app.assert_failure(FailureReason::FetchError);
    assert_eq!(app.delivery("two").state.failure_reason, None);
}

/// Found by the fuzz target of rows.
#[test]
fn a_success_of_which_a_segment_has_no_row_is_no_success() {
    assert!(asks(&start(vec![done("one", &[(0, 60), (60, 40)])])).is_empty());
    for extents in [&[][..], &[(0, 60)], &[(60, 40)], &[(0, 20), (60, 40)]] {
        assert_eq!(asks(&start(vec![done("one", extents)])), ["one"], "{extents:?}");
    }
}

/// Found by the fuzz target of rows.
#[test]
fn a_success_of_another_origin_may_be_shorter_than_told() {
    let mut coded = done("one", &[(0, 60)]);
    coded.records[0].head.as_mut().unwrap().kind = "cors".into();
    assert!(asks(&start(vec![coded])).is_empty());
}

/// Found by the fuzz target of rows.
#[test]
fn an_entry_belongs_to_the_record_that_it_names() {
    let mut thief = done("two", &[(0, 100)]);
    thief.segments[0].entry = EntryKey("one/0/1.0".into());
    let outputs = start(vec![done("one", &[(0, 100)]), thief]);
    assert_eq!(asks(&outputs), ["two"]);
    assert!(!outputs.iter().any(|output| matches!(output, Output::Delete { .. })), "{outputs:?}");
}

/// Found by the fuzz target of rows.
#[test]
fn numbers_at_their_limits_do_not_overflow() {
    let mut rows = done("one", &[(0, u64::MAX)]);
    rows.fetch.order = u64::MAX;
    rows.fetch.deliveries = u32::MAX;
    rows.records[0].version = u32::MAX;
    Rc::make_mut(&mut rows.records[0].request).body_length = Some(u64::MAX);
    let mut second = rows.records[0].clone();
    second.index = 1;
    rows.records.push(second);
    rows.fetch.records = 2;
    start(vec![rows, done("two", &[])]);
}

/// Nothing would be missing of it, and nothing would be whole (E27).
#[test]
fn a_segment_of_all_bytes_that_there_can_be_is_not_gone_on_with() {
    let mut rows = done("one", &[(0, u64::MAX)]);
    let record = &mut rows.records[0];
    record.result = None;
    record.head.as_mut().unwrap().headers.retain(|(name, _)| name == "etag");
    // A worker that asked for ever would never come to the other one.
    let outputs = start(vec![rows, done("two", &[])]);
    assert!(asks(&outputs).contains(&"two".to_owned()), "{outputs:?}");
}

/// What an engine does first, all entries being there.
fn start(snapshots: Vec<Snapshot>) -> Vec<Output> {
    let segments = snapshots.iter().flat_map(|snapshot| &snapshot.segments);
    let mut entries: Vec<_> = segments.map(|segment| segment.entry.clone()).collect();
    entries.sort();
    entries.dedup();
    let mut engine = Engine::new(config(), 2);
    outputs(&mut engine, Input::Restored { snapshots, entries })
}

fn asks(outputs: &[Output]) -> Vec<String> {
    let uid = |output: &Output| match output {
        Output::Open { exchange, .. } => Some(exchange.uid.clone()),
        _ => None,
    };
    outputs.iter().filter_map(uid).collect()
}

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
        ended: None,
        downloaded: None,
        paused: None,
    };
    let headers = vec![("content-length".into(), "100".into()), ("etag".into(), "\"1\"".into())];
    let head = Head { status: 200, headers, kind: "basic".into(), ..Head::default() };
    let record = RecordRow {
        uid: uid.into(),
        index: 0,
        request: get("file").into(),
        head: Some(head),
        validator: Some("\"1\"".into()),
        version: 1,
        result: Some(RecordResult::Success),
        attempts: 0,
        hold: None,
        silent_since: None,
        unproven: None,
        seams: None,
    };
    let segment = |&(start, length): &(u64, u64)| {
        let entry = EntryKey(format!("{uid}/0/1.{start}"));
        SegmentRow { uid: uid.into(), index: 0, start, length, entry }
    };
    let segments = extents.iter().map(segment).collect();
    Snapshot { fetch, records: vec![record], segments }
}

/// Found by the simulation: the row of a segment was written, and that of its record was not. It outlived the success that
/// came without it, and was taken for a sign that some of that is lost.
#[test]
fn a_row_that_is_of_no_use_does_not_outlive_what_is_written_beside_it() {
    for crash in 1..160 {
        let length = 300 * KIB;
        let app = App::of("file", File { rate: 10_000_000, ..File::new(1, length) });
        app.live_until(|| app.requests("file") > 0);
        let (epoch, _) = app.world.meta.take_over().unwrap();
        let (uid, entry) = ("one".to_owned(), EntryKey("one/0/1.999".to_owned()));
        let stray = SegmentRow { uid, index: 0, start: length - 10, length: 10, entry };
        app.world.meta.commit(epoch, &[Write::PutSegment(stray)]).unwrap();
        let app = App { crashes: vec![crash], ..app };
        app.run();
        app.assert_success(1, length);
        assert_eq!(app.delivery("one").records[0].0.result, Some(RecordResult::Success), "{crash}");
    }
}
