//! Patience belongs to the server: what one record has met, the others of the same server need not meet.

use std::time::Duration;

use background_fetch_engine::http::RequestSpec;
use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::state::EventType;
use background_fetch_engine::testing::network::{Exposure, Fault, File};
use background_fetch_engine::{Config, FailureReason, NewFetch, RecordResult};

use crate::common::{App, KIB, config, fetch, get};

/// An app that wants so many small files.
fn app_of(count: u64) -> App {
    let app = App::default();
    let paths: Vec<_> = (0..count).map(|number| format!("file{number}")).collect();
    for (number, path) in (0..).zip(&paths) {
        app.serve(path, File::new(number, 20 * KIB));
    }
    // Requests are counted from here on.
    app.origin(|_| {});
    let paths: Vec<_> = paths.iter().map(String::as_str).collect();
    App { fetches: vec![fetch("one", &paths)], ..app }
}

/// What befalls every request, for so long from now on.
fn outage(app: &App, seconds: u64, fault: Fault) {
    let until = app.world.clock.true_time() + Duration::from_secs(seconds);
    app.origin(|origin| origin.outage = Some((until, fault)));
}

/// Since the first, in seconds.
fn times(app: &App) -> Vec<f64> {
    let mut times = Vec::new();
    app.origin(|origin| times.clone_from(&origin.times));
    times.iter().map(|time| time.since(times[0]).as_secs_f64()).collect()
}

fn requests_within(app: &App, seconds: f64) -> usize {
    times(app).iter().filter(|time| **time < seconds).count()
}

fn result(app: &App, index: usize) -> Option<RecordResult> {
    app.delivery("one").records[index].0.result
}

fn assert_all_succeed(app: &App) {
    let delivery = app.delivery("one");
    assert_eq!(delivery.event, EventType::Success, "{:?}", delivery.state);
    app.assert_nothing_left();
}

#[test]
fn a_server_that_asks_for_a_minute_is_left_alone_by_all_of_its_records() {
    let app = app_of(50);
    outage(&app, 120, Fault::Status(503, Some(60)));
    app.run();
    assert_all_succeed(&app);
    let (first, all) = (requests_within(&app, 60.0), times(&app).len());
    assert!(first <= 4, "{first} requests in the first minute");
    // The first ones, the probes of one minute, and what brings the files.
    assert!(all <= 50 + 4 + 2, "{all} requests");
}

#[test]
fn the_time_that_a_server_named_is_kept_for_the_next_worker() {
    let app = app_of(10);
    outage(&app, 3_000, Fault::Status(429, Some(3_600)));
    for _ in 0..5 {
        app.live(async {
            let handle = app.handle().await;
            let _ = handle.fetch(app.fetches[0].clone()).await;
            app.world.clock.sleep(Duration::from_secs(600)).await;
        });
    }
    let asked = times(&app);
    assert!(asked.len() <= 4 && *asked.last().unwrap() < 1.0, "{asked:?}");
    app.run();
    assert_all_succeed(&app);
    let next = times(&app).into_iter().find(|time| *time > 1.0).unwrap();
    assert!((3_600.0..3_610.0).contains(&next), "asked again after {next} s");
}

#[test]
fn a_server_that_is_back_is_asked_for_all_at_once() {
    for fault in [
        Fault::Fails(NetworkError::Unreachable),
        Fault::Fails(NetworkError::Absent),
        Fault::Status(503, None),
    ] {
        let app = app_of(100);
        // Long enough to be known.
        app.origin(|origin| origin.times.clear());
        app.live_until(|| requests_within(&app, f64::MAX) > 20);
        outage(&app, 30, fault);
        app.run();
        assert_all_succeed(&app);
        let (all, last) = (times(&app).len(), *times(&app).last().unwrap());
        assert!(all <= 100 + 60, "{all} requests, {fault:?}");
        // What an outage costs is no more than twice itself.
        assert!(last < 70.0, "took {last} s, {fault:?}");
    }
}

#[test]
fn errors_without_cors_in_the_middle_are_survived_by_all() {
    let app = app_of(50);
    for number in 0..50 {
        let exposure = Exposure::Safelisted;
        app.serve(&format!("file{number}"), File { exposure, ..File::new(number, 20 * KIB) });
    }
    app.live_until(|| requests_within(&app, f64::MAX) > 20);
    outage(&app, 10, Fault::Fails(NetworkError::Refused));
    app.run();
    assert_all_succeed(&app);
}

/// One of them is never ready; the others are there.
#[test]
fn one_file_that_is_never_ready_keeps_none_of_the_others_waiting() {
    let app = app_of(30);
    let bad = File { always: Some(Fault::Status(503, None)), ..File::new(0, 20 * KIB) };
    app.serve("file3", bad);
    app.run();
    assert_eq!(app.delivery("one").state.failure_reason, Some(FailureReason::BadStatus));
    for index in 0..30 {
        let expected = match index {
            3 => RecordResult::Failure(FailureReason::BadStatus),
            _ => RecordResult::Success,
        };
        assert_eq!(result(&app, index), Some(expected), "record {index}");
    }
    // It is asked for as often as ever, but for those times when it could be that there are too many connections;
    // and the rest is there long before.
    assert!((11..=16).contains(&app.requests("file3")), "{}", app.requests("file3"));
    let in_time = requests_within(&app, 10.0);
    assert!(in_time >= 30, "{in_time} requests in ten seconds");
}

#[test]
fn a_server_that_stays_busy_is_given_up_as_soon_as_for_one_record() {
    let time_of = |count| {
        let app = app_of(count);
        outage(&app, 1_000_000, Fault::Status(503, None));
        app.run();
        assert_eq!(app.delivery("one").state.failure_reason, Some(FailureReason::BadStatus));
        (times(&app).len(), *times(&app).last().unwrap())
    };
    let (alone, took_alone) = time_of(1);
    let (many, took) = time_of(200);
    assert_eq!(alone, 11);
    assert!(many <= 4 + 2 * 11, "{many} requests");
    assert!(took < 2.0 * took_alone + 60.0, "{took} s, alone {took_alone} s");
}

/// It has answered, but nobody has seen it serve anything: each wait may be twice the one before, whatever it has said.
#[test]
fn a_server_that_says_not_now_from_the_first_is_not_asked_all_the_time() {
    for seed in 0..200 {
        let fetches = vec![fetch("one", &["file"])];
        let app = App { fetches, config: Config { seed, ..config() }, ..App::seeded(seed) };
        app.serve("file", File { always: Some(Fault::Status(503, Some(0))), ..File::new(1, KIB) });
        app.origin(|_| {});
        app.run();
        let times = times(&app);
        assert_eq!(times.len(), 11, "seed {seed}");
        // Fifteen seconds for five of them, at random between nothing and all of it; two minutes on average for all.
        assert!(times[5] > 0.5, "six requests in {} s, seed {seed}", times[5]);
        assert!((30.0..240.0).contains(&times[10]), "given up after {} s, seed {seed}", times[10]);
    }
}

#[test]
fn what_failed_with_a_server_that_was_given_up_is_asked_for_by_a_new_fetch() {
    let app = app_of(20);
    outage(&app, 1_000, Fault::Status(503, None));
    app.live_with(async || {});
    assert_eq!(app.delivery("one").event, EventType::Fail);
    app.origin(|origin| origin.outage = None);
    app.live(async {
        let handle = app.handle().await;
        let again = NewFetch { uid: "two".into(), ..app.fetches[0].clone() };
        handle.fetch(again).await.unwrap();
        while handle.is_active() {
            app.world.clock.sleep(Duration::from_millis(10)).await;
        }
    });
    assert_eq!(app.delivery("two").event, EventType::Success);
}

#[test]
fn connections_that_a_server_does_not_bear_are_nobodys_failed_attempt() {
    let mut app = app_of(12);
    // Twice is too often. Once may be before any of them is known to be served.
    (app.config.retry.attempts, app.config.retry.known_attempts) = (2, 2);
    for number in 0..12 {
        let file = File { rate: 50_000, ..File::new(number, 200 * KIB) };
        app.serve(&format!("file{number}"), file);
    }
    app.origin(|origin| origin.bears = Some(2));
    app.run();
    assert_all_succeed(&app);
    let all = times(&app).len();
    // Two are refused at first, and one or two in each minute that follows.
    assert!(all <= 12 + 6, "{all} requests");
}

/// Nobody knows how long an upload takes.
#[test]
fn uploads_that_take_long_keep_no_download_of_a_doubted_server_waiting() {
    let app = app_of(3);
    for number in 0..3 {
        let mut file = File::new(number, 20 * KIB);
        file.faults.push_back(Fault::Status(503, None));
        app.serve(&format!("file{number}"), file);
    }
    for path in ["upload0", "upload1"] {
        app.serve(path, File { always: Some(Fault::Late(3_600_000)), ..File::new(90, KIB) });
    }
    let upload = |path: &&str| RequestSpec {
        method: "POST".into(),
        body_length: Some(1 << 40),
        ..get(path)
    };
    let requests = ["upload0", "upload1"].iter().map(upload).collect();
    let uploads = NewFetch { requests, ..fetch("two", &[]) };
    app.live(async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        handle.fetch(uploads).await.unwrap();
        while !app.worker.is_delivered("one") {
            app.world.clock.sleep(Duration::from_millis(100)).await;
        }
    });
    assert_eq!((app.requests("upload0"), app.requests("upload1")), (1, 1));
    let took = app.world.clock.monotonic();
    assert!(took < Duration::from_secs(60), "{took:?}");
}

/// Of another server.
#[test]
fn a_server_that_is_held_keeps_no_other_one_waiting() {
    let app = app_of(20);
    outage(&app, 600, Fault::Status(503, Some(600)));
    let url = "https://other.test/file".to_owned();
    let mut servers = app.world.servers.borrow_mut();
    servers.files.insert(url.clone(), File::new(77, 500 * KIB));
    servers.origins.entry("https://other.test".to_owned()).or_default();
    drop(servers);
    let mut requests: Vec<_> = app.fetches[0].requests.clone();
    requests.push(RequestSpec { url, ..get("file") });
    let app = App { fetches: vec![NewFetch { requests, ..app.fetches[0].clone() }], ..app };
    app.live_until(|| {
        let row = app.world.meta.record("one", 20);
        row.is_some_and(|row| row.result == Some(RecordResult::Success))
    });
    assert!(app.world.clock.monotonic() < Duration::from_secs(10));
    app.run();
    assert_all_succeed(&app);
}

/// What is written down of a silence is over for all records when one of them is answered.
#[test]
fn a_silence_that_is_over_is_so_for_all_records() {
    let app = app_of(8);
    outage(&app, 3 * 60 * 60, Fault::Fails(NetworkError::Unreachable));
    let silent = || {
        let rows = (0..8).filter_map(|index| app.world.meta.record("one", index));
        rows.filter(|row| row.silent_since.is_some()).count()
    };
    for wanted in [1, 0] {
        app.live(async {
            let handle = app.handle().await;
            let _ = handle.fetch(app.fetches[0].clone()).await;
            while silent().min(1) != wanted {
                app.world.clock.sleep(Duration::from_secs(1)).await;
            }
        });
    }
    assert!(times(&app).len() > 8, "nobody was silent");
    app.run();
    assert_all_succeed(&app);
}
