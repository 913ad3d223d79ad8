//! "Temporarily unavailable": when to wait, for how long, when to give up.

use std::mem::take;

use crate::config::{Config, ParseDate, Retry};
use crate::http::{Head, RequestSpec};
use crate::ports::NetworkError;
use crate::server::Repute;
use crate::text::number;
use crate::time::{Instant, Millis, Timestamp};
use crate::trouble::{Known, Trouble};

/// Where a record stands with its server. The attempts themselves are counted in its row, as they
/// must survive the worker.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// When the attempts without progress began.
    since: Option<Instant>,
    /// Whether nobody answered the last one.
    silent: bool,
    /// How many responses of its server there had been at its last trouble.
    heard: Option<u32>,
    /// How often in a row it was one connection too many.
    crowded: u32,
    /// Those in a row that failed although the network works, this one included. They count by
    /// themselves: a server that comes back at the right moment looks like one that refuses, and
    /// has been asked often by then.
    denials: u32,
    /// Responses that did not fit what was stored, since there was more than ever.
    restarts: u32,
    /// Where the whole broke off last, and how often in a row.
    broke_at: (u64, u32),
    /// Ends that were none, as the server said, since there was more than ever.
    cuts: u32,
    /// Bodies without a byte, where nobody had said that there is none.
    empties: u32,
    /// Ranged requests in a row that were refused.
    refusals: u32,
    /// Whether the whole body is asked for, as the app did, though there is some of it.
    pub(crate) whole: bool,
    /// Set when parts have not fitted too often: the whole is asked for each time, as of a server without ranges.
    misfits: bool,
    /// Set when the server has answered a range with the whole of the same body: it takes `If-Range` for one that does
    /// not hold, as those do which only know dates.
    pub(crate) unconditional: bool,
    /// Whether what was repeated last was not found equal to what is stored, which the store may have failed to give.
    pub(crate) unequal: bool,
    /// The ETags of responses that were of another than the stored one.
    tags: Vec<String>,
    /// Set when one of them has come again: each node of the server has its own, and they tell nothing.
    pub(crate) by_node: bool,
    /// Set in the life of a worker that has not asked yet: what comes of that is no attempt that
    /// counts, since each life begins with one, however short the wait has been.
    pub(crate) fresh: bool,
    /// Set when the server has answered a second request beside a silent body with something else than
    /// the rest of it.
    pub(crate) unhedged: bool,
    /// Set when the server has answered a probe, though the browser says that there is no network.
    pub(crate) reachable: bool,
}

/// What came before trouble.
#[derive(Debug, Clone, Copy)]
pub(crate) struct History {
    /// Attempts without progress.
    pub(crate) attempts: u32,
    pub(crate) known: Known,
    /// How long nobody has answered, over all lives.
    pub(crate) silent_for: Millis,
    /// Since when the server answers none of its records.
    pub(crate) away_since: Option<Instant>,
}

/// What to do about trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Advice {
    /// Ask again then; it counts as an attempt if `counts`.
    Wait { until: Instant, counts: bool },
    /// It will not get better.
    GiveUp,
}

impl Standing {
    /// Whether trouble is the server's, and so keeps all of its records waiting. What a record meets again, though
    /// others have been answered since, is its own: one file may be lacking where the rest is there.
    pub(crate) fn blames_server(&mut self, trouble: Trouble, repute: &Repute) -> bool {
        let before = self.heard.replace(repute.answers);
        trouble.is_of_server() && before.is_none_or(|heard| heard == repute.answers)
    }

    /// It was one connection too many. How long to wait, if it has been before.
    pub(crate) fn is_crowded_again(&mut self, config: &Retry, random: u64) -> Option<Millis> {
        let before = self.crowded;
        self.crowded = before.saturating_add(1);
        (before > 0).then(|| back_off(config, config.doubled(before), random))
    }

    /// Decides on the next attempt.
    pub(crate) fn advise(
        &mut self,
        config: &Retry,
        now: Instant,
        trouble: Trouble,
        history: &History,
        random: u64,
    ) -> Advice {
        let History { attempts, known, silent_for, away_since } = *history;
        let silent = trouble.is_silence(known);
        let since = self.since.filter(|_| attempts > 0 || self.silent).unwrap_or(now);
        let since = away_since.map_or(since, |away| away.min(since));
        (self.since, self.silent) = (Some(since), silent);
        self.denials = if trouble.is_denial() { self.denials.saturating_add(1) } else { 0 };
        let away = now.after(since);
        let was_there = match known {
            Known::Itself => true,
            Known::Server => trouble.is_of_server(),
            Known::Nobody => silent,
        };
        // One that answers is there, and says itself that it is asked too often.
        let known_for = (was_there && !matches!(trouble, Trouble::Busy(_))).then_some(away);
        let limit = match trouble {
            // Not by a clock alone that somebody has set.
            _ if silent
                && silent_for >= config.silence
                && away >= config.cap.min(config.silence) =>
            {
                0
            }
            _ if silent => u32::MAX,
            Trouble::Network(NetworkError::Forbidden) => 0,
            Trouble::Network(NetworkError::Offline) => {
                return Advice::Wait { until: now + config.offline_poll, counts: false };
            }
            _ if known == Known::Itself => config.known_attempts,
            // Errors of a busy one often lack the headers of CORS; one that has never answered may just refuse.
            Trouble::Network(NetworkError::Refused)
                if known == Known::Nobody && self.denials > config.refused_attempts =>
            {
                0
            }
            Trouble::Network(NetworkError::Absent) if self.denials > config.absent_attempts => 0,
            _ => config.attempts,
        };
        if attempts >= limit {
            return Advice::GiveUp;
        }
        // A server that asks for less than the back-off knows no better: many say 0, always.
        let asked = trouble.named_wait().unwrap_or_default();
        let wait = back_off(config, longest_wait(config, attempts, known_for), random).max(asked);
        // What is not answered is no attempt of a server's; but one that thinks for long is given longer each time.
        let counts = !silent || trouble == Trouble::Unanswered && attempts < MOST_PATIENT;
        let counts = !take(&mut self.fresh) && counts;
        Advice::Wait { until: now + wait, counts }
    }

    /// A ranged request was refused; after some, the app's own is made.
    pub(crate) fn range_refused(&mut self) {
        self.refusals += 1;
        self.whole |= self.refusals >= REFUSALS;
    }

    /// A response has begun that goes on with what is stored, or anew.
    pub(crate) fn accepted(&mut self) {
        self.crowded = 0;
        self.refusals = 0;
        self.whole = false;
        self.unequal = false;
    }

    /// The app's own request is not served either, and so it may not have been for the ranges that they were refused.
    pub(crate) fn fails_at_all(&mut self) {
        if take(&mut self.refusals) > 0 {
            self.whole = false;
        }
    }

    /// A response has another ETag than the stored one.
    pub(crate) fn note_other_tag(&mut self, stored: &str, other: &str) {
        if self.tags.iter().any(|tag| tag == other) {
            self.by_node = true;
        } else if self.tags.len() < MOST_TAGS {
            self.tags.extend([stored.to_owned(), other.to_owned()]);
        }
    }

    /// More is stored than ever.
    pub(crate) fn progressed(&mut self) {
        self.restarts = 0;
        self.cuts = 0;
    }

    /// What came to an end was not all. Whether to go on: a server may say so each time.
    pub(crate) fn may_go_on_after_end(&mut self, config: &Retry) -> bool {
        self.cuts += 1;
        self.cuts <= config.restarts + 1
    }

    /// A body came to an end without a byte, and nobody had said so. Whether to ask once more: of a head that breaks off,
    /// some browsers make a response.
    pub(crate) fn may_doubt_empty(&mut self) -> bool {
        self.empties += 1;
        self.empties <= EMPTIES
    }

    /// A response that was begun from scratch has brought nothing.
    pub(crate) fn take_back_restart(&mut self) {
        self.restarts = self.restarts.saturating_sub(1);
    }

    /// Whether all that has come since there was more than ever was of what is stored.
    pub(crate) fn fits(&self) -> bool {
        self.restarts == 0
    }

    /// Whether no part is asked for.
    pub(crate) fn asks_for_all(&self) -> bool {
        self.whole || self.misfits
    }

    /// The whole broke off here. Whether it always does, shortly before the `end` that it declares, and parts did not
    /// fit either: then its length is wrong, and each attempt costs all of it for nothing.
    pub(crate) fn always_breaks_at(&mut self, at: u64, end: Option<u64>) -> bool {
        let (before, times) = self.broke_at;
        self.broke_at = (at, if before == at { times + 1 } else { 1 });
        let nearly = end.is_some_and(|end| end.saturating_sub(at) <= at / 16);
        nearly && self.asks_for_all() && self.broke_at.1 >= SAME_BREAKS
    }

    /// What came does not fit what is stored. Whether to begin from scratch once more. Where it was a part, there are no
    /// more of them, rather than an end.
    pub(crate) fn may_restart(&mut self, config: &Retry, part: bool) -> bool {
        self.restarts += 1;
        let few = self.restarts <= config.restarts;
        let last_part = part && !few && !self.misfits;
        self.misfits |= last_part;
        few || last_part
    }
}

/// Of a server that has another one each time, no more are worth keeping.
const MOST_TAGS: usize = 16;

/// So many ranged requests may be refused in a row before the whole is asked for: a deploy passes.
const REFUSALS: u32 = 3;

/// So many empty bodies are doubted.
const EMPTIES: u32 = 2;

/// So many times the usual patience is the most.
pub(crate) const MOST_PATIENT: u32 = 10;

/// Of a server that was there a moment ago and is not now, as long again as it has been away: what an outage costs
/// is no more than twice itself. Of one that never answered, or says "not now", the doubled base.
fn longest_wait(config: &Retry, attempts: u32, known_for: Option<Millis>) -> Millis {
    known_for.unwrap_or_else(|| config.doubled(attempts))
}

/// Breaks of the whole at the same byte.
const SAME_BREAKS: u32 = 4;

/// Full jitter: anything between nothing and the longest wait, so that clients of a server that
/// comes back do not all arrive at once.
fn back_off(config: &Retry, longest: Millis, random: u64) -> Millis {
    let most = longest.max(config.base).min(config.cap);
    Millis(random % most.0.saturating_add(1))
}

/// Whether a response to a GET says "not now": by its status, or as any 5xx with `Retry-After`. When the rest of a
/// body is asked for, any 5xx says so: the server has given the first part before.
pub(crate) fn busy(
    request: &RequestSpec,
    head: &Head,
    resuming: bool,
    now: Timestamp,
    config: &Config,
) -> Option<Trouble> {
    let after = retry_after(head, now, config.parse_date);
    let fails = (500..600).contains(&head.status) && (resuming || after.is_some());
    let busy = passes(head.status) || fails;
    let asked = after.unwrap_or_default().min(config.retry.retry_after_cap);
    (request.is_get() && busy).then_some(Trouble::Busy(asked))
}

/// Whether a status says "not now" by itself, other than 500, which says that the server fails at this.
pub(crate) fn passes(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 502..=504)
}

/// [Retry-After](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3), seconds or a date: one of the server's
/// clock, so its own `Date` is now, where it may be read.
fn retry_after(head: &Head, now: Timestamp, parse_date: ParseDate) -> Option<Millis> {
    let value = head.header("retry-after")?.trim_ascii();
    if let Some(seconds) = number(value) {
        return Some(Millis::from_secs(seconds));
    }
    let now = head.header("date").and_then(parse_date).unwrap_or(now);
    parse_date(value).map(|date| date.after(now))
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
