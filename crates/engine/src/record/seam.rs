//! Seams: where a part begins that nothing was compared with, as nothing was stored before it.
//!
//! What a server says of a part may be wrong, or hidden, or of another version. So a few bytes on both sides of each
//! seam are asked for once more when they are stored, and compared. Until then the seam is kept in the record's row, and
//! there is no success.

use crate::config::Overlap;
use crate::context::Context;
use crate::http::{ByteRange, Head};
use crate::ids::TransferId;
use crate::output::Output;
use crate::ports::{Exchange, Piece};
use crate::record::representation::Part;
use crate::record::saved::Saved;
use crate::record::{Next, Record};
use crate::transfer::{End, Stream, Transfer, Transfers};
use crate::trouble::Trouble;

/// A seam that can be proven: what is to be asked for, and what is stored of it.
struct Proof {
    at: u64,
    range: ByteRange,
    overlap: Vec<Piece>,
}

impl Record {
    /// Offsets where what is stored was never compared with what comes before it.
    pub(super) fn seams(&self) -> &[u64] {
        self.row.seams.as_deref().unwrap_or_default()
    }

    /// Something is asked for that will meet here what another response brings.
    pub(super) fn note_seam(&mut self, at: u64) {
        let seams = self.row.seams.get_or_insert_default();
        let place = seams.partition_point(|other| *other < at);
        if at > 0 && seams.get(place) != Some(&at) {
            seams.insert(place, at);
        }
        self.keep_seams(|_| true);
    }

    fn keep_seams(&mut self, keep: impl Fn(u64) -> bool) {
        let mut seams = self.row.seams.take().unwrap_or_default();
        seams.retain(|at| keep(*at));
        self.row.seams = (!seams.is_empty()).then_some(seams);
    }

    /// Whether a seam can be proven now that nobody proves.
    pub(super) fn has_provable_seam(&self, transfers: &Transfers, lengths: Overlap) -> bool {
        self.next_proof(transfers, lengths).is_some()
    }

    fn next_proof(&self, transfers: &Transfers, lengths: Overlap) -> Option<Proof> {
        let is_asked = |at: u64| {
            let mut own = transfers.of(self.id);
            own.any(|one| one.stream == Stream::Proving && one.known == at)
        };
        let open = self.seams().iter().filter(|at| !is_asked(**at));
        open.filter_map(|at| self.proof(*at, lengths)).next()
    }

    /// One byte more than is compared is asked for: if that comes, all of it has been there to compare.
    fn proof(&self, at: u64, lengths: Overlap) -> Option<Proof> {
        let total = self.total()?;
        let before = if self.must_overlap() { lengths.otherwise } else { lengths.validated };
        let start = self.parts.proof_start(at).unwrap_or(at.saturating_sub(before));
        let end = at.saturating_add(lengths.validated).min(total.saturating_sub(1));
        let overlap = self.body.stretch(start, end);
        let range = ByteRange { start, end: Some(end.saturating_add(1)) };
        (end > at && !overlap.is_empty()).then_some(Proof { at, range, overlap })
    }

    /// Asks for both sides of a seam that can be proven; `None` if there is none.
    pub(super) fn prove_next(&mut self, cx: &mut Context<'_>) -> Option<Next> {
        let Proof { at, range, overlap } = self.next_proof(cx.transfers, cx.config.overlap)?;
        let plain = self.exchange(cx.config, None);
        let if_range = self.if_range(cx.config).cloned();
        let exchange = Exchange { range: Some(range), if_range, overlap, ..plain };
        let end = range.end.unwrap_or(at);
        let next = self.send(cx, (end.saturating_sub(1), Stream::Proving), exchange);
        if let Some(transfer) = cx.transfers.newest_mut() {
            transfer.known = at;
        }
        Some(next)
    }

    /// All of the body is stored, but a seam cannot be proven: there is nothing there, or too little.
    pub(super) fn drop_unprovable(&mut self, cx: &mut Context<'_>) -> Option<Next> {
        let begins = |at| self.body.segments.iter().any(|piece| piece.start == at);
        let first = self.seams().iter().copied().find(|at| begins(*at));
        let Some(at) = first else {
            self.row.seams = None;
            return None;
        };
        Some(self.drop_from(cx, at))
    }

    /// The head of the answer, and how many bytes have followed those that are equal.
    pub(super) fn proved(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        head: &Head,
        followed: Option<u64>,
    ) -> Next {
        if let Some(trouble) = self.busy_beside(cx, head) {
            return self.finish(cx, id, End::Broken(trouble));
        }
        let Some(transfer) = cx.transfers.get(id) else { return Next::Nothing };
        let at = transfer.known;
        let Some(asked) = transfer.asked else { return Next::Nothing };
        match (self.compare(asked, head, true), followed) {
            (Part::Continues { end }, Some(1..)) if end == asked.end => self.proven(cx, id),
            (Part::Continues { end }, Some(0)) if end == asked.end => {
                if let Some(transfer) = cx.transfers.get_mut(id) {
                    // It has answered: that no more comes is no sign of a server that is away.
                    transfer.end = end;
                }
                cx.outbox.emit(Output::Read { transfer: id });
                Next::Nothing
            }
            // The store may have failed to give what is there.
            (Part::Continues { end }, None) if end == asked.end && self.parts.doubts_seam(at) => {
                self.finish(cx, id, End::Broken(Trouble::Store))
            }
            (Part::Continues { end }, None) if end == asked.end => self.drop_from(cx, at),
            (Part::Earlier { start }, _) if self.parts.proves_from(at, start) => {
                self.finish(cx, id, End::Enough)
            }
            (Part::Complete, _) if self.may_ask_without_condition(cx, Some(asked), head) => {
                self.standing.unconditional = true;
                self.finish(cx, id, End::Enough)
            }
            _ => {
                // Whose parts cannot be proven is not asked for several again.
                self.parts.refuse();
                self.finish(cx, id, End::Broken(Trouble::Refusal))
            }
        }
    }

    /// What is stored on both sides of a seam is of the same body.
    pub(super) fn proven(&mut self, cx: &mut Context<'_>, id: TransferId) -> Next {
        self.standing.accepted();
        if let Some(at) = cx.transfers.get(id).map(|one| one.known) {
            self.keep_seams(|other| other != at);
            // There is more to be seen.
            self.changed = true;
        }
        self.finish(cx, id, End::Enough)
    }

    /// An extra part has brought nothing: nobody meets it.
    pub(super) fn forget_seam_of(&mut self, transfer: &Transfer) {
        if transfer.extra && !transfer.has_brought() && transfer.known == transfer.began.0 {
            self.keep_seams(|at| at != transfer.began.0);
        }
    }

    /// What is stored from here on does not belong to what is stored before: it goes, and comes anew.
    fn drop_from(&mut self, cx: &mut Context<'_>, at: u64) -> Next {
        self.close_transfers(cx, None);
        self.parts.refuse();
        cx.servers.note_no_gain(self.server, cx.now.monotonic + cx.config.split.rest);
        self.keep_seams(|other| other < at);
        let mut lost = self.body.drop_from(at);
        self.replaced.append(&mut lost);
        // Its rows go before any of what replaces it is written.
        self.saved = Saved::Older;
        self.row.version = self.row.version.wrapping_add(1);
        self.changed = true;
        self.await_connection()
    }
}
