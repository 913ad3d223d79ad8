//! Some of the schedules, and the bugs that they are to find. Many more: `--seeds`.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::thread;

use background_fetch_simulation::{
    Ask, Bug, Campaign, Findings, Options, Schedule, Twist, Worlds, explore, run, shrink, table,
};

fn campaign(worlds: Worlds, to: u64, bug: Option<Bug>) -> Findings {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let options = Options { bug, trace: false };
    explore(&Campaign { worlds, from: 1, to, threads, options, failures: 1 }, |_| {})
}

#[test]
fn schedules_end_right() {
    let findings = campaign(Worlds::Plain, SOME, None);
    assert!(findings.failures.is_empty(), "{}", table(&findings));
    assert_eq!(findings.tally.schedules, SOME);
    // None of this proves anything if nothing happens.
    assert!(findings.tally.crashes > SOME / 2, "{}", table(&findings));
    assert!(findings.tally.outcomes.len() >= 6, "{}", table(&findings));
    assert!(findings.tally.faults.len() >= 40, "{}", table(&findings));
}

#[test]
fn crowds_and_origins_end_right() {
    let crowds = campaign(Worlds::Crowds, CROWDS, None);
    assert!(crowds.failures.is_empty(), "{}", table(&crowds));
    assert!(crowds.tally.requests > 50 * CROWDS, "{}", table(&crowds));
    assert!(crowds.tally.most_held > 0, "{}", table(&crowds));
    let origins = campaign(Worlds::Origins, SOME, None);
    assert!(origins.failures.is_empty(), "{}", table(&origins));
    let away = origins.tally.faults.get("origin unreachable for a time");
    assert!(away.is_some_and(|count| *count > SOME / 4), "{}", table(&origins));
}

#[test]
fn a_clock_that_is_set_changes_nothing() {
    let findings = campaign(Worlds::Clocks, SOME, None);
    assert!(findings.failures.is_empty(), "{}", table(&findings));
    let set = findings.tally.faults.get("wall clock set back");
    assert!(set.is_some_and(|count| *count > SOME / 4), "{}", table(&findings));
}

#[test]
fn a_browser_that_is_suspended_loses_nothing() {
    let findings = campaign(Worlds::Phones, SOME, None);
    assert!(findings.failures.is_empty(), "{}", table(&findings));
    let suspended = findings.tally.faults.get("suspended");
    assert!(suspended.is_some_and(|count| *count > SOME), "{}", table(&findings));
}

#[test]
fn bodies_in_parts_end_right() {
    let findings = campaign(Worlds::Parts, SOME, None);
    assert!(findings.failures.is_empty(), "{}", table(&findings));
    let lines = findings.tally.faults.get("line that all share");
    assert!(lines.is_some_and(|count| *count > SOME / 4), "{}", table(&findings));
}

#[test]
fn worlds_of_each_kind_have_what_their_seed_has() {
    for (name, worlds) in Worlds::ALL {
        assert_eq!((Worlds::named(name), worlds.name()), (Some(worlds), name));
        for seed in 1..50 {
            let (plain, more) = (Worlds::Plain, Schedule::from_seed(worlds, seed));
            let own: Vec<_> = Schedule::from_seed(plain, seed).twists().cloned().collect();
            let kept = more.twists().filter(|twist| own.contains(twist)).count();
            let all = more.twists().take(own.len()).eq(&own);
            let cut = matches!(worlds, Worlds::Clocks | Worlds::Parts | Worlds::Phones);
            assert!(all || cut && kept > 0, "{name} {seed}");
            let again = more.only(&more.places());
            assert_eq!(again, more);
            let prefix = if worlds == plain { String::new() } else { format!("--worlds {name} ") };
            assert!(again.to_string().starts_with(&format!("{prefix}--seed {seed} ")));
        }
    }
}

#[test]
fn every_bug_is_found() {
    for (name, bug) in Bug::ALL {
        assert_eq!(Bug::named(name), Some(bug));
        let findings = campaign(bug.worlds(), ENOUGH, Some(bug));
        assert!(!findings.failures.is_empty(), "{name} is not found by {ENOUGH} schedules");
    }
}

#[test]
fn a_seed_is_the_same_run_each_time() {
    for seed in 1..50 {
        let [one, other] =
            [(); 2].map(|()| run(&Schedule::from_seed(Worlds::Plain, seed), Options::default()));
        assert_eq!(format!("{one:?}"), format!("{other:?}"), "seed {seed}");
    }
}

#[test]
fn what_goes_wrong_is_cut_down_to_what_makes_it_so() {
    let options = Options { bug: Some(Bug::CutIsEnd), trace: false };
    let findings = campaign(Worlds::Plain, ENOUGH, options.bug);
    let small = &findings.failures.first().unwrap().schedule;
    let all = Schedule::from_seed(Worlds::Plain, small.seed());
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

const SOME: u64 = 2000;
const CROWDS: u64 = 60;
/// Among so many, each bug must be found.
const ENOUGH: u64 = 10_000;
