//! Findings as a table, and as JSON.

use std::fmt::Write;

use crate::campaign::{Failure, Findings};
use crate::oracle::tally::Tally;

/// For people.
pub fn table(findings: &Findings) -> String {
    let tally = &findings.tally;
    let mut text = String::new();
    for (name, value) in totals(tally) {
        let _ = writeln!(text, "{name:<44} {:>16}", grouped(value));
    }
    text.push_str("\noutcomes\n");
    for (name, count) in &tally.outcomes {
        let _ = writeln!(text, "  {name:<42} {:>16}", grouped((*count).into()));
    }
    text.push_str("\nfaults that struck\n");
    for (name, count) in &tally.faults {
        let _ = writeln!(text, "  {name:<42} {:>16}", grouped((*count).into()));
    }
    for Failure { violation, schedule } in &findings.failures {
        let _ = write!(text, "\nWRONG: {violation}\n{schedule}");
    }
    let _ = write!(text, "\n{} wrong", findings.failures.len());
    text
}

/// For programs.
pub fn json(findings: &Findings) -> String {
    let tally = &findings.tally;
    let totals = totals(tally).map(|(name, value)| format!("{}:{value}", quoted(name)));
    let counts = |counts: &std::collections::BTreeMap<&'static str, u64>| {
        let members = counts.iter().map(|(name, count)| format!("{}:{count}", quoted(name)));
        members.collect::<Vec<_>>().join(",")
    };
    let failures = findings.failures.iter().map(|Failure { violation, schedule }| {
        let places: Vec<_> = schedule.places().iter().map(usize::to_string).collect();
        let twists: Vec<_> = schedule.twists().map(|twist| quoted(&format!("{twist:?}"))).collect();
        format!(
            "{{\"seed\":{},\"violation\":{},\"only\":[{}],\"twists\":[{}]}}",
            schedule.seed(),
            quoted(violation),
            places.join(","),
            twists.join(","),
        )
    });
    format!(
        "{{\"totals\":{{{}}},\"outcomes\":{{{}}},\"faults\":{{{}}},\"failures\":[{}]}}",
        totals.join(","),
        counts(&tally.outcomes),
        counts(&tally.faults),
        failures.collect::<Vec<_>>().join(","),
    )
}

/// A number as people read it.
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn totals(tally: &Tally) -> [(&'static str, u128); 10] {
    [
        ("schedules", tally.schedules.into()),
        ("virtual hours", tally.millis / 3_600_000),
        ("steps of workers", tally.steps.into()),
        ("crashes", tally.crashes.into()),
        ("requests", tally.requests.into()),
        ("bytes", tally.bytes),
        ("fetches that ended", tally.outcomes.values().sum::<u64>().into()),
        ("events begun to be delivered", tally.deliveries.into()),
        ("most bytes held by a worker", tally.most_held.into()),
        ("longest wait without trouble, ms", tally.longest_wait),
    ]
}

fn quoted(text: &str) -> String {
    let escaped = text.chars().flat_map(|character| match character {
        '"' | '\\' => vec!['\\', character],
        character if character.is_control() => vec![' '],
        character => vec![character],
    });
    format!("\"{}\"", escaped.collect::<String>())
}
