//! All background fetches of the registration.

use std::rc::Rc;

use crate::context::Context;
use crate::fetch::{Fetch, Step};
use crate::http::RequestSpec;
use crate::ids::{FetchId, RecordId};
use crate::ledger::After;
use crate::record::Record;
use crate::snapshot::{FetchRow, Write};
use crate::state::FetchState;
use crate::time::Millis;

/// In the order of their creation, which is that of their names.
#[derive(Debug, Default)]
pub(crate) struct Fetches {
    all: Vec<Fetch>,
    /// What is left of those that are over, in the order in which they ended.
    over: Vec<FetchRow>,
    /// Whether nothing is to be asked for.
    held: bool,
}

impl Fetches {
    /// Adds one, which is newer than all others.
    pub(crate) fn push(&mut self, mut fetch: Fetch) {
        fetch.held = self.held;
        self.all.push(fetch);
    }

    /// Admits the oldest that waits for others, if fewer than so many are under way. Whatever stops comes to wait, too.
    pub(crate) fn admit(&mut self, most: usize) -> Option<FetchId> {
        let (mut under_way, mut next) = (0, None);
        for fetch in &mut self.all {
            let runs = fetch.step == Step::Running && !fetch.is_paused();
            fetch.waits |= !runs;
            if !fetch.waits {
                under_way += 1;
            } else if runs && next.is_none() {
                next = Some(fetch);
            }
        }
        let fetch = next.filter(|_| under_way < most)?;
        fetch.waits = false;
        Some(fetch.id)
    }

    /// Nothing is to be asked for, or all again.
    pub(crate) fn hold(&mut self, held: bool) {
        self.held = held;
        for fetch in &mut self.all {
            fetch.held = held;
        }
    }

    pub(crate) fn get(&self, id: FetchId) -> Option<&Fetch> {
        self.all.get(self.place(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: FetchId) -> Option<&mut Fetch> {
        let place = self.place(id)?;
        self.all.get_mut(place)
    }

    pub(crate) fn record(&self, id: RecordId) -> Option<&Record> {
        self.get(id.fetch)?.record(id.index)
    }

    pub(crate) fn record_mut(&mut self, id: RecordId) -> Option<&mut Record> {
        self.get_mut(id.fetch)?.record_mut(id.index)
    }

    pub(crate) fn by_uid(&self, uid: &str) -> Option<&Fetch> {
        self.all.iter().find(|fetch| fetch.row.uid == uid)
    }

    pub(crate) fn by_uid_mut(&mut self, uid: &str) -> Option<&mut Fetch> {
        self.all.iter_mut().find(|fetch| fetch.row.uid == uid)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Fetch> {
        self.all.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Fetch> {
        self.all.iter_mut()
    }

    pub(crate) fn ids(&self) -> Vec<FetchId> {
        self.all.iter().map(|fetch| fetch.id).collect()
    }

    pub(crate) fn last(&self) -> Option<&Fetch> {
        self.all.last()
    }

    pub(crate) fn remove(&mut self, id: FetchId) -> Option<Fetch> {
        self.place(id).map(|place| self.all.remove(place))
    }

    /// The entries of a fetch are gone, or the library's. Last, its rows go, but for one that says how it ended: who lost the answer to
    /// `fetch()` may ask for it when all is over already, in another life of the worker too, and must not get a second
    /// fetch.
    pub(crate) fn cleared(&mut self, cx: &mut Context<'_>, id: FetchId, kept: bool) {
        let Some(fetch) = self.get(id) else { return };
        let (uid, over, requests) = (fetch.row.uid.clone(), fetch.over(), requests(fetch));
        let mut writes = vec![Write::DeleteFetch { uid, kept }];
        let mut excess = self.over.len() - self.that_fit(&over);
        self.over.retain(|row| {
            let old = row.ended.is_none_or(|ended| cx.now.wall.after(ended) >= OVER_FOR);
            let goes = old || excess > 0;
            if goes {
                excess = excess.saturating_sub(1);
                writes.push(Write::DeleteFetch { uid: row.uid.clone(), kept: true });
            }
            !goes
        });
        writes.push(Write::PutOver(over, requests));
        cx.commit(writes, After::Deleted(id));
    }

    /// How many of those that are over, the newest, stay beside one that is newer still.
    fn that_fit(&self, newest: &FetchRow) -> usize {
        let (mut sum, mut fit) = (weight(newest), 0);
        for row in self.over.iter().rev().take(MOST_OVER - 1) {
            sum += weight(row);
            if sum > MOST_REQUESTS {
                break;
            }
            fit += 1;
        }
        fit
    }

    /// Nothing is left of a fetch but how it ended.
    pub(crate) fn forget(&mut self, id: FetchId) {
        if let Some(fetch) = self.remove(id) {
            self.remember(fetch.over());
        }
    }

    /// Adds what is left of one that is over.
    pub(crate) fn remember(&mut self, row: FetchRow) {
        let place = self.over.partition_point(|other| other.ended <= row.ended);
        self.over.insert(place, row);
    }

    /// The last state of a fetch that is over, if it is not long ago.
    pub(crate) fn last_state(&self, uid: &str) -> Option<FetchState> {
        self.over.iter().find(|row| row.uid == uid).map(FetchState::last)
    }

    pub(crate) fn clear(&mut self) {
        self.all.clear();
    }

    fn place(&self, id: FetchId) -> Option<usize> {
        self.all.binary_search_by_key(&id, |fetch| fetch.id).ok()
    }
}

/// What it takes to begin it again, if that is to be kept, and none of it was lost.
fn requests(fetch: &Fetch) -> Option<Vec<Rc<RequestSpec>>> {
    let records = fetch.records();
    let whole = weight(&fetch.row) == records.len();
    whole.then(|| records.iter().map(|record| record.row.request.clone()).collect())
}

/// How many requests are remembered of one that is over: all of a failure, but no upload, whose bodies are gone, nor what
/// would be too many.
fn weight(row: &FetchRow) -> usize {
    let kept = row.failure_reason.is_some() && row.upload_total == 0;
    let requests = row.records as usize;
    if kept && requests <= MOST_REQUESTS { requests } else { 0 }
}

/// How many are remembered after their end.
const MOST_OVER: usize = 256;

/// And how many requests of theirs: some MiB, which the next engine reads.
const MOST_REQUESTS: usize = 4096;

/// And for how long: a week.
const OVER_FOR: Millis = Millis::from_secs(7 * 24 * 60 * 60);
