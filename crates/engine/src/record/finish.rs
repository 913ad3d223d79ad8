//! How transfers end, and what follows for their record: the next one, a wait, another beginning, or
//! a body that is whole.

use crate::context::Context;
use crate::ids::TransferId;
use crate::outcome::FailureReason;
use crate::output::Output;
use crate::record::{Next, Phase, Record};
use crate::transfer::{End, Hedge, Stream, Transfer};
use crate::trouble::Trouble;

impl Record {
    /// Something other than the network's own word ended a transfer.
    pub(super) fn broke(&mut self, cx: &mut Context<'_>, id: TransferId, why: Trouble) -> Next {
        let Some(transfer) = cx.transfers.get_mut(id) else { return Next::Nothing };
        if !matches!(why, Trouble::Stall | Trouble::Unanswered) {
            // A hole has come up before these bytes: they are not worth keeping.
            transfer.kept = transfer.position;
        }
        if transfer.is_open() {
            self.finish(cx, id, End::Broken(why))
        } else {
            transfer.stream = Stream::Draining(End::Broken(why));
            self.leave_if_drained(cx, id)
        }
    }

    /// Ends the use of the network, keeps what came, and goes on when that is stored.
    pub(super) fn finish(&mut self, cx: &mut Context<'_>, id: TransferId, end: End) -> Next {
        let Some(transfer) = cx.transfers.get(id) else { return Next::Nothing };
        if transfer.stream == Stream::Probing {
            return self.probed(cx, end);
        }
        match transfer.hedge {
            Hedge::For(_) => return self.leave_beside(cx, id),
            // The other one goes on alone.
            Hedge::Beside(other) if matches!(end, End::Broken(_) | End::Mismatch) => {
                self.prevail(cx, other);
                return Next::Nothing;
            }
            _ => self.prevail(cx, id),
        }
        let Some(transfer) = cx.transfers.get(id) else { return Next::Nothing };
        let bypassing = transfer.stream == Stream::Bypassing;
        if end == End::Whole {
            self.came_to_an_end(transfer);
        }
        if matches!(end, End::Broken(trouble) if trouble.is_break()) && transfer.only_repeats() {
            self.body.broke_in_overlap();
        }
        let worth_it = match end {
            End::Whole | End::Enough => true,
            End::Broken(_) => self.may_resume() || self.may_repeat(),
            End::Mismatch => false,
        };
        if worth_it && transfer.buffered() > 0 && !transfer.repeats_known() {
            self.cut(cx, id);
        }
        if let Some(transfer) = cx.transfers.get_mut(id) {
            transfer.position = transfer.kept;
            transfer.stream = Stream::Draining(end);
            if bypassing && end != End::Whole {
                // What the browser was storing is of no known length.
                transfer.stores.clear();
            }
        }
        cx.outbox.emit(Output::Close { transfer: id });
        self.leave_if_drained(cx, id)
    }

    /// Ends a transfer of which nothing has come: it is as if nothing had been asked for.
    pub(super) fn withdraw(&mut self, cx: &mut Context<'_>, id: TransferId) -> Next {
        if cx.transfers.get(id).is_some_and(|one| matches!(one.hedge, Hedge::For(_))) {
            return self.leave_beside(cx, id);
        }
        if let Some(transfer) = cx.transfers.get(id) {
            self.forget_seam_of(transfer);
        }
        cx.transfers.close(cx.outbox, &|one| one.id == id);
        self.widen(cx);
        if self.is_alone(cx.transfers) { self.await_connection() } else { Next::Nothing }
    }

    /// Decides what follows, once a transfer has nothing more to store.
    pub(super) fn leave_if_drained(&mut self, cx: &mut Context<'_>, id: TransferId) -> Next {
        let Some(transfer) = cx.transfers.get(id) else { return Next::Nothing };
        let Stream::Draining(end) = transfer.stream else { return Next::Nothing };
        if !transfer.stores.is_empty() {
            return Next::Nothing;
        }
        let Some(transfer) = cx.transfers.remove(id) else { return Next::Nothing };
        if self.is_over() {
            return Next::Nothing;
        }
        self.forget_seam_of(&transfer);
        let beside = transfer.extra || !self.is_alone(cx.transfers);
        match end {
            End::Mismatch if transfer.extra => self.lost_connection(cx, &transfer, None),
            End::Broken(trouble) if beside => self.lost_connection(cx, &transfer, Some(trouble)),
            End::Mismatch => self.restart(cx, transfer.asked.is_some()),
            End::Broken(trouble) => {
                self.parts.fail();
                if trouble.is_refusal() && transfer.asked.is_some() {
                    self.standing.range_refused();
                }
                let whole = transfer.asked.is_none() && trouble.is_break();
                let end = self.total();
                if whole && self.standing.always_breaks_at(transfer.position, end) {
                    return self.give_up(cx);
                }
                if trouble.is_break() && transfer.has_brought() && self.goes_on_at_once(cx) {
                    return self.await_connection();
                }
                self.retry(cx, trouble)
            }
            End::Whole => self.part_is_over(cx, &transfer),
            End::Enough => {
                self.widen(cx);
                self.go_on(cx)
            }
        }
    }

    fn part_is_over(&mut self, cx: &mut Context<'_>, transfer: &Transfer) -> Next {
        let at = transfer.position;
        let news = transfer.has_brought() || self.body.doubted_end().is_some();
        if !news && (transfer.extra || !self.is_alone(cx.transfers)) {
            return self.lost_connection(cx, transfer, None);
        }
        if let Some(asked) = transfer.asked.filter(|_| !news) {
            let open = asked.end.is_none() && transfer.end.is_none_or(|end| end == at);
            return self.brought_nothing(cx, asked.start, open.then_some(at));
        }
        self.body.has_news();
        self.go_on(cx)
    }

    /// A body that broke after it had brought something is asked for again at once, but for a second time only if it
    /// has brought more by then.
    fn goes_on_at_once(&mut self, cx: &mut Context<'_>) -> bool {
        let first = self.row.attempts == 0 && self.may_resume() && !self.keeps_former();
        if first {
            self.row.attempts = 1;
            self.note(cx);
        }
        first
    }

    pub(super) fn go_on(&mut self, cx: &mut Context<'_>) -> Next {
        if let Some(next) = self.settle_if_whole(cx) {
            return next;
        }
        if self.is_alone(cx.transfers) { self.await_connection() } else { Next::Nothing }
    }

    /// A part from `start` on came to its end, and only repeated what is stored. `end` is where that ends, if there
    /// the part did too, though no end was asked for.
    fn brought_nothing(&mut self, cx: &mut Context<'_>, start: u64, end: Option<u64>) -> Next {
        if self.body.brought_nothing(self.row.head.as_ref(), start, end) {
            return self.await_connection();
        }
        if let Some(next) = self.settle_if_whole(cx) {
            return next;
        }
        // It may give no more at a time than it has to repeat; or never the last byte.
        self.body.broke_in_overlap();
        self.standing.whole |= self.row.attempts >= cx.config.retry.attempts;
        let alone = self.is_alone(cx.transfers);
        if alone { self.retry(cx, Trouble::Truncated) } else { Next::Nothing }
    }

    pub(super) fn await_connection(&mut self) -> Next {
        self.parts.join();
        self.phase = Phase::Pending;
        Next::Ready
    }

    /// What came does not fit what is stored: all is asked for, as the app did, but not for ever. `part` says that it
    /// came to a range.
    pub(super) fn restart(&mut self, cx: &mut Context<'_>, part: bool) -> Next {
        self.parts.refuse();
        if !self.standing.may_restart(&cx.config.retry, part) {
            return self.fail(cx, FailureReason::FetchError);
        }
        self.close_transfers(cx, None);
        let _ = self.go_back();
        self.standing.whole = true;
        self.await_connection()
    }
}
