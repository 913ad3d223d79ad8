//! A response that brings what is stored once more, before what is missing: the server has no ranges, or none now.
//!
//! A strong ETag that is the same says that each byte is, so that nothing is given up for it, nor stored again: should
//! this one break, too, there is no less than before. The last bytes are compared all the same.

use crate::context::Context;
use crate::http::Head;
use crate::ids::TransferId;
use crate::output::Output;
use crate::record::{Next, Record, representation};
use crate::transfer::{End, Stream};

impl Record {
    /// Whether what is stored will stay if all comes once more.
    pub(super) fn may_repeat(&self) -> bool {
        self.request().is_get() && self.head().is_some_and(representation::may_repeat)
    }

    /// Up to where a response that begins the body brings what is stored.
    pub(super) fn repeated_by(&self, head: &Head) -> Option<u64> {
        let known = self.body.segments.prefix();
        let holes = known < self.body.segments.stored();
        // What is not proven to belong to it must be replaced.
        let unproven = !self.seams().is_empty();
        let first = self.head().filter(|_| known > 0 && !holes && !unproven)?;
        // What did not fit since there was more than ever would not do so now.
        let same = representation::is_same_whole(first, head) && self.standing.fits();
        same.then_some(known)
    }

    /// Passes over what is stored up to here.
    pub(super) fn repeat(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        (head, known): (&Head, u64),
    ) -> Next {
        self.close_transfers(cx, Some(id));
        self.standing.accepted();
        self.parts.refuse();
        let end = self.body.end(self.request(), head);
        if let Some(transfer) = cx.transfers.get_mut(id) {
            transfer.begin(end, cx.now.monotonic);
            transfer.known = known;
            transfer.read_on(cx.outbox, cx.now.monotonic);
        }
        Next::Nothing
    }

    /// More of it has come, and perhaps some of what is missing.
    pub(super) fn repeated(&mut self, cx: &mut Context<'_>, id: TransferId) -> Next {
        let Some(transfer) = cx.transfers.get_mut(id) else { return Next::Nothing };
        let compared = transfer.known.saturating_sub(cx.config.overlap.validated);
        if transfer.position <= compared {
            transfer.kept = transfer.position;
            cx.outbox.emit(Output::Forget { transfer: id });
        } else if transfer.position > transfer.known {
            let pieces = self.body.pieces(transfer.kept, transfer.known);
            transfer.stream = Stream::Comparing;
            cx.outbox.emit(Output::Compare { transfer: id, pieces });
            return Next::Nothing;
        }
        transfer.read_on(cx.outbox, cx.now.monotonic);
        Next::Nothing
    }

    /// Whether the last of what is stored has come as it is.
    pub(super) fn compared(&mut self, cx: &mut Context<'_>, id: TransferId, same: bool) -> Next {
        let Some(transfer) = cx.transfers.get_mut(id) else { return Next::Nothing };
        if !same {
            return self.finish(cx, id, End::Mismatch);
        }
        transfer.kept = transfer.known;
        transfer.cut_at = cx.now.monotonic;
        self.cut_and_go_on(cx, id)
    }
}
