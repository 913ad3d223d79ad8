//! What stops a transfer before its end.

use std::time::Duration;

use crate::ports::NetworkError;

/// What stopped a transfer before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The port said so.
    Network(NetworkError),
    /// There has been no head for too long.
    Unanswered,
    /// Silence in the body.
    Stall,
    /// The body ended before the length that its head declared.
    Truncated,
    /// An answer that only our own `Range` may have provoked, or one that is not of the file: it says nothing of the
    /// app's request.
    Refusal,
    /// A status that passes, and for how long the server wants to be left alone, as far as it said.
    Busy(Duration),
    /// The store failed for a reason other than space.
    Store,
}

impl Trouble {
    /// Whether the network works, but this server refuses or is absent.
    pub(crate) fn is_denial(self) -> bool {
        matches!(self, Self::Network(NetworkError::Refused | NetworkError::Absent))
    }

    /// Whether a server answered, but not with what was asked for.
    pub(crate) fn is_refusal(self) -> bool {
        matches!(self, Self::Refusal | Self::Network(NetworkError::Refused))
    }

    /// Whether a server that refuses ranges would answer so to one.
    pub(crate) fn may_be_of_range(self) -> bool {
        self.is_refusal() || matches!(self, Self::Busy(_))
    }

    /// Whether nobody answers, though the browser does not say that it is offline; of a server that is `known` to be
    /// there, whoever else answers.
    pub(crate) fn is_silence(self, known: bool) -> bool {
        match self {
            Self::Network(NetworkError::Unreachable) => true,
            Self::Network(NetworkError::Absent) | Self::Unanswered => known,
            _ => false,
        }
    }
}
