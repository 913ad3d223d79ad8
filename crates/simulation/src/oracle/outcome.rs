//! What must have come of a schedule, once everything is over.

use std::time::Duration;

use background_fetch_engine::{Error, FailureReason};

use crate::oracle::Oracle;
use crate::oracle::economy::{self, is_hidden_coding};
use crate::oracle::facts::{Ending, Facts, FetchFacts, RecordFacts};
use crate::oracle::{library, servers};
use crate::plan::RecordPlan;
use crate::plan::twist::Ask;

/// Every fetch has one outcome, that may come of what happened to it, and its event was heard.
pub(crate) fn judge(oracle: &Oracle) {
    economy::judge_memory(oracle);
    economy::judge_shares(oracle);
    let facts = oracle.facts.borrow();
    for (uid, fetch) in &facts.fetches {
        match &fetch.answer {
            None => oracle.violate(|| format!("{uid} was never answered")),
            Some(Err(error)) => judge_refused(oracle, uid, fetch, error),
            Some(Ok(())) => judge_outcome(oracle, &facts, uid, fetch),
        }
    }
}

fn judge_refused(oracle: &Oracle, uid: &str, fetch: &FetchFacts, error: &Error) {
    oracle.tally.borrow_mut().end("refused");
    if !fetch.deliveries.is_empty() {
        oracle.violate(|| format!("{uid} was refused with {error:?}, but had an event"));
    }
}

fn judge_outcome(oracle: &Oracle, facts: &Facts, uid: &str, fetch: &FetchFacts) {
    if fetch.lost {
        return oracle.tally.borrow_mut().end("lost with its row");
    }
    if !fetch.is_delivered() && !oracle.leaves_alone(fetch) {
        oracle.violate(|| format!("the event of {uid} was not handled"));
    }
    let Some(first) = fetch.deliveries.first() else {
        return oracle.violate(|| format!("{uid} had no event"));
    };
    let others = fetch.deliveries.iter().any(|one| one.ending != first.ending);
    if others && !fetch.unwritten {
        oracle.violate(|| format!("{uid} had several outcomes: {:?}", fetch.deliveries));
    }
    let left = || oracle.world.meta.over().iter().any(|row| row.uid == uid);
    // It is kept for a week.
    let old = oracle.world.clock.monotonic() > Duration::from_secs(6 * 24 * 60 * 60);
    if fetch.deleted.is_some() && !old && !left() {
        oracle.violate(|| format!("nobody will know how {uid} ended"));
    }
    economy::judge(oracle, facts, uid, fetch);
    let ending = first.ending;
    oracle.tally.borrow_mut().end(name(ending));
    if !fetch.unwritten {
        judge_ending(oracle, facts, uid, fetch, ending);
    }
}

fn judge_ending(oracle: &Oracle, facts: &Facts, uid: &str, fetch: &FetchFacts, ending: Ending) {
    if fetch.aborted && ending != Some(FailureReason::Aborted) {
        oracle.violate(|| format!("{uid} was aborted, but ended with {ending:?}"));
    }
    let plan = oracle.plan_of(uid);
    let mut records = plan.records.iter().zip(&fetch.records);
    let may = match ending {
        None => true,
        Some(FailureReason::Aborted) => fetch.abort_asked,
        Some(FailureReason::BadStatus) => {
            records.any(|(plan, record)| may_be_bad_status(oracle, facts, plan, record))
        }
        Some(FailureReason::QuotaExceeded) => facts.quota || oracle.plan.quota.is_some(),
        Some(FailureReason::DownloadTotalExceeded) => {
            let most: u128 = plan.records.iter().map(|plan| largest(oracle, plan)).sum();
            let overlong = fetch.records.iter().map(|record| u128::from(record.overlong));
            let most = most + overlong.sum::<u128>();
            fetch.limit > 0 && most > u128::from(fetch.limit)
        }
        Some(FailureReason::FetchError) => {
            fetch.damaged || records.any(|(plan, record)| may_fail(oracle, facts, plan, record))
        }
    };
    if !may {
        oracle.violate(|| format!("{uid} ended with {ending:?} for no reason"));
    }
}

/// Bytes of the largest response that a record can have had.
fn largest(oracle: &Oracle, plan: &RecordPlan) -> u128 {
    let lengths = oracle.versions(plan.file).into_iter().map(|(_, length)| length);
    u128::from(lengths.max().unwrap_or(0).max(20))
}

/// The fewest attempts that end in giving up.
fn fewest_tries(oracle: &Oracle) -> u64 {
    let retry = &oracle.plan.config.retry;
    retry.attempts.min(retry.known_attempts).into()
}

fn may_be_bad_status(
    oracle: &Oracle,
    facts: &Facts,
    plan: &RecordPlan,
    record: &RecordFacts,
) -> bool {
    // The first end of a body that is short of the length declared is a doubt.
    let hidden = u64::from(is_hidden_coding(oracle, plan.file));
    let of_server: u64 = servers::siblings(oracle, facts, plan).map(|record| record.troubles).sum();
    let troubles = of_server + facts.store_troubles + hidden;
    record.final_status || record.busy > 0 && troubles > fewest_tries(oracle)
}

fn may_fail(oracle: &Oracle, facts: &Facts, plan: &RecordPlan, record: &RecordFacts) -> bool {
    let retry = &oracle.plan.config.retry;
    let troubles = record.troubles + facts.store_troubles;
    let refused = record.refused > 0 && troubles > u64::from(retry.refused_attempts);
    let torn = facts.lost.len() as u64;
    let doubts = record.doubts + facts.check_troubles + torn > u64::from(retry.restarts);
    let deaths = facts.crashes + facts.rivals;
    let troubled = deaths + facts.suspensions + record.offline + troubles > 0;
    let disturbed = troubled || !facts.lost.is_empty();
    let once = !plan.ask.is_get() && disturbed;
    let original = oracle.versions(plan.file).iter().map(|(version, _)| *version).min();
    let other = record.versions.iter().any(|version| Some(*version) != original);
    let hidden = is_hidden_coding(oracle, plan.file);
    let digest = match plan.ask {
        Ask::Integrity { right } => {
            let torn = !facts.lost.is_empty();
            // What ended early without anybody's notice is not what the digest is of.
            let cut = record.short > if is_unframed(oracle, plan) { 0 } else { 1 };
            !right || other || torn || cut || record.final_status || record.busy > 0
        }
        _ => false,
    };
    // Of a clock that somebody sets, no more than the last moments count.
    let siblings: Vec<_> = servers::siblings(oracle, facts, plan).collect();
    let of_server: u64 = siblings.iter().map(|record| record.troubles).sum();
    // Who dies before it hears of an answer, does not know.
    let silence = |one: &&RecordFacts| if deaths > 0 { one.longest_silence } else { one.silence };
    let silence = siblings.iter().map(silence).max().unwrap_or_default();
    let silent = if oracle.plan.sets_clocks() { retry.cap } else { retry.silence };
    let forbidden = record.forbidden || record.unasked || digest || hidden;
    // What its server did to others counts as well.
    let troubles = of_server + facts.store_troubles;
    let given_up = silence >= silent.into() || troubles > fewest_tries(oracle);
    forbidden || once || refused || doubts || given_up
}

/// Whether an end that comes too early may not be noticed.
fn is_unframed(oracle: &Oracle, plan: &RecordPlan) -> bool {
    let servers = oracle.world.servers.borrow();
    let mut places = oracle.plan.places.get(plan.file).into_iter().flatten();
    places.any(|url| servers.files.get(url).is_some_and(|file| file.unframed))
}

/// No row is left, and no entry.
pub(crate) fn judge_remains(oracle: &Oracle) {
    library::judge(oracle);
    let mut entries = oracle.world.bodies.entries();
    let items = oracle.world.meta.items();
    let kept: Vec<_> = items.iter().flat_map(|item| &item.segments).map(|row| &row.entry).collect();
    entries.retain(|entry| !kept.contains(&entry));
    if !entries.is_empty() {
        oracle.violate(|| format!("entries are left: {entries:?}"));
    }
    let only_bodies_of_refused = oracle.world.meta.snapshots().is_empty();
    if !oracle.world.meta.is_empty() || !only_bodies_of_refused {
        oracle.violate(|| format!("rows are left: {:?}", oracle.world.meta.snapshots()));
    }
}

fn name(ending: Ending) -> &'static str {
    match ending {
        None => "success",
        Some(FailureReason::Aborted) => "aborted",
        Some(FailureReason::BadStatus) => "bad-status",
        Some(FailureReason::FetchError) => "fetch-error",
        Some(FailureReason::QuotaExceeded) => "quota-exceeded",
        Some(FailureReason::DownloadTotalExceeded) => "download-total-exceeded",
    }
}
