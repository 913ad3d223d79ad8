//! The library: what is kept of a fetch stays where it is, and nobody but the library takes it away.

use std::cell::Cell;
use std::time::Duration;

use background_fetch_engine::testing::memory::KeptItem;
use background_fetch_engine::testing::network::{File, content};
use background_fetch_engine::{FailureReason, MatchOptions};

use crate::common::{App, KIB, fetch};

const LENGTH: u64 = 700 * KIB;

#[test]
fn what_is_kept_stays_and_is_nobodys_work() {
    let app = film();
    app.run();
    assert_kept(&app, 1);
    assert_eq!(app.worker.activity(), [true, false]);
    assert!(app.world.meta.snapshots().is_empty());
    assert_eq!(app.world.meta.over().len(), 1);
}

#[test]
fn a_worker_that_dies_at_any_step_has_kept_it_or_is_told_again() {
    let whole = film();
    whole.run();
    for step in 1..=whole.worker.steps() {
        let app = App { crashes: vec![step], ..film() };
        app.run();
        assert!(app.worker.is_delivered("one"), "step {step}");
        assert_kept(&app, 1);
    }
}

/// By a page, which sees the result, and does not know when the event will be over.
#[test]
fn at_any_moment_it_is_kept_whole_or_refused() {
    let (mut kept, mut refused) = (0, 0);
    for wait in 0..120 {
        let app = film();
        app.worker.keep_as(None);
        let answer = Cell::new(false);
        app.live_with(async || {
            while !app.worker.deliveries().contains_key("one") {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            app.world.clock.sleep(Duration::from_millis(wait)).await;
            answer.set(app.world.meta.keep("one", "film"));
        });
        if answer.get() {
            assert_kept(&app, 1);
            kept += 1;
        } else {
            app.assert_nothing_left();
            refused += 1;
        }
    }
    assert!(kept > 10 && refused > 10, "kept {kept} times, refused {refused} times");
}

#[test]
fn in_the_handlers_it_can_be_read_after_it_was_kept() {
    let app = film();
    app.worker.set_handler_takes(Duration::from_secs(150));
    app.live_with(async || {
        while app.world.meta.items().is_empty() {
            app.world.clock.sleep(Duration::from_millis(1)).await;
        }
        app.world.clock.sleep(Duration::from_secs(100)).await;
        let handle = app.handle().await;
        let records = handle.match_all("one".into(), None, MatchOptions::default()).await.unwrap();
        let length: u64 = records[0].segments.iter().map(|(_, _, length)| length).sum();
        assert_eq!(length, LENGTH);
    });
    assert_kept(&app, 1);
}

#[test]
fn only_a_success_is_kept() {
    let app = film();
    app.change_first(|file| file.gone = true);
    app.run();
    app.assert_failure(FailureReason::BadStatus);
    assert!(app.world.meta.items().is_empty());
    assert!(!app.world.meta.keep("one", "film"));
}

#[test]
fn a_second_one_of_the_same_name_replaces_the_first() {
    let app = film();
    app.run();
    app.serve("other", File::new(2, LENGTH));
    let app = App { fetches: vec![fetch("two", &["other"])], ..app };
    app.run();
    let items = app.world.meta.items();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].uid, "two");
    assert!(bytes(&app, &items[0]) == content(2, 0, LENGTH));
    let before = app.world.bodies.entries().len();
    tidy(&app);
    assert!(app.world.bodies.entries().len() < before);
    assert_nothing_else_left(&app);
}

#[test]
fn what_is_removed_while_its_event_lasts_goes_when_that_is_over() {
    let app = film();
    app.worker.set_handler_takes(Duration::from_secs(10));
    app.live_with(async || {
        while app.world.meta.items().is_empty() {
            app.world.clock.sleep(Duration::from_millis(1)).await;
        }
        app.world.meta.remove("film");
        assert!(app.world.meta.refuse().is_empty());
    });
    tidy(&app);
    app.assert_nothing_left();
}

/// The row that says how the fetch ended goes then, and nothing else.
#[test]
fn it_outlives_the_memory_of_its_fetch() {
    let app = film();
    app.run();
    app.world.clock.shift_wall(8 * 24 * 60 * 60 * 1000);
    app.serve("other", File::new(2, LENGTH));
    app.worker.keep_as(None);
    let app = App { fetches: vec![fetch("two", &["other"])], ..app };
    app.run();
    assert!(app.world.meta.over().iter().all(|row| row.uid == "two"));
    assert_kept(&app, 1);
}

/// An app that wants one film, and keeps it.
fn film() -> App {
    let app = App::of("film", File::new(1, LENGTH));
    app.worker.keep_as(Some("film"));
    app
}

/// As the library does it, before anything else.
fn tidy(app: &App) {
    for (uid, entries) in app.world.meta.refuse() {
        app.world.bodies.delete(&entries);
        app.world.meta.forget_refuse(&uid);
    }
}

fn assert_kept(app: &App, version: u64) {
    let items = app.world.meta.items();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].name, "film");
    assert!(bytes(app, &items[0]) == content(version, 0, LENGTH), "bytes");
    assert_nothing_else_left(app);
}

fn bytes(app: &App, item: &KeptItem) -> Vec<u8> {
    let pieces = item.segments.iter().map(|row| app.world.bodies.bytes(&row.entry).unwrap());
    pieces.flatten().collect()
}

/// After a last start which may sweep: what is an item's, and that is all.
fn assert_nothing_else_left(app: &App) {
    app.worker.crash_after(None);
    app.live(app.world.clock.sleep(Duration::from_secs(1)));
    let mut entries: Vec<_> =
        app.world.meta.items().into_iter().flat_map(|item| item.segments).collect();
    entries.sort_by(|one, other| one.entry.cmp(&other.entry));
    let recorded: Vec<_> = entries.into_iter().map(|row| row.entry).collect();
    assert_eq!(app.world.bodies.entries(), recorded);
    assert!(app.world.meta.is_empty() && app.world.meta.snapshots().is_empty());
}
