//! Whole downloads: what arrives, what is shown of it, and where it stops.

use std::time::Duration;

use background_fetch_engine::FailureReason;
use background_fetch_engine::http::Head;
use background_fetch_engine::state::{EventType, FetchResult};
use background_fetch_engine::testing::network::{Fault, File};

use crate::common::bench::Bench;
use crate::common::{App, KIB, bypass_config, fetch, get, url};

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
fn no_more_is_held_than_what_is_on_its_way_into_the_store() {
    let mut file = File::new(1, 8 * LENGTH);
    file.rate = 10_000_000;
    let app = App::of("file", file.clone());
    app.run();
    app.assert_success(1, 8 * LENGTH);
    // What is being stored, and what is read meanwhile.
    let most = app.config.memory + file.chunk;
    let held = app.world.most_held();
    assert!((app.config.segments.most..=most).contains(&held), "{held} bytes");
}

#[test]
fn an_empty_file_arrives() {
    let app = App::of("file", File::new(1, 0));
    app.run();
    app.assert_success(1, 0);
}

#[test]
fn hundreds_of_files_arrive_in_request_order() {
    let app = App::default();
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
    let notified = &app.worker.notifications()["one"];
    assert!(notified.len() > 5);
    assert!(notified.windows(2).all(|pair| pair[0].downloaded <= pair[1].downloaded));
    let end = notified.iter().position(|state| state.result == FetchResult::Success).unwrap();
    assert_eq!(notified[end].downloaded, LENGTH);
    assert!(notified[end..].iter().all(|state| state.result == FetchResult::Success));
    assert_eq!(app.worker.activity(), [true, false]);
}

#[test]
fn a_part_that_breaks_is_counted_once() {
    for broken in 1..8 {
        let mut file = File::new(1, LENGTH);
        let fine = Fault::Cut(u64::MAX);
        file.faults.extend(vec![fine; broken]);
        file.faults.push_back(Fault::Cut(10 * KIB));
        let app = App { config: bypass_config(), ..App::of("file", file) };
        app.run();
        app.assert_success(1, LENGTH);
        let notified = &app.worker.notifications()["one"];
        assert!(notified.iter().all(|state| state.downloaded <= LENGTH), "request {broken}");
        assert_eq!(notified.last().unwrap().downloaded, LENGTH, "request {broken}");
    }
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
fn the_first_failure_waits_for_the_other_records() {
    let app = App::default();
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
fn more_than_the_download_total_fails_at_the_crossing_byte() {
    for (total, reason) in
        [(LENGTH, None), (LENGTH - 1, Some(FailureReason::DownloadTotalExceeded))]
    {
        let app = App::default();
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

/// Nobody has asked for it, and the reason is the status.
#[test]
fn the_page_of_a_bad_status_is_in_no_download_total() {
    let app = App::default();
    app.serve("good", File::new(1, LENGTH));
    let mut bad = File::new(2, LENGTH);
    bad.faults.push_back(Fault::Status(404, None));
    app.serve("bad", bad);
    let mut new = fetch("one", &["bad", "good"]);
    new.download_total = LENGTH;
    let app = App { fetches: vec![new], ..app };
    app.run();
    app.assert_failure(FailureReason::BadStatus);
    assert_eq!(app.delivery("one").records[1].1.len() as u64, LENGTH);
}

/// Found by the simulation.
#[test]
fn who_lost_the_answer_gets_no_second_fetch_when_all_is_over() {
    let app = App::of("file", File::new(1, LENGTH));
    app.live_with(async || {
        let handle = app.handle().await;
        while handle.is_active() {
            app.world.clock.sleep(Duration::from_millis(10)).await;
        }
        let again = handle.fetch(app.fetches[0].clone()).await.unwrap();
        assert_eq!(again.result, FetchResult::Success);
        assert!(!handle.is_active());
    });
    app.assert_success(1, LENGTH);
    assert_eq!(app.requests("file"), 1);
}

const LENGTH: u64 = 1000 * KIB;

/// The last chunk before a pause may come when a timer is due that has not fired.
#[test]
fn the_last_progress_before_a_pause_is_shown() {
    let mut bench = Bench::new();
    let headers = vec![("content-length".to_owned(), "1000".to_owned())];
    bench.opened(Head { status: 200, headers, kind: "basic".to_owned(), ..Head::default() }, None);
    for millis in [100, 110, 160, 170] {
        bench.now = Duration::from_millis(millis);
        bench.read(10);
    }
    assert_eq!(bench.wake(), Some(Duration::from_millis(210)));
}
