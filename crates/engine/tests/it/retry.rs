//! What may pass is tried again, for a time; what may not is believed.

use std::time::Duration;

use background_fetch_engine::FailureReason;
use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::testing::network::{Fault, File, Validator};

use crate::common::{App, KIB, bypass_config, config};

#[test]
fn every_fault_is_survived_with_or_without_validators_and_lengths() {
    let faults = [
        Fault::Fails(NetworkError::Unreachable),
        Fault::Fails(NetworkError::Offline),
        Fault::Fails(NetworkError::Refused),
        Fault::Fails(NetworkError::Absent),
        Fault::Cut(0),
        Fault::Cut(300 * KIB),
        Fault::Silent(300 * KIB),
        Fault::Status(503, Some(2)),
        Fault::Status(429, Some(0)),
    ];
    for fault in faults {
        for validator in [Validator::Strong, Validator::Weak, Validator::Modified, Validator::None]
        {
            for declares_length in [true, false] {
                for config in [config(), bypass_config()] {
                    let mut file = File::new(7, LENGTH);
                    file.validator = validator;
                    file.declares_length = declares_length;
                    file.faults.push_back(fault);
                    let app = App { config, ..App::of("file", file) };
                    app.run();
                    app.assert_success(7, LENGTH);
                }
            }
        }
    }
}

#[test]
fn a_denial_is_believed_soon_but_not_at_once() {
    for (error, requests) in [(NetworkError::Refused, 3), (NetworkError::Absent, 6)] {
        let denied = Fault::Fails(error);
        let mut file = File::new(1, LENGTH);
        file.faults.extend([denied; 100]);
        let app = App::of("file", file);
        app.run();
        app.assert_failure(FailureReason::FetchError);
        assert_eq!(app.requests("file"), requests);

        let mut file = File::new(1, LENGTH);
        file.faults.extend([Fault::Fails(NetworkError::Unreachable); 7]);
        file.faults.push_back(denied);
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn a_server_that_stays_busy_is_a_bad_status_in_the_end() {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Status(503, Some(1)); 50]);
    let app = App::of("file", file);
    app.run();
    app.assert_failure(FailureReason::BadStatus);
}

#[test]
fn a_server_that_asks_for_no_wait_is_not_asked_all_the_time() {
    for fault in [Fault::Status(503, Some(0)), Fault::StatusUntil(503, 0)] {
        let mut file = File::new(1, LENGTH);
        file.faults.push_back(Fault::Cut(900 * KIB));
        file.faults.extend([fault; 30]);
        let app = App::of("file", file);
        let took = time(&app);
        app.assert_success(1, LENGTH);
        assert_eq!(app.requests("file"), 32);
        // Waits that grow until they are about a minute.
        assert!(took > Duration::from_secs(60), "{took:?}");
    }
}

/// Clocks that differ are common on telephones.
#[test]
fn a_date_to_wait_for_is_one_of_the_servers_clock() {
    const HOUR: i64 = 60 * 60 * 1000;
    for ahead in [HOUR, 0, -HOUR] {
        let mut file = File::new(1, LENGTH);
        file.dated = true;
        file.ahead = ahead;
        file.faults.push_back(Fault::StatusUntil(503, 20));
        let app = App::of("file", file);
        let took = time(&app);
        app.assert_success(1, LENGTH);
        assert!((19..30).contains(&took.as_secs()), "{took:?} with a clock ahead by {ahead} ms");
    }
}

#[test]
fn what_passes_is_asked_for_again_without_a_word_of_when() {
    for status in [408, 425, 429, 502, 503, 504] {
        let mut file = File::new(1, LENGTH);
        file.faults.extend([Fault::Status(status, None); 3]);
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
    }
    for status in [400, 401, 404, 410, 500, 501, 505] {
        let mut file = File::new(1, LENGTH);
        file.faults.push_back(Fault::Status(status, None));
        let app = App::of("file", file);
        app.run();
        app.assert_failure(FailureReason::BadStatus);
        assert_eq!(app.requests("file"), 1, "{status}");
    }
}

#[test]
fn what_nobody_answers_waits_like_offline_and_is_given_up_after_a_week() {
    // Before the first byte, and in the middle.
    for stored in [false, true] {
        let mut file = File::new(1, LENGTH);
        file.faults.extend(stored.then_some(Fault::Cut(900 * KIB)));
        file.always = Some(Fault::Fails(NetworkError::Unreachable));
        let app = App::of("file", file);
        let mut failed_after = 0;
        for hour in 1..=8 * 24 {
            if failed_after > 0 {
                break;
            }
            app.live(async {
                let handle = app.handle().await;
                let _ = handle.fetch(app.fetches[0].clone()).await;
                app.world.clock.sleep(HOUR).await;
            });
            if app.worker.is_delivered("one") {
                failed_after = hour;
            }
        }
        assert!((7 * 24..=7 * 24 + 2).contains(&failed_after), "after {failed_after} hours");
        // About once a minute, with full jitter.
        assert!(app.requests("file") < 170 * 200, "{} requests", app.requests("file"));
        app.assert_failure(FailureReason::FetchError);
    }
}

#[test]
fn a_network_that_says_it_is_there_and_is_not_costs_no_attempts() {
    let silences = [
        Fault::Fails(NetworkError::Unreachable),
        Fault::Fails(NetworkError::Absent),
        Fault::NoAnswer,
    ];
    for silence in silences {
        let mut file = File::new(1, LENGTH);
        file.faults.push_back(Fault::Cut(900 * KIB));
        let app = App::of("file", file);
        app.live_with(async || {
            while app.requests("file") < 2 {
                app.change_first(|file| {
                    file.always = (file.requests > 0).then_some(silence);
                });
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            app.world.clock.sleep(HOUR * 12).await;
            app.change_first(|file| file.always = None);
        });
        app.assert_success(1, LENGTH);
        assert!(app.sent("file") <= LENGTH + 100 * KIB, "sent again, {silence:?}");
    }
}

/// It answers, and so is not silent, but gives nothing.
#[test]
fn a_server_that_breaks_each_answer_is_given_up() {
    let mut file = File::new(1, LENGTH);
    file.faults.push_back(Fault::Cut(900 * KIB));
    file.always = Some(Fault::Cut(0));
    let app = App::of("file", file);
    app.run();
    app.assert_failure(FailureReason::FetchError);
    assert!(app.requests("file") <= 62, "{} requests", app.requests("file"));
}

#[test]
fn what_is_forbidden_fails_at_once() {
    let mut file = File::new(1, LENGTH);
    file.faults.push_back(Fault::Fails(NetworkError::Forbidden));
    let app = App::of("file", file);
    app.run();
    app.assert_failure(FailureReason::FetchError);
    assert_eq!(app.requests("file"), 1);
}

#[test]
fn only_a_get_is_tried_again() {
    let mut file = File::new(1, LENGTH);
    file.faults.push_back(Fault::Cut(500 * KIB));
    let mut app = App::of("file", file);
    app.fetches[0].requests[0].method = "POST".to_owned();
    app.run();
    app.assert_failure(FailureReason::FetchError);
    assert_eq!(app.requests("file"), 1);
}

#[test]
fn offline_waits_as_long_as_it_takes() {
    let app = App::of("file", File::new(1, LENGTH));
    let page = async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        app.world.clock.sleep(Duration::from_millis(300)).await;
        app.world.way.go_offline();
        app.world.clock.sleep(Duration::from_secs(3 * 60 * 60)).await;
        assert!(handle.is_active());
        app.world.way.go_online();
        let before = app.world.clock.monotonic();
        while !app.worker.is_delivered("one") {
            app.world.clock.sleep(Duration::from_millis(50)).await;
        }
        assert!(app.world.clock.monotonic() - before < Duration::from_secs(10));
    };
    app.live(page);
    app.assert_success(1, LENGTH);
}

/// Found by the simulation.
#[test]
fn what_always_breaks_and_cannot_be_resumed_is_given_up() {
    for fault in [Fault::Cut(300 * KIB), Fault::Silent(300 * KIB)] {
        let file = File { ranges: false, always: Some(fault), ..File::new(1, LENGTH) };
        let app = App::of("file", file);
        app.run();
        app.assert_failure(FailureReason::FetchError);
        assert!(app.requests("file") <= 63, "{} requests", app.requests("file"));
    }
}

/// As much as is asked for again, to be compared, and nothing after that.
///
/// Found by the fuzz target of downloads.
#[test]
fn parts_that_bring_nothing_new_are_not_asked_for_without_end() {
    for validator in [Validator::Strong, Validator::Weak] {
        // So much is compared at least.
        let mut file = File { validator, always: Some(Fault::Less(256)), ..File::new(1, LENGTH) };
        file.faults.push_back(Fault::Cut(300 * KIB));
        let app = App::of("file", file);
        app.run();
        // In the end it is asked without a range.
        app.assert_success(1, LENGTH);
        assert!(app.requests("file") <= 15, "{} requests", app.requests("file"));
    }
}

/// As much as is compared at first: less is then.
#[test]
fn parts_that_are_as_short_as_what_they_repeat_are_gone_on_with() {
    for validator in [Validator::Strong, Validator::Weak] {
        for most in [64 * KIB, 4 * KIB] {
            let mut file =
                File { validator, always: Some(Fault::Less(most)), ..File::new(1, 400 * KIB) };
            file.faults.push_back(Fault::Cut(300 * KIB));
            let app = App::of("file", file);
            app.run();
            app.assert_success(1, 400 * KIB);
        }
    }
}

/// Found by the simulation.
#[test]
fn deaths_do_not_use_up_the_tries() {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Fails(NetworkError::Unreachable); 40]);
    let app = App::of("file", file);
    for life in 1..=40 {
        app.live(async {
            let handle = app.handle().await;
            let _ = handle.fetch(app.fetches[0].clone()).await;
            while app.requests("file") < life {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            app.world.clock.sleep(Duration::from_millis(20)).await;
        });
    }
    app.run();
    app.assert_success(1, LENGTH);
}

const LENGTH: u64 = 1000 * KIB;
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Runs the app, and tells how long it took.
fn time(app: &App) -> Duration {
    let before = app.world.clock.monotonic();
    app.run();
    app.world.clock.monotonic() - before
}
