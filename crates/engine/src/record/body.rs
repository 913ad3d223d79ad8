//! What there is of a body, and where it ends.

use std::mem::replace;

use crate::config::Overlap;
use crate::http::{ByteRange, Head, RequestSpec};
use crate::ports::Piece;
use crate::record::representation;
use crate::record::segments::Segments;
use crate::snapshot::EntryKey;

/// The body of one record.
#[derive(Debug)]
pub(crate) struct Body {
    /// Stored and recorded.
    pub(crate) segments: Segments,
    /// The most bytes that were ever stored of it: less is no progress.
    most: u64,
    declared: Declared,
    /// Where a response came to the end of the body; only this tells if no head does.
    ended: Option<u64>,
    /// Where one came to an end that nobody had declared: the server is to be asked whether there is more.
    doubted: Option<Doubt>,
    /// Where the last part began, if it only repeated what is stored, up to its end.
    repeated: Option<u64>,
    /// Connections that broke before they brought more than what they had to repeat.
    breaks: u32,
    /// From where on the server is to be asked next, since it begins its parts where it likes.
    aligned: Option<u64>,
}

/// An end that nobody had declared.
#[derive(Debug, Clone, Copy)]
struct Doubt {
    at: u64,
    /// Whether that was a part, of which the server may have given less than was asked for.
    of_part: bool,
}

/// What the length that the head declares is worth. That of another origin may be of a content
/// coding, which it hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Declared {
    Believed,
    /// The whole body once ended here, which is short of it.
    Doubted {
        end: u64,
    },
    /// It ended here twice: the length is not that of the body.
    Refuted {
        end: u64,
    },
}

impl Body {
    pub(crate) fn new(segments: Segments) -> Self {
        let most = segments.stored();
        Self {
            segments,
            most,
            declared: Declared::Believed,
            ended: None,
            doubted: None,
            repeated: None,
            breaks: 0,
            aligned: None,
        }
    }

    /// Length of the whole body, if it is known.
    pub(crate) fn total(&self, head: Option<&Head>) -> Option<u64> {
        let declared = head.and_then(representation::complete_length);
        declared.filter(|_| !self.is_refuted())
    }

    /// Length of what the app gets of it in the end, if that is known: no more than the part that it has asked for.
    pub(crate) fn wanted(&self, request: &RequestSpec, head: &Head) -> Option<u64> {
        let some = request.has_range() || is_bodiless(request, head);
        if some { self.end(request, head) } else { self.total(Some(head)) }
    }

    fn is_refuted(&self) -> bool {
        matches!(self.declared, Declared::Refuted { .. })
    }

    /// Length of the whole body, if it is certain: that which another origin declares may be of a
    /// content coding, until the body has come to its end.
    fn certain_total(&self, head: Option<&Head>) -> Option<u64> {
        let declared = self.total(head).filter(|_| !may_hide_coding(head));
        declared.or(self.ended)
    }

    /// Offset after the last byte of the body that `head` began, if it is known.
    pub(crate) fn end(&self, request: &RequestSpec, head: &Head) -> Option<u64> {
        if is_bodiless(request, head) {
            None
        } else if request.has_range() {
            representation::part_length(head)
        } else {
            representation::body_end(head).filter(|_| !self.is_refuted())
        }
    }

    /// Whether nothing of the body is missing, if `extra` is there too.
    pub(crate) fn is_whole(&self, request: &RequestSpec, head: &Head, extra: &[ByteRange]) -> bool {
        if is_bodiless(request, head) {
            return true;
        }
        if request.has_range() {
            return self.ended.is_some();
        }
        let end = self.certain_total(Some(head));
        end.is_some() && self.segments.gap(end, extra).is_none()
    }

    /// Whether some of a body that was whole is not there any more, as far as one can tell.
    pub(crate) fn lacks_bytes(&self, request: &RequestSpec, head: Option<&Head>) -> bool {
        let Some(head) = head else { return true };
        // What ended short of the length declared was whole all the same, if that was of a coding.
        let certain = !may_hide_coding(Some(head));
        let declared = self.end(request, head).filter(|_| certain).unwrap_or(0);
        self.segments.prefix() < self.segments.stored().max(declared)
    }

    /// The first missing stretch that no transfer in `taken` brings.
    pub(crate) fn gap(&self, head: Option<&Head>, taken: &[ByteRange]) -> Option<ByteRange> {
        self.segments.gap(self.certain_total(head), taken)
    }

    /// Notes that a response came to the end of the body.
    pub(crate) fn has_ended(&mut self, at: u64) {
        self.ended = Some(at);
        self.doubted = None;
    }

    /// Notes that a response, to a request for a part or for all, came to an end of which nobody had said that it would
    /// be there.
    pub(crate) fn may_have_ended(&mut self, at: u64, of_part: bool) {
        self.doubted = Some(Doubt { at, of_part });
    }

    /// Whether the end that is doubted is that of a part: then what follows may be asked for as if it were none.
    pub(crate) fn doubts_part(&self) -> bool {
        self.doubted.is_some_and(|doubt| doubt.of_part)
    }

    /// What follows the part is asked for.
    pub(crate) fn goes_beyond_part(&mut self) {
        self.doubted = None;
    }

    /// Where an end is that its server is still to be asked about.
    pub(crate) fn doubted_end(&self) -> Option<u64> {
        self.doubted.map(|doubt| doubt.at)
    }

    /// The server has said how long the body is that came to an end here, or could not. Whether there is more.
    pub(crate) fn is_cut(&mut self, head: Option<&Head>, at: u64, total: Option<u64>) -> bool {
        let more = total.is_some_and(|total| total > at);
        let cut = more && !self.ends_where_it_did(head, at, total);
        if cut {
            self.doubted = None;
        } else {
            self.has_ended(at);
        }
        cut
    }

    /// The whole body of another origin ended short of the length that is told. Whether that is for the
    /// second time at this place: then the length is that of a content coding, whose name is hidden.
    pub(crate) fn ends_where_it_did(
        &mut self,
        head: Option<&Head>,
        at: u64,
        total: Option<u64>,
    ) -> bool {
        // At most a little less: all that codings can do to a body that they cannot shorten is to
        // frame it.
        let framed = at.saturating_add(at / 16 + 32);
        if !may_hide_coding(head) || total.is_some_and(|total| total > framed) {
            return false;
        }
        let twice = match self.declared {
            Declared::Believed => false,
            Declared::Doubted { end } | Declared::Refuted { end } => end == at,
        };
        self.declared =
            if twice { Declared::Refuted { end: at } } else { Declared::Doubted { end: at } };
        twice
    }

    /// Whether it has ended short of its length, by no more than a coding may add.
    pub(crate) fn is_doubted(&self) -> bool {
        self.declared != Declared::Believed
    }

    /// Whether the offsets of its bytes mean to the server what they mean here.
    pub(crate) fn is_addressable(&self, head: &Head, attempts: u32) -> bool {
        // If it is no coding, a part tells; but such a part may be that of a coding.
        let doubted = self.is_doubted() && attempts > 1;
        // More bytes came than declared: a coding is hidden.
        let most = self.segments.end().max(self.ended.unwrap_or(0));
        !doubted && self.total(Some(head)).is_none_or(|total| most <= total)
    }

    /// The stored bytes before `gap` that a part has to repeat: all, if there are not so many.
    pub(crate) fn overlap(&self, gap: u64, must: bool, lengths: Overlap) -> Vec<Piece> {
        let length = if must { lengths.otherwise } else { lengths.validated };
        // Less where no connection lives for so long.
        let least = length.min(LEAST_OVERLAP);
        let length = length.checked_shr(self.breaks).unwrap_or(0).max(least).min(gap);
        // Another length after a part that brought nothing: so a limit of the server is distinguished from
        // the end of the body.
        let length = length >> u32::from(self.repeated.is_some());
        let start = self.aligned.unwrap_or_else(|| gap.saturating_sub(length));
        self.pieces(start, gap)
    }

    /// The stored bytes from `start` up to `gap`; none if one of them is missing.
    pub(crate) fn pieces(&self, start: u64, gap: u64) -> Vec<Piece> {
        let (mut pieces, mut at) = (Vec::new(), start);
        for segment in self.segments.iter() {
            if segment.end() > start && segment.start < gap {
                let skipped = start.saturating_sub(segment.start);
                let length = segment.length - skipped;
                at = at.saturating_add(length);
                pieces.push(Piece { entry: segment.entry.clone(), start: skipped, length });
            }
        }
        if at == gap { pieces } else { Vec::new() }
    }

    /// The stored bytes from `start` up to `end`; none if one of them is missing.
    pub(crate) fn stretch(&self, start: u64, end: u64) -> Vec<Piece> {
        let mut pieces = self.pieces(start, self.segments.end_of_piece_over(end));
        let beyond = self.segments.end_of_piece_over(end).saturating_sub(end);
        if let Some(last) = pieces.last_mut() {
            last.length = last.length.saturating_sub(beyond);
        }
        pieces
    }

    /// Forgets what is stored from here on, with what was thought of its end, and tells where it was.
    pub(crate) fn drop_from(&mut self, at: u64) -> Vec<EntryKey> {
        (self.ended, self.doubted) = (None, None);
        self.segments.drop_from(at)
    }

    /// A connection broke before it brought more than what it had to repeat.
    pub(crate) fn broke_in_overlap(&mut self) {
        self.breaks += 1;
    }

    /// A part that was asked for from here on begins earlier. Whether to ask for it from there.
    pub(crate) fn begins_earlier(&mut self, asked: u64, start: u64) -> bool {
        let again = self.aligned.replace(start) != Some(asked);
        self.aligned = self.aligned.filter(|_| again);
        again
    }

    /// Notes how much there is; whether that is more than there ever was. What comes again, because
    /// it could not be resumed, is no progress.
    pub(crate) fn grows_to(&mut self, stored: u64) -> bool {
        let more = stored > self.most;
        self.most = self.most.max(stored);
        more
    }

    /// A part brought something new.
    pub(crate) fn has_news(&mut self) {
        self.repeated = None;
    }

    /// A part has begun that goes on with it: the next one is asked for from where that ends.
    pub(crate) fn goes_on(&mut self) {
        self.aligned = None;
    }

    /// A part from `start` on only repeated what is stored. `end` is where that ends, if there the part did too,
    /// though no end was asked for. Whether it is to be asked once more, for another length.
    pub(crate) fn brought_nothing(
        &mut self,
        head: Option<&Head>,
        start: u64,
        end: Option<u64>,
    ) -> bool {
        let end = end.filter(|end| self.total(head).is_none_or(|total| total == *end));
        let before = replace(&mut self.repeated, end.map(|_| start));
        if before.is_some_and(|before| before != start) {
            // Twice, after parts of different lengths: there is no more.
            self.ended = end.or(self.ended);
        }
        before.is_none() && end.is_some()
    }

    /// Begins from scratch, with what is known of the length. What there was.
    pub(crate) fn begin_anew(&mut self) -> Self {
        let (most, declared) = (self.most, self.declared);
        let anew = Self { most, declared, ..Self::new(Segments::default()) };
        replace(self, anew)
    }

    /// A newer response brought nothing. Where there was nothing before either, its length is doubted as far.
    pub(crate) fn learns_from(&mut self, newer: &Self) {
        if self.segments.is_empty() {
            self.declared = newer.declared;
        }
    }
}

/// At least so many bytes are compared.
const LEAST_OVERLAP: u64 = 256;

/// Whether a length that this head declares may be that of a content coding.
pub(crate) fn may_hide_coding(head: Option<&Head>) -> bool {
    head.is_some_and(|head| head.kind == "cors" && head.status != 206)
}

fn is_bodiless(request: &RequestSpec, head: &Head) -> bool {
    request.method == "HEAD" || matches!(head.status, 204 | 205 | 304)
}
