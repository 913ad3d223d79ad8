//! A body that is silent, and a second request beside it.
//!
//! Whoever delivers first goes on, and the other one is given up. That is no attempt that counts:
//! the server may be all right, and only the stream be lost.

use crate::context::Context;
use crate::http::{ByteRange, Head};
use crate::ids::TransferId;
use crate::output::Output;
use crate::record::representation::{self, Part};
use crate::record::{Next, Record};
use crate::transfer::{Hedge, Patience, Transfer};

impl Record {
    /// A body has been silent for a while.
    pub(super) fn fell_silent(&mut self, cx: &mut Context<'_>, id: TransferId) -> Next {
        let now = cx.now.monotonic;
        let Some(transfer) = cx.transfers.get_mut(id) else { return Next::Nothing };
        match transfer.hedge {
            Hedge::None => transfer.hedge = Hedge::Doubted(now),
            Hedge::Doubted(_) => return self.send_beside(cx, id),
            _ => return Next::Nothing,
        }
        if transfer.buffered() > 0 {
            self.cut(cx, id);
        }
        Next::Nothing
    }

    /// Asks for the rest of a body, beside the transfer that does not bring it.
    fn send_beside(&mut self, cx: &mut Context<'_>, id: TransferId) -> Next {
        let Some(transfer) = cx.transfers.get_mut(id) else { return Next::Nothing };
        let (start, extra) = (transfer.position, transfer.extra);
        if self.standing.unhedged || !self.may_go_on_at(cx.config, start) {
            transfer.hedge = Hedge::Useless;
            return Next::Nothing;
        }
        let other = TransferId(cx.outbox.next_serial());
        transfer.hedge = Hedge::Beside(other);
        let gap = ByteRange { start, end: transfer.wanted_end() };
        // A server that is slow to answer the one will be so with the other.
        let long = transfer.stall * 2;
        let quiet = transfer.quiet * 2;
        let patience = Patience { head: long, body: long, quiet };
        let exchange = self.exchange(cx.config, Some(gap));
        let asked = (start, exchange.range);
        let mut beside =
            Transfer::new(other, (self.id, self.server), asked, patience, cx.now.monotonic);
        beside.hedge = Hedge::For(id);
        beside.extra = extra;
        cx.transfers.push(beside);
        cx.outbox.emit(Output::Open { transfer: other, exchange: Box::new(exchange) });
        Next::Nothing
    }

    /// The head of the response to the second request.
    pub(super) fn opened_beside(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        head: &Head,
        followed: Option<u64>,
    ) -> Next {
        let Some(transfer) = cx.transfers.get(id) else { return Next::Nothing };
        let Some(asked) = transfer.asked else { return self.leave_beside(cx, id) };
        let repeats = asked.start < transfer.position;
        let Part::Continues { end } = self.compare(asked, head, repeats) else {
            self.standing.unhedged = true;
            return self.leave_beside(cx, id);
        };
        match followed {
            Some(more) if more > 0 => self.prevail(cx, id),
            None if repeats => return self.leave_beside(cx, id),
            // Whether it brings anything is still to be seen.
            _ => {}
        }
        let total = representation::complete_length(head).or(self.total());
        self.continued(cx, id, (end, total), followed)
    }

    /// One of two delivers: the other one is given up.
    pub(super) fn prevail(&mut self, cx: &mut Context<'_>, id: TransferId) {
        let Some(transfer) = cx.transfers.get_mut(id) else { return };
        let other = match transfer.hedge {
            Hedge::Beside(other) | Hedge::For(other) => other,
            Hedge::Doubted(_) => {
                transfer.hedge = Hedge::None;
                return;
            }
            Hedge::None | Hedge::Useless => return,
        };
        if transfer.hedge == Hedge::Beside(other) {
            transfer.quiet = transfer.quiet * 2;
        } else {
            transfer.stall = transfer.stall.half();
        }
        transfer.hedge = Hedge::None;
        cx.transfers.close(cx.outbox, &|one| one.id == other);
    }

    /// The second request is of no use: the first one is waited for.
    pub(super) fn leave_beside(&mut self, cx: &mut Context<'_>, id: TransferId) -> Next {
        if let Some(Hedge::For(first)) = cx.transfers.get(id).map(|one| one.hedge)
            && let Some(first) = cx.transfers.get_mut(first)
        {
            first.hedge = Hedge::Useless;
        }
        cx.transfers.close(cx.outbox, &|one| one.id == id);
        Next::Nothing
    }
}
