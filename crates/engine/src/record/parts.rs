//! Who moves the bytes of a body: the script, or the browser past it.

use crate::config::Bypass;
use crate::http::ByteRange;

/// How the bytes of one record come.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    mode: Mode,
    /// Bytes a second, of the last segments; 0 when unknown.
    pub(crate) rate: u64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// One after the other, through the script.
    #[default]
    Stream,
    /// In ranged requests, several at a time, which bypass the script.
    Bypass,
    /// A part went wrong: one stream to the end.
    StreamOnly,
}

impl Parts {
    pub(crate) fn bypass(&self) -> bool {
        self.mode == Mode::Bypass
    }

    pub(crate) fn may_bypass(&self) -> bool {
        self.mode != Mode::StreamOnly
    }

    /// From this rate on it pays. Where nothing of the body has told one yet, it is taken to have it:
    /// how long a part is waited for goes by the rate.
    pub(crate) fn begin_bypass(&mut self, threshold: u64) {
        self.mode = Mode::Bypass;
        self.rate = self.rate.max(threshold);
    }

    /// One stream from now on, for good.
    pub(crate) fn fail(&mut self) {
        self.mode = Mode::StreamOnly;
    }

    /// One stream, until it pays again.
    pub(crate) fn rest(&mut self) {
        if self.mode == Mode::Bypass {
            self.mode = Mode::Stream;
        }
    }

    /// A segment was cut that came at this rate.
    pub(crate) fn note_rate(&mut self, rate: u64) {
        self.rate = if self.rate == 0 { rate } else { self.rate.midpoint(rate) };
    }

    /// A part is stored that came at this rate, all parts together. Whether it still pays.
    pub(crate) fn note_part(&mut self, rate: u64, threshold: u64) -> bool {
        self.rate = self.rate.midpoint(rate);
        // Well below, one stream for all the rest loses less when it breaks.
        if self.rate < threshold / 2 {
            self.rest();
        }
        self.rate >= threshold
    }

    /// The range to ask for, of a gap in a body of this length.
    pub(crate) fn part(
        &self,
        bypass: Option<&Bypass>,
        total: Option<u64>,
        gap: ByteRange,
    ) -> ByteRange {
        let bypass = bypass.filter(|_| self.bypass());
        let most = bypass.map(|bypass| gap.start.saturating_add(bypass.segment));
        // To the known end of the body the range stays open: the usual form, `bytes=N-`.
        let end = gap.end.filter(|&end| Some(end) != total || most.is_some_and(|most| end <= most));
        let end = match (end, most) {
            (Some(end), Some(most)) => Some(end.min(most)),
            (end, most) => end.or(most),
        };
        ByteRange { start: gap.start, end }
    }
}
