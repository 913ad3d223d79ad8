//! Servers with strange ideas of ranges: what they bring is right in the end, or nothing.

use std::time::Duration;

use background_fetch_engine::testing::network::{Exposure, Fault, File, Validator};

use crate::common::{App, KIB};

const LENGTH: u64 = 1000 * KIB;

/// Cut once, and from then on answered with this.
fn run(validator: Validator, always: Fault) -> App {
    let mut file = File { validator, always: Some(always), ..File::new(1, LENGTH) };
    file.faults.push_back(Fault::Cut(500 * KIB));
    let app = App::of("file", file);
    app.run();
    app
}

fn seconds(app: &App) -> u64 {
    app.world.clock.monotonic().as_secs()
}

#[test]
fn a_part_that_pretends_to_be_the_whole_is_not_taken_for_it() {
    for validator in [Validator::Strong, Validator::Weak, Validator::Modified, Validator::None] {
        let app = run(validator, Fault::Rest);
        app.assert_success(1, LENGTH);
        assert!(seconds(&app) < 60, "{validator:?}: {} s", seconds(&app));
    }
}

/// Nor if it is of another version, so that its length is not that of the part that was asked for.
#[test]
fn a_part_of_another_version_is_not_taken_for_all_of_it() {
    for validator in [Validator::None, Validator::Strong, Validator::Modified, Validator::Both] {
        let first = File { faults: [Fault::Cut(LENGTH / 2)].into(), ..File::new(1, LENGTH) };
        let app = App::of("file", File { validator, ..first });
        app.live_with(async || {
            while app.requests("file") < 1 {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            let other = File { always: Some(Fault::Rest), ..File::new(2, LENGTH - 10 * KIB) };
            app.serve("file", File { validator, honours_if_range: false, ..other });
        });
        app.assert_success(2, LENGTH - 10 * KIB);
        assert!(seconds(&app) < 60, "{} s", seconds(&app));
    }
}

#[test]
fn a_server_that_fails_at_ranges_is_asked_for_all() {
    for status in [500, 501, 520] {
        let app = run(Validator::Strong, Fault::RangeStatus(status));
        app.assert_success(1, LENGTH);
        assert!(seconds(&app) < 5 * 60, "{status}: {} s", seconds(&app));
    }
}

#[test]
fn a_server_that_fails_at_all_for_minutes_costs_nothing() {
    let mut file = File::new(1, LENGTH);
    file.faults.push_back(Fault::Cut(500 * KIB));
    let app = App::of("file", file);
    app.live_with(async || {
        while app.requests("file") < 1 {
            app.world.clock.sleep(Duration::from_millis(10)).await;
        }
        let until = app.world.clock.true_time() + Duration::from_secs(15 * 60);
        app.origin(|origin| origin.outage = Some((until, Fault::Status(500, None))));
    });
    app.assert_success(1, LENGTH);
    assert!(app.sent("file") <= LENGTH + 80 * KIB, "{} sent", app.sent("file"));
}

#[test]
fn a_server_that_fails_at_the_question_where_a_body_ends_is_believed() {
    let file = File {
        declares_length: false,
        unframed: true,
        always: Some(Fault::RangeStatus(500)),
        ..File::new(1, LENGTH)
    };
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!(app.requests("file"), 4);
}

#[test]
fn a_server_whose_parts_lack_the_last_byte_is_asked_for_all() {
    for exposure in [Exposure::Own, Exposure::All, Exposure::Safelisted] {
        let mut file = File { exposure, always: Some(Fault::ButLast), ..File::new(1, LENGTH) };
        file.faults.push_back(Fault::Cut(500 * KIB));
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
        assert!(seconds(&app) < 10 * 60, "{exposure:?}: {} s", seconds(&app));
    }
}

/// As some browsers have it when the connection breaks off in the middle of the head.
#[test]
fn an_empty_body_of_which_nobody_has_said_that_it_is_empty_is_asked_for_again() {
    for advertises in [None, Some("")] {
        let mut file =
            File { declares_length: false, unframed: true, advertises, ..File::new(1, 20 * KIB) };
        file.validator = Validator::None;
        file.faults.extend([Fault::Short(0), Fault::Short(0)]);
        let app = App::of("file", file.clone());
        app.run();
        app.assert_success(1, 20 * KIB);

        let app = App::of("file", File { length: 0, faults: [].into(), ..file });
        app.run();
        app.assert_success(1, 0);
        assert!(app.requests("file") <= 4, "{} requests", app.requests("file"));
    }
}

/// As add-ons have it that put a random ETag into each response, and podcasts with advertisements.
#[test]
fn a_server_with_another_etag_each_time_is_asked_as_one_without_ranges() {
    for validator in [Validator::Strong, Validator::Both, Validator::Weak] {
        for exposure in [Exposure::Own, Exposure::All] {
            let mut file = File {
                nodes: 1000,
                honours_if_range: false,
                validator,
                exposure,
                ..File::new(1, LENGTH)
            };
            for _ in 0..18 {
                file.faults.push_back(Fault::Cut(200 * KIB));
            }
            let app = App::of("file", file);
            app.run();
            app.assert_success(1, LENGTH);
            assert!(app.world.clock.monotonic() < Duration::from_secs(20 * 60));
        }
    }
}

/// Of another origin that tells no length, and where nobody sees which part it is.
#[test]
fn a_part_that_was_too_short_is_gone_on_with_where_its_server_answers_with_all() {
    for wholes in 1..4 {
        let mut file = File {
            declares_length: false,
            validator: Validator::Modified,
            exposure: Exposure::Safelisted,
            ..File::new(1, LENGTH)
        };
        file.faults.extend([Fault::Silent(1), Fault::LessOfUnknown(64 * KIB)]);
        file.faults.extend(vec![Fault::Whole; wholes]);
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
        assert!(app.requests("file") < 12, "{} requests", app.requests("file"));
    }
}
