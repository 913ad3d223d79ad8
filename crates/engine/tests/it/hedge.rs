//! A body that falls silent is asked for a second time beside it, and whoever delivers first goes on.

use std::time::Duration;

use background_fetch_engine::FailureReason;
use background_fetch_engine::testing::network::{Exposure, Fault, File, Validator};

use crate::common::{App, KIB, REPEATED, REPEATED_WITHOUT_VALIDATOR};

/// A file that does this to its first requests.
fn file(faults: &[Fault]) -> File {
    File { faults: faults.iter().copied().collect(), ..File::new(1, LENGTH) }
}

/// How long it takes to have the file.
fn time(app: &App) -> Duration {
    app.run();
    app.assert_success(1, LENGTH);
    app.world.clock.monotonic()
}

#[test]
fn a_stream_that_is_lost_without_a_word_costs_five_seconds() {
    for after in [0, 10 * KIB, 300 * KIB, 999 * KIB] {
        let app = App::of("file", file(&[Fault::Silent(after)]));
        let time = time(&app);
        assert!(time < Duration::from_secs(9), "{time:?} after {after} bytes");
        assert_eq!(app.requests("file"), 2);
        assert!(app.sent("file") <= LENGTH + REPEATED, "{} bytes sent", app.sent("file"));
        assert_eq!(app.world.meta.record("one", 0), None);
    }
}

#[test]
fn without_a_validator_the_bytes_before_it_are_compared() {
    let silent = File { validator: Validator::None, ..file(&[Fault::Silent(300 * KIB)]) };
    let app = App::of("file", silent);
    assert!(time(&app) < Duration::from_secs(9));
    assert_eq!(app.requests("file"), 2);
    assert!(app.sent("file") <= LENGTH + REPEATED_WITHOUT_VALIDATOR);
}

#[test]
fn a_silence_of_some_seconds_costs_nothing() {
    let app = App::of("file", file(&[Fault::Pause(300 * KIB, 3_900)]));
    time(&app);
    assert_eq!((app.requests("file"), app.sent("file")), (1, LENGTH));
}

#[test]
fn a_body_that_is_merely_silent_costs_one_request_more() {
    // Each request is, before its first byte.
    let app = App::of("file", File { always: Some(Fault::Pause(0, 40_000)), ..file(&[]) });
    let whole = time(&app);
    assert!(whole < Duration::from_secs(45), "{whole:?}");
    assert_eq!(app.requests("file"), 2);
    // Each brings a fifth before.
    let always = Some(Fault::Pause(200 * KIB, 40_000));
    let app = App::of("file", File { always, ..file(&[]) });
    time(&app);
    assert!(app.requests("file") <= 6, "{} requests", app.requests("file"));
    let app = App::of("file", file(&[Fault::Pause(300 * KIB, 40_000)]));
    time(&app);
    assert_eq!(app.requests("file"), 2);
}

/// What was silent goes on while the second one has not answered yet.
#[test]
fn the_first_one_may_be_first_again() {
    let app = App::of("file", file(&[Fault::Pause(300 * KIB, 8_000), Fault::Late(20_000)]));
    let time = time(&app);
    assert!(time < Duration::from_secs(12), "{time:?}");
    assert_eq!((app.requests("file"), app.sent("file")), (2, LENGTH));
}

#[test]
fn the_second_one_changes_nothing_if_it_is_not_the_rest() {
    let useless = [
        Fault::Status(503, None),
        Fault::Status(404, None),
        Fault::Whole,
        Fault::Elsewhere,
        Fault::Shifted,
        Fault::WrongTotal,
        Fault::Changed,
        Fault::Cut(0),
        Fault::NotSatisfiable,
        Fault::Empty,
    ];
    for fault in useless {
        let app = App::of("file", file(&[Fault::Pause(300 * KIB, 12_000), fault]));
        app.run();
        app.assert_success(1, LENGTH);
        assert_eq!(app.requests("file"), 2, "{fault:?}");
    }
}

#[test]
fn when_the_first_one_breaks_the_second_one_goes_on_alone() {
    let app = App::of("file", file(&[Fault::Silent(300 * KIB), Fault::Late(28_000)]));
    let time = time(&app);
    assert!(time < Duration::from_secs(40), "{time:?}");
    assert_eq!(app.requests("file"), 2);
}

/// Each request brings some and falls silent: the pauses before the next one become longer.
#[test]
fn a_server_that_always_falls_silent_is_not_asked_every_five_seconds() {
    let app = App::of("file", File { always: Some(Fault::Silent(20 * KIB)), ..file(&[]) });
    app.run();
    app.assert_success(1, LENGTH);
    let (time, requests) = (app.world.clock.monotonic(), app.requests("file"));
    assert!(
        time > Duration::from_secs(15) * u32::try_from(requests).unwrap() / 2,
        "{requests} in {time:?}"
    );
}

#[test]
fn what_cannot_be_resumed_is_asked_for_once() {
    let plain = file(&[Fault::Pause(300 * KIB, 25_000)]);
    let offers = File { advertises: Some("none"), ..plain.clone() };
    let bare = File { validator: Validator::None, declares_length: false, ..plain };
    // Where the second one ended is asked, at the end.
    for (file, requests) in [(offers, 1), (bare, 2)] {
        let app = App::of("file", file);
        time(&app);
        assert_eq!(app.requests("file"), requests);
    }
}

/// The server is not asked for a second one again when it has answered the first with the whole.
#[test]
fn a_server_without_ranges_is_asked_for_a_second_one_once() {
    let pauses = [Fault::Pause(300 * KIB, 9_000), Fault::Silent(100 * KIB)];
    let app = App::of("file", File { ranges: false, ..file(&pauses) });
    time(&app);
    assert!(app.requests("file") <= 3, "{} requests", app.requests("file"));
}

#[test]
fn nobody_may_read_it_from_another_origin() {
    let silent = file(&[Fault::Silent(300 * KIB)]);
    let app = App::of("file", File { exposure: Exposure::Safelisted, ..silent });
    app.run();
    app.assert_success(1, LENGTH);
}

#[test]
fn a_crash_at_any_step_of_it_changes_nothing() {
    for step in 1..120 {
        let app =
            App::of("file", file(&[Fault::Silent(300 * KIB), Fault::Pause(100 * KIB, 7_000)]));
        let app = App { crashes: vec![step], ..app };
        app.run();
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn an_abort_in_the_middle_of_it_ends_both() {
    let app = App::of("file", file(&[Fault::Silent(300 * KIB), Fault::NoAnswer]));
    app.live(async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        app.world.clock.sleep(Duration::from_secs(12)).await;
        assert_eq!(app.world.connections.open("one"), 2);
        assert!(handle.abort("one".into()).await.unwrap());
        app.world.clock.sleep(Duration::from_secs(1)).await;
        assert_eq!(app.world.connections.open("one"), 0);
    });
    app.assert_failure(FailureReason::Aborted);
}

const LENGTH: u64 = 1000 * KIB;
