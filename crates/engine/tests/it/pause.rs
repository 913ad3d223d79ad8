//! What the app has paused: nothing more is asked for, in no life of the worker, until it may go on.

use std::time::Duration;

use background_fetch_engine::http::RequestSpec;
use background_fetch_engine::ports::StoreError;
use background_fetch_engine::state::Condition;
use background_fetch_engine::testing::network::File;
use background_fetch_engine::{Instant, NewFetch};

use crate::common::{App, KIB, fetch};

const LENGTH: u64 = 1000 * KIB;

fn app() -> App {
    App::of("file", File { rate: 100_000, ..File::new(1, LENGTH) })
}

async fn sleep(app: &App, seconds: u64) {
    app.world.clock.sleep(Duration::from_secs(seconds)).await;
}

async fn pause(app: &App, paused: bool) {
    let active = app.handle().await.pause("one".to_owned(), paused).await;
    assert_eq!(active, Ok(true));
}

async fn condition(app: &App) -> Condition {
    let now = Instant(0) + app.world.clock.monotonic();
    let handle = app.handle().await;
    let status = handle.look(Box::new(move |engine| engine.status("one", now))).await;
    status.expect("the engine is there").expect("it is active").condition
}

#[test]
fn it_stops_at_once_keeps_what_has_come_and_goes_on_where_it_was() {
    let app = app();
    app.live_with(async || {
        sleep(&app, 4).await;
        pause(&app, true).await;
        sleep(&app, 1).await;
        let (sent, requests) = (app.sent("file"), app.requests("file"));
        assert_eq!(condition(&app).await, Condition::Paused);
        let handle = app.handle().await;
        assert!(!handle.is_active(), "nothing is worth a worker");
        assert_eq!(handle.ids().await.unwrap(), ["one"], "it still is an active background fetch");
        sleep(&app, 3600).await;
        assert_eq!((app.sent("file"), app.requests("file")), (sent, requests));
        pause(&app, false).await;
        assert!(handle.is_active());
    });
    app.assert_success(1, LENGTH);
    assert!(app.sent("file") <= LENGTH + 100 * KIB, "{}", app.sent("file"));
}

#[test]
fn the_next_worker_leaves_it_paused() {
    let app = app();
    app.live(async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        sleep(&app, 4).await;
        pause(&app, true).await;
    });
    let requests = app.requests("file");
    app.live(async {
        sleep(&app, 3600).await;
        assert_eq!(condition(&app).await, Condition::Paused);
        assert_eq!(app.requests("file"), requests);
        pause(&app, false).await;
    });
    app.run();
    app.assert_success(1, LENGTH);
}

#[test]
fn what_cannot_be_written_down_is_not_so() {
    let app = app();
    app.live_with(async || {
        sleep(&app, 2).await;
        app.world.meta.fail_next(StoreError::Failed("by the test".into()));
        let handle = app.handle().await;
        assert!(handle.pause("one".to_owned(), true).await.is_err());
        assert_eq!(handle.pause("other".to_owned(), true).await, Ok(false));
        assert!(handle.is_active());
    });
    app.assert_success(1, LENGTH);
}

#[test]
fn what_was_so_stays_so_if_it_cannot_be_written_down_again() {
    let app = app();
    let refused = async |paused| {
        app.world.meta.fail_next(StoreError::Failed("by the test".into()));
        assert!(app.handle().await.pause("one".to_owned(), paused).await.is_err());
    };
    app.live_with(async || {
        sleep(&app, 2).await;
        refused(false).await;
        assert_eq!(condition(&app).await, Condition::Running);
        pause(&app, true).await;
        refused(true).await;
        sleep(&app, 1).await;
        assert_eq!(condition(&app).await, Condition::Paused);
        refused(false).await;
        assert_eq!(condition(&app).await, Condition::Paused);
        pause(&app, false).await;
    });
    app.assert_success(1, LENGTH);
}

#[test]
fn others_go_on_and_it_can_be_aborted() {
    let app = app();
    app.serve("other", File::new(2, LENGTH));
    app.live(async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        sleep(&app, 2).await;
        pause(&app, true).await;
        handle.fetch(fetch("two", &["other"])).await.unwrap();
        while handle.is_active() {
            sleep(&app, 1).await;
        }
        assert_eq!(app.delivery("two").records[0].1.len() as u64, LENGTH);
        assert!(handle.abort("one".to_owned()).await.unwrap());
        while handle.is_active() {
            sleep(&app, 1).await;
        }
        assert_eq!(handle.ids().await.unwrap(), [""; 0]);
    });
}

#[test]
fn many_files_stop_between_two_and_none_is_lost() {
    let app = App::default();
    let names: Vec<String> = (0..40).map(|index| format!("file-{index}")).collect();
    for name in &names {
        app.serve(name, File { rate: 50_000, ..File::new(1, 20 * KIB) });
    }
    let paths: Vec<&str> = names.iter().map(String::as_str).collect();
    let app = App { fetches: vec![fetch("one", &paths)], ..app };
    app.live_with(async || {
        for _ in 0..3 {
            app.world.clock.sleep(Duration::from_millis(900)).await;
            pause(&app, true).await;
            sleep(&app, 1).await;
            let before: u64 = names.iter().map(|name| app.requests(name)).sum();
            sleep(&app, 600).await;
            assert_eq!(names.iter().map(|name| app.requests(name)).sum::<u64>(), before);
            pause(&app, false).await;
        }
    });
    assert_eq!(app.delivery("one").records.len(), 40);
}

#[test]
fn an_upload_that_is_on_its_way_is_not_broken_off() {
    let app = App::default();
    app.serve("upload", File { rate: 1000, ..File::new(1, 10 * KIB) });
    let request = RequestSpec { method: "POST".to_owned(), ..crate::common::get("upload") };
    let new = NewFetch { requests: vec![request], ..fetch("one", &[]) };
    let app = App { fetches: vec![new], ..app };
    app.live_with(async || {
        sleep(&app, 2).await;
        pause(&app, true).await;
        assert!(app.handle().await.is_active(), "until it has its answer");
    });
    assert_eq!(app.requests("upload"), 1);
    assert_eq!(app.delivery("one").records[0].1.len() as u64, 10 * KIB);
}
