//! Transactions one after another, and those that queue up meanwhile in one.

use std::mem::take;

use crate::ids::CommitId;
use crate::input::Input;
use crate::ports::StoreError;
use crate::snapshot::Write;

/// Keeps the order of commits. Hundreds of small files would else need as many transactions.
pub(super) struct CommitQueue {
    epoch: u64,
    waiting: Vec<(CommitId, Vec<Write>)>,
    busy: bool,
    /// How many of the next ones must go alone, because together they failed.
    alone: usize,
}

/// Commits of one transaction.
pub(super) struct Batch(Vec<(CommitId, Vec<Write>)>);

/// How it went.
pub(super) struct Finished {
    pub(super) batch: Batch,
    pub(super) result: Result<(), StoreError>,
}

impl Batch {
    pub(super) fn writes(&self) -> Vec<Write> {
        self.0.iter().flat_map(|(_, writes)| writes.iter().cloned()).collect()
    }
}

impl CommitQueue {
    pub(super) fn new(epoch: u64) -> Self {
        Self { epoch, waiting: Vec::new(), busy: false, alone: 0 }
    }

    pub(super) fn push(&mut self, commit: CommitId, writes: Vec<Write>) {
        self.waiting.push((commit, writes));
    }

    /// What to commit now, under which epoch.
    pub(super) fn next(&mut self) -> Option<(Batch, u64)> {
        if self.busy || self.waiting.is_empty() {
            return None;
        }
        self.busy = true;
        let batch = if self.alone > 0 {
            self.alone -= 1;
            vec![self.waiting.remove(0)]
        } else {
            take(&mut self.waiting)
        };
        Some((Batch(batch), self.epoch))
    }

    /// What to tell the engine. A batch that failed is tried one by one, so that no commit fails
    /// for another's sake.
    pub(super) fn finished(&mut self, finished: Finished) -> Vec<Input> {
        self.busy = false;
        let Finished { batch: Batch(batch), result } = finished;
        match result {
            Ok(()) => batch.into_iter().map(|(commit, _)| Input::Committed { commit }).collect(),
            Err(error) if batch.len() > 1 && error != StoreError::Fenced => {
                self.alone += batch.len();
                let later = take(&mut self.waiting);
                self.waiting = batch;
                self.waiting.extend(later);
                Vec::new()
            }
            Err(error) => batch
                .into_iter()
                .map(|(commit, _)| Input::CommitFailed { commit, error: error.clone() })
                .collect(),
        }
    }
}
