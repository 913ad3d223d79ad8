//! What the simulation of random schedules has found, each in a world of its own.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod common;

use std::time::Duration;

use background_fetch_engine::http::Head;
use background_fetch_engine::ports::{NetworkError, StoreError};
use background_fetch_engine::snapshot::EntryKey;
use background_fetch_engine::testing::network::{Fault, File, Validator};
use background_fetch_engine::testing::world::World;
use background_fetch_engine::{
    Command, CommandId, CommitId, Engine, FailureReason, Input, NewFetch, Output, RecordResult,
    Timestamp,
};
use common::{App, KIB, bulk_config, config, fetch};

const LENGTH: u64 = 1000 * KIB;

/// Begins the only fetch, lets `page` have its way, and waits for the event.
fn with_page(app: &App, page: impl AsyncFn()) {
    app.live(async {
        let handle = app.handle().await;
        handle.fetch(app.fetches[0].clone()).await.unwrap();
        page().await;
        while handle.is_active() {
            app.world.clock.sleep(Duration::from_millis(10)).await;
        }
    });
}

#[test]
fn bytes_that_could_not_be_stored_are_not_counted() {
    for nth in 0..4 {
        let app = App::of("file", File::new(1, LENGTH));
        let exact = NewFetch { download_total: LENGTH, ..app.fetches[0].clone() };
        let app = App { fetches: vec![exact], ..app };
        with_page(&app, async || {
            while app.world.bodies.entries().len() < nth {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            app.world.bodies.fail_next_put(StoreError::Failed("by the test".into()));
        });
        app.assert_success(1, LENGTH);
        assert!(app.sent("file") > LENGTH, "nothing failed");
        let told = &app.world.notifications()["one"];
        assert!(told.iter().all(|state| state.downloaded <= LENGTH));
    }
}

#[test]
fn a_hole_that_is_filled_is_not_the_end_of_a_body_of_unknown_length() {
    let file = File { tells_length: false, ..File::new(1, LENGTH) };
    let app = App::of("file", file);
    app.live_until_step(70);
    let entries = app.world.bodies.entries();
    assert!(entries.len() > 2, "{entries:?}");
    app.world.bodies.delete(&entries[..1]);
    app.run();
    app.assert_success(1, LENGTH);
}

#[test]
fn a_part_of_a_body_of_unknown_length_is_not_taken_for_the_rest() {
    for less in [Fault::Less(100 * KIB), Fault::LessOfUnknown(100 * KIB)] {
        let mut file = File { tells_length: false, ..File::new(1, LENGTH) };
        file.faults.extend([Fault::Cut(300 * KIB), less, less]);
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
        // But for what each part repeats.
        let repeated = app.sent("file") - LENGTH;
        assert!(repeated <= 5 * 4 * KIB, "{less:?}: {repeated} bytes again");
    }
}

#[test]
fn what_always_breaks_and_cannot_be_resumed_is_given_up() {
    for fault in [Fault::Cut(300 * KIB), Fault::Silent(300 * KIB)] {
        let file = File { ranges: false, always: Some(fault), ..File::new(1, LENGTH) };
        let app = App::of("file", file);
        app.run();
        app.assert_failure(FailureReason::FetchError);
        assert!(app.requests("file") <= 62, "{} requests", app.requests("file"));
    }
}

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
    app.assert_failure(FailureReason::FetchError);
}

/// As much as is asked for again, to be compared, and nothing after that.
#[test]
fn parts_that_bring_nothing_new_are_not_asked_for_without_end() {
    for validator in [Validator::Strong, Validator::Weak] {
        let most = if validator == Validator::Strong { 4 * KIB } else { 64 * KIB };
        let mut file = File { validator, always: Some(Fault::Less(most)), ..File::new(1, LENGTH) };
        file.faults.push_back(Fault::Cut(300 * KIB));
        let app = App::of("file", file);
        app.run();
        app.assert_failure(FailureReason::FetchError);
        assert!(app.requests("file") <= 62, "{} requests", app.requests("file"));
    }
}

#[test]
fn parts_from_several_places_with_other_validators_are_given_up_for_one_stream() {
    let app = App { config: bulk_config(), ..App::new(World::default()) };
    for place in 0..3 {
        app.serve(&place.to_string(), File { place, own_etags: true, ..File::new(1, LENGTH) });
    }
    let mirrors = (0..3).map(|place| common::url(&place.to_string())).collect();
    app.serve("file", File { mirrors, ..File::new(0, 0) });
    let app = App { fetches: vec![fetch("one", &["file"])], ..app };
    app.run();
    app.assert_success(1, LENGTH);
    assert!(app.requests("file") < 5, "{} requests", app.requests("file"));
}

#[test]
fn records_of_a_success_are_successes_even_if_one_could_not_be_written_down() {
    let mut looks = 0;
    // Not before the transaction that fails.
    for crash in 8..40 {
        let app = App::of("file", File::new(1, 0));
        app.world.crash_after(None);
        with_page(&app, async || {
            app.world.meta.fail_next(StoreError::Failed("by the test".into()));
            app.world.crash_after(Some(crash));
        });
        app.world.crash_after(None);
        app.run();
        let seen = app.world.deliveries()["one"].clone();
        let records: Vec<_> = seen.iter().flat_map(|delivery| &delivery.records).collect();
        looks += records.len();
        for (record, _) in records {
            assert_eq!(record.result, Some(RecordResult::Success), "crash {crash}");
        }
    }
    assert!(looks > 0);
}

#[test]
fn deaths_do_not_use_up_the_tries() {
    let mut file = File::new(1, LENGTH);
    file.faults.extend([Fault::Fails(NetworkError::Unreachable); 40]);
    let app = App::of("file", file);
    for life in 1..=40 {
        app.live(async {
            let handle = app.handle().await;
            let _ = handle.fetch(app.fetches[0].clone()).await;
            while app.requests("file") < life {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            app.world.clock.sleep(Duration::from_millis(20)).await;
        });
    }
    app.run();
    app.assert_success(1, LENGTH);
}

fn outputs(engine: &mut Engine, input: Input) -> Vec<Output> {
    engine.handle(Timestamp(0), input);
    std::iter::from_fn(|| engine.poll_output()).collect()
}

#[test]
fn an_older_engine_does_not_sweep_what_a_newer_one_makes() {
    let entry = |epoch: u64| EntryKey(format!("one/0/{epoch}.1"));
    let mut engine = Engine::new(config(), 5);
    let entries = [3, 4, 5, 6, 17].map(entry).to_vec();
    let done = outputs(&mut engine, Input::Restored { snapshots: Vec::new(), entries });
    let (commit, writes) = commit_of(&done);
    assert_eq!(writes, 0, "it only asks whether the store is ours");
    let done = outputs(&mut engine, Input::Committed { commit });
    assert_eq!(done, [Output::Delete { entries: [3, 4, 5].map(entry).to_vec() }]);
}

#[test]
fn the_first_engine_sweeps_only_if_no_newer_one_has_begun() {
    let mut engine = Engine::new(config(), 1);
    let entries = vec![EntryKey("one/0/2.1".into())];
    let done = outputs(&mut engine, Input::Restored { snapshots: Vec::new(), entries });
    let (commit, _) = commit_of(&done);
    let error = StoreError::Fenced;
    let done = outputs(&mut engine, Input::CommitFailed { commit, error });
    assert!(!done.iter().any(|output| matches!(output, Output::Delete { .. })), "{done:?}");
}

#[test]
fn who_lost_the_answer_gets_no_second_fetch_when_all_is_over() {
    let app = App::of("file", File::new(1, LENGTH));
    with_page(&app, async || {
        let handle = app.handle().await;
        while handle.is_active() {
            app.world.clock.sleep(Duration::from_millis(10)).await;
        }
        let again = handle.fetch(app.fetches[0].clone()).await.unwrap();
        assert_eq!(again.result, background_fetch_engine::state::FetchResult::Success);
        assert!(!handle.is_active());
    });
    app.assert_success(1, LENGTH);
    assert_eq!(app.requests("file"), 1);
}

#[test]
fn what_is_recorded_goes_only_if_the_store_is_still_ours() {
    let mut engine = Engine::new(config(), 1);
    outputs(&mut engine, Input::Restored { snapshots: Vec::new(), entries: Vec::new() });
    let create = Command::Fetch(fetch("one", &["file"]));
    let done = outputs(&mut engine, Input::Command { id: CommandId(1), command: create });
    let commit = commit_of(&done).0;
    let done = outputs(&mut engine, Input::Committed { commit });
    let transfer = done.iter().find_map(|output| match output {
        Output::Open { transfer, .. } => Some(*transfer),
        _ => None,
    });
    let transfer = transfer.unwrap();
    let head = Head { status: 200, ..Head::default() };
    outputs(&mut engine, Input::Opened { transfer, head, followed: None });
    outputs(&mut engine, Input::Read { transfer, length: 10 });
    let done = outputs(&mut engine, Input::Ended { transfer });
    let entry = done.iter().find_map(|output| match output {
        Output::Store { entry, .. } => Some(entry.clone()),
        _ => None,
    });
    let entry = entry.unwrap();
    let done = outputs(&mut engine, Input::Stored { transfer, entry: entry.clone(), length: 10 });
    let (recorded, _) = commit_of(&done);
    let abort = Command::Abort { uid: "one".into() };
    outputs(&mut engine, Input::Command { id: CommandId(2), command: abort });
    let done = outputs(&mut engine, Input::Committed { commit: recorded });
    assert!(!done.iter().any(|output| matches!(output, Output::Delete { .. })), "{done:?}");
    let (freed, writes) = commit_of(&done);
    assert_eq!(writes, 0, "it only asks whether the store is ours");
    let done = outputs(&mut engine, Input::Committed { commit: freed });
    assert_eq!(done, [Output::Delete { entries: vec![entry] }]);
}

/// The transaction among outputs, and how many writes it has.
fn commit_of(outputs: &[Output]) -> (CommitId, usize) {
    let commit = outputs.iter().find_map(|output| match output {
        Output::Commit { commit, writes } => Some((*commit, writes.len())),
        _ => None,
    });
    commit.unwrap()
}
