//! A record gets a connection: what is asked for.

use crate::config::Config;
use crate::context::Context;
use crate::http::{ByteRange, Head};
use crate::ids::TransferId;
use crate::output::Output;
use crate::ports::Exchange;
use crate::record::standing::MOST_PATIENT;
use crate::record::{Next, Phase, Record, representation};
use crate::time::Millis;
use crate::transfer::{Patience, Stream, Transfer};

impl Record {
    /// Begins a transfer.
    pub(super) fn start(&mut self, cx: &mut Context<'_>) -> Next {
        let extra = !self.is_alone(cx.transfers);
        let given_up = self.request().is_get() && cx.servers.is_given_up(self.server);
        // Whoever is being served is no less so for what others meet.
        if !extra && (given_up || self.is_spent()) {
            return self.give_up(cx);
        }
        if self.body.doubts_part() && self.standing.asks_for_all() {
            self.body.goes_beyond_part();
        }
        if let Some(at) = self.body.doubted_end() {
            return self.measure(cx, at);
        }
        let nothing_stored = self.body.segments.is_empty() && !self.parts.bypass();
        let none_fits = || nothing_stored || self.asks_for_all(cx.config);
        let whole = self.row.head.is_none() || !extra && none_fits();
        let range = if whole {
            self.as_identity()
        } else if let Some(gap) = self.next_gap(cx) {
            Some(self.parts.part(cx.config.bypass.as_ref(), self.total(), gap))
        } else if let Some(next) = self.prove_next(cx) {
            return self.beside(cx, extra, next);
        } else {
            return self.nothing_is_missing(cx);
        };
        let exchange = self.exchange(cx.config, range);
        if let Some(range) = range.filter(|_| !self.parts.bypass()) {
            self.note_seams_of(range, extra && exchange.overlap.is_empty());
        }
        let start = range.map_or(0, |range| range.start);
        let next = self.send(cx, (start, Stream::Opening), exchange);
        self.beside(cx, extra, next)
    }

    /// What has just been sent is `extra`, beside others, or not.
    fn beside(&self, cx: &mut Context<'_>, extra: bool, next: Next) -> Next {
        if let Some(transfer) = cx.transfers.newest_mut() {
            transfer.extra = extra;
        }
        next
    }

    /// Where a part that is asked for will meet others, with which nothing is compared.
    fn note_seams_of(&mut self, range: ByteRange, nothing_before: bool) {
        if nothing_before {
            self.note_seam(range.start);
        }
        if self.parts.is_split() || !self.seams().is_empty() {
            self.note_seam_after(range);
        }
    }

    /// A part is not compared with what is stored after it.
    pub(super) fn note_seam_after(&mut self, part: ByteRange) {
        let meets = |at: &u64| self.body.segments.iter().any(|piece| piece.start == *at);
        if let Some(end) = part.end.filter(meets) {
            self.note_seam(end);
        }
    }

    /// Sends a request, for what follows from this offset on.
    pub(super) fn send(
        &mut self,
        cx: &mut Context<'_>,
        (start, stream): (u64, Stream),
        exchange: Exchange,
    ) -> Next {
        let id = TransferId(cx.outbox.next_serial());
        let asked = (start, exchange.range);
        let patience = self.patience(cx.config);
        let of = (self.id, self.server);
        let transfer = Transfer::new(id, of, asked, patience, cx.now.monotonic);
        cx.transfers.push(Transfer { stream, ..transfer });
        self.phase = Phase::Running;
        if self.request().is_get() {
            cx.outbox.emit(Output::Open { transfer: id, exchange: Box::new(exchange) });
        } else {
            self.send_once(cx, id, exchange);
        }
        Next::Nothing
    }

    /// All of the body is there, or on its way.
    pub(super) fn nothing_is_missing(&mut self, cx: &mut Context<'_>) -> Next {
        if !self.is_alone(cx.transfers) {
            self.phase = Phase::Running;
            return Next::Nothing;
        }
        if !self.seams().is_empty()
            && let Some(next) = self.drop_unprovable(cx)
        {
            return next;
        }
        // If it is not whole all the same, rows have said what cannot be.
        self.settle_if_whole(cx).unwrap_or_else(|| self.restart(cx, false))
    }

    /// How long the head may take, and how long the body may be silent.
    fn patience(&self, config: &Config) -> Patience {
        let quiet = config.hedge_after;
        if self.request().is_get() {
            let stall =
                config.stall * u64::from(self.row.attempts.saturating_add(1).min(MOST_PATIENT));
            let head = stall.saturating_add(config.preparation.unwrap_or_default());
            return Patience { head, body: stall, quiet };
        }
        let body = config.stall_of_uploads;
        let upload = self.request().body_length.unwrap_or(0) / config.least_upload_rate;
        Patience { head: body.saturating_add(Millis::from_secs(upload)), body, quiet }
    }

    /// Whether a body of which there is something is asked for from the beginning all the same.
    fn asks_for_all(&self, config: &Config) -> bool {
        let stored = !self.body.segments.is_empty();
        self.standing.asks_for_all()
            || stored && !self.may_go_on_at(config, self.body.segments.prefix())
    }

    /// All of a body that broke in a content coding: with a `Range`, browsers ask for it without any. What comes of
    /// that can be resumed.
    fn as_identity(&self) -> Option<ByteRange> {
        let coded = |head: &&Head| head.is_encoded() && !representation::refuses_ranges(head);
        self.head().filter(coded).filter(|_| !self.standing.asks_for_all())?;
        let own = !self.request().is_get() || self.request().has_range();
        (!own).then_some(ByteRange { start: 0, end: None })
    }

    /// Whether the rest from here on may be asked for by `Range`.
    pub(super) fn may_go_on_at(&self, config: &Config, at: u64) -> bool {
        let must = self.must_overlap();
        let comparable = || !must || !self.body.overlap(at, must, config.overlap).is_empty();
        self.may_resume() && comparable()
    }

    /// What a range is asked for with, for the case that the body is another now.
    pub(super) fn if_range(&self, config: &Config) -> Option<&String> {
        // Elsewhere, or behind a redirect to elsewhere, it would cause a preflight.
        let own = |head: &&Head| config.is_own(&self.request().url) && config.is_own(&head.url);
        self.head().filter(own).filter(|_| !self.standing.unconditional)?;
        self.row.validator.as_ref()
    }

    pub(super) fn exchange(&self, config: &Config, range: Option<ByteRange>) -> Exchange {
        let request = self.row.request.clone();
        // Nothing is gone on with that begins at 0.
        let resuming = range.filter(|range| range.start > 0);
        let if_range = resuming.and_then(|_| self.if_range(config)).cloned();
        // What bypasses the script is not compared.
        let gap = range.filter(|_| !self.parts.bypass()).map_or(0, |range| range.start);
        let overlap = self.body.overlap(gap, self.must_overlap(), config.overlap);
        let repeated: u64 = overlap.iter().map(|piece| piece.length).sum();
        let earlier = |range: ByteRange| range.start.saturating_sub(repeated);
        let range = range.map(|range| ByteRange { start: earlier(range), ..range });
        let (uid, index) = (self.row.uid.clone(), self.row.index);
        let attempt = self.attempt(config);
        Exchange { uid, index, request, range, if_range, overlap, attempt }
    }
}
