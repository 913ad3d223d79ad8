//! Rows of any content, as a damaged database has them: an engine that starts on them does the other
//! fetches no harm, and these end, one way or the other.

use std::rc::Rc;
use std::time::Duration;

use background_fetch_engine::http::Head;
use background_fetch_engine::snapshot::{
    EntryKey, FetchRow, RecordRow, SegmentRow, Snapshot, Stage, Write,
};
use background_fetch_engine::testing::network::{File, content};
use background_fetch_engine::{FailureReason, Millis, RecordResult};
use proptest::prelude::*;

use super::texts;
use crate::common::{App, KIB, bypass_config, config, fetch, get, runs, url};

const FILES: [(&str, u64, u64); 4] =
    [("a", 1, 70 * KIB), ("b", 2, 36 * KIB), ("early", 3, 48 * KIB), ("late", 4, 20 * KIB)];

/// A worker that dies on the way, what then happens to its rows and entries, and how the next one
/// goes on.
#[derive(Debug, Clone)]
struct Case {
    seed: u64,
    bulk: bool,
    crash: u64,
}

fn case() -> impl Strategy<Value = Case> {
    (any::<u64>(), any::<bool>(), 4..200_u64).prop_map(|(seed, bulk, crash)| Case {
        seed,
        bulk,
        crash,
    })
}

/// The worker is dead, and has left "bad", of two files, and "early".
fn half_done(case: &Case) -> App {
    let mut app = App::seeded(case.seed);
    app.config = if case.bulk { bypass_config() } else { config() };
    (app.config.segments.least, app.config.segments.most) = (8 * KIB, 32 * KIB);
    // Some rows ask for what nobody ever answers.
    app.config.retry.silence = Millis(10 * 60 * 1000);
    if let Some(bypass) = &mut app.config.bypass {
        bypass.segment = 8 * KIB;
    }
    for (path, version, length) in FILES {
        app.serve(path, File { chunk: 4 * KIB, ..File::new(version, length) });
    }
    app.worker.crash_after(Some(case.crash));
    app.live(async {
        let handle = app.handle().await;
        let _ = handle.fetch(fetch("bad", &["a", "b"])).await;
        let _ = handle.fetch(fetch("early", &["early"])).await;
        while handle.is_active() {
            app.world.clock.sleep(Duration::from_millis(50)).await;
        }
    });
    app.worker.crash_after(None);
    app
}

/// Takes a fetch out of the store, and puts it back as `change` leaves it.
fn rewrite(app: &App, change: impl FnOnce(&mut Snapshot)) {
    let (epoch, snapshots) = app.world.meta.take_over().unwrap();
    let found = snapshots.into_iter().find(|snapshot| snapshot.fetch.uid == "bad");
    let Some(mut bad) = found else { return };
    change(&mut bad);
    let mut writes = vec![Write::DeleteFetch { uid: "bad".into(), kept: false }];
    writes.push(match bad.fetch.stage {
        Stage::Over => Write::PutOver(bad.fetch, None),
        _ => Write::PutFetch(bad.fetch),
    });
    writes.extend(bad.records.into_iter().map(Write::PutRecord));
    writes.extend(bad.segments.into_iter().map(Write::PutSegment));
    app.world.meta.commit(epoch, &writes).unwrap();
}

/// The next worker, with one more fetch: all that were whole come to their right end, and nothing
/// is left of any.
fn go_on(app: App) -> App {
    let was_early = app.world.meta.fetch("early").is_some();
    let app = App { fetches: vec![fetch("late", &["late"])], ..app };
    app.run();
    for (path, version, length) in &FILES[2..] {
        if *path == "late" || was_early {
            let delivery = app.delivery(path);
            assert_eq!(delivery.state.failure_reason, None, "{path}");
            assert!(delivery.records[0].1 == content(*version, 0, *length), "{path}: bytes");
        }
    }
    app.assert_nothing_left();
    assert!(app.world.meta.is_empty(), "rows left");
    app
}

/// What a record that claims to be a success shows.
fn assert_bytes(app: &App) {
    let deliveries = app.worker.deliveries();
    for delivery in deliveries.get("bad").into_iter().flatten() {
        for (record, bytes) in &delivery.records {
            let (path, version, length) = FILES[record.index as usize];
            // Whoever reads an entry that is too short sees that it is.
            let declared: u64 = record.segments.iter().map(|(_, _, length)| length).sum();
            if record.result == Some(RecordResult::Success) && declared == bytes.len() as u64 {
                assert!(*bytes == content(version, 0, length), "{path}: {} bytes", bytes.len());
            }
        }
    }
}

/// A row is lost because it cannot be decoded, an entry because the browser did not keep it.
#[derive(Debug, Clone)]
enum Loss {
    Fetch,
    Record(usize),
    Segment(usize),
    Entry(usize),
    Truncated(usize, u64),
}

fn loss() -> impl Strategy<Value = Loss> {
    prop_oneof![
        1 => Just(Loss::Fetch),
        2 => (0..2_usize).prop_map(Loss::Record),
        8 => (0..20_usize).prop_map(Loss::Segment),
        4 => (0..20_usize).prop_map(Loss::Entry),
        4 => (0..20_usize, 0..9 * KIB).prop_map(|(at, to)| Loss::Truncated(at, to)),
    ]
}

fn lose(app: &App, loss: &Loss) {
    let entries = app.world.bodies.entries();
    let own: Vec<_> = entries.iter().filter(|entry| entry.0.starts_with("bad/")).collect();
    let entry = |at: usize| own.get(at % own.len().max(1)).copied();
    match *loss {
        Loss::Fetch => app.world.meta.damage_fetch("bad"),
        Loss::Record(index) => app.world.meta.damage_record("bad", u32::try_from(index).unwrap()),
        Loss::Segment(at) => rewrite(app, |bad| {
            if !bad.segments.is_empty() {
                bad.segments.remove(at % bad.segments.len());
            }
        }),
        Loss::Entry(at) => {
            app.world.bodies.delete(&entry(at).into_iter().cloned().collect::<Vec<_>>())
        }
        Loss::Truncated(at, to) => {
            if let Some(entry) = entry(at) {
                app.world.bodies.truncate(entry, to);
            }
        }
    }
}

/// Numbers at the limits of what a row can hold.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        2 => 0..5_u64,
        2 => 0..80 * KIB,
        1 => prop::sample::select(&[8 * KIB, 16 * KIB, 32 * KIB, 70 * KIB][..]),
        1 => prop::sample::select(&[u64::MAX, u64::MAX - 1, u64::MAX / 2 + 1, 1 << 53][..]),
        1 => u64::from(u32::MAX) - 1..=u64::from(u32::MAX) + 1,
    ]
}

fn small_number() -> impl Strategy<Value = u32> {
    prop_oneof![2 => 0..6_u32, 1 => u32::MAX - 1..=u32::MAX, 1 => any::<u32>()]
}

fn reason() -> impl Strategy<Value = FailureReason> {
    prop::sample::select(
        &[
            FailureReason::Aborted,
            FailureReason::BadStatus,
            FailureReason::FetchError,
            FailureReason::QuotaExceeded,
            FailureReason::DownloadTotalExceeded,
        ][..],
    )
}

fn result() -> impl Strategy<Value = Option<RecordResult>> {
    prop_oneof![
        Just(None),
        Just(Some(RecordResult::Success)),
        reason().prop_map(|reason| Some(RecordResult::Failure(reason))),
    ]
}

fn any_head() -> impl Strategy<Value = Option<Head>> {
    let headers = prop::collection::vec(texts::header(), 0..4);
    let status = prop_oneof![3 => Just(200), 2 => Just(206), 2 => any::<u16>()];
    let head = (status, headers, "(basic|cors|x)", any::<bool>(), "(https://app.test/a|\\PC{0,9})")
        .prop_map(|(status, headers, kind, redirected, url)| {
            let known = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
            let status_text = "?".to_owned();
            Head { url, status, status_text, headers: known.collect(), kind, redirected }
        });
    prop::option::weighted(0.8, head)
}

fn entry() -> impl Strategy<Value = EntryKey> {
    let key = prop_oneof![
        3 => "(bad|early)/[01]/1\\.[0-9]{1,2}",
        1 => "[a-z/.0-9]{0,12}",
        1 => "\\PC{0,12}",
    ];
    key.prop_map(EntryKey)
}

/// One member of one row has another value.
#[derive(Debug, Clone)]
enum Change {
    Order(u64),
    Totals(u64, u64),
    Records(u32),
    Stage(Stage, Option<FailureReason>, u32),
    Id(&'static str),
    Request(usize, &'static str, &'static str, Option<u64>),
    RequestHeader(usize, String),
    Integrity(usize, String),
    Index(usize, u32),
    Head(usize, Option<Head>),
    HeadHeader(usize, String, Option<String>),
    Validator(usize, Option<String>),
    Counts(usize, u32, u32),
    Result(usize, Option<RecordResult>),
    Extent(usize, Option<u64>, Option<u64>),
    Entry(usize, EntryKey),
    Of(usize, u32),
    Another(SegmentRow),
}

fn change() -> BoxedStrategy<Change> {
    let at = || 0..12_usize;
    let path = prop::sample::select(&["a", "b", "early", "none", ""][..]);
    let method = prop::sample::select(&["GET", "POST", "HEAD", "", "get"][..]);
    let stage = prop_oneof![Just(Stage::Active), Just(Stage::Ended)];
    let id = prop::sample::select(&["bad", "early", ""][..]);
    let body = prop::option::of(number());
    let header = texts::header();
    let segment = (small_number(), number(), number(), entry());
    prop_oneof![
        number().prop_map(Change::Order),
        (number(), number()).prop_map(|(down, up)| Change::Totals(down, up)),
        small_number().prop_map(Change::Records),
        (stage, prop::option::of(reason()), small_number())
            .prop_map(|(stage, reason, deliveries)| Change::Stage(stage, reason, deliveries)),
        id.prop_map(Change::Id),
        (at(), path, method, body).prop_map(|(at, a, b, c)| Change::Request(at, a, b, c)),
        (at(), texts::near("bytes=[0-9]{1,6}-[0-9]{0,6}"))
            .prop_map(|(at, range)| Change::RequestHeader(at, range)),
        (at(), texts::word(&["sha256-AAAA", "sha512-", ""]))
            .prop_map(|(a, b)| Change::Integrity(a, b)),
        (at(), small_number()).prop_map(|(at, index)| Change::Index(at, index)),
        (at(), any_head()).prop_map(|(at, head)| Change::Head(at, head)),
        (at(), header).prop_map(|(at, (name, value))| Change::HeadHeader(at, name, value)),
        (at(), prop::option::of(texts::etag())).prop_map(|(at, etag)| Change::Validator(at, etag)),
        (at(), small_number(), small_number()).prop_map(|(a, b, c)| Change::Counts(a, b, c)),
        (at(), result()).prop_map(|(at, result)| Change::Result(at, result)),
        (at(), prop::option::of(number()), prop::option::of(number()))
            .prop_map(|(at, start, length)| Change::Extent(at, start, length)),
        (at(), entry()).prop_map(|(at, entry)| Change::Entry(at, entry)),
        (at(), small_number()).prop_map(|(at, index)| Change::Of(at, index)),
        segment.prop_map(|(index, start, length, entry)| {
            Change::Another(SegmentRow { uid: "bad".into(), index, start, length, entry })
        }),
    ]
    .boxed()
}

fn nth<T>(all: &mut [T], at: usize, change: impl FnOnce(&mut T)) {
    let count = all.len().max(1);
    if let Some(one) = all.get_mut(at % count) {
        change(one);
    }
}

fn apply(change: Change, Snapshot { fetch, records, segments }: &mut Snapshot) {
    match change {
        Change::Order(order) => fetch.order = order,
        Change::Totals(down, up) => (fetch.download_total, fetch.upload_total) = (down, up),
        Change::Records(count) => fetch.records = count,
        Change::Stage(stage, reason, deliveries) => {
            (fetch.stage, fetch.failure_reason, fetch.deliveries) = (stage, reason, deliveries);
        }
        Change::Id(id) => id.clone_into(&mut fetch.id),
        Change::Request(at, path, method, body) => nth(records, at, |row| {
            let request = Rc::make_mut(&mut row.request);
            request.url = url(path);
            method.clone_into(&mut request.method);
            request.body_length = body;
        }),
        Change::RequestHeader(at, range) => {
            nth(records, at, |row| {
                Rc::make_mut(&mut row.request).headers.push(("range".into(), range));
            });
        }
        Change::Integrity(at, metadata) => {
            nth(records, at, |row| Rc::make_mut(&mut row.request).integrity = metadata);
        }
        Change::Index(at, index) => nth(records, at, |row| row.index = index),
        Change::Head(at, head) => nth(records, at, |row| row.head = head),
        Change::HeadHeader(at, name, value) => nth(records, at, |row| {
            let headers = row.head.iter_mut().map(|head| &mut head.headers);
            headers.for_each(|headers| {
                headers.retain(|(other, _)| *other != name);
                headers.extend(value.clone().map(|value| (name.clone(), value)));
            });
        }),
        Change::Validator(at, etag) => nth(records, at, |row| row.validator = etag),
        Change::Counts(at, version, tries) => {
            nth(records, at, |row| (row.version, row.attempts) = (version, tries));
        }
        Change::Result(at, result) => nth(records, at, |row| row.result = result),
        Change::Extent(at, start, length) => nth(segments, at, |row| {
            row.start = start.unwrap_or(row.start);
            row.length = length.unwrap_or(row.length);
        }),
        Change::Entry(at, entry) => nth(segments, at, |row| row.entry = entry),
        Change::Of(at, index) => nth(segments, at, |row| row.index = index),
        Change::Another(row) => segments.push(row),
    }
}

fn anything() -> impl Strategy<Value = Snapshot> {
    let count = prop_oneof![3 => 0..4_u32, 1 => any::<u32>()];
    let stage = prop_oneof![Just(Stage::Active), Just(Stage::Ended)];
    let fetch = (number(), number(), count, stage, prop::option::of(reason()), small_number())
        .prop_map(|(order, total, records, stage, failure_reason, deliveries)| FetchRow {
            uid: "bad".into(),
            id: "bad".into(),
            order,
            title: String::new(),
            icons: Vec::new(),
            download_total: total,
            upload_total: total,
            records,
            stage,
            failure_reason,
            deliveries,
            ended: None,
            downloaded: None,
            paused: None,
        });
    let seams = prop::option::of(prop::collection::vec(number(), 0..4));
    let record = (small_number(), any_head(), prop::option::of(texts::etag()), result(), seams)
        .prop_map(|(index, head, validator, result, seams)| RecordRow {
            uid: "bad".into(),
            index,
            request: get("a").into(),
            head,
            validator,
            version: index,
            result,
            attempts: index,
            hold: None,
            silent_since: None,
            unproven: None,
            seams,
        });
    let segment =
        (0..3_u32, number(), number(), entry()).prop_map(|(index, start, length, entry)| {
            SegmentRow { uid: "bad".into(), index, start, length, entry }
        });
    let records = prop::collection::vec(record, 0..4);
    let segments = prop::collection::vec(segment, 0..8);
    (fetch, records, segments).prop_map(|(fetch, records, segments)| Snapshot {
        fetch,
        records,
        segments,
    })
}

proptest! {
    #![proptest_config(runs(96))]

    #[test]
    fn what_is_lost_is_fetched_again_or_not_told_as_a_success(
        case in case(),
        losses in prop::collection::vec(loss(), 1..4),
    ) {
        let app = half_done(&case);
        losses.iter().for_each(|loss| lose(&app, loss));
        assert_bytes(&go_on(app));
    }

    #[test]
    fn rows_with_wrong_values_harm_nobody(
        case in case(),
        changes in prop::collection::vec(change(), 1..6),
    ) {
        let app = half_done(&case);
        rewrite(&app, |bad| changes.into_iter().for_each(|change| apply(change, bad)));
        go_on(app);
    }

    #[test]
    fn rows_of_any_content_harm_nobody(case in case(), rows in anything()) {
        let app = half_done(&case);
        rewrite(&app, |bad| *bad = rows);
        go_on(app);
    }
}

#[test]
fn there_are_rows_to_be_damaged() {
    let mut segments = 0;
    for crash in (4..200).step_by(4) {
        let app = half_done(&Case { seed: 1, bulk: false, crash });
        app.world.meta.for_each_segment(|_| segments += 1);
    }
    assert!(segments > 60, "{segments}");
}
