//! What comes from the stores: an entry is finished first, and recorded second.

use std::mem::{replace, take};

use crate::context::Context;
use crate::http::ByteRange;
use crate::ids::TransferId;
use crate::ledger::After;
use crate::outcome::{FailureReason, RecordResult};
use crate::ports::StoreError;
use crate::record::saved::Saved;
use crate::record::segments::Segment;
use crate::record::{Next, Phase, Record};
use crate::snapshot::EntryKey;
use crate::time::Millis;
use crate::transfer::{End, PendingStore, Stream, rate};
use crate::trouble::Trouble;

impl Record {
    /// An entry is finished; if it holds what it should, it is recorded.
    pub(super) fn stored(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        entry: EntryKey,
        length: u64,
    ) -> Next {
        let Some(store) = cx.transfers.store(id, &entry) else {
            cx.outbox.delete(vec![entry]);
            return Next::Nothing;
        };
        let bypassing = cx.transfers.get(id).is_some_and(|one| one.stream == Stream::Bypassing);
        if bypassing {
            self.note_rate_of_part(cx, id, &store);
        }
        if store.length != length {
            cx.transfers.forget_store(id, &entry);
            cx.outbox.delete(vec![entry]);
            return self.broke(cx, id, Trouble::Truncated);
        }
        if bypassing {
            if cx.allowance.is_exceeded_by(length) {
                cx.outbox.delete(vec![entry]);
                return Next::Exceeded;
            }
            // The rest of the part is in its entry: the connection is free for the next one. The
            // entry is not recorded yet, so nothing can follow from this.
            let _ = self.finish(cx, id, End::Whole);
        }
        cx.transfers.note_finished(id, &entry);
        let settles = self.result_with(cx, id, &store);
        self.record_entry(cx, id, store, settles);
        Next::Nothing
    }

    fn record_entry(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        store: PendingStore,
        settles: Option<RecordResult>,
    ) {
        let PendingStore { entry, length, .. } = store;
        let more = self.body.grows_to(self.body.segments.stored() + length);
        if more {
            self.standing.progressed();
        }
        let cleans = self.saved == Saved::Older;
        if cleans {
            self.leave_behind();
        }
        let mut writes = Vec::new();
        for one in cx.transfers.of(self.id).flat_map(|one| &one.stores) {
            // With older rows go those, too, that are on their way to be written.
            if one.finished && (cleans || one.entry == entry) {
                writes.push(self.segment_row(one.start, one.length, &one.entry));
            }
        }
        let progress = more && self.row.attempts > 0;
        // Before they are proven, no piece is recorded without them.
        let seams = self.row.seams.is_some();
        if settles.is_some() || self.saved != Saved::Head || progress || seams {
            if more {
                self.row.attempts = 0;
            }
            // Not yet for the app: the result counts when it is durable.
            self.row.result = settles;
            // The removal of older rows, if any, must come before the new one.
            let mut row = Vec::new();
            self.write_row(&mut row);
            row.append(&mut writes);
            writes = row;
            self.saved = Saved::Head;
        }
        let settles = settles.is_some();
        if settles {
            self.phase = Phase::Settling;
        }
        let record = self.id;
        cx.commit(writes, After::Segment { record, transfer: id, entry, settles, cleans });
    }

    /// The result that the record will have with this last segment, if it is the last.
    fn result_with(
        &self,
        cx: &Context<'_>,
        id: TransferId,
        store: &PendingStore,
    ) -> Option<RecordResult> {
        let transfer = cx.transfers.get(id)?;
        let whole = transfer.stream == Stream::Draining(End::Whole);
        let alone = cx.transfers.of(self.id).count() == 1;
        if !(whole && alone && transfer.stores.len() == 1) || self.has_integrity() {
            return None;
        }
        let range = ByteRange { start: store.start, end: Some(store.start + store.length) };
        self.result_if_whole(&[range])
    }

    /// An entry could not be stored.
    pub(super) fn store_failed(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        entry: &EntryKey,
        error: &StoreError,
    ) -> Next {
        if cx.transfers.store(id, entry).is_none() {
            return Next::Nothing;
        }
        cx.transfers.forget_store(id, entry);
        match error {
            StoreError::Network(error) => self.broke(cx, id, Trouble::Network(*error)),
            other => self.store_trouble(cx, id, other),
        }
    }

    pub(super) fn store_trouble(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        error: &StoreError,
    ) -> Next {
        match error {
            StoreError::Quota if cx.transfers.get(id).is_some() => self.out_of_room(cx),
            _ => self.broke(cx, id, Trouble::Store),
        }
    }

    /// There is no room for a newer response beside what is stored: that goes first, after all.
    fn make_room(&mut self, cx: &mut Context<'_>) -> Next {
        self.leave_behind();
        let mut writes = Vec::new();
        self.write_row(&mut writes);
        self.saved = Saved::Head;
        cx.commit(writes, After::Freed(take(&mut self.replaced)));
        self.retry(cx, Trouble::Store)
    }

    /// What there is of the body is nobody's to see any more: others may need the room.
    fn out_of_room(&mut self, cx: &mut Context<'_>) -> Next {
        self.close_transfers(cx, None);
        if self.keeps_former() {
            return self.make_room(cx);
        }
        let expects = self.request().is_get() && cx.transfers.expects_room(cx.now.monotonic);
        if expects && !replace(&mut self.waited_for_room, true) {
            self.parts.join();
            let until = cx.now.monotonic + ROOM_AFTER;
            self.phase = Phase::Waiting { until, trouble: Trouble::Store };
            return Next::Wait(until);
        }
        self.replaced.append(&mut self.body.segments.take_entries());
        // Its row may be that of a success: it goes together with those of the segments.
        self.saved = Saved::Older;
        self.fail(cx, FailureReason::QuotaExceeded)
    }

    /// A segment is durable: from now on it is not downloaded again.
    pub(super) fn recorded(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        entry: EntryKey,
        (settles, cleans): (bool, bool),
    ) -> Next {
        // What has been given up since goes with the rows that are written next.
        if cleans && self.saved != Saved::Older {
            self.free_replaced(cx);
        }
        let Some(store) = cx.transfers.store(id, &entry) else {
            // Given up meanwhile. Only now may it go: with its row, when all are written anew; or if all go, and not at
            // all if another engine has come to own it.
            if self.is_over() {
                cx.commit(Vec::new(), After::Freed(vec![entry]));
            } else {
                self.replaced.push(entry);
                self.saved = Saved::Older;
            }
            return Next::Nothing;
        };
        cx.transfers.forget_store(id, &entry);
        let segment = Segment { start: store.start, length: store.length, entry, seen: true };
        if let Err(segment) = self.body.segments.insert(segment) {
            cx.outbox.delete(vec![segment.entry]);
        }
        self.changed = true;
        if settles {
            self.close_transfers(cx, None);
            return self.settled(cx, true);
        }
        self.leave_if_drained(cx, id)
    }

    /// A segment could not be recorded, nor what was written with it.
    pub(super) fn not_recorded(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        entry: EntryKey,
        (error, cleans): (&StoreError, bool),
    ) -> Next {
        let known = cx.transfers.store(id, &entry).is_some();
        cx.transfers.forget_store(id, &entry);
        cx.outbox.delete(vec![entry]);
        if cleans {
            self.saved = Saved::Older;
        }
        if !known {
            return Next::Nothing;
        }
        if self.phase == Phase::Settling {
            self.row.result = None;
            self.phase = Phase::Running;
        }
        if cleans && *error != StoreError::Quota {
            return self.still_unclean(cx);
        }
        if self.saved == Saved::Head {
            self.saved = Saved::Nothing;
        }
        self.store_trouble(cx, id, error)
    }

    /// Older rows are still there. What else is on its way must not be recorded before they are gone,
    /// or it would go with them.
    fn still_unclean(&mut self, cx: &mut Context<'_>) -> Next {
        self.close_transfers(cx, None);
        self.retry(cx, Trouble::Store)
    }

    /// Parts bypass the script, so that their ends are all that tells the rate.
    fn note_rate_of_part(&mut self, cx: &mut Context<'_>, id: TransferId, store: &PendingStore) {
        let Some(transfer) = cx.transfers.get(id) else { return };
        let time = cx.now.monotonic.after(transfer.cut_at);
        let parts = cx.transfers.of(self.id).filter(|one| one.is_open()).count() as u64;
        let single = rate(store.length, time);
        let pays = self.parts.note_part(single * parts.max(1), cx.config.threshold());
        cx.transfers.note_speed(pays.then_some(cx.now.monotonic));
        if !self.parts.bypass() {
            self.split_after_bypass(cx, single);
        }
    }
}

/// So long a record waits, once, for the room that another one has given up.
const ROOM_AFTER: Millis = Millis::from_secs(5);
