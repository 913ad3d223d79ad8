//! What does not fit what is stored: the body begins from scratch.

use std::time::Duration;

use background_fetch_engine::ports::StoreError;
use background_fetch_engine::testing::network::{Fault, File, Validator, content};

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

const LENGTH: u64 = 1000 * KIB;
