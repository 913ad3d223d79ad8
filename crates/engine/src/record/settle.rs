//! The result of a record.

use crate::context::Context;
use crate::http::ByteRange;
use crate::ledger::After;
use crate::outcome::{FailureReason, RecordResult};
use crate::output::Output;
use crate::ports::StoreError;
use crate::record::{Next, Phase, Record};

impl Record {
    /// The result of a record whose body is whole; `None` while something is missing.
    /// `extra` is stored, but not recorded yet.
    pub(super) fn result_if_whole(&self, extra: &[ByteRange]) -> Option<RecordResult> {
        let head = self.head()?;
        if !head.is_ok() {
            return Some(RecordResult::Failure(FailureReason::BadStatus));
        }
        let whole = self.seams().is_empty() && self.body.is_whole(self.request(), head, extra);
        whole.then_some(RecordResult::Success)
    }

    /// Settles a record that is whole; `None` if it is not.
    pub(super) fn settle_if_whole(&mut self, cx: &mut Context<'_>) -> Option<Next> {
        let alone = self.is_alone(cx.transfers);
        let result = self.result_if_whole(&[]).filter(|_| alone)?;
        Some(if self.has_integrity() { self.verify(cx, false) } else { self.settle(cx, result) })
    }

    /// Has the [integrity](https://fetch.spec.whatwg.org/#concept-request-integrity-metadata) of a
    /// body that is whole verified.
    fn verify(&mut self, cx: &mut Context<'_>, again: bool) -> Next {
        if self.is_over() {
            return Next::Nothing;
        }
        self.phase = Phase::Verifying { again };
        let mut entries = Vec::new();
        self.body.segments.list_entries(&mut entries);
        let integrity = self.row.request.integrity.clone();
        cx.outbox.emit(Output::VerifyIntegrity { record: self.id, entries, integrity });
        Next::Nothing
    }

    /// The integrity of a body is known.
    pub(super) fn verified(
        &mut self,
        cx: &mut Context<'_>,
        passed: Result<bool, StoreError>,
    ) -> Next {
        let Phase::Verifying { again } = self.phase else { return Next::Nothing };
        match (passed, self.result_if_whole(&[])) {
            (Ok(true), Some(result)) => self.settle(cx, result),
            (Ok(_), _) => self.give_up(cx),
            // The store may be able to read it the next time, or have lost it.
            (Err(_), _) if again => self.restart(cx, false),
            (Err(_), _) => self.verify(cx, true),
        }
    }

    fn settle(&mut self, cx: &mut Context<'_>, result: RecordResult) -> Next {
        if self.is_over() {
            return Next::Nothing;
        }
        self.row.result = Some(result);
        self.phase = Phase::Settling;
        self.leave_behind();
        let mut writes = Vec::new();
        self.write_row(&mut writes);
        cx.commit(writes, After::Settled(self.id));
        Next::Nothing
    }

    /// Ends a record that will not succeed. The others go on.
    pub(super) fn fail(&mut self, cx: &mut Context<'_>, reason: FailureReason) -> Next {
        self.close_transfers(cx, None);
        self.settle(cx, RecordResult::Failure(reason))
    }

    pub(super) fn give_up(&mut self, cx: &mut Context<'_>) -> Next {
        self.fail(cx, FailureReason::FetchError)
    }

    /// The result is written down. If it could not be, it stays decided all the same, and is notified:
    /// after a crash it would be found again.
    pub(super) fn settled(&mut self, cx: &mut Context<'_>, durable: bool) -> Next {
        self.phase = Phase::Settled { durable };
        if durable {
            self.free_replaced(cx);
        }
        self.changed = true;
        Next::Settled
    }

    /// Whether its response says that it makes the fetch larger than any may be.
    pub(super) fn will_exceed(&self, cx: &Context<'_>) -> bool {
        let limited = cx.config.most_bytes < u64::MAX && !self.is_over() && !self.has_bad_status();
        let wanted = self.head().and_then(|head| self.body.wanted(self.request(), head));
        let missing = wanted.unwrap_or(0).saturating_sub(self.body.segments.stored());
        limited && cx.allowance.is_exceeded_by(missing)
    }

    /// The fetch has become too large by this record.
    pub(crate) fn exceed(&mut self, cx: &mut Context<'_>, reason: FailureReason) {
        self.close_transfers(cx, None);
        self.row.result = Some(RecordResult::Failure(reason));
        self.phase = Phase::Settled { durable: false };
        self.changed = true;
    }
}
