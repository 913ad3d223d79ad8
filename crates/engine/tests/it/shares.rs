//! Every fetch that has work gets a connection, whatever the others do with theirs.

use std::time::Duration;

use background_fetch_engine::Config;
use background_fetch_engine::http::RequestSpec;
use background_fetch_engine::state::EventType;
use background_fetch_engine::testing::network::{Fault, File, Validator, content};

use crate::common::{App, KIB, config, fetch, get};

/// Begins `fetches` one after the other, and tells how long after its beginning the last one, which
/// is small, had its event.
fn time_of_the_small_one(app: &App) -> Duration {
    let small = "small";
    let time = app.live(async {
        let handle = app.handle().await;
        for new in &app.fetches {
            handle.fetch(new.clone()).await.unwrap();
            app.world.clock.sleep(Duration::from_millis(500)).await;
        }
        let began = app.world.clock.monotonic();
        handle.fetch(fetch(small, &[small])).await.unwrap();
        while !app.worker.is_delivered(small) {
            app.world.clock.sleep(Duration::from_millis(50)).await;
        }
        app.world.clock.monotonic() - began
    });
    let delivery = app.delivery(small);
    assert_eq!(delivery.event, EventType::Success);
    assert!(delivery.records[0].1 == content(9, 0, 10 * KIB), "bytes");
    time.unwrap()
}

/// An app with these fetches, and a small file.
fn app(fetches: Vec<background_fetch_engine::NewFetch>) -> App {
    let app = App { fetches, ..App::default() };
    app.serve("small", File::new(9, 10 * KIB));
    app
}

fn trickling(version: u64) -> File {
    File { rate: 40, chunk: 20, ..File::new(version, 100 * KIB) }
}

#[test]
fn four_fetches_that_trickle_do_not_starve_a_fifth() {
    let names = ["a", "b", "c", "d"];
    let app = app(names.iter().map(|name| fetch(name, &[name])).collect());
    for (version, name) in (1..).zip(names) {
        app.serve(name, trickling(version));
    }
    let time = time_of_the_small_one(&app);
    assert!(time < Duration::from_secs(3), "{time:?}");
}

#[test]
fn eight_slow_files_of_one_fetch_give_way_to_another() {
    let names: Vec<_> = (0..8).map(|number| format!("slow-{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let app = app(vec![fetch("slow", &names)]);
    for (version, name) in (1..).zip(&names) {
        app.serve(name, File { rate: 20_000, ..File::new(version, 400 * KIB) });
    }
    let time = time_of_the_small_one(&app);
    assert!(time < Duration::from_secs(3), "{time:?}");
    // What was taken is gone on with, and nothing of it comes twice.
    let app = App { fetches: vec![fetch("slow", &names)], ..app };
    app.run();
    let delivery = app.delivery("slow");
    assert_eq!(delivery.event, EventType::Success);
    for (version, (_, bytes)) in (1..).zip(&delivery.records) {
        assert!(*bytes == content(version, 0, 400 * KIB), "bytes of {version}");
    }
}

#[test]
fn what_was_taken_is_gone_on_with() {
    let names = ["a", "b", "c", "d"];
    let app = app(vec![fetch("slow", &names)]);
    for (version, name) in (1..).zip(names) {
        app.serve(name, File { rate: 100_000, ..File::new(version, 400 * KIB) });
    }
    let app = App { fetches: vec![fetch("slow", &names), fetch("small", &["small"])], ..app };
    app.run();
    assert_eq!(app.delivery("slow").event, EventType::Success);
    let sent: u64 = names.iter().map(|name| app.sent(name)).sum();
    let requests: u64 = names.iter().map(|name| app.requests(name)).sum();
    assert_eq!(requests, 5);
    assert!(sent <= 4 * 400 * KIB + 64 * KIB, "{sent} bytes");
}

/// Found by the simulation: behind one that is paused, it was the turn of whoever has a connection already.
#[test]
fn one_more_connection_is_for_a_fetch_that_has_none() {
    let config = Config { connections: 1, ..config() };
    let app = App { config, ..App::default() };
    for (version, name) in (1..).zip(["a", "b", "c", "d"]) {
        let advertises = Some("none");
        let file = File::new(version, 400 * KIB);
        app.serve(name, File { rate: 20_000, ranges: false, advertises, ..file });
    }
    app.live(async {
        let handle = app.handle().await;
        handle.fetch(fetch("one", &["a", "b"])).await.unwrap();
        handle.fetch(fetch("paused", &["c"])).await.unwrap();
        handle.fetch(fetch("two", &["d"])).await.unwrap();
        handle.pause("paused".to_owned(), true).await.unwrap();
        while app.world.connections.open("two") == 0 {
            app.world.clock.sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(app.world.connections.open("one"), 1);
    });
}

#[test]
fn servers_that_do_not_answer_do_not_starve_others() {
    let names = ["a", "b", "c", "d"];
    let app = app(vec![fetch("silent", &names)]);
    for (version, name) in (1..).zip(names) {
        app.serve(name, File { always: Some(Fault::NoAnswer), ..File::new(version, 100) });
    }
    let time = time_of_the_small_one(&app);
    assert!(time < Duration::from_secs(3), "{time:?}");
}

#[test]
fn uploads_without_an_answer_do_not_starve_others_and_end() {
    let names = ["a", "b", "c", "d"];
    let upload = |name: &&str| RequestSpec {
        method: "POST".to_owned(),
        body_length: Some(80 * KIB),
        ..get(name)
    };
    let mut new = fetch("uploads", &[]);
    new.requests = names.iter().map(upload).collect();
    let app = app(vec![new]);
    for (version, name) in (1..).zip(names) {
        app.serve(name, File { always: Some(Fault::NoAnswer), ..File::new(version, 100) });
    }
    let time = time_of_the_small_one(&app);
    assert!(time < Duration::from_secs(3), "{time:?}");
    // Ten minutes, and what the bodies take at the lowest rate.
    let ended = app.live(async {
        let handle = app.handle().await;
        let began = app.world.clock.monotonic();
        while handle.is_active() {
            app.world.clock.sleep(Duration::from_secs(1)).await;
        }
        app.world.clock.monotonic() - began
    });
    assert!(ended.unwrap() < Duration::from_secs(11 * 60), "{ended:?}");
    assert_eq!(app.delivery("uploads").event, EventType::Fail);
}

#[test]
fn with_more_fetches_than_connections_each_has_its_turn() {
    let names: Vec<_> = (0..7).map(|number| format!("slow-{number}")).collect();
    let app = app(names.iter().map(|name| fetch(name, &[name])).collect());
    for (version, name) in (1..).zip(&names) {
        app.serve(name, trickling(version));
    }
    let time = time_of_the_small_one(&app);
    assert!(time < Duration::from_secs(25), "{time:?}");
}

#[test]
fn what_cannot_be_gone_on_with_is_not_taken() {
    let names = ["a", "b", "c", "d"];
    let app = app(vec![fetch("slow", &names), fetch("small", &["small"])]);
    for (version, name) in (1..).zip(names) {
        let file = File::new(version, 400 * KIB);
        let bare =
            File { validator: Validator::None, ranges: false, declares_length: false, ..file };
        app.serve(name, File { rate: 100_000, advertises: Some("none"), ..bare });
    }
    app.run();
    assert_eq!(app.delivery("slow").event, EventType::Success);
    for name in names {
        assert_eq!(app.requests(name), 1, "{name}");
    }
}
