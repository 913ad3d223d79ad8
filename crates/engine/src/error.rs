//! Why a call of the app is refused.

use std::fmt;

use crate::ports::StoreError;
use crate::text::decimal;

/// What the promise of the call is rejected for. Not `non_exhaustive`: the shell has a name for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// `fetch`: the id belongs to an active background fetch.
    DuplicateId(String),
    /// `fetch`: the origin's storage cannot hold what was asked for, in bytes.
    NoRoom {
        /// `downloadTotal`.
        needed: u64,
        /// What is left.
        available: u64,
    },
    /// `fetch`: the requests did not fit in the storage.
    Quota,
    /// `match`, `matchAll`: the records are gone.
    RecordsUnavailable,
    /// `updateUI`: the event is over.
    Inactive,
    /// The store failed, in the platform's words.
    Store(String),
    /// The engine has been stopped.
    Stopped,
}

/// Of a call that needed the store.
impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Quota | StoreError::Miscounted => Self::Quota,
            StoreError::Fenced => Self::Stopped,
            other => Self::Store(other.message()),
        }
    }
}

impl Error {
    /// What to do, in a sentence. Not by `format!`, which is 2 KB of the wasm file.
    pub fn message(&self) -> String {
        match self {
            Self::DuplicateId(id) => [
                "There already is an active background fetch with the id '",
                id,
                "'. Take it up with get(), or abort() it first.",
            ]
            .concat(),
            Self::NoRoom { needed, available } => [
                "downloadTotal is ",
                &decimal(*needed),
                " bytes, but no more than ",
                &decimal(*available),
                " can be stored.",
            ]
            .concat(),
            Self::Quota => "The requests do not fit in this origin's storage.".to_owned(),
            Self::RecordsUnavailable => "The records of this background fetch are no longer \
                available: read them in the handler of its event."
                .to_owned(),
            Self::Inactive => "The event of this background fetch is no longer active.".to_owned(),
            Self::Store(reason) => ["The storage of this origin failed: ", reason].concat(),
            Self::Stopped => "The service worker is being replaced. Try again.".to_owned(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message())
    }
}

impl std::error::Error for Error {}
