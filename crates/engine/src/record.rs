//! [Complete a record](https://wicg.github.io/background-fetch/#complete-a-record): one request.

use crate::config::Overlap;
use crate::http::{ByteRange, Head};
use crate::outcome::RecordResult;
use crate::ports::Piece;
use crate::representation;
use crate::retry::Trouble;
use crate::segments::{Segment, Segments};
use crate::snapshot::{EntryKey, RecordRow};
use crate::state::RecordState;
use crate::time::Timestamp;

/// What a record waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// A free connection.
    Pending,
    /// The transfers that bring its bytes.
    Running,
    /// A better time.
    Waiting {
        /// When to try again.
        until: Timestamp,
        /// Why not now.
        trouble: Trouble,
    },
    /// Its integrity to be verified.
    Checking,
    /// Its result to be durable.
    Settling,
    /// Nothing.
    Settled,
}

/// One record of a background fetch.
#[derive(Debug)]
pub(crate) struct Record {
    /// As it is, or will be with the next commit, in the meta store.
    pub(crate) row: RecordRow,
    /// Stored and recorded.
    pub(crate) segments: Segments,
    pub(crate) phase: Phase,
    /// Whether `row.head` is in the meta store.
    pub(crate) head_saved: bool,
    /// Whether `row.result` could not be written down.
    pub(crate) unsaved: bool,
    /// Bytes a second, of the last segments; 0 when unknown.
    pub(crate) rate: u64,
    /// Whether the body is being fetched in parts that pass by the script.
    pub(crate) bulk: bool,
    /// Set when a part went wrong: go on with one stream.
    pub(crate) bulk_failed: bool,
    /// When the tries without progress began.
    pub(crate) trouble_since: Option<Timestamp>,
    /// Set in the life of a worker that has not tried it yet: what comes of that is no try that counts,
    /// since each life begins with one, however short the wait has been.
    pub(crate) resumed: bool,
    /// Set when the server has answered, though the browser says that there is no network.
    pub(crate) reachable: bool,
    /// Responses discarded because they did not fit what was stored.
    pub(crate) restarts: u32,
    /// Where the whole body ended, if that was before the length told, and that may be the length of
    /// a content coding which other origins hide.
    pub(crate) short_end: Option<u64>,
    /// It ended there twice: the length told is not that of the body.
    pub(crate) coded: bool,
    /// Tries in a row that failed although the network is there.
    pub(crate) denials: u32,
    /// Where a response came to the end of the body; only this tells if no head does.
    pub(crate) ended: Option<u64>,
    /// The most bytes that were ever stored of it: less is no progress.
    pub(crate) most: u64,
    /// Set when rows of an older response may still be in the store, because nobody could remove them.
    pub(crate) unclean: bool,
    /// Parts in a row that only repeated what is stored, up to its end.
    pub(crate) repeats: u32,
}

impl Record {
    pub(crate) fn new(row: RecordRow, segments: Segments) -> Self {
        let phase = if row.result.is_some() { Phase::Settled } else { Phase::Pending };
        let head_saved = row.head.is_some();
        let most = segments.stored();
        Self {
            row,
            segments,
            phase,
            head_saved,
            unsaved: false,
            rate: 0,
            bulk: false,
            bulk_failed: false,
            trouble_since: None,
            resumed: false,
            reachable: false,
            restarts: 0,
            short_end: None,
            coded: false,
            denials: 0,
            ended: None,
            most,
            unclean: false,
            repeats: 0,
        }
    }

    /// Whether its end is decided.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Settling | Phase::Settled)
    }

    /// Whether there may be rows of segments in the store that are none of this response.
    pub(crate) fn has_rows_left(&self) -> bool {
        self.unclean && self.segments.is_empty()
    }

    /// Whether its bytes are nobody's to see before all of them have been verified.
    pub(crate) fn has_integrity(&self) -> bool {
        !self.row.request.integrity.is_empty()
    }

    /// Whether the rest of the body may be asked for by `Range`.
    pub(crate) fn may_resume(&self) -> bool {
        self.row.head.as_ref().is_some_and(|head| {
            representation::may_resume(&self.row.request, head)
                && (self.row.validator.is_some() || self.total().is_some())
                // If it is no coding, a part tells; but such a part may be that of a coding.
                && (self.short_end.is_none() || self.row.tries <= 1)
                && !self.is_longer_than_told()
        })
    }

    /// Whether a part has to repeat some bytes, because nothing else tells whether it belongs to what
    /// is stored: without a strong validator, and behind a redirect, which may lead elsewhere now.
    pub(crate) fn must_overlap(&self) -> bool {
        self.row.validator.is_none() || self.row.head.as_ref().is_some_and(|head| head.redirected)
    }

    /// The stored bytes before `gap` that a part has to repeat; none if there are not so many.
    pub(crate) fn overlap(&self, gap: u64, lengths: Overlap) -> Vec<Piece> {
        let length = if self.must_overlap() { lengths.otherwise } else { lengths.validated };
        // Another length after a part that brought nothing: so a limit of the server is told from
        // the end of the body.
        let length = length >> self.repeats.min(1);
        let Some(start) = gap.checked_sub(length) else { return Vec::new() };
        let before = |segment: &&Segment| segment.end() > start && segment.start < gap;
        let piece = |segment: &Segment| {
            let skipped = start.saturating_sub(segment.start);
            let length = segment.length - skipped;
            Piece { entry: segment.entry.clone(), start: skipped, length }
        };
        let pieces: Vec<_> = self.segments.iter().filter(before).map(piece).collect();
        let found: u64 = pieces.iter().map(|piece| piece.length).sum();
        if found == length { pieces } else { Vec::new() }
    }

    /// Whether several parts of the body may be asked for at once.
    pub(crate) fn may_split(&self) -> bool {
        !self.bulk_failed
            && self.may_resume()
            && !self.must_overlap()
            && self.row.head.as_ref().is_some_and(representation::may_split)
    }

    /// Length of the whole body, if it is known.
    pub(crate) fn total(&self) -> Option<u64> {
        let told = self.row.head.as_ref().and_then(representation::complete_length);
        told.filter(|_| !self.coded)
    }

    /// Length of the whole body, if it is certain: that which another origin tells may be of a content
    /// coding, until the body has come to its end.
    fn certain_total(&self) -> Option<u64> {
        let told = self.total().filter(|_| !self.may_hide_coding());
        told.or(self.ended)
    }

    /// Whether a length that its head told may be that of a content coding.
    pub(crate) fn may_hide_coding(&self) -> bool {
        self.row.head.as_ref().is_some_and(|head| head.kind == "cors" && head.status == 200)
    }

    /// Whether a body of this length may be what a content coding of the length told holds: at most
    /// a little less, since all that codings can do to a body that they cannot shorten is to frame it.
    pub(crate) fn may_hide_coding_of(&self, length: u64) -> bool {
        let framed = length.saturating_add(length / 16 + 32);
        self.may_hide_coding() && self.total().is_none_or(|total| total <= framed)
    }

    /// More bytes came than `Content-Length` told: another origin hides a content coding, so
    /// offsets in the stored bytes mean nothing to the server.
    pub(crate) fn is_longer_than_told(&self) -> bool {
        let most = self.segments.end().max(self.ended.unwrap_or(0));
        self.total().is_some_and(|total| most > total)
    }

    /// Whether the app itself asked for a part, which then is all that it gets.
    pub(crate) fn has_own_range(&self) -> bool {
        self.row.request.header("range").is_some()
    }

    /// Offset after the last byte of the body that the stored head began, if it is known.
    pub(crate) fn body_end(&self) -> Option<u64> {
        let head = self.row.head.as_ref()?;
        if self.is_bodiless(head) {
            None
        } else if self.has_own_range() {
            head.content_length().filter(|_| !head.is_encoded())
        } else {
            representation::body_end(head).filter(|_| !self.coded)
        }
    }

    fn is_bodiless(&self, head: &Head) -> bool {
        self.row.request.method == "HEAD" || matches!(head.status, 204 | 205 | 304)
    }

    /// Whether nothing of the body is missing, if `extra` is there too.
    pub(crate) fn is_whole(&self, head: &Head, extra: &[ByteRange]) -> bool {
        if self.has_own_range() || self.is_bodiless(head) {
            return true;
        }
        let end = self.certain_total();
        end.is_some() && self.segments.gap(end, extra).is_none()
    }

    /// Whether some of a body that was whole is not there any more, as far as one can tell.
    pub(crate) fn lacks_bytes(&self) -> bool {
        // What ended short of the length told was whole all the same, if that was of a content coding.
        let told = self.body_end().filter(|_| !self.may_hide_coding()).unwrap_or(0);
        let prefix = self.segments.prefix();
        self.row.head.is_none() || prefix < self.segments.stored().max(told)
    }

    /// The first missing stretch that no transfer in `taken` brings.
    pub(crate) fn gap(&self, taken: &[ByteRange]) -> Option<ByteRange> {
        self.segments.gap(self.certain_total(), taken)
    }

    /// Makes the response "redundant": forgets it, and tells where its bytes were.
    pub(crate) fn discard(&mut self) -> Vec<EntryKey> {
        self.row.head = None;
        self.row.validator = None;
        self.row.version = self.row.version.wrapping_add(1);
        self.head_saved = false;
        self.bulk = false;
        self.ended = None;
        self.segments.take_entries()
    }

    /// As `match` shows it.
    pub(crate) fn state(&self) -> RecordState {
        let secret = self.has_integrity() && self.phase != Phase::Settled;
        RecordState {
            uid: self.row.uid.clone(),
            index: self.row.index,
            request: self.row.request.clone(),
            result: self.result(),
            version: self.row.version,
            head: self.row.head.clone().filter(|_| !secret),
            segments: self
                .segments
                .contiguous()
                .map(|piece| (piece.entry.clone(), piece.start, piece.length))
                .collect(),
        }
    }

    /// The result as the app sees it: only once it is durable.
    fn result(&self) -> Option<RecordResult> {
        self.row.result.filter(|_| self.phase == Phase::Settled)
    }
}
