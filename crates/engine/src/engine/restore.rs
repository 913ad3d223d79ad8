//! From the stored rows back to a running engine. Nothing stored is trusted.

use super::{After, Engine};
use crate::job::{Job, Step};
use crate::outcome::{FailureReason, RecordResult};
use crate::record::{Phase, Record};
use crate::segments::{Segment, Segments};
use crate::snapshot::{EntryKey, RecordRow, SegmentRow, Snapshot, Stage};

impl Engine {
    /// `entries` are in ascending order.
    pub(super) fn restore(&mut self, snapshots: Vec<Snapshot>, entries: Vec<EntryKey>) {
        for snapshot in snapshots {
            let job = job(snapshot, &entries);
            let at = self.jobs.partition_point(|other| other.row.order < job.row.order);
            self.jobs.insert(at, job);
        }
        self.sweep(entries);
        let uids: Vec<_> = self.jobs.iter().map(|job| job.row.uid.clone()).collect();
        for uid in uids {
            self.redeliver(&uid);
            self.check_settled(&uid);
        }
    }

    /// Entries without a record: a crash came between the one and the other.
    fn sweep(&mut self, present: Vec<EntryKey>) {
        let mut recorded = vec![false; present.len()];
        let records = self.jobs.iter().flat_map(|job| &job.records);
        for piece in records.flat_map(|record| record.segments.iter()) {
            let at = present.binary_search(&piece.entry).ok();
            if let Some(mark) = at.and_then(|at| recorded.get_mut(at)) {
                *mark = true;
            }
        }
        // A newer engine may be at work already, and have no record of its own entries yet. The first
        // one of a new database finds those of one that was deleted, of whatever epoch.
        let epoch = if self.epoch == 1 { u64::MAX } else { self.epoch };
        let is_old = |entry: &EntryKey| entry.epoch().is_none_or(|made| made <= epoch);
        let orphans = present.into_iter().zip(recorded).filter(|(_, recorded)| !recorded);
        let entries: Vec<_> = orphans.map(|(entry, _)| entry).filter(is_old).collect();
        // Not if another engine has come to own them meanwhile, which the commit tells.
        if !entries.is_empty() {
            self.commit(Vec::new(), After::Freed { entries });
        }
    }
}

fn job(snapshot: Snapshot, present: &[EntryKey]) -> Job {
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
/// had if one is not, or has no row any more. `present` is sorted.
fn record<'a>(
    row: RecordRow,
    segments: impl Iterator<Item = &'a SegmentRow>,
    present: &[EntryKey],
) -> Record {
    let mut held = Segments::default();
    let mut lost = false;
    // Without the head that they belong to, bytes are of no use.
    let believable = row.head.is_some();
    let within = EntryKey::within(&row.uid, row.index);
    for segment in segments {
        let SegmentRow { start, length, ref entry, .. } = *segment;
        let own = believable && entry.0.starts_with(&within);
        let there = own && present.binary_search(entry).is_ok();
        let piece = Segment { start, length, entry: entry.clone(), seen: false };
        lost |= !there || held.insert(piece).is_err();
    }
    let mut record = Record::new(row, held);
    if record.row.result == Some(RecordResult::Success) && (lost || record.lacks_bytes()) {
        record.row.result = None;
        record.phase = Phase::Pending;
        lost = true;
    }
    // With the next segment it is durable that there is no result.
    record.head_saved &= !lost;
    record.resumed = true;
    record.row.version = record.row.version.wrapping_add(u32::from(lost));
    record
}
