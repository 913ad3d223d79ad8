//! Trouble: whether a record waits for its server, or by itself, and for how long; or is given up.

use crate::context::Context;
use crate::ledger::After;
use crate::record::saved::Saved;
use crate::record::standing::{Advice, History};
use crate::record::{Next, Phase, Record};
use crate::server::{Hold, Repute};
use crate::time::{Instant, Millis, Time};
use crate::trouble::{Known, Trouble};

impl Record {
    /// Puts a record that met trouble off, or ends it.
    pub(super) fn retry(&mut self, cx: &mut Context<'_>, trouble: Trouble) -> Next {
        // Whatever was split begins again with one connection.
        self.parts.join();
        // What has come to an end, though it brought nothing, is all that there is now, perhaps.
        let ended = self.body.doubted_end().is_some();
        if !ended && self.go_back() {
            // That it does not fit may have to be found out once more, which is no misfit of the server's.
            self.standing.take_back_restart();
        }
        let random = cx.outbox.next_random();
        if !self.request().is_get() {
            return self.unsent(cx, trouble).unwrap_or_else(|| self.give_up(cx));
        }
        let repute = cx.servers.repute(self.server);
        let blames = self.standing.blames_server(trouble, &repute);
        if matches!(trouble, Trouble::Busy(_)) && cx.transfers.served_by(self.server) > 0 {
            return self.wait_for_fewer(cx, trouble);
        }
        let Time { wall, monotonic: now } = cx.now;
        let history = History {
            attempts: self.row.attempts.max(if blames { repute.failures } else { 0 }),
            known: self.known(&repute),
            silent_for: self.row.silent_since.map_or(Millis::ZERO, |since| wall.after(since)),
            away_since: repute.doubted.filter(|_| blames),
        };
        match self.standing.advise(&cx.config.retry, now, trouble, &history, random) {
            Advice::GiveUp if trouble.may_be_of_range() && self.may_ask_for_all() => {
                self.restart(cx, true)
            }
            Advice::GiveUp => {
                if blames {
                    cx.servers.give_up(self.server);
                }
                self.give_up(cx)
            }
            Advice::Wait { until, counts } => {
                let silent = trouble.is_silence(history.known) && self.row.silent_since.is_none();
                if silent {
                    self.row.silent_since = Some(wall);
                }
                let named = trouble.named_wait().filter(|_| blames);
                if let Some(asked) = named {
                    self.row.hold = Some(wall + asked);
                }
                if silent || named.is_some() {
                    cx.servers.note_away(self.server, self.id);
                }
                self.row.attempts += u32::from(counts);
                if counts || silent || named.is_some() {
                    self.note(cx);
                }
                if blames {
                    let hold = Hold { until, named: named.is_some() };
                    cx.servers.hold(self.server, now, hold, counts);
                }
                self.wait(until, trouble, blames)
            }
        }
    }

    /// Waits for its server, or by itself.
    fn wait(&mut self, until: Instant, trouble: Trouble, for_server: bool) -> Next {
        if for_server {
            return self.hold(until);
        }
        self.phase = Phase::Waiting { until, trouble };
        Next::Wait(until)
    }

    /// Waits for its server.
    pub(super) fn hold(&mut self, until: Instant) -> Next {
        self.phase = Phase::Held;
        Next::Held(until)
    }

    /// Who has been heard of by this record.
    fn known(&self, repute: &Repute) -> Known {
        match (&self.row.head, repute.has_answered) {
            (Some(_), _) => Known::Itself,
            (None, true) => Known::Server,
            (None, false) => Known::Nobody,
        }
    }

    /// A server that brings something on other connections says "not now" to one more: that is nobody's failed attempt.
    fn wait_for_fewer(&mut self, cx: &mut Context<'_>, trouble: Trouble) -> Next {
        let retry = &cx.config.retry;
        let random = cx.outbox.next_random();
        let named = trouble.named_wait();
        let again = self.standing.is_crowded_again(retry, random);
        // What it meets once more may be its own, and says nothing of the others.
        if again.is_none() {
            self.limit_connections(cx, named);
        }
        let wait = named.or(again).unwrap_or(retry.cap);
        self.wait(cx.now.monotonic + wait, trouble, named.or(again).is_none())
    }

    /// So many connections as bring something are what the server bears, for a while.
    pub(super) fn limit_connections(&self, cx: &mut Context<'_>, named: Option<Millis>) {
        let wait = named.unwrap_or_default().min(cx.config.retry.retry_after_cap);
        let until = cx.now.monotonic + wait.max(cx.config.retry.cap);
        let others = cx.transfers.served_by(self.server).max(1);
        cx.servers.limit(self.server, others, until);
    }

    /// Whether only parts of the body were asked for, of late.
    fn may_ask_for_all(&self) -> bool {
        !self.body.segments.is_empty() && !self.standing.asks_for_all()
    }

    /// Its server answered, and is not to be left alone any more if that time is over: after the clock has been set back,
    /// the next worker would take it for one that is not.
    pub(super) fn end_silence(&mut self, cx: &mut Context<'_>) {
        let held = cx.servers.held_until(self.server, cx.now.monotonic).is_some();
        let hold = if held { None } else { self.row.hold.take() };
        let was_away = self.row.silent_since.take().is_some() || hold.is_some();
        if was_away && !self.is_over() {
            self.note(cx);
        }
    }

    /// Has its row written, for the next start.
    pub(super) fn note(&mut self, cx: &mut Context<'_>) {
        let mut writes = Vec::new();
        self.write_row(&mut writes);
        if self.row.head.is_some() && self.saved == Saved::Nothing {
            self.saved = Saved::Head;
        }
        cx.commit(writes, After::Note);
    }
}
