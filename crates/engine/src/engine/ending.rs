//! How records and fetches end:
//! [perform a background fetch](https://wicg.github.io/background-fetch/#perform-a-background-fetch),
//! from the first settled record on.

use super::{After, Engine};
use crate::input::{CommandId, Reply, TransferId};
use crate::job::{Job, Step};
use crate::outcome::{FailureReason, RecordResult};
use crate::output::Output;
use crate::ports::StoreError;
use crate::record::Phase;
use crate::snapshot::{EntryKey, SegmentRow, Stage, Write};

/// How many fetches are remembered after their end.
const FINISHED: usize = 64;

impl Engine {
    /// Gives a record its result.
    pub(super) fn settle(&mut self, uid: &str, index: u32, result: RecordResult) {
        let Some(record) = self.record_mut(uid, index).filter(|record| !record.is_over()) else {
            return;
        };
        record.row.result = Some(result);
        record.phase = Phase::Settling;
        let write = Write::PutRecord(record.row.clone());
        self.commit(vec![write], After::Settled { uid: uid.to_owned(), index });
    }

    /// Ends a record that will not succeed. The others go on.
    pub(super) fn fail_record(&mut self, uid: &str, index: u32, reason: FailureReason) {
        self.close_transfers(uid, index, None);
        self.recount(uid);
        self.settle(uid, index, RecordResult::Failure(reason));
    }

    pub(super) fn give_up(&mut self, uid: &str, index: u32) {
        self.fail_record(uid, index, FailureReason::FetchError);
    }

    /// A record's result is durable.
    pub(super) fn settled(&mut self, uid: &str, index: u32) {
        let Some(record) = self.record_mut(uid, index) else { return };
        record.phase = Phase::Settled;
        let failure = record.row.result.and_then(RecordResult::failure);
        if let Some(job) = self.job_mut(uid) {
            job.first_failure = job.first_failure.or(failure);
        }
        self.tell_record(uid, index);
        self.check_settled(uid);
    }

    /// Ends the fetch if all of its records are settled.
    pub(super) fn check_settled(&mut self, uid: &str) {
        let done = |job: &&mut Job| job.step == Step::Running && job.is_settled();
        let Some(job) = self.job_mut(uid).filter(done) else { return };
        match job.first_failure {
            Some(reason) => self.end(uid, Some(reason), Vec::new(), Vec::new()),
            None => {
                job.step = Step::Checking;
                let pieces = job.records.iter().flat_map(|record| record.segments.iter());
                let doubtful = pieces.filter(|piece| !piece.seen);
                let doubtful = doubtful.map(|piece| (piece.entry.clone(), piece.length)).collect();
                self.emit(Output::Inventory { uid: uid.to_owned(), doubtful });
            }
        }
    }

    /// Success is told only if every entry still is there, and whole: the app, the user or the
    /// browser may have cleared the cache in the meantime, or died while it wrote.
    pub(super) fn checked(&mut self, uid: &str, entries: Result<Vec<EntryKey>, StoreError>) {
        let Some(job) = self.job_mut(uid).filter(|job| job.step == Step::Checking) else { return };
        let Ok(present) = entries else { return self.end(uid, None, Vec::new(), Vec::new()) };
        let (mut writes, mut lost) = (Vec::new(), Vec::new());
        for record in &mut job.records {
            let missing = record.segments.retain(|entry| present.contains(entry));
            if missing.is_empty() {
                continue;
            }
            lost.extend(missing);
            record.row.result = None;
            // What was shown of it is no longer true.
            record.row.version = record.row.version.wrapping_add(1);
            record.phase = Phase::Pending;
            let (uid, index) = (record.row.uid.clone(), record.row.index);
            writes.push(Write::DeleteSegments { uid: uid.clone(), index });
            writes.push(Write::PutRecord(record.row.clone()));
            writes.extend(record.segments.iter().map(|piece| {
                Write::PutSegment(SegmentRow {
                    uid: uid.clone(),
                    index,
                    start: piece.start,
                    length: piece.length,
                    entry: piece.entry.clone(),
                })
            }));
        }
        if writes.is_empty() {
            return self.end(uid, None, Vec::new(), Vec::new());
        }
        job.step = Step::Running;
        // One that is there after all, but too short, must not stay.
        self.commit(writes, After::Freed { entries: lost });
        self.recount(uid);
    }

    /// `downloadTotal` is exceeded: that ends the whole fetch at once.
    pub(super) fn exceed(&mut self, id: TransferId) {
        let Some(transfer) = self.transfer(id) else { return };
        let (uid, index) = (transfer.uid.clone(), transfer.index);
        self.close_transfers(&uid, index, None);
        let Some(record) = self.record_mut(&uid, index) else { return };
        let reason = FailureReason::DownloadTotalExceeded;
        record.row.result = Some(RecordResult::Failure(reason));
        record.phase = Phase::Settled;
        let write = Write::PutRecord(record.row.clone());
        self.end(&uid, Some(reason), vec![write], Vec::new());
    }

    /// Decides the outcome: from here on the fetch is not active, and its id is free.
    pub(super) fn end(
        &mut self,
        uid: &str,
        failure: Option<FailureReason>,
        mut writes: Vec<Write>,
        commands: Vec<CommandId>,
    ) {
        let open = self.transfers.iter().filter(|one| one.uid == uid && one.is_open());
        let open: Vec<_> = open.map(|one| one.id).collect();
        self.transfers.retain(|one| one.uid != uid);
        for transfer in open {
            self.emit(Output::Close { transfer });
        }
        self.recount(uid);
        let Some(job) = self.job_mut(uid) else { return };
        job.end(failure);
        job.step = Step::Ending;
        job.row.deliveries = job.row.deliveries.wrapping_add(1);
        writes.push(Write::PutFetch(job.row.clone()));
        // The outcome says that they have a result.
        let unsaved = job.records.iter().filter(|record| record.unsaved);
        writes.extend(unsaved.map(|record| Write::PutRecord(record.row.clone())));
        let changed: Vec<_> = job.records.iter().map(|record| record.row.index).collect();
        self.commit(writes, After::Ended { uid: uid.to_owned(), commands });
        if failure.is_some() {
            changed.into_iter().for_each(|index| self.tell_record(uid, index));
        }
    }

    /// The outcome is durable: all realms learn of it, then the worker does.
    pub(super) fn ended(&mut self, uid: &str, commands: Vec<CommandId>) {
        for command in commands {
            self.reply(command, Reply::Abort(true));
        }
        let Some(job) = self.job_mut(uid).filter(|job| job.step == Step::Ending) else { return };
        job.step = Step::Notifying;
        let state = job.state();
        self.emit(Output::Notify(state));
    }

    pub(super) fn notified(&mut self, uid: &str) {
        let until = self.now + self.config.event_patience;
        let Some(job) = self.job_mut(uid).filter(|job| job.step == Step::Notifying) else { return };
        job.step = Step::Delivering { until };
        let (event, state) = (job.event(), job.state());
        self.emit(Output::Fire { event, state });
    }

    /// The event is no longer active: unsets the records available flag, and frees everything.
    pub(super) fn event_settled(&mut self, uid: &str) {
        let delivering = |job: &&mut Job| matches!(job.step, Step::Delivering { .. });
        let Some(job) = self.job_mut(uid).filter(delivering) else { return };
        job.step = Step::Deleting;
        let state = job.state();
        self.emit(Output::Notify(state));
        self.delete_fetch(uid);
    }

    pub(super) fn delete_fetch(&mut self, uid: &str) {
        let write = Write::DeleteFetch { uid: uid.to_owned() };
        self.commit(vec![write], After::Deleted { uid: uid.to_owned() });
    }

    /// The rows are gone: now the entries may go.
    pub(super) fn deleted(&mut self, uid: &str) {
        let records = self.job(uid).into_iter().flat_map(|job| &job.records);
        let pieces = records.flat_map(|record| record.segments.iter());
        let entries = pieces.map(|piece| piece.entry.clone()).collect();
        self.delete(entries);
        self.forget(uid);
    }

    /// Only its state is kept, and that not for long: who lost the answer to `fetch()` may ask for
    /// it when all is over already, and must not get a second fetch.
    pub(super) fn forget(&mut self, uid: &str) {
        if self.finished.len() > FINISHED {
            self.finished.clear();
        }
        if let Some(at) = self.jobs.iter().position(|job| job.row.uid == uid) {
            self.finished.push(self.jobs.remove(at).state());
        }
    }

    /// Takes the delivery of an outcome up again, unless it was tried too often.
    pub(super) fn redeliver(&mut self, uid: &str) {
        let limit = self.config.deliveries;
        let Some(job) = self.job_mut(uid).filter(|job| job.row.stage == Stage::Ended) else {
            return;
        };
        if job.row.deliveries >= limit {
            job.step = Step::Deleting;
            return self.delete_fetch(uid);
        }
        job.row.deliveries += 1;
        let write = Write::PutFetch(job.row.clone());
        self.commit(vec![write], After::Ended { uid: uid.to_owned(), commands: Vec::new() });
    }
}
