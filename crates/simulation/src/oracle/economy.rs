//! What is stored is not fetched again, and nothing is asked for without a reason.

use std::time::Duration;

use background_fetch_engine::Config;
use background_fetch_engine::testing::network::{Coding, Exposure, File, Validator};

use crate::oracle::Oracle;
use crate::oracle::facts::{Facts, FetchFacts, RecordFacts};
use crate::oracle::measure::{crawls, longest_wait, most_held};
use crate::plan::RecordPlan;
use crate::plan::twist::Ask;

pub(crate) fn judge(oracle: &Oracle, facts: &Facts, uid: &str, fetch: &FetchFacts) {
    let plan = oracle.plan_of(uid);
    // What comes just after a suspension is taken for lost, if that was as long as a silence may be.
    let given = given(facts, uid) + fetch.pauses + facts.suspensions;
    for (index, (plan, record)) in plan.records.iter().zip(&fetch.records).enumerate() {
        let most = most_requests(oracle, facts, fetch, (plan, record), given);
        let unclear = is_hidden_coding(oracle, plan.file) || crawls(oracle, plan.file);
        if record.requests > most && !unclear {
            let requests = record.requests;
            oracle.violate(|| format!("{requests} requests for {uid}/{index}, {most} had reasons"));
        }
        let tries = record.requests + record.troubles + record.offline + record.silences;
        // An odd answer to one is no reason for ever more of them.
        // What is proven is written down with the rest, and so proven anew in each life before.
        let again = (facts.crashes + facts.rivals) * record.parts;
        let most = 2 * (tries + record.doubts + record.less - record.odd_proofs + 1) + again;
        if record.proofs > most {
            let proofs = record.proofs;
            oracle.violate(|| format!("{proofs} looks at where parts of {uid}/{index} meet"));
        }
        let most = most_bytes(oracle, facts, fetch, (plan, record), given);
        if let Some(most) = most.filter(|most| u128::from(record.sent) > *most) {
            let sent = record.sent;
            oracle.violate(|| format!("{sent} bytes sent for {uid}/{index}, of at most {most}"));
        }
    }
}

/// No worker ever held more than it may: on top of its budget, what each connection brings at once,
/// which after a break is what is repeated to be compared.
pub(crate) fn judge_memory(oracle: &Oracle) {
    let config = &oracle.plan.config;
    let chunks = oracle.world.servers.borrow();
    let chunk = chunks.files.values().map(|file| file.chunk).max().unwrap_or(0);
    let at_once = u128::from(chunk) + overlap(config);
    let connections = (config.connections + config.extra_connections) as u128;
    let most = u128::from(config.memory) + connections * at_once;
    let held = u128::from(most_held(oracle));
    if held > most {
        oracle.violate(|| format!("{held} bytes were held at a time, of at most {most}"));
    }
}

/// Every fetch that has work gets a connection, unless there was something wrong with the stores.
pub(crate) fn judge_shares(oracle: &Oracle) {
    let plan = &oracle.plan;
    let waited = longest_wait(oracle);
    let most = Duration::from(plan.config.share_after) + UNNOTICED;
    if waited > most && plan.stores.is_empty() && plan.slow_stores.is_none() {
        oracle.violate(|| format!("a fetch had no connection for {waited:?}, of at most {most:?}"));
    }
}

/// What steps take.
const UNNOTICED: Duration = Duration::from_millis(900);

/// How many requests can be necessary.
fn most_requests(
    oracle: &Oracle,
    facts: &Facts,
    fetch: &FetchFacts,
    (plan, record): (&RecordPlan, &RecordFacts),
    given: u64,
) -> u64 {
    let config = &oracle.plan.config;
    let network = record.troubles + record.doubts + record.offline + record.less + given;
    // Whatever begins the body anew may find no room beside what is stored, and makes some.
    let full = oracle.plan.quota.is_some() || facts.quota;
    // Once it waits for the room that another one has given up.
    let others = facts.fetches.values().map(|fetch| fetch.records.len()).sum::<usize>() > 1;
    let rooms = if full { 1 + u64::from(others) + record.troubles + record.doubts } else { 0 };
    let network = network + record.silences + rooms;
    let lost = facts.lost.len() as u64;
    let stores = facts.store_troubles + facts.check_troubles + facts.commit_troubles;
    let gaps = facts.crashes + facts.rivals + lost + stores;
    // Each that came beside others leaves a hole, perhaps. One that came when the other had just ended is not seen beside
    // it; but without a bypass, only who has others asks for a part with an end. After a pause, one connection may ask for
    // what several were to bring.
    let connections = (config.connections + config.extra_connections) as u64;
    let extras = record.extras.max(record.parts.min(connections));
    // And each can have been given up for another record of the fetch.
    let all: u64 = fetch.records.iter().map(|one| one.requests).sum();
    let siblings = all - record.requests;
    let most = most_extras(oracle, plan, network + gaps) + siblings;
    let extras = 2 * extras.min(most);
    let network = network + extras;
    if record.parts > 0
        && let Some(bulk) = &config.bypass
    {
        // Each reason can make all parts of a body necessary, and each hole a part with an end.
        let lengths = oracle.versions(plan.file).into_iter().map(|(_, length)| length);
        let parts = lengths.max().unwrap_or(0) / bulk.segment.max(1) + 2;
        return (1 + network + gaps) * (1 + parts + bulk.connections as u64);
    }
    // What was in flight is holes then; and where no length is certain, two parts show the end, or the server is asked
    // where it is, each time that there is one.
    let holes = 1 + most_pieces(oracle, plan, config);
    // Who begins parts earlier is asked twice.
    let network = if begins_earlier(oracle, plan) { 2 * network } else { network };
    // Each life of a worker doubts two bodies without a byte.
    let ends = if is_end_told(oracle, plan) { 0 } else { 2 * (2 + 2 * gaps + network) };
    1 + network + gaps * holes + ends
}

/// How many requests there can be beside others, if that begins anew for so many reasons: as many as there are
/// connections, and each then takes half of what another has still to bring, and half of that, and so on.
fn most_extras(oracle: &Oracle, plan: &RecordPlan, reasons: u64) -> u64 {
    let config = &oracle.plan.config;
    let lengths = oracle.versions(plan.file).into_iter().map(|(_, length)| length);
    let longest = lengths.max().unwrap_or(0) / config.split.halved.max(1);
    let connections = (config.connections + config.extra_connections) as u64;
    (1 + reasons) * connections * (2 + u64::from(longest.checked_ilog2().unwrap_or(0)))
}

/// How many pieces of a body may be on their way into the stores at a time.
fn most_pieces(oracle: &Oracle, plan: &RecordPlan, config: &Config) -> u64 {
    let servers = oracle.world.servers.borrow();
    let places = oracle.plan.places.get(plan.file).into_iter().flatten();
    let chunks = places.filter_map(|url| servers.files.get(url)).map(|file| file.chunk);
    let least = chunks.min().unwrap_or(1).clamp(1, config.segments.least);
    config.memory / least + 1
}

/// How often a connection can have been taken from a fetch: each time for a request of another one.
fn given(facts: &Facts, uid: &str) -> u64 {
    let others = facts.fetches.iter().filter(|(other, _)| *other != uid);
    others.flat_map(|(_, fetch)| &fetch.records).map(|record| record.requests).sum()
}

/// Whether parts begin where the server likes.
fn begins_earlier(oracle: &Oracle, plan: &RecordPlan) -> bool {
    let servers = oracle.world.servers.borrow();
    let mut places = oracle.plan.places.get(plan.file).into_iter().flatten();
    places.any(|url| servers.files.get(url).is_some_and(|file| file.blocks > 0))
}

/// Whether the first response tells for certain where the body ends.
fn is_end_told(oracle: &Oracle, plan: &RecordPlan) -> bool {
    let servers = oracle.world.servers.borrow();
    let mut places = oracle.plan.places.get(plan.file).into_iter().flatten();
    places.all(|url| {
        let own = |file: &File| file.exposure == Exposure::Own && file.coding.is_none();
        servers.files.get(url).is_some_and(|file| file.declares_length && own(file))
    })
}

/// Whether `Content-Length` is that of a coding which the app's origin may not see, and more than
/// what comes out of it: that cannot be distinguished from a body that ended early.
pub(crate) fn is_hidden_coding(oracle: &Oracle, file: usize) -> bool {
    let servers = oracle.world.servers.borrow();
    let mut places = oracle.plan.places.get(file).into_iter().flatten();
    places.any(|url| {
        servers.files.get(url).is_some_and(|file| {
            let shorter = |coding: Coding| {
                let mut lengths = file.versions().map(|(_, length)| length);
                lengths.any(|length| length < coding.length)
            };
            file.declares_length
                && file.exposure == Exposure::Safelisted
                && file.coding.is_some_and(shorter)
        })
    })
}

/// For a body that can always be resumed: its length, and what was in nobody's hands when a worker
/// died or a store failed.
fn most_bytes(
    oracle: &Oracle,
    facts: &Facts,
    fetch: &FetchFacts,
    (plan, record): (&RecordPlan, &RecordFacts),
    given: u64,
) -> Option<u128> {
    let places = oracle.plan.places.get(plan.file)?;
    let servers = oracle.world.servers.borrow();
    let [place] = places.as_slice() else { return None };
    if *place != oracle.plan.url(plan.file) {
        // Behind a redirect, nothing is gone on with that cannot be compared.
        return None;
    }
    let file = servers.files.get(place).filter(|file| is_resumable(file))?;
    // Whoever refuses too often is asked for all.
    let quiet = record.doubts + record.busy == 0 && !record.final_status && record.refused < 3;
    // And so is whose parts bring too little, time after time.
    let brings = record.less < u64::from(oracle.plan.config.retry.attempts);
    // Where a coding may be hidden, one that ends early and then brings nothing may be such a one.
    let framed = file.exposure == Exposure::Own || record.short < 2;
    let quiet = quiet && brings && framed && record.odd_proofs < 3;
    if !quiet || plan.ask != Ask::Plain || fetch.damaged {
        return None;
    }
    let config = &oracle.plan.config;
    let part = config.bypass.as_ref().map_or(0, |bulk| bulk.segment);
    let transfers = config.bypass.as_ref().map_or(1, |bulk| bulk.connections.max(1) + 1) as u128;
    let piece = u128::from(part + file.chunk);
    let in_hands = transfers * piece + u128::from(config.memory);
    let deaths = u128::from(facts.crashes + facts.rivals + facts.store_troubles);
    let breaks = u128::from(record.troubles + record.offline + record.silences + given);
    let broken = breaks * u128::from(file.chunk + part);
    let quota = if facts.quota { in_hands } else { 0 };
    // What is torn makes the comparison with it fail, and then all begins from scratch.
    let unequal = facts.lost.len() as u128 + u128::from(facts.compare_troubles);
    let torn = unequal * u128::from(file.length);
    let lost = u128::from(fetch.lost_bytes) + torn;
    // Who is asked where the body ends sends what follows, until it is heard.
    let asked = if file.declares_length { 0 } else { u128::from(file.chunk) };
    // What is on its way when one of several connections is not needed any more.
    let extra = u128::from(record.extras) * 2 * u128::from(file.chunk);
    let compared = u128::from(record.requests.saturating_sub(1)) * (overlap(config) + asked);
    let proofs = u128::from(record.proofs) * (2 * overlap(config) + u128::from(file.chunk));
    let compared = compared + proofs;
    Some(u128::from(file.length) + deaths * in_hands + broken + quota + lost + compared + extra)
}

/// What a request that goes on repeats, to compare it.
pub(crate) fn overlap(config: &Config) -> u128 {
    config.overlap.validated.max(config.overlap.otherwise).into()
}

fn is_resumable(file: &File) -> bool {
    let validated = matches!(file.validator, Validator::Strong | Validator::Both);
    let open = file.exposure != Exposure::Safelisted && file.coding.is_none();
    let offered = file.advertises != Some("none");
    let steady = file.nodes == 0 && !file.denies_if_range && file.blocks == 0;
    steady && validated && open && offered && file.ranges && !file.gone && file.history.is_empty()
}
