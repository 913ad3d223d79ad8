//! What the app allows beside the standard: when anything is asked for, by how many fetches at a time, how large one may
//! become, how long is waited.

use std::time::Duration;

use background_fetch_engine::driver::Handle;
use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::state::Condition;
use background_fetch_engine::testing::network::{Fault, File};
use background_fetch_engine::{Error, FailureReason, Instant, Millis, NewFetch};

use crate::common::{App, KIB, fetch};

const LENGTH: u64 = 1000 * KIB;

fn app() -> App {
    App::of("file", File { rate: 100_000, ..File::new(1, LENGTH) })
}

async fn sleep(app: &App, seconds: u64) {
    app.world.clock.sleep(Duration::from_secs(seconds)).await;
}

async fn condition(app: &App, id: &'static str) -> Condition {
    let now = Instant(0) + app.world.clock.monotonic();
    let handle = app.handle().await;
    let status = handle.look(Box::new(move |engine| engine.status(id, now))).await;
    status.expect("the engine is there").expect("it is active").condition
}

#[test]
fn what_is_held_asks_for_nothing_and_goes_on_where_it_was() {
    let app = app();
    app.live_with(async || {
        let handle = app.handle().await;
        sleep(&app, 4).await;
        handle.set_held(true);
        sleep(&app, 1).await;
        let (sent, requests) = (app.sent("file"), app.requests("file"));
        assert_eq!(condition(&app, "one").await, Condition::Held);
        assert!(!handle.is_active(), "nothing is worth a worker");
        app.serve("other", File::new(2, KIB));
        handle.fetch(fetch("two", &["other"])).await.unwrap();
        sleep(&app, 3600).await;
        assert_eq!(
            (app.sent("file"), app.requests("file"), app.requests("other")),
            (sent, requests, 0)
        );
        handle.set_held(false);
        sleep(&app, 1).await;
        assert_eq!(condition(&app, "one").await, Condition::Running);
    });
    assert!(app.sent("file") <= LENGTH + 100 * KIB, "{}", app.sent("file"));
}

#[test]
fn a_worker_that_begins_held_asks_for_nothing_but_delivers_what_is_over() {
    let mut app = app();
    app.config.held = true;
    app.live(async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        sleep(&app, 600).await;
        assert_eq!(app.requests("file"), 0);
    });
    // The next one finds it so.
    app.live(async {
        sleep(&app, 600).await;
        let handle = app.handle().await;
        assert_eq!((app.requests("file"), handle.is_active()), (0, false));
        assert_eq!(handle.abort("one".to_owned()).await, Ok(true));
        while !app.worker.is_delivered("one") {
            sleep(&app, 1).await;
        }
    });
}

#[test]
fn what_the_app_has_paused_stays_so_when_all_else_may_go_on() {
    let app = app();
    app.live_with(async || {
        let handle = app.handle().await;
        sleep(&app, 2).await;
        handle.pause("one".to_owned(), true).await.unwrap();
        handle.set_held(true);
        sleep(&app, 1).await;
        handle.set_held(false);
        sleep(&app, 1).await;
        assert_eq!(condition(&app, "one").await, Condition::Paused);
        handle.pause("one".to_owned(), false).await.unwrap();
    });
    app.assert_success(1, LENGTH);
}

async fn begin(handle: &Handle, id: &str, path: &str) {
    handle.fetch(fetch(id, &[path])).await.unwrap();
}

#[test]
fn so_many_fetches_at_a_time_the_oldest_first() {
    let mut app = App::default();
    for path in ["a", "b", "c"] {
        app.serve(path, File { rate: 100_000, ..File::new(1, 500 * KIB) });
    }
    app.config.fetches = 1;
    app.live(async {
        let handle = app.handle().await;
        for path in ["a", "b", "c"] {
            begin(&handle, path, path).await;
        }
        let asked = || ["a", "b", "c"].map(|path| app.requests(path) > 0);
        sleep(&app, 3).await;
        assert_eq!(asked(), [true, false, false]);
        assert_eq!(condition(&app, "b").await, Condition::Turn);
        // What is paused makes way, and comes back when it is its turn.
        handle.pause("a".to_owned(), true).await.unwrap();
        sleep(&app, 1).await;
        assert_eq!(asked(), [true, true, false]);
        handle.pause("a".to_owned(), false).await.unwrap();
        sleep(&app, 1).await;
        assert_eq!(condition(&app, "a").await, Condition::Turn);
        while handle.is_active() {
            sleep(&app, 1).await;
        }
        for uid in ["a", "b", "c"] {
            assert_eq!(app.delivery(uid).records[0].1.len() as u64, 500 * KIB);
        }
    });
}

#[test]
fn the_next_worker_lets_as_many_go_on() {
    let mut app = App::default();
    for path in ["a", "b", "c"] {
        app.serve(path, File { rate: 100_000, ..File::new(1, 500 * KIB) });
    }
    app.config.fetches = 2;
    app.fetches = ["a", "b", "c"].map(|id| fetch(id, &[id])).into();
    app.live_until_step(60);
    let before = app.requests("c");
    app.crashes = vec![200];
    app.run();
    assert_eq!(before, 0);
    for uid in ["a", "b", "c"] {
        assert_eq!(app.delivery(uid).records[0].1.len() as u64, 500 * KIB);
    }
}

#[test]
fn no_more_connections_than_the_app_wants() {
    let mut app = App::default();
    let names: Vec<String> = (0..12).map(|index| format!("file-{index}")).collect();
    for name in &names {
        app.serve(name, File { rate: 50_000, ..File::new(1, 60 * KIB) });
    }
    app.origin(|origin| {
        (origin.bears, origin.beyond) = (Some(1), Some(Fault::Fails(NetworkError::Forbidden)));
    });
    (app.config.connections, app.config.extra_connections) = (1, 0);
    app.fetches = names
        .chunks(4)
        .map(|some| {
            let paths: Vec<&str> = some.iter().map(String::as_str).collect();
            fetch(&some[0], &paths)
        })
        .collect();
    app.run();
    for new in &app.fetches {
        assert_eq!(app.delivery(&new.uid).state.failure_reason, None);
    }
}

#[test]
fn what_says_that_it_is_too_large_fails_at_its_head() {
    let mut app = App::of("file", File::new(1, LENGTH));
    app.config.most_bytes = LENGTH - 1;
    app.run();
    app.assert_failure(FailureReason::QuotaExceeded);
    assert!(app.sent("file") < 100 * KIB, "{}", app.sent("file"));
}

#[test]
fn what_does_not_say_so_fails_when_it_is() {
    let mut app = App::of("file", File { declares_length: false, ..File::new(1, LENGTH) });
    app.config.most_bytes = LENGTH / 2;
    app.run();
    app.assert_failure(FailureReason::QuotaExceeded);
    assert!(app.sent("file") < LENGTH / 2 + 100 * KIB, "{}", app.sent("file"));
}

#[test]
fn all_records_together_and_no_less() {
    for (most, reason) in [(LENGTH, None), (LENGTH - 1, Some(FailureReason::QuotaExceeded))] {
        let mut app = App::default();
        for path in ["a", "b"] {
            app.serve(path, File::new(1, LENGTH / 2));
        }
        app.serve("gone", File { always: Some(Fault::Status(404, None)), ..File::new(1, LENGTH) });
        app.config.most_bytes = most;
        app.fetches = vec![fetch("one", &["a", "b"])];
        app.run();
        assert_eq!(app.delivery("one").state.failure_reason, reason);
    }
}

#[test]
fn its_own_total_still_counts_and_one_that_is_too_large_is_refused() {
    let mut app = App::of("file", File::new(1, LENGTH));
    app.config.most_bytes = 10 * LENGTH;
    app.fetches[0].download_total = LENGTH / 2;
    app.run();
    app.assert_failure(FailureReason::DownloadTotalExceeded);
    let app = App::of("file", File::new(1, LENGTH));
    app.live(async {
        let (download_total, available) = (LENGTH, Some(LENGTH - 1));
        let new = NewFetch { download_total, available, ..fetch("one", &["file"]) };
        let refused = app.handle().await.fetch(new).await;
        assert_eq!(refused, Err(Error::NoRoom { needed: LENGTH, available: LENGTH - 1 }));
    });
}

#[test]
fn a_server_that_does_not_answer_is_waited_for_as_long_as_the_app_wants() {
    for seconds in [20, 3600] {
        let mut app = App::of(
            "file",
            File {
                faults: [Fault::Cut(500 * KIB)].into(),
                always: Some(Fault::Fails(NetworkError::Unreachable)),
                ..File::new(1, LENGTH)
            },
        );
        app.config.retry.silence = Millis(seconds * 1000);
        app.run();
        app.assert_failure(FailureReason::FetchError);
        let took = app.world.clock.monotonic().as_secs();
        assert!((seconds..seconds + 200).contains(&took), "{took} s");
    }
}

#[test]
fn a_body_that_is_silent_is_given_up_as_soon_as_the_app_wants() {
    let file =
        File { faults: [Fault::Silent(500 * KIB), Fault::NoAnswer].into(), ..File::new(1, LENGTH) };
    let mut app = App::of("file", file);
    app.config.stall = Millis(2_000);
    app.run();
    app.assert_success(1, LENGTH);
    let took = app.world.clock.monotonic().as_secs();
    assert!(took < 15, "{took} s");
}
