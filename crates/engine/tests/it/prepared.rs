//! Requests that the app prepares: URLs that expire, tokens that are no longer good.

use std::time::Duration;

use background_fetch_engine::http::RequestSpec;
use background_fetch_engine::ports::{Attempt, NetworkError};
use background_fetch_engine::state::EventType;
use background_fetch_engine::testing::network::{Fault, File};
use background_fetch_engine::testing::world::Prepare;
use background_fetch_engine::{FailureReason, Millis, NewFetch};

use crate::common::{App, KIB, fetch, get, url};

const LENGTH: u64 = 1000 * KIB;

/// An app that wants a file whose URL is good for nothing any more, and knows a fresh one.
fn app(stale: File, fresh: File, prepare: Prepare) -> App {
    let mut app = App::of("stale", stale);
    app.serve("fresh", fresh);
    app.config.preparation = Some(Millis(10_000));
    app.worker.prepare_by(prepare);
    app
}

fn denied() -> File {
    File { always: Some(Fault::Status(403, None)), ..File::new(1, LENGTH) }
}

/// A fresh URL after a denial, as of an app that keeps the one it has.
fn after_denial(request: &mut RequestSpec, attempt: Attempt) -> Result<(), NetworkError> {
    if attempt.status != 0 {
        request.url = url("fresh");
    }
    Ok(())
}

fn always_fresh(request: &mut RequestSpec, _: Attempt) -> Result<(), NetworkError> {
    request.url = url("fresh");
    Ok(())
}

fn unchanged(_: &mut RequestSpec, _: Attempt) -> Result<(), NetworkError> {
    Ok(())
}

#[test]
fn before_the_first_request() {
    let app = app(denied(), File::new(1, LENGTH), always_fresh);
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!((app.requests("stale"), app.requests("fresh")), (0, 1));
    assert_eq!(app.worker.attempts(), [Attempt { number: 1, received: 0, status: 0 }]);
    let record = &app.delivery("one").records[0].0;
    assert_eq!(*record.request, get("stale"), "what the app has asked for stays what it was");
}

#[test]
fn a_denied_request_is_asked_for_anew() {
    for status in [401, 403] {
        let stale = File { always: Some(Fault::Status(status, None)), ..File::new(1, LENGTH) };
        let app = app(stale, File::new(1, LENGTH), after_denial);
        app.run();
        app.assert_success(1, LENGTH);
        let told: Vec<_> =
            app.worker.attempts().iter().map(|one| (one.number, one.status)).collect();
        assert_eq!(told, [(1, 0), (2, status)]);
    }
}

#[test]
fn what_is_stored_is_gone_on_with_under_another_url() {
    let stale = File { faults: [Fault::Cut(600 * KIB)].into(), ..denied() };
    let app = app(stale, File::new(1, LENGTH), after_denial);
    app.run();
    app.assert_success(1, LENGTH);
    let sent = app.sent("stale") + app.sent("fresh");
    assert!(sent <= LENGTH + 70 * KIB, "{sent} bytes");
    let last = *app.worker.attempts().last().unwrap();
    assert!(last.status == 403 && last.received > 500 * KIB, "{last:?}");
}

#[test]
fn another_file_under_another_url_is_begun_from_scratch() {
    let stale = File { faults: [Fault::Cut(600 * KIB)].into(), ..denied() };
    let app = app(stale, File::new(2, LENGTH), after_denial);
    app.run();
    app.assert_success(2, LENGTH);
}

#[test]
fn a_server_that_goes_on_denying_is_believed() {
    let app = app(denied(), denied(), after_denial);
    app.run();
    app.assert_failure(FailureReason::BadStatus);
    assert_eq!(app.requests("stale") + app.requests("fresh"), 6);
}

#[test]
fn without_an_app_that_prepares_the_first_denial_counts() {
    let app = App::of("stale", denied());
    app.run();
    app.assert_failure(FailureReason::BadStatus);
    assert_eq!(app.requests("stale"), 1);
}

#[test]
fn several_connections_that_are_denied_at_a_time_are_one_denial() {
    let (length, rate) = (40_000 * KIB, 1_000_000);
    let mut app = app(
        File { rate, faults: [Fault::Cut(4000 * KIB)].into(), ..File::new(1, length) },
        File { rate, ..File::new(1, length) },
        after_denial,
    );
    app.config.segments.most = 16 * 1024 * KIB;
    app.live_with(async || {
        // By then it comes over several.
        app.world.clock.sleep(Duration::from_secs(6)).await;
        app.change_first(|file| file.always = Some(Fault::Status(403, None)));
    });
    app.assert_success(1, length);
    let sent = app.sent("stale") + app.sent("fresh");
    assert!(sent < length + length / 10, "{sent} bytes");
}

#[test]
fn what_is_not_prepared_is_asked_for_later_and_others_go_on_meanwhile() {
    let prepare: Prepare =
        |request, attempt| match request.url.ends_with("/stale") && attempt.number < 4 {
            true => Err(NetworkError::Unprepared),
            false => Ok(()),
        };
    let app = app(File::new(1, LENGTH), File::new(1, LENGTH), prepare);
    let app = App { fetches: vec![fetch("one", &["stale", "fresh"])], ..app };
    app.run();
    let delivery = app.delivery("one");
    assert_eq!(delivery.event, EventType::Success);
    assert!(delivery.records.iter().all(|(_, bytes)| bytes.len() as u64 == LENGTH));
    let numbers: Vec<_> = app.worker.attempts().iter().map(|one| one.number).collect();
    // The first attempt of a life does not count.
    assert_eq!(numbers.iter().max(), Some(&4), "{numbers:?}");
}

#[test]
fn what_is_never_prepared_fails_in_the_end() {
    let app = app(File::new(1, LENGTH), File::new(1, LENGTH), |_, _| Err(NetworkError::Unprepared));
    app.run();
    app.assert_failure(FailureReason::FetchError);
    assert!((10..20).contains(&app.worker.attempts().len()), "{:?}", app.worker.attempts());
    assert_eq!(app.requests("stale"), 0);
}

#[test]
fn an_upload_is_sent_once_when_it_is_prepared() {
    let prepare: Prepare = |_, attempt| match attempt.number < 3 {
        true => Err(NetworkError::Unprepared),
        false => Ok(()),
    };
    let app = app(File::new(1, 10 * KIB), File::new(1, KIB), prepare);
    let request = RequestSpec { method: "POST".to_owned(), ..get("stale") };
    let app =
        App { fetches: vec![NewFetch { requests: vec![request], ..fetch("one", &[]) }], ..app };
    app.run();
    assert_eq!(app.delivery("one").event, EventType::Success);
    assert_eq!(app.requests("stale"), 1);
}

#[test]
fn an_upload_that_is_denied_is_not_sent_again() {
    let app = app(denied(), File::new(1, KIB), after_denial);
    let request = RequestSpec { method: "POST".to_owned(), ..get("stale") };
    let app =
        App { fetches: vec![NewFetch { requests: vec![request], ..fetch("one", &[]) }], ..app };
    app.run();
    app.assert_failure(FailureReason::BadStatus);
    assert_eq!((app.requests("stale"), app.requests("fresh")), (1, 0));
}

#[test]
fn a_crash_at_every_step() {
    for step in 1..80 {
        let stale = File { faults: [Fault::Cut(600 * KIB)].into(), ..denied() };
        let app = app(stale, File::new(1, LENGTH), after_denial);
        let app = App { crashes: vec![step], ..app };
        app.run();
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn an_app_that_changes_nothing_changes_nothing() {
    let stale = File { faults: [Fault::Cut(600 * KIB)].into(), ..File::new(1, LENGTH) };
    let app = app(stale, File::new(1, LENGTH), unchanged);
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!(app.requests("fresh"), 0);
}
