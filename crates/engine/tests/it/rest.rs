//! When a worker may sleep: while nothing is under way, and nothing will be for long.

use std::time::Duration;

use background_fetch_engine::http::Head;
use background_fetch_engine::testing::network::{Fault, File};
use background_fetch_engine::{Input, Instant, Output};

use crate::common::bench::Bench;
use crate::common::{App, KIB, fetch};

/// For how long there is nothing to do, in seconds.
async fn rest(app: &App) -> u64 {
    let now = Instant(0) + app.world.clock.monotonic();
    let handle = app.handle().await;
    let rest = handle.look(Box::new(move |engine| engine.rest(now))).await;
    rest.map(|rest| rest.0 / 1000).expect("the engine is there")
}

async fn sleep(app: &App, seconds: u64) {
    app.world.clock.sleep(Duration::from_secs(seconds)).await;
}

#[test]
fn a_worker_whose_server_asks_to_be_left_alone_has_nothing_to_do() {
    let app = App::of("file", File::new(1, 20 * KIB));
    let until = app.world.clock.true_time() + Duration::from_secs(10);
    app.origin(|origin| origin.outage = Some((until, Fault::Status(503, Some(3600)))));
    app.live_with(async || {
        sleep(&app, 5).await;
        let first = rest(&app).await;
        assert!((3_590..=3_600).contains(&first), "{first}");
        sleep(&app, 1_000).await;
        let later = rest(&app).await;
        assert!((first - 1_001..=first - 999).contains(&later), "{later}, and {first} before");
    });
    app.assert_success(1, 20 * KIB);
}

#[test]
fn a_worker_that_loads_has_something_to_do() {
    let app = App::of("file", File { rate: 1000, ..File::new(1, 20 * KIB) });
    app.live_with(async || {
        for _ in 0..10 {
            assert_eq!(rest(&app).await, 0);
            sleep(&app, 1).await;
        }
    });
}

#[test]
fn without_a_network_there_is_nothing_to_do_for_a_minute() {
    let app = App::of("file", File::new(1, 20 * KIB));
    app.world.way.go_offline();
    app.live_with(async || {
        sleep(&app, 3).await;
        assert_eq!(rest(&app).await, 60);
        app.world.way.go_online();
        app.handle().await.set_online(true);
        assert_eq!(rest(&app).await, 0);
    });
}

#[test]
fn a_worker_that_reads_what_it_has_to_verify_it_has_something_to_do() {
    let mut new = fetch("one", &["file"]);
    new.requests[0].integrity = "sha256-AAAA".to_owned();
    let mut bench = Bench::of(new);
    let headers = vec![("content-length".to_owned(), "10".to_owned())];
    bench.opened(Head { status: 200, headers, kind: "basic".to_owned(), ..Head::default() }, None);
    bench.read(10);
    let outputs = bench.feed(Input::BodyEnded { transfer: bench.transfer });
    assert!(outputs.iter().any(|output| matches!(output, Output::VerifyIntegrity { .. })));
    assert_eq!(bench.engine.rest(Instant(0) + bench.now).0, 0);
}
