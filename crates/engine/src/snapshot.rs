//! The stored form of everything that a restart needs: rows of the meta store.
//!
//! How they are spelled in the database is the shell's `meta_store/rows.rs`; a change that rows
//! already stored do not have is a new version in its `meta_store/schema.rs`, with a migration.

use std::rc::Rc;

use crate::http::{Head, RequestSpec};
use crate::outcome::{FailureReason, RecordResult};
use crate::text::{before, cut, decimal};
use crate::time::Timestamp;

/// The key of one entry of the body store: `uid/record/epoch.serial`, never used twice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKey(pub String);

impl EntryKey {
    /// How all keys of this record begin.
    pub(crate) fn within(uid: &str, index: u32) -> String {
        [uid, "/", &decimal(index.into()), "/"].concat()
    }

    /// The epoch of the engine that made it.
    pub(crate) fn epoch(&self) -> Option<u64> {
        let (_, within) = cut(&self.0, b'/')?;
        let (_, name) = cut(within, b'/')?;
        before(before(name, b'/'), b'.').parse().ok()
    }
}

/// How far a background fetch has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// In the registration's active background fetches.
    Active,
    /// Its outcome is decided, its event has not been delivered yet.
    Ended,
    /// It has been delivered, and nothing is left but how it ended: who lost the answer to `fetch()`, or was not there,
    /// may ask for it for some days.
    Over,
    /// Its records are an item of the library, which the engine only keeps its hands off.
    Kept,
}

/// One member of `BackgroundFetchUIOptions.icons`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageResource {
    /// URL.
    pub src: String,
    /// As given, or absent.
    pub sizes: Option<String>,
    /// MIME type.
    pub kind: Option<String>,
    /// Accessible name.
    pub label: Option<String>,
}

/// A background fetch. Key: `uid`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchRow {
    /// Unique for ever.
    pub uid: String,
    /// The developer's id.
    pub id: String,
    /// Position in the registration's ordered map of active fetches.
    pub order: u64,
    /// Shown to the user.
    pub title: String,
    /// Shown to the user.
    pub icons: Vec<ImageResource>,
    /// Bytes; 0 for no limit.
    pub download_total: u64,
    /// Bytes of all request bodies.
    pub upload_total: u64,
    /// Number of records; a fetch of which one is missing cannot be continued.
    pub records: u32,
    /// See [`Stage`].
    pub stage: Stage,
    /// `None` while active or after a success.
    pub failure_reason: Option<FailureReason>,
    /// How often its event was delivered for so long that handlers had their time, and not taken; or
    /// [`DELIVERED`](Self::DELIVERED).
    pub deliveries: u32,
    /// When its outcome was decided; `None` before, and where a version that did not write it down has.
    pub ended: Option<Timestamp>,
    /// Bytes of all responses, once it is over.
    pub downloaded: Option<u64>,
    /// Whether the app has paused it; `None` if not.
    pub paused: Option<bool>,
}

impl FetchRow {
    /// In place of the number of deliveries: none is to come, and what is left is to be deleted.
    pub const DELIVERED: u32 = u32::MAX;
}

/// A record of a background fetch. Key: `uid`, `index`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Of the fetch.
    pub uid: String,
    /// Position in the list of requests.
    pub index: u32,
    /// As the app made it. Shared, as each write and each look takes a copy of the row.
    pub request: Rc<RequestSpec>,
    /// Head of the response whose body is being stored; `None` before the first byte is stored.
    pub head: Option<Head>,
    /// The strong validator that came with that head, as `If-Range` takes it.
    pub validator: Option<String>,
    /// Counts the responses begun.
    pub version: u32,
    /// `None` until settled.
    pub result: Option<RecordResult>,
    /// Until when its server has asked to be left alone.
    pub hold: Option<Timestamp>,
    /// Since when nobody has answered, though the browser says that it is online.
    pub silent_since: Option<Timestamp>,
    /// Whether its body ended where nobody had said that it would, and no server could be asked: then the browser is
    /// believed, and not every browser notices a connection that breaks off. `None` otherwise.
    pub unproven: Option<bool>,
    /// Offsets in its body, in ascending order, where two responses meet of which nobody knows yet that they are of the
    /// same one; `None` for none.
    pub seams: Option<Vec<u64>>,
    /// Attempts since the last progress. That of a request other than GET, which is sent once, is
    /// counted before it is made.
    pub attempts: u32,
}

impl RecordRow {
    /// Of a request that has not been sent.
    pub fn new(uid: String, index: u32, request: impl Into<Rc<RequestSpec>>) -> Self {
        Self {
            uid,
            index,
            request: request.into(),
            head: None,
            validator: None,
            version: 0,
            result: None,
            hold: None,
            silent_since: None,
            unproven: None,
            seams: None,
            attempts: 0,
        }
    }
}

/// A finished entry of the body store, which holds a piece of a record's body.
/// Key: `uid`, `index`, `start`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentRow {
    /// Of the fetch.
    pub uid: String,
    /// Of the record.
    pub index: u32,
    /// Offset of its first byte in the body.
    pub start: u64,
    /// Bytes.
    pub length: u64,
    /// Where the bytes are.
    pub entry: EntryKey,
}

/// All rows of one background fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The fetch.
    pub fetch: FetchRow,
    /// Its records that could be read, in order of `index`.
    pub records: Vec<RecordRow>,
    /// Their segments, in order of `index` and `start`.
    pub segments: Vec<SegmentRow>,
}

/// One change of the meta store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "boxes would cost more code than they save memory")]
pub enum Write {
    /// Adds or replaces a fetch.
    PutFetch(FetchRow),
    /// The same, of one that is over, with what it asked for, if that is to be kept: no engine reads it, but the app can
    /// have it begun again.
    PutOver(FetchRow, Option<Vec<Rc<RequestSpec>>>),
    /// Adds or replaces a record.
    PutRecord(RecordRow),
    /// Adds or replaces a segment.
    PutSegment(SegmentRow),
    /// Removes all segments of a record; none is no error.
    DeleteSegments {
        /// Of the fetch.
        uid: String,
        /// Of the record.
        index: u32,
    },
    /// Removes a fetch with its records, segments and request bodies; none is no error.
    DeleteFetch {
        /// Of the fetch.
        uid: String,
        /// Whether its records and segments stay, because they are an item of the library.
        kept: bool,
    },
}
