//! Which record is served next, and what waits for what time.

use super::Engine;
use crate::http::ByteRange;
use crate::input::TransferId;
use crate::job::{Job, Step};
use crate::output::Output;
use crate::ports::Exchange;
use crate::record::{Phase, Record};
use crate::retry::{Standing, Trouble};
use crate::snapshot::Write;
use crate::time::Timestamp;
use crate::transfer::{Stream, Transfer};

impl Engine {
    /// Fills the free connections: first with records that have none, one of each fetch in turn,
    /// then with more parts of large bodies.
    pub(super) fn schedule(&mut self) {
        while self.connections() < self.config.connections {
            let Some((uid, index)) = self.next_pending().or_else(|| self.next_part()) else {
                break;
            };
            if !self.start(&uid, index) {
                break;
            }
        }
    }

    fn connections(&self) -> usize {
        self.transfers.iter().filter(|one| one.is_open()).count()
    }

    fn next_pending(&mut self) -> Option<(String, u32)> {
        let count = self.jobs.len();
        for step in 0..count {
            let turn = (self.turn + step) % count;
            let Some(job) = self.jobs.get(turn).filter(|job| job.step == Step::Running) else {
                continue;
            };
            let pending = |record: &&Record| record.phase == Phase::Pending;
            if let Some(record) = job.records.iter().find(pending) {
                self.turn = turn + 1;
                return Some((job.row.uid.clone(), record.row.index));
            }
        }
        None
    }

    fn next_part(&self) -> Option<(String, u32)> {
        let most = self.config.bulk.as_ref()?.connections;
        let jobs = self.jobs.iter().filter(|job| job.step == Step::Running);
        let mut records = jobs.flat_map(|job| &job.records).filter(|record| {
            let parts =
                self.transfers_of(&record.row.uid, record.row.index).filter(|one| one.is_open());
            record.phase == Phase::Running
                && record.bulk
                && parts.count() < most
                && self.uncovered(record).is_some()
        });
        records.next().map(|record| (record.row.uid.clone(), record.row.index))
    }

    /// What of a record is neither stored nor on its way.
    fn uncovered(&self, record: &Record) -> Option<ByteRange> {
        let transfers = self.transfers_of(&record.row.uid, record.row.index);
        let taken: Vec<_> = transfers.map(Transfer::taken).collect();
        record.gap(&taken)
    }

    /// Begins a transfer for a record. `false` if there was nothing to begin.
    fn start(&mut self, uid: &str, index: u32) -> bool {
        if self.end_if_spent(uid, index) {
            return true;
        }
        self.forget_what_cannot_be_continued(uid, index);
        let Some(record) = self.record(uid, index) else { return false };
        let range = match &record.row.head {
            Some(_) if record.segments.is_empty() && !record.bulk => None,
            Some(_) => match self.uncovered(record) {
                Some(gap) => Some(self.part(record, gap)),
                None => {
                    self.settle_if_whole(uid, index);
                    return true;
                }
            },
            None => None,
        };
        let exchange = self.exchange(record, range);
        let asked = exchange.range;
        let tries = record.row.tries.saturating_add(1);
        let id = TransferId(self.next_serial());
        let start = range.map_or(0, |range| range.start);
        let is_get = exchange.request.is_get();
        let (patience, stall) = if is_get {
            (Some(self.config.stall * tries), self.config.stall)
        } else {
            let stall = self.config.stall_of_uploads;
            (exchange.request.body_length.is_none().then_some(stall), stall)
        };
        self.transfers.push(Transfer {
            id,
            uid: uid.to_owned(),
            index,
            asked,
            stream: Stream::Opening,
            position: start,
            kept: start,
            end: range.and_then(|range| range.end),
            last: false,
            stores: Vec::new(),
            began: (start, self.now),
            patience,
            stall,
            alive_at: self.now,
            cut_at: self.now,
        });
        if let Some(record) = self.record_mut(uid, index) {
            record.phase = Phase::Running;
        }
        if is_get {
            self.emit(Output::Open { transfer: id, exchange });
        } else {
            self.send_once(id, exchange);
        }
        true
    }

    /// A body that broke and may not be resumed begins anew: its old response is "redundant".
    fn forget_what_cannot_be_continued(&mut self, uid: &str, index: u32) {
        let lengths = self.config.overlap;
        let comparable = |record: &Record| {
            let gap = record.segments.prefix();
            !record.must_overlap() || !record.overlap(gap, lengths).is_empty()
        };
        let useful = |record: &Record| record.may_resume() && comparable(record);
        let useless = |record: &&Record| !record.segments.is_empty() && !useful(record);
        if self.record(uid, index).filter(useless).is_some() {
            self.discard(uid, index);
        }
    }

    fn part(&self, record: &Record, gap: ByteRange) -> ByteRange {
        let bulk = self.config.bulk.as_ref().filter(|_| record.bulk);
        let most = bulk.map(|bulk| gap.start.saturating_add(bulk.segment));
        // To the known end of the body the range stays open: the usual form, `bytes=N-`.
        let end = gap
            .end
            .filter(|&end| Some(end) != record.total() || most.is_some_and(|most| end <= most));
        let end = match (end, most) {
            (Some(end), Some(most)) => Some(end.min(most)),
            (end, most) => end.or(most),
        };
        ByteRange { start: gap.start, end }
    }

    fn exchange(&self, record: &Record, range: Option<ByteRange>) -> Exchange {
        let request = record.row.request.clone();
        let own = record.row.head.as_ref().is_some_and(|head| {
            // Elsewhere, or behind a redirect to elsewhere, it would cause a preflight.
            range.is_some() && self.is_own(&request.url) && self.is_own(&head.url)
        });
        let if_range = record.row.validator.clone().filter(|_| own);
        // What the browser moves by itself is not compared.
        let gap = range.filter(|_| !record.bulk).map_or(0, |range| range.start);
        let overlap = record.overlap(gap, self.config.overlap);
        let repeated: u64 = overlap.iter().map(|piece| piece.length).sum();
        let earlier = |range: ByteRange| range.start.saturating_sub(repeated);
        let range = range.map(|range| ByteRange { start: earlier(range), ..range });
        let (uid, index) = (record.row.uid.clone(), record.row.index);
        Exchange { uid, index, request, range, if_range, overlap }
    }

    fn is_own(&self, url: &str) -> bool {
        let rest = url.strip_prefix(self.config.origin.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    }

    /// Puts a record that met trouble off, or ends it.
    pub(super) fn wait(&mut self, uid: &str, index: u32, trouble: Trouble) {
        let random = self.next_random();
        let now = self.now;
        let config = self.config.retry.clone();
        let Some(record) = self.record_mut(uid, index) else { return };
        if !record.row.request.is_get() {
            return self.give_up(uid, index);
        }
        let known = record.row.head.is_some();
        let tries = record.row.tries;
        let since = record.trouble_since.filter(|_| tries > 0).unwrap_or(now);
        record.trouble_since = Some(since);
        record.denials = if trouble.is_denial() { record.denials.saturating_add(1) } else { 0 };
        let known_for = known.then(|| now.since(since));
        let standing = Standing { tries, denials: record.denials, known_for };
        match crate::retry::advise(&config, now, trouble, standing, random) {
            crate::retry::Advice::GiveUp => self.give_up(uid, index),
            crate::retry::Advice::Wait { until, counts } => {
                let counts = counts && !std::mem::take(&mut record.resumed);
                record.row.tries += u32::from(counts);
                record.phase = Phase::Waiting { until, trouble };
                if counts {
                    record.head_saved = known;
                    let write = Write::PutRecord(record.row.clone());
                    self.commit(vec![write], super::After::Note);
                }
            }
        }
    }

    /// Makes records that wait, and for which `over` holds, ready to be tried again.
    pub(super) fn end_waits(&mut self, over: impl Fn(Timestamp, Trouble) -> bool) {
        for record in self.jobs.iter_mut().flat_map(|job| &mut job.records) {
            if let Phase::Waiting { until, trouble } = record.phase
                && over(until, trouble)
            {
                record.phase = Phase::Pending;
            }
        }
    }

    pub(super) fn waits_of(&self, job: &Job) -> impl Iterator<Item = Timestamp> {
        let running = job.step == Step::Running;
        let waits = job.records.iter().filter_map(|record| match record.phase {
            Phase::Waiting { until, .. } => Some(until),
            _ => None,
        });
        waits.filter(move |_| running).collect::<Vec<_>>().into_iter()
    }

    /// The time asked for has come, for one or several things.
    pub(super) fn woken(&mut self) {
        let now = self.now;
        self.end_waits(|until, _| until <= now);
        let stalled =
            self.transfers.iter().filter(|one| one.stalls_at().is_some_and(|time| time <= now));
        let stalled: Vec<_> = stalled.map(|one| one.id).collect();
        for id in stalled {
            self.broke(id, Trouble::Stall);
        }
        let late = self
            .jobs
            .iter()
            .filter(|job| matches!(job.step, Step::Delivering { until } if until <= now));
        let late: Vec<_> = late.map(|job| job.row.uid.clone()).collect();
        for uid in late {
            self.event_settled(&uid);
        }
    }
}
