//! What is told of a background fetch beyond the standard.

use std::time::Duration;

use background_fetch_engine::Instant;
use background_fetch_engine::state::{Condition, Status};
use background_fetch_engine::testing::network::{Fault, File};

use crate::common::{App, KIB, fetch};

async fn status(app: &App, id: &'static str) -> Option<Status> {
    let now = Instant(0) + app.world.clock.monotonic();
    let handle = app.handle().await;
    handle.look(Box::new(move |engine| engine.status(id, now))).await.expect("the engine is there")
}

async fn condition(app: &App) -> Condition {
    status(app, "one").await.expect("it is there").condition
}

async fn sleep(app: &App, seconds: u64) {
    app.world.clock.sleep(Duration::from_secs(seconds)).await;
}

#[test]
fn what_comes_and_what_has_come() {
    let app = App::default();
    for (path, rate) in [("quick", 100_000), ("slow", 1000)] {
        app.serve(path, File { rate, ..File::new(1, 20 * KIB) });
    }
    app.serve("missing", File { faults: [Fault::Status(404, None)].into(), ..File::new(1, KIB) });
    let mut wanted = fetch("one", &["quick", "slow", "missing"]);
    wanted.title = "A film".to_owned();
    let app = App { fetches: vec![wanted], ..app };
    app.live_with(async || {
        sleep(&app, 5).await;
        let told = status(&app, "one").await.expect("it is there");
        assert_eq!((told.uid.as_str(), told.title.as_str()), ("one", "A film"));
        assert_eq!((told.condition, told.next), (Condition::Running, None));
        assert_eq!((told.requests, told.done, told.failed), (3, 1, 1));
        assert_eq!(status(&app, "other").await, None);
    });
}

#[test]
fn a_server_that_named_a_time_and_until_when() {
    let app = App::of("file", File::new(1, 20 * KIB));
    let until = app.world.clock.true_time() + Duration::from_secs(10);
    app.origin(|origin| origin.outage = Some((until, Fault::Status(503, Some(600)))));
    app.live_with(async || {
        sleep(&app, 5).await;
        let told = status(&app, "one").await.expect("it is there");
        assert_eq!(told.condition, Condition::Server);
        let next = told.next.expect("a time").0 / 1000;
        assert!((590..=600).contains(&next), "{next}");
    });
}

#[test]
fn without_a_network() {
    let app = App::of("file", File::new(1, 20 * KIB));
    app.world.way.go_offline();
    app.live_with(async || {
        sleep(&app, 3).await;
        app.handle().await.set_online(false);
        sleep(&app, 1).await;
        assert_eq!(condition(&app).await, Condition::Offline);
        app.world.way.go_online();
        app.handle().await.set_online(true);
        sleep(&app, 1).await;
    });
    app.assert_success(1, 20 * KIB);
}

#[test]
fn handlers_that_are_at_it() {
    let app = App::of("file", File::new(1, 20 * KIB));
    app.worker.set_handler_takes(Duration::from_secs(60));
    app.live_with(async || {
        sleep(&app, 10).await;
        assert_eq!(condition(&app).await, Condition::Finishing);
    });
}
