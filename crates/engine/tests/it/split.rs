//! Where a server gives each connection so much and no more, several of them bring a large body several times as fast;
//! and where they do not, one goes on alone. Nothing is lost by trying it.

use std::cell::Cell;
use std::time::Duration;

use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::testing::network::{Coding, Exposure, Fault, File, Origin, Validator};
use background_fetch_engine::{Config, FailureReason};

use crate::common::{App, KIB, config, fetch};

pub(crate) const LENGTH: u64 = 16 * 1024 * KIB;
/// Bytes a second of each connection: with one, sixteen seconds.
const RATE: u64 = 1024 * KIB;

/// A file of which each connection brings so much and no more.
pub(crate) fn limited() -> File {
    File { rate: RATE, chunk: 128 * KIB, ..File::new(1, LENGTH) }
}

/// An app that wants one file from an origin like this.
fn app(file: File, change: impl FnOnce(&mut Origin)) -> App {
    let app = App::of("file", file);
    app.origin(change);
    app
}

/// How long it takes to have the file.
fn time(app: &App) -> Duration {
    app.run();
    app.assert_success(1, LENGTH);
    app.world.clock.monotonic()
}

/// The same over one connection, in milliseconds, in percent.
fn percent_of_one(time: Duration) -> u128 {
    let config = Config { connections: 1, ..config() };
    let one = self::time(&App { config, ..App::of("file", limited()) });
    time.as_millis() * 100 / one.as_millis()
}

#[test]
fn a_server_that_limits_each_connection_gives_several() {
    let app = app(limited(), |_| {});
    let time = percent_of_one(time(&app));
    assert!(time < 33, "{time} %");
    let (sent, requests) = (app.sent("file"), app.requests("file"));
    assert!(sent < LENGTH + LENGTH / 50, "{sent} sent");
    assert!((4..8).contains(&requests), "{requests} requests");
}

#[test]
fn a_line_that_all_share_is_left_to_one() {
    let app = app(File { rate: 100 * RATE, ..limited() }, |origin| origin.line = Some(RATE));
    let time = percent_of_one(time(&app));
    assert!(time < 104, "{time} %");
    let (sent, requests) = (app.sent("file"), app.requests("file"));
    assert!(sent < LENGTH + LENGTH / 33, "{sent} sent");
    // Of the three others, what each brought, what it did not, and where they meet.
    assert!(requests <= 10, "{requests} requests");
}

/// For ten minutes.
#[test]
fn a_server_from_which_several_bring_no_more_is_not_asked_for_it_again() {
    for (minutes, again) in [(0, false), (11, true)] {
        let app = app(File { rate: 100 * RATE, ..limited() }, |origin| origin.line = Some(RATE));
        app.serve("next", File { rate: 100 * RATE, ..File::new(2, LENGTH) });
        app.live_with(async || {
            let handle = app.handle().await;
            while handle.is_active() {
                app.world.clock.sleep(Duration::from_millis(10)).await;
            }
            app.world.clock.sleep(Duration::from_secs(60 * minutes)).await;
            handle.fetch(fetch("two", &["next"])).await.unwrap();
        });
        app.assert_success(1, LENGTH);
        let requests = app.requests("next");
        assert_eq!(requests > 1, again, "{requests} requests");
    }
}

#[test]
fn what_is_there_soon_comes_over_one() {
    for (length, rate) in [(7 * 1024 * KIB, RATE), (LENGTH, 20 * RATE)] {
        let app = App::of("file", File { rate, chunk: 128 * KIB, ..File::new(1, length) });
        app.run();
        app.assert_success(1, length);
        assert_eq!((app.requests("file"), app.sent("file")), (1, length));
    }
}

#[test]
fn what_cannot_be_asked_for_in_parts_comes_over_one() {
    let none = File { advertises: Some("none"), ..limited() };
    let bare = File { validator: Validator::None, ..limited() };
    let unknown = File { declares_length: false, ..limited() };
    for file in [none, bare] {
        let app = App::of("file", file);
        time(&app);
        assert_eq!((app.requests("file"), app.sent("file")), (1, LENGTH));
    }
    let app = App::of("file", unknown);
    time(&app);
    assert!(app.sent("file") < LENGTH + 10 * KIB);
}

/// Browsers need not tell that all streams of HTTP/2 have broken with their connection. That they stand still says
/// nothing of what they bring together.
#[test]
fn when_all_fall_silent_at_once_each_is_asked_for_anew() {
    for after in [10, 100, 300, 600, 1000] {
        let silent = |bytes| Fault::Silent(bytes * KIB);
        let faults = [silent(520 + after), silent(after), silent(after), silent(after)];
        let app = App::of("file", File { faults: faults.into_iter().collect(), ..limited() });
        let time = time(&app);
        assert!(time < Duration::from_secs(14), "{time:?} after {after} KiB");
        assert!(app.sent("file") < LENGTH + LENGTH / 50, "{} sent", app.sent("file"));
    }
}

/// Each of these costs one attempt, and what was on its way over it.
#[test]
fn an_extra_connection_that_fails_harms_nobody() {
    let beyond = [
        Fault::Status(503, None),
        Fault::Status(503, Some(3600)),
        Fault::Status(429, Some(60)),
        Fault::Status(403, None),
        Fault::Fails(NetworkError::Refused),
        Fault::Fails(NetworkError::Broken),
        Fault::Fails(NetworkError::Unreachable),
        Fault::Whole,
        Fault::Elsewhere,
        Fault::WrongTotal,
        Fault::NotSatisfiable,
        Fault::Cut(0),
        Fault::Cut(100 * KIB),
        Fault::NoAnswer,
        Fault::Empty,
    ];
    for fault in beyond {
        let app = app(limited(), |origin| (origin.bears, origin.beyond) = (Some(1), Some(fault)));
        let attempts = Cell::new(0);
        app.live_with(async || {
            let handle = app.handle().await;
            while handle.is_active() {
                let row = app.world.meta.record("one", 0);
                attempts.set(row.map_or(0, |row| row.attempts).max(attempts.get()));
                app.world.clock.sleep(Duration::from_millis(10)).await;
            }
        });
        app.assert_success(1, LENGTH);
        let (time, sent) = (percent_of_one(app.world.clock.monotonic()), app.sent("file"));
        assert_eq!(attempts.get(), 0, "{fault:?}");
        assert!(time < 105, "{time} %, {fault:?}");
        assert!(sent < LENGTH + LENGTH / 50, "{sent} sent, {fault:?}");
        assert!(app.requests("file") <= 24, "{} requests, {fault:?}", app.requests("file"));
    }
}

/// Of what was planned for several there is one left then, which asks for all the rest at once.
#[test]
fn one_that_is_left_alone_by_an_outage_asks_for_no_parts() {
    let beyond = Some(Fault::Status(503, None));
    let app = app(limited(), |origin| (origin.bears, origin.beyond) = (Some(1), beyond));
    app.live_with(async || {
        app.world.clock.sleep(Duration::from_millis(1200)).await;
        let before = app.requests("file");
        app.world.way.go_offline();
        app.world.clock.sleep(Duration::from_secs(2)).await;
        app.world.way.go_online();
        let handle = app.handle().await;
        handle.set_online(true);
        while handle.is_active() {
            app.world.clock.sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(app.requests("file") - before, 1);
    });
    app.assert_success(1, LENGTH);
}

/// What is another file now shows itself over an extra connection first, and is what the app gets only if the first one
/// breaks.
#[test]
fn another_version_over_an_extra_connection_is_left_alone() {
    let app = app(limited(), |origin| {
        (origin.bears, origin.beyond) = (Some(1), Some(Fault::Changed));
    });
    time(&app);
    assert!(app.requests("file") <= 4, "{} requests", app.requests("file"));
    assert_eq!(app.sent("file"), LENGTH);
}

/// A small file does not wait for the end of a large one, however many connections that has.
#[test]
fn records_without_a_connection_come_first() {
    let app = app(limited(), |_| {});
    for path in ["a", "b", "c", "d"] {
        app.serve(path, File::new(2, KIB));
    }
    app.live_with(async || {
        app.world.clock.sleep(Duration::from_secs(2)).await;
        assert_eq!(app.world.connections.open("one"), 4);
        let handle = app.handle().await;
        handle.fetch(fetch("two", &["a", "b", "c", "d"])).await.unwrap();
        app.world.clock.sleep(Duration::from_millis(300)).await;
        assert!(app.worker.is_delivered("two"), "it has waited");
    });
    app.assert_success(1, LENGTH);
    assert!(app.world.clock.monotonic() < Duration::from_secs(7));
    assert!(app.sent("file") < LENGTH + LENGTH / 20, "{} sent", app.sent("file"));
}

/// Nor do those who wait because the server bears no more.
#[test]
fn records_that_wait_for_their_server_come_first() {
    let app = app(limited(), |origin| origin.bears = Some(2));
    app.serve("small", File::new(2, KIB));
    app.live_with(async || {
        app.world.clock.sleep(Duration::from_secs(3)).await;
        assert_eq!(app.world.connections.open("one"), 2);
        let handle = app.handle().await;
        handle.fetch(fetch("two", &["small"])).await.unwrap();
        app.world.clock.sleep(Duration::from_millis(1_300)).await;
        assert!(app.worker.is_delivered("two"), "it has waited");
    });
    app.assert_success(1, LENGTH);
}

/// Who is at its end takes half of what another has still to bring.
#[test]
fn all_of_them_end_together() {
    let app = app(limited(), |_| {});
    // The second one is four times as slow, by pauses.
    app.change_first(|file| {
        let slow = Fault::Pause(1024 * KIB, 3_500);
        file.faults.extend([Fault::Late(0), slow]);
    });
    let time = percent_of_one(time(&app));
    assert!(time < 45, "{time} %");
    assert!(app.sent("file") < LENGTH + LENGTH / 20, "{} sent", app.sent("file"));
}

/// A part that takes as long to come as it takes to be there is none.
#[test]
fn parts_are_long_against_the_time_that_a_head_takes() {
    for (millis, several) in [(100, true), (1_000, false)] {
        let app = app(File { always: Some(Fault::Late(millis)), ..limited() }, |_| {});
        time(&app);
        let requests = app.requests("file");
        assert_eq!(requests > 1, several, "{requests} requests");
        // And one for each place where two parts meet.
        assert!(requests <= 8, "{requests} requests");
    }
}

/// And never more than what memory may hold is lost.
#[test]
fn a_crash_at_any_time_loses_no_more_than_the_budget() {
    for step in (0..3000).step_by(61) {
        let app = app(limited(), |_| {});
        let app = App { crashes: vec![step], ..app };
        app.run();
        app.assert_success(1, LENGTH);
        let (sent, budget) = (app.sent("file"), app.config.memory);
        assert!(sent < LENGTH + budget + LENGTH / 20, "{sent} sent, after {step} steps");
    }
}

/// The same of another origin: the date and the length are all that may be read of it.
pub(crate) fn foreign() -> File {
    let (exposure, validator) = (Exposure::Safelisted, Validator::Both);
    File { exposure, validator, ..limited() }
}

#[test]
fn another_origin_that_hides_what_it_can_is_split_too() {
    let app = App::of("file", foreign());
    let time = percent_of_one(time(&app));
    assert!(time < 35, "{time} %");
    let (sent, requests) = (app.sent("file"), app.requests("file"));
    assert!(sent < LENGTH + LENGTH / 33, "{sent} sent");
    assert!((4..12).contains(&requests), "{requests} requests");
}

/// A coding that nobody may read of makes another length of it.
#[test]
fn a_coding_that_is_hidden_is_found_out_by_the_first_extra_one() {
    let coding = Some(Coding { length: LENGTH - KIB, own_etag: true });
    let app = App::of("file", File { coding, ..foreign() });
    app.run();
    app.assert_success(1, LENGTH);
    assert!(app.sent("file") < LENGTH + 300 * KIB, "{} sent", app.sent("file"));
}

#[test]
fn an_abort_ends_all_of_them() {
    let app = app(limited(), |_| {});
    app.live(async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        app.world.clock.sleep(Duration::from_secs(2)).await;
        assert_eq!(app.world.connections.open("one"), 4);
        assert!(handle.abort("one".into()).await.unwrap());
        app.world.clock.sleep(Duration::from_secs(1)).await;
        assert_eq!(app.world.connections.open("one"), 0);
    });
    app.assert_failure(FailureReason::Aborted);
}

#[test]
fn the_download_total_holds_for_all_of_them_together() {
    let mut app = app(limited(), |_| {});
    app.fetches[0].download_total = LENGTH - 1;
    app.run();
    app.assert_failure(FailureReason::DownloadTotalExceeded);
}

/// With as many as there may be, and with few of them free.
#[test]
fn there_are_never_more_than_there_may_be() {
    for connections in 1..4 {
        let config = Config { connections, ..config() };
        let app = App { config, ..app(limited(), |_| {}) };
        app.live_with(async || {
            let handle = app.handle().await;
            while handle.is_active() {
                assert!(app.world.connections.open("one") <= connections);
                app.world.clock.sleep(Duration::from_millis(10)).await;
            }
        });
        app.assert_success(1, LENGTH);
        let time = percent_of_one(app.world.clock.monotonic());
        assert!(time < 100 / connections as u128 + 10, "{time} % with {connections}");
    }
}
