//! What happened, as far as the oracle needs to know it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use background_fetch_engine::snapshot::EntryKey;
use background_fetch_engine::state::EventType;
use background_fetch_engine::{Delivery as Limits, Error, FailureReason};

use crate::oracle::servers::ServerFacts;
use crate::plan::FetchPlan;

/// Of one world.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// By unique id.
    pub(crate) fetches: BTreeMap<String, FetchFacts>,
    /// By origin.
    pub(crate) servers: BTreeMap<String, ServerFacts>,
    /// The worker that took the store over last.
    pub(crate) owner: u32,
    /// Since when it could send requests: it has the store, and there is a network.
    pub(crate) able_since: Duration,
    /// Entries that vanished or are torn, by no fault of the engine.
    pub(crate) lost: BTreeSet<EntryKey>,
    pub(crate) crashes: u64,
    pub(crate) rivals: u64,
    /// How often all stood still but the clock.
    pub(crate) suspensions: u64,
    /// Operations of the stores that failed, and so counted as attempts.
    pub(crate) store_troubles: u64,
    /// Comparisons among them, which count as another version.
    pub(crate) compare_troubles: u64,
    /// Transactions that failed.
    pub(crate) commit_troubles: u64,
    /// Entries that could not be deleted.
    pub(crate) delete_troubles: u64,
    /// Checks of integrity that failed to be made.
    pub(crate) check_troubles: u64,
    /// The store was full.
    pub(crate) quota: bool,
    /// What was kept last under each name.
    pub(crate) kept: BTreeMap<String, String>,
}

/// Of one background fetch.
#[derive(Debug, Default)]
pub(crate) struct FetchFacts {
    /// Number of its plan.
    pub(crate) plan: usize,
    pub(crate) limit: u64,
    /// What the call of `fetch()` gave in the end.
    pub(crate) answer: Option<Result<(), Error>>,
    pub(crate) abort_asked: bool,
    /// Since when it is paused, durably.
    pub(crate) paused: Option<Duration>,
    /// How often that was asked for.
    pub(crate) pauses: u64,
    /// How often it was asked to pause, or to go on.
    pub(crate) pause_calls: u64,
    /// When that was over last.
    pub(crate) resumed: Duration,
    /// `abort()` gave true.
    pub(crate) aborted: bool,
    /// The outcome that became durable.
    pub(crate) persisted: Option<Ending>,
    /// A transaction with its outcome failed.
    pub(crate) unwritten: bool,
    pub(crate) deliveries: Vec<Delivery>,
    /// When it was accepted, durably.
    pub(crate) begun: Option<Duration>,
    /// The longest time in one life in which it had no connection, though a request was to come.
    pub(crate) longest_wait: Duration,
    /// Workers in which all realms know the outcome.
    pub(crate) told_by: BTreeSet<u32>,
    /// The worker that removed its rows.
    pub(crate) deleted: Option<u32>,
    /// Its own row was damaged, or one of its records.
    pub(crate) lost: bool,
    pub(crate) damaged: bool,
    /// Bytes of entries that were lost.
    pub(crate) lost_bytes: u64,
    pub(crate) records: Vec<RecordFacts>,
}

/// How a fetch ended.
pub(crate) type Ending = Option<FailureReason>;

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delivery {
    pub(crate) worker: u32,
    pub(crate) event: EventType,
    pub(crate) ending: Ending,
    pub(crate) began: Duration,
    pub(crate) finished: bool,
}

/// Of one record, over all requests for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecordFacts {
    pub(crate) requests: u64,
    /// When something last came of it, or was asked for, since the beginning.
    pub(crate) last_sign: Duration,
    /// Parts that were asked for because nothing had come for a while.
    pub(crate) silences: u64,
    /// Whether it was asked whether its server can be reached.
    pub(crate) probed: bool,
    /// Among them, those that are non-GET, and may have an effect.
    pub(crate) orders: u64,
    /// Bytes that were sent for it.
    pub(crate) sent: u64,
    /// What counts as a try without success.
    pub(crate) troubles: u64,
    /// Among them, those by Fetch itself.
    pub(crate) refused: u64,
    /// Among them, those by a busy server.
    pub(crate) busy: u64,
    /// Responses to ranges that need not, or must not, be taken for parts of what came before.
    pub(crate) doubts: u64,
    /// Parts that brought less than was asked for, and said so.
    pub(crate) less: u64,
    /// Parts that lacked their last byte, and said so, as far as that may be read.
    pub(crate) less_by_one: u64,
    /// Bodies that ended early, as if they were whole.
    pub(crate) short: u64,
    /// Bytes beyond what a part declared.
    pub(crate) overlong: u64,
    /// Requests for both sides of where two parts meet.
    pub(crate) proofs: u64,
    /// Those of them whose answers were odd.
    pub(crate) odd_proofs: u64,
    /// Requests beside others whose bodies were on their way.
    pub(crate) extras: u64,
    /// Requests for a part with an end.
    pub(crate) parts: u64,
    /// Tries that did not count, because there was no network, or nobody answered.
    pub(crate) offline: u64,
    /// Since when nobody has answered, and the longest time that it ever was.
    pub(crate) silent_since: Option<Duration>,
    pub(crate) silence: Duration,
    /// The same, for workers that died before it was written down that somebody has.
    pub(crate) first_silent: Option<Duration>,
    pub(crate) longest_silence: Duration,
    pub(crate) forbidden: bool,
    /// A status that is final, and no success.
    pub(crate) final_status: bool,
    /// A 206 to no range.
    pub(crate) unasked: bool,
    /// The place and the version that the last whole response was of.
    pub(crate) first: Option<(String, u64, Option<String>)>,
    /// Versions that it was answered with.
    pub(crate) versions: BTreeSet<u64>,
}

impl Facts {
    pub(crate) fn begin(&mut self, uid: &str, plan: &FetchPlan) {
        let fetch = FetchFacts {
            plan: plan.number,
            limit: plan.limit,
            records: vec![RecordFacts::default(); plan.records.len()],
            ..FetchFacts::default()
        };
        self.fetches.insert(uid.to_owned(), fetch);
    }

    /// All stood still for so long, `now` the last: what was about to happen happens as much later.
    pub(crate) fn suspend(&mut self, time: Duration, now: Duration) {
        self.suspensions += 1;
        self.able_since = now;
        self.servers.values_mut().for_each(|server| server.suspend(time));
        for fetch in self.fetches.values_mut() {
            fetch.paused = fetch.paused.map(|since| since + time);
        }
    }

    pub(crate) fn lose(&mut self, entry: &EntryKey, length: u64) {
        self.lost.insert(entry.clone());
        if let Some(fetch) = self.fetches.get_mut(owner(entry)) {
            fetch.lost_bytes += length;
        }
    }

    pub(crate) fn record(&mut self, uid: &str, index: u32) -> Option<&mut RecordFacts> {
        let index = usize::try_from(index).ok()?;
        self.fetches.get_mut(uid)?.records.get_mut(index)
    }

    /// Whether entries may vanish that rows still speak of: those which came too late for a fetch that
    /// had ended, and which a worker that is dead or fenced out by now was deleting.
    pub(crate) fn deletes_late(&self, fetch: &FetchFacts) -> bool {
        let ended_early = fetch.aborted || fetch.persisted.is_some_and(|ending| ending.is_some());
        ended_early && self.crashes + self.rivals > 0
    }
}

impl FetchFacts {
    /// It is asked to pause, or to go on; or has answered this call that it does. The number of the call.
    pub(crate) fn note_paused(&mut self, paused: bool, call: Option<u64>, now: Duration) -> u64 {
        self.pauses += u64::from(paused && call.is_none());
        self.pause_calls += u64::from(call.is_none());
        // Whoever was asked again meanwhile, and died before it answered, may have heard it or not.
        self.paused = (paused && call == Some(self.pause_calls)).then_some(now);
        self.resumed = now;
        self.pause_calls
    }

    /// Whether its id is free, as far as the app knows.
    pub(crate) fn is_over(&self) -> bool {
        self.aborted || self.deleted.is_some() || !self.deliveries.is_empty()
    }

    /// Whether a store that failed may have made it another than it was.
    pub(crate) fn is_in_doubt(&self) -> bool {
        self.lost || self.unwritten
    }

    /// Whether nothing went wrong with any of its requests, so that none had to wait for another try.
    pub(crate) fn had_no_trouble(&self) -> bool {
        self.records.iter().all(|record| record.troubles + record.offline + record.doubts == 0)
    }

    /// Whether its event was handled to the end.
    pub(crate) fn is_delivered(&self) -> bool {
        self.deliveries.iter().any(|one| one.finished)
    }

    /// Whether enough deliveries had their time, each at most until the next.
    pub(crate) fn is_given_up(&self, limits: &Limits, now: Duration) -> bool {
        let least = Duration::from(limits.counts_after);
        let begins = self.deliveries.iter().map(|one| one.began);
        let ends = begins.clone().skip(1).chain([now]);
        let fair = begins.zip(ends).filter(|(began, end)| *end >= *began + least);
        fair.count() >= limits.most as usize
    }
}

/// The fetch that an entry belongs to.
pub(crate) fn owner(entry: &EntryKey) -> &str {
    entry.0.split('/').next().unwrap_or_default()
}
