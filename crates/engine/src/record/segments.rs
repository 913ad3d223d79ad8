//! Which bytes of a body are stored, and where.

use crate::http::ByteRange;
use crate::snapshot::EntryKey;

/// A finished, recorded piece of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Offset of its first byte.
    pub(crate) start: u64,
    pub(crate) length: u64,
    pub(crate) entry: EntryKey,
    /// Whether this engine has seen it stored; else only a row says so.
    pub(crate) seen: bool,
}

impl Segment {
    /// Offset after its last byte.
    pub(crate) fn end(&self) -> u64 {
        self.start.saturating_add(self.length)
    }
}

/// The stored pieces of one body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segments {
    /// By offset; none is empty and no two overlap. A vector, because pieces nearly always come in
    /// order, and code has a size too.
    pieces: Vec<Segment>,
}

impl Segments {
    /// Adds a piece. One that is empty or overlaps what is there is refused and handed back.
    pub(crate) fn insert(&mut self, piece: Segment) -> Result<(), Segment> {
        let at = self.pieces.partition_point(|held| held.start < piece.start);
        let before = at.checked_sub(1).and_then(|at| self.pieces.get(at));
        let overlaps = before.is_some_and(|held| held.end() > piece.start)
            || self.pieces.get(at).is_some_and(|held| piece.end() > held.start);
        if piece.length == 0 || overlaps || piece.start.checked_add(piece.length).is_none() {
            return Err(piece);
        }
        self.pieces.insert(at, piece);
        Ok(())
    }

    /// All pieces, by offset.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Segment> {
        self.pieces.iter()
    }

    /// Bytes in all pieces.
    pub(crate) fn stored(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.length).sum()
    }

    /// Offset after the last byte.
    pub(crate) fn end(&self) -> u64 {
        self.pieces.last().map_or(0, Segment::end)
    }

    /// Bytes from 0 on without a gap.
    pub(crate) fn prefix(&self) -> u64 {
        self.for_each_contiguous(|_| {})
    }

    /// Calls `look` with the pieces from 0 on without a gap, and tells where they end.
    pub(crate) fn for_each_contiguous(&self, mut look: impl FnMut(&Segment)) -> u64 {
        let mut end = 0;
        for piece in &self.pieces {
            if piece.start != end {
                break;
            }
            look(piece);
            end = piece.end();
        }
        end
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The first stretch of the body that is neither stored nor in `taken` (ranges that transfers
    /// are bringing). `None` when there is none before `total`.
    pub(crate) fn gap(&self, total: Option<u64>, taken: &[ByteRange]) -> Option<ByteRange> {
        let held = || {
            let taken = taken.iter().map(|range| (range.start, range.end.unwrap_or(u64::MAX)));
            self.pieces.iter().map(|piece| (piece.start, piece.end())).chain(taken)
        };
        // Past everything that follows without a gap: transfers are few, pieces are in order.
        let mut start = self.prefix();
        let reaching = |start| held().filter(move |&(from, to)| from <= start && to > start);
        while let Some(end) = reaching(start).map(|(_, to)| to).max() {
            start = end;
        }
        let next = held().map(|(from, _)| from).filter(|&from| from > start).min();
        // What a row says of bytes after the end of the body is not to be believed.
        let end = next.into_iter().chain(total).min();
        let open = end.is_none_or(|end| start < end) && start < u64::MAX;
        open.then_some(ByteRange { start, end })
    }

    /// Adds the entries of all pieces to `all`.
    pub(crate) fn list_entries(&self, all: &mut Vec<EntryKey>) {
        for piece in &self.pieces {
            all.push(piece.entry.clone());
        }
    }

    /// Forgets all pieces, and tells where they were.
    pub(crate) fn take_entries(&mut self) -> Vec<EntryKey> {
        let mut entries = Vec::new();
        self.list_entries(&mut entries);
        self.pieces.clear();
        entries
    }

    /// Offset after the piece that holds the byte before this one; the same offset if there is none.
    pub(crate) fn end_of_piece_over(&self, at: u64) -> u64 {
        let over = self.pieces.iter().find(|piece| piece.start < at && piece.end() >= at);
        over.map_or(at, Segment::end)
    }

    /// Forgets what reaches beyond this offset, and tells where it was.
    pub(crate) fn drop_from(&mut self, at: u64) -> Vec<EntryKey> {
        let kept = self.pieces.partition_point(|piece| piece.end() <= at);
        let mut entries = Vec::new();
        for piece in self.pieces.drain(kept..) {
            entries.push(piece.entry);
        }
        entries
    }

    /// Forgets the pieces that `keep` denies, and tells where they were.
    pub(crate) fn retain(&mut self, keep: impl Fn(&EntryKey) -> bool) -> Vec<EntryKey> {
        let mut lost = Vec::new();
        self.pieces.retain(|piece| {
            let kept = keep(&piece.entry);
            if !kept {
                lost.push(piece.entry.clone());
            }
            kept
        });
        lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(pieces: &[(u64, u64)]) -> Segments {
        let mut segments = Segments::default();
        for &(start, length) in pieces {
            let entry = EntryKey(format!("{start}"));
            segments.insert(Segment { start, length, entry, seen: true }).unwrap();
        }
        segments
    }

    #[test]
    fn overlapping_and_empty_pieces_are_refused() {
        let mut held = segments(&[(0, 10), (20, 10)]);
        for (start, length) in [(5, 1), (9, 5), (15, 6), (29, 5), (0, 40), (10, 0), (u64::MAX, 2)] {
            let piece = Segment { start, length, entry: EntryKey("new".into()), seen: true };
            assert!(held.insert(piece).is_err(), "{start}+{length}");
        }
        assert!(
            held.insert(Segment {
                start: 10,
                length: 10,
                entry: EntryKey("new".into()),
                seen: true
            })
            .is_ok()
        );
        assert_eq!(held.prefix(), 30);
    }

    #[test]
    fn the_first_gap_is_found_between_pieces_and_transfers() {
        let held = segments(&[(0, 10), (20, 10)]);
        let gap =
            |total, taken: &[ByteRange]| held.gap(total, taken).map(|gap| (gap.start, gap.end));
        assert_eq!(gap(Some(40), &[]), Some((10, Some(20))));
        let taken = [ByteRange { start: 10, end: Some(20) }];
        assert_eq!(gap(Some(40), &taken), Some((30, Some(40))));
        assert_eq!(gap(None, &taken), Some((30, None)));
        assert_eq!(gap(Some(30), &taken), None);
        assert_eq!(gap(Some(40), &[ByteRange { start: 10, end: None }]), None);
        assert_eq!(gap(Some(15), &[]), Some((10, Some(15))));
        assert_eq!(gap(Some(10), &[]), None);
    }

    #[test]
    fn only_the_prefix_is_shown() {
        assert_eq!(segments(&[(0, 10), (20, 10)]).prefix(), 10);
        assert_eq!(segments(&[(5, 10)]).prefix(), 0);
        assert_eq!(segments(&[(0, 10), (20, 10)]).stored(), 20);
    }
}
