//! What comes next, of many: found in one step, however many there are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::ids::{FetchId, RecordId, ServerId};

/// Who waits in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    Fetch(FetchId),
    Record(RecordId),
    Server(ServerId),
}

impl Subject {
    /// The record that it is, if it is one.
    pub(crate) fn record(self) -> Option<RecordId> {
        match self {
            Self::Record(id) => Some(id),
            Self::Fetch(_) | Self::Server(_) => None,
        }
    }
}

/// Whoever has the smallest key comes first.
///
/// Nobody is taken out but in its turn: whether what it waited for still holds is asked then.
#[derive(Debug, Default)]
pub(crate) struct Queue(BinaryHeap<Reverse<(u64, Subject)>>);

impl Queue {
    pub(crate) fn push(&mut self, key: u64, subject: Subject) {
        self.0.push(Reverse((key, subject)));
    }

    pub(crate) fn first(&self) -> Option<(u64, Subject)> {
        self.0.peek().map(|Reverse(first)| *first)
    }

    pub(crate) fn pop(&mut self) -> Option<(u64, Subject)> {
        self.0.pop().map(|Reverse(first)| first)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Calls `look` with all of them, in no order.
    pub(crate) fn for_each(&self, mut look: impl FnMut(Subject)) {
        for Reverse((_, subject)) in &self.0 {
            look(*subject);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
