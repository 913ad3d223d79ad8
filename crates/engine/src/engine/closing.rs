//! How exchanges end, and what follows for their record: the next one, a wait, a new beginning, or a
//! body that is whole.

use super::{After, Engine};
use crate::http::ByteRange;
use crate::input::TransferId;
use crate::outcome::{FailureReason, RecordResult};
use crate::output::Output;
use crate::ports::StoreError;
use crate::record::{Phase, Record};
use crate::retry::Trouble;
use crate::snapshot::Write;
use crate::transfer::{End, Stream, Transfer};

impl Engine {
    /// Ends the use of the network, keeps what came, and goes on when that is stored.
    pub(super) fn finish(&mut self, id: TransferId, end: End) {
        let Some(transfer) = self.transfer(id) else { return };
        let (uid, index) = (transfer.uid.clone(), transfer.index);
        if transfer.stream == Stream::Probing {
            return self.probed(&uid, index, end);
        }
        let bulk = transfer.stream == Stream::Bulk;
        if end == End::Whole && transfer.last {
            let ended = transfer.position;
            if let Some(record) = self.record_mut(&uid, index) {
                record.ended = Some(ended);
            }
        }
        let worth_it = match end {
            End::Whole | End::Enough => true,
            End::Broken(_) => self.record(&uid, index).is_some_and(Record::may_resume),
            End::Mismatch => false,
        };
        if worth_it && self.transfer(id).is_some_and(|one| one.buffered() > 0) {
            self.cut(id);
        }
        if let Some(transfer) = self.transfer_mut(id) {
            transfer.position = transfer.kept;
            transfer.stream = Stream::Draining(end);
            if bulk && end != End::Whole {
                // What the browser was storing is of no known length.
                transfer.stores.clear();
            }
        }
        self.emit(Output::Close { transfer: id });
        if !worth_it {
            self.recount(&uid);
        }
        self.leave_if_drained(id);
    }

    /// Decides what follows, once a transfer has nothing more to store.
    pub(super) fn leave_if_drained(&mut self, id: TransferId) {
        let Some(at) = self.transfers.iter().position(|one| one.id == id) else { return };
        let drained = |one: &Transfer| match one.stream {
            Stream::Draining(end) if one.stores.is_empty() => Some(end),
            _ => None,
        };
        let Some(end) = self.transfers.get(at).and_then(drained) else { return };
        let transfer = self.transfers.remove(at);
        let (uid, index) = (transfer.uid, transfer.index);
        let alone = self.transfers_of(&uid, index).next().is_none();
        let Some(record) = self.record_mut(&uid, index).filter(|record| !record.is_over()) else {
            return;
        };
        match end {
            End::Mismatch => self.begin_anew(&uid, index),
            End::Broken(trouble) => {
                record.bulk = false;
                record.bulk_failed = true;
                if alone {
                    self.wait(&uid, index, trouble);
                }
            }
            End::Whole | End::Enough => {
                let at = transfer.position;
                if let Some(asked) = transfer.asked.filter(|_| at == transfer.began.0) {
                    let open = asked.end.is_none() && transfer.end == Some(at);
                    return self.brought_nothing(&uid, index, open.then_some(at));
                }
                record.repeats = 0;
                if !self.settle_if_whole(&uid, index) && alone {
                    self.set_pending(&uid, index);
                }
            }
        }
    }

    /// A part came to its end, and only repeated what is stored. `end` is where that ends, if there
    /// the part did too, though no end was asked for.
    fn brought_nothing(&mut self, uid: &str, index: u32, end: Option<u64>) {
        let Some(record) = self.record_mut(uid, index) else { return };
        let end = end.filter(|end| record.total().is_none_or(|total| total == *end));
        record.repeats = if end.is_some() { record.repeats + 1 } else { 0 };
        if record.repeats == 1 {
            return self.set_pending(uid, index);
        }
        // Twice, after parts of different lengths: there is no more.
        record.ended = end.or(record.ended);
        if !self.settle_if_whole(uid, index) && self.transfers_of(uid, index).next().is_none() {
            self.wait(uid, index, Trouble::Truncated);
        }
    }

    fn set_pending(&mut self, uid: &str, index: u32) {
        if let Some(record) = self.record_mut(uid, index) {
            record.phase = Phase::Pending;
        }
    }

    /// What came does not fit what is stored: forgets it, but not for ever.
    fn begin_anew(&mut self, uid: &str, index: u32) {
        let limit = self.config.retry.restarts;
        let Some(record) = self.record_mut(uid, index) else { return };
        record.restarts += 1;
        record.bulk_failed = true;
        if record.restarts > limit {
            return self.fail_record(uid, index, FailureReason::FetchError);
        }
        self.close_transfers(uid, index, None);
        self.discard(uid, index);
        self.set_pending(uid, index);
    }

    /// Makes the current response "redundant".
    pub(super) fn discard(&mut self, uid: &str, index: u32) {
        let Some(record) = self.record_mut(uid, index) else { return };
        let entries = record.discard();
        let row = record.row.clone();
        let writes =
            vec![Write::DeleteSegments { uid: uid.to_owned(), index }, Write::PutRecord(row)];
        self.commit(writes, After::Freed { entries });
        self.recount(uid);
        self.tell_record(uid, index);
    }

    /// Gives all transfers of a record up, but one.
    pub(super) fn close_transfers(&mut self, uid: &str, index: u32, keep: Option<TransferId>) {
        let closed = self.transfers_of(uid, index).filter(|one| Some(one.id) != keep);
        let closed: Vec<_> = closed.map(|one| (one.id, one.is_open())).collect();
        self.transfers.retain(|one| !closed.iter().any(|(id, _)| *id == one.id));
        for (transfer, open) in closed {
            if open {
                self.emit(Output::Close { transfer });
            }
        }
    }

    /// The result of a record whose body is whole; `None` while something is missing.
    /// `extra` is stored, but not recorded yet.
    pub(super) fn result_if_whole(
        &self,
        uid: &str,
        index: u32,
        extra: &[ByteRange],
    ) -> Option<RecordResult> {
        let record = self.record(uid, index)?;
        let head = record.row.head.as_ref()?;
        if !head.is_ok() {
            return Some(RecordResult::Failure(FailureReason::BadStatus));
        }
        record.is_whole(head, extra).then_some(RecordResult::Success)
    }

    /// Settles a record if it is whole, and tells whether it is.
    pub(super) fn settle_if_whole(&mut self, uid: &str, index: u32) -> bool {
        let busy = self.transfers_of(uid, index).next().is_some();
        let result = self.result_if_whole(uid, index, &[]).filter(|_| !busy);
        match (result, self.record(uid, index).is_some_and(Record::has_integrity)) {
            (Some(_), true) => self.check_integrity(uid, index),
            (Some(result), false) => self.settle(uid, index, result),
            (None, _) => {}
        }
        result.is_some()
    }

    /// Has the [integrity](https://fetch.spec.whatwg.org/#concept-request-integrity-metadata) of a
    /// body that is whole verified.
    fn check_integrity(&mut self, uid: &str, index: u32) {
        let Some(record) = self.record_mut(uid, index).filter(|record| !record.is_over()) else {
            return;
        };
        record.phase = Phase::Checking;
        let entries = record.segments.iter().map(|piece| piece.entry.clone()).collect();
        let integrity = record.row.request.integrity.clone();
        self.emit(Output::Check { uid: uid.to_owned(), index, entries, integrity });
    }

    /// The integrity of a body is known.
    pub(super) fn integrity_known(
        &mut self,
        uid: &str,
        index: u32,
        passed: Result<bool, StoreError>,
    ) {
        let checking = |record: &&Record| record.phase == Phase::Checking;
        if self.record(uid, index).filter(checking).is_none() {
            return;
        }
        match (passed, self.result_if_whole(uid, index, &[])) {
            (Ok(true), Some(result)) => self.settle(uid, index, result),
            (Ok(_), _) => self.give_up(uid, index),
            // The store may have lost it, or be able to read it the next time.
            (Err(_), _) => self.begin_anew(uid, index),
        }
    }
}
