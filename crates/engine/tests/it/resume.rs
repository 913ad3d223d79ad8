//! What is stored is not fetched again: the rest is, and what is repeated of it is compared.

use std::time::Duration;

use background_fetch_engine::testing::network::{Fault, File, Validator};

use crate::common::{App, KIB, REPEATED, REPEATED_WITHOUT_VALIDATOR, bypass_config, fetch, url};

#[test]
fn what_is_stored_is_not_fetched_again() {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Cut(300 * KIB), Fault::Cut(300 * KIB), Fault::Silent(200 * KIB)]);
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!(app.sent("file"), LENGTH + 3 * REPEATED);
}

/// The wait is for who fails without having brought anything.
#[test]
fn a_body_that_breaks_after_it_has_brought_something_is_asked_for_again_at_once() {
    let time = |faults: &[Fault], seed| {
        let file = File { faults: faults.iter().copied().collect(), ..File::new(1, LENGTH) };
        let mut app = App::of("file", file);
        app.config.seed = seed;
        app.run();
        app.assert_success(1, LENGTH);
        app.world.clock.monotonic()
    };
    let cut = Fault::Cut(300 * KIB);
    let longer = |seed| time(&[cut, cut], seed).saturating_sub(time(&[], seed));
    let longest = (1..9).map(longer).max().unwrap();
    assert!(longest < Duration::from_millis(200), "{longest:?}");
    // Who brings nothing the second time is left alone for a while.
    let longer = |seed| time(&[cut, Fault::Cut(0)], seed).saturating_sub(time(&[], seed));
    let longest = (1..9).map(longer).max().unwrap();
    assert!(longest > Duration::from_millis(300), "{longest:?}");
}

#[test]
fn without_a_strong_validator_the_bytes_before_the_gap_are_compared() {
    for validator in [Validator::Weak, Validator::None] {
        let mut file = File::new(1, LENGTH);
        file.validator = validator;
        file.faults.push_back(Fault::Cut(500 * KIB));
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
        assert_eq!(app.sent("file"), LENGTH + REPEATED_WITHOUT_VALIDATOR);
    }
}

#[test]
fn behind_a_redirect_the_validators_alone_do_not_count() {
    let mut file = File::new(1, LENGTH);
    file.redirected = true;
    file.faults.push_back(Fault::Cut(500 * KIB));
    let app = App::of("file", file.clone());
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!(app.sent("file"), LENGTH + REPEATED_WITHOUT_VALIDATOR);

    // The same tag for another file.
    file.faults.push_back(Fault::Swapped);
    let app = App::of("file", file);
    app.run();
    app.assert_success(2, LENGTH);
}

#[test]
fn a_range_with_the_right_words_and_the_wrong_bytes_is_not_believed() {
    for validator in [Validator::Strong, Validator::None] {
        let mut file = File::new(1, LENGTH);
        file.validator = validator;
        file.faults.extend([Fault::Cut(500 * KIB), Fault::Shifted]);
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn a_range_that_lies_about_its_start_is_not_believed() {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Cut(500 * KIB), Fault::Elsewhere]);
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
}

/// Found by the simulation.
#[test]
fn parts_from_several_places_with_other_validators_are_given_up_for_one_stream() {
    let app = App { config: bypass_config(), ..App::default() };
    for place in 0..3 {
        app.serve(&place.to_string(), File { place, own_etags: true, ..File::new(1, LENGTH) });
    }
    let mirrors = (0..3).map(|place| url(&place.to_string())).collect();
    app.serve("file", File { mirrors, ..File::new(0, 0) });
    let app = App { fetches: vec![fetch("one", &["file"])], ..app };
    app.run();
    app.assert_success(1, LENGTH);
    assert!(app.requests("file") < 5, "{} requests", app.requests("file"));
}

/// A browser may fail to give what it has stored, for once.
#[test]
fn a_store_that_cannot_be_read_for_a_moment_is_no_other_version() {
    for validator in [Validator::None, Validator::Weak, Validator::Strong] {
        for failing in [1, 50] {
            let faults = [Fault::Cut(LENGTH / 2)].into();
            let app = App::of("file", File { validator, faults, ..File::new(1, LENGTH) });
            app.worker.fail_comparisons(failing);
            app.run();
            app.assert_success(1, LENGTH);
            let kept = app.sent("file") < LENGTH + 4 * REPEATED_WITHOUT_VALIDATOR;
            // One that can never be read is not waited for.
            assert_eq!(kept, failing == 1, "{validator:?}: {} bytes", app.sent("file"));
        }
    }
}

const LENGTH: u64 = 1000 * KIB;
