//! Where a body ends, if nobody says so, or somebody says it wrongly.

use std::time::Duration;

use background_fetch_engine::FailureReason;
use background_fetch_engine::testing::network::{Coding, Exposure, Fault, File, Validator};

use crate::common::{App, KIB, bypass_config};

#[test]
fn a_coding_that_is_hidden_may_be_longer_than_the_body() {
    let mut file = File::new(1, 100 * KIB);
    file.exposure = Exposure::Safelisted;
    file.coding = Some(Coding { length: 100 * KIB + 23, own_etag: false });
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, 100 * KIB);
    // After the first end a part is asked for, which would go on if the body had been cut.
    assert_eq!(app.requests("file"), 3);
}

#[test]
fn a_body_that_ends_early_is_not_taken_for_whole() {
    let mut file = File::new(1, LENGTH);
    file.faults.push_back(Fault::Short(500 * KIB));
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
}

/// Found by the simulation.
#[test]
fn a_hole_that_is_filled_is_not_the_end_of_a_body_of_unknown_length() {
    let file = File { declares_length: false, ..File::new(1, LENGTH) };
    let app = App::of("file", file);
    app.live_until_step(70);
    let entries = app.world.bodies.entries();
    assert!(entries.len() > 2, "{entries:?}");
    app.world.bodies.delete(&entries[..1]);
    app.run();
    app.assert_success(1, LENGTH);
}

/// Found by the simulation: all that is stored was repeated, twice, and twice nothing came after it. Less at a time than
/// what is compared cannot be gone on with: all is asked for.
#[test]
fn a_server_of_a_few_bytes_at_a_time_is_not_at_the_end_after_the_first() {
    for at_a_time in [1, 2, 7, 300, 4 * KIB] {
        // Or if it begins parts earlier than it is asked to, so that two of them are one.
        for blocks in [0, at_a_time + 1] {
            let length = 20 * at_a_time;
            let mut file = File { declares_length: false, blocks, ..File::new(1, length) };
            file.faults.push_back(Fault::Cut(at_a_time));
            file.always = Some(Fault::LessOfUnknown(at_a_time));
            let app = App::of("file", file);
            app.run();
            app.assert_success(1, length);
        }
    }
}

/// Found by the simulation.
#[test]
fn a_part_of_a_body_of_unknown_length_is_not_taken_for_the_rest() {
    for less in [Fault::Less(100 * KIB), Fault::LessOfUnknown(100 * KIB)] {
        let mut file = File { declares_length: false, ..File::new(1, LENGTH) };
        file.faults.extend([Fault::Cut(300 * KIB), less, less]);
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
        // But for what each part repeats.
        let repeated = app.sent("file") - LENGTH;
        assert!(repeated <= 5 * 4 * KIB, "{less:?}: {repeated} bytes again");
    }
}

/// Found by the simulation.
#[test]
fn a_false_end_is_not_believed() {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Cut(300 * KIB), Fault::NothingFollows]);
    let app = App::of("file", file.clone());
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!(app.requests("file"), 3);

    file.faults = [Fault::Cut(300 * KIB), Fault::NothingFollows].repeat(20).into();
    let app = App::of("file", file);
    app.run();
    // In the end it is asked without a range, as its parts never fit.
    app.assert_success(1, LENGTH);
}

/// Found by the simulation.
#[test]
fn parts_of_unknown_length_come_to_an_end() {
    let always = Some(Fault::UnknownTotal);
    let mut file = File { declares_length: false, always, ..File::new(1, LENGTH) };
    file.faults.push_back(Fault::Cut(300 * KIB));
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
    assert!(app.requests("file") <= 4, "{} requests", app.requests("file"));
}

/// Found by the simulation.
#[test]
fn a_limit_of_the_server_is_not_the_end_of_a_body_of_unknown_length() {
    // As much as each part repeats.
    let always = Some(Fault::LessOfUnknown(4 * KIB));
    let mut file = File { declares_length: false, always, ..File::new(1, 500 * KIB) };
    file.faults.push_back(Fault::Cut(450 * KIB));
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, 500 * KIB);
}

/// Found by the simulation.
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

/// Found by the simulation.
#[test]
fn a_part_of_another_origin_that_ends_where_the_whole_was_to_end_is_the_last() {
    let mut file = File { exposure: Exposure::Safelisted, ..File::new(1, LENGTH) };
    file.faults.push_back(Fault::Cut(300 * KIB));
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!(app.requests("file"), 2);
}

/// Found by the simulation: each new worker had only the head of it.
#[test]
fn an_empty_body_of_a_hidden_coding_is_whole_in_any_life_of_the_worker() {
    let file = || File {
        exposure: Exposure::Safelisted,
        coding: Some(Coding { length: 20, own_etag: false }),
        ..File::new(1, 0)
    };
    for crash in 8..40 {
        let app = App { crashes: vec![crash], ..App::of("file", file()) };
        app.run();
        app.assert_success(1, 0);
        assert!(app.requests("file") <= 5, "{} requests, {crash}", app.requests("file"));
    }
}

/// Found by the simulation.
#[test]
fn a_hidden_coding_does_not_tell_where_the_body_ends() {
    for lost in [&[0, 1][..], &[0], &[1]] {
        let mut file = File { exposure: Exposure::Safelisted, ..File::new(1, LENGTH) };
        file.coding = Some(Coding { length: 300 * KIB, own_etag: false });
        file.validator = Validator::Both;
        let app = App::beside_a_slow_file(file);
        app.live_until(|| app.is_first_whole());
        let all = app.entries_of_first();
        // The first, the last, or both.
        let lost = lost.iter().map(|at| all[at * (all.len() - 1)].clone());
        app.world.bodies.delete(&lost.collect::<Vec<_>>());
        app.run();
        assert_eq!(app.delivery("one").records[0].1.len() as u64, LENGTH);
    }
}

const LENGTH: u64 = 1000 * KIB;

/// So came what a browser had put together from a cache of its own. Where a coding may be hidden, it may be right.
#[test]
fn a_body_longer_than_declared_is_none_where_nothing_is_hidden() {
    for (exposure, sent) in [(Exposure::Own, 2 * LENGTH), (Exposure::All, LENGTH + 1)] {
        let mut file = File { exposure, ..File::new(1, LENGTH) };
        let short = ("content-length".to_owned(), Some((LENGTH - KIB).to_string()));
        file.says = [vec![short]].into();
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
        assert_eq!(app.sent("file").max(LENGTH) / KIB, sent / KIB, "{exposure:?}");
    }
}

/// Some browsers take a stream of HTTP/2 that ends before the length declared for whole.
#[test]
fn a_part_that_ends_early_leaves_no_entry_behind() {
    let mut file = File::new(1, LENGTH);
    file.faults = [Fault::Late(0), Fault::Short(10 * KIB)].into();
    let app = App { config: bypass_config(), ..App::of("file", file) };
    app.live(async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        while handle.is_active() {
            app.world.clock.sleep(Duration::from_millis(50)).await;
        }
        app.world.clock.sleep(Duration::from_secs(1)).await;
    });
    assert_eq!(app.world.bodies.entries(), Vec::new(), "before the next start");
    app.assert_success(1, LENGTH);
}

/// Two things are said of it. That costs some of its lengths, and no half an hour.
#[test]
fn a_length_that_is_one_too_many_each_time_fails_in_the_end() {
    for exposure in [Exposure::Own, Exposure::Safelisted] {
        let file = File { always: Some(Fault::Lacking(1)), exposure, ..File::new(1, LENGTH) };
        let app = App::of("file", file);
        app.run();
        let (sent, time) = (app.sent("file"), app.world.clock.monotonic());
        assert_eq!(app.delivery("one").state.failure_reason, Some(FailureReason::FetchError));
        assert!(sent <= 8 * LENGTH, "{sent} sent");
        assert!(time < Duration::from_secs(300), "{time:?}");
    }
}
