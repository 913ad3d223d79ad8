//! One exchange with the network, and where its bytes go.

pub(crate) mod table;

use crate::http::ByteRange;
use crate::ids::{RecordId, ServerId, TransferId};
use crate::outbox::Outbox;
use crate::output::Output;
use crate::snapshot::EntryKey;
use crate::time::{Instant, Millis};
use crate::trouble::Trouble;

pub(crate) use table::Transfers;

/// What a transfer waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Any sign of the server, before a request that is sent once.
    Probing,
    /// The response head.
    Opening,
    /// The response head, which says how long the body is that is stored.
    Measuring,
    /// The response head, with what is stored on both sides of a seam.
    Proving,
    /// The next bytes.
    Reading,
    /// The store, to compare what came once more with what is stored.
    Comparing,
    /// Memory for more.
    Paused,
    /// The browser to store the whole rest, which bypasses the script.
    Bypassing,
    /// The stores under way; then it is over, for this reason.
    Draining(End),
}

/// How a transfer stands to another one that asks for the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hedge {
    /// There is none.
    None,
    /// It has been silent, as this time showed: if it still is a moment later, there will be one. A
    /// worker that was busy with something else has just not come to hear it.
    Doubted(Instant),
    /// It is silent, and this one has been sent beside it.
    Beside(TransferId),
    /// It has been sent beside this one, which is silent.
    For(TransferId),
    /// One was of no use.
    Useless,
}

/// Why a transfer is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The body came to its end.
    Whole,
    /// The engine has enough of it: the rest comes otherwise.
    Enough,
    /// Something went wrong.
    Broken(Trouble),
    /// The bytes do not belong to what is stored.
    Mismatch,
}

/// One exchange.
#[derive(Debug)]
pub(crate) struct Transfer {
    pub(crate) id: TransferId,
    pub(crate) record: RecordId,
    /// Whom it asks.
    pub(crate) server: ServerId,
    /// What was asked for by `Range`; `None` for the whole, as the app asked.
    pub(crate) asked: Option<ByteRange>,
    pub(crate) stream: Stream,
    /// Offset of the next byte to be read.
    pub(crate) position: u64,
    /// Offset of the first byte that is in no entry yet.
    pub(crate) kept: u64,
    /// Offset before which all is stored, and comes once more.
    pub(crate) known: u64,
    /// Offset after the last byte, as far as the head declares it.
    pub(crate) end: Option<u64>,
    /// Offset before which it ends, though more would come: others bring that.
    pub(crate) limit: Option<u64>,
    /// Whether it was sent beside others of its record, which bring the body without it, too.
    pub(crate) extra: bool,
    /// Whether its end is that of the body.
    pub(crate) last: bool,
    /// Entries being stored or recorded: where each begins, and its length.
    pub(crate) stores: Vec<PendingStore>,
    /// How long to wait for the head.
    pub(crate) patience: Millis,
    /// How long the body may be silent.
    pub(crate) stall: Millis,
    /// How long it may be silent before another one is sent beside it.
    pub(crate) quiet: Millis,
    pub(crate) hedge: Hedge,
    /// Where its body began, and when.
    pub(crate) began: (u64, Instant),
    /// When the last sign of life came.
    pub(crate) alive_at: Instant,
    /// How often it has been looked after too late since then, which was set forward for that.
    pub(crate) forgiven: (Instant, u8),
    /// When the first byte after `kept` was waited for.
    pub(crate) cut_at: Instant,
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) head: Millis,
    pub(crate) body: Millis,
    pub(crate) quiet: Millis,
}

/// An entry on its way into the stores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PendingStore {
    pub(crate) entry: EntryKey,
    pub(crate) start: u64,
    pub(crate) length: u64,
    /// Whether its bytes are in the body store already, and it is being recorded.
    pub(crate) finished: bool,
}

impl Transfer {
    /// One that is about to ask for `asked`, from the offset `start` on.
    pub(crate) fn new(
        id: TransferId,
        (record, server): (RecordId, ServerId),
        (start, asked): (u64, Option<ByteRange>),
        patience: Patience,
        now: Instant,
    ) -> Self {
        Self {
            id,
            record,
            server,
            asked,
            stream: Stream::Opening,
            position: start,
            kept: start,
            known: start,
            end: asked.and_then(|range| range.end),
            limit: None,
            extra: false,
            last: false,
            stores: Vec::new(),
            patience: patience.head,
            stall: patience.body,
            quiet: patience.quiet,
            hedge: Hedge::None,
            began: (start, now),
            alive_at: now,
            forgiven: (now, 0),
            cut_at: now,
        }
    }

    /// Bytes that the driver holds.
    pub(crate) fn buffered(&self) -> u64 {
        self.position - self.kept
    }

    /// Bytes a second since the body began. A worker that was short of time reads what has piled up
    /// at the speed of memory, so the last moments tell too much.
    pub(crate) fn average_rate(&self, now: Instant) -> u64 {
        let (start, time) = self.began;
        rate(self.position.saturating_sub(start), now.after(time))
    }

    /// Bytes that came and are not recorded yet. Of what the browser stores by itself nobody knows.
    pub(crate) fn arrived(&self) -> u64 {
        let stores = self.stores.iter().filter(|_| self.stream != Stream::Bypassing);
        let news = self.position.saturating_sub(self.kept.max(self.known));
        stores.map(|store| store.length).sum::<u64>() + news
    }

    /// Whether its head has come.
    pub(crate) fn is_answered(&self) -> bool {
        match self.stream {
            Stream::Opening | Stream::Measuring | Stream::Probing => false,
            Stream::Proving => self.end.is_some(),
            _ => true,
        }
    }

    /// Whether it was to repeat what is stored, and has brought no more than that.
    pub(crate) fn only_repeats(&self) -> bool {
        let repeats = self.asked.is_some_and(|asked| asked.start < self.position);
        repeats && self.position == self.began.0
    }

    /// Whether what comes is what is stored.
    pub(crate) fn repeats_known(&self) -> bool {
        self.kept < self.known
    }

    /// It brings all of the body, up to this offset as far as it is known.
    pub(crate) fn begin(&mut self, end: Option<u64>, now: Instant) {
        (self.asked, self.last, self.end) = (None, true, end);
        (self.position, self.kept, self.known, self.began) = (0, 0, 0, (0, now));
    }

    /// Until when it may be waited for to know whether its server is back. An upload takes as long as it takes, and
    /// some answers are long in coming: others need not wait for that.
    pub(crate) fn probes_until(&self) -> Option<Instant> {
        (!self.is_answered()).then(|| self.began.1 + PROBE)
    }

    /// Whether it has come to an end that it should not have.
    pub(crate) fn has_failed(&self) -> bool {
        matches!(self.stream, Stream::Draining(End::Broken(_) | End::Mismatch))
    }

    /// Whether it still uses a connection.
    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.stream, Stream::Draining(_))
    }

    /// The stretch of the body that this transfer brings and that is not recorded yet.
    pub(crate) fn taken(&self) -> ByteRange {
        let pending = self.stores.iter().map(|store| store.start).min();
        let start = pending.unwrap_or(self.kept).min(self.kept);
        let end = if self.is_open() { self.wanted_end() } else { Some(self.kept) };
        ByteRange { start, end }
    }

    /// Offset after the last byte that it is to bring; `None` for all that follows.
    pub(crate) fn wanted_end(&self) -> Option<u64> {
        let asked = self.asked.and_then(|range| range.end);
        asked.into_iter().chain(self.limit).min()
    }

    /// Whether it brings what is missing, piece by piece, and nobody else does so beside it.
    pub(crate) fn is_streaming(&self) -> bool {
        let alone = matches!(self.hedge, Hedge::None | Hedge::Doubted(_) | Hedge::Useless);
        let reads = matches!(self.stream, Stream::Reading | Stream::Paused);
        alone && reads && !self.repeats_known()
    }

    /// Whether it is silent, and asked for beside; or brings what another one does not.
    pub(crate) fn is_doubted(&self) -> bool {
        matches!(self.hedge, Hedge::Doubted(_) | Hedge::Beside(_) | Hedge::For(_))
    }

    /// Whether it has brought anything that was missing.
    pub(crate) fn has_brought(&self) -> bool {
        self.position > self.began.0
    }

    /// When it counts as stalled.
    pub(crate) fn stalls_at(&self) -> Option<Instant> {
        let patience = match self.stream {
            Stream::Probing | Stream::Opening | Stream::Measuring | Stream::Proving => {
                self.patience
            }
            // The other one is waited for.
            Stream::Reading if matches!(self.hedge, Hedge::Beside(_)) => return None,
            Stream::Reading | Stream::Bypassing => self.stall,
            Stream::Comparing | Stream::Paused | Stream::Draining(_) => return None,
        };
        Some(self.alive_at + patience)
    }

    /// Who is looked after that late belongs to a worker that was suspended. What has come meanwhile it sees only after its
    /// timers, so that it waits once more. If nothing came after several, the timers are slow, or the connection is dead.
    pub(crate) fn forgive_suspension(&mut self, now: Instant) {
        let (alive_at, times) = self.forgiven;
        let times = if alive_at == self.alive_at { times } else { 0 };
        if times < FORGIVEN && self.stalls_at().is_some_and(|at| at + LATE <= now) {
            self.alive_at = now;
            self.forgiven = (now, times + 1);
        }
    }

    /// When another one may be sent beside it. What it holds must be stored before, so that the other
    /// one can go on from there.
    pub(crate) fn hedged_at(&self) -> Option<Instant> {
        let ready = self.stores.is_empty();
        match self.hedge {
            // Only the whole is to be had from such a server.
            _ if self.stream != Stream::Reading || self.repeats_known() => None,
            Hedge::None if ready || self.buffered() > 0 => Some(self.alive_at + self.quiet),
            Hedge::Doubted(since) if ready => Some(since + CONFIRMED),
            _ => None,
        }
    }

    pub(crate) fn read_on(&mut self, outbox: &mut Outbox, now: Instant) {
        self.stream = Stream::Reading;
        self.alive_at = now;
        outbox.emit(Output::Read { transfer: self.id });
    }

    /// An entry that is on its way into the stores.
    pub(crate) fn store(&self, entry: &EntryKey) -> Option<&PendingStore> {
        self.stores.iter().find(|store| store.entry == *entry)
    }

    pub(crate) fn forget_store(&mut self, entry: &EntryKey) {
        self.stores.retain(|store| store.entry != *entry);
    }
}

/// Bytes a second.
pub(crate) fn rate(bytes: u64, time: Millis) -> u64 {
    bytes.saturating_mul(1000) / time.0.max(1)
}

/// How long a request may be the one that tells whether a server is back.
pub(crate) const PROBE: Millis = Millis::from_secs(30);

/// So long a silence after the silence is one of the server.
const CONFIRMED: Millis = Millis::from_secs(1);

/// Much later than any timer of a worker that is awake.
const LATE: Millis = Millis::from_secs(3);

/// So often without a sign of life in between.
const FORGIVEN: u8 = 8;
