//! Requests that are no GETs: nobody knows what a second one would do, so each is sent once at most.
//!
//! That it is about to be sent is durable before it is. Whoever finds it so after a crash, and no
//! result, cannot know how far it came, and fails it. While the browser says that there is no
//! network, it is not sent, and so nothing is lost by waiting. Some say so though there is one, at
//! least to the same machine; so the server is asked for an answer that does not matter.

use super::{After, Engine};
use crate::input::TransferId;
use crate::output::Output;
use crate::ports::NetworkError;
use crate::record::{Phase, Record};
use crate::retry::Trouble;
use crate::snapshot::Write;
use crate::transfer::{End, Stream};

impl Engine {
    /// Ends a record whose request was sent before. `false` if it was not.
    pub(super) fn end_if_spent(&mut self, uid: &str, index: u32) -> bool {
        let spent = self.record(uid, index).is_some_and(Record::is_spent);
        if spent {
            self.give_up(uid, index);
        }
        spent
    }

    /// Sends the request of a new transfer as soon as it may be.
    pub(super) fn send_once(&mut self, id: TransferId) {
        if self.online { self.mark(id) } else { self.probe(id) }
    }

    /// Asks whether the server can be reached.
    fn probe(&mut self, id: TransferId) {
        let Some(mut exchange) = self.exchange_of(id) else { return };
        let request = &mut exchange.request;
        "HEAD".clone_into(&mut request.method);
        // Whoever the server lets read its answers: that there is one, is all.
        "no-cors".clone_into(&mut request.mode);
        request.headers.clear();
        request.body_length = None;
        if let Some(transfer) = self.transfer_mut(id) {
            transfer.stream = Stream::Probing;
        }
        self.emit(Output::Open { transfer: id, exchange });
    }

    /// The answer to a probe, by how it ended.
    pub(super) fn probed(&mut self, id: TransferId, end: End) {
        self.emit(Output::Close { transfer: id });
        match end {
            End::Broken(Trouble::Network(NetworkError::Refused | NetworkError::Forbidden))
            | End::Whole => self.mark(id),
            _ => self.stay_offline(id),
        }
    }

    fn stay_offline(&mut self, id: TransferId) {
        let until = self.now + self.config.retry.offline_poll;
        let Some(at) = self.transfers.iter().position(|one| one.id == id) else { return };
        let transfer = self.transfers.remove(at);
        if let Some(record) = self.record_mut(&transfer.uid, transfer.index) {
            let trouble = Trouble::Network(NetworkError::Offline);
            record.phase = Phase::Waiting { until, trouble };
        }
    }

    /// Writes down that it is sent, which comes next.
    fn mark(&mut self, id: TransferId) {
        let Some(transfer) = self.transfer_mut(id) else { return };
        transfer.stream = Stream::Opening;
        transfer.patience = None;
        let (uid, index) = (transfer.uid.clone(), transfer.index);
        let Some(record) = self.record_mut(&uid, index) else { return };
        record.row.tries = 1;
        let write = Write::PutRecord(record.row.clone());
        self.commit(vec![write], After::Marked { transfer: id });
    }

    /// The mark is durable. If the fetch was aborted meanwhile, nothing is sent.
    pub(super) fn marked(&mut self, id: TransferId) {
        let Some(exchange) = self.exchange_of(id) else { return };
        let now = self.now;
        if let Some(transfer) = self.transfer_mut(id) {
            transfer.alive_at = now;
            transfer.patience = exchange.request.body_length.is_none().then_some(transfer.stall);
        }
        self.emit(Output::Open { transfer: id, exchange });
    }
}

impl Record {
    /// Whether the request was sent and may not be sent again.
    fn is_spent(&self) -> bool {
        !self.row.request.is_get() && (self.row.tries > 0 || self.row.head.is_some())
    }
}
