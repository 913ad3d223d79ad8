//! What is left of a fetch that is over: how it ended, for whoever lost the answer to `fetch()`, or was not there.

use std::rc::Rc;
use std::time::Duration;

use background_fetch_engine::FailureReason;
use background_fetch_engine::http::RequestSpec;
use background_fetch_engine::state::{FetchResult, FetchState};
use background_fetch_engine::testing::network::{Fault, File};

use crate::common::{App, KIB, fetch};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a page is told in another life of the worker that asks for what it has of this fetch, or begins it again.
fn asked_again(app: &App, uid: &str) -> [Option<FetchState>; 2] {
    app.live(async {
        let handle = app.handle().await;
        let state = handle.state(uid.to_owned()).await.unwrap();
        let begun = handle.fetch(app.fetches[0].clone()).await.ok();
        while handle.is_active() {
            app.world.clock.sleep(Duration::from_millis(10)).await;
        }
        [state, begun]
    })
    .unwrap()
}

#[test]
fn a_repeated_call_learns_the_end_in_any_life() {
    let mut bad = File::new(1, 100 * KIB);
    bad.faults.push_back(Fault::Status(404, None));
    let ends = [
        (File::new(1, 100 * KIB), FetchResult::Success, None, 100 * KIB),
        (bad, FetchResult::Failure, Some(FailureReason::BadStatus), 0),
    ];
    for (file, result, failure_reason, downloaded) in ends {
        let app = App::of("file", file);
        app.run();
        let requests = app.requests("file");
        for _ in 0..2 {
            for state in asked_again(&app, "one") {
                let state = state.unwrap();
                assert_eq!((state.uid.as_str(), state.id.as_str()), ("one", "one"));
                assert_eq!((state.result, state.failure_reason), (result, failure_reason));
                assert_eq!((state.downloaded, state.records_available), (downloaded, false));
            }
        }
        assert_eq!(app.requests("file"), requests, "nothing is fetched again");
        assert_eq!(app.worker.deliveries()["one"].len(), 1);
    }
}

#[test]
fn it_is_kept_for_a_week() {
    let app = App::of("file", File::new(1, KIB));
    app.run();
    app.world.clock.shift_wall((DAY * 6).as_millis() as i64);
    assert!(asked_again(&app, "one")[0].is_some());
    app.world.clock.shift_wall((DAY * 2).as_millis() as i64);
    // The next end takes it away.
    let app = App { fetches: vec![fetch("two", &["file"])], ..app };
    app.run();
    let left: Vec<_> = app.world.meta.over().into_iter().map(|row| row.uid).collect();
    assert_eq!(left, ["two"]);
}

#[test]
fn the_last_256_are_kept() {
    let app = App::default();
    app.serve("file", File::new(1, 1));
    let uids: Vec<_> = (0..300).map(|at| format!("uid-{at:03}")).collect();
    for half in uids.chunks(150) {
        app.live(async {
            let handle = app.handle().await;
            for uid in half {
                handle.fetch(fetch(uid, &["file"])).await.unwrap();
                while handle.is_active() {
                    app.world.clock.sleep(Duration::from_millis(10)).await;
                }
            }
        });
    }
    let left: Vec<_> = app.world.meta.over().into_iter().map(|row| row.uid).collect();
    assert_eq!(left, uids[300 - 256..]);
}

#[test]
fn a_crash_at_any_step_of_the_end_leaves_one_end() {
    let free = App::of("file", File::new(1, KIB));
    free.run();
    for step in 0..free.worker.steps() {
        let app = App { crashes: vec![step], ..App::of("file", File::new(1, KIB)) };
        app.run();
        app.assert_success(1, KIB);
        assert_eq!(app.world.meta.over().len(), 1, "{step}");
    }
}

/// The rows of those that are over, the oldest first, after fetches of so many requests each, with what they have kept.
fn over_after(server: &str, sizes: &[usize]) -> Vec<(String, Option<Vec<String>>)> {
    let app = App::default();
    for index in 0..sizes.iter().copied().max().unwrap_or(0) {
        let mut bad = File::new(1, 1);
        for _ in sizes {
            bad.faults.push_back(Fault::Status(404, None));
        }
        let file = if server == "bad" { bad } else { File::new(1, 1) };
        app.serve(&format!("file-{index}"), file);
    }
    app.live(async {
        let handle = app.handle().await;
        for (at, size) in sizes.iter().enumerate() {
            let files: Vec<_> = (0..*size).map(|index| format!("file-{index}")).collect();
            let files: Vec<_> = files.iter().map(String::as_str).collect();
            handle.fetch(fetch(&format!("uid-{at}"), &files)).await.unwrap();
            while handle.is_active() {
                app.world.clock.sleep(Duration::from_millis(10)).await;
            }
        }
    });
    let urls = |all: Vec<Rc<RequestSpec>>| all.iter().map(|one| one.url.clone()).collect();
    let meta = &app.world.meta;
    let of = |uid: String| (uid.clone(), meta.requests_of(&uid).map(urls));
    meta.over().into_iter().map(|row| of(row.uid)).collect()
}

#[test]
fn of_a_failure_it_is_kept_what_it_asked_for() {
    let [(_, requests)] = &over_after("bad", &[3])[..] else { panic!("there is one") };
    let asked: Vec<_> = fetch("one", &["file-0", "file-1", "file-2"]).requests;
    let urls: Vec<_> = asked.into_iter().map(|one| one.url).collect();
    assert_eq!(requests.as_ref(), Some(&urls));
    assert_eq!(over_after("good", &[3]), [("uid-0".to_owned(), None)]);
}

#[test]
fn of_an_upload_that_failed_it_is_kept_only_how_it_ended() {
    let app = App::default();
    app.serve("file", File::new(1, 1));
    let mut upload = fetch("one", &["file"]);
    upload.requests[0].method = "POST".to_owned();
    upload.requests[0].body_length = Some(10);
    app.live(async {
        let handle = app.handle().await;
        let begun = handle.fetch(upload).await.unwrap();
        handle.abort(begun.uid).await.unwrap();
        while handle.is_active() {
            app.world.clock.sleep(Duration::from_millis(10)).await;
        }
    });
    let [row] = &app.world.meta.over()[..] else { panic!("there is one") };
    assert_eq!(row.failure_reason, Some(FailureReason::Aborted));
    assert_eq!(app.world.meta.requests_of("one"), None);
}

#[test]
fn no_more_than_4096_requests_are_kept() {
    let kept = |sizes: &[usize]| -> Vec<_> {
        let rows = over_after("bad", sizes);
        rows.into_iter().map(|(uid, requests)| (uid, requests.map_or(0, |all| all.len()))).collect()
    };
    let of = |uid: &str, count| (uid.to_owned(), count);
    assert_eq!(kept(&[2000, 96, 2000]), [of("uid-0", 2000), of("uid-1", 96), of("uid-2", 2000)]);
    assert_eq!(kept(&[2000, 97, 2000]), [of("uid-1", 97), of("uid-2", 2000)]);
    assert_eq!(kept(&[4096, 4097]), [of("uid-0", 4096), of("uid-1", 0)]);
}
