//! What stops a transfer before its end.

use crate::ports::NetworkError;
use crate::time::Millis;

/// Who has ever answered a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nobody.
    Nobody,
    /// Its server has answered others.
    Server,
    /// It has had a response.
    Itself,
}

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
    Busy(Millis),
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

    /// Whether an answer broke off.
    pub(crate) fn is_break(self) -> bool {
        matches!(self, Self::Network(NetworkError::Broken) | Self::Truncated | Self::Stall)
    }

    /// Whether nobody answers, though the browser does not say that it is offline; of a server that is known to be
    /// there, whoever else answers.
    pub(crate) fn is_silence(self, known: Known) -> bool {
        match self {
            Self::Network(NetworkError::Unreachable) => true,
            Self::Network(NetworkError::Absent) | Self::Unanswered => known != Known::Nobody,
            _ => false,
        }
    }

    /// Whether any request to this server would meet it now, as far as one can tell.
    pub(crate) fn is_of_server(self) -> bool {
        match self {
            Self::Network(error) => matches!(
                error,
                NetworkError::Offline | NetworkError::Unreachable | NetworkError::Absent
            ),
            Self::Busy(_) | Self::Unanswered => true,
            _ => false,
        }
    }

    /// For how long the server has asked to be left alone, if it has: a day at most.
    pub(crate) fn named_wait(self) -> Option<Millis> {
        match self {
            Self::Busy(asked) if !asked.is_zero() => Some(asked),
            _ => None,
        }
    }
}
