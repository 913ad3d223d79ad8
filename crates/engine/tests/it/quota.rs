//! Storage that runs full, and a browser that says so wrongly.

use std::time::Duration;

use background_fetch_engine::ports::StoreError;
use background_fetch_engine::state::EventType;
use background_fetch_engine::testing::network::{Fault, File};
use background_fetch_engine::{Error, FailureReason, RecordResult};

use crate::common::{App, KIB, fetch};

#[test]
fn a_full_store_fails_that_fetch_only() {
    let app = App::default();
    app.serve("large", File::new(1, LENGTH));
    app.serve("small", File::new(2, 100 * KIB));
    app.world.bodies.set_quota(Some(500 * KIB));
    let app = App { fetches: vec![fetch("one", &["large"]), fetch("two", &["small"])], ..app };
    app.run();
    app.assert_failure(FailureReason::QuotaExceeded);
    assert_eq!(app.delivery("two").event, EventType::Success);
}

/// What is stored stays until a newer response replaces it, but not at the cost of that.
#[test]
fn a_newer_version_that_has_no_room_beside_the_older_one_replaces_it() {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Cut(LENGTH * 9 / 10), Fault::Changed]);
    let app = App::of("file", file);
    app.world.bodies.set_quota(Some(LENGTH));
    app.run();
    app.assert_success(2, LENGTH);
}

/// Ten seconds of refusals, in the middle of a file.
fn refuse_for_a_while(app: &App, refuse: impl Fn()) {
    app.live_with(async || {
        for _ in 0..1000 {
            refuse();
            app.world.clock.sleep(Duration::from_millis(10)).await;
        }
        app.world.bodies.set_quota(None);
    });
}

#[test]
fn a_browser_that_has_lost_count_of_what_it_stores_fails_nothing() {
    for commits in [false, true] {
        let app = App::of("file", File::new(1, LENGTH));
        app.world.set_miscounting(true);
        refuse_for_a_while(&app, || match commits {
            true => app.world.meta.fail_next(StoreError::Quota),
            false => app.world.bodies.set_quota(Some(300 * KIB)),
        });
        app.assert_success(1, LENGTH);
        assert!(app.requests("file") > 2, "nothing failed");
    }
}

#[test]
fn one_that_has_not_fails_what_it_refuses() {
    let app = App::of("file", File::new(1, LENGTH));
    refuse_for_a_while(&app, || app.world.bodies.set_quota(Some(300 * KIB)));
    app.assert_failure(FailureReason::QuotaExceeded);
    assert_eq!(app.requests("file"), 1);
}

#[test]
fn a_browser_that_has_lost_count_of_what_it_stores_takes_no_new_fetch() {
    let app = App::of("file", File::new(1, LENGTH));
    app.world.set_miscounting(true);
    app.live(async {
        let handle = app.handle().await;
        app.world.meta.fail_next(StoreError::Quota);
        assert_eq!(handle.fetch(app.fetches[0].clone()).await.unwrap_err(), Error::Quota);
    });
    app.assert_nothing_left();
}

/// Two records, of which the first does not fit, and the second would.
fn big_beside_slow() -> App {
    let app = App::of("big", File::new(1, LENGTH));
    let mut slow = File::new(2, 300 * KIB);
    slow.rate = 60_000;
    app.serve("slow", slow);
    let app = App { fetches: vec![fetch("one", &["big", "slow"])], ..app };
    app.world.bodies.set_quota(Some(400 * KIB));
    app
}

#[test]
fn what_fails_for_want_of_room_makes_room_for_the_others() {
    let app = big_beside_slow();
    app.run();
    let delivery = app.delivery("one");
    assert_eq!(delivery.state.failure_reason, Some(FailureReason::QuotaExceeded));
    let results: Vec<_> = delivery.records.iter().map(|(record, _)| record.result).collect();
    let failed = RecordResult::Failure(FailureReason::QuotaExceeded);
    assert_eq!(results, [Some(failed), Some(RecordResult::Success)]);
    assert_eq!(delivery.records[1].1.len() as u64, 300 * KIB);
    app.assert_nothing_left();
}

/// Browsers take a while to delete.
#[test]
fn room_that_another_one_gives_up_is_waited_for() {
    let app = big_beside_slow();
    app.live_with(async || {
        while app.world.bodies.used_by(|_| true) < 300 * KIB {
            app.world.clock.sleep(Duration::from_millis(1)).await;
        }
        // That of the large one is deleted, and nothing can be stored all the same, for a time.
        app.world.bodies.set_quota(Some(0));
        app.world.clock.sleep(Duration::from_secs(4)).await;
        app.world.bodies.set_quota(Some(400 * KIB));
    });
    let results: Vec<_> =
        app.delivery("one").records.iter().map(|(record, _)| record.result).collect();
    let failed = RecordResult::Failure(FailureReason::QuotaExceeded);
    assert_eq!(results, [Some(failed), Some(RecordResult::Success)]);
}

/// Found by the simulation: its row said success, the next one that it has no room, and between the two there was no
/// byte of it.
#[test]
fn what_was_lost_and_has_no_room_is_never_an_empty_success() {
    for crash in 1..60 {
        let file = File { declares_length: false, ..File::new(1, 200 * KIB) };
        let app = App::beside_a_slow_file(file);
        app.live_until(|| app.is_first_whole());
        app.world.bodies.delete(&app.entries_of_first());
        app.world.bodies.set_quota(Some(0));
        let app = App { crashes: vec![crash], ..app };
        app.run();
        let (record, body) = &app.delivery("one").records[0];
        let failed = RecordResult::Failure(FailureReason::QuotaExceeded);
        assert_eq!((record.result, body.len()), (Some(failed), 0), "crash {crash}");
    }
}

const LENGTH: u64 = 1000 * KIB;
