//! What the simulation of random schedules has found about what belongs to a body, and where it ends.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use std::time::Duration;

use background_fetch_engine::ports::StoreError;
use background_fetch_engine::testing::network::{
    Coding, Exposure, Fault, File, Validator, content,
};
use background_fetch_engine::testing::world::World;
use background_fetch_engine::{FailureReason, RecordResult};
use common::{App, KIB, fetch};

const LENGTH: u64 = 1000 * KIB;

/// Begins the only fetch, and waits until `over`; then the worker ends.
fn live_until(app: &App, over: impl Fn() -> bool) {
    app.live(async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        while !over() {
            app.world.clock.sleep(Duration::from_millis(1)).await;
        }
    });
}

/// An app that wants a file, and another one that takes much longer.
fn app_of_two(file: File) -> App {
    let app = App::new(World::default());
    app.serve("file", file);
    app.serve("slow", File { rate: 20_000, ..File::new(7, LENGTH) });
    App { fetches: vec![fetch("one", &["file", "slow"])], ..app }
}

fn is_first_done(app: &App) -> bool {
    let row = app.world.meta.record("one", 0);
    row.is_some_and(|row| row.result == Some(RecordResult::Success))
}

/// Entries of the first file, in the order in which they were made.
fn entries(app: &App) -> Vec<background_fetch_engine::snapshot::EntryKey> {
    let own = |entry: &background_fetch_engine::snapshot::EntryKey| entry.0.starts_with("one/0/");
    let serial = |entry: &background_fetch_engine::snapshot::EntryKey| {
        entry.0.rsplit('.').next().unwrap().parse::<u64>().unwrap()
    };
    let mut entries: Vec<_> = app.world.bodies.entries().into_iter().filter(own).collect();
    entries.sort_by_key(serial);
    entries
}

#[test]
fn parts_of_unknown_length_come_to_an_end() {
    let always = Some(Fault::UnknownTotal);
    let mut file = File { tells_length: false, always, ..File::new(1, LENGTH) };
    file.faults.push_back(Fault::Cut(300 * KIB));
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
    assert!(app.requests("file") <= 4, "{} requests", app.requests("file"));
}

#[test]
fn a_limit_of_the_server_is_not_the_end_of_a_body_of_unknown_length() {
    // As much as each part repeats.
    let always = Some(Fault::LessOfUnknown(4 * KIB));
    let mut file = File { tells_length: false, always, ..File::new(1, 500 * KIB) };
    file.faults.push_back(Fault::Cut(450 * KIB));
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, 500 * KIB);
}

#[test]
fn a_newer_file_that_ends_before_what_is_asked_for_is_not_mixed_in() {
    for less in [0, 1, 4 * KIB, 64 * KIB] {
        for told in [true, false] {
            let mut file =
                File { honours_if_range: false, tells_length: told, ..File::new(1, LENGTH) };
            file.faults.extend([Fault::Cut(300 * KIB), Fault::Replaced(300 * KIB - less)]);
            let app = App::of("file", file);
            app.run();
            app.assert_success(2, 300 * KIB - less);
        }
    }
}

#[test]
fn what_is_always_cut_at_the_same_place_is_no_content_coding() {
    for exposure in [Exposure::All, Exposure::Safelisted] {
        let always = Some(Fault::Short(300 * KIB));
        let app = App::of("file", File { exposure, always, ..File::new(1, LENGTH) });
        app.run();
        app.assert_success(1, LENGTH);
        let whole = File { ranges: false, exposure, always, ..File::new(1, LENGTH) };
        let app = App::of("file", whole);
        app.run();
        app.assert_failure(FailureReason::FetchError);
    }
}

#[test]
fn a_part_of_another_origin_that_ends_where_the_whole_was_to_end_is_the_last() {
    let mut file = File { exposure: Exposure::Safelisted, ..File::new(1, LENGTH) };
    file.faults.push_back(Fault::Cut(300 * KIB));
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!(app.requests("file"), 2);
}

#[test]
fn a_hidden_coding_does_not_tell_where_the_body_ends() {
    for lost in [&[0, 1][..], &[0], &[1]] {
        let mut file = File { exposure: Exposure::Safelisted, ..File::new(1, LENGTH) };
        file.coding = Some(Coding { length: 300 * KIB, own_etag: false });
        file.validator = Validator::Both;
        let app = app_of_two(file);
        live_until(&app, || is_first_done(&app));
        let all = entries(&app);
        // The first, the last, or both.
        let lost = lost.iter().map(|at| all[at * (all.len() - 1)].clone());
        app.world.bodies.delete(&lost.collect::<Vec<_>>());
        app.run();
        assert_eq!(app.delivery("one").records[0].1.len() as u64, LENGTH);
    }
}

/// Changes the first file between two lives of the worker.
fn change(app: &App, change: impl FnOnce(&mut File)) {
    change(app.world.servers.borrow_mut().files.get_mut(&common::url("file")).unwrap());
}

#[test]
fn a_success_of_which_a_part_was_lost_is_none_until_it_is_whole_again() {
    for crash in (4..80).step_by(2) {
        let app = app_of_two(File::new(1, LENGTH));
        live_until(&app, || is_first_done(&app));
        app.world.bodies.delete(&entries(&app)[1..2]);
        // So that what was one entry becomes several.
        change(&app, |file| (file.rate, file.chunk) = (50_000, 8 * KIB));
        app.world.crash_after(Some(crash));
        live_until(&app, || false);
        app.world.crash_after(None);
        app.run();
        let (record, body) = &app.delivery("one").records[0];
        assert_eq!(record.result, Some(RecordResult::Success));
        assert_eq!(body.len() as u64, LENGTH, "crash {crash}");
    }
}

#[test]
fn rows_that_could_not_be_removed_are_not_taken_for_those_of_a_newer_response() {
    for crash in 1..60 {
        let app = app_of_two(File::new(1, LENGTH));
        live_until(&app, || is_first_done(&app));
        app.world.bodies.delete(&entries(&app)[..1]);
        let now = app.world.clock.now();
        change(&app, |file| {
            file.replace(LENGTH, now);
            file.faults.push_back(Fault::Cut(100 * KIB));
        });
        app.live(async {
            while app.requests("file") < 2 {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            app.world.meta.fail_next(StoreError::Failed("by the test".into()));
            app.world.crash_after(Some(crash));
            std::future::pending::<()>().await;
        });
        // The death may have come before the failure, which then is not for the next life.
        let _ = app.world.meta.commit(u64::MAX, &[]);
        app.world.crash_after(None);
        app.run();
        let body = &app.delivery("one").records[0].1;
        assert!(*body == content(2, 0, LENGTH), "crash {crash}");
    }
}
