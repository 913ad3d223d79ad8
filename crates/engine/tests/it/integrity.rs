//! `Request.integrity`: verified over what is stored, whatever way it came.

use std::time::Duration;

use background_fetch_engine::state::EventType;
use background_fetch_engine::testing::network::{Fault, File, content};
use background_fetch_engine::{FailureReason, MatchOptions};
use sha2::{Digest, Sha384};

use crate::common::{App, KIB, fetch};

/// Of the file with content `seed`.
fn integrity(seed: u64) -> String {
    let digest = Sha384::digest(content(seed, 0, LENGTH));
    format!("sha384-{}", data_encoding::BASE64.encode(&digest))
}

fn app(file: File, integrity: &str) -> App {
    let mut wanted = fetch("one", &["file"]);
    wanted.requests[0].integrity = integrity.to_owned();
    let app = App::default();
    app.serve("file", file);
    App { fetches: vec![wanted], ..app }
}

fn cut() -> File {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Cut(70 * KIB), Fault::Cut(40 * KIB)]);
    file
}

#[test]
fn a_body_with_the_right_integrity_is_resumed_and_succeeds() {
    let app = app(cut(), &integrity(1));
    app.run();
    app.assert_success(1, LENGTH);
    // But for what each part repeats.
    assert_eq!(app.sent("file"), LENGTH + 2 * 4 * KIB);
}

#[test]
fn a_body_with_another_integrity_fails_and_shows_nothing() {
    for file in [File::new(1, LENGTH), cut(), File::new(1, 0)] {
        let app = app(file, &integrity(2));
        app.run();
        assert_eq!(app.delivery("one").event, EventType::Fail);
        app.assert_failure(FailureReason::FetchError);
    }
}

#[test]
fn a_bad_status_is_verified_too() {
    let mut file = File::new(1, LENGTH);
    file.faults.push_back(Fault::Status(404, None));
    let app = app(file, &integrity(1));
    app.run();
    app.assert_failure(FailureReason::FetchError);
}

#[test]
fn a_crash_at_any_step_changes_nothing() {
    let free = app(cut(), &integrity(1));
    free.run();
    for step in 0..free.worker.steps() {
        let app = App { crashes: vec![step], ..app(cut(), &integrity(1)) };
        app.run();
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn nothing_of_it_is_shown_before_it_is_verified() {
    let app = app(cut(), &integrity(1));
    let seen = app.live(async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        let mut seen = Vec::new();
        while let Ok(records) =
            handle.match_all("one".to_owned(), None, MatchOptions::default()).await
        {
            seen.extend(records.iter().map(|one| (one.head.is_some(), one.result.is_some())));
            app.world.clock.sleep(Duration::from_millis(20)).await;
        }
        seen
    });
    let seen = seen.unwrap();
    assert!(seen.iter().all(|(head, result)| head == result), "{seen:?}");
    assert!(seen.iter().filter(|(head, _)| !head).count() > 3, "{} looks", seen.len());
}

const LENGTH: u64 = 150 * KIB;

/// The store may be able to read it the next time.
#[test]
fn what_cannot_be_read_once_is_read_once_more() {
    for (failures, sent) in [(1, LENGTH), (2, 2 * LENGTH)] {
        let app = app(File::new(1, LENGTH), &integrity(1));
        app.world.bodies.fail_next_checks(failures);
        app.run();
        app.assert_success(1, LENGTH);
        assert_eq!(app.sent("file"), sent);
    }
}

/// Found by the simulation. The digest would only tell that it is not right.
#[test]
fn a_body_that_ended_early_without_a_word_goes_on() {
    let mut file = File { declares_length: false, unframed: true, ..File::new(1, LENGTH) };
    file.faults.push_back(Fault::Short(LENGTH / 2));
    let app = app(file, &integrity(1));
    app.run();
    app.assert_success(1, LENGTH);
}
