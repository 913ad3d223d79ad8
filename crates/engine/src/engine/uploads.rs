//! Requests that are no GETs: nobody knows what a second one would do, so each is sent once at most.
//!
//! That it is about to be sent is durable before it is. Whoever finds it so after a crash, and no
//! result, cannot know how far it came, and fails it. While the browser says that there is no
//! network, it is not sent, and so nothing is lost by waiting. Some say so though there is one, at
//! least to the same machine; so the server is asked for an answer that does not matter.

use std::mem::take;

use super::{After, Engine};
use crate::input::TransferId;
use crate::output::Output;
use crate::ports::{Exchange, NetworkError};
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

    /// Writes down that the request of a new transfer is sent, which comes next; or asks first
    /// whether the server can be reached.
    pub(super) fn send_once(&mut self, id: TransferId, exchange: Exchange) {
        let online = self.online;
        let Some(record) = self.record_mut(&exchange.uid, exchange.index) else { return };
        if !(online || take(&mut record.reachable)) {
            return self.probe(id, exchange);
        }
        record.row.tries = 1;
        let write = Write::PutRecord(record.row.clone());
        let exchange = Box::new(exchange);
        self.commit(vec![write], After::Marked { transfer: id, exchange });
    }

    fn probe(&mut self, id: TransferId, mut exchange: Exchange) {
        let request = &mut exchange.request;
        "HEAD".clone_into(&mut request.method);
        // Whoever the server lets read its answers: that there is one, is all.
        "no-cors".clone_into(&mut request.mode);
        request.headers.clear();
        request.body_length = None;
        let patience = Some(self.config.stall);
        if let Some(transfer) = self.transfer_mut(id) {
            transfer.stream = Stream::Probing;
            transfer.patience = patience;
        }
        self.emit(Output::Open { transfer: id, exchange });
    }

    /// The answer to a probe, by how it ended.
    pub(super) fn probed(&mut self, uid: &str, index: u32, end: End) {
        self.close_transfers(uid, index, None);
        let until = self.now + self.config.retry.offline_poll;
        let Some(record) = self.record_mut(uid, index) else { return };
        record.reachable = match end {
            End::Broken(Trouble::Network(error)) => {
                matches!(error, NetworkError::Refused | NetworkError::Forbidden)
            }
            end => end == End::Whole,
        };
        record.phase = if record.reachable {
            Phase::Pending
        } else {
            Phase::Waiting { until, trouble: Trouble::Network(NetworkError::Offline) }
        };
    }

    /// The mark is durable. If the fetch was aborted meanwhile, nothing is sent.
    pub(super) fn marked(&mut self, id: TransferId, exchange: Exchange) {
        if self.transfer(id).is_some() {
            self.emit(Output::Open { transfer: id, exchange });
        }
    }
}

impl Record {
    /// Whether the request was sent and may not be sent again.
    fn is_spent(&self) -> bool {
        !self.row.request.is_get() && (self.row.tries > 0 || self.row.head.is_some())
    }
}
