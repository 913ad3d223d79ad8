//! A body comes over several connections at a time.
//!
//! All are opened at once, and measured: where they bring no more than the one did before, that goes on alone. Each
//! brings its part; who is at its end takes half of what another has still to bring. The first is never given up for the
//! others: an *extra* one that fails, or is answered with something else, costs what is on its way over it.

use crate::config::Config;
use crate::context::Context;
use crate::http::{ByteRange, Head};
use crate::ids::TransferId;
use crate::record::representation::{self, Part};
use crate::record::{Next, Phase, Record, standing};
use crate::transfer::{End, Stream, Transfer, Transfers};
use crate::trouble::Trouble;

impl Record {
    /// More of a body has come over this connection: whether that shows that there should be more of them, or fewer.
    pub(super) fn weigh_connections(&mut self, cx: &mut Context<'_>, id: TransferId) {
        if self.parts.is_split() {
            self.judge(cx);
        } else if let Some((plan, rate)) = self.split_of_one(cx, id) {
            self.parts.split(cx.now.monotonic, plan, rate);
            if let Some(transfer) = cx.transfers.get_mut(id) {
                transfer.lower(transfer.position.saturating_add(plan.1));
            }
        }
    }

    /// How one connection that has had its time should be split, and the rate at which it brings the body.
    fn split_of_one(&self, cx: &Context<'_>, id: TransferId) -> Option<((usize, u64), u64)> {
        let one = cx.transfers.get(id).filter(|one| one.is_streaming())?;
        let rate = self.parts.current_rate();
        let waited = cx.now.monotonic.after(one.began.1) >= cx.config.split.after && rate > 0;
        let alone = cx.transfers.of(self.id).filter(|one| one.is_open()).count() == 1;
        // What outruns the script would do so over several connections, too.
        let outruns = cx.config.bypass.as_ref().is_some_and(|bypass| rate >= bypass.threshold);
        if !waited || !alone || outruns {
            return None;
        }
        self.worthwhile_split(cx, rate).map(|plan| (plan, rate))
    }

    /// Parts that bypass the script came slower than that is, at this rate each: more of them may bring more.
    pub(super) fn split_after_bypass(&mut self, cx: &mut Context<'_>, single: u64) {
        if let Some(plan) = self.worthwhile_split(cx, single) {
            self.parts.split(cx.now.monotonic, plan, single);
        }
    }

    /// Among how many connections what is missing should be split, and in parts of which length, where one brings it at
    /// this rate.
    fn worthwhile_split(&self, cx: &Context<'_>, rate: u64) -> Option<(usize, u64)> {
        let (split, now) = (&cx.config.split, cx.now.monotonic);
        if cx.contended || self.phase != Phase::Running || !self.may_split() {
            return None;
        }
        let missing = self.total()?.saturating_sub(self.downloaded(cx.transfers));
        let soon = missing < split.least || missing / rate.max(1) < split.left.0 / 1000;
        if soon || !cx.servers.may_gain(self.server, now) {
            return None;
        }
        let free = cx.config.connections.saturating_sub(cx.transfers.open().count());
        let room = free.min(cx.servers.room(self.server, now, cx.transfers));
        let own = cx.transfers.of(self.id).filter(|one| one.is_open()).count();
        let parts = missing / self.parts.least(own).max(1);
        let streams = (own + room).min(usize::try_from(parts).unwrap_or(usize::MAX));
        let have_room = cx.transfers.have_room(cx.config);
        (streams > 1 && have_room).then(|| (streams, missing.div_ceil(streams as u64)))
    }

    /// Whether several parts of the body may be asked for at once: its length is known, and something tells its versions
    /// apart, though it may be hidden whether the server has ranges.
    pub(super) fn may_split(&self) -> bool {
        let told =
            |head: &Head| self.row.validator.is_some() || representation::is_told_apart(head);
        self.parts.may_split()
            && self.may_resume()
            && !self.standing.by_node
            && !self.standing.asks_for_all()
            && self.total().is_some()
            && self.head().is_some_and(told)
    }

    /// Whether each part can be checked on its own, and the server says that it has them.
    pub(super) fn is_checkable(&self) -> bool {
        self.may_split()
            && !self.must_overlap()
            && self.head().is_some_and(representation::may_split)
    }

    /// Whether the server is known to have ranges: it says so, or has given a part.
    fn has_ranges(&self) -> bool {
        self.parts.has_ranges() || self.head().is_some_and(representation::may_split)
    }

    /// Gives the extra connections up if they have turned out to bring nothing more.
    fn judge(&mut self, cx: &mut Context<'_>) {
        let now = cx.now.monotonic;
        let open = || cx.transfers.of(self.id).filter(|one| one.is_open());
        if open().any(Transfer::is_doubted) {
            // A silence says nothing of what they bring together, and the oldest may be lost.
            self.parts.measure_anew(now);
            return;
        }
        // What bypasses the script is not seen.
        let seen = |one: &Transfer| one.is_answered() && one.stream != Stream::Bypassing;
        let there = open().count() > 1 && open().all(seen);
        let is_alone = open().count() < 2;
        if !self.parts.has_no_gain(&cx.config.split, now, there) || is_alone {
            return;
        }
        cx.servers.note_no_gain(self.server, now + cx.config.split.rest);
        self.go_on_with_oldest(cx);
    }

    /// Gives all connections up but the oldest. What they have brought is kept.
    fn go_on_with_oldest(&mut self, cx: &mut Context<'_>) {
        let mut open = Vec::new();
        for one in cx.transfers.of(self.id).filter(|one| one.is_open()) {
            open.push(one.id);
        }
        self.parts.join();
        for id in open.into_iter().skip(1) {
            // The oldest goes on, so that nothing can follow from this.
            let _ = self.finish(cx, id, End::Enough);
        }
        self.widen(cx);
    }

    /// Who has come to where another one was to begin, and that has not even been answered, goes on.
    pub(super) fn take_over_unanswered(&mut self, cx: &mut Context<'_>, id: TransferId) {
        let limit = cx.transfers.get(id).and_then(|one| one.limit);
        let late = |other: &&Transfer| {
            other.extra && !other.is_answered() && Some(other.taken().start) == limit
        };
        let Some(late) = cx.transfers.of(self.id).find(late).map(|other| other.id) else { return };
        // Neither can anything follow from this, as one goes on.
        let _ = self.finish(cx, late, End::Broken(Trouble::Unanswered));
        self.widen(cx);
    }

    /// Lets those that were to end before the part of another go on, if nobody brings that.
    pub(super) fn widen(&mut self, cx: &mut Context<'_>) {
        let mut wider = Vec::new();
        for one in cx.transfers.of(self.id).filter(|one| one.is_streaming()) {
            let Some(limit) = one.limit else { continue };
            let others = cx.transfers.of(self.id).filter(|other| other.id != one.id);
            let taken = others.map(Transfer::taken).filter(|taken| taken.end != Some(taken.start));
            let pieces = self.body.segments.iter().map(|piece| piece.start);
            let next = taken.map(|taken| taken.start).chain(pieces).filter(|at| *at >= limit).min();
            wider.push((one.id, next));
        }
        for (id, limit) in wider {
            if let Some(transfer) = cx.transfers.get_mut(id) {
                transfer.limit = limit;
            }
        }
    }

    /// Whether one more connection may bring some of the body.
    pub(crate) fn wants_connection(&self, config: &Config, transfers: &Transfers) -> bool {
        let open = transfers.of(self.id).filter(|one| one.is_open()).count();
        // What failed may have to wait, once all that it brought is stored; what was enough need not wait for that.
        let several = self.parts.bypass() || self.parts.is_split();
        let goes_on = || several && !transfers.of(self.id).any(Transfer::has_failed);
        self.phase == Phase::Running
            && (open > 0 || goes_on())
            && !self.standing.asks_for_all()
            && open < self.most_connections(config)
            && (self.uncovered(transfers).is_some()
                || self.longest(config, transfers).is_some()
                || self.has_provable_seam(transfers, config.overlap))
    }

    /// A second one has to show that parts of this body come from the server, before there are more.
    fn most_connections(&self, config: &Config) -> usize {
        let most = self.parts.connections(config);
        // Until a part has been answered with that, one is risked, not all: what is on its way over it may be for nothing.
        let sure = self.parts.has_ranges() || self.parts.bypass() && self.has_ranges();
        if sure { most } else { most.min(2) }
    }

    /// Who has most to bring still, if that is worth to be shared; and the middle of it.
    fn longest(&self, config: &Config, transfers: &Transfers) -> Option<(TransferId, u64)> {
        if !self.parts.is_split() {
            return None;
        }
        let total = self.total()?;
        let rest = |one: &Transfer| {
            let end = one.wanted_end().unwrap_or(total).min(total);
            end.saturating_sub(one.position)
        };
        let streaming = transfers.of(self.id).filter(|one| one.is_streaming());
        let longest = streaming.max_by_key(|one| rest(one))?;
        let open = transfers.of(self.id).filter(|one| one.is_open()).count();
        let least = config.split.halved.max(self.parts.least(open).saturating_mul(2));
        let rest = rest(longest);
        (rest >= least.max(2)).then(|| (longest.id, longest.position + rest / 2))
    }

    /// What one more connection is to bring: what nobody does, or half of what one has still to bring.
    pub(super) fn next_gap(&mut self, cx: &mut Context<'_>) -> Option<ByteRange> {
        if let Some(gap) = self.uncovered(cx.transfers) {
            return Some(self.probed_at_the_end(gap));
        }
        let (id, middle) = self.longest(cx.config, cx.transfers)?;
        cx.transfers.get_mut(id)?.lower(middle);
        self.uncovered(cx.transfers)
    }

    /// Where nobody has said that there are ranges, the end of the body is asked for first: whoever gives just that knows
    /// how long the body is.
    fn probed_at_the_end(&self, gap: ByteRange) -> ByteRange {
        let total = self.total().filter(|_| self.parts.is_split() && !self.has_ranges());
        let last = total.filter(|total| gap.end.is_none_or(|end| end == *total));
        let Some(total) = last else { return gap };
        let start = total.saturating_sub(self.parts.length()).max(gap.start);
        ByteRange { start, end: Some(total) }
    }

    /// Whether a server that is asked for more beside what it has given is too busy for that; else it has served it.
    pub(super) fn busy_beside(&mut self, cx: &mut Context<'_>, head: &Head) -> Option<Trouble> {
        let busy = standing::busy(self.request(), head, true, cx.now.wall, cx.config);
        if busy.is_none() {
            cx.servers.served(self.server);
            self.note_tag(head);
        }
        busy
    }

    /// The head of the response over an extra connection.
    pub(super) fn opened_extra(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        head: &Head,
        followed: Option<u64>,
    ) -> Next {
        if let Some(trouble) = self.busy_beside(cx, head) {
            return self.finish(cx, id, End::Broken(trouble));
        }
        let Some(transfer) = cx.transfers.get(id) else { return Next::Nothing };
        let Some(asked) = transfer.asked else { return self.finish(cx, id, End::Mismatch) };
        let repeats = asked.start < transfer.position;
        match self.compare(asked, head, repeats) {
            Part::Continues { end } if !repeats || followed.is_some() => {
                self.parts.note_ranges();
                let total = representation::complete_length(head).or(self.total());
                self.continued(cx, id, (end, total), followed)
            }
            Part::Complete if self.may_ask_without_condition(cx, Some(asked), head) => {
                self.standing.unconditional = true;
                self.finish(cx, id, End::Enough)
            }
            _ => self.finish(cx, id, End::Mismatch),
        }
    }

    /// One of several connections has come to nothing. That is nobody's failed attempt, and the others go on.
    pub(super) fn lost_connection(
        &mut self,
        cx: &mut Context<'_>,
        transfer: &Transfer,
        trouble: Option<Trouble>,
    ) -> Next {
        let now = cx.now.monotonic;
        if let Some(busy @ Trouble::Busy(_)) = trouble {
            if self.is_alone(cx.transfers) {
                // The last of them was no extra one any more.
                return self.retry(cx, busy);
            }
            self.limit_connections(cx, busy.named_wait());
        }
        // What does not fit, or came to nothing; what it has brought before stands behind a seam.
        let misfit = trouble.is_none();
        let refused = trouble.is_some_and(Trouble::is_refusal) && !transfer.has_brought();
        if transfer.extra && (misfit || refused) {
            self.parts.refuse();
        } else {
            if self.parts.bypass() {
                self.parts.fail();
            }
            self.parts.lose_one();
        }
        self.widen(cx);
        let brought = transfer.position.saturating_sub(transfer.began.0);
        if !self.parts.is_split() && transfer.extra && brought < cx.config.split.halved {
            cx.servers.note_no_gain(self.server, now + cx.config.split.rest);
        }
        self.go_on(cx)
    }
}

impl Transfer {
    /// It is to end here, if not before.
    fn lower(&mut self, limit: u64) {
        let limit = self.limit.map_or(limit, |before| before.min(limit));
        self.limit = Some(limit);
    }
}
