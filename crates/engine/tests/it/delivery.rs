//! An outcome is the app's until its handlers have taken it: data go after that, never before.

use std::time::Duration;

use background_fetch_engine::state::EventType;
use background_fetch_engine::testing::network::{Fault, File};
use background_fetch_engine::{FailureReason, MatchOptions};

use crate::common::{App, KIB};

const LENGTH: u64 = 1000 * KIB;
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// One life in which the page does nothing, for so long.
fn wait(app: &App, time: Duration) {
    app.live(app.world.clock.sleep(time));
}

#[test]
fn handlers_that_outlast_every_patience_keep_their_data() {
    for minutes in [2, 6, 45, 600] {
        let app = App::of("file", File::new(1, LENGTH));
        app.worker.set_handler_takes(MINUTE * minutes);
        app.live(async {
            let handle = app.handle().await;
            handle.fetch(app.fetches[0].clone()).await.unwrap();
            while !app.worker.is_delivered("one") {
                app.world.clock.sleep(Duration::from_secs(1)).await;
                if app.worker.deliveries().contains_key("one") {
                    let records = handle.match_all("one".into(), None, MatchOptions::default());
                    let count = records.await.map(|records| records.len());
                    let is_over = app.worker.is_delivered("one");
                    assert!(count == Ok(1) || is_over, "{minutes} minutes: {count:?}");
                }
            }
            while handle.is_active() {
                app.world.clock.sleep(Duration::from_secs(1)).await;
            }
        });
        assert_eq!(app.worker.deliveries()["one"].len(), 1, "{minutes} minutes");
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn handlers_keep_the_worker_alive_for_half_an_hour_and_no_longer() {
    let app = App::of("file", File::new(1, LENGTH));
    app.worker.set_handler_takes(DAY / 2);
    app.live(async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        while !app.worker.deliveries().contains_key("one") {
            app.world.clock.sleep(Duration::from_millis(1)).await;
        }
        app.world.clock.sleep(MINUTE * 29).await;
        assert!(handle.is_active());
        app.world.clock.sleep(MINUTE * 3).await;
        assert!(!handle.is_active());
        // They have not settled: nothing is taken from them.
        let records = handle.match_all("one".into(), None, MatchOptions::default());
        assert_eq!(records.await.unwrap().len(), 1);
    });
    assert_eq!(app.worker.activity(), [true, false]);
    app.worker.set_handler_takes(Duration::ZERO);
    app.run();
    app.assert_success(1, LENGTH);
}

#[test]
fn workers_that_die_young_deliver_until_one_does_not() {
    let app = App::of("file", File::new(1, LENGTH));
    app.worker.set_handler_takes(MINUTE / 3);
    app.live_until(|| app.worker.deliveries().contains_key("one"));
    for _ in 0..20 {
        wait(&app, MINUTE / 6);
        app.world.clock.shift_wall(DAY.as_millis() as i64);
    }
    assert_eq!(app.worker.deliveries()["one"].len(), 21);
    app.run();
    app.assert_success(1, LENGTH);
}

#[test]
fn what_nobody_takes_is_given_up_after_a_week_and_five_fair_deliveries() {
    let deliveries = |lives: u32, of: Duration, days: u32| {
        let app = App::of("file", File::new(1, LENGTH));
        app.worker.set_handler_takes(DAY * 1000);
        app.live_until(|| app.worker.deliveries().contains_key("one"));
        for _ in 0..lives {
            wait(&app, of);
            app.world.clock.shift_wall((DAY * days / lives).as_millis() as i64);
        }
        let before = app.worker.deliveries()["one"].len();
        wait(&app, MINUTE);
        let after = app.worker.deliveries()["one"].len();
        (after > before, app.world.meta.is_empty() && app.world.bodies.entries().is_empty())
    };
    assert_eq!(deliveries(4, MINUTE * 2, 8), (true, false), "too few");
    assert_eq!(deliveries(40, MINUTE / 2, 8), (true, false), "all too short");
    assert_eq!(deliveries(40, MINUTE * 2, 6), (true, false), "too early");
    assert_eq!(deliveries(6, MINUTE * 2, 8), (false, true));
}

#[test]
fn a_failure_and_an_abort_are_delivered_as_long() {
    let mut bad = File::new(1, LENGTH);
    bad.faults.push_back(Fault::Status(404, None));
    let app = App::of("file", bad);
    app.worker.set_handler_takes(MINUTE / 3);
    app.live_until(|| app.worker.deliveries().contains_key("one"));
    for _ in 0..9 {
        wait(&app, MINUTE / 6);
    }
    let seen = app.worker.deliveries()["one"].clone();
    assert!(seen.iter().all(|one| one.event == EventType::Fail), "{seen:?}");
    app.run();
    app.assert_failure(FailureReason::BadStatus);
}

#[test]
fn a_look_that_fails_is_no_success() {
    for lists in [1, 3, 10] {
        // Only what a former life has stored is looked for.
        let app = App { crashes: vec![60], ..App::of("file", File::new(1, LENGTH)) };
        app.live_until_step(60);
        app.worker.crash_after(None);
        let lost = app.entries_of_first().remove(1);
        app.live_with(async || {
            app.world.bodies.delete(std::slice::from_ref(&lost));
            app.worker.fail_looks(lists, 0);
        });
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn a_cache_that_can_never_be_read_is_a_failure_in_the_end() {
    let app = App::of("file", File::new(1, LENGTH));
    let began = app.world.clock.monotonic();
    app.live_with(async || app.worker.fail_looks(1_000, 0));
    let took = app.world.clock.monotonic() - began;
    assert!(took > MINUTE * 5 && took < MINUTE * 15, "{took:?}");
    app.worker.fail_looks(0, 0);
    app.assert_failure(FailureReason::FetchError);
}

#[test]
fn an_entry_that_cannot_be_read_is_fetched_again_and_nothing_else() {
    let app = App { crashes: vec![60], ..App::of("file", File::new(1, LENGTH)) };
    app.live_until_step(60);
    app.worker.crash_after(None);
    let before = app.sent("file");
    assert!(before < LENGTH, "nothing is left to do");
    app.live_with(async || app.worker.fail_looks(0, 1));
    app.assert_success(1, LENGTH);
    let again = app.sent("file") - LENGTH;
    assert!(again > 0 && again < LENGTH / 2, "{} KiB sent again", again / KIB);
}
