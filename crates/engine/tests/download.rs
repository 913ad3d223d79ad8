//! Whole downloads, without faults and with each of them once.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use std::time::Duration;

use background_fetch_engine::FailureReason;
use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::state::{EventType, FetchResult};
use background_fetch_engine::testing::network::{Coding, Exposure, Fault, File, Validator};
use background_fetch_engine::testing::world::World;
use common::{App, KIB, bulk_config, config, fetch, get, url};

const LENGTH: u64 = 1000 * KIB;

#[test]
fn a_file_arrives_in_segments_with_one_request() {
    let app = App::of("file", File::new(1, LENGTH));
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!(app.requests("file"), 1);
    assert_eq!(app.sent("file"), LENGTH);
    assert!(app.delivery("one").records[0].0.segments.len() > 3);
}

#[test]
fn an_empty_file_arrives() {
    let app = App::of("file", File::new(1, 0));
    app.run();
    app.assert_success(1, 0);
}

#[test]
fn a_fast_file_arrives_in_parts() {
    let app = App { config: bulk_config(), ..App::of("file", File::new(1, LENGTH)) };
    app.run();
    app.assert_success(1, LENGTH);
    assert!(app.requests("file") > 5, "{}", app.requests("file"));
}

#[test]
fn every_fault_is_survived_with_or_without_validators_and_lengths() {
    let faults = [
        Fault::Fails(NetworkError::Unreachable),
        Fault::Fails(NetworkError::Offline),
        Fault::Fails(NetworkError::Refused),
        Fault::Fails(NetworkError::Absent),
        Fault::Cut(0),
        Fault::Cut(300 * KIB),
        Fault::Silent(300 * KIB),
        Fault::Status(503, Some(2)),
        Fault::Status(429, Some(0)),
    ];
    for fault in faults {
        for validator in [Validator::Strong, Validator::Weak, Validator::Modified, Validator::None]
        {
            for tells_length in [true, false] {
                for config in [config(), bulk_config()] {
                    let mut file = File::new(7, LENGTH);
                    file.validator = validator;
                    file.tells_length = tells_length;
                    file.faults.push_back(fault);
                    let app = App { config, ..App::of("file", file) };
                    app.run();
                    app.assert_success(7, LENGTH);
                }
            }
        }
    }
}

#[test]
fn a_denial_is_believed_soon_but_not_at_once() {
    for (error, requests) in [(NetworkError::Refused, 3), (NetworkError::Absent, 6)] {
        let denied = Fault::Fails(error);
        let mut file = File::new(1, LENGTH);
        file.faults.extend([denied; 100]);
        let app = App::of("file", file);
        app.run();
        app.assert_failure(FailureReason::FetchError);
        assert_eq!(app.requests("file"), requests);

        let mut file = File::new(1, LENGTH);
        file.faults.extend([Fault::Fails(NetworkError::Unreachable); 7]);
        file.faults.push_back(denied);
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn what_is_stored_is_not_fetched_again() {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Cut(300 * KIB), Fault::Cut(300 * KIB), Fault::Silent(200 * KIB)]);
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!(app.sent("file"), LENGTH + 3 * REPEATED);
}

/// What each resumption repeats, to compare it.
const REPEATED: u64 = 4 * KIB;
const REPEATED_WITHOUT_VALIDATOR: u64 = 64 * KIB;

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
fn with_nothing_to_compare_it_begins_anew() {
    let cut_too_early = Fault::Cut(REPEATED_WITHOUT_VALIDATOR - KIB);
    for (tells_length, cut) in [(true, cut_too_early), (false, Fault::Cut(500 * KIB))] {
        let mut file = File::new(1, LENGTH);
        file.validator = Validator::None;
        file.tells_length = tells_length;
        file.faults.push_back(cut);
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
        assert!(app.sent("file") > LENGTH + 48 * KIB, "{}", app.sent("file"));
        assert_eq!(app.requests("file"), 2);
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
fn versions_are_never_mixed() {
    for honours_if_range in [true, false] {
        for config in [config(), bulk_config()] {
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
fn a_range_that_lies_about_its_start_is_not_believed() {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Cut(500 * KIB), Fault::Elsewhere]);
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
}

#[test]
fn a_server_that_restarts_from_zero_gives_the_whole_file() {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Cut(500 * KIB), Fault::Whole]);
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!(app.requests("file"), 2);
}

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

#[test]
fn a_bad_status_fails_and_its_body_is_shown() {
    let mut file = File::new(1, LENGTH);
    file.faults.push_back(Fault::Status(404, None));
    let app = App::of("file", file);
    app.run();
    app.assert_failure(FailureReason::BadStatus);
    assert_eq!(app.delivery("one").event, EventType::Fail);
    assert_eq!(app.delivery("one").records[0].1.len(), 20);
}

#[test]
fn a_server_that_stays_busy_is_a_bad_status_in_the_end() {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Status(503, Some(1)); 50]);
    let app = App::of("file", file);
    app.run();
    app.assert_failure(FailureReason::BadStatus);
}

#[test]
fn an_address_that_never_answers_fails_in_the_end() {
    let app = App { fetches: vec![fetch("one", &["nothing"])], ..App::new(World::default()) };
    app.run();
    app.assert_failure(FailureReason::FetchError);
}

#[test]
fn what_is_forbidden_fails_at_once() {
    let mut file = File::new(1, LENGTH);
    file.faults.push_back(Fault::Fails(NetworkError::Forbidden));
    let app = App::of("file", file);
    app.run();
    app.assert_failure(FailureReason::FetchError);
    assert_eq!(app.requests("file"), 1);
}

#[test]
fn only_a_get_is_tried_again() {
    let mut file = File::new(1, LENGTH);
    file.faults.push_back(Fault::Cut(500 * KIB));
    let mut app = App::of("file", file);
    app.fetches[0].requests[0].method = "POST".to_owned();
    app.run();
    app.assert_failure(FailureReason::FetchError);
    assert_eq!(app.requests("file"), 1);
}

#[test]
fn more_than_the_download_total_fails_at_the_crossing_byte() {
    for (total, reason) in
        [(LENGTH, None), (LENGTH - 1, Some(FailureReason::DownloadTotalExceeded))]
    {
        let app = App::new(World::default());
        app.serve("file", File::new(1, LENGTH));
        let mut new = fetch("one", &["file"]);
        new.download_total = total;
        let app = App { fetches: vec![new], ..app };
        app.run();
        let state = app.delivery("one").state;
        assert_eq!(state.failure_reason, reason);
        assert!(state.downloaded <= total);
        app.assert_nothing_left();
    }
}

#[test]
fn the_first_failure_waits_for_the_other_records() {
    let app = App::new(World::default());
    app.serve("good", File::new(1, LENGTH));
    let mut bad = File::new(2, LENGTH);
    bad.faults.push_back(Fault::Status(500, None));
    app.serve("bad", bad);
    let app = App { fetches: vec![fetch("one", &["good", "bad"])], ..app };
    app.run();
    app.assert_failure(FailureReason::BadStatus);
    assert_eq!(app.delivery("one").records[0].1.len() as u64, LENGTH);
}

#[test]
fn hundreds_of_files_arrive_in_request_order() {
    let app = App::new(World::default());
    let paths: Vec<_> = (0..300).map(|number| format!("file-{number}")).collect();
    for (number, path) in (0..).zip(&paths) {
        app.serve(path, File::new(number, number * 10));
    }
    let mut new = fetch("one", &[]);
    new.requests = paths.iter().map(|path| get(path)).collect();
    let app = App { fetches: vec![new], ..app };
    app.run();
    let records = app.delivery("one").records;
    for (number, (record, bytes)) in records.iter().enumerate() {
        assert_eq!(record.request.url, url(&paths[number]));
        assert_eq!(bytes.len(), number * 10);
    }
    app.assert_nothing_left();
}

#[test]
fn progress_goes_up_and_ends_with_the_result() {
    let app = App::of("file", File::new(1, LENGTH));
    app.run();
    let told = &app.world.notifications()["one"];
    assert!(told.len() > 5);
    assert!(told.windows(2).all(|pair| pair[0].downloaded <= pair[1].downloaded));
    let end = told.iter().position(|state| state.result == FetchResult::Success).unwrap();
    assert_eq!(told[end].downloaded, LENGTH);
    assert!(told[end..].iter().all(|state| state.result == FetchResult::Success));
    assert_eq!(app.world.activity(), [true, false]);
}

#[test]
fn offline_waits_as_long_as_it_takes() {
    let app = App::of("file", File::new(1, LENGTH));
    let page = async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        app.world.clock.sleep(Duration::from_millis(300)).await;
        app.world.set_offline(true);
        app.world.clock.sleep(Duration::from_secs(3 * 60 * 60)).await;
        assert!(handle.is_active());
        app.world.set_offline(false);
        let before = app.world.clock.now();
        while !app.world.is_delivered("one") {
            app.world.clock.sleep(Duration::from_millis(50)).await;
        }
        assert!(app.world.clock.now().since(before) < Duration::from_secs(10));
    };
    app.live(page);
    app.assert_success(1, LENGTH);
}

#[test]
fn a_part_that_breaks_is_counted_once() {
    for broken in 1..8 {
        let mut file = File::new(1, LENGTH);
        let fine = Fault::Cut(u64::MAX);
        file.faults.extend(vec![fine; broken]);
        file.faults.push_back(Fault::Cut(10 * KIB));
        let app = App { config: bulk_config(), ..App::of("file", file) };
        app.run();
        app.assert_success(1, LENGTH);
        let told = &app.world.notifications()["one"];
        assert!(told.iter().all(|state| state.downloaded <= LENGTH), "request {broken}");
        assert_eq!(told.last().unwrap().downloaded, LENGTH, "request {broken}");
    }
}

#[test]
fn a_fast_file_stops_at_the_download_total_too() {
    let app = App::new(World::default());
    app.serve("file", File::new(1, LENGTH));
    let mut new = fetch("one", &["file"]);
    new.download_total = LENGTH - 1;
    let app = App { config: bulk_config(), fetches: vec![new], ..app };
    app.run();
    app.assert_failure(FailureReason::DownloadTotalExceeded);
    assert!(app.delivery("one").state.downloaded < LENGTH);
}
