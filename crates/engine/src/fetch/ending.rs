//! How a background fetch ends, step by step, from the last settled record to the last entry deleted.

use crate::context::Context;
use crate::fetch::progress::Tally;
use crate::fetch::{Fetch, Step};
use crate::ids::CommandId;
use crate::ledger::After;
use crate::outcome::FailureReason;
use crate::output::Output;
use crate::ports::StoreError;
use crate::queue::Subject;
use crate::record::{Phase, Record};
use crate::snapshot::{EntryKey, FetchRow, Stage, Write};
use crate::time::Instant;
use crate::transfer::Transfer;

impl Fetch {
    /// Ends the fetch if all of its records are settled; a success only if every byte is there.
    pub(crate) fn conclude(&mut self, cx: &mut Context<'_>) {
        let settled = self.tally.settled == self.records.len() as u64;
        if self.step != Step::Running || !settled {
            return;
        }
        if let Some(reason) = self.first_failure {
            return self.end(cx, Some(reason), Vec::new());
        }
        self.look(cx, 1);
    }

    /// Looks for its entries, for the `looks`th time in a row.
    pub(super) fn look(&mut self, cx: &mut Context<'_>, looks: u32) {
        self.step = Step::Confirming { looks, again: None };
        let mut doubtful = Vec::new();
        for record in &self.records {
            for piece in record.body.segments.iter().filter(|piece| !piece.seen) {
                doubtful.push((piece.entry.clone(), piece.length));
            }
        }
        cx.outbox.emit(Output::ListEntries { fetch: self.id, doubtful });
    }

    /// A fetch succeeds only after every stored entry has been seen to be there, and whole: the app,
    /// the user or the browser may have cleared the cache in the meantime, or died while it wrote.
    /// `entries` are in ascending order. When to look again, if that failed: then nobody knows, which is no success.
    pub(crate) fn confirm(
        &mut self,
        cx: &mut Context<'_>,
        entries: Result<Vec<EntryKey>, StoreError>,
    ) -> Option<Instant> {
        let Step::Confirming { looks, .. } = self.step else { return None };
        let Ok(present) = entries else {
            if looks >= cx.config.looks {
                self.end(cx, Some(FailureReason::FetchError), Vec::new());
                return None;
            }
            let again = Some(cx.now.monotonic + cx.config.retry.doubled(looks));
            self.step = Step::Confirming { looks, again };
            return again;
        };
        let (mut writes, mut lost) = (Vec::new(), Vec::new());
        for record in &mut self.records {
            record.forget_lost(&present, &mut writes, &mut lost);
        }
        if writes.is_empty() {
            self.end(cx, None, Vec::new());
            return None;
        }
        self.step = Step::Running;
        self.tally = Tally::of(&self.records, cx.transfers);
        for record in self.records.iter().filter(|record| record.phase == Phase::Pending) {
            self.pending.push(record.id.index.into(), Subject::Record(record.id));
        }
        // One that is there after all, but too short, must not stay.
        cx.commit(writes, After::Freed(lost));
        None
    }

    /// One of its records has brought more than `downloadTotal` allows, or is about to bring more than any may have: that
    /// ends it at once.
    pub(crate) fn exceed(&mut self, cx: &mut Context<'_>, index: u32) {
        let by_total = self.most_bytes(cx.config) == self.row.download_total;
        let Some(record) = self.record_mut(index) else { return };
        let reason = match by_total {
            true => FailureReason::DownloadTotalExceeded,
            false => FailureReason::QuotaExceeded,
        };
        record.exceed(cx, reason);
        self.end(cx, Some(reason), Vec::new());
    }

    /// Decides the outcome: from here on the fetch is not active, and its id is free. `commands` are
    /// answered when that is durable.
    pub(crate) fn end(
        &mut self,
        cx: &mut Context<'_>,
        failure: Option<FailureReason>,
        commands: Vec<CommandId>,
    ) {
        let own = |one: &Transfer| one.record.fetch == self.id;
        cx.transfers.close(cx.outbox, &own);
        self.decide(failure);
        self.tally = Tally::of(&self.records, cx.transfers);
        self.step = Step::Ending;
        self.row.ended = Some(cx.now.wall);
        self.row.deliveries = 0;
        self.write_outcome(cx, commands, false);
        if self.watched {
            for record in self.records.iter_mut().filter(|record| record.changed) {
                cx.outbox.emit(Output::RecordChanged(record.take_news()));
            }
        }
    }

    /// Writes the outcome down, `again` if that failed once: who is told that it is aborted relies on it in the next
    /// life of the worker, too.
    pub(crate) fn write_outcome(
        &self,
        cx: &mut Context<'_>,
        commands: Vec<CommandId>,
        again: bool,
    ) {
        // The outcome says that they have a result.
        let unsaved = |record: &&Record| record.phase == Phase::Settled { durable: false };
        let mut writes = Vec::new();
        for record in self.records.iter().filter(unsaved) {
            record.write_row(&mut writes);
        }
        writes.push(Write::PutFetch(self.row.clone()));
        cx.commit(writes, After::Ended { fetch: self.id, commands, again });
    }

    /// Fixes the outcome, and "aborted" for records that have none.
    pub(crate) fn decide(&mut self, failure: Option<FailureReason>) {
        self.row.stage = Stage::Ended;
        self.row.failure_reason = failure;
        self.pending.clear();
        self.records.iter_mut().for_each(Record::abort);
    }

    /// The outcome is durable: all realms learn of it, then the worker does.
    pub(crate) fn ended(&mut self, cx: &mut Context<'_>) {
        if self.step == Step::Ending {
            self.step = Step::Notifying;
            cx.outbox.emit(Output::Notify { fetch: self.id, state: self.state() });
        }
    }

    /// All realms know the outcome. When to look after the handlers.
    pub(crate) fn notified(&mut self, cx: &mut Context<'_>) -> Option<Instant> {
        if self.step != Step::Notifying {
            return None;
        }
        let until = Some(cx.now.monotonic + cx.config.delivery.counts_after);
        self.step = Step::Delivering { counts: false, until };
        let (event, state) = (self.event(), self.state());
        cx.outbox.emit(Output::Fire { fetch: self.id, event, state });
        until
    }

    /// The handlers of its event have been at it for long. It takes nothing from them: when they have settled, that is
    /// the end, whenever it is. When to look after them again.
    pub(super) fn wait_for_handlers(
        &mut self,
        cx: &mut Context<'_>,
        counts: bool,
    ) -> Option<Instant> {
        let until = (!counts).then(|| cx.now.monotonic + cx.config.delivery.patience);
        self.step = Step::Delivering { counts: true, until };
        if !counts {
            self.row.deliveries =
                self.row.deliveries.saturating_add(1).min(FetchRow::DELIVERED - 1);
            cx.commit(vec![Write::PutFetch(self.row.clone())], After::Note);
        }
        until
    }

    /// The event is no longer active: unsets the records available flag, and frees everything.
    pub(crate) fn event_settled(&mut self, cx: &mut Context<'_>) {
        if matches!(self.step, Step::Delivering { .. }) {
            self.step = Step::Deleting;
            cx.outbox.emit(Output::Notify { fetch: self.id, state: self.state() });
            self.delete(cx);
        }
    }

    /// In three steps, so that a worker that dies between them leaves a row: without one, nobody would look for
    /// entries. First it is made durable that there is nothing to deliver.
    fn delete(&mut self, cx: &mut Context<'_>) {
        self.step = Step::Deleting;
        self.row.deliveries = FetchRow::DELIVERED;
        cx.commit(vec![Write::PutFetch(self.row.clone())], After::Delivered(self.id));
    }

    /// Now the entries may go.
    pub(crate) fn delivered(&self, cx: &mut Context<'_>) {
        let mut entries = Vec::new();
        self.records.iter().for_each(|record| record.list_entries(&mut entries));
        cx.outbox.emit(Output::Delete { entries, fetch: Some((self.id, self.row.uid.clone())) });
    }

    /// Takes the delivery of an outcome up again, unless nobody ever takes it.
    pub(crate) fn redeliver(&mut self, cx: &mut Context<'_>) {
        if self.row.stage != Stage::Ended {
            return;
        }
        let (limits, ended) = (&cx.config.delivery, *self.row.ended.get_or_insert(cx.now.wall));
        let refused = self.row.deliveries >= limits.most && cx.now.wall.after(ended) >= limits.keep;
        if refused || self.row.deliveries == FetchRow::DELIVERED {
            return self.delete(cx);
        }
        self.write_outcome(cx, Vec::new(), false);
    }
}
