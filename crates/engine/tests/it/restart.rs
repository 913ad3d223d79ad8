//! What does not fit what is stored: the body begins from scratch.

use std::time::Duration;

use background_fetch_engine::http::Head;
use background_fetch_engine::ports::StoreError;
use background_fetch_engine::snapshot::{EntryKey, Write};
use background_fetch_engine::testing::network::{Fault, File, Validator, content};
use background_fetch_engine::{Engine, FailureReason, Input, Output, TransferId};

use futures_util::future::join;

use crate::common::bench::{commit_of, opened_of, outputs, store_of};
use crate::common::{App, KIB, bypass_config, config};

#[test]
fn with_nothing_to_compare_it_begins_anew() {
    let mut file = File::new(1, LENGTH);
    file.validator = Validator::None;
    file.declares_length = false;
    file.faults.push_back(Fault::Cut(500 * KIB));
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
    assert!(app.sent("file") >= LENGTH + 500 * KIB, "{}", app.sent("file"));
    // Where it ended is asked, too.
    assert_eq!(app.requests("file"), 3);
}

#[test]
fn versions_are_never_mixed() {
    for honours_if_range in [true, false] {
        for config in [config(), bypass_config()] {
            for validator in
                [Validator::Strong, Validator::Modified, Validator::Weak, Validator::None]
            {
                let mut file = File::new(1, LENGTH);
                file.honours_if_range = honours_if_range;
                file.validator = validator;
                file.faults.extend([Fault::Cut(500 * KIB), Fault::Changed]);
                let app = App { config: config.clone(), ..App::of("file", file) };
                app.run();
                app.assert_success(2, LENGTH);
            }
        }
    }
}

#[test]
fn a_server_that_restarts_from_zero_gives_the_whole_file() {
    // Once, it may have been the condition; twice, it has no ranges.
    for times in [1, 2] {
        let mut file = File::new(1, LENGTH);
        file.faults.push_back(Fault::Cut(500 * KIB));
        file.faults.extend(vec![Fault::Whole; times]);
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
        assert_eq!(app.requests("file"), 3);
        let most = if times == 1 { LENGTH + 50 * KIB } else { LENGTH + 550 * KIB };
        assert!(app.sent("file") < most, "{} sent", app.sent("file"));
    }
}

/// Found by the simulation.
#[test]
fn a_newer_file_that_ends_before_what_is_asked_for_is_not_mixed_in() {
    for less in [0, 1, 4 * KIB, 64 * KIB] {
        for declared in [true, false] {
            let mut file =
                File { honours_if_range: false, declares_length: declared, ..File::new(1, LENGTH) };
            file.faults.extend([Fault::Cut(300 * KIB), Fault::Replaced(300 * KIB - less)]);
            let app = App::of("file", file);
            app.run();
            app.assert_success(2, 300 * KIB - less);
        }
    }
}

/// Found by the simulation.
#[test]
fn rows_that_could_not_be_removed_are_not_taken_for_those_of_a_newer_response() {
    for crash in 1..60 {
        let app = App::beside_a_slow_file(File::new(1, LENGTH));
        app.live_until(|| app.is_first_whole());
        app.world.bodies.delete(&app.entries_of_first()[..1]);
        let now = app.world.clock.true_time();
        app.change_first(|file| {
            file.replace(LENGTH, now);
            file.faults.push_back(Fault::Cut(100 * KIB));
        });
        app.live(async {
            while app.requests("file") < 2 {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            app.world.meta.fail_next(StoreError::Failed("by the test".into()));
            app.worker.crash_after(Some(crash));
            std::future::pending::<()>().await;
        });
        // The death may have come before the failure, which then is not for the next life.
        let _ = app.world.meta.commit(u64::MAX, &[]);
        app.worker.crash_after(None);
        app.run();
        let body = &app.delivery("one").records[0].1;
        assert!(*body == content(2, 0, LENGTH), "crash {crash}");
    }
}

/// Found by the simulation: what had to be asked for once more, as the store had failed, was another misfit each time.
#[test]
fn a_store_that_fails_makes_no_misfit_of_the_server() {
    let mut file = File { validator: Validator::Weak, ..File::new(1, LENGTH) };
    file.faults.extend([Fault::Cut(700 * KIB), Fault::Changed]);
    let mut app = App::of("file", file);
    app.config.retry.restarts = 1;
    app.live_with(async || {
        for failures in 0..3 {
            while app.requests("file") < 3 + 2 * failures {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            app.world.bodies.fail_next_put(StoreError::Failed("by the test".into()));
        }
    });
    app.assert_success(2, LENGTH);
}

/// What does not fit is not asked for without end, whatever there was before it.
#[test]
fn a_newer_version_that_never_fits_is_given_up() {
    let mut file = File { validator: Validator::Weak, ..File::new(1, LENGTH) };
    file.faults.extend([Fault::Cut(700 * KIB), Fault::Changed]);
    // Much shorter than what comes.
    let lie = || vec![("content-length".to_owned(), Some("100".to_owned()))];
    file.says = [vec![], vec![]].into_iter().chain((0..10_000).map(|_| lie())).collect();
    let app = App::of("file", file);
    app.run();
    app.assert_failure(FailureReason::FetchError);
    assert!(app.requests("file") < 20, "{} requests", app.requests("file"));
}

/// Found by the simulation: a record that was given up in the moment in which its result could not be written down.
#[test]
fn a_commit_that_fails_at_any_time_leaves_nothing_stuck() {
    for millis in (0..3000).step_by(7) {
        let mut file = File::new(1, 200 * KIB);
        file.faults.extend([Fault::Cut(150 * KIB), Fault::Gone]);
        let mut app = App::of("file", file);
        app.config.retry.known_attempts = 2;
        app.live(async {
            let handle = app.handle().await;
            let fail = async {
                app.world.clock.sleep(Duration::from_millis(millis)).await;
                app.world.meta.fail_next(StoreError::Failed("by the test".into()));
            };
            let (_, ()) = join(handle.fetch(app.fetches[0].clone()), fail).await;
            while handle.is_active() {
                app.world.clock.sleep(Duration::from_millis(10)).await;
            }
        });
    }
}

/// Found by the simulation: a segment of the older response was recorded late, and the removal of its row took with it
/// that of a newer one, which was on its way to be written.
#[test]
fn what_is_on_its_way_to_be_written_is_not_removed_with_older_rows() {
    let app = App::of("file", File::new(1, LENGTH));
    app.live_until(|| app.sent("file") > 500 * KIB);
    let (snapshots, entries) = (app.world.meta.snapshots(), app.world.bodies.entries());
    let mut engine = Engine::new(config(), 2);
    let mut feed = |input| outputs(&mut engine, input);
    let removal = Write::DeleteSegments { uid: "one".into(), index: 0 };
    // The rest is asked for, but all of another version comes.
    let second = opened_of(&feed(Input::Restored { snapshots, entries }));
    let tag = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![tag("etag", "\"2\""), tag("content-length", &LENGTH.to_string())];
    let head = Head { status: 200, kind: "basic".into(), headers, ..Head::default() };
    feed(Input::Opened { transfer: second, head, followed: None });
    let done = feed(Input::Read { transfer: second, length: 256 * KIB });
    let newer = store_of(&done);
    let done = feed(stored(&done, second));
    assert!(commit_of(&done).1.contains(&removal), "{done:?}");
    let done = feed(Input::Read { transfer: second, length: 256 * KIB });
    let done = feed(stored(&done, second));
    let (_, writes) = commit_of(&done);
    let rows = |entry: &EntryKey| {
        let of = |write: &&Write| matches!(write, Write::PutSegment(row) if row.entry == *entry);
        writes.iter().filter(of).count()
    };
    assert!(!writes.contains(&removal) || rows(&newer) == 1, "{writes:?}");
}

const LENGTH: u64 = 1000 * KIB;

/// That the entry which is being stored is.
fn stored(outputs: &[Output], transfer: TransferId) -> Input {
    Input::Stored { transfer, entry: store_of(outputs), length: 256 * KIB }
}
