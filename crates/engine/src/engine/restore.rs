//! From the stored rows back to a running engine. Nothing stored is trusted.

use std::collections::BTreeSet;

use super::Engine;
use crate::job::{Job, Step};
use crate::outcome::{FailureReason, RecordResult};
use crate::record::Record;
use crate::segments::{Segment, Segments};
use crate::snapshot::{EntryKey, RecordRow, SegmentRow, Snapshot, Stage};

impl Engine {
    pub(super) fn restore(&mut self, mut snapshots: Vec<Snapshot>, entries: Vec<EntryKey>) {
        snapshots.sort_by_key(|snapshot| snapshot.fetch.order);
        let present: BTreeSet<_> = entries.into_iter().collect();
        self.jobs = snapshots.into_iter().map(|snapshot| job(snapshot, &present)).collect();
        let uids: Vec<_> = self.jobs.iter().map(|job| job.row.uid.clone()).collect();
        for uid in uids {
            self.redeliver(&uid);
            self.check_settled(&uid);
        }
        self.sweep(present);
    }

    /// Entries without a record: a crash came between the one and the other.
    fn sweep(&mut self, mut orphans: BTreeSet<EntryKey>) {
        let records = self.jobs.iter().flat_map(|job| &job.records);
        for entry in records.flat_map(|record| record.segments.entries()) {
            orphans.remove(entry);
        }
        self.delete(orphans.into_iter().collect());
    }
}

fn job(snapshot: Snapshot, present: &BTreeSet<EntryKey>) -> Job {
    let Snapshot { fetch, records, segments } = snapshot;
    let records = records.into_iter().map(|row| {
        let index = row.index;
        let own = segments.iter().filter(move |segment| segment.index == index);
        record(row, own, present)
    });
    let mut job = Job::new(fetch, records.collect(), Step::Running);
    let complete = usize::try_from(job.row.records).is_ok_and(|count| count == job.records.len());
    if job.row.stage == Stage::Ended {
        job.end(job.row.failure_reason);
        job.step = Step::Ending;
    } else if !complete {
        // A request is lost, so this fetch can never be whole; what is there can still be read.
        job.end(Some(FailureReason::FetchError));
        job.step = Step::Ending;
    }
    job
}

/// A record with those of its segments whose entries are there, and without the success that it
/// had if one is not.
fn record<'a>(
    mut row: RecordRow,
    segments: impl Iterator<Item = &'a SegmentRow>,
    present: &BTreeSet<EntryKey>,
) -> Record {
    let mut held = Segments::default();
    let mut lost = false;
    // Without the head that they belong to, bytes are of no use.
    let believable = row.head.is_some();
    for segment in segments {
        let piece = Segment { length: segment.length, entry: segment.entry.clone() };
        let there = believable && present.contains(&segment.entry);
        lost |= !there || held.insert(segment.start, piece).is_err();
    }
    if (lost || !believable) && row.result == Some(RecordResult::Success) {
        row.result = None;
    }
    Record::new(row, held)
}
