//! Bugs to be found: each is a slip of the pen in the ports or the driver, made by the simulation
//! around an engine that is right. What does not find them proves nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;

use background_fetch_engine::http::{Head, Header};
use background_fetch_engine::ports::{Exchange, Piece};
use background_fetch_engine::snapshot::{FetchRow, Snapshot, Stage, Write};
use background_fetch_engine::testing::clock::VirtualClock;
use background_fetch_engine::{Config, Instant, Millis, Time};

use crate::oracle::evidence::is_proof;
use crate::plan::generate::Worlds;
use crate::world::worker::Worker;

/// A bug that can be switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bug {
    /// An entry is reported as finished before it is.
    RecordBeforeEntry,
    /// A part is taken for one of the stored body, whatever its validators say.
    NoValidatorCheck,
    /// An outcome is reported as durable before it is.
    DeliverBeforePersist,
    /// Timers of waits are forgotten.
    ForgetRetryTimer,
    /// Writes of an older engine are let through.
    NoFence,
    /// An event is taken for delivered though nobody heard it.
    LoseEvent,
    /// The length of an entry is not looked at.
    TrustLength,
    /// A connection that breaks is taken for the end of the body.
    CutIsEnd,
    /// Nothing that is to be deleted is.
    NeverDelete,
    /// The engine is given more memory than there is.
    NoBudget,
    /// No fetch ever gives way to another.
    NoShares,
    /// Waiting is measured by the clock on the wall.
    WallClock,
    /// After a restart a record is taken for its neighbour.
    WrongIndex,
    /// What was not taken at once is given up.
    GiveUpEarly,
    /// `Retry-After` is not read.
    NoHold,
    /// For how long a server wants to be left alone is not kept.
    ForgetHold,
    /// Where a body ends that nobody declared is not understood, when the server says it.
    BelieveEnd,
    /// How a fetch has ended is not written down.
    ForgetOver,
    /// Rows are gone before the entries are.
    RowsFirst,
    /// What is paused goes on after a restart.
    ForgetPause,
    /// What comes after the end of a part is stored with it.
    NoTrim,
    /// There may be as many connections as anybody likes.
    NoLimit,
    /// Where two parts meet, nothing is compared.
    SkipSeam,
    /// Where two parts meet, it is not kept that they were never compared.
    ForgetSeam,
    /// What is kept is deleted with its fetch.
    DeleteKept,
    /// What is kept is swept like what no row speaks of.
    SweepKept,
}

impl Bug {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 26] = [
        ("record-before-entry", Self::RecordBeforeEntry),
        ("no-validator-check", Self::NoValidatorCheck),
        ("deliver-before-persist", Self::DeliverBeforePersist),
        ("forget-retry-timer", Self::ForgetRetryTimer),
        ("no-fence", Self::NoFence),
        ("lose-event", Self::LoseEvent),
        ("trust-length", Self::TrustLength),
        ("cut-is-end", Self::CutIsEnd),
        ("never-delete", Self::NeverDelete),
        ("no-budget", Self::NoBudget),
        ("no-shares", Self::NoShares),
        ("wall-clock", Self::WallClock),
        ("wrong-index", Self::WrongIndex),
        ("give-up-early", Self::GiveUpEarly),
        ("no-hold", Self::NoHold),
        ("forget-hold", Self::ForgetHold),
        ("believe-end", Self::BelieveEnd),
        ("forget-over", Self::ForgetOver),
        ("rows-first", Self::RowsFirst),
        ("forget-pause", Self::ForgetPause),
        ("no-trim", Self::NoTrim),
        ("no-limit", Self::NoLimit),
        ("skip-seam", Self::SkipSeam),
        ("forget-seam", Self::ForgetSeam),
        ("delete-kept", Self::DeleteKept),
        ("sweep-kept", Self::SweepKept),
    ];

    /// The worlds in which it shows.
    pub fn worlds(self) -> Worlds {
        match self {
            Self::WallClock => Worlds::Clocks,
            Self::NoTrim | Self::NoLimit | Self::SkipSeam | Self::ForgetSeam => Worlds::Parts,
            Self::DeleteKept | Self::SweepKept => Worlds::Libraries,
            Self::NoHold | Self::ForgetHold | Self::BelieveEnd => Worlds::Origins,
            _ => Worlds::Plain,
        }
    }

    /// The bug of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, bug)| *bug)
    }
}

/// The bug of one world.
pub(super) struct Slips {
    bug: Option<Bug>,
    /// Of the first response of a record, for who mistakes them for those of all others.
    validators: RefCell<BTreeMap<(String, u32), Vec<Header>>>,
    /// What is compared because two parts meet there.
    seams: RefCell<Vec<Vec<Piece>>>,
}

impl Slips {
    pub(super) fn new(bug: Option<Bug>) -> Self {
        Self { bug, validators: RefCell::default(), seams: RefCell::default() }
    }

    pub(super) fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// Gives the engine other numbers than the plan has.
    pub(super) fn mistake_config(&self, config: &mut Config) {
        if self.has(Bug::NoBudget) {
            config.memory = u64::MAX / 4;
        }
        if self.has(Bug::NoLimit) {
            config.connections = 64;
        }
        if self.has(Bug::NoShares) {
            config.share_after = Millis(u64::MAX);
        }
        if self.has(Bug::GiveUpEarly) {
            (config.delivery.most, config.delivery.keep) = (0, Millis(0));
        }
    }

    /// Reads the wrong clock.
    pub(super) fn mistake_time(&self, time: Time) -> Time {
        if !self.has(Bug::WallClock) {
            return time;
        }
        let since = time.wall.since(VirtualClock::BEGINNING);
        Time { monotonic: Instant(0) + since, ..time }
    }

    /// Mixes the records of each fetch up, or forgets some of what is in them.
    pub(super) fn mistake_rows(&self, snapshots: &mut Vec<Snapshot>) {
        snapshots.retain(|one| !self.has(Bug::SweepKept) || one.fetch.stage != Stage::Kept);
        let rows = snapshots.iter_mut().flat_map(|snapshot| &mut snapshot.records);
        for row in rows {
            row.hold = row.hold.filter(|_| !self.has(Bug::ForgetHold));
            row.seams = row.seams.take().filter(|_| !self.has(Bug::ForgetSeam));
        }
        for snapshot in snapshots.iter_mut().filter(|_| self.has(Bug::ForgetPause)) {
            snapshot.fetch.paused = None;
        }
        for snapshot in snapshots.iter_mut().filter(|_| self.has(Bug::WrongIndex)) {
            let indices: Vec<_> = snapshot.records.iter().map(|row| row.index).collect();
            let others = indices.iter().cycle().skip(1);
            for (row, index) in snapshot.records.iter_mut().zip(others) {
                row.index = *index;
            }
        }
    }

    /// Removes the rows of what is delivered at once, or those of what is over.
    pub(super) fn mistake_writes(&self, writes: &[Write]) -> Vec<Write> {
        let mut writes = writes.to_vec();
        let is_over = |write: &Write| matches!(write, Write::PutOver(..));
        writes.retain(|write| !self.has(Bug::ForgetOver) || !is_over(write));
        let delivered = |write: &Write| match write {
            Write::PutFetch(row) | Write::PutOver(row, _)
                if row.deliveries == FetchRow::DELIVERED =>
            {
                Some(row.uid.clone())
            }
            _ => None,
        };
        let uids: Vec<_> = writes.iter().filter_map(delivered).collect();
        if self.has(Bug::RowsFirst) {
            writes.extend(uids.into_iter().map(|uid| Write::DeleteFetch { uid, kept: false }));
        }
        writes
    }

    /// Whether it takes these bytes for equal, whatever they are.
    pub(super) fn mistakes_seam(&self, pieces: &[Piece]) -> bool {
        self.has(Bug::SkipSeam) && self.seams.borrow().iter().any(|seam| seam == pieces)
    }

    /// Forgets the validator of a request.
    pub(super) fn mistake_request(&self, exchange: &Exchange) -> Exchange {
        if self.has(Bug::SkipSeam) && is_proof(exchange) {
            self.seams.borrow_mut().push(exchange.overlap.clone());
        }
        let mut exchange = exchange.clone();
        if self.has(Bug::NoValidatorCheck) {
            exchange.if_range = None;
        }
        exchange
    }

    /// Takes the validators of a part for those of the first response.
    pub(super) fn mistake_head(&self, exchange: &Exchange, head: &mut Head) {
        let repeated: u64 = exchange.overlap.iter().map(|piece| piece.length).sum();
        if self.has(Bug::BelieveEnd) && repeated == 1 && head.status == 206 {
            head.status = 416;
            head.headers.retain(|(name, _)| name != "content-range");
        }
        if self.has(Bug::NoHold) {
            head.headers.retain(|(name, _)| name != "retry-after");
        }
        if !self.has(Bug::NoValidatorCheck) {
            return;
        }
        let is_one = |(name, _): &Header| name == "etag" || name == "last-modified";
        let mut validators = self.validators.borrow_mut();
        let first = validators.entry((exchange.uid.clone(), exchange.index)).or_default();
        if exchange.range.is_none() || head.status != 206 {
            *first = head.headers.iter().filter(|header| is_one(header)).cloned().collect();
        } else {
            head.headers.retain(|header| !is_one(header));
            head.headers.extend(first.iter().cloned());
        }
    }
}

/// Does something later than it should, and not if the worker has died.
pub(super) fn later<T: 'static>(worker: &Worker, act: impl FnOnce() -> T + 'static) {
    let own = worker.clone();
    worker.world.tasks.spawn(async move {
        own.world.sleep(20).await;
        if !own.is_dead() {
            act();
        }
    });
}
