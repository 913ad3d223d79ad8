//! What others have left: rows that do not decode, bodies without a fetch, what is over, and what is kept.

use super::{
    MetaStoreBench, all_of, assert_same, commit, fetch, record, snapshots, take_over, uids,
};
use crate::outcome::{FailureReason, RecordResult};
use crate::ports::MetaStore;
use crate::snapshot::{FetchRow, RecordRow, Snapshot, Stage, Write};

/// The rest of its fetch is there.
pub async fn an_undecodable_record_is_left_out(bench: impl MetaStoreBench) {
    commit(&bench, &all_of("u")).await;
    bench.damage_record("u", 0).await;
    let snapshot = snapshots(&bench).await.remove(0);
    assert_same(&snapshot.records, &[record("u", 1)]);
    assert_eq!(snapshot.segments.len(), 4);
}

/// With all it had: nothing could ever be done with it.
pub async fn an_undecodable_fetch_is_removed(bench: impl MetaStoreBench) {
    commit(&bench, &all_of("u")).await;
    commit(&bench, &all_of("v")).await;
    bench.damage_fetch("u").await;
    assert_eq!(uids(&snapshots(&bench).await), ["v"]);
    commit(&bench, &[Write::PutFetch(fetch("u"))]).await;
    let snapshots = snapshots(&bench).await;
    assert!(snapshots[0].records.is_empty() && snapshots[0].segments.is_empty());
}

/// Of a fetch that was never begun, as its worker died.
pub async fn bodies_without_a_fetch_are_swept(bench: impl MetaStoreBench) {
    commit(&bench, &all_of("u")).await;
    for (uid, index) in [("t", 0), ("u", 0), ("u", 1), ("v", 7)] {
        bench.put_body(uid, index).await;
    }
    take_over(&bench).await;
    assert!(bench.has_body("u", 0).await && bench.has_body("u", 1).await);
    assert!(!bench.has_body("t", 0).await && !bench.has_body("v", 7).await);
}

/// Though somebody has begun to ask for it again, and died.
pub async fn what_is_over_comes_back_until_it_is_deleted(bench: impl MetaStoreBench) {
    let over = FetchRow {
        stage: Stage::Over,
        failure_reason: Some(FailureReason::BadStatus),
        downloaded: Some(7),
        paused: Some(true),
        ..fetch("u")
    };
    let gone = Write::DeleteFetch { uid: "u".to_owned(), kept: false };
    commit(&bench, &all_of("u")).await;
    commit(
        &bench,
        &[gone.clone(), Write::PutOver(over.clone(), Some(vec![record("u", 0).request]))],
    )
    .await;
    bench.put_body("u", 0).await;
    let left = Snapshot { fetch: over, records: Vec::new(), segments: Vec::new() };
    for _ in 0..2 {
        assert_same(&snapshots(&bench).await, std::slice::from_ref(&left));
        assert!(!bench.has_body("u", 0).await);
    }
    commit(&bench, &[gone]).await;
    assert_same(&snapshots(&bench).await, &[]);
}

/// Of a fetch that has come to its end, and was kept: they are the library's until that lets go of them.
pub async fn what_is_kept_stays_when_its_fetch_is_deleted(bench: impl MetaStoreBench) {
    for uid in ["u", "v"] {
        let mut writes = all_of(uid);
        writes.push(Write::PutFetch(FetchRow { stage: Stage::Ended, ..fetch(uid) }));
        for index in 0..2 {
            let result = Some(RecordResult::Success);
            writes.push(Write::PutRecord(RecordRow { result, ..record(uid, index) }));
        }
        commit(&bench, &writes).await;
        bench.put_body(uid, 1).await;
    }
    assert_eq!(bench.store().is_kept("u").await, Ok(false));
    bench.keep("u").await;
    assert_eq!(bench.store().is_kept("u").await, Ok(true));
    assert_eq!(bench.store().is_kept("v").await, Ok(false));

    // While the event is not over, they are still those of the fetch.
    let before = snapshots(&bench).await;
    let of = |all: &[Snapshot], stage| {
        let own = |one: &&Snapshot| one.fetch.uid == "u" && one.fetch.stage == stage;
        all.iter().find(own).map(|one| (one.records.len(), one.segments.len()))
    };
    assert_eq!(of(&before, Stage::Ended), Some((2, 4)));
    assert!(of(&before, Stage::Kept).is_none_or(|left| left == (0, 0)));

    let delete = |uid: &str, kept| Write::DeleteFetch { uid: uid.to_owned(), kept };
    let over = Write::PutOver(FetchRow { stage: Stage::Over, ..fetch("u") }, None);
    commit(&bench, &[delete("u", true), over, delete("v", false)]).await;
    for _ in 0..2 {
        let left = snapshots(&bench).await;
        assert!(left.iter().all(|one| one.fetch.uid == "u"));
        assert_eq!(of(&left, Stage::Kept), Some((2, 4)));
        assert!(!bench.has_body("u", 1).await);
    }
    // As of one that is over for long.
    commit(&bench, &[delete("u", true)]).await;
    assert_eq!(of(&snapshots(&bench).await, Stage::Kept), Some((2, 4)));
}
