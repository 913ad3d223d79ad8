//! Why a call of the app is refused.

use std::fmt;

/// The exception of a rejected promise.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
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

impl Error {
    /// The name of the DOMException, or `TypeError`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::DuplicateId(_) | Self::Store(_) => "TypeError",
            Self::NoRoom { .. } | Self::Quota => "QuotaExceededError",
            Self::RecordsUnavailable | Self::Inactive => "InvalidStateError",
            Self::Stopped => "AbortError",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateId(id) => {
                formatter.write_str("There already is an active background fetch with the id '")?;
                formatter.write_str(id)?;
                formatter.write_str("'. Take it up with get(), or abort() it first.")
            }
            Self::NoRoom { needed, available } => write!(
                formatter,
                "downloadTotal is {needed} bytes, but only {available} are left to this origin."
            ),
            Self::Quota => formatter.write_str("The requests do not fit in this origin's storage."),
            Self::RecordsUnavailable => formatter.write_str(
                "The records of this background fetch are no longer available: \
                 read them in the handler of its event.",
            ),
            Self::Inactive => {
                formatter.write_str("The event of this background fetch is no longer active.")
            }
            Self::Store(reason) => {
                formatter.write_str("The storage of this origin failed: ")?;
                formatter.write_str(reason)
            }
            Self::Stopped => {
                formatter.write_str("The service worker is being replaced. Try again.")
            }
        }
    }
}

impl std::error::Error for Error {}
