//! What only looks: getters, answered at once.

use super::Engine;
use crate::error::Error;
use crate::fetch::{Fetch, Step};
use crate::http::RequestSpec;
use crate::matching::{MatchOptions, matches};
use crate::record::{Phase, Record};
use crate::state::{FetchState, RecordState};
use crate::time::{Instant, Millis};

impl Engine {
    /// [get()](https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-get): the active
    /// background fetch with this id of the developer's.
    pub fn get(&self, id: &str) -> Option<FetchState> {
        let found = self.fetches.iter().find(|fetch| fetch.is_active() && fetch.row.id == id);
        found.map(Fetch::state)
    }

    /// [getIds()](https://wicg.github.io/background-fetch/#dom-backgroundfetchmanager-getids): of
    /// the active background fetches, oldest first.
    pub fn ids(&self) -> Vec<String> {
        let mut ids = Vec::new();
        for fetch in self.fetches.iter().filter(|fetch| fetch.is_active()) {
            ids.push(fetch.row.id.clone());
        }
        ids
    }

    /// The state of the background fetch with this unique id: as it is, or for some days as it ended.
    pub fn state(&self, uid: &str) -> Option<FetchState> {
        let found = self.fetches.by_uid(uid).filter(|fetch| fetch.step != Step::Creating);
        found.map(Fetch::state).or_else(|| self.fetches.last_state(uid))
    }

    /// [matchAll()](https://wicg.github.io/background-fetch/#dom-backgroundfetchregistration-matchall):
    /// the records that match, in request order; all of them without a query. From now on they are
    /// followed: [`Output::RecordChanged`](crate::Output::RecordChanged).
    ///
    /// # Errors
    ///
    /// [`Error::RecordsUnavailable`].
    pub fn match_all(
        &mut self,
        uid: &str,
        query: Option<&RequestSpec>,
        options: MatchOptions,
    ) -> Result<Vec<RecordState>, Error> {
        let fetch = self.fetches.by_uid_mut(uid).filter(|fetch| fetch.has_records());
        let records = fetch.ok_or(Error::RecordsUnavailable)?.watch();
        let mut found = Vec::new();
        for record in records {
            let row = &record.row;
            if query.is_none_or(|query| matches(query, &row.request, row.head.as_ref(), options)) {
                found.push(record.state());
            }
        }
        Ok(found)
    }

    /// Whether there is unfinished work: running, waiting, or with an event to deliver, whose handlers have not been at it
    /// for too long. What is paused is none, but for what it has sent already.
    pub fn is_active(&self) -> bool {
        let idle = |fetch: &Fetch| {
            fetch.is_paused()
                && self.ledger.is_empty()
                && self.transfers.iter().all(|one| one.record.fetch != fetch.id)
        };
        self.fetches.iter().any(|fetch| fetch.is_unfinished() && !idle(fetch))
    }

    /// For how long nothing will happen if nobody calls: zero while anything is under way. Without a network, requests
    /// that are tried all the same are no reason to stay: a minute.
    pub fn rest(&self, now: Instant) -> Millis {
        let moves = |fetch: &Fetch| {
            let reads = |record: &Record| matches!(record.phase, Phase::Verifying { .. });
            fetch.is_unfinished()
                && (fetch.step != Step::Running || fetch.records().iter().any(reads))
        };
        if !self.ledger.is_empty()
            || self.transfers.iter().next().is_some()
            || self.fetches.iter().any(moves)
        {
            return Millis::default();
        }
        let least = if self.online { Millis::default() } else { self.config.retry.cap };
        let next = self.next_wake().map_or(Millis(u64::MAX), |wake| wake.after(now));
        next.max(least)
    }
}
