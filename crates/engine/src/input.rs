//! All that the world can report.

use crate::error::Error;
use crate::http::{Head, RequestSpec};
use crate::ids::{CommandId, CommitId, FetchId, RecordId, TransferId};
use crate::ports::{NetworkError, StoreError};
use crate::snapshot::{EntryKey, ImageResource, Snapshot};
use crate::state::FetchState;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The store has been taken over. Comes once, and before all that follow here but `Online`.
    Restored {
        /// All that is stored.
        snapshots: Vec<Snapshot>,
        /// The entries of the body store, in ascending order.
        entries: Vec<EntryKey>,
    },
    /// The app called.
    Command {
        /// To answer with.
        id: CommandId,
        /// What for.
        command: Command,
    },
    /// A response head arrived.
    Opened {
        /// Of this transfer.
        transfer: TransferId,
        /// The head.
        head: Head,
        /// If there was an overlap to compare, and it is the same: how many bytes after it are
        /// already in the driver's hands.
        followed: Option<u64>,
    },
    /// The next bytes of a body are in the driver's hands.
    Read {
        /// Of this transfer.
        transfer: TransferId,
        /// How many; not 0.
        length: u64,
    },
    /// Answer to [`Output::Compare`](crate::output::Output::Compare).
    Compared {
        /// The bytes are of this transfer.
        transfer: TransferId,
        /// Whether they are equal. What followed them is all that is in the driver's hands now.
        same: bool,
    },
    /// The body came to its end.
    BodyEnded {
        /// Of this transfer.
        transfer: TransferId,
    },
    /// The exchange failed, before or after its head.
    Broken {
        /// Of this transfer.
        transfer: TransferId,
        /// How.
        error: NetworkError,
    },
    /// An entry is finished.
    Stored {
        /// It holds bytes of this transfer.
        transfer: TransferId,
        /// Which.
        entry: EntryKey,
        /// The length of what is stored, in bytes.
        length: u64,
    },
    /// An entry could not be stored.
    StoreFailed {
        /// It was to hold bytes of this transfer.
        transfer: TransferId,
        /// Which.
        entry: EntryKey,
        /// Why.
        error: StoreError,
    },
    /// A transaction is durable.
    Committed {
        /// Which.
        commit: CommitId,
    },
    /// A transaction did nothing.
    CommitFailed {
        /// Which.
        commit: CommitId,
        /// Why.
        error: StoreError,
    },
    /// Answer to [`Output::ListEntries`](crate::output::Output::ListEntries).
    EntriesListed {
        /// The fetch that asked.
        fetch: FetchId,
        /// All entries of the body store in ascending order, but those of a wrong length.
        entries: Result<Vec<EntryKey>, StoreError>,
    },
    /// Answer to [`Output::Delete`](crate::output::Output::Delete), if it was for a fetch.
    Cleared {
        /// That fetch.
        fetch: FetchId,
        /// Whether its entries are still there, because they are an item of the library; `None` if nobody knows, and so they
        /// are.
        kept: Option<bool>,
    },
    /// Answer to [`Output::VerifyIntegrity`](crate::output::Output::VerifyIntegrity).
    IntegrityVerified {
        /// The record.
        record: RecordId,
        /// Whether its body is what the app asked for.
        passed: Result<bool, StoreError>,
    },
    /// All realms know the final state.
    Notified {
        /// Of this fetch.
        fetch: FetchId,
    },
    /// The functional event is no longer active.
    EventSettled {
        /// Of this fetch.
        fetch: FetchId,
    },
    /// The network came or went.
    Online(bool),
    /// Whether the app wants nothing to be asked for now.
    Held(bool),
    /// The time of [`Engine::next_wake`](crate::Engine::next_wake) has come.
    Woken,
}

/// What the app asks for that must be durable before it is answered. What only looks is a getter of
/// [`Engine`](crate::Engine).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// `BackgroundFetchManager.fetch()`, after its arguments are converted.
    Fetch(NewFetch),
    /// `BackgroundFetchRegistration.abort()`.
    Abort {
        /// Its unique id.
        uid: String,
    },
    /// Beyond the standard: nothing more is asked for, or again.
    Pause {
        /// Its unique id.
        uid: String,
        /// Or goes on.
        paused: bool,
    },
    /// `BackgroundFetchUpdateUIEvent.updateUI()`.
    UpdateUi {
        /// Its unique id.
        uid: String,
        /// If given.
        title: Option<String>,
        /// If given.
        icons: Option<Vec<ImageResource>>,
    },
}

/// A background fetch to begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewFetch {
    /// Unique for ever; a second call with the same one has the effect of one.
    pub uid: String,
    /// The developer's id.
    pub id: String,
    /// One record each.
    pub requests: Vec<RequestSpec>,
    /// To show.
    pub title: String,
    /// To show.
    pub icons: Vec<ImageResource>,
    /// Bytes; 0 for no limit.
    pub download_total: u64,
    /// Bytes of storage left to the origin, where the browser tells.
    pub available: Option<u64>,
}

/// The answer to a [`Command`], in the same order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// To `Fetch`.
    Fetch(Result<FetchState, Error>),
    /// To `Abort` and `Pause`: whether it was active.
    Abort(bool),
    /// To `UpdateUi`, and to `Pause` if that cannot be written down.
    Done(Result<(), Error>),
}
