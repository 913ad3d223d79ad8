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
#[derive(Default)]
pub(super) struct Batch {
    /// With the number of writes that each has.
    commits: Vec<(CommitId, usize)>,
    /// Of all of them, in order.
    pub(super) writes: Vec<Write>,
}

/// How it went.
pub(super) struct Finished {
    pub(super) batch: Batch,
    pub(super) result: Result<(), StoreError>,
}

impl Batch {
    fn push(&mut self, (commit, writes): (CommitId, Vec<Write>)) {
        self.commits.push((commit, writes.len()));
        self.writes.extend(writes);
    }

    fn split(self) -> Vec<(CommitId, Vec<Write>)> {
        let mut writes = self.writes.into_iter();
        let own = |(commit, count)| (commit, writes.by_ref().take(count).collect());
        self.commits.into_iter().map(own).collect()
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
        let mut batch = Batch::default();
        if self.alone > 0 {
            self.alone -= 1;
            batch.push(self.waiting.remove(0));
        } else {
            take(&mut self.waiting).into_iter().for_each(|commit| batch.push(commit));
        }
        Some((batch, self.epoch))
    }

    /// What to tell the engine. A batch that failed is tried one by one, so that no commit fails
    /// for another's sake.
    pub(super) fn finished(&mut self, finished: Finished) -> Vec<Input> {
        self.busy = false;
        let Finished { batch, result } = finished;
        let commits = batch.commits.iter();
        match result {
            Ok(()) => commits.map(|&(commit, _)| Input::Committed { commit }).collect(),
            Err(error) if commits.len() > 1 && error != StoreError::Fenced => {
                self.alone += commits.len();
                let later = take(&mut self.waiting);
                self.waiting = batch.split();
                self.waiting.extend(later);
                Vec::new()
            }
            Err(error) => commits
                .map(|&(commit, _)| Input::CommitFailed { commit, error: error.clone() })
                .collect(),
        }
    }
}
