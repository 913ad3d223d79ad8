//! Where the app prepares each request: what it is told, and what follows where the server wants another URL or token
//! (401, 403), or the app has not prepared it.

use crate::config::Config;
use crate::context::Context;
use crate::ids::TransferId;
use crate::ports::{Attempt, NetworkError};
use crate::record::{Next, Phase, Record};
use crate::trouble::Trouble;

/// How the last requests were denied.
#[derive(Debug, Default)]
pub(crate) struct Denied {
    /// 401 or 403; 0 for none.
    status: u16,
    /// So often in a row.
    times: u32,
    /// The last request that was on its way at that time: those before it are of the same one.
    newest: Option<TransferId>,
}

impl Record {
    /// What the app is told of the next request.
    pub(super) fn attempt(&self, config: &Config) -> Option<Attempt> {
        config.preparation.map(|_| Attempt {
            number: self.row.attempts.saturating_add(self.denied.times).saturating_add(1),
            received: self.body.segments.stored(),
            status: self.denied.status,
        })
    }

    /// A response came with this status. If the app may know how it is to be asked for, it is asked for anew, a few times in a
    /// row; `None` where the response is to be taken for what it is.
    pub(super) fn denied(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        status: u16,
    ) -> Option<Next> {
        if cx.config.preparation.is_none() || !self.request().is_get() {
            return None;
        }
        if !matches!(status, 401 | 403) {
            self.denied = Denied::default();
            return None;
        }
        self.denied.status = status;
        if self.denied.newest.is_none_or(|newest| id > newest) {
            self.denied.times += 1;
            self.denied.newest = cx.transfers.of(self.id).map(|one| one.id).max();
        }
        let times = self.denied.times;
        if times > MOST {
            return None;
        }
        self.end_silence(cx);
        cx.servers.served(self.server);
        let next = self.withdraw(cx, id);
        Some(if next == Next::Ready { self.ask_later(cx, times - 1) } else { next })
    }

    /// What follows for an upload that was not even sent, as the app has not prepared it: that it was is taken back.
    pub(super) fn unsent(&mut self, cx: &mut Context<'_>, trouble: Trouble) -> Option<Next> {
        let unprepared = trouble == Trouble::Network(NetworkError::Unprepared);
        if !unprepared || self.denied.times >= cx.config.retry.attempts {
            return None;
        }
        self.denied.times += 1;
        self.row.attempts = 0;
        self.note(cx);
        Some(self.ask_later(cx, self.denied.times))
    }

    /// Waits longer each time.
    fn ask_later(&mut self, cx: &Context<'_>, times: u32) -> Next {
        let until = cx.now.monotonic + cx.config.retry.base * u64::from(times);
        self.phase = Phase::Waiting { until, trouble: Trouble::Refusal };
        Next::Wait(until)
    }
}

/// So often in a row the app is asked for another URL or token: some seconds.
const MOST: u32 = 5;
