//! What a step of the engine lends to the rooms below: the time, the numbers that decide, and the
//! sinks that may be written to.

use crate::config::Config;
use crate::ledger::{After, Ledger};
use crate::outbox::Outbox;
use crate::server::Servers;
use crate::snapshot::Write;
use crate::time::Time;
use crate::transfer::Transfers;

/// Lent for one input.
pub(crate) struct Context<'a> {
    pub(crate) config: &'a Config,
    pub(crate) now: Time,
    pub(crate) online: bool,
    /// Whether records wait for a connection, of whatever fetch.
    pub(crate) contended: bool,
    /// What the fetch that this is about may still receive.
    pub(crate) allowance: Allowance,
    pub(crate) servers: &'a mut Servers,
    pub(crate) transfers: &'a mut Transfers,
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) outbox: &'a mut Outbox,
}

/// The bytes up to a fetch's `downloadTotal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowance {
    /// As many as there are.
    Unlimited,
    /// So many; of them so many are on their way past the script, and will be counted when they are
    /// there.
    Left { bytes: u64, coming: u64 },
}

impl Context<'_> {
    pub(crate) fn commit(&mut self, writes: Vec<Write>, after: After) {
        self.ledger.commit(self.outbox, writes, after);
    }
}

impl Allowance {
    /// Whether so many bytes, which have come, are more than the app allows.
    pub(crate) fn is_exceeded_by(self, length: u64) -> bool {
        matches!(self, Self::Left { bytes, .. } if length > bytes)
    }

    /// Whether so many bytes may come past the script. Where that is too much, the crossing one must
    /// be seen when it comes.
    pub(crate) fn has_room_for(self, length: u64) -> bool {
        match self {
            Self::Unlimited => true,
            Self::Left { bytes, coming } => coming.saturating_add(length) <= bytes,
        }
    }
}
