//! What follows when a transaction is durable, or did nothing.

use super::{Engine, commands};
use crate::error::Error;
use crate::fetch::Fetch;
use crate::ids::{CommandId, CommitId, FetchId};
use crate::input::Reply;
use crate::ledger::After;
use crate::ports::StoreError;
use crate::record::{Event, Record};

impl Engine {
    /// A transaction is durable.
    pub(super) fn committed(&mut self, commit: CommitId) {
        match self.ledger.take(commit) {
            Some(After::Created { fetch, commands }) => {
                self.with(fetch, |fetch, cx| commands::begun(cx, fetch, commands));
                self.line_up(fetch);
            }
            Some(After::Segment { record, transfer, entry, settles, cleans }) => {
                if self.fetches.get(record.fetch).is_some() {
                    let event = Event::Recorded { transfer, entry, settles, cleans };
                    self.of_record(record, event);
                } else {
                    self.ledger.commit(&mut self.outbox, Vec::new(), After::Freed(vec![entry]));
                }
            }
            Some(After::Marked { record, transfer, exchange }) => {
                self.of_record(record, Event::Marked(transfer, exchange));
            }
            Some(After::Settled(record)) => {
                self.of_record(record, Event::Settled { durable: true });
            }
            Some(After::Ended { fetch, commands, .. }) => self.ended(fetch, commands),
            Some(After::Delivered(fetch)) => {
                self.with(fetch, |fetch, cx| fetch.delivered(cx));
            }
            Some(After::Deleted(fetch)) => self.fetches.forget(fetch),
            Some(After::Freed(entries)) => self.outbox.delete(entries),
            Some(After::Ui(command)) => self.outbox.reply(command, Reply::Done(Ok(()))),
            Some(After::Paused { fetch, command, paused }) => {
                self.with(fetch, |fetch, _| fetch.stored_paused = paused);
                self.outbox.reply(command, Reply::Abort(true));
            }
            Some(After::Note) | None => {}
        }
    }

    /// A transaction did nothing.
    pub(super) fn commit_failed(&mut self, commit: CommitId, error: StoreError) {
        match self.ledger.take(commit) {
            Some(After::Created { fetch, commands }) => {
                self.fetches.remove(fetch);
                let error = Error::from(error);
                for command in commands {
                    self.outbox.reply(command, Reply::Fetch(Err(error.clone())));
                }
            }
            Some(After::Segment { record, transfer, entry, cleans, .. }) => {
                if self.fetches.get(record.fetch).is_some() {
                    self.of_record(record, Event::NotRecorded { transfer, entry, error, cleans });
                } else {
                    self.outbox.delete(vec![entry]);
                }
            }
            Some(After::Marked { record, transfer, .. }) => {
                self.of_record(record, Event::NotMarked(transfer, error));
            }
            // The outcome stays decided, and is reported, even where it cannot be written down: after
            // a crash it would be found again.
            Some(After::Settled(record)) => {
                self.of_record(record, Event::Settled { durable: false });
            }
            Some(After::Ended { fetch, commands, again: false }) => {
                self.with(fetch, |fetch, cx| fetch.write_outcome(cx, commands, true));
            }
            Some(After::Ended { fetch, commands, .. }) => self.ended(fetch, commands),
            Some(After::Delivered(fetch) | After::Deleted(fetch)) => self.fetches.forget(fetch),
            Some(After::Ui(command)) => self.outbox.reply(command, Reply::Done(Ok(()))),
            Some(After::Paused { fetch, command, .. }) => {
                // What the next worker would not know of is not so in this one, either.
                if !self.ledger.pauses(fetch) {
                    self.with(fetch, |fetch, _| {
                        fetch.row.paused = fetch.stored_paused.then_some(true);
                    });
                    self.heed_pause(fetch);
                }
                self.outbox.reply(command, Reply::Done(Err(error.into())));
            }
            Some(After::Freed(_)) => {
                let records = self.fetches.iter_mut().flat_map(Fetch::records_mut);
                records.for_each(Record::note_rows_left);
            }
            Some(After::Note) | None => {}
        }
    }

    fn ended(&mut self, fetch: FetchId, commands: Vec<CommandId>) {
        for command in commands {
            self.outbox.reply(command, Reply::Abort(true));
        }
        self.with(fetch, Fetch::ended);
    }
}
