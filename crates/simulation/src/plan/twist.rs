//! All that can make a world other than the plain one.

use background_fetch_engine::testing::network::{Coding, Exposure, Fault, Validator};
use background_fetch_engine::testing::world;

/// One thing that is not as in the plain world, where one fetch asks for one file, and gets it.
///
/// Twists are independent, so that those which do not matter for a failure can be left out.
/// Numbers of files and fetches name them; times are virtual milliseconds; "the nth" counts from 0,
/// over all lives of the worker.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "each variant tells of its numbers")]
pub enum Twist {
    // The engine.
    /// Parts of so many bytes bypass the script, so many at a time.
    Bypass { segment: u64, connections: usize },
    /// Transfers at a time.
    Connections(usize),
    /// As many bytes as so many of the largest segments may be held at a time.
    Memory(u64),
    /// Gives up sooner.
    FewTries,
    /// All bytes count so many times.
    Scale(u64),

    // The app.
    /// One more request of a fetch.
    Record { fetch: usize, file: usize, ask: Ask },
    /// So many more requests of a fetch, each for a small file of its own, of so many bytes at most,
    /// on so many origins in turn.
    Crowd { fetch: usize, count: u64, bytes: u64, origins: u64 },
    /// The fetch begins later.
    Begins { fetch: usize, at: u64 },
    /// `downloadTotal`.
    Limit { fetch: usize, bytes: u64 },
    /// Aborts it so long after it was accepted.
    Abort { fetch: usize, at: u64 },
    /// Pauses it so long after it was accepted, for so long.
    Pause { fetch: usize, at: u64, time: u64 },
    /// Asks for the same id again so long after the fetch was accepted, and then whenever it can.
    Again { fetch: usize, at: u64 },
    /// Looks at the records so often.
    Watch { fetch: usize, every: u64 },
    /// The event's handlers take time.
    HandlerTakes { fetch: usize, time: u64 },
    /// The event's handlers never come to an end.
    HandlerHangs { fetch: usize },
    /// A handler calls `updateUI`.
    UpdateUi { fetch: usize },
    /// A handler of a success keeps the records, under this name among others.
    Keeps { fetch: usize, name: u64 },

    // Files.
    /// Bytes.
    Length { file: usize, bytes: u64 },
    /// What tells its versions apart.
    Validated { file: usize, by: Validator },
    /// It was changed a moment ago, by the server's clock, which is ahead of ours by so much.
    Fresh { file: usize, ago: u64, ahead: i64 },
    /// The server sends `Date`.
    Dated { file: usize },
    /// Ranges are ignored.
    NoRanges { file: usize },
    /// `Accept-Ranges` is this.
    Advertises { file: usize, value: &'static str },
    /// No `Content-Length`.
    NoLength { file: usize },
    /// `If-Range` is ignored.
    NoIfRange { file: usize },
    /// `If-Range` never holds.
    DeniesIfRange { file: usize },
    /// So many nodes serve it in turn, each with an ETag of its own.
    Nodes { file: usize, count: u64 },
    /// Parts begin at multiples of so many bytes.
    Blocks { file: usize, bytes: u64 },
    /// An end that comes too early is not noticed, where nobody has said where it would be.
    Unframed { file: usize },
    /// Of another origin.
    Foreign { file: usize, exposure: Exposure },
    /// Of one of several origins, of which 0 is the app's own.
    On { file: usize, origin: u64 },
    /// Sent in a content coding.
    Coded { file: usize, coding: Coding },
    /// Bytes a second, and at a time.
    Speed { file: usize, rate: u64, chunk: u64 },
    /// Each request is redirected to the next one of so many other places.
    Mirrors { file: usize, count: u64, own_etags: bool },

    // Servers and the network.
    /// What happens to the next request that nothing else happens to.
    Fault { file: usize, fault: Fault },
    /// What happens to all requests after that.
    Always { file: usize, fault: Fault },
    /// Another version.
    Change { file: usize, at: u64, length: u64 },
    /// Ranges are ignored from then on.
    LosesRanges { file: usize, at: u64 },
    /// 404 from then on.
    Vanishes { file: usize, at: u64 },
    /// The name does not resolve, and what was under way breaks.
    Unreachable { file: usize, at: u64, time: u64 },
    /// The same, of all files of an origin.
    OriginAway { origin: u64, at: u64, time: u64 },
    /// Each request to an origin is answered with 503, with `Retry-After` in seconds if given.
    OriginBusy { origin: u64, at: u64, time: u64, after: Option<u64> },
    /// An origin answers 503 to whoever comes on more connections at a time than these.
    Bears { origin: u64, connections: usize },
    /// What befalls those who come on more than it bears, in the place of that.
    Beyond { origin: u64, fault: Fault },
    /// All connections to an origin share a line of so many bytes a second.
    Line { origin: u64, rate: u64 },
    /// Each body of an origin takes so long.
    Trickles { origin: u64, time: u64 },
    /// No network; perhaps nobody tells when it is back.
    Offline { at: u64, time: u64, reported: bool },

    // Stores.
    /// The nth operation of a kind goes wrong.
    Store { operation: Operation, nth: u64, trouble: Trouble },
    /// Each entry and each transaction takes so long, and each entry as long as its bytes take at so
    /// many a second.
    SlowStores { time: u64, rate: u64 },
    /// After the nth finished entry, one of all entries vanishes.
    Evicts { after: u64, which: u64 },
    /// After the nth finished entry, one of all entries loses its end.
    Tears { after: u64, which: u64 },
    /// Bytes of storage.
    Quota(u64),
    /// The row of a record becomes unreadable.
    DamagesRecord { fetch: usize, index: u32, at: u64 },
    /// The row of a fetch becomes unreadable.
    DamagesFetch { fetch: usize, at: u64 },

    // The worker.
    /// Dies at its nth step, and is started again after so long.
    Crash { step: u64, down: u64 },
    /// The wall clock is set forward by so much, or back.
    WallJumps { at: u64, by: i64 },
    /// The browser is suspended for so long, as on a phone.
    Suspends { at: u64, time: u64 },
    /// Another worker takes over at the nth step, and nobody stops the first.
    Rival { step: u64 },
}

/// How a file is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant tells of its numbers")]
pub enum Ask {
    /// GET.
    Plain,
    /// GET, with the digest of the first version, or of none.
    Integrity { right: bool },
    /// GET of a part, by the app itself.
    Range { start: u64, end: Option<u64> },
    /// POST of so many bytes.
    Post { bytes: u64 },
    /// DELETE, without a body.
    Delete,
    /// HEAD.
    Head,
}

/// An operation of the stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// A finished entry of the body store.
    Put,
    /// One made of a whole body.
    PutBody,
    /// All keys.
    Entries,
    /// The length of one entry.
    Length,
    /// The comparison of what a response repeats with what is stored.
    Compare,
    /// The verification of integrity.
    Check,
    /// Deletion of entries.
    Delete,
    /// A transaction of the meta store.
    Commit,
    /// The beginning of an epoch.
    TakeOver,
    /// Whether a fetch is an item of the library.
    IsKept,
}

/// What goes wrong with an operation of the stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It fails.
    Fails,
    /// No space is left.
    Quota,
    /// It takes so long.
    Slow(u64),
    /// An entry holds less than was given, and tells so.
    Short,
}

impl Ask {
    pub(crate) fn is_get(self) -> bool {
        matches!(self, Self::Plain | Self::Integrity { .. } | Self::Range { .. })
    }
}

impl Operation {
    /// Of which kind this one is.
    pub(crate) fn of(operation: &world::Operation<'_>) -> Self {
        match operation {
            world::Operation::Put { .. } => Self::Put,
            world::Operation::PutBody(_) => Self::PutBody,
            world::Operation::List => Self::Entries,
            world::Operation::Measure(_) => Self::Length,
            world::Operation::Compare(_) => Self::Compare,
            world::Operation::Verify(_) => Self::Check,
            world::Operation::Delete(_) => Self::Delete,
            world::Operation::Commit(_) => Self::Commit,
            world::Operation::TakeOver => Self::TakeOver,
            world::Operation::IsKept => Self::IsKept,
        }
    }
}

impl Twist {
    /// What it is called in the table of what happened; faults of servers have their own names.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Always { fault, .. } | Self::Fault { fault, .. } => fault.name(),
            Self::Change { .. } => "file changed in time",
            Self::LosesRanges { .. } => "ranges lost in time",
            Self::Vanishes { .. } => "file gone in time",
            Self::Unreachable { .. } => "unreachable for a time",
            Self::OriginAway { .. } => "origin unreachable for a time",
            Self::OriginBusy { after: None, .. } => "origin busy for a time",
            Self::OriginBusy { .. } => "origin busy for a time that it names",
            Self::Beyond { .. } => "origin that does something else to more",
            Self::Line { .. } => "line that all share",
            Self::Bears { .. } => "origin that bears few connections",
            Self::WallJumps { by, .. } if *by < 0 => "wall clock set back",
            Self::WallJumps { .. } => "wall clock set forward",
            Self::Suspends { .. } => "suspended",
            Self::Offline { reported: true, .. } => "offline",
            Self::Offline { reported: false, .. } => "offline, unreported",
            Self::Evicts { .. } => "entry vanished",
            Self::Tears { .. } => "entry torn",
            Self::DamagesRecord { .. } => "record unreadable",
            Self::DamagesFetch { .. } => "fetch unreadable",
            Self::Crash { .. } => "crash",
            Self::Rival { .. } => "rival",
            Self::Store { operation, trouble, .. } => store_name(*operation, *trouble),
            _ => "",
        }
    }
}

pub(crate) fn store_name(operation: Operation, trouble: Trouble) -> &'static str {
    use Operation::{
        Check, Commit, Compare, Delete, Entries, IsKept, Length, Put, PutBody, TakeOver,
    };
    match (operation, trouble) {
        (Put | PutBody, Trouble::Fails) => "put failed",
        (Put | PutBody, Trouble::Quota) => "put: quota",
        (Put | PutBody, Trouble::Short) => "put short",
        (Commit, Trouble::Fails | Trouble::Short) => "commit failed",
        (Commit, Trouble::Quota) => "commit: quota",
        (_, Trouble::Slow(_)) => "slow store",
        (Entries, _) => "entries failed",
        (Length, _) => "length failed",
        (Compare, _) => "comparison failed",
        (Check, _) => "check failed",
        (Delete, _) => "delete failed",
        (TakeOver, _) => "take-over failed",
        (IsKept, _) => "look into the library failed",
    }
}
