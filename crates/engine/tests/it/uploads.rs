//! Non-GET requests: sent once at most, whatever dies; and not before there is a network.

use std::time::Duration;

use background_fetch_engine::http::{Head, RequestSpec};
use background_fetch_engine::ports::{NetworkError, StoreError};
use background_fetch_engine::snapshot::Write;
use background_fetch_engine::state::{EventType, FetchResult};
use background_fetch_engine::testing::network::{Fault, File, content};
use background_fetch_engine::{
    Command, CommandId, Engine, FailureReason, Input, NewFetch, Output, RecordResult,
};

use crate::common::bench::{asked, commit_of, outputs};
use crate::common::{App, KIB, config, fetch, get, url};

fn upload(path: &str, method: &str) -> RequestSpec {
    RequestSpec { method: method.to_owned(), body_length: Some(BODY), ..get(path) }
}

/// A fetch of one upload, whose answer is this file.
fn app_of(file: File) -> App {
    let app = App::default();
    app.serve("up", file);
    let new = NewFetch { requests: vec![upload("up", "POST")], ..fetch("one", &[]) };
    App { fetches: vec![new], ..app }
}

fn uploads(app: &App, path: &str) -> u64 {
    app.world.servers.borrow().files[&url(path)].uploads
}

/// More uploads than connections, in two fetches, with a download.
fn many() -> App {
    let app = App::default();
    let mut fetches = vec![fetch("one", &[]), fetch("two", &["down"])];
    app.serve("down", File::new(99, LENGTH));
    for (number, method) in (0..).zip(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "X"]) {
        let path = format!("up-{number}");
        app.serve(&path, File::new(number, 100 * KIB));
        fetches[number as usize % 2].requests.push(upload(&path, method));
    }
    App { fetches, ..app }
}

/// Every upload came once at most; what failed did so with fetch-error, and what succeeded has all
/// of its answer. Returns how many failed.
fn check_many(app: &App, note: &str) -> usize {
    for (path, file) in &app.world.servers.borrow().files {
        assert!(file.uploads <= 1, "{path} came {} times, {note}", file.uploads);
    }
    let mut failed = 0;
    for id in ["one", "two"] {
        let delivery = app.delivery(id);
        for (record, bytes) in &delivery.records {
            let version = app.world.servers.borrow().files[&record.request.url].version;
            match record.result.unwrap() {
                RecordResult::Success if record.request.method == "HEAD" => {}
                RecordResult::Success => {
                    assert!(*bytes == content(version, 0, bytes.len() as u64), "{note}");
                    assert!(bytes.len() as u64 >= 100 * KIB, "{note}");
                }
                RecordResult::Failure(reason) => {
                    assert_eq!(reason, FailureReason::FetchError, "{note}");
                    assert!(!record.request.is_get(), "{note}");
                    failed += 1;
                }
            }
        }
    }
    failed
}

#[test]
fn an_upload_is_sent_at_most_once_whenever_the_worker_dies() {
    for declares_length in [true, false] {
        let file = File { declares_length, ..File::new(1, LENGTH) };
        let steps = {
            let app = app_of(file.clone());
            app.run();
            app.assert_success(1, LENGTH);
            app.worker.steps()
        };
        let failed = (1..=steps).filter(|step| {
            let app = App { crashes: vec![*step], ..app_of(file.clone()) };
            app.run();
            assert!(uploads(&app, "up") <= 1, "step {step}: {} times", uploads(&app, "up"));
            let failure = app.delivery("one").state.failure_reason;
            match failure {
                None => app.assert_success(1, LENGTH),
                Some(_) => app.assert_failure(FailureReason::FetchError),
            }
            failure.is_some()
        });
        let failed = failed.count() as u64;
        assert!(failed > 0, "no step was in the middle of the transfer");
        assert!(failed < steps, "no step was before it or after it");
    }
}

#[test]
fn of_many_uploads_only_those_under_way_fail_with_the_worker() {
    let steps = {
        let app = many();
        app.run();
        assert_eq!(check_many(&app, "without a crash"), 0);
        app.worker.steps()
    };
    for step in 1..=steps {
        let app = App { crashes: vec![step], ..many() };
        app.run();
        let failed = check_many(&app, &format!("step {step}"));
        // Those with a connection, and those of which the end is being stored.
        assert!(failed <= app.config.connections + 2, "step {step}: {failed} failed");
        app.assert_nothing_left();
    }
}

#[test]
fn an_upload_is_sent_at_most_once_however_often_the_worker_dies() {
    for every in [15, 20, 25, 40] {
        let app = App { crashes: vec![every; 40], ..many() };
        app.run();
        check_many(&app, &format!("every {every} steps"));
        app.assert_nothing_left();
    }
}

#[test]
fn faults_are_final() {
    let faults = [
        Fault::Fails(NetworkError::Unreachable),
        Fault::Fails(NetworkError::Refused),
        Fault::Cut(0),
        Fault::Cut(100 * KIB),
        Fault::Silent(100 * KIB),
        Fault::Short(100 * KIB),
    ];
    for fault in faults {
        let mut file = File::new(1, LENGTH);
        file.faults.push_back(fault);
        let app = app_of(file);
        app.run();
        app.assert_failure(FailureReason::FetchError);
        assert_eq!(uploads(&app, "up"), 1, "{fault:?}");
    }
    for status in [500, 503, 429] {
        let mut file = File::new(1, LENGTH);
        file.faults.push_back(Fault::Status(status, Some(1)));
        let app = app_of(file);
        app.run();
        app.assert_failure(FailureReason::BadStatus);
        assert_eq!(uploads(&app, "up"), 1, "{status}");
        assert_eq!(app.delivery("one").state.uploaded, BODY, "it came to the server");
    }
}

#[test]
fn what_is_not_repeated_has_more_time() {
    // A piece every two minutes; a download would be asked for again after 30 s.
    let app = app_of(File { rate: 100, chunk: 12_000, ..File::new(1, 36_000) });
    app.run();
    app.assert_success(1, 36_000);
    assert_eq!(uploads(&app, "up"), 1);
}

#[test]
fn an_answer_of_which_a_part_has_vanished_is_not_asked_for_again() {
    for crash in [Some(60), None] {
        let app = app_of(File::new(1, 1000 * KIB));
        app.worker.crash_after(crash);
        app.live(async {
            let handle = app.handle().await;
            let _ = handle.fetch(app.fetches[0].clone()).await;
            while app.world.bodies.entries().len() < 2 {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            let first = app.world.bodies.entries().remove(0);
            app.world.bodies.delete(&[first]);
            while handle.is_active() {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
        });
        assert_eq!(app.worker.has_crashed(), crash.is_some());
        app.run();
        app.assert_failure(FailureReason::FetchError);
        assert_eq!(uploads(&app, "up"), 1);
    }
}

/// Begins `app`'s fetch without a network, and goes on with `page` after ten minutes.
fn begin_offline(app: &App, page: impl AsyncFn()) {
    app.world.way.go_offline();
    app.live_with(async || {
        app.world.clock.sleep(Duration::from_secs(600)).await;
        let handle = app.handle().await;
        assert!(handle.is_active());
        assert_eq!(handle.get("one".into()).await.unwrap().unwrap().result, FetchResult::Unsettled);
        page().await;
    });
}

#[test]
fn an_upload_begun_offline_is_sent_once_there_is_a_network() {
    for reported in [true, false] {
        let app = app_of(File::new(1, LENGTH));
        begin_offline(&app, async || {
            assert_eq!(uploads(&app, "up"), 0);
            app.world.way.go_online();
            let before = app.world.clock.monotonic();
            if reported {
                app.handle().await.set_online(true);
            }
            while uploads(&app, "up") == 0 {
                app.world.clock.sleep(Duration::from_millis(5)).await;
            }
            let limit = Duration::from_millis(if reported { 200 } else { 6000 });
            assert!(app.world.clock.monotonic() - before < limit);
        });
        app.assert_success(1, LENGTH);
        assert_eq!(uploads(&app, "up"), 1);
    }
}

#[test]
fn an_upload_begun_offline_survives_a_crash_at_any_step() {
    for step in 1..60 {
        let app = app_of(File::new(1, LENGTH));
        app.world.way.go_offline();
        app.live_until_step(step);
        app.world.way.go_online();
        app.run();
        app.assert_success(1, LENGTH);
        assert_eq!(uploads(&app, "up"), 1);
    }
}

#[test]
fn a_platform_that_says_offline_by_mistake_does_not_keep_an_upload() {
    for fault in [None, Some(Fault::Fails(NetworkError::Refused)), Some(Fault::Status(405, None))] {
        let mut file = File::new(1, LENGTH);
        file.faults.extend(fault);
        let app = app_of(file);
        app.world.way.set_mistaken(true);
        app.run();
        app.assert_success(1, LENGTH);
        assert_eq!((uploads(&app, "up"), app.requests("up")), (1, 2), "a probe, and the upload");
    }
}

#[test]
fn a_probe_that_is_not_answered_waits_for_the_next() {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Fails(NetworkError::Unreachable); 3]);
    let app = app_of(file);
    app.world.way.set_mistaken(true);
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!((uploads(&app, "up"), app.requests("up")), (1, 5));
}

#[test]
fn what_cannot_be_written_down_is_not_sent() {
    for (error, reason) in [
        (StoreError::Quota, FailureReason::QuotaExceeded),
        (StoreError::Failed("disk".into()), FailureReason::FetchError),
    ] {
        let app = app_of(File::new(1, LENGTH));
        begin_offline(&app, async || {
            app.world.meta.fail_next(error.clone());
            app.world.way.go_online();
        });
        app.assert_failure(reason);
        assert_eq!(uploads(&app, "up"), 0);
    }
}

#[test]
fn an_abort_at_any_time_leaves_one_upload_at_most() {
    for offline in [false, true] {
        for millis in (0..200).step_by(3) {
            let app = app_of(File::new(1, LENGTH));
            app.world.way.set_mistaken(offline);
            app.live_with(async || {
                app.world.clock.sleep(Duration::from_millis(millis)).await;
                assert!(app.handle().await.abort("one".into()).await.unwrap());
            });
            assert_eq!(app.delivery("one").event, EventType::Abort, "after {millis} ms");
            assert!(uploads(&app, "up") <= 1);
            app.assert_nothing_left();
        }
    }
}

/// Found by the simulation: that it is about to be sent takes time to be written down, in which the server may say to
/// another that it is to be left alone.
#[test]
fn an_upload_is_not_sent_to_a_server_that_has_just_asked_to_be_left_alone() {
    let mut engine = Engine::new(config(), 1);
    outputs(&mut engine, Input::Restored { snapshots: Vec::new(), entries: Vec::new() });
    let requests = vec![upload("up", "POST"), get("down")];
    let command = Command::Fetch(NewFetch { requests, ..fetch("one", &[]) });
    let done = outputs(&mut engine, Input::Command { id: CommandId(1), command });
    let done = outputs(&mut engine, Input::Committed { commit: commit_of(&done).0 });
    let (mark, _) = commit_of(&done);
    let Some(Output::Open { transfer, exchange }) = done.iter().find(|one| asked(one).is_some())
    else {
        panic!("nothing is asked for: {done:?}")
    };
    assert_eq!(exchange.request.method, "GET");
    let headers = vec![("retry-after".to_owned(), "600".to_owned())];
    let head = Head { status: 503, headers, ..Head::default() };
    outputs(&mut engine, Input::Opened { transfer: *transfer, head, followed: None });
    let done = outputs(&mut engine, Input::Committed { commit: mark });
    assert!(done.iter().all(|one| asked(one).is_none()), "{done:?}");
    let again = commit_of(&done).1.iter().find_map(|write| match write {
        Write::PutRecord(row) if row.index == 0 => Some(row.attempts),
        _ => None,
    });
    assert_eq!(again, Some(0), "that it was not sent is written down");
}

const LENGTH: u64 = 300 * KIB;
const BODY: u64 = 5000;
