//! Where a connection outruns the script, the rest of a large body comes in parts that pass it by.

use std::time::Duration;

use background_fetch_engine::testing::network::{Fault, File};
use background_fetch_engine::{Bypass, FailureReason};

use crate::common::{App, KIB, bypass_config, fetch};

/// An app that wants one file, and splits it under these conditions.
fn app(change: impl FnOnce(&mut Bypass)) -> App {
    let mut config = bypass_config();
    change(config.bypass.as_mut().unwrap());
    App { config, ..App::of("file", File::new(1, LENGTH)) }
}

#[test]
fn a_fast_file_arrives_in_parts() {
    let app = app(|_| {});
    app.run();
    app.assert_success(1, LENGTH);
    assert!(app.requests("file") > 5, "{}", app.requests("file"));
}

#[test]
fn a_fast_file_stops_at_the_download_total_too() {
    let mut app = app(|_| {});
    app.fetches[0].download_total = LENGTH - 1;
    app.run();
    app.assert_failure(FailureReason::DownloadTotalExceeded);
    assert!(app.delivery("one").state.downloaded < LENGTH);
}

#[test]
fn a_file_for_which_it_does_not_pay_comes_in_one_piece() {
    for (least, parts) in [(LENGTH, true), (LENGTH + 1, false)] {
        let app = app(|bypass| bypass.least = least);
        app.run();
        app.assert_success(1, LENGTH);
        assert_eq!(app.requests("file") > 1, parts, "{least}");
        assert!(parts || app.sent("file") == LENGTH);
    }
}

#[test]
fn the_stream_before_is_given_up_only_when_little_is_on_its_way() {
    for (given_up_below, parts) in [(0, false), (1, false), (LENGTH, true)] {
        let app = app(|bypass| bypass.given_up_below = given_up_below);
        app.run();
        app.assert_success(1, LENGTH);
        assert_eq!(app.requests("file") > 1, parts, "{given_up_below}");
        assert!(parts || app.sent("file") == LENGTH);
    }
}

#[test]
fn the_next_one_is_split_at_its_head() {
    for (minutes, given_up_below, early) in [(0, LENGTH, true), (0, 0, true), (6, 0, false)] {
        let app = app(|bypass| bypass.given_up_below = given_up_below);
        app.serve("next", File::new(2, LENGTH));
        fetch_next(&app, minutes);
        // All of it in parts, and the request that brought the head.
        let all = LENGTH.div_ceil(64 * KIB) + 1;
        assert_eq!(app.requests("next") == all, early, "{} requests", app.requests("next"));
    }
}

/// The simulation's find: no rate was known, so such a part was waited for practically for ever.
#[test]
fn a_silent_part_of_one_that_is_split_at_its_head_is_asked_for_again() {
    let app = app(|bypass| (bypass.threshold, bypass.given_up_below) = (100 * KIB, 0));
    let faults = [Fault::Pause(0, 1), Fault::Silent(10 * KIB)].into_iter().collect();
    app.serve("next", File { faults, ..File::new(2, LENGTH) });
    fetch_next(&app, 0);
    assert!(app.requests("next") > LENGTH.div_ceil(64 * KIB) + 1, "the part was asked for again");
    let time = app.world.clock.monotonic();
    assert!(time < Duration::from_secs(120), "{time:?}");
}

/// Nobody sees its bytes come: longer than a silence may last is no silence (E17).
#[test]
fn a_part_that_takes_minutes_is_not_asked_for_again() {
    let app = app(|bypass| bypass.segment = 100 * KIB);
    app.change_first(|file| file.rate = 2_000);
    app.run();
    app.assert_success(1, LENGTH);
    assert!(app.sent("file") < LENGTH + 200 * KIB, "{} sent", app.sent("file"));
    assert!(app.requests("file") <= 12, "{} requests", app.requests("file"));
}

/// Has the file, and so many minutes later the next one, which must both come whole.
fn fetch_next(app: &App, minutes: u64) {
    app.live_with(async || {
        let handle = app.handle().await;
        while handle.is_active() {
            app.world.clock.sleep(Duration::from_millis(10)).await;
        }
        app.world.clock.sleep(Duration::from_secs(60 * minutes)).await;
        handle.fetch(fetch("two", &["next"])).await.unwrap();
    });
    app.assert_success(1, LENGTH);
    assert_eq!(app.delivery("two").records[0].1.len() as u64, LENGTH);
}

const LENGTH: u64 = 1000 * KIB;

#[test]
fn a_part_answered_with_the_whole_beside_one_that_falls_silent() {
    let faults = [Fault::Whole, Fault::Silent(0)].into();
    let app = App {
        config: bypass_config(),
        ..App::of("file", File { faults, ..File::new(1, 192 * KIB) })
    };
    app.run();
    app.assert_success(1, 192 * KIB);
}
