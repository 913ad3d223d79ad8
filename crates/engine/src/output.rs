//! All that the world must do.

use crate::ids::{CommandId, CommitId, FetchId, RecordId, TransferId};
use crate::input::Reply;
use crate::ports::{Exchange, Piece};
use crate::snapshot::{EntryKey, Write};
use crate::state::{EventType, FetchState, RecordState};

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "in a box, it takes more code")]
pub enum Output {
    /// Send a request; answer `Opened` or `Broken`.
    Open {
        /// Its name from now on.
        transfer: TransferId,
        /// What to send.
        exchange: Box<Exchange>,
    },
    /// Read on; answer `Read`, `BodyEnded` or `Broken`. The bytes stay with the driver.
    Read {
        /// From this transfer.
        transfer: TransferId,
    },
    /// Forget the bytes read and not yet stored.
    Forget {
        /// Of this transfer.
        transfer: TransferId,
    },
    /// Forget the last so many of the bytes read and not yet stored, which are more.
    Trim {
        /// Of this transfer.
        transfer: TransferId,
        /// Bytes.
        excess: u64,
    },
    /// Compare the first of the bytes read and not yet stored, which are more, with these; answer `Compared`.
    Compare {
        /// Bytes of this transfer.
        transfer: TransferId,
        /// What is stored of them, in their order.
        pieces: Vec<Piece>,
    },
    /// Make one entry of the bytes read and not yet stored; answer `Stored` or `StoreFailed`.
    Store {
        /// Of this transfer.
        transfer: TransferId,
        /// The new entry.
        entry: EntryKey,
    },
    /// Make one entry of the whole rest of the body, unread; answer `Stored` or `StoreFailed`.
    StoreBody {
        /// Of this transfer.
        transfer: TransferId,
        /// The new entry.
        entry: EntryKey,
    },
    /// Stop the transfer and forget it with its unstored bytes. Stores under way go on.
    Close {
        /// This one.
        transfer: TransferId,
    },
    /// Remove entries, those of a fetch unless the library keeps them; answer `Cleared` if it is for a fetch. What remains
    /// is swept at the next start.
    Delete {
        /// These.
        entries: Vec<EntryKey>,
        /// All that this one has, with its unique id.
        fetch: Option<(FetchId, String)>,
    },
    /// Write; answer `Committed` or `CommitFailed`. Commits take effect in the order given.
    Commit {
        /// Its name.
        commit: CommitId,
        /// All or none.
        writes: Vec<Write>,
    },
    /// List the entries of the body store, without those that have not the length that they should;
    /// answer `EntriesListed`.
    ListEntries {
        /// On behalf of this fetch.
        fetch: FetchId,
        /// Those to measure, with their lengths in bytes.
        doubtful: Vec<(EntryKey, u64)>,
    },
    /// Verify the integrity of a body that is whole; answer `IntegrityVerified`.
    VerifyIntegrity {
        /// The record.
        record: RecordId,
        /// Its bytes, in order.
        entries: Vec<EntryKey>,
        /// What they have to be: [`RequestSpec::integrity`](crate::http::RequestSpec::integrity).
        integrity: String,
    },
    /// Answer the app.
    Reply {
        /// Its call.
        command: CommandId,
        /// The answer.
        reply: Reply,
    },
    /// Show the state in all realms. With a result set, answer `Notified`.
    Notify {
        /// The fetch.
        fetch: FetchId,
        /// Its state.
        state: FetchState,
    },
    /// Notify the realms that follow this record: of its pieces, it has those that are new since the
    /// last time, or of a new version all.
    RecordChanged(RecordState),
    /// Fire the event; answer `EventSettled`.
    Fire {
        /// The fetch.
        fetch: FetchId,
        /// Its type.
        event: EventType,
        /// Its registration.
        state: FetchState,
    },
    /// Unfinished work appeared, or the last of it is done.
    Active(bool),
    /// Another engine owns the store: stop at once.
    Stop,
}
