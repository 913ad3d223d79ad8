//! The tests of a [`MetaStore`]: here what is written and by whom, in `remains` what a take-over makes of what others have
//! left.

mod remains;

use std::fmt::Debug;
use std::rc::Rc;

use crate::http::{Head, RequestSpec};
use crate::outcome::{FailureReason, RecordResult};
use crate::ports::{MetaStore, StoreError};
use crate::snapshot::{
    EntryKey, FetchRow, ImageResource, RecordRow, SegmentRow, Snapshot, Stage, Write,
};
use crate::time::Timestamp;

pub use remains::{
    an_undecodable_fetch_is_removed, an_undecodable_record_is_left_out,
    bodies_without_a_fetch_are_swept, what_is_kept_stays_when_its_fetch_is_deleted,
    what_is_over_comes_back_until_it_is_deleted,
};

/// A new, empty meta store, and what only its own platform can do to it.
pub trait MetaStoreBench {
    /// What is tested.
    type Store: MetaStore;

    /// The store.
    fn store(&self) -> &Self::Store;

    /// Puts something that does not decode in the place of a fetch's row.
    async fn damage_fetch(&self, uid: &str);

    /// Puts something that does not decode in the place of a record's row.
    async fn damage_record(&self, uid: &str, index: u32);

    /// Stores the body of a request.
    async fn put_body(&self, uid: &str, index: u32);

    /// Whether the body of a request is there.
    async fn has_body(&self, uid: &str, index: u32) -> bool;

    /// Makes an item of the library of a fetch, past the store.
    async fn keep(&self, uid: &str);
}

fn fetch(uid: &str) -> FetchRow {
    FetchRow {
        uid: uid.to_owned(),
        id: "id".to_owned(),
        order: 3,
        title: "Title".to_owned(),
        icons: vec![ImageResource { src: "https://a/i.png".to_owned(), ..Default::default() }],
        download_total: 1000,
        upload_total: 7,
        records: 2,
        stage: Stage::Active,
        failure_reason: None,
        deliveries: 0,
        ended: None,
        downloaded: None,
        paused: None,
    }
}

fn record(uid: &str, index: u32) -> RecordRow {
    let request = RequestSpec {
        url: "https://a.example/f?q#h".to_owned(),
        method: "GET".to_owned(),
        headers: vec![("accept".to_owned(), "*/*".to_owned())],
        mode: "cors".to_owned(),
        credentials: "include".to_owned(),
        cache: "default".to_owned(),
        redirect: "follow".to_owned(),
        referrer: "about:client".to_owned(),
        referrer_policy: String::new(),
        integrity: "sha256-x".to_owned(),
        body_length: None,
    };
    RecordRow::new(uid.to_owned(), index, request)
}

fn segment(uid: &str, index: u32, start: u64) -> SegmentRow {
    let entry = EntryKey(format!("{uid}/{index}/1.{start}"));
    SegmentRow { uid: uid.to_owned(), index, start, length: 10, entry }
}

/// All of a fetch with two records of two segments each.
fn all_of(uid: &str) -> Vec<Write> {
    let mut writes = vec![Write::PutFetch(fetch(uid))];
    for index in 0..2 {
        writes.push(Write::PutRecord(record(uid, index)));
        writes.push(Write::PutSegment(segment(uid, index, 0)));
        writes.push(Write::PutSegment(segment(uid, index, 10)));
    }
    writes
}

async fn take_over(bench: &impl MetaStoreBench) -> (u64, Vec<Snapshot>) {
    bench.store().take_over().await.unwrap()
}

async fn snapshots(bench: &impl MetaStoreBench) -> Vec<Snapshot> {
    take_over(bench).await.1
}

/// Writes as a new engine.
async fn commit(bench: &impl MetaStoreBench, writes: &[Write]) {
    let (epoch, _) = take_over(bench).await;
    bench.store().commit(epoch, writes).await.unwrap();
}

fn uids(snapshots: &[Snapshot]) -> Vec<&str> {
    snapshots.iter().map(|snapshot| snapshot.fetch.uid.as_str()).collect()
}

/// Stores a record and compares what comes back.
async fn assert_comes_back(bench: &impl MetaStoreBench, row: RecordRow) {
    let writes = [Write::PutFetch(fetch(&row.uid)), Write::PutRecord(row.clone())];
    commit(bench, &writes).await;
    assert_same(&snapshots(bench).await[0].records, &[row]);
}

fn assert_same<T: PartialEq + Debug>(left: &[T], right: &[T]) {
    assert_eq!(left, right);
}

/// With an epoch above 0.
pub async fn a_new_store_is_empty(bench: impl MetaStoreBench) {
    let (epoch, snapshots) = take_over(&bench).await;
    assert!(epoch > 0 && snapshots.is_empty());
}

/// Than all before.
pub async fn each_take_over_has_a_higher_epoch(bench: impl MetaStoreBench) {
    let (first, _) = take_over(&bench).await;
    let (second, _) = take_over(&bench).await;
    let (third, _) = take_over(&bench).await;
    assert!(first < second && second < third);
}

/// With every member set.
pub async fn rows_come_back_as_they_were(bench: impl MetaStoreBench) {
    let fetch = FetchRow {
        icons: vec![
            ImageResource {
                src: "i".to_owned(),
                sizes: Some("1x1".to_owned()),
                kind: Some("image/png".to_owned()),
                label: Some(String::new()),
            },
            ImageResource::default(),
        ],
        stage: Stage::Ended,
        failure_reason: Some(FailureReason::BadStatus),
        deliveries: 2,
        ended: Some(Timestamp(1_700_000_000_000)),
        ..fetch("u")
    };
    let head = Head {
        url: "https://b.example/".to_owned(),
        status: 206,
        status_text: "Partial Content".to_owned(),
        headers: vec![("etag".to_owned(), "\"x\"".to_owned()), ("b".to_owned(), String::new())],
        kind: "cors".to_owned(),
        redirected: true,
    };
    let mut record = RecordRow {
        head: Some(head),
        validator: Some("\"tag\"".to_owned()),
        version: 4,
        result: Some(RecordResult::Success),
        attempts: 9,
        seams: Some(vec![1, 1 << 40]),
        hold: Some(Timestamp(6)),
        silent_since: Some(Timestamp(5)),
        unproven: Some(true),
        ..record("u", 0)
    };
    Rc::make_mut(&mut record.request).body_length = Some(0);
    let segment = segment("u", 0, 0);
    let writes = [
        Write::PutFetch(fetch.clone()),
        Write::PutRecord(record.clone()),
        Write::PutSegment(segment.clone()),
    ];
    commit(&bench, &writes).await;
    let whole = Snapshot { fetch, records: vec![record], segments: vec![segment] };
    assert_same(&snapshots(&bench).await, &[whole]);
}

/// Of records and of fetches.
pub async fn every_result_comes_back(bench: impl MetaStoreBench) {
    let reasons = [
        FailureReason::Aborted,
        FailureReason::BadStatus,
        FailureReason::FetchError,
        FailureReason::QuotaExceeded,
        FailureReason::DownloadTotalExceeded,
    ];
    for reason in reasons {
        let row = FetchRow { failure_reason: Some(reason), ..fetch("u") };
        commit(&bench, &[Write::PutFetch(row.clone())]).await;
        assert_same(&[snapshots(&bench).await.remove(0).fetch], &[row]);
        let result = Some(RecordResult::Failure(reason));
        assert_comes_back(&bench, RecordRow { result, ..record("u", 0) }).await;
    }
    assert_comes_back(&bench, record("u", 0)).await;
}

/// As far as a JavaScript number is exact.
pub async fn large_numbers_come_back(bench: impl MetaStoreBench) {
    const MOST: u64 = (1 << 53) - 1;
    let row = FetchRow { order: MOST, download_total: MOST, records: u32::MAX, ..fetch("u") };
    let piece = SegmentRow { index: u32::MAX, start: MOST, length: MOST, ..segment("u", 0, 0) };
    commit(&bench, &[Write::PutFetch(row.clone()), Write::PutSegment(piece.clone())]).await;
    let snapshot = snapshots(&bench).await.remove(0);
    assert_same(&[snapshot.fetch], &[row]);
    assert_same(&snapshot.segments, &[piece]);
}

/// In keys and in values.
pub async fn unusual_strings_come_back(bench: impl MetaStoreBench) {
    for text in ["", " ", "0", "[]", "a,b", "ключ", "🔑", "\0", "\u{feff}x", "__proto__", "'\"\\\n"]
    {
        let mut row = record(text, 0);
        let request = Rc::make_mut(&mut row.request);
        text.clone_into(&mut request.url);
        request.headers = vec![(text.to_owned(), text.to_owned())];
        assert_comes_back(&bench, row).await;
        commit(&bench, &[Write::DeleteFetch { uid: text.to_owned(), kept: false }]).await;
    }
}

/// By number, not by text.
pub async fn rows_come_in_order(bench: impl MetaStoreBench) {
    let mut writes = vec![Write::PutFetch(fetch("u"))];
    for n in (0..12).rev() {
        writes.push(Write::PutRecord(record("u", n)));
        writes.push(Write::PutSegment(segment("u", 1, u64::from(n) * 10)));
        writes.push(Write::PutSegment(segment("u", n + 2, 5)));
    }
    commit(&bench, &writes).await;
    let snapshot = snapshots(&bench).await.remove(0);
    assert!(snapshot.records.iter().map(|row| row.index).eq(0..12));
    let keys: Vec<_> = snapshot.segments.iter().map(|row| (row.index, row.start)).collect();
    assert_eq!(keys.len(), 24);
    assert!(keys.is_sorted());
}

/// Of several fetches, each with its own.
pub async fn many_rows_come_back(bench: impl MetaStoreBench) {
    let mut writes = Vec::new();
    for uid in ["a", "b", "c"] {
        writes.push(Write::PutFetch(fetch(uid)));
        writes.extend((0..200).map(|index| Write::PutRecord(record(uid, index))));
        writes.extend((0..200).map(|index| Write::PutSegment(segment(uid, index, 0))));
    }
    commit(&bench, &writes).await;
    let snapshots = snapshots(&bench).await;
    assert_eq!(uids(&snapshots), ["a", "b", "c"]);
    for Snapshot { fetch, records, segments } in snapshots {
        assert_eq!((records.len(), segments.len()), (200, 200));
        assert!(records.iter().all(|row| row.uid == fetch.uid));
        assert!(segments.iter().all(|row| row.uid == fetch.uid));
    }
}

/// The row with the same key.
pub async fn a_later_put_replaces(bench: impl MetaStoreBench) {
    commit(&bench, &all_of("u")).await;
    let later = SegmentRow { length: 99, ..segment("u", 1, 10) };
    commit(&bench, &[Write::PutSegment(later.clone())]).await;
    let snapshot = snapshots(&bench).await.remove(0);
    assert_eq!(snapshot.segments.len(), 4);
    assert_eq!(snapshot.segments[3], later);
}

/// A fetch removed and put again is there; put and removed, it is not.
pub async fn writes_of_a_batch_take_effect_in_order(bench: impl MetaStoreBench) {
    commit(&bench, &all_of("a")).await;
    let delete = |uid: &str| Write::DeleteFetch { uid: uid.to_owned(), kept: false };
    let writes = [
        delete("a"),
        Write::PutFetch(fetch("a")),
        Write::PutFetch(fetch("b")),
        Write::PutSegment(segment("a", 0, 0)),
        Write::DeleteSegments { uid: "a".to_owned(), index: 0 },
        Write::PutSegment(segment("a", 0, 20)),
        delete("b"),
    ];
    commit(&bench, &writes).await;
    let snapshots = snapshots(&bench).await;
    assert_eq!(uids(&snapshots), ["a"]);
    assert!(snapshots[0].records.is_empty());
    assert_same(&snapshots[0].segments, &[segment("a", 0, 20)]);
}

/// And not of its neighbours in any direction.
pub async fn segments_of_one_record_are_deleted(bench: impl MetaStoreBench) {
    let mut writes = Vec::new();
    for uid in ["u", "u0", "t"] {
        writes.push(Write::PutFetch(fetch(uid)));
        for index in [0, 1, 2, 10] {
            writes.push(Write::PutSegment(segment(uid, index, 0)));
            writes.push(Write::PutSegment(segment(uid, index, 10)));
        }
    }
    commit(&bench, &writes).await;
    commit(&bench, &[Write::DeleteSegments { uid: "u".to_owned(), index: 1 }]).await;
    let snapshots = snapshots(&bench).await;
    let counts: Vec<_> = snapshots.iter().map(|snapshot| snapshot.segments.len()).collect();
    assert_eq!(uids(&snapshots), ["t", "u", "u0"]);
    assert_eq!(counts, [8, 6, 8]);
    assert!(snapshots[1].segments.iter().all(|row| row.index != 1));
}

/// Its request bodies too; other fetches keep theirs.
pub async fn a_fetch_is_deleted_with_all_it_has(bench: impl MetaStoreBench) {
    for uid in ["u", "u0"] {
        commit(&bench, &all_of(uid)).await;
        bench.put_body(uid, 1).await;
    }
    commit(&bench, &[Write::DeleteFetch { uid: "u".to_owned(), kept: false }]).await;
    assert!(!bench.has_body("u", 1).await && bench.has_body("u0", 1).await);
    // What is left behind would turn up again.
    commit(&bench, &[Write::PutFetch(fetch("u"))]).await;
    let snapshots = snapshots(&bench).await;
    assert_eq!(uids(&snapshots), ["u", "u0"]);
    assert!(snapshots[0].records.is_empty() && snapshots[0].segments.is_empty());
    assert_eq!((snapshots[1].records.len(), snapshots[1].segments.len()), (2, 4));
}

/// The rest of the batch is done.
pub async fn delete_of_missing_is_no_error(bench: impl MetaStoreBench) {
    let writes = [
        Write::DeleteFetch { uid: "none".to_owned(), kept: false },
        Write::DeleteSegments { uid: "none".to_owned(), index: 0 },
        Write::PutFetch(fetch("u")),
    ];
    commit(&bench, &writes).await;
    assert_eq!(uids(&snapshots(&bench).await), ["u"]);
}

/// From the moment on at which a newer one has taken over.
pub async fn an_older_engine_is_fenced(bench: impl MetaStoreBench) {
    let (old, _) = take_over(&bench).await;
    bench.store().commit(old, &all_of("u")).await.unwrap();
    let (new, _) = take_over(&bench).await;
    assert_eq!(bench.store().commit(old, &[]).await, Err(StoreError::Fenced));
    assert_eq!(bench.store().commit(new + 1, &[]).await, Err(StoreError::Fenced));
    bench.store().commit(new, &[]).await.unwrap();
}

/// Neither puts nor deletes.
pub async fn a_fenced_batch_writes_nothing(bench: impl MetaStoreBench) {
    let (old, _) = take_over(&bench).await;
    bench.store().commit(old, &all_of("u")).await.unwrap();
    let (new, _) = take_over(&bench).await;
    let mut writes = all_of("v");
    writes.push(Write::DeleteFetch { uid: "u".to_owned(), kept: false });
    assert_eq!(bench.store().commit(old, &writes).await, Err(StoreError::Fenced));
    bench.store().commit(new, &[]).await.unwrap();
    let snapshots = snapshots(&bench).await;
    assert_eq!(uids(&snapshots), ["u"]);
    assert_eq!((snapshots[0].records.len(), snapshots[0].segments.len()), (2, 4));
}

/// The engine does not wait for one before it begins the next.
pub async fn commits_at_once_all_take_effect(bench: impl MetaStoreBench) {
    let (epoch, _) = take_over(&bench).await;
    let batches: Vec<_> = (0..10).map(|n| all_of(&format!("u{n}"))).collect();
    let commits = batches.iter().map(|writes| bench.store().commit(epoch, writes));
    let done = futures_util::future::join_all(commits).await;
    assert!(done.iter().all(Result::is_ok));
    assert_eq!(snapshots(&bench).await.len(), 10);
}
