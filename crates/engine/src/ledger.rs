//! Transactions under way, and what each is for.

use crate::ids::{CommandId, CommitId, FetchId, RecordId, TransferId};
use crate::outbox::Outbox;
use crate::output::Output;
use crate::ports::Exchange;
use crate::snapshot::{EntryKey, Write};

/// What a transaction was for.
#[derive(Debug)]
pub(crate) enum After {
    /// A new fetch; then answer.
    Created { fetch: FetchId, commands: Vec<CommandId> },
    /// A finished entry of this transfer, and perhaps the record's result, and the removal of rows of
    /// an older response.
    Segment { record: RecordId, transfer: TransferId, entry: EntryKey, settles: bool, cleans: bool },
    /// That this request is about to be sent.
    Marked { record: RecordId, transfer: TransferId, exchange: Box<Exchange> },
    /// A record's result.
    Settled(RecordId),
    /// The outcome, and the begun delivery, perhaps `again`; then answer those who aborted it.
    Ended { fetch: FetchId, commands: Vec<CommandId>, again: bool },
    /// That nothing is to be delivered any more; then the entries may go.
    Delivered(FetchId),
    /// The fetch is gone.
    Deleted(FetchId),
    /// A changed notification; then answer.
    Ui(CommandId),
    /// That a fetch is paused, or not any more; then answer.
    Paused { fetch: FetchId, command: CommandId, paused: bool },
    /// Segments are forgotten; then their entries may go.
    Freed(Vec<EntryKey>),
    /// Only for the next start.
    Note,
}

/// The transactions that are not durable yet. They become so in the order in which they were begun.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    commits: Vec<(CommitId, After)>,
}

impl Ledger {
    pub(crate) fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    pub(crate) fn commit(&mut self, outbox: &mut Outbox, writes: Vec<Write>, after: After) {
        let commit = CommitId(outbox.next_serial());
        self.commits.push((commit, after));
        outbox.emit(Output::Commit { commit, writes });
    }

    /// Takes out what a transaction that is over was for.
    pub(crate) fn take(&mut self, commit: CommitId) -> Option<After> {
        let at = self.commits.iter().position(|(id, _)| *id == commit)?;
        Some(self.commits.remove(at).1)
    }

    /// Whether it is being written down that this fetch is paused, or is not.
    pub(crate) fn pauses(&self, wanted: FetchId) -> bool {
        let of_it =
            |after: &After| matches!(after, After::Paused { fetch, .. } if *fetch == wanted);
        self.commits.iter().any(|(_, after)| of_it(after))
    }

    /// The calls that wait for this fetch to be created, if it is not yet.
    pub(crate) fn creation_of(&mut self, wanted: FetchId) -> Option<&mut Vec<CommandId>> {
        self.commits.iter_mut().find_map(|(_, after)| match after {
            After::Created { fetch, commands } if *fetch == wanted => Some(commands),
            _ => None,
        })
    }
}
