//! An engine that is not alone: what it may write, and what it may sweep.

use background_fetch_engine::http::Head;
use background_fetch_engine::ports::StoreError;
use background_fetch_engine::snapshot::EntryKey;
use background_fetch_engine::{Command, CommandId, Engine, Input, Output};

use crate::common::bench::{commit_of, opened_of, outputs, store_of};
use crate::common::{config, fetch};

/// Found by the simulation.
#[test]
fn an_older_engine_does_not_sweep_what_a_newer_one_makes() {
    let entry = |epoch: u64| EntryKey(format!("one/0/{epoch}.1"));
    let mut engine = Engine::new(config(), 5);
    let entries = [3, 4, 5, 6, 17].map(entry).to_vec();
    let done = outputs(&mut engine, Input::Restored { snapshots: Vec::new(), entries });
    let (commit, writes) = commit_of(&done);
    assert!(writes.is_empty(), "it only asks whether the store is ours");
    let done = outputs(&mut engine, Input::Committed { commit });
    assert_eq!(done, [Output::Delete { entries: [3, 4, 5].map(entry).to_vec(), fetch: None }]);
}

/// Found by the simulation.
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

/// Found by the simulation.
#[test]
fn what_is_recorded_goes_only_if_the_store_is_still_ours() {
    let mut engine = Engine::new(config(), 1);
    outputs(&mut engine, Input::Restored { snapshots: Vec::new(), entries: Vec::new() });
    let create = Command::Fetch(fetch("one", &["file"]));
    let done = outputs(&mut engine, Input::Command { id: CommandId(1), command: create });
    let commit = commit_of(&done).0;
    let done = outputs(&mut engine, Input::Committed { commit });
    let transfer = opened_of(&done);
    let head = Head { status: 200, ..Head::default() };
    outputs(&mut engine, Input::Opened { transfer, head, followed: None });
    outputs(&mut engine, Input::Read { transfer, length: 10 });
    let done = outputs(&mut engine, Input::BodyEnded { transfer });
    let entry = store_of(&done);
    let done = outputs(&mut engine, Input::Stored { transfer, entry: entry.clone(), length: 10 });
    let (recorded, _) = commit_of(&done);
    let abort = Command::Abort { uid: "one".into() };
    outputs(&mut engine, Input::Command { id: CommandId(2), command: abort });
    let done = outputs(&mut engine, Input::Committed { commit: recorded });
    assert!(!done.iter().any(|output| matches!(output, Output::Delete { .. })), "{done:?}");
    let (freed, writes) = commit_of(&done);
    assert!(writes.is_empty(), "it only asks whether the store is ours");
    let done = outputs(&mut engine, Input::Committed { commit: freed });
    assert_eq!(done, [Output::Delete { entries: vec![entry], fetch: None }]);
}
