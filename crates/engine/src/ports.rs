//! What the engine needs of the world: five small traits.
//!
//! The shell implements them over a browser, [`testing`](crate::testing) over memory. Bodies are
//! handles ([`Ports::Chunk`], [`Ports::Body`]): the engine and its driver never see a byte.
//!
//! Futures are not `Send`: a service worker has one thread. Dropping a future gives its operation
//! up; whether it still takes effect is left open, as at a crash.

#![allow(async_fn_in_trait, reason = "no port leaves its thread, so no `Send` bound is missing")]

use std::rc::Rc;
use std::time::Duration;

use crate::http::{ByteRange, Head, RequestSpec};
use crate::snapshot::{EntryKey, Snapshot, Write};
use crate::state::{EventType, FetchState, RecordState};
use crate::time::Time;

/// All ports of one engine.
pub trait Ports: Network + BodyStore + MetaStore + Host + Clock + 'static {}

impl<T: Network + BodyStore + MetaStore + Host + Clock + 'static> Ports for T {}

/// Handles to bytes, shared by the network that makes them and the store that keeps them.
pub trait Bytes {
    /// A piece of a body, in the form in which the platform gave it (a `Uint8Array`).
    type Chunk: 'static;
    /// An open response body. Dropping it stops the transfer, on the wire too.
    type Body: 'static;
}

/// One exchange with the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Unique id of the background fetch.
    pub uid: String,
    /// Index of the record: with `uid`, the name of a stored request body.
    pub index: u32,
    /// What the app asked for.
    pub request: Rc<RequestSpec>,
    /// The part of the body that is missing; `None` asks as the app asked, without `Range`.
    pub range: Option<ByteRange>,
    /// Value of an `If-Range` header. Never set for another origin: it would cause a preflight.
    pub if_range: Option<String>,
    /// What is stored of the first bytes of `range`, if those are asked for again to be compared.
    pub overlap: Vec<Piece>,
    /// What the app is told that prepares it, where it does so. Only what is sent changes by that: not the record.
    pub attempt: Option<Attempt>,
}

/// What is known of a request that the app prepares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempt {
    /// 1, or more for one that follows others which brought nothing.
    pub number: u32,
    /// Bytes of the body that are stored.
    pub received: u64,
    /// 401 or 403, if that is how the server has answered the last one; else 0.
    pub status: u16,
}

/// Some bytes of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// The entry.
    pub entry: EntryKey,
    /// Offset of the first of them in the entry, in bytes.
    pub start: u64,
    /// How many.
    pub length: u64,
}

/// Fetch.
pub trait Network: Bytes {
    /// Sends the request, and resolves when the response head has arrived.
    ///
    /// Service workers are bypassed (it runs in one). Everything else is as the request says:
    /// credentials, cache mode, redirect mode, referrer.
    async fn open(&self, exchange: Exchange) -> Result<(Head, Self::Body), NetworkError>;

    /// Whether the platform says that there is a network. It may be wrong.
    fn is_online(&self) -> bool;

    /// The next piece of the body and its length in bytes, never an empty one; `None` at its end.
    async fn read(&self, body: &Self::Body) -> Result<Option<(Self::Chunk, u64)>, NetworkError>;
}

/// Where bodies are kept, in finished entries.
pub trait BodyStore: Bytes {
    /// Stores the pieces, in order, as one entry, atomically: after a crash the entry is there
    /// whole or not at all. Resolves with the length of what is stored, in bytes.
    async fn put(&self, entry: &EntryKey, chunks: Vec<Self::Chunk>) -> Result<u64, StoreError>;

    /// Stores a body of which nothing was read as one entry, by the fastest way that the platform has,
    /// and resolves with the length of what really is stored, in bytes.
    ///
    /// A body that breaks must leave either no entry or one whose length tells.
    async fn put_body(&self, entry: &EntryKey, body: Self::Body) -> Result<u64, StoreError>;

    /// The keys of all entries, in ascending order of their bytes.
    async fn entries(&self) -> Result<Vec<EntryKey>, StoreError>;

    /// The length of an entry in bytes, `None` if there is none.
    async fn length(&self, entry: &EntryKey) -> Result<Option<u64>, StoreError>;

    /// What follows in `chunks`, which are longer, after bytes equal to those of the pieces, one
    /// after the other; `None` if they are not equal. An entry that is missing, or too short, is an
    /// error.
    async fn after(
        &self,
        pieces: &[Piece],
        chunks: Vec<Self::Chunk>,
    ) -> Result<Option<Vec<Self::Chunk>>, StoreError>;

    /// Takes so many bytes from the end of the chunks, which are more.
    fn trim(&self, chunks: &mut Vec<Self::Chunk>, excess: u64);

    /// Whether the bytes of these entries, one after the other, have the integrity (see
    /// [`integrity`](crate::integrity)). An entry that is missing is an error.
    async fn verify(&self, entries: &[EntryKey], integrity: &str) -> Result<bool, StoreError>;

    /// Removes entries; one that is not there is no error.
    async fn delete(&self, entries: &[EntryKey]) -> Result<(), StoreError>;
}

/// Where the state is kept.
pub trait MetaStore {
    /// Takes the store over: every older engine's commits fail with [`StoreError::Fenced`] from
    /// now on. Resolves with the number of this epoch (higher than all before), and all that is
    /// stored. A row that cannot be decoded is left out.
    async fn take_over(&self) -> Result<(u64, Vec<Snapshot>), StoreError>;

    /// Whether the records of a fetch are an item of the library. Once it is durable that the fetch has been delivered,
    /// the answer does not change any more before it is deleted.
    async fn is_kept(&self, uid: &str) -> Result<bool, StoreError>;

    /// Does all the writes, or none, in one durable transaction.
    async fn commit(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError>;
}

/// What JavaScript does for the engine.
pub trait Host {
    /// Fires a functional event; resolves when it is no longer active.
    async fn fire(&self, event: EventType, state: FetchState);

    /// Updates the instances of a background fetch in all realms. With a result set it resolves
    /// when all of them know, in bounded time; without, at once.
    async fn notify(&self, state: FetchState);

    /// A record's head, stored bytes or result changed. Of its pieces, it has those that are new since
    /// the last time, or of a new version all.
    fn record_changed(&self, record: RecordState);

    /// Unfinished work appeared (`true`) or the last of it is done.
    fn active(&self, active: bool);
}

/// Time.
pub trait Clock {
    /// Now, by both clocks.
    fn now(&self) -> Time;

    /// Resolves after `duration`.
    async fn sleep(&self, duration: Duration);
}

/// Why an exchange failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkError {
    /// The browser is offline.
    Offline,
    /// Nothing answers at that address, nor does anything else.
    Unreachable,
    /// The server has answered, and then the connection broke.
    Broken,
    /// The server answers, but Fetch gives nothing of it to this origin: CORS, a refused redirect.
    Refused,
    /// Nothing answers at that address, while others do: there may be no such server.
    Absent,
    /// It would fail whenever it is tried: scheme, blocked port, mixed content, CSP.
    Forbidden,
    /// Nothing was sent: the app was to prepare the request, and has not.
    Unprepared,
}

/// Why a store failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// No space is left for this origin.
    Quota,
    /// The browser says so, but counts more than can be: it has lost count, as Firefox does after
    /// some crashes, and stores nothing more before it is started again.
    Miscounted,
    /// A newer engine has taken the store over; this one must stop.
    Fenced,
    /// The body broke while it was being stored.
    Network(NetworkError),
    /// Anything else, in the platform's words.
    Failed(String),
}

impl StoreError {
    /// What happened, in a sentence. See [`Error::message`](crate::Error::message).
    pub fn message(self) -> String {
        match self {
            Self::Quota | Self::Miscounted => {
                "the storage quota of this origin is exceeded".to_owned()
            }
            Self::Fenced => "another service worker has taken over".to_owned(),
            Self::Network(_) => "the network failed".to_owned(),
            Self::Failed(reason) => reason,
        }
    }
}
