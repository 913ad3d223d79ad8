//! What JavaScript is shown of the engine's state. Mirrored by `js/border/engine.ts`.

use std::rc::Rc;

use crate::http::{Head, RequestSpec};
use crate::outcome::{FailureReason, RecordResult};
use crate::snapshot::{EntryKey, FetchRow, ImageResource, Stage};
use crate::time::Millis;

/// [`BackgroundFetchResult`](https://wicg.github.io/background-fetch/#enumdef-backgroundfetchresult).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FetchResult {
    /// Still going.
    #[default]
    Unsettled,
    /// All records succeeded.
    Success,
    /// At least one did not.
    Failure,
}

/// The attributes of a `BackgroundFetchRegistration`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchState {
    /// Unique for ever.
    pub uid: String,
    /// The developer's.
    pub id: String,
    /// Bytes.
    pub upload_total: u64,
    /// Bytes.
    pub uploaded: u64,
    /// Bytes; 0 for none given.
    pub download_total: u64,
    /// Bytes of all current responses.
    pub downloaded: u64,
    /// "" until the end.
    pub result: FetchResult,
    /// `None` is "".
    pub failure_reason: Option<FailureReason>,
    /// Whether `match` may be called.
    pub records_available: bool,
}

impl FetchState {
    /// Of the fetch with this row, and so many bytes sent and received.
    pub(crate) fn of(
        row: &FetchRow,
        (uploaded, downloaded): (u64, u64),
        records_available: bool,
    ) -> Self {
        Self {
            uid: row.uid.clone(),
            id: row.id.clone(),
            upload_total: row.upload_total,
            uploaded,
            download_total: row.download_total,
            downloaded,
            result: match (row.stage, row.failure_reason) {
                (Stage::Active, _) => FetchResult::Unsettled,
                (_, None) => FetchResult::Success,
                (_, Some(_)) => FetchResult::Failure,
            },
            failure_reason: row.failure_reason,
            records_available,
        }
    }

    /// The last one, of a fetch that is over.
    pub(crate) fn last(row: &FetchRow) -> Self {
        let uploaded = if row.failure_reason.is_none() { row.upload_total } else { 0 };
        Self::of(row, (uploaded, row.downloaded.unwrap_or(0)), false)
    }
}

/// What an unfinished background fetch is at, or waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Bytes come, or are asked for.
    Running,
    /// The network.
    Offline,
    /// A time before which its server is not to be asked.
    Server,
    /// The next attempt, after one that failed.
    Retry,
    /// A connection: others have them all.
    Turn,
    /// The app, which has paused it.
    Paused,
    /// The app, which wants nothing to be asked for now.
    Held,
    /// All has come, or is over: it is verified, or its event handled.
    Finishing,
}

/// What can be told of a background fetch that is not over, beyond the standard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Unique for ever.
    pub uid: String,
    /// As the app gave it, or changed it since.
    pub title: String,
    /// The same.
    pub icons: Vec<ImageResource>,
    /// What it is at.
    pub condition: Condition,
    /// When that ends, from now on, if it is known.
    pub next: Option<Millis>,
    /// Their number.
    pub requests: u64,
    /// Those that succeeded.
    pub done: u64,
    /// Those that did not.
    pub failed: u64,
}

/// One record, as `match` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordState {
    /// Of the fetch.
    pub uid: String,
    /// Position in the list of requests.
    pub index: u32,
    /// As the app made it.
    pub request: Rc<RequestSpec>,
    /// `None` is "".
    pub result: Option<RecordResult>,
    /// Counts the responses begun.
    pub version: u32,
    /// `None` until a head has come.
    pub head: Option<Head>,
    /// The stored pieces without a gap from 0; of a change, those that are new.
    pub segments: Vec<(EntryKey, u64, u64)>,
}

/// The functional events that the engine fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventType {
    /// `backgroundfetchsuccess`
    Success,
    /// `backgroundfetchfail`
    Fail,
    /// `backgroundfetchabort`
    Abort,
}

impl EventType {
    /// The type of the DOM event.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "backgroundfetchsuccess",
            Self::Fail => "backgroundfetchfail",
            Self::Abort => "backgroundfetchabort",
        }
    }
}
