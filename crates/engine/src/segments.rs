//! Which bytes of a body are stored, and where.

use std::collections::BTreeMap;

use crate::http::ByteRange;
use crate::snapshot::EntryKey;

/// A finished, recorded piece of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) length: u64,
    pub(crate) entry: EntryKey,
}

/// The stored pieces of one body, by their offsets; none is empty and no two overlap.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segments {
    by_start: BTreeMap<u64, Segment>,
}

impl Segments {
    /// Adds a piece. One that is empty or overlaps what is there is refused and handed back.
    pub(crate) fn insert(&mut self, start: u64, segment: Segment) -> Result<(), Segment> {
        let Some(end) = start.checked_add(segment.length) else { return Err(segment) };
        let before = self.by_start.range(..end).next_back();
        let overlaps = before.is_some_and(|(&other, held)| other + held.length > start);
        if segment.length == 0 || overlaps {
            return Err(segment);
        }
        self.by_start.insert(start, segment);
        Ok(())
    }

    /// All pieces: offset, length, entry.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (u64, u64, EntryKey)> {
        let copy = |(&start, segment): (&u64, &Segment)| (start, segment.length, segment.entry.clone());
        self.by_start.iter().map(copy)
    }

    /// Bytes in all pieces.
    pub(crate) fn stored(&self) -> u64 {
        self.by_start.values().map(|segment| segment.length).sum()
    }

    /// Bytes from 0 on without a gap.
    pub(crate) fn prefix(&self) -> u64 {
        self.contiguous().last().map_or(0, |(start, segment)| start + segment.length)
    }

    /// The pieces from 0 on without a gap.
    pub(crate) fn contiguous(&self) -> impl Iterator<Item = (u64, &Segment)> {
        let mut expected = 0;
        self.by_start.iter().map_while(move |(&start, segment)| {
            let follows = start == expected;
            expected = start + segment.length;
            follows.then_some((start, segment))
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.by_start.is_empty()
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &EntryKey> {
        self.by_start.values().map(|segment| &segment.entry)
    }

    /// The first stretch of the body, at or after offset `from`, that is neither stored nor in
    /// `taken` (ranges that transfers are bringing). `None` when there is none before `total`.
    pub(crate) fn gap(&self, total: Option<u64>, taken: &[ByteRange]) -> Option<ByteRange> {
        let mut covered: Vec<(u64, u64)> =
            self.by_start.iter().map(|(&start, segment)| (start, start + segment.length)).collect();
        covered.extend(taken.iter().map(|range| (range.start, range.end.unwrap_or(u64::MAX))));
        covered.sort_unstable();
        let mut start = 0;
        let mut end = total;
        for (from, to) in covered {
            if from > start {
                end = Some(from);
                break;
            }
            start = start.max(to);
        }
        let open = end.is_none_or(|end| start < end) && start < u64::MAX;
        open.then_some(ByteRange { start, end })
    }

    /// Forgets all pieces, and tells where they were.
    pub(crate) fn take_entries(&mut self) -> Vec<EntryKey> {
        std::mem::take(&mut self.by_start).into_values().map(|segment| segment.entry).collect()
    }

    /// Forgets the pieces that `keep` denies; returns whether there were any.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&EntryKey) -> bool) -> bool {
        let before = self.by_start.len();
        self.by_start.retain(|_, segment| keep(&segment.entry));
        self.by_start.len() < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(pieces: &[(u64, u64)]) -> Segments {
        let mut segments = Segments::default();
        for &(start, length) in pieces {
            let entry = EntryKey(format!("{start}"));
            segments.insert(start, Segment { length, entry }).unwrap();
        }
        segments
    }

    #[test]
    fn overlapping_and_empty_pieces_are_refused() {
        let mut held = segments(&[(0, 10), (20, 10)]);
        for (start, length) in [(5, 1), (9, 5), (15, 6), (29, 5), (0, 40), (10, 0), (u64::MAX, 2)] {
            let piece = Segment { length, entry: EntryKey("new".into()) };
            assert!(held.insert(start, piece).is_err(), "{start}+{length}");
        }
        assert!(held.insert(10, Segment { length: 10, entry: EntryKey("new".into()) }).is_ok());
        assert_eq!(held.prefix(), 30);
    }

    #[test]
    fn the_first_gap_is_found_between_pieces_and_transfers() {
        let held = segments(&[(0, 10), (20, 10)]);
        let gap = |total, taken: &[ByteRange]| held.gap(total, taken).map(|gap| (gap.start, gap.end));
        assert_eq!(gap(Some(40), &[]), Some((10, Some(20))));
        let taken = [ByteRange { start: 10, end: Some(20) }];
        assert_eq!(gap(Some(40), &taken), Some((30, Some(40))));
        assert_eq!(gap(None, &taken), Some((30, None)));
        assert_eq!(gap(Some(30), &taken), None);
        assert_eq!(gap(Some(40), &[ByteRange { start: 10, end: None }]), None);
    }

    #[test]
    fn only_the_prefix_is_shown() {
        assert_eq!(segments(&[(0, 10), (20, 10)]).prefix(), 10);
        assert_eq!(segments(&[(5, 10)]).prefix(), 0);
        assert_eq!(segments(&[(0, 10), (20, 10)]).stored(), 20);
    }
}
