//! What can go wrong with a request.

use crate::ports::NetworkError;

/// What goes wrong with one request. Those about ranges do nothing to a request without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails before a response.
    Fails(NetworkError),
    /// There is never an answer.
    NoAnswer,
    /// The head comes so many milliseconds late.
    Late(u64),
    /// The connection breaks after so many bytes of the body.
    Cut(u64),
    /// The connection is silent after so many bytes.
    Silent(u64),
    /// The connection is silent after so many bytes, for so many milliseconds, and then goes on.
    Pause(u64, u64),
    /// The body ends after so many bytes, as if that were all.
    Short(u64),
    /// This status, with `Retry-After` in seconds if given, and a small body.
    Status(u16, Option<u64>),
    /// This status, with the date in so many seconds as `Retry-After`.
    StatusUntil(u16, u64),
    /// This status to a range, and a small body.
    RangeStatus(u16),
    /// 200 with the whole file, whatever was asked for: so do some proxies.
    Whole,
    /// 200 with no more than what was asked for, as if that were all: so do some scripts.
    Rest,
    /// A 206 that lacks the last byte, and says so: of servers that take the end for one after it.
    ButLast,
    /// A 206 whose bytes and `Content-Range` begin one byte before what was asked for.
    Elsewhere,
    /// A 206 whose bytes begin one byte after what was asked for, under the `Content-Range` that was.
    Shifted,
    /// A 206 with a complete length that is one byte too much.
    WrongTotal,
    /// A 206 with `*` as complete length.
    UnknownTotal,
    /// A 206 of so many bytes at most, which says so.
    Less(u64),
    /// The same, with `*` as complete length.
    LessOfUnknown(u64),
    /// A 206 of so many bytes more than asked, as far as there are some, which says so.
    More(u64),
    /// A 206 that brings so many bytes more than it says.
    Overlong(u64),
    /// A 200 that brings so many bytes more than it says.
    Longer(u64),
    /// A 200 that declares so many bytes more than there are, and ends without them.
    Lacking(u64),
    /// A 206 without a body, and without the length that it should have.
    Empty,
    /// 416, as if nothing followed after what was asked for; only of a file of which the length is
    /// told, as nobody could know better.
    NothingFollows,
    /// 416 without a length.
    NotSatisfiable,
    /// A 206 though no range was asked for, beginning after so many bytes.
    Unasked(u64),
    /// From this request on, the file is another version.
    Changed,
    /// The same, under the validators of the old one.
    Swapped,
    /// From this request on, the file is another version, of this length.
    Replaced(u64),
    /// From this request on, ranges are ignored.
    NoMoreRanges,
    /// From this request on, the file is gone: 404.
    Gone,
}

impl Fault {
    /// What kind of fault it is, without its numbers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fails(NetworkError::Offline) => "fails: offline",
            Self::Fails(NetworkError::Unreachable) => "fails: unreachable",
            Self::Fails(NetworkError::Broken) => "fails: broken",
            Self::Fails(NetworkError::Refused) => "fails: refused",
            Self::Fails(NetworkError::Forbidden) => "fails: forbidden",
            Self::Fails(NetworkError::Absent) => "fails: absent",
            Self::Fails(NetworkError::Unprepared) => "fails: unprepared",
            Self::NoAnswer => "no answer",
            Self::Late(_) => "late head",
            Self::Cut(_) => "cut body",
            Self::Silent(_) => "silence",
            Self::Pause(..) => "silence for a time",
            Self::Short(_) => "short body",
            Self::Status(_, None) => "status",
            Self::Status(_, Some(_)) => "status, Retry-After in seconds",
            Self::StatusUntil(..) => "status, Retry-After as a date",
            Self::RangeStatus(_) => "status to a range",
            Self::Whole => "200 to a range",
            Self::Rest => "200 with what was asked for",
            Self::ButLast => "206 without the last byte",
            Self::Elsewhere => "206 from elsewhere",
            Self::Shifted => "206 with the bytes of elsewhere",
            Self::WrongTotal => "206 of wrong complete length",
            Self::UnknownTotal => "206 of unknown complete length",
            Self::Less(_) => "206 of less",
            Self::LessOfUnknown(_) => "206 of less, of unknown complete length",
            Self::More(_) => "206 of more",
            Self::Overlong(_) => "206 longer than declared",
            Self::Longer(_) => "200 longer than declared",
            Self::Lacking(_) => "200 shorter than declared",
            Self::Empty => "206 without a body",
            Self::NothingFollows => "416 at a false end",
            Self::NotSatisfiable => "416",
            Self::Unasked(_) => "206 unasked",
            Self::Changed => "changed",
            Self::Swapped => "changed, under the old validators",
            Self::Replaced(_) => "replaced",
            Self::NoMoreRanges => "no more ranges",
            Self::Gone => "gone",
        }
    }
}
