//! [Perform a background fetch](https://wicg.github.io/background-fetch/#perform-a-background-fetch):
//! one registration.

use crate::outcome::{FailureReason, RecordResult};
use crate::record::{Phase, Record};
use crate::snapshot::{FetchRow, Stage};
use crate::state::{EventType, FetchResult, FetchState};
use crate::time::Timestamp;

/// What a background fetch waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// To be durable; nothing of it is visible yet.
    Creating,
    /// Its records.
    Running,
    /// To know that every stored byte still is there.
    Checking,
    /// Its outcome, and the delivery begun, to be durable.
    Ending,
    /// All realms to know the outcome.
    Notifying,
    /// The handlers of its event.
    Delivering {
        /// Then they have had time enough.
        until: Timestamp,
    },
    /// To be gone from the store.
    Deleting,
}

/// One background fetch.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) row: FetchRow,
    pub(crate) records: Vec<Record>,
    pub(crate) step: Step,
    /// Whether a realm has asked for its records, and so follows them.
    pub(crate) watched: bool,
    /// Bytes of all current responses, in the store or on the way there.
    pub(crate) downloaded: u64,
    /// The four values that the instances have.
    pub(crate) shown: Option<Shown>,
    /// When the instances were last updated.
    pub(crate) shown_at: Timestamp,
    /// Records that failed, in the order in which they did: the first one wins.
    pub(crate) first_failure: Option<FailureReason>,
}

/// What [update background fetch instances](https://wicg.github.io/background-fetch/#update-background-fetch-instances)
/// compares.
pub(crate) type Shown = (u64, u64, FetchResult, Option<FailureReason>);

impl Job {
    pub(crate) fn new(row: FetchRow, records: Vec<Record>, step: Step) -> Self {
        let downloaded = stored(&records);
        let mut failures = records.iter().filter_map(|record| record.row.result?.failure());
        let first_failure = failures.next();
        Self {
            row,
            records,
            step,
            watched: false,
            downloaded,
            shown: None,
            shown_at: Timestamp::default(),
            first_failure,
        }
    }

    /// Whether it is one of the registration's active background fetches.
    pub(crate) fn is_active(&self) -> bool {
        matches!(self.step, Step::Running | Step::Checking)
    }

    /// Whether `match` may be called.
    pub(crate) fn has_records(&self) -> bool {
        !matches!(self.step, Step::Creating | Step::Deleting)
    }

    /// The attributes of its registration.
    pub(crate) fn state(&self) -> FetchState {
        FetchState {
            uid: self.row.uid.clone(),
            id: self.row.id.clone(),
            upload_total: self.row.upload_total,
            uploaded: self.uploaded(),
            download_total: self.row.download_total,
            downloaded: self.downloaded,
            result: self.result(),
            failure_reason: self.row.failure_reason,
            records_available: self.has_records(),
        }
    }

    /// The event that tells its outcome.
    pub(crate) fn event(&self) -> EventType {
        match self.row.failure_reason {
            None => EventType::Success,
            Some(FailureReason::Aborted) => EventType::Abort,
            Some(_) => EventType::Fail,
        }
    }

    /// Request bodies are counted when their response has come: no browser tells earlier.
    fn uploaded(&self) -> u64 {
        let answered = self.records.iter().filter(|record| record.row.head.is_some());
        total(answered.filter_map(|record| record.row.request.body_length))
    }

    fn result(&self) -> FetchResult {
        match (self.row.stage, self.row.failure_reason) {
            (Stage::Active, _) => FetchResult::Unsettled,
            (Stage::Ended, None) => FetchResult::Success,
            (Stage::Ended, Some(_)) => FetchResult::Failure,
        }
    }

    /// Whether every record is settled.
    pub(crate) fn is_settled(&self) -> bool {
        self.records.iter().all(|record| record.phase == Phase::Settled)
    }

    /// Fixes the outcome, and "aborted" for what had none.
    pub(crate) fn end(&mut self, failure: Option<FailureReason>) {
        self.row.stage = Stage::Ended;
        self.row.failure_reason = failure;
        for record in &mut self.records {
            if record.phase != Phase::Settled {
                record.row.result = Some(RecordResult::Failure(FailureReason::Aborted));
                record.phase = Phase::Settled;
            }
        }
    }
}

/// Bytes of all segments of these.
pub(crate) fn stored(records: &[Record]) -> u64 {
    total(records.iter().map(|record| record.segments.stored()))
}

/// A sum of what rows say, which may be anything: too much of it is as wrong as any other number.
pub(crate) fn total(numbers: impl Iterator<Item = u64>) -> u64 {
    numbers.fold(0, u64::wrapping_add)
}
