//! Some of the schedules, and the bugs that they are to find. Many more: `--seeds`.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::thread;

use background_fetch_simulation::{
    Ask, Bug, Campaign, Findings, Options, Schedule, Twist, explore, run, shrink, table,
};

const SOME: u64 = 2000;
/// Among so many, each bug must be found.
const ENOUGH: u64 = 10_000;

fn campaign(to: u64, bug: Option<Bug>) -> Findings {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let options = Options { bug, trace: false };
    explore(&Campaign { from: 1, to, threads, options, failures: 1 }, |_| {})
}

#[test]
fn schedules_end_right() {
    let findings = campaign(SOME, None);
    assert!(findings.failures.is_empty(), "{}", table(&findings));
    assert_eq!(findings.tally.schedules, SOME);
    // None of this proves anything if nothing happens.
    assert!(findings.tally.crashes > SOME / 2, "{}", table(&findings));
    assert!(findings.tally.outcomes.len() >= 6, "{}", table(&findings));
    assert!(findings.tally.faults.len() >= 40, "{}", table(&findings));
}

#[test]
fn every_bug_is_found() {
    for (name, bug) in Bug::ALL {
        assert_eq!(Bug::named(name), Some(bug));
        let findings = campaign(ENOUGH, Some(bug));
        assert!(!findings.failures.is_empty(), "{name} is not found by {ENOUGH} schedules");
    }
}

#[test]
fn a_seed_is_the_same_run_each_time() {
    for seed in 1..50 {
        let [one, other] = [(); 2].map(|()| run(&Schedule::from_seed(seed), Options::default()));
        assert_eq!(format!("{one:?}"), format!("{other:?}"), "seed {seed}");
    }
}

#[test]
fn what_goes_wrong_is_cut_down_to_what_makes_it_so() {
    let options = Options { bug: Some(Bug::CutIsEnd), trace: false };
    let findings = campaign(ENOUGH, options.bug);
    let small = &findings.failures.first().unwrap().schedule;
    let all = Schedule::from_seed(small.seed());
    assert!(small.twists().count() < all.twists().count());
    // As it is told, it can be run again.
    let again = all.only(&small.places());
    assert_eq!(&again, small);
    assert!(run(&again, options).violation.is_some());
    assert!(run(&again, Options::default()).violation.is_none());
    for place in again.places() {
        let fewer: Vec<_> = again.places().into_iter().filter(|other| *other != place).collect();
        assert!(run(&again.only(&fewer), options).violation.is_none(), "{place} is not needed");
    }
    assert_eq!(shrink(small, options), *small);
}

#[test]
fn a_world_without_twists_is_a_plain_download() {
    let plain = Twist::Record { fetch: 0, file: 0, ask: Ask::Plain };
    let verdict = run(&Schedule::of(7, vec![plain]), Options::default());
    assert_eq!(verdict.violation, None);
    assert_eq!(verdict.tally.outcomes.get("success"), Some(&1));
    assert_eq!(verdict.tally.requests, 1);
}
