//! A worker killed at every step in turn: same bytes, same outcome, event delivered, nothing left.

use background_fetch_engine::testing::network::{Fault, File};
use background_fetch_engine::{Config, FailureReason, RecordResult};

use crate::common::{App, KIB, bypass_config, config, fetch};

#[test]
fn a_download_survives_a_crash_at_any_step() {
    for config in [config(), bypass_config()] {
        for step in 1..=steps(&two_files(config.clone())) {
            let app = App { crashes: vec![step], ..two_files(config.clone()) };
            app.run();
            app.assert_success(1, LENGTH);
            assert_eq!(app.delivery("one").records[1].1.len(), 20, "step {step}");
        }
    }
}

#[test]
fn a_download_survives_a_crash_at_every_few_steps() {
    for config in [config(), bypass_config()] {
        for every in [12, 15, 20, 33] {
            let app = App { crashes: vec![every; 40], ..two_files(config.clone()) };
            app.run();
            app.assert_success(1, LENGTH);
        }
    }
}

#[test]
fn a_failure_is_the_same_after_a_crash() {
    let failing = || {
        let app = App::default();
        app.serve("large", File::new(1, LENGTH));
        let mut bad = File::new(2, 20);
        bad.faults.extend([Fault::Status(404, None); 100]);
        app.serve("bad", bad);
        App { fetches: vec![fetch("one", &["large", "bad"])], ..app }
    };
    for step in 1..=steps(&failing()) {
        let app = App { crashes: vec![step], ..failing() };
        app.run();
        app.assert_failure(FailureReason::BadStatus);
    }
}

#[test]
fn what_is_recorded_is_sent_once_however_often_the_worker_dies() {
    let app = App { crashes: vec![60; 30], ..App::of("file", File::new(1, 4096 * KIB)) };
    app.run();
    app.assert_success(1, 4096 * KIB);
    let lost_at_most = u64::from(app.lives.get()) * 3 * app.config.segments.most;
    assert!(app.sent("file") <= 4096 * KIB + lost_at_most);
    assert!(app.sent("file") < 4096 * KIB * 3 / 2, "{}", app.sent("file") / KIB);
}

#[test]
fn an_event_is_delivered_again_until_its_handlers_have_finished() {
    let steps = steps(&two_files(config()));
    let again = (1..=steps).filter(|&step| {
        let app = App { crashes: vec![step], ..two_files(config()) };
        app.run();
        let deliveries = &app.worker.deliveries()["one"];
        assert!(deliveries.iter().all(|one| one.records == deliveries[0].records));
        deliveries.len() > 1
    });
    assert!(again.count() > 0, "no step was in the middle of a handler");
}

#[test]
fn an_entry_that_vanished_is_fetched_again_and_nothing_else() {
    let app = App { crashes: vec![60], ..App::of("file", File::new(1, 2048 * KIB)) };
    app.live_until_step(60);
    let entries = app.world.bodies.entries();
    assert!(entries.len() > 2, "{entries:?}");
    app.world.bodies.delete(&entries[1..2]);
    let app = App { crashes: Vec::new(), ..app };
    app.run();
    app.assert_success(1, 2048 * KIB);
    assert!(app.sent("file") < 3072 * KIB, "{}", app.sent("file") / KIB);
}

#[test]
fn an_entry_that_was_cut_short_is_fetched_again() {
    let app = App::of("file", File::new(1, 2048 * KIB));
    app.live_until_step(60);
    let entries = app.world.bodies.entries();
    app.world.bodies.truncate(&entries[1], 1000);
    app.run();
    app.assert_success(1, 2048 * KIB);
}

/// Found by the simulation.
#[test]
fn a_success_of_which_a_part_was_lost_is_none_until_it_is_whole_again() {
    for crash in (4..80).step_by(2) {
        let app = App::beside_a_slow_file(File::new(1, LENGTH));
        app.live_until(|| app.is_first_whole());
        app.world.bodies.delete(&app.entries_of_first()[1..2]);
        // So that what was one entry becomes several.
        app.change_first(|file| (file.rate, file.chunk) = (50_000, 8 * KIB));
        app.worker.crash_after(Some(crash));
        app.live_until(|| false);
        app.worker.crash_after(None);
        app.run();
        let (record, body) = &app.delivery("one").records[0];
        assert_eq!(record.result, Some(RecordResult::Success));
        assert_eq!(body.len() as u64, LENGTH, "crash {crash}");
    }
}

fn two_files(config: Config) -> App {
    let app = App::default();
    app.serve("large", File::new(1, LENGTH));
    app.serve("small", File::new(2, 20));
    App { config, fetches: vec![fetch("one", &["large", "small"])], ..app }
}

fn steps(app: &App) -> u64 {
    app.run();
    app.worker.steps()
}

const LENGTH: u64 = 300 * KIB;
