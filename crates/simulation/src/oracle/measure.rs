//! What is measured: how much a worker holds, and how long a fetch goes without.

use std::time::Duration;

use background_fetch_engine::Config;
use background_fetch_engine::testing::network::origin_of;

use crate::oracle::Oracle;
use crate::oracle::economy::{is_hidden_coding, overlap};
use crate::oracle::facts::FetchFacts;
use crate::oracle::servers;

/// The most bytes that a worker has held at a time: read, and in no entry yet, those of puts that
/// are under way among them.
pub(crate) fn most_held(oracle: &Oracle) -> u64 {
    oracle.world.most_held()
}

/// The longest time in which a fetch to which nothing went wrong had no connection, though a request
/// of it was to come, and there was a worker to send it, and a network.
pub(crate) fn longest_wait(oracle: &Oracle) -> Duration {
    let facts = oracle.facts.borrow();
    let quiet = facts.fetches.iter().filter(|(uid, fetch)| {
        // What seems to end early is asked for again after a while.
        let plan = oracle.plan_of(uid);
        let ends_early = plan.records.iter().any(|one| is_hidden_coding(oracle, one.file));
        let crawls = plan.records.iter().any(|one| crawls(oracle, one.file));
        let mut servers = plan.records.iter();
        fetch.had_no_trouble()
            && !ends_early
            && !crawls
            && servers.all(|one| servers::had_no_trouble(oracle, &facts, one))
    });
    let quiet = quiet.map(|(_, fetch)| fetch);
    quiet.map(|fetch| fetch.longest_wait).max().unwrap_or_default()
}

/// Whether what is repeated of a file, or what comes of it at a time, takes longer to come than a silence may last: then it
/// is asked for again after a while, and waited for longer.
pub(crate) fn crawls(oracle: &Oracle, file: usize) -> bool {
    let Config { stall, connections, extra_connections, .. } = oracle.plan.config;
    let repeated = overlap(&oracle.plan.config);
    let servers = oracle.world.servers.borrow();
    let mut places = oracle.plan.places.get(file).into_iter().flatten();
    places.any(|url| {
        let Some(file) = servers.files.get(url) else { return true };
        let line = servers.origins.get(origin_of(url)).and_then(|origin| origin.line);
        // All that is open at a time shares it, and what was on it when it was given up.
        let shared = line.map(|rate| rate / (2 * (connections + extra_connections)) as u64);
        let rate = u128::from(shared.unwrap_or(file.rate).min(file.rate));
        rate * u128::from(stall.0) < repeated.max(file.chunk.into()) * 1000
    })
}

/// A request of a fetch is sent: what came before may have been a wait.
pub(crate) fn note_wait(oracle: &Oracle, uid: &str) {
    let Some((from, until)) = oracle.world.connections.last_gap(uid) else { return };
    let mut facts = oracle.facts.borrow_mut();
    let able_since = facts.able_since;
    let Some(fetch) = facts.fetches.get_mut(uid) else { return };
    let FetchFacts { begun: Some(begun), resumed, longest_wait, .. } = fetch else { return };
    let waited = until.saturating_sub(from.max(able_since).max(*begun).max(*resumed));
    *longest_wait = waited.max(*longest_wait);
}
