//! What comes from the stores: an entry is finished first, and recorded second.

use super::{After, Engine};
use crate::http::ByteRange;
use crate::input::{CommitId, Reply, TransferId};
use crate::outcome::{FailureReason, RecordResult};
use crate::output::Output;
use crate::ports::StoreError;
use crate::record::Phase;
use crate::retry::Trouble;
use crate::segments::Segment;
use crate::snapshot::{EntryKey, SegmentRow, Write};
use crate::transfer::{End, PendingStore, Stream, rate};

impl Engine {
    /// An entry is finished; if it holds what it should, it is recorded.
    pub(super) fn stored(&mut self, id: TransferId, entry: EntryKey, length: u64) {
        let Some(store) = self.pending_store(id, &entry) else { return self.delete(vec![entry]) };
        self.note_bulk_rate(id, &store);
        if store.length != length {
            self.drop_store(id, &entry);
            return self.broke(id, Trouble::Truncated);
        }
        self.finish_part(id, length);
        let Some(transfer) = self.transfer(id) else { return self.delete(vec![entry]) };
        let (uid, index) = (transfer.uid.clone(), transfer.index);
        let settles = self.result_with(id, &store);
        let row = SegmentRow { uid: uid.clone(), index, start: store.start, length, entry };
        let entry = row.entry.clone();
        let mut writes = vec![Write::PutSegment(row)];
        let Some(record) = self.record_mut(&uid, index) else { return };
        // What comes again, because it could not be resumed, is no progress.
        let held = record.segments.stored() + store.length;
        let more = held > record.most;
        record.most = record.most.max(held);
        if settles.is_some()
            || !record.head_saved
            || record.unclean
            || (more && record.row.tries > 0)
        {
            record.row.tries = if more { 0 } else { record.row.tries };
            record.head_saved = true;
            let mut row = record.row.clone();
            row.result = settles;
            writes.push(Write::PutRecord(row));
        }
        if let Some(result) = settles {
            record.row.result = Some(result);
            record.phase = Phase::Settling;
        }
        self.commit(writes, After::Segment { transfer: id, entry, settles: settles.is_some() });
        if let Some(record) = self.record_mut(&uid, index) {
            record.unclean = false;
        }
    }

    /// The whole rest of a body is in its entry: the connection is free for the next part.
    fn finish_part(&mut self, id: TransferId, length: u64) {
        let Some(transfer) = self.transfer(id).filter(|one| one.stream == Stream::Bulk) else {
            return;
        };
        let uid = transfer.uid.clone();
        if self.count(&uid, length) { self.finish(id, End::Whole) } else { self.exceed(id) }
    }

    /// The result that the record will have with this last segment, if it is the last.
    fn result_with(&self, id: TransferId, store: &PendingStore) -> Option<RecordResult> {
        let transfer = self.transfer(id)?;
        let (uid, index) = (transfer.uid.as_str(), transfer.index);
        let whole = transfer.stream == Stream::Draining(End::Whole);
        let alone = self.transfers_of(uid, index).count() == 1;
        if !(whole && alone && transfer.stores.len() == 1) {
            return None;
        }
        if self.record(uid, index)?.has_integrity() {
            return None;
        }
        let range = ByteRange { start: store.start, end: Some(store.start + store.length) };
        self.result_if_whole(uid, index, &[range])
    }

    /// An entry could not be stored.
    pub(super) fn store_failed(&mut self, id: TransferId, entry: EntryKey, error: &StoreError) {
        if self.pending_store(id, &entry).is_none() || self.stop_if_fenced(error) {
            return;
        }
        self.drop_store(id, &entry);
        match error {
            StoreError::Network(error) => self.broke(id, Trouble::Network(*error)),
            other => self.store_trouble(id, other),
        }
    }

    fn store_trouble(&mut self, id: TransferId, error: &StoreError) {
        let Some(transfer) = self.transfer(id) else { return };
        let (uid, index) = (transfer.uid.clone(), transfer.index);
        match error {
            StoreError::Quota => self.out_of_room(&uid, index),
            _ => self.broke(id, Trouble::Store),
        }
    }

    /// What there is of the body is nobody's to see any more: others may need the room.
    fn out_of_room(&mut self, uid: &str, index: u32) {
        self.close_transfers(uid, index, None);
        let Some(record) = self.record_mut(uid, index) else { return };
        let entries = record.segments.take_entries();
        let write = Write::DeleteSegments { uid: uid.to_owned(), index };
        self.commit(vec![write], After::Freed { entries });
        self.fail_record(uid, index, FailureReason::QuotaExceeded);
    }

    /// Something other than the network's own word ended a transfer.
    pub(super) fn broke(&mut self, id: TransferId, trouble: Trouble) {
        let Some(transfer) = self.transfer_mut(id) else { return };
        if trouble != Trouble::Stall {
            // A hole has come up before these bytes: they are not worth keeping.
            transfer.kept = transfer.position;
        }
        let uid = transfer.uid.clone();
        if transfer.is_open() {
            self.finish(id, End::Broken(trouble));
        } else {
            transfer.stream = Stream::Draining(End::Broken(trouble));
            self.leave_if_drained(id);
        }
        self.recount(&uid);
    }

    /// A transaction is durable.
    pub(super) fn committed(&mut self, commit: CommitId) {
        match self.take_after(commit) {
            Some(After::Created { uid, commands }) => self.created(&uid, commands),
            Some(After::Segment { transfer, entry, settles }) => {
                self.recorded(transfer, entry, settles);
            }
            Some(After::Marked { transfer, exchange }) => self.marked(transfer, *exchange),
            Some(After::Settled { uid, index }) => self.settled(&uid, index),
            Some(After::Ended { uid, commands }) => self.ended(&uid, commands),
            Some(After::Deleted { uid }) => self.deleted(&uid),
            Some(After::Freed { entries }) => self.delete(entries),
            Some(After::Ui { command }) => self.reply(command, Reply::Done(Ok(()))),
            Some(After::Note) | None => {}
        }
    }

    fn take_after(&mut self, commit: CommitId) -> Option<After> {
        let at = self.commits.iter().position(|(id, _)| *id == commit)?;
        Some(self.commits.swap_remove(at).1)
    }

    /// A segment is durable: from now on it is never fetched again.
    fn recorded(&mut self, id: TransferId, entry: EntryKey, settles: bool) {
        let Some(store) = self.pending_store(id, &entry) else {
            // Given up meanwhile, which is on its way into the store. Only then it may go, and not
            // at all if another engine has come to own it.
            return self.commit(Vec::new(), After::Freed { entries: vec![entry] });
        };
        let Some(transfer) = self.transfer(id) else { return };
        let (uid, index) = (transfer.uid.clone(), transfer.index);
        self.drop_store(id, &entry);
        let Some(record) = self.record_mut(&uid, index) else { return };
        let segment = Segment { start: store.start, length: store.length, entry, seen: true };
        let refused = record.segments.insert(segment).err();
        if let Some(segment) = refused {
            self.delete(vec![segment.entry]);
        }
        self.tell_record(&uid, index);
        self.go_on_after_store(id, &uid, index, settles);
    }

    fn go_on_after_store(&mut self, id: TransferId, uid: &str, index: u32, settles: bool) {
        if settles {
            self.close_transfers(uid, index, None);
            return self.settled(uid, index);
        }
        match self.transfer(id).map(|transfer| transfer.stream) {
            Some(Stream::Paused) => self.cut_and_go_on(id),
            Some(_) => self.leave_if_drained(id),
            None => {}
        }
    }

    /// A transaction did nothing.
    pub(super) fn commit_failed(&mut self, commit: CommitId, error: &StoreError) {
        let after = self.take_after(commit);
        if self.stop_if_fenced(error) {
            return;
        }
        match after {
            Some(After::Created { uid, commands }) => self.not_created(&uid, commands, error),
            Some(After::Segment { transfer, entry, .. }) => {
                self.not_recorded(transfer, entry, error);
            }
            Some(After::Marked { transfer, .. }) => self.store_trouble(transfer, error),
            // The outcome stays decided, and is told, even where it cannot be written down: after a
            // crash it would be found anew.
            Some(After::Settled { uid, index }) => {
                if let Some(record) = self.record_mut(&uid, index) {
                    record.unsaved = true;
                }
                self.settled(&uid, index);
            }
            Some(After::Ended { uid, commands }) => self.ended(&uid, commands),
            Some(After::Deleted { uid }) => self.forget(&uid),
            Some(After::Ui { command }) => self.reply(command, Reply::Done(Ok(()))),
            Some(After::Freed { .. }) => self.note_rows_left(),
            Some(After::Note) | None => {}
        }
    }

    /// Rows that were to go are still there. They must not be taken for those of a newer response.
    fn note_rows_left(&mut self) {
        for record in self.jobs.iter_mut().flat_map(|job| &mut job.records) {
            record.unclean |= record.segments.is_empty();
        }
    }

    fn not_recorded(&mut self, id: TransferId, entry: EntryKey, error: &StoreError) {
        let known = self.pending_store(id, &entry).is_some();
        self.drop_store(id, &entry);
        self.delete(vec![entry]);
        if !known {
            return;
        }
        if let Some(transfer) = self.transfer(id) {
            let (uid, index) = (transfer.uid.clone(), transfer.index);
            if let Some(record) = self.record_mut(&uid, index) {
                record.head_saved = false;
                if record.phase == Phase::Settling {
                    record.row.result = None;
                    record.phase = Phase::Running;
                }
            }
        }
        self.store_trouble(id, error);
    }

    pub(super) fn delete(&mut self, entries: Vec<EntryKey>) {
        if !entries.is_empty() {
            self.emit(Output::Delete { entries });
        }
    }

    fn pending_store(&self, id: TransferId, entry: &EntryKey) -> Option<PendingStore> {
        let transfer = self.transfer(id)?;
        transfer.stores.iter().find(|store| store.entry == *entry).cloned()
    }

    fn drop_store(&mut self, id: TransferId, entry: &EntryKey) {
        if let Some(transfer) = self.transfer_mut(id) {
            transfer.stores.retain(|store| store.entry != *entry);
        }
    }

    /// Parts pass by the script, so that their ends are all that tells the rate.
    fn note_bulk_rate(&mut self, id: TransferId, store: &PendingStore) {
        let now = self.now;
        let Some(transfer) = self.transfer(id).filter(|one| one.stream == Stream::Bulk) else {
            return;
        };
        let (uid, index) = (transfer.uid.clone(), transfer.index);
        let time = now.since(transfer.cut_at);
        let parts = self.transfers_of(&uid, index).filter(|one| one.is_open()).count() as u64;
        let rate = rate(store.length, time) * parts.max(1);
        let threshold = self.config.bulk.as_ref().map_or(0, |bulk| bulk.threshold);
        if let Some(record) = self.record_mut(&uid, index) {
            record.rate = record.rate.midpoint(rate);
            // Well below, one stream for all the rest loses less when it breaks.
            record.bulk = record.bulk && record.rate >= threshold / 2;
        }
    }
}
