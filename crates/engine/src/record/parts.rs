//! How the bytes of a body come: over how many connections, and who moves them.
//!
//! The one is decided apart from the other. Several connections help where each is given so much and no more, whoever
//! moves the bytes; that the browser moves them past the script helps where the script is the bound.

use crate::config::{Bypass, Config, Split};
use crate::http::ByteRange;
use crate::time::{Instant, Millis};
use crate::transfer::rate;

/// How the bytes of one record come.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    mode: Mode,
    /// Bytes a second, of the last segments; 0 when unknown.
    pub(crate) rate: u64,
    /// How many streams at a time may bring it, where it is split among several.
    streams: usize,
    /// Set when a part was answered with something else: there are to be no more at a time.
    unsplittable: bool,
    /// Whether a part was answered with that.
    ranged: bool,
    /// Bytes of each of them, as planned when it was split.
    length: u64,
    /// How long the last head took to come.
    head_time: Millis,
    /// Where two parts meet whose bytes were not equal once.
    doubted: Option<u64>,
    /// Where parts meet, and from where on the server gives what is asked for to prove it.
    aligned: Vec<(u64, u64)>,
    meter: Meter,
    trial: Option<Trial>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Through the script.
    #[default]
    Stream,
    /// In ranged requests, several at a time, which bypass the script.
    Bypass,
    /// A part that bypassed the script went wrong: never again.
    StreamOnly,
}

/// What all connections bring together.
#[derive(Debug, Default, Clone, Copy)]
struct Meter {
    /// Bytes so far.
    read: u64,
    /// When the rate was last taken, and after how many bytes.
    since: (Instant, u64),
    /// Bytes a second of the last time. What comes at first may be a burst of what a server gives everybody.
    rate: u64,
}

/// It is being found out whether several connections bring more than one.
#[derive(Debug, Clone, Copy)]
struct Trial {
    /// Bytes a second of the one.
    single: u64,
    began: Instant,
    /// When all of them were there, and after how many bytes.
    measured: Option<(Instant, u64)>,
}

impl Parts {
    pub(crate) fn bypass(&self) -> bool {
        self.mode == Mode::Bypass
    }

    pub(crate) fn may_bypass(&self) -> bool {
        self.mode != Mode::StreamOnly && !self.unsplittable
    }

    /// From this rate on it pays. It is taken to have that until its parts tell: what came before may have been a burst,
    /// and how long a part is waited for goes by the rate.
    pub(crate) fn begin_bypass(&mut self, threshold: u64) {
        self.join();
        self.mode = Mode::Bypass;
        self.rate = threshold;
    }

    /// Nothing bypasses the script from now on.
    pub(crate) fn fail(&mut self) {
        self.mode = Mode::StreamOnly;
    }

    /// One stream from now on, for good.
    pub(crate) fn refuse(&mut self) {
        self.fail();
        self.join();
        self.unsplittable = true;
    }

    /// One stream, until it pays again.
    pub(crate) fn rest(&mut self) {
        self.join();
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
        if self.rate < threshold / 4 * 3 {
            // Not the script is the bound: what looked like speed was a burst.
            self.fail();
        }
        self.rate >= threshold
    }

    /// A head has come after this time.
    pub(crate) fn note_head(&mut self, time: Millis) {
        self.head_time = time;
    }

    /// So many bytes have come.
    pub(crate) fn note_read(&mut self, now: Instant, length: u64) {
        let Meter { read, since: (time, before), .. } = self.meter;
        self.meter.read = read.saturating_add(length);
        let passed = now.after(time);
        if passed >= METERED {
            // Whatever came before that was a pause.
            let rate = rate(self.meter.read - before, passed);
            let usual = passed < METERED * 4;
            self.meter.rate = if usual || self.meter.rate == 0 { rate } else { self.meter.rate };
            self.meter.since = (now, self.meter.read);
        }
    }

    /// A body begins: what came of another says nothing of its rate.
    pub(crate) fn meter_from(&mut self, now: Instant) {
        self.meter.since = (now, self.meter.read);
        self.meter.rate = 0;
    }

    /// Bytes a second that come now; 0 when unknown.
    pub(crate) fn current_rate(&self) -> u64 {
        self.meter.rate
    }

    /// A part was asked for, and has come.
    pub(crate) fn note_ranges(&mut self) {
        self.ranged = true;
    }

    pub(crate) fn has_ranges(&self) -> bool {
        self.ranged
    }

    /// The bytes on both sides of a seam are not equal to what is stored. Whether that is so for the first time.
    pub(crate) fn doubts_seam(&mut self, at: u64) -> bool {
        self.doubted.replace(at) != Some(at)
    }

    /// From where on the bytes before a seam are to be asked for, if the server begins its parts where it likes.
    pub(crate) fn proof_start(&self, at: u64) -> Option<u64> {
        self.aligned.iter().find(|(seam, _)| *seam == at).map(|(_, start)| *start)
    }

    /// The bytes before a seam came from an earlier offset on than they were asked for. Whether to ask from there: once,
    /// since a server that begins earlier even then does so always.
    pub(crate) fn proves_from(&mut self, at: u64, start: u64) -> bool {
        let first = self.proof_start(at).is_none();
        if first {
            self.aligned.push((at, start));
        }
        first
    }

    /// Bytes of each part, as planned.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Whether several streams bring it.
    pub(crate) fn is_split(&self) -> bool {
        self.streams > 1
    }

    /// Whether it may be split among several streams.
    pub(crate) fn may_split(&self) -> bool {
        !self.unsplittable
    }

    /// Parts of so many bytes come over so many connections at most from now on, if that is more than one brings.
    /// That brings `single` bytes a second.
    pub(crate) fn split(&mut self, now: Instant, (streams, length): (usize, u64), single: u64) {
        self.streams = streams;
        self.length = length;
        self.trial = Some(Trial { single, began: now, measured: None });
    }

    /// One of them has come to nothing.
    pub(crate) fn lose_one(&mut self) {
        self.streams = self.streams.saturating_sub(1);
        if self.streams <= 1 {
            self.join();
        }
    }

    /// One stream, until it is split again.
    pub(crate) fn join(&mut self) {
        self.streams = 0;
        self.trial = None;
    }

    /// What has come since they were split says nothing.
    pub(crate) fn measure_anew(&mut self, now: Instant) {
        if let Some(trial) = &mut self.trial {
            (trial.began, trial.measured) = (now, None);
        }
    }

    /// Whether several connections, which `are_there`, bring no more than the one did. Known once.
    pub(crate) fn has_no_gain(&mut self, split: &Split, now: Instant, are_there: bool) -> bool {
        let Some(mut trial) = self.trial else { return false };
        let Some((since, before)) = trial.measured else {
            if are_there || now.after(trial.began) >= AWAITED {
                trial.measured = Some((now, self.meter.read));
                self.trial = Some(trial);
            }
            return false;
        };
        let passed = now.after(since);
        if passed < split.measure {
            return false;
        }
        if passed >= split.measure * 4 {
            // Nothing came for a while, over any of them.
            self.measure_anew(now);
            return false;
        }
        self.trial = None;
        let sum = rate(self.meter.read - before, passed);
        sum.saturating_mul(4) < trial.single.saturating_mul(5)
    }

    /// How many connections may bring it at a time.
    pub(crate) fn connections(&self, config: &Config) -> usize {
        match &config.bypass {
            Some(bypass) if self.bypass() => bypass.connections,
            _ => self.streams.max(1),
        }
    }

    /// Bytes of the shortest part that is worth a request, where so many connections bring it: the time that passes
    /// before it comes is an eighth of its own at most.
    pub(crate) fn least(&self, streams: usize) -> u64 {
        let each = self.rate.max(self.meter.rate / streams.max(1) as u64);
        each.saturating_mul(8 * self.head_time.0) / 1000
    }

    /// The range to ask for, of a gap in a body of this length.
    pub(crate) fn part(
        &self,
        bypass: Option<&Bypass>,
        total: Option<u64>,
        gap: ByteRange,
    ) -> ByteRange {
        let bypass = bypass.filter(|_| self.bypass()).map(|bypass| bypass.segment);
        let length = bypass.or(Some(self.length).filter(|_| self.is_split()));
        let most = length.map(|length| gap.start.saturating_add(length));
        let most = most.filter(|most| bypass.is_some() || total.is_none_or(|total| *most < total));
        // To the known end of the body the range stays open: the usual form, `bytes=N-`.
        let end = gap.end.filter(|&end| Some(end) != total || most.is_some_and(|most| end <= most));
        let end = match (end, most) {
            (Some(end), Some(most)) => Some(end.min(most)),
            (end, most) => end.or(most),
        };
        ByteRange { start: gap.start, end }
    }
}

/// The rate is taken so often.
const METERED: Millis = Millis(250);

/// Until all connections are there, no longer is waited before they are measured.
const AWAITED: Millis = Millis::from_secs(5);
