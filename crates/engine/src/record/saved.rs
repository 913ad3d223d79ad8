//! What of a record the meta store has.

use crate::outcome::RecordResult;
use crate::record::{Phase, Record};
use crate::snapshot::{EntryKey, SegmentRow, Write};

/// What the meta store has of the current response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Saved {
    /// Nothing.
    Nothing,
    /// Rows of an older response, or of segments that were given up, perhaps among others.
    Older,
    /// Its head.
    Head,
}

impl Record {
    /// As it is after a restart, of which something may be `lost`.
    pub(crate) fn restored(mut self, mut lost: bool) -> Self {
        let success = self.row.result == Some(RecordResult::Success);
        let lacks = || self.body.lacks_bytes(&self.row.request, self.row.head.as_ref());
        let unproven = self.row.seams.is_some();
        if success && (lost || lacks() || unproven) {
            self.row.result = None;
            self.phase = Phase::Pending;
            lost = true;
        }
        if lost {
            // With the next segment it is durable that there is no result, and rows that are of no use go: else they would be
            // found to be so again, and whole what came in their place no success.
            self.saved = Saved::Older;
            self.row.version = self.row.version.wrapping_add(1);
        }
        self.standing.fresh = true;
        self
    }

    /// Adds the record's row to `writes`; and where there are rows of segments that are not of its body, removes them
    /// first, so that only those which are stay.
    pub(crate) fn write_row(&self, writes: &mut Vec<Write>) {
        if self.saved == Saved::Older {
            return self.write_all(writes);
        }
        writes.push(Write::PutRecord(self.row.clone()));
    }

    /// Adds its row, and that of each segment in the place of those which are there.
    pub(crate) fn write_all(&self, writes: &mut Vec<Write>) {
        writes.push(self.removal_of_segments());
        writes.push(Write::PutRecord(self.row.clone()));
        for piece in self.body.segments.iter() {
            writes.push(self.segment_row(piece.start, piece.length, &piece.entry));
        }
    }

    pub(super) fn segment_row(&self, start: u64, length: u64, entry: &EntryKey) -> Write {
        let (uid, index) = (self.row.uid.clone(), self.row.index);
        Write::PutSegment(SegmentRow { uid, index, start, length, entry: entry.clone() })
    }

    pub(crate) fn removal_of_segments(&self) -> Write {
        Write::DeleteSegments { uid: self.row.uid.clone(), index: self.row.index }
    }

    /// Rows that were to go are still there. They must not be taken for those of a newer response.
    pub(crate) fn note_rows_left(&mut self) {
        if self.body.segments.is_empty() {
            self.saved = Saved::Older;
        }
    }

    /// Forgets the segments whose entries are not among `present`, and with them the success that
    /// the record had. What has to be written then, and which entries are lost.
    pub(crate) fn forget_lost(
        &mut self,
        present: &[EntryKey],
        writes: &mut Vec<Write>,
        lost: &mut Vec<EntryKey>,
    ) {
        let missing = self.body.segments.retain(|entry| present.binary_search(entry).is_ok());
        if missing.is_empty() {
            return;
        }
        lost.extend(missing);
        self.row.result = None;
        // What was shown of it is no longer true.
        self.row.version = self.row.version.wrapping_add(1);
        self.phase = Phase::Pending;
        self.write_all(writes);
    }
}
