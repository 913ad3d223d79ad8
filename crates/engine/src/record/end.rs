//! A body that came to an end of which nobody had said that it would be there.
//!
//! A server that dies, or a proxy that gives up, leaves such an end, too, and not every browser notices. The one who
//! knows is the server: it is asked for the last byte, and says with it how long the whole is.

use crate::context::Context;
use crate::http::{ByteRange, Head};
use crate::ids::TransferId;
use crate::record::{Next, Record, representation, standing};
use crate::transfer::{End, Stream, Transfer};
use crate::trouble::Trouble;

impl Record {
    /// A response came to its end, of which somebody had said where it would be, or nobody.
    pub(super) fn came_to_an_end(&mut self, transfer: &Transfer) {
        let at = transfer.position;
        if transfer.end.is_none() && self.may_measure(at) {
            self.body.may_have_ended(at, transfer.asked.is_some());
        } else if transfer.last {
            self.row.unproven = transfer.end.is_none().then_some(true);
            self.body.has_ended(at);
        }
    }

    /// Whether its server may know where the body ends.
    fn may_measure(&self, at: u64) -> bool {
        let request = self.request();
        let ranges = |head: &Head| representation::may_have_ranges(head, at);
        request.is_get() && !request.has_range() && self.head().is_some_and(ranges)
    }

    /// Asks for the last byte of a body that ended here.
    pub(super) fn measure(&mut self, cx: &mut Context<'_>, at: u64) -> Next {
        if self.standing.asks_for_all() {
            // It refuses ranges, and so cannot tell.
            self.row.unproven = Some(true);
            self.body.has_ended(at);
            return self.nothing_is_missing(cx);
        }
        let mut exchange = self.exchange(cx.config, None);
        let start = at.saturating_sub(1);
        exchange.range = Some(ByteRange { start, end: None });
        exchange.overlap = self.body.pieces(start, at);
        self.send(cx, (at, Stream::Measuring), exchange)
    }

    /// The answer, and how much more came with the last byte than that.
    pub(super) fn measured(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        head: &Head,
        followed: Option<u64>,
    ) -> Next {
        let Some(at) = self.body.doubted_end() else { return self.finish(cx, id, End::Enough) };
        match head.status {
            200..300 | 416 => {}
            // It has been asked often enough, and what came of it may be a part.
            status if standing::passes(status) => return self.give_up(cx),
            _ => return self.finish(cx, id, End::Broken(Trouble::Refusal)),
        }
        let seen = || followed.map(|more| at + more);
        let total = representation::length_beside(head, at.saturating_sub(1)).or_else(seen);
        // All in the place of the last byte, and not how much that is: whoever has given less than was asked for may have
        // more.
        let unsaid = head.status == 200 && total.is_none() && self.body.doubts_part();
        if unsaid && self.standing.may_go_on_after_end(&cx.config.retry) {
            self.body.goes_beyond_part();
            return self.finish(cx, id, End::Enough);
        }
        self.row.unproven = total.is_none().then_some(true);
        let cut = self.body.is_cut(self.row.head.as_ref(), at, total);
        if cut && !self.standing.may_go_on_after_end(&cx.config.retry) {
            // It says one thing, and sends another.
            return self.give_up(cx);
        }
        self.finish(cx, id, End::Enough)
    }
}
