//! abort(): the id is free at once, the event follows, and races have one winner.

use std::cell::Cell;
use std::time::Duration;

use background_fetch_engine::ports::StoreError;
use background_fetch_engine::state::EventType;
use background_fetch_engine::testing::network::File;
use background_fetch_engine::{Error, MatchOptions, NewFetch};

use crate::common::{App, KIB, fetch};

fn app() -> App {
    App::of("file", File::new(1, LENGTH))
}

async fn delivered(app: &App, uid: &str) {
    while !app.worker.is_delivered(uid) {
        app.world.clock.sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn abort_at_any_time_ends_in_one_event() {
    for millis in (0..600).step_by(7) {
        let app = app();
        let page = async {
            let handle = app.handle().await;
            handle.fetch(app.fetches[0].clone()).await.unwrap();
            app.world.clock.sleep(Duration::from_millis(millis)).await;
            let aborted = handle.abort("one".into()).await.unwrap();
            assert!(!handle.abort("one".into()).await.unwrap(), "only once");
            delivered(&app, "one").await;
            aborted
        };
        let aborted = app.live(page).unwrap();
        let event = app.delivery("one").event;
        assert_eq!(aborted, event == EventType::Abort, "after {millis} ms");
        app.assert_nothing_left();
    }
}

#[test]
fn an_abort_that_was_answered_survives_a_crash() {
    for crash in 1..40 {
        let app = app();
        app.worker.crash_after(None);
        let page = async {
            let handle = app.handle().await;
            handle.fetch(app.fetches[0].clone()).await.unwrap();
            app.world.clock.sleep(Duration::from_millis(100)).await;
            assert!(handle.abort("one".into()).await.unwrap());
            app.worker.crash_after(Some(crash));
            app.world.clock.sleep(Duration::from_secs(60)).await;
        };
        app.live(page);
        app.worker.crash_after(None);
        let app = App { fetches: Vec::new(), ..app };
        app.run();
        assert_eq!(app.delivery("one").event, EventType::Abort, "crash {crash}");
        app.assert_nothing_left();
    }
}

#[test]
fn the_id_is_free_at_once_and_the_new_fetch_is_not_harmed() {
    let app = app();
    let page = async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        let again = NewFetch { uid: "two".into(), ..fetch("one", &["file"]) };
        let refused = handle.fetch(again.clone()).await;
        assert_eq!(refused, Err(Error::DuplicateId("one".into())));
        app.world.clock.sleep(Duration::from_millis(100)).await;
        assert!(handle.abort("one".into()).await.unwrap());
        assert_eq!(handle.get("one".into()).await, Ok(None));
        handle.fetch(again).await.unwrap();
        assert_eq!(handle.ids().await, Ok(vec!["one".to_owned()]));
        delivered(&app, "one").await;
        delivered(&app, "two").await;
    };
    app.live(page);
    assert_eq!(app.delivery("one").event, EventType::Abort);
    assert_eq!(app.delivery("two").event, EventType::Success);
    assert_eq!(app.delivery("two").records[0].1.len() as u64, LENGTH);
    app.assert_nothing_left();
}

#[test]
fn of_two_calls_with_one_id_one_wins() {
    let app = app();
    let page = async {
        let handle = app.handle().await;
        let second = NewFetch { uid: "two".into(), ..fetch("one", &["file"]) };
        let (first, second) =
            futures_util::future::join(handle.fetch(app.fetches[0].clone()), handle.fetch(second))
                .await;
        assert!(first.is_ok());
        assert_eq!(second, Err(Error::DuplicateId("one".into())));
        let again = handle.fetch(app.fetches[0].clone()).await.unwrap();
        assert_eq!(again.uid, "one", "the same call again is no second fetch");
        delivered(&app, "one").await;
    };
    app.live(page);
    app.assert_nothing_left();
}

#[test]
fn records_are_gone_when_the_event_is_over() {
    let app = app();
    let page = async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        let records = handle.match_all("one".into(), None, MatchOptions::default()).await.unwrap();
        assert_eq!(records.len(), 1);
        delivered(&app, "one").await;
        app.world.clock.sleep(Duration::from_secs(1)).await;
        let records = handle.match_all("one".into(), None, MatchOptions::default()).await;
        assert_eq!(records, Err(Error::RecordsUnavailable));
        let over = handle.state("one".into()).await.unwrap().unwrap();
        assert!(!over.records_available);
        let ui = handle.update_ui("one".into(), Some("late".into()), None).await;
        assert_eq!(ui, Err(Error::Inactive));
    };
    app.live(page);
}

/// The store fails once: who is told that it is aborted relies on it in the next life, too.
#[test]
fn an_abort_that_could_not_be_written_down_at_once_survives_a_crash() {
    let mut told = 0;
    for crash in 1..20 {
        let app = app();
        let answer = Cell::new(None);
        app.live(async {
            let handle = app.handle().await;
            handle.fetch(app.fetches[0].clone()).await.unwrap();
            app.world.meta.fail_next(StoreError::Failed("by the test".into()));
            app.worker.crash_after(Some(crash));
            answer.set(Some(handle.abort("one".into()).await));
            app.world.clock.sleep(Duration::from_secs(60)).await;
        });
        if answer.into_inner() == Some(Ok(true)) {
            told += 1;
            app.worker.crash_after(None);
            let app = App { fetches: Vec::new(), ..app };
            app.run();
            assert_eq!(app.delivery("one").event, EventType::Abort, "crash {crash}");
            app.assert_nothing_left();
        }
    }
    assert!(told > 0);
}

#[test]
fn a_download_total_without_room_is_refused() {
    let app = app();
    let page = async {
        let handle = app.handle().await;
        let new =
            NewFetch { download_total: 1000, available: Some(999), ..fetch("one", &["file"]) };
        let refused = handle.fetch(new).await;
        assert_eq!(refused, Err(Error::NoRoom { needed: 1000, available: 999 }));
    };
    app.live(page);
    app.assert_nothing_left();
}

const LENGTH: u64 = 300 * KIB;
