//! What comes from the network: what a response means, and where its body is cut into segments.

use std::mem::replace;

use crate::context::Context;
use crate::http::{ByteRange, Head};
use crate::ids::TransferId;
use crate::outcome::FailureReason;
use crate::output::Output;
use crate::record::representation::{self, Part};
use crate::record::{Next, Record, body, standing};
use crate::time::Millis;
use crate::transfer::{End, Hedge, PendingStore, Stream, rate};
use crate::trouble::Trouble;

impl Record {
    /// A response head arrived.
    pub(super) fn opened(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        head: Head,
        followed: Option<u64>,
    ) -> Next {
        let now = cx.now.monotonic;
        self.end_silence(cx);
        let Some(transfer) = cx.transfers.get_mut(id) else { return Next::Nothing };
        if transfer.stream == Stream::Probing {
            return self.probed(cx, End::Whole);
        }
        self.parts.note_head(now.after(transfer.began.1));
        transfer.alive_at = now;
        transfer.cut_at = now;
        transfer.began = (transfer.position, now);
        if let Hedge::For(_) = transfer.hedge {
            return self.opened_beside(cx, id, &head, followed);
        }
        if transfer.stream == Stream::Proving {
            return self.proved(cx, id, &head, followed);
        }
        if transfer.extra {
            return self.opened_extra(cx, id, &head, followed);
        }
        self.parts.meter_from(now);
        let (asked, measuring) = (transfer.asked, transfer.stream == Stream::Measuring);
        let repeats = asked.is_some_and(|asked| asked.start < transfer.position);
        // What is stored is whole, perhaps: a server that fails at the question says nothing of that.
        if let Some(trouble) = self.busy(cx, &head, asked.is_some(), !measuring) {
            if asked.is_none() {
                self.standing.fails_at_all();
            }
            return self.finish(cx, id, End::Broken(trouble));
        }
        self.note_tag(&head);
        if measuring {
            return self.measured(cx, id, &head, followed);
        }
        let part = asked.map_or(Part::Complete, |asked| self.compare(asked, &head, repeats));
        match part {
            Part::Continues { .. } if repeats && followed.is_none() => {
                let again = replace(&mut self.standing.unequal, true);
                self.finish(cx, id, if again { End::Mismatch } else { End::Broken(Trouble::Store) })
            }
            Part::Continues { end } => {
                // A part that fills the body to the length declared says that this is no coding's.
                let total = representation::complete_length(&head).or(self.total());
                self.continued(cx, id, (end, total), followed)
            }
            Part::Earlier { start } => self.begins_earlier(cx, id, start),
            Part::Mismatch => self.finish(cx, id, End::Mismatch),
            Part::Complete if self.refuses(asked, &head) => {
                self.finish(cx, id, End::Broken(Trouble::Refusal))
            }
            Part::Complete if self.may_ask_without_condition(cx, asked, &head) => {
                self.standing.unconditional = true;
                self.finish(cx, id, End::Enough)
            }
            Part::Complete => match self.repeated_by(&head) {
                Some(known) => self.repeat(cx, id, (&head, known)),
                None if asked.is_some_and(|asked| self.may_be_rest(asked, &head)) => {
                    self.standing.whole = true;
                    self.finish(cx, id, End::Enough)
                }
                None => self.first_response(cx, id, head),
            },
        }
    }

    /// A part begins earlier than it was asked for: it is asked for from there. Of one that bypasses the script nothing
    /// could be compared, so that it is left to one stream.
    fn begins_earlier(&mut self, cx: &mut Context<'_>, id: TransferId, start: u64) -> Next {
        let bypassing = self.parts.bypass();
        self.parts.refuse();
        let asked = cx.transfers.get(id).and_then(|transfer| transfer.asked);
        let again =
            asked.is_some_and(|asked| bypassing || self.body.begins_earlier(asked.start, start));
        self.finish(cx, id, if again { End::Enough } else { End::Mismatch })
    }

    /// Whether a head must not replace what is stored: a failure that our own `Range` may have provoked, or a page in
    /// the place of the file.
    fn refuses(&self, asked: Option<ByteRange>, head: &Head) -> bool {
        let stored = self.body.segments.stored();
        let first = self.head().filter(|_| stored > 0);
        let coded = head.status == 206 && head.is_encoded();
        let provoked = |asked| {
            let part = |first| representation::is_unnamed_part(first, asked, head);
            !head.is_ok() || coded || self.head().is_some_and(part)
        };
        asked.is_some_and(provoked)
            || first.is_some_and(|first| representation::is_stranger(first, head, stored))
    }

    /// Whether what replaces the stored body, of another version and length, may be the rest of it only, without its name:
    /// then what is asked for without a range tells.
    fn may_be_rest(&self, asked: ByteRange, head: &Head) -> bool {
        let length = representation::complete_length(head);
        let other = length.is_none() || length != self.total();
        asked.start > 0 && head.status == 200 && other
    }

    /// What a response is to a range of the stored body.
    pub(super) fn compare(&self, asked: ByteRange, head: &Head, repeats: bool) -> Part {
        let Some(first) = self.head() else { return Part::Complete };
        if !self.standing.by_node {
            return representation::compare(first, asked, head, repeats);
        }
        let [first, head] = [first, head].map(representation::without_etag);
        representation::compare(&first, asked, &head, repeats)
    }

    /// Takes note of an ETag that is another. Without a date beside it, it is all that there is to go by.
    pub(super) fn note_tag(&mut self, head: &Head) {
        let Some(first) = &self.row.head else { return };
        let (Some(stored), Some(other)) = (first.header("etag"), head.header("etag")) else {
            return;
        };
        if stored != other && first.header("last-modified").is_some() {
            self.standing.note_other_tag(stored, other);
        }
    }

    /// Whether the whole came in the place of a range for no other reason than `If-Range`: the body may be the same.
    pub(super) fn may_ask_without_condition(
        &self,
        cx: &Context<'_>,
        asked: Option<ByteRange>,
        head: &Head,
    ) -> bool {
        let same = self.head().is_some_and(|first| representation::is_same(first, head));
        let same = same || self.standing.by_node;
        asked.is_some() && head.status == 200 && same && self.if_range(cx.config).is_some()
    }

    /// Whether a server is too busy, and is asked again; else its answer is taken for what it is: one to a range that
    /// was `asked` for, or to the app's own request, of more of the body or, if not `for_more`, only where it ends.
    fn busy(
        &self,
        cx: &mut Context<'_>,
        head: &Head,
        asked: bool,
        for_more: bool,
    ) -> Option<Trouble> {
        let stored = !self.body.segments.is_empty() && !self.has_bad_status();
        let resuming = for_more && (asked || stored);
        let busy = standing::busy(self.request(), head, resuming, cx.now.wall, cx.config);
        let Some(trouble) = busy else {
            cx.servers.served(self.server);
            return None;
        };
        let retry = &cx.config.retry;
        // Too many connections are no attempt.
        let crowded = cx.transfers.served_by(self.server) > 0;
        if asked && !standing::passes(head.status) {
            // It may fail at ranges only, and then does so each time.
            return (crowded || self.row.attempts < retry.attempts).then_some(trouble);
        }
        let known = self.row.head.is_some();
        let limit = if known { retry.known_attempts } else { retry.attempts };
        let repute = cx.servers.repute(self.server);
        if repute.failures >= limit {
            cx.servers.give_up(self.server);
        }
        (crowded || self.row.attempts.max(repute.failures) < limit).then_some(trouble)
    }

    /// The asked part of the stored body, with its end and that of the body, if they are known.
    pub(super) fn continued(
        &mut self,
        cx: &mut Context<'_>,
        id: TransferId,
        (end, total): (Option<u64>, Option<u64>),
        followed: Option<u64>,
    ) -> Next {
        self.standing.accepted();
        self.body.goes_on();
        let Some(transfer) = cx.transfers.get_mut(id) else { return Next::Nothing };
        transfer.last = end.is_some() && end == total;
        let Some(asked) = &mut transfer.asked else { return Next::Nothing };
        if self.standing.by_node && asked.start == transfer.position {
            // Neither an ETag nor bytes before it tell that it belongs to what is stored.
            self.note_seam_after(*asked);
        }
        if total > end {
            // There is more than this part.
            asked.end = end;
        }
        transfer.end = end.or(asked.end);
        let start = transfer.position;
        // What was compared has been read from, and perhaps beyond the end of what is known.
        let whole = followed.is_none() && self.parts.bypass();
        let rest = transfer.end.filter(|end| whole && *end > start);
        let followed = followed.unwrap_or(0);
        match rest.filter(|end| cx.allowance.has_room_for(end - start)) {
            Some(end) => self.bypass(cx, id, end),
            None if followed > 0 => self.read(cx, id, followed),
            None => {
                transfer.read_on(cx.outbox, cx.now.monotonic);
                Next::Nothing
            }
        }
    }

    /// Lets the browser store the rest of a part, up to `end`, by itself.
    fn bypass(&mut self, cx: &mut Context<'_>, id: TransferId, end: u64) -> Next {
        let entry = cx.outbox.new_entry(&self.row.uid, self.row.index);
        let Some(transfer) = cx.transfers.get_mut(id) else { return Next::Nothing };
        let start = transfer.position;
        transfer.stream = Stream::Bypassing;
        // Nobody sees it come: four times what it should take, but no longer than anybody waits for what cannot be seen.
        let usual = (end - start) / self.parts.rate.max(1);
        let long = Millis::from_secs(usual.saturating_mul(4)).min(cx.config.stall_of_uploads);
        transfer.stall = transfer.stall.max(long);
        let length = end - start;
        let finished = false;
        transfer.stores.push(PendingStore { entry: entry.clone(), start, length, finished });
        transfer.position = end;
        transfer.kept = end;
        cx.outbox.emit(Output::StoreBody { transfer: id, entry });
        Next::Nothing
    }

    /// A response that begins the body, perhaps from scratch.
    fn first_response(&mut self, cx: &mut Context<'_>, id: TransferId, head: Head) -> Next {
        let now = cx.now;
        let validator = representation::strong_validator(&head, now.wall, cx.config.parse_date);
        let Some(transfer) = cx.transfers.get(id) else { return Next::Nothing };
        let resumed = transfer.asked.is_some();
        let own_range = self.request().has_range();
        if head.status == 206 && !own_range && representation::first_byte(&head) != Some(0) {
            // validate a partial response, with an expected range start of 0
            return self.fail(cx, FailureReason::FetchError);
        }
        if self.row.head.is_some() {
            self.close_transfers(cx, Some(id));
            self.set_aside();
        }
        self.standing.accepted();
        if resumed {
            // Who answers a part with the whole would do so with each of them.
            self.parts.refuse();
        }
        let split_at_once = cx.transfers.is_fast(now.monotonic);
        let end = self.body.end(self.request(), &head);
        // All of the body though a part of it was asked for: it has just the bytes that it says.
        let partial = head.status == 206;
        let exact = partial && resumed;
        let head = if exact { representation::as_whole(head) } else { head };
        let last = !partial || own_range || exact && end.is_some() && end == head.content_length();
        self.row.head = Some(head);
        self.row.validator = validator;
        self.changed = true;
        if let Some(transfer) = cx.transfers.get_mut(id) {
            transfer.begin(end, now.monotonic);
            transfer.asked = exact.then_some(ByteRange { start: 0, end: None });
            transfer.last = last;
        }
        if split_at_once && self.is_worth_splitting(cx, 0) {
            self.parts.begin_bypass(cx.config.threshold());
            return self.finish(cx, id, End::Enough);
        }
        if let Some(transfer) = cx.transfers.get_mut(id) {
            transfer.read_on(cx.outbox, now.monotonic);
        }
        Next::Nothing
    }

    /// More of a body arrived.
    pub(super) fn read(&mut self, cx: &mut Context<'_>, id: TransferId, length: u64) -> Next {
        self.prevail(cx, id);
        let Some(transfer) = cx.transfers.get_mut(id) else { return Next::Nothing };
        if transfer.stream == Stream::Proving {
            return self.proven(cx, id);
        }
        transfer.alive_at = cx.now.monotonic;
        let position = transfer.position + length;
        let beyond = transfer.end.is_some_and(|end| position > end);
        let declared = !body::may_hide_coding(self.row.head.as_ref());
        if beyond && (declared || transfer.asked.is_some()) {
            return self.finish(cx, id, End::Mismatch);
        }
        if beyond {
            // Content-Length was that of a content coding which this origin may not see.
            transfer.end = None;
        }
        if transfer.limit.is_some_and(|limit| position >= limit) {
            self.take_over_unanswered(cx, id);
        }
        let Some(transfer) = cx.transfers.get_mut(id) else { return Next::Nothing };
        let excess = transfer.limit.map_or(0, |limit| position.saturating_sub(limit)).min(length);
        let at_limit = transfer.limit.is_some_and(|limit| position >= limit);
        let position = position - excess;
        transfer.position = position;
        let repeats = transfer.repeats_known();
        let news = (length - excess).min(position.saturating_sub(transfer.known));
        if excess > 0 {
            // Another one brings it.
            cx.outbox.emit(Output::Trim { transfer: id, excess });
        }
        if !self.has_bad_status() && cx.allowance.is_exceeded_by(news) {
            return Next::Exceeded;
        }
        self.parts.note_read(cx.now.monotonic, length);
        if at_limit {
            return self.finish(cx, id, End::Enough);
        }
        let next = if repeats { self.repeated(cx, id) } else { self.cut_and_go_on(cx, id) };
        self.weigh_connections(cx, id);
        next
    }

    /// Ends the segment if it is large or old enough, or if there is no memory for more; reads on if
    /// there is.
    pub(super) fn cut_and_go_on(&mut self, cx: &mut Context<'_>, id: TransferId) -> Next {
        let now = cx.now.monotonic;
        let full = cx.transfers.held() >= cx.config.memory;
        let share = cx.config.memory / (3 * cx.transfers.open().count().max(1) as u64);
        let Some(transfer) = cx.transfers.get(id) else { return Next::Nothing };
        let sizes = &cx.config.segments;
        let large = transfer.buffered() >= sizes.target(self.parts.rate, self.total()).min(share);
        let old = now.after(transfer.cut_at) >= sizes.age;
        // Whoever waits for memory must have something in the store, or nobody would ever go on.
        if (large || old || full) && transfer.buffered() > 0 {
            self.cut(cx, id);
            if self.bypass_pays(cx, id) {
                self.parts.begin_bypass(cx.config.threshold());
                return self.finish(cx, id, End::Enough);
            }
        }
        match cx.transfers.get_mut(id) {
            Some(transfer) if full => transfer.stream = Stream::Paused,
            Some(transfer) => transfer.read_on(cx.outbox, now),
            None => {}
        }
        Next::Nothing
    }

    /// Makes a segment of what the driver holds of this transfer.
    pub(super) fn cut(&mut self, cx: &mut Context<'_>, id: TransferId) {
        let now = cx.now.monotonic;
        let entry = cx.outbox.new_entry(&self.row.uid, self.row.index);
        let Some(transfer) = cx.transfers.get_mut(id) else { return };
        let length = transfer.buffered();
        self.parts.note_rate(rate(length, now.after(transfer.cut_at)));
        if length >= cx.config.segments.least {
            transfer.quiet = cx.config.hedge_after;
        }
        let start = transfer.kept;
        let finished = false;
        transfer.stores.push(PendingStore { entry: entry.clone(), start, length, finished });
        transfer.kept = transfer.position;
        transfer.cut_at = now;
        cx.outbox.emit(Output::Store { transfer: id, entry });
    }

    /// Whether the rest of this body should rather come in parts that bypass the script.
    fn bypass_pays(&self, cx: &mut Context<'_>, id: TransferId) -> bool {
        let (Some(bypass), Some(transfer)) = (&cx.config.bypass, cx.transfers.get(id)) else {
            return false;
        };
        let now = cx.now.monotonic;
        // The lower of two: a worker that was short of time reads what has piled up at the speed of
        // memory.
        let rate = self.parts.rate.min(transfer.average_rate(now));
        if rate < bypass.threshold {
            return false;
        }
        let brought = transfer.position - transfer.began.0;
        let pays =
            brought < bypass.given_up_below && self.is_worth_splitting(cx, transfer.position);
        if pays || brought >= bypass.segment {
            cx.transfers.note_speed(Some(now));
        }
        pays
    }

    /// Whether parts may be asked for from here on, and are not too few.
    fn is_worth_splitting(&self, cx: &Context<'_>, position: u64) -> bool {
        let Some(bypass) = &cx.config.bypass else { return false };
        let total = self.total().unwrap_or(0);
        !cx.contended
            && !self.parts.bypass()
            && !self.parts.is_split()
            && total >= bypass.least
            && total.saturating_sub(position) >= bypass.segment.saturating_mul(2)
            && self.parts.may_bypass()
            && self.is_checkable()
    }

    /// Whether a file was asked for, or a part of it, and there is one.
    fn is_found(&self) -> bool {
        let found = |head: &Head| matches!(head.status, 200 | 206);
        self.request().is_get() && self.head().is_some_and(found)
    }

    /// The body is at its end.
    pub(super) fn body_ended(&mut self, cx: &mut Context<'_>, id: TransferId) -> Next {
        let Some(transfer) = cx.transfers.get(id) else { return Next::Nothing };
        let short = transfer.end.is_some_and(|end| transfer.position < end);
        if transfer.position < transfer.known || transfer.stream == Stream::Proving {
            return self.finish(cx, id, End::Broken(Trouble::Truncated));
        }
        let first = transfer.asked.is_none();
        let at = transfer.position;
        let unsaid = first && at == 0 && transfer.end.is_none() && self.is_found();
        if unsaid && self.standing.may_doubt_empty() {
            return self.finish(cx, id, End::Enough);
        }
        let total = self.total();
        let head = self.row.head.as_ref();
        let twice = first && short && self.body.ends_where_it_did(head, at, total);
        // What was sent once cannot be asked for twice.
        let once = first && !self.request().is_get() && self.body.is_doubted();
        let whole = !short || twice || once;
        self.finish(cx, id, if whole { End::Whole } else { End::Broken(Trouble::Truncated) })
    }
}
