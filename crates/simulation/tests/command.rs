//! The command line.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used)]

use std::process::{Command, Output};

fn simulation(words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_simulation")).args(words).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn many_schedules_as_a_table_and_as_json() {
    let output = simulation(&["--from", "11", "--seeds", "30"]);
    assert!(output.status.success(), "{output:?}");
    assert!(printed(&output).contains("\n0 wrong"), "{output:?}");
    let output = simulation(&["--seeds", "1_0", "--threads", "1", "--json"]);
    assert!(output.status.success(), "{output:?}");
    assert!(printed(&output).starts_with("{\"totals\":{\"schedules\":10,"), "{output:?}");
}

#[test]
fn a_bug_is_shown_with_the_way_to_see_it_again() {
    let output = simulation(&["--seeds", "3000", "--bug", "cut-is-end"]);
    assert!(output.status.success(), "to find it is what was asked for: {output:?}");
    let text = printed(&output);
    let line = text.lines().find(|line| line.starts_with("--seed ")).unwrap();
    let mut words: Vec<_> = line.split(' ').collect();
    let output = simulation(&words);
    assert!(printed(&output).contains("right:"), "without the bug: {output:?}");
    words.extend(["--bug", "cut-is-end", "--trace"]);
    let output = simulation(&words);
    assert!(output.status.success(), "{output:?}");
    assert!(printed(&output).contains("WRONG:"), "{output:?}");
}

#[test]
fn worlds_of_another_kind() {
    let output = simulation(&["--worlds", "origins", "--seeds", "20"]);
    assert!(output.status.success(), "{output:?}");
    assert!(printed(&output).contains("origin unreachable for a time"), "{output:?}");
    let output = simulation(&["--worlds", "crowds", "--seed", "3"]);
    assert!(output.status.success(), "{output:?}");
    assert!(printed(&output).starts_with("--worlds crowds --seed 3 "), "{output:?}");
}

#[test]
fn mistakes_are_told() {
    for words in [
        &["--seed"][..],
        &["--seeds", "many"],
        &["--bug", "none"],
        &["--worlds", "none"],
        &["--fast"],
    ] {
        let output = simulation(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(!output.stderr.is_empty(), "{words:?}");
    }
}
