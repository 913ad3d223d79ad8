//! Servers: what befell one record of theirs, the others need not meet; and who asked to be left alone, is.

use std::collections::BTreeMap;
use std::time::Duration;

use background_fetch_engine::Timestamp;
use background_fetch_engine::http::Head;
use background_fetch_engine::ports::Exchange;
use background_fetch_engine::testing::network::{origin_of, parse_date};

use crate::oracle::Oracle;
use crate::oracle::facts::{Facts, FetchFacts, RecordFacts};
use crate::plan::RecordPlan;

/// Of one origin.
#[derive(Debug, Clone, Default)]
pub(crate) struct ServerFacts {
    /// Whether it has answered anything.
    pub(crate) answered: bool,
    pub(crate) hold: Option<Hold>,
}

/// A time for which a server has asked to be left alone.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    /// The record that it said so to.
    of: (String, u32),
    from: Duration,
    until: Duration,
}

impl ServerFacts {
    /// All stood still for so long.
    pub(crate) fn suspend(&mut self, time: Duration) {
        if let Some(hold) = &mut self.hold {
            hold.from += time;
        }
    }
}

/// The records of all fetches that are of the same origin.
pub(crate) fn siblings<'a>(
    oracle: &'a Oracle,
    facts: &'a Facts,
    plan: &RecordPlan,
) -> impl Iterator<Item = &'a RecordFacts> {
    let origin = origin_of(&plan.request.url).to_owned();
    let plans = facts.fetches.values().flat_map(|fetch| {
        let plan = oracle.plan.fetches.iter().find(|plan| plan.number == fetch.plan);
        plan.map(|plan| plan.records.iter().zip(&fetch.records)).into_iter().flatten()
    });
    plans.filter(move |(plan, _)| origin_of(&plan.request.url) == origin).map(|(_, facts)| facts)
}

/// Whether nothing ever kept a record of this server waiting.
pub(crate) fn had_no_trouble(oracle: &Oracle, facts: &Facts, plan: &RecordPlan) -> bool {
    let mut siblings = siblings(oracle, facts, plan);
    siblings.all(|record| record.troubles + record.offline == 0)
}

/// The very first answer of a server holds all of its records, if it names a time: nobody can know better, but from
/// one that is on its way as well.
pub(crate) fn note_answer(
    oracle: &Oracle,
    facts: &mut Facts,
    exchange: &Exchange,
    busy: Option<&Head>,
) {
    let (now, wall) = (oracle.world.clock.monotonic(), oracle.world.clock.time().wall);
    let server = facts.servers.entry(origin_of(&exchange.request.url).to_owned()).or_default();
    let first = !std::mem::replace(&mut server.answered, true);
    // A date without one of the server's beside it is read by a clock that may be set on the way.
    let unsure = |head: &Head| oracle.plan.sets_clocks() && head.header("date").is_none();
    let named = busy.and_then(|head| named_wait(head, (!unsure(head)).then_some(wall)));
    if let Some(asked) = named.filter(|_| first) {
        let asked = asked.min(oracle.plan.config.retry.retry_after_cap.into());
        let of = (exchange.uid.clone(), exchange.index);
        server.hold = Some(Hold { of, from: now, until: now + asked });
    } else if busy.is_none() {
        server.hold = server.hold.take().filter(|hold| now > hold.from + ON_THE_WAY);
    }
}

/// A response came to nothing on its way: nobody has heard of a hold.
pub(crate) fn note_broken(facts: &mut Facts, uid: &str, index: u32) {
    keep_holds(&mut facts.servers, |hold| hold.of.0 != uid || hold.of.1 != index);
}

/// A fetch is over: what is on its way to it, nobody hears of.
pub(crate) fn forget_what_ended(
    servers: &mut BTreeMap<String, ServerFacts>,
    uid: &str,
    now: Duration,
) {
    keep_holds(servers, |hold| hold.of.0 != uid || now > hold.from + ON_THE_WAY);
}

fn keep_holds(servers: &mut BTreeMap<String, ServerFacts>, keep: impl Fn(&Hold) -> bool) {
    for server in servers.values_mut() {
        server.hold = server.hold.take().filter(&keep);
    }
}

fn named_wait(head: &Head, now: Option<Timestamp>) -> Option<Duration> {
    let value = head.header("retry-after")?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let now = head.header("date").and_then(parse_date).or(now)?;
    parse_date(value).map(|date| date.since(now))
}

/// A request is about to be sent.
pub(crate) fn judge_request(oracle: &Oracle, facts: &Facts, url: &str) {
    let now = oracle.world.clock.monotonic();
    let server = facts.servers.get(origin_of(url));
    let Some(hold) = server.and_then(|server| server.hold.as_ref()) else { return };
    // One that was aborted or paused may not have heard of it, nor a rival; and what is lost is forgotten.
    let unsure =
        |fetch: &FetchFacts| fetch.abort_asked || fetch.pauses > 0 || fetch.lost || fetch.damaged;
    let sure = !facts.fetches.get(&hold.of.0).is_none_or(unsure) && facts.rivals == 0;
    // Others may be on their way when it is heard of.
    if sure && now > hold.from + ON_THE_WAY && now < hold.until {
        oracle.violate(|| format!("{url} was asked {:?} too early", hold.until - now));
    }
}

/// A worker died: what it has not written down, or what the clock on the wall tells wrong, the next does not know.
pub(crate) fn forget_what_died(oracle: &Oracle, facts: &mut Facts) {
    let now = oracle.world.clock.monotonic();
    let is_sure = facts.commit_troubles == 0 && !oracle.plan.sets_clocks();
    let slow = oracle.plan.slow_stores.is_some() || !oracle.plan.stores.is_empty();
    let fetches = &facts.fetches;
    // It goes with the rows of its fetch.
    let running = |uid: &str| fetches.get(uid).is_some_and(|fetch| fetch.persisted.is_none());
    keep_holds(&mut facts.servers, |hold| {
        is_sure && !slow && now > hold.from + ON_THE_WAY && running(&hold.of.0)
    });
}

/// What requests and rows take.
const ON_THE_WAY: Duration = Duration::from_secs(3);
