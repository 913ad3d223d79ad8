//! The numbers that decide. All of them in one place, each with its reason.

use crate::time::{Millis, Timestamp};

const MIB: u64 = 1024 * 1024;

/// Reads an HTTP date, as of `Last-Modified` and `Retry-After`; `None` if it is none.
pub type ParseDate = fn(&str) -> Option<Timestamp>;

/// What may differ from one engine to the next.
#[derive(Debug, Clone)]
pub struct Config {
    /// The origin of the service worker, serialised: requests to it may carry `If-Range`.
    pub origin: String,
    /// Transfers at a time, over all fetches. The page's own traffic goes first, and HTTP/1.1
    /// browsers allow six connections to a host.
    pub connections: usize,
    /// Background fetches that may ask at a time; the others wait for their turn, the oldest first.
    pub fetches: usize,
    /// Bytes that a background fetch may have, whatever its `downloadTotal`.
    pub most_bytes: u64,
    /// Whether nothing is asked for until [`Input::Held`](crate::Input::Held) says otherwise.
    pub held: bool,
    /// How long the app may take to prepare a request before it is sent; `None` where it does not.
    pub preparation: Option<Millis>,
    /// Sizes of the segments of a body.
    pub segments: SegmentSizes,
    /// When and how bytes bypass the script; `None` where that is not faster.
    pub bypass: Option<Bypass>,
    /// When a body comes over several connections at a time.
    pub split: Split,
    /// Bytes that may be read and not recorded yet, of all records together: they are in memory, and
    /// what a crash costs. No more is read before some are; so one chunk a connection may come on top.
    pub memory: u64,
    /// So many more, for a fetch that would have no connection at all, and for a second request beside
    /// one that has fallen silent: six are what a host is used to.
    pub extra_connections: usize,
    /// How long a fetch that has work may be without any connection, while others have some.
    pub share_after: Millis,
    /// How long each may keep its connection where there are more fetches than connections.
    pub turn: Millis,
    /// Transfers at a time, with those whose last bytes are on their way into the stores. Small files
    /// hardly use the memory, but each is a put and some rows.
    pub transfers: usize,
    /// How long a connection may be silent: so long at the first attempt, and longer with each, as some
    /// servers think for long.
    pub stall: Millis,
    /// The same for what is not asked again, which are all requests but GETs. Proxies do not wait
    /// longer either. While a body is on its way nobody can see how far it got: for
    /// that there is the time that it takes at [`least_upload_rate`](Self::least_upload_rate) on top.
    pub stall_of_uploads: Millis,
    /// Bytes a second, of an upload that nobody would wait for if it were any slower.
    pub least_upload_rate: u64,
    /// After so long a silence in a body that can be resumed, a second request asks for the rest, beside
    /// the first: whoever delivers first goes on. Not every browser reports a stream that was reset, and
    /// a stream of HTTP/2 may stand still beside others that do not.
    pub hedge_after: Millis,
    /// Repeated requests.
    pub retry: Retry,
    /// Least time between two progress updates of one fetch.
    pub progress_interval: Millis,
    /// How often a cache that cannot be read is looked into, before a fetch fails of which nobody can say that it is
    /// whole: with the doubling waits of [`Retry`], some minutes.
    pub looks: u32,
    /// When what nobody takes is given up.
    pub delivery: Delivery,
    /// Bytes that a part repeats, to be compared with what is stored.
    pub overlap: Overlap,
    /// The platform's parser of dates: every browser has a good one.
    pub parse_date: ParseDate,
    /// Seed of the jitter.
    pub seed: u64,
}

/// How many bytes before a gap are fetched again, to see whether a part belongs to what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overlap {
    /// With a strong validator: enough to notice a server whose ranges are not what it says.
    pub validated: u64,
    /// Without one, and behind a redirect: all that tells one version from another.
    pub otherwise: u64,
}

/// How a body is cut. A segment is what a crash can cost.
#[derive(Debug, Clone, PartialEq)]
pub struct SegmentSizes {
    /// Bytes; a smaller one costs more in transactions than it saves.
    pub least: u64,
    /// Bytes; a larger one costs memory.
    pub most: u64,
    /// The transfer time that one segment holds, between these bounds. Short, because a worker is
    /// killed in the middle of a segment, and its bytes are then sent again.
    pub time: Millis,
    /// A segment is ended at this age however small it is, so that a slow download gets on even if
    /// each worker lives for half a minute only.
    pub age: Millis,
    /// A body is not cut in many more pieces than this, as each is a row and an entry.
    pub count: u64,
}

/// Ranged requests whose bodies go from the network into the store, bypassing the script.
#[derive(Debug, Clone, PartialEq)]
pub struct Bypass {
    /// Bytes a request.
    pub segment: u64,
    /// Requests at a time for one body.
    pub connections: usize,
    /// Bytes a second from which it pays: below, the network is the bound and one request for all
    /// the rest is better.
    pub threshold: u64,
    /// Bytes of the smallest body for which it does: the stream before is given up, and what is on its
    /// way then, in buffers all along it, is sent for nothing.
    pub least: u64,
    /// A stream that has brought so many bytes is not given up any more: too much is on its way. 0 where
    /// it always is, so that a body is split at its head or not at all.
    pub given_up_below: u64,
}

/// Several connections for one body: where a server gives each so much and no more, they bring several times as much.
/// Nobody can know before, so that it is tried, and measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// How long a body has been coming before.
    pub after: Millis,
    /// Bytes that are missing still, at least: a file that is not much larger is there as soon with one.
    pub least: u64,
    /// The time in which those would come over the one connection, at least.
    pub left: Millis,
    /// How long all together are measured. They bring a quarter more than the one did, or it goes on alone.
    pub measure: Millis,
    /// How long a server of which several brought no more is not asked for it again.
    pub rest: Millis,
    /// Bytes that a connection has still to bring for one that is free to take half of them, at least.
    pub halved: u64,
}

/// The delivery of an outcome: the data are the app's, so they go when its handlers have settled. Only what
/// no handler ever takes is given up, and not before so many deliveries have counted and so much time has passed.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// How long handlers must have been at it for a delivery to count: a worker that dies before may have had no
    /// chance.
    pub counts_after: Millis,
    /// Deliveries that counted.
    pub most: u32,
    /// Since the outcome.
    pub keep: Millis,
    /// For how long they keep the worker alive. Then it may die under them, and nothing else happens.
    pub patience: Millis,
}

/// "Temporarily unavailable".
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// Requests without progress to a server that never gave this record a response: about two minutes.
    pub attempts: u32,
    /// Requests without progress to a server that did: about half an hour.
    pub known_attempts: u32,
    /// How long nobody at all may answer, or a server that has given this record a response before. Many systems say that
    /// they are online when they are not, and asking once a minute costs nothing.
    pub silence: Millis,
    /// Refusals in a row of a server that answers, but not to this origin: a second or two, for the
    /// errors of a busy one, which often lack the headers of CORS.
    pub refused_attempts: u32,
    /// Requests in a row to a server that is not there, while others are: about eight seconds, in
    /// which one may have been restarted.
    pub absent_attempts: u32,
    /// Responses thrown away because another version of the file appeared in mid-transfer.
    pub restarts: u32,
    /// The first wait; doubled each time.
    pub base: Millis,
    /// The longest wait that is not the server's wish.
    pub cap: Millis,
    /// How often to look whether the network is back where no event tells.
    pub offline_poll: Millis,
    /// The longest `Retry-After` that is obeyed.
    pub retry_after_cap: Millis,
}

impl Config {
    /// The defaults for a worker of `origin`.
    pub fn new(origin: String, bypass: Option<Bypass>, parse_date: ParseDate) -> Self {
        Self {
            origin,
            connections: 4,
            fetches: usize::MAX,
            most_bytes: u64::MAX,
            held: false,
            preparation: None,
            segments: SegmentSizes {
                least: MIB,
                most: 16 * MIB,
                time: Millis(250),
                age: Millis::from_secs(5),
                count: 2048,
            },
            bypass,
            split: Split {
                after: Millis(500),
                least: 8 * MIB,
                left: Millis::from_secs(2),
                measure: Millis(1500),
                rest: Millis::from_secs(10 * 60),
                halved: 2 * MIB,
            },
            memory: 48 * MIB,
            extra_connections: 2,
            share_after: Millis::from_secs(1),
            turn: Millis::from_secs(10),
            transfers: 64,
            stall: Millis::from_secs(30),
            hedge_after: Millis::from_secs(4),
            stall_of_uploads: Millis::from_secs(10 * 60),
            least_upload_rate: 8 * 1024,
            retry: Retry {
                attempts: 10,
                known_attempts: 60,
                silence: Millis::from_secs(7 * 24 * 60 * 60),
                refused_attempts: 2,
                absent_attempts: 5,
                restarts: 3,
                base: Millis(500),
                cap: Millis::from_secs(60),
                offline_poll: Millis::from_secs(5),
                retry_after_cap: Millis::from_secs(24 * 60 * 60),
            },
            progress_interval: Millis(50),
            looks: 12,
            delivery: Delivery {
                counts_after: Millis::from_secs(60),
                most: 5,
                keep: Millis::from_secs(7 * 24 * 60 * 60),
                patience: Millis::from_secs(30 * 60),
            },
            overlap: Overlap { validated: 4 * 1024, otherwise: 64 * 1024 },
            parse_date,
            seed: 1,
        }
    }
}

impl Config {
    /// Whether an absolute URL is of the service worker's origin.
    pub(crate) fn is_own(&self, url: &str) -> bool {
        let rest = url.strip_prefix(self.origin.as_str());
        rest.is_some_and(|rest| matches!(rest.as_bytes().first(), None | Some(b'/' | b'?' | b'#')))
    }

    /// Bytes a second from which a bypass pays; 0 where there is none.
    pub(crate) fn threshold(&self) -> u64 {
        self.bypass.as_ref().map_or(0, |bypass| bypass.threshold)
    }
}

impl Retry {
    /// The first wait, doubled so many times, and no longer than the longest.
    pub(crate) fn doubled(&self, times: u32) -> Millis {
        (self.base * 2_u64.saturating_pow(times)).min(self.cap)
    }
}

impl SegmentSizes {
    /// The size to end a segment at, for a transfer of `rate` bytes a second in a body of `total`.
    pub(crate) fn target(&self, rate: u64, total: Option<u64>) -> u64 {
        let by_rate = rate.saturating_mul(self.time.0) / 1000;
        let by_count = total.unwrap_or(0) / self.count.max(1);
        by_rate.max(by_count).clamp(self.least, self.most)
    }
}
