//! Whatever somebody sets the clock to: durations are those of one that only goes on.

use std::time::Duration;

use background_fetch_engine::http::RequestSpec;
use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::testing::network::{Fault, File};
use background_fetch_engine::{MatchOptions, NewFetch};

use crate::common::{App, KIB, fetch, get};

const HOUR: i64 = 60 * 60 * 1000;
const TEN_MINUTES: i64 = 10 * 60 * 1000;
const LENGTH: u64 = 1000 * KIB;

/// How long a download takes with these faults, if the clock is set by so many milliseconds after
/// 300.
fn time(faults: &[Fault], set: i64) -> Duration {
    let file = File { faults: faults.iter().copied().collect(), ..File::new(1, LENGTH) };
    let app = App::of("file", file);
    app.live_with(async || {
        app.world.clock.sleep(Duration::from_millis(300)).await;
        app.world.clock.shift_wall(set);
    });
    app.assert_success(1, LENGTH);
    app.world.clock.monotonic()
}

#[test]
fn a_clock_that_is_set_in_mid_wait_delays_nothing() {
    let waits: [&[Fault]; 5] = [
        &[Fault::Fails(NetworkError::Unreachable); 4],
        &[Fault::Status(503, Some(20))],
        &[Fault::Late(20_000)],
        &[Fault::Silent(100 * KIB)],
        &[Fault::Pause(100 * KIB, 20_000)],
    ];
    for faults in waits {
        let usual = time(faults, 0);
        for set in [-HOUR, -TEN_MINUTES, TEN_MINUTES, HOUR, 1000 * HOUR] {
            let time = time(faults, set);
            let more = time.saturating_sub(usual);
            assert!(more < Duration::from_secs(1), "{more:?} more, {faults:?}, set by {set} ms");
        }
    }
}

/// Found by the simulation.
#[test]
fn who_was_left_alone_and_has_answered_is_not_left_alone_by_the_next_worker() {
    let file = File { faults: [Fault::Status(503, Some(20))].into(), ..File::new(1, LENGTH) };
    let app = App::of("file", file);
    app.live_until(|| app.world.bodies.entries().len() > 2);
    app.world.clock.shift_wall(-HOUR);
    app.run();
    app.assert_success(1, LENGTH);
    let time = app.world.clock.monotonic();
    assert!(time < Duration::from_secs(60), "{time:?}");
}

#[test]
fn a_clock_that_is_set_while_a_handler_runs_takes_nothing_from_it() {
    for set in [-HOUR, TEN_MINUTES, 1000 * HOUR] {
        let app = App::of("file", File::new(1, LENGTH));
        let mut looks = 0;
        app.live(async {
            let handle = app.handle().await;
            handle.fetch(app.fetches[0].clone()).await.unwrap();
            while handle.is_active() {
                app.world.clock.sleep(Duration::from_millis(1)).await;
                let runs = app.worker.deliveries().get("one").is_some_and(|all| !all[0].finished);
                if runs {
                    app.world.clock.shift_wall(if looks == 0 { set } else { 0 });
                    let records = handle.match_all("one".into(), None, MatchOptions::default());
                    assert_eq!(records.await.unwrap().len(), 1, "set by {set} ms");
                    looks += 1;
                }
            }
        });
        assert!(looks > 1, "the handler was seen {looks} times");
        app.assert_success(1, LENGTH);
        assert_eq!(app.worker.deliveries()["one"].len(), 1);
    }
}

/// On a phone, while another app is used. What has come meanwhile is seen only after the timers, which are all due.
#[test]
fn a_worker_that_was_suspended_goes_on_with_what_it_has_asked_for() {
    let file = || File { ranges: false, ..File::new(1, LENGTH) };
    let waits: [&[Fault]; 3] = [&[], &[Fault::Late(3_000)], &[Fault::Pause(100 * KIB, 3_000)]];
    for faults in waits {
        for minutes in [1, 10, 600] {
            let app = App::of("file", File { faults: faults.iter().copied().collect(), ..file() });
            app.live_with(async || {
                for _ in 0..2 {
                    app.world.clock.sleep(Duration::from_millis(300)).await;
                    app.world.clock.suspend(Duration::from_secs(60 * minutes));
                }
            });
            app.assert_success(1, LENGTH);
            assert_eq!(app.requests("file"), 1, "{faults:?}, for {minutes} minutes");
        }
    }
}

/// The same, of what is sent once at most.
#[test]
fn an_upload_is_not_given_up_because_the_worker_was_suspended() {
    let file = File { faults: [Fault::Late(3_000)].into(), ..File::new(1, LENGTH) };
    let app = App::of("up", file);
    let request = RequestSpec { method: "POST".to_owned(), body_length: Some(KIB), ..get("up") };
    let app =
        App { fetches: vec![NewFetch { requests: vec![request], ..fetch("one", &[]) }], ..app };
    app.live_with(async || {
        app.world.clock.sleep(Duration::from_millis(300)).await;
        app.world.clock.suspend(Duration::from_secs(60 * 60));
    });
    app.assert_success(1, LENGTH);
}

/// A connection that has died meanwhile is no longer waited for than any other.
#[test]
fn what_is_silent_after_a_suspension_has_stalled() {
    for faults in [Fault::NoAnswer, Fault::Silent(100 * KIB)] {
        let file = File { faults: [faults].into(), ..File::new(1, LENGTH) };
        let app = App::of("file", file);
        app.live_with(async || {
            app.world.clock.sleep(Duration::from_secs(2)).await;
            app.world.clock.suspend(Duration::from_secs(600));
        });
        app.assert_success(1, LENGTH);
        let time = app.world.clock.monotonic();
        assert!(time < Duration::from_secs(600 + 60), "{time:?}, {faults:?}");
    }
}

/// A dead connection is found, too, where timers are due once a minute only, as in a browser that saves power.
#[test]
fn what_is_always_looked_after_too_late_is_not_waited_for_without_end() {
    for faults in [Fault::NoAnswer, Fault::Silent(100 * KIB)] {
        let file = File { faults: [faults].into(), ..File::new(1, LENGTH) };
        let app = App::of("file", file);
        app.live_with(async || {
            for _ in 0..20 {
                app.world.clock.sleep(Duration::from_secs(2)).await;
                app.world.clock.suspend(Duration::from_secs(58));
            }
            assert!(app.requests("file") > 1, "{faults:?}");
        });
        app.assert_success(1, LENGTH);
    }
}
