//! From the stored rows back to running fetches. Nothing stored is trusted.

use crate::context::Context;
use crate::fetch::{Fetch, Fetches, Step};
use crate::ids::{FetchId, RecordId, ServerId};
use crate::ledger::After;
use crate::outcome::FailureReason;
use crate::record::Record;
use crate::record::segments::{Segment, Segments};
use crate::server::Hold;
use crate::snapshot::{EntryKey, RecordRow, SegmentRow, Snapshot, Stage};
use crate::time::{Instant, Millis, Time};

/// All fetches that are stored, in the order of their creation. `entries` are in ascending order.
pub(super) fn restore(
    cx: &mut Context<'_>,
    snapshots: Vec<Snapshot>,
    entries: Vec<EntryKey>,
) -> Fetches {
    let mut ordered: Vec<Snapshot> = Vec::new();
    for snapshot in snapshots {
        let order = snapshot.fetch.order;
        ordered.insert(ordered.partition_point(|other| other.fetch.order < order), snapshot);
    }
    let mut fetches = Fetches::default();
    let mut recorded = vec![false; entries.len()];
    for snapshot in ordered {
        if snapshot.fetch.stage == Stage::Over {
            fetches.remember(snapshot.fetch);
            continue;
        }
        if snapshot.fetch.stage == Stage::Kept {
            for row in &snapshot.segments {
                mark(&row.entry, &entries, &mut recorded);
            }
            continue;
        }
        let id = FetchId(cx.outbox.next_serial());
        fetches.push(fetch(id, snapshot, &entries));
    }
    for record in fetches.iter().flat_map(Fetch::records) {
        for piece in record.body.segments.iter() {
            mark(&piece.entry, &entries, &mut recorded);
        }
    }
    sweep(cx, entries, recorded);
    fetches
}

/// What the rows tell of servers, and when those that asked to be left alone may be asked again.
pub(super) fn recall(fetches: &Fetches, cx: &mut Context<'_>) -> Vec<(ServerId, Instant)> {
    let mut holds = Vec::new();
    let Time { wall, monotonic: now } = cx.now;
    let mut note = |record: &Record| {
        if record.row.head.is_some() {
            cx.servers.note_answered(record.server);
        }
        if record.is_settled() {
            return;
        }
        if record.row.silent_since.is_some() || record.row.hold.is_some() {
            cx.servers.note_away(record.server, record.id);
        }
        let left = record.row.hold.map_or(Millis::ZERO, |until| until.after(wall));
        if !left.is_zero() {
            let until = now + left.min(cx.config.retry.retry_after_cap);
            cx.servers.hold(record.server, now, Hold { until, named: true }, false);
            holds.push((record.server, until));
        }
    };
    for fetch in fetches.iter() {
        fetch.records().iter().for_each(&mut note);
    }
    holds
}

/// Marks an entry as recorded.
fn mark(entry: &EntryKey, present: &[EntryKey], recorded: &mut [bool]) {
    let at = present.binary_search(entry).ok();
    if let Some(mark) = at.and_then(|at| recorded.get_mut(at)) {
        *mark = true;
    }
}

/// Entries without a record: a crash came between the one and the other.
fn sweep(cx: &mut Context<'_>, present: Vec<EntryKey>, recorded: Vec<bool>) {
    // A newer engine may be at work already, and have no record of its own entries yet. The first
    // one of a new database finds those of one that was deleted, of whatever epoch.
    let epoch = if cx.outbox.epoch == 1 { u64::MAX } else { cx.outbox.epoch };
    let is_old = |entry: &EntryKey| entry.epoch().is_none_or(|made| made <= epoch);
    let mut entries = Vec::new();
    for (entry, recorded) in present.into_iter().zip(recorded) {
        if !recorded && is_old(&entry) {
            entries.push(entry);
        }
    }
    // Not if another engine has come to own them meanwhile, which the commit tells.
    if !entries.is_empty() {
        cx.commit(Vec::new(), After::Freed(entries));
    }
}

fn fetch(id: FetchId, snapshot: Snapshot, present: &[EntryKey]) -> Fetch {
    let Snapshot { fetch: row, records, segments } = snapshot;
    let mut found = in_order(records);
    for segment in segments {
        let at = found.binary_search_by_key(&segment.index, |record| record.row.index);
        // Those of a record whose row is lost come to nothing.
        if let Some(record) = at.ok().and_then(|at| found.get_mut(at)) {
            record.add(segment, present);
        }
    }
    let complete = usize::try_from(row.records).is_ok_and(|count| count == found.len());
    let mut records = Vec::with_capacity(found.len());
    for Found { row, segments, lost } in found {
        let id = RecordId { fetch: id, index: row.index };
        records.push(Record::new(id, row, segments).restored(lost));
    }
    let mut fetch = Fetch::new(id, row, records, Step::Running);
    if fetch.row.stage == Stage::Ended {
        fetch.decide(fetch.row.failure_reason);
        fetch.step = Step::Ending;
    } else if !complete {
        // A request is lost, so this fetch can never be whole; what is there can still be read.
        fetch.decide(Some(FailureReason::FetchError));
        fetch.step = Step::Ending;
    }
    fetch
}

/// What is found of a record.
struct Found {
    row: RecordRow,
    segments: Segments,
    /// Whether any of its segments is not there.
    lost: bool,
}

/// One of each index. They come in order, so that each is added at the end.
fn in_order(rows: Vec<RecordRow>) -> Vec<Found> {
    let mut all: Vec<Found> = Vec::with_capacity(rows.len());
    for row in rows {
        let at = all.partition_point(|other| other.row.index < row.index);
        if all.get(at).is_none_or(|other| other.row.index != row.index) {
            all.insert(at, Found { row, segments: Segments::default(), lost: false });
        }
    }
    all
}

impl Found {
    /// Adds a segment, if its entry is there.
    fn add(&mut self, segment: SegmentRow, present: &[EntryKey]) {
        let SegmentRow { start, length, entry, .. } = segment;
        // Without the head that they belong to, bytes are of no use.
        let believable = self.row.head.is_some();
        let within = EntryKey::within(&self.row.uid, self.row.index);
        let own = believable && entry.0.starts_with(&within);
        let there = own && present.binary_search(&entry).is_ok();
        let piece = Segment { start, length, entry, seen: false };
        self.lost |= !there || self.segments.insert(piece).is_err();
    }
}
