//! [Complete a record](https://wicg.github.io/background-fetch/#complete-a-record): one request.
//!
//! A record takes [`Event`]s, and answers with what follows for those above it: [`Next`]. It never
//! calls them.
//!
//! | file | what happens to a record |
//! |---|---|
//! | `start` | it gets a connection: what is asked for |
//! | `response` | heads and bytes come: what they mean, where a body is cut into segments |
//! | `finish` | a transfer is over: the next one, a wait, from scratch, or a body that is whole |
//! | `retry` | it met trouble: it waits, for its server or by itself, or is given up |
//! | `store` | entries are finished first, and recorded second |
//! | `denied` | the server wants another URL or token, and the app has prepared the request |
//! | `end` | a body ended of which nobody had said where: its server is asked |
//! | `former` | a newer response begins: what is stored stays until it is replaced |
//! | `hedge` | a body is silent, and asked for a second time beside it |
//! | `repeat` | what is stored comes once more, before what is missing |
//! | `seam` | two parts meet: whether they are of the same body |
//! | `settle` | its result |
//! | `split` | its body comes over several connections at a time |
//! | `upload` | non-GET requests: sent once |

mod body;
mod denied;
mod end;
mod finish;
mod former;
mod hedge;
mod parts;
mod repeat;
pub(crate) mod representation;
mod response;
mod retry;
mod saved;
mod seam;
pub(crate) mod segments;
mod settle;
mod split;
mod standing;
mod start;
mod store;
mod upload;

use std::mem::replace;

use crate::context::Context;
use crate::http::{ByteRange, Head, RequestSpec};
use crate::ids::{RecordId, ServerId, TransferId};
use crate::outcome::{FailureReason, RecordResult};
use crate::ports::{Exchange, NetworkError, StoreError};
use crate::snapshot::{EntryKey, RecordRow};
use crate::state::RecordState;
use crate::time::Instant;
use crate::transfer::{End, Stream, Transfer, Transfers};
use crate::trouble::Trouble;

use body::Body;
use denied::Denied;
use former::Former;
use parts::Parts;
use saved::Saved;
use segments::Segments;
use standing::Standing;

/// What a record waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// A free connection.
    Pending,
    /// The transfers that bring its bytes.
    Running,
    /// A better time.
    Waiting {
        /// When to ask again.
        until: Instant,
        /// Why not now.
        trouble: Trouble,
    },
    /// Its server, which is to be left alone.
    Held,
    /// Its integrity to be verified.
    Verifying {
        /// Whether the bytes could not be read before.
        again: bool,
    },
    /// Its result to be durable.
    Settling,
    /// Nothing. Its result may be one that could not be written down.
    Settled { durable: bool },
}

/// One record of a background fetch.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) id: RecordId,
    /// Whom it asks.
    pub(crate) server: ServerId,
    /// As it is, or will be with the next commit, in the meta store.
    pub(crate) row: RecordRow,
    pub(crate) body: Body,
    pub(crate) phase: Phase,
    pub(crate) standing: Standing,
    pub(crate) parts: Parts,
    pub(crate) saved: Saved,
    denied: Denied,
    /// There was no room, and perhaps was to be soon.
    waited_for_room: bool,
    /// What can be gone back to if the current response brings nothing.
    former: Option<Box<Former>>,
    /// Entries of what is being replaced.
    replaced: Vec<EntryKey>,
    /// Whether it is not any more as realms that follow it were notified.
    pub(crate) changed: bool,
    /// Of which version they were notified, and of how many bytes without a gap from 0.
    followed: (u32, u64),
}

/// What happens to a record.
#[derive(Debug)]
pub(crate) enum Event {
    /// It may use a connection.
    Start,
    /// A response head arrived; after an equal overlap, with how many bytes that followed it.
    Opened(TransferId, Head, Option<u64>),
    /// The next bytes are there.
    Read(TransferId, u64),
    /// Whether what came again is what is stored.
    Compared(TransferId, bool),
    /// A body came to its end.
    BodyEnded(TransferId),
    /// The network failed.
    Broken(TransferId, NetworkError),
    /// Nothing came for too long.
    Stalled(TransferId),
    /// Nothing came for a while.
    Silent(TransferId),
    /// Another fetch is to have its connection.
    GiveWay(TransferId),
    /// Its response is not waited for any more.
    Withdraw(TransferId),
    /// An entry is finished, with so many bytes.
    Stored(TransferId, EntryKey, u64),
    /// An entry could not be stored.
    StoreFailed(TransferId, EntryKey, StoreError),
    /// An entry is recorded; whether that settles the record, and has removed older rows.
    Recorded { transfer: TransferId, entry: EntryKey, settles: bool, cleans: bool },
    /// An entry could not be recorded, nor, with `cleans`, older rows be removed.
    NotRecorded { transfer: TransferId, entry: EntryKey, error: StoreError, cleans: bool },
    /// It is durable that this request is about to be sent.
    Marked(TransferId, Box<Exchange>),
    /// It is not.
    NotMarked(TransferId, StoreError),
    /// The server has answered another record.
    SilenceEnded,
    /// Its integrity is known.
    Verified(Result<bool, StoreError>),
    /// Its result is durable, or could not be made so.
    Settled { durable: bool },
}

/// What follows. Decided below, done in [`Engine::follow`](crate::Engine) and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub(crate) enum Next {
    /// Nothing that concerns anybody else.
    Nothing,
    /// It wants a connection.
    Ready,
    /// The same, but not before.
    Wait(Instant),
    /// Its server is to be left alone until then, at least.
    Held(Instant),
    /// It has its result.
    Settled,
    /// More than the fetch may have arrived, or is about to.
    Exceeded,
}

impl Record {
    pub(crate) fn new(id: RecordId, row: RecordRow, segments: Segments) -> Self {
        let phase = match row.result {
            Some(_) => Phase::Settled { durable: true },
            None => Phase::Pending,
        };
        let saved = if row.head.is_some() { Saved::Head } else { Saved::Nothing };
        Self {
            id,
            server: ServerId::of(&row.request.url),
            row,
            body: Body::new(segments),
            phase,
            standing: Standing::default(),
            parts: Parts::default(),
            saved,
            denied: Denied::default(),
            waited_for_room: false,
            former: None,
            replaced: Vec::new(),
            changed: false,
            followed: (0, 0),
        }
    }

    pub(crate) fn take(&mut self, cx: &mut Context<'_>, event: Event) -> Next {
        match event {
            Event::Start => self.start(cx),
            Event::Opened(id, head, followed) => match self.denied(cx, id, head.status) {
                Some(next) => next,
                None => {
                    let next = self.opened(cx, id, head, followed);
                    if self.will_exceed(cx) { Next::Exceeded } else { next }
                }
            },
            Event::Read(id, length) => self.read(cx, id, length),
            Event::Compared(id, same) => self.compared(cx, id, same),
            Event::BodyEnded(id) => self.body_ended(cx, id),
            Event::Broken(id, error) => self.finish(cx, id, End::Broken(Trouble::Network(error))),
            Event::Stalled(id) => {
                let answered = is_answered(cx, id);
                self.broke(cx, id, if answered { Trouble::Stall } else { Trouble::Unanswered })
            }
            Event::Silent(id) => self.fell_silent(cx, id),
            Event::GiveWay(id) => self.finish(cx, id, End::Enough),
            Event::Withdraw(id) => self.withdraw(cx, id),
            Event::Stored(id, entry, length) => self.stored(cx, id, entry, length),
            Event::StoreFailed(id, entry, error) => self.store_failed(cx, id, &entry, &error),
            Event::Recorded { transfer, entry, settles, cleans } => {
                self.recorded(cx, transfer, entry, (settles, cleans))
            }
            Event::NotRecorded { transfer, entry, error, cleans } => {
                self.not_recorded(cx, transfer, entry, (&error, cleans))
            }
            Event::Marked(id, exchange) => self.marked(cx, id, exchange),
            Event::NotMarked(id, error) => self.store_trouble(cx, id, &error),
            Event::SilenceEnded => {
                self.end_silence(cx);
                Next::Nothing
            }
            Event::Verified(passed) => self.verified(cx, passed),
            Event::Settled { durable } => self.settled(cx, durable),
        }
    }

    /// Whether its end is decided.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Settling | Phase::Settled { .. })
    }

    pub(crate) fn is_settled(&self) -> bool {
        matches!(self.phase, Phase::Settled { .. })
    }

    /// Bytes of the current response, in the store or on the way there.
    ///
    /// Not those of the page that a bad status comes with: nobody has asked for it, and it is in no `downloadTotal`.
    pub(crate) fn downloaded(&self, transfers: &Transfers) -> u64 {
        if self.has_bad_status() {
            return 0;
        }
        let arrived: u64 = transfers.of(self.id).map(Transfer::arrived).sum();
        self.body.segments.stored().wrapping_add(arrived)
    }

    /// Whether its response is not what was asked for.
    fn has_bad_status(&self) -> bool {
        self.head().is_some_and(|head| !head.is_ok())
    }

    /// Bytes of its request's body, once there is an answer: no browser tells earlier.
    pub(crate) fn uploaded(&self) -> u64 {
        let answered = self.row.head.as_ref().and(self.row.request.body_length);
        answered.unwrap_or(0)
    }

    /// As `match` shows it.
    pub(crate) fn state(&self) -> RecordState {
        self.state_from(0)
    }

    /// As realms that follow it are notified: with the pieces that came since the last time.
    pub(crate) fn take_news(&mut self) -> RecordState {
        self.changed = false;
        let now = (self.row.version, self.shown());
        let (version, length) = replace(&mut self.followed, now);
        self.state_from(if version == now.0 { length.min(now.1) } else { 0 })
    }

    /// With the pieces from this offset on.
    fn state_from(&self, offset: u64) -> RecordState {
        let secret = self.has_integrity() && !self.is_settled();
        let shown = self.shown();
        let mut segments = Vec::new();
        self.body.segments.for_each_contiguous(|one| {
            if one.start >= offset && one.end() <= shown {
                segments.push((one.entry.clone(), one.start, one.length));
            }
        });
        RecordState {
            uid: self.row.uid.clone(),
            index: self.row.index,
            request: self.row.request.clone(),
            result: self.result(),
            version: self.row.version,
            head: self.row.head.clone().filter(|_| !secret),
            segments,
        }
    }

    /// To where the app may see what is stored: what is behind a seam may be of another body until that is proven.
    fn shown(&self) -> u64 {
        let seam = self.seams().first().copied().unwrap_or(u64::MAX);
        let mut shown = 0;
        self.body.segments.for_each_contiguous(|one| {
            if one.end() <= seam {
                shown = one.end();
            }
        });
        shown
    }

    /// The result as the app sees it: only once it is durable.
    fn result(&self) -> Option<RecordResult> {
        self.row.result.filter(|_| self.is_settled())
    }

    fn request(&self) -> &RequestSpec {
        &self.row.request
    }

    fn head(&self) -> Option<&Head> {
        self.row.head.as_ref()
    }

    /// Length of the whole body, if it is known.
    fn total(&self) -> Option<u64> {
        self.body.total(self.head())
    }

    /// Whether the body must stay hidden until its integrity is verified.
    fn has_integrity(&self) -> bool {
        !self.row.request.integrity.is_empty()
    }

    /// Whether a connection that brings its body may be given up without a loss.
    pub(crate) fn may_let_go(&self, transfer: &Transfer) -> bool {
        let reads = matches!(transfer.stream, Stream::Reading | Stream::Paused);
        reads && !transfer.repeats_known() && self.may_resume()
    }

    /// Whether the rest of the body may be asked for by `Range`.
    pub(crate) fn may_resume(&self) -> bool {
        self.head().is_some_and(|head| {
            representation::may_resume(self.request(), head)
                && (self.row.validator.is_some() || self.total().is_some())
                && self.body.is_addressable(head, self.row.attempts)
        })
    }

    /// Whether a part has to repeat some bytes, because nothing else tells whether it belongs to what
    /// is stored: without a strong validator, and behind a redirect, which may lead elsewhere now.
    fn must_overlap(&self) -> bool {
        self.row.validator.is_none()
            || self.standing.by_node
            || self.head().is_some_and(|head| head.redirected)
    }

    /// What of the body is neither stored nor on its way.
    pub(crate) fn uncovered(&self, transfers: &Transfers) -> Option<ByteRange> {
        let mut taken = Vec::new();
        for transfer in transfers.of(self.id) {
            taken.push(transfer.taken());
        }
        self.body.gap(self.head(), &taken)
    }

    /// Whether no transfer is left, nor anything that one of them brought on its way to the store.
    fn is_alone(&self, transfers: &Transfers) -> bool {
        transfers.of(self.id).next().is_none()
    }

    /// Gives all of its transfers up, but one.
    pub(crate) fn close_transfers(&self, cx: &mut Context<'_>, keep: Option<TransferId>) {
        let own = |one: &Transfer| one.record == self.id && Some(one.id) != keep;
        cx.transfers.close(cx.outbox, &own);
    }

    /// Takes "aborted" for its result, if it has none.
    pub(crate) fn abort(&mut self) {
        if !self.is_settled() {
            self.row.result = Some(RecordResult::Failure(FailureReason::Aborted));
            self.phase = Phase::Settled { durable: true };
            self.changed = true;
        }
    }
}

/// Whether a transfer has its head.
fn is_answered(cx: &Context<'_>, id: TransferId) -> bool {
    cx.transfers.get(id).is_none_or(Transfer::is_answered)
}
