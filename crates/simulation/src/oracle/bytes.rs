//! The bytes that an app is shown: those of one version, and nothing else.

use background_fetch_engine::http::Head;
use background_fetch_engine::snapshot::EntryKey;
use background_fetch_engine::state::{EventType, FetchState, RecordState};
use background_fetch_engine::testing::memory::Content;
use background_fetch_engine::testing::network::{ERROR_BODY, Exposure, Extent, File};
use background_fetch_engine::{FailureReason, RecordResult};

use crate::oracle::Oracle;
use crate::plan::RecordPlan;
use crate::plan::twist::Ask;

/// Checks what a record of this worker shows. `None` if it cannot be read, because the store lost
/// it; else how many bytes there are.
pub(crate) fn look_at(oracle: &Oracle, worker: u32, record: &RecordState) -> Option<u64> {
    if worker != oracle.facts.borrow().owner {
        return None;
    }
    let shown = read_entries(oracle, record)?;
    let plan = oracle.plan_of(&record.uid);
    let plan = plan.records.get(usize::try_from(record.index).ok()?)?;
    let right = match record.result {
        Some(RecordResult::Success) => is_whole(oracle, record, plan, &shown),
        Some(RecordResult::Failure(FailureReason::BadStatus)) => is_of_error(&shown),
        _ => is_begun(oracle, plan, &shown),
    };
    if !right {
        let shown: Vec<_> = shown.iter().map(show).collect();
        let (uid, index, result) = (&record.uid, record.index, record.result);
        oracle.violate(|| format!("{uid}/{index}, {result:?}, shows {}", shown.join(" + ")));
    }
    Some(Content::length(&shown))
}

/// Whether all entries of a record are there. A page may look at them just after they were freed.
pub(crate) fn is_there(oracle: &Oracle, record: &RecordState) -> bool {
    record.segments.iter().all(|(entry, _, _)| oracle.world.bodies.length(entry).is_some())
}

/// What is in the entries of a record. Those of a rival's making may be gone.
fn read_entries(oracle: &Oracle, record: &RecordState) -> Option<Vec<Extent>> {
    let mut contents = Vec::new();
    let mut end = 0;
    for (entry, start, length) in &record.segments {
        let content = oracle.world.bodies.content(entry);
        let stored = content.as_ref().map(Content::length);
        let excused = is_excused(oracle, record, entry);
        if stored != Some(*length) && excused {
            return None;
        }
        if stored != Some(*length) || *start != end {
            let entry = &entry.0;
            oracle.violate(|| format!("{entry} is shown as {start}+{length}, but is {stored:?}"));
            return None;
        }
        end = start + length;
        contents.extend(content);
    }
    Some(Content::join(&contents))
}

/// Whether an entry need not be there.
fn is_excused(oracle: &Oracle, record: &RecordState, entry: &EntryKey) -> bool {
    let facts = oracle.facts.borrow();
    let late = facts.fetches.get(&record.uid).is_some_and(|fetch| facts.deletes_late(fetch));
    facts.lost.contains(entry) || !is_shown(record.result) || late
}

/// Whether this is all of the body of a successful response.
fn is_whole(oracle: &Oracle, record: &RecordState, plan: &RecordPlan, shown: &[Extent]) -> bool {
    let Some(head) = record.head.as_ref().filter(|head| head.is_ok()) else { return false };
    let versions = oracle.versions(plan.file);
    let is_version =
        |extent: &Extent| extent.from == 0 && versions.contains(&(extent.version, extent.to));
    match (plan.ask, shown) {
        (Ask::Head, shown) => shown.is_empty(),
        // What the app asked for by itself, it gets as it comes.
        (Ask::Range { .. }, _) if head.status == 206 => {
            let length = shown.iter().map(Extent::length).sum();
            told_length(head).is_none_or(|told| told == length) && is_begun(oracle, plan, shown)
        }
        (Ask::Integrity { right }, _) if !plan.request.integrity.is_empty() => {
            let first = versions.iter().min().copied();
            let expected = shown.first().map_or(first.map(|(version, _)| (version, 0)), |part| {
                Some((part.version, part.to)).filter(|_| is_version(part))
            });
            shown.len() <= 1 && expected == first && (right || shown.is_empty())
        }
        (_, []) => {
            let empty = |length| length == 0 || looks_coded(oracle, record, 0, length);
            versions.iter().any(|(_, length)| empty(*length)) || is_unknowable(oracle, record, plan)
        }
        (_, [whole]) => {
            let (version, to) = (whole.version, whole.to);
            let length = versions.iter().find(|known| known.0 == version).map(|known| known.1);
            let coded = length.is_some_and(|length| looks_coded(oracle, record, to, length));
            let cut =
                || length.is_some_and(|length| to < length) && is_unknowable(oracle, record, plan);
            is_version(whole) || whole.from == 0 && (coded || cut())
        }
        _ => false,
    }
}

/// Whether a body may have ended early so that nobody can know: the browser does not notice, and the server has no
/// ranges, or does not say so, or could not be asked.
fn is_unknowable(oracle: &Oracle, record: &RecordState, plan: &RecordPlan) -> bool {
    let servers = oracle.world.servers.borrow();
    let places = oracle.plan.places.get(plan.file).into_iter().flatten();
    let files: Vec<_> = places.filter_map(|url| servers.files.get(url)).collect();
    let asked = |file: &&&File| {
        file.ranges
            && !file.gone
            && file.advertises.is_none()
            && file.exposure != Exposure::Safelisted
            && file.history.is_empty()
    };
    let facts = oracle.facts.borrow();
    let index = usize::try_from(record.index).unwrap_or(usize::MAX);
    let fetch = facts.fetches.get(&record.uid);
    let Some(known) = fetch.and_then(|fetch| fetch.records.get(index)) else { return false };
    // Its parts agree on an end, nothing tells the length, and nobody may see what they say of it.
    let lies = |file: &&File| !file.declares_length && file.exposure == Exposure::Safelisted;
    if known.less_by_one > 1 && files.iter().any(lies) {
        return true;
    }
    // A server that refuses to say is believed.
    let answered = known.refused + known.doubts == 0 && known.troubles <= known.short;
    let able = files.iter().filter(asked).count() == files.len() && plan.ask == Ask::Plain;
    let unframed = files.iter().any(|file| file.unframed);
    unframed && known.short > 0 && !(able && answered)
}

/// How long a part is by its head.
fn told_length(head: &Head) -> Option<u64> {
    let extent = || {
        let (bytes, _) = head.header("content-range")?.strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = bytes.split_once('-')?;
        (last.parse::<u64>().ok()? + 1).checked_sub(first.parse().ok()?)
    };
    head.content_length().or_else(extent)
}

/// Whether a body of another origin came to the same end twice, a little before the declared length:
/// that cannot be distinguished from one whose content coding is hidden. An upload is not asked for twice.
fn looks_coded(oracle: &Oracle, record: &RecordState, shown: u64, length: u64) -> bool {
    let foreign = record.head.as_ref().is_some_and(|head| head.kind == "cors");
    let mut facts = oracle.facts.borrow_mut();
    let short = facts.record(&record.uid, record.index).map_or(0, |record| record.short);
    let enough = if record.request.is_get() { 1 } else { 0 };
    foreign && short > enough && length <= shown + shown / 16 + 32
}

/// Whether this may be the beginning of a body.
fn is_begun(oracle: &Oracle, plan: &RecordPlan, shown: &[Extent]) -> bool {
    let versions = oracle.versions(plan.file);
    let ranged = matches!(plan.ask, Ask::Range { .. });
    match shown {
        [] => true,
        [one] => {
            let known = versions
                .iter()
                .any(|(version, length)| *version == one.version && (one.to <= *length || ranged));
            is_of_error(shown) || known && (one.from == 0 || ranged)
        }
        _ => false,
    }
}

/// Checks what the handlers of an event are shown.
pub(crate) fn look_at_end(
    oracle: &Oracle,
    worker: u32,
    event: EventType,
    state: &FetchState,
    records: &[RecordState],
) {
    let uid = &state.uid;
    let plan = oracle.plan_of(uid);
    let complete = records.len() == plan.records.len();
    if !complete && !oracle.facts.borrow().fetches.get(uid).is_some_and(|fetch| fetch.damaged) {
        oracle.violate(|| format!("{} records of {uid}", records.len()));
    }
    if records.iter().any(|record| record.result.is_none()) {
        oracle.violate(|| format!("a record without result at the end of {uid}"));
    }
    // The page of a bad status is in no sum.
    let counted = |record: &RecordState| record.head.as_ref().is_none_or(Head::is_ok);
    let length =
        |record| look_at(oracle, worker, record).map(|all| if counted(record) { all } else { 0 });
    let lengths: Vec<_> = records.iter().map(length).collect();
    let succeeded = records.iter().all(|record| record.result == Some(RecordResult::Success));
    let lost = oracle.facts.borrow().fetches.get(uid).is_some_and(|fetch| fetch.lost_bytes > 0);
    let unwritten = oracle.facts.borrow().fetches.get(uid).is_some_and(|fetch| fetch.unwritten);
    if event == EventType::Success && !succeeded && !lost && !unwritten {
        oracle.violate(|| format!("{uid} succeeded, but not all of its records"));
    }
    if worker != oracle.facts.borrow().owner || lost {
        return;
    }
    // What is lost or still has to be seen as lost cannot be compared.
    if let Some(lengths) = lengths.into_iter().collect::<Option<Vec<_>>>() {
        compare_total(oracle, event, state, lengths.into_iter().sum());
    }
}

fn compare_total(oracle: &Oracle, event: EventType, state: &FetchState, shown: u64) {
    let FetchState { uid, downloaded, download_total, .. } = state;
    if event == EventType::Success && *downloaded != shown {
        oracle.violate(|| format!("{uid} has notified {downloaded} bytes, but shows {shown}"));
    }
    if *downloaded < shown {
        oracle.violate(|| format!("{uid} has notified {downloaded} bytes, but shows {shown}"));
    }
    let crossed = *download_total > 0 && downloaded > download_total;
    if crossed {
        oracle.violate(|| format!("{uid} has {downloaded} bytes of {download_total}"));
    }
    let damaged = oracle.facts.borrow().fetches.get(uid).is_some_and(|fetch| fetch.damaged);
    if event == EventType::Success && state.uploaded != state.upload_total && !damaged {
        oracle.violate(|| format!("{uid} has notified too few bytes of its uploads: {state:?}"));
    }
}

/// Whether the app may see the response of a record with this result.
pub(crate) fn is_shown(result: Option<RecordResult>) -> bool {
    use FailureReason::BadStatus;
    matches!(result, None | Some(RecordResult::Success | RecordResult::Failure(BadStatus)))
}

/// A stretch of bytes, as it is shown.
pub(crate) fn show(extent: &Extent) -> String {
    format!("{}..{} of version {}", extent.from, extent.to, extent.version)
}

fn is_of_error(shown: &[Extent]) -> bool {
    shown.iter().all(|part| {
        part.version == ERROR_BODY.version && part.from == 0 && part.to <= ERROR_BODY.to
    }) && shown.len() <= 1
}
