//! How records and background fetches end, in the standard's own words.

/// [`BackgroundFetchFailureReason`](https://wicg.github.io/background-fetch/#enumdef-backgroundfetchfailurereason)
/// without the empty string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureReason {
    /// By the app or the user.
    Aborted,
    /// A response had a status outside 200–299.
    BadStatus,
    /// The network failed, or a check of Fetch did.
    FetchError,
    /// The origin's storage is full.
    QuotaExceeded,
    /// More than `downloadTotal` bytes arrived.
    DownloadTotalExceeded,
}

/// The [result](https://wicg.github.io/background-fetch/#background-fetch-response-result) of a
/// settled record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordResult {
    /// Complete, with an ok status.
    Success,
    /// Not so.
    Failure(FailureReason),
}

impl RecordResult {
    /// Why it failed, if it did.
    pub fn failure(self) -> Option<FailureReason> {
        match self {
            Self::Success => None,
            Self::Failure(reason) => Some(reason),
        }
    }
}
