//! Non-GET requests: nobody knows what a second one would do, so each is sent once at most.
//!
//! That it is about to be sent is durable before it is. Whoever finds it so after a crash, and no
//! result, cannot know how far it came, and fails it. While the browser says that there is no
//! network, it is not sent, and so nothing is lost by waiting. Some say so though there is one, at
//! least to the same machine; so the server is asked for an answer that does not matter.

use std::mem::take;
use std::rc::Rc;

use crate::context::Context;
use crate::ids::TransferId;
use crate::ledger::After;
use crate::output::Output;
use crate::ports::{Exchange, NetworkError};
use crate::record::{Next, Phase, Record};
use crate::transfer::{End, Stream};
use crate::trouble::Trouble;

impl Record {
    /// Whether the request was sent and may not be sent again.
    pub(super) fn is_spent(&self) -> bool {
        !self.request().is_get() && (self.row.attempts > 0 || self.row.head.is_some())
    }

    /// Writes down that the request of a new transfer is sent, which comes next; or asks first
    /// whether the server can be reached.
    pub(super) fn send_once(&mut self, cx: &mut Context<'_>, id: TransferId, exchange: Exchange) {
        if !(cx.online || take(&mut self.standing.reachable)) {
            return probe(cx, id, exchange);
        }
        self.row.attempts = 1;
        let mut writes = Vec::new();
        self.write_row(&mut writes);
        let exchange = Box::new(exchange);
        cx.commit(writes, After::Marked { record: self.id, transfer: id, exchange });
    }

    /// The answer to a probe, by how it ended.
    pub(super) fn probed(&mut self, cx: &mut Context<'_>, end: End) -> Next {
        self.close_transfers(cx, None);
        self.standing.reachable = match end {
            End::Broken(Trouble::Network(error)) => {
                matches!(error, NetworkError::Refused | NetworkError::Forbidden)
            }
            end => end == End::Whole,
        };
        if self.standing.reachable {
            return self.await_connection();
        }
        let until = cx.now.monotonic + cx.config.retry.offline_poll;
        let trouble = Trouble::Network(NetworkError::Offline);
        self.phase = Phase::Waiting { until, trouble };
        Next::Wait(until)
    }

    /// The mark is durable. If the fetch was aborted meanwhile, nothing is sent.
    pub(super) fn marked(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        exchange: Box<Exchange>,
    ) -> Next {
        if cx.transfers.get(id).is_none() {
            return Next::Nothing;
        }
        if let Some(until) = cx.servers.held_until(self.server, cx.now.monotonic) {
            // It has said so to another one meanwhile. That this one has not been sent is written down, too.
            self.close_transfers(cx, None);
            self.row.attempts = 0;
            self.note(cx);
            return self.hold(until);
        }
        cx.outbox.emit(Output::Open { transfer: id, exchange });
        Next::Nothing
    }
}

fn probe(cx: &mut Context<'_>, id: TransferId, mut exchange: Exchange) {
    let request = Rc::make_mut(&mut exchange.request);
    "HEAD".clone_into(&mut request.method);
    // Whoever the server lets read its answers: that there is one, is all.
    "no-cors".clone_into(&mut request.mode);
    // In this mode no browser sends anything else.
    "follow".clone_into(&mut request.redirect);
    "no-store".clone_into(&mut request.cache);
    request.headers.clear();
    request.body_length = None;
    exchange.attempt = None;
    if let Some(transfer) = cx.transfers.get_mut(id) {
        transfer.stream = Stream::Probing;
        transfer.patience = cx.config.stall;
    }
    cx.outbox.emit(Output::Open { transfer: id, exchange: Box::new(exchange) });
}
