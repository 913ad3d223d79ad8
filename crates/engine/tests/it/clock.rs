//! Whatever somebody sets the clock to: durations are those of one that only goes on.

use std::time::Duration;

use background_fetch_engine::MatchOptions;
use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::testing::network::{Fault, File};

use crate::common::{App, KIB};

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
