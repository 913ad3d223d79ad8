//! A file on a server.

use std::collections::VecDeque;
use std::time::{Duration, UNIX_EPOCH};

use super::fault::Fault;
use crate::http::Header;
use crate::time::Timestamp;

/// A file on a server, with what will go wrong.
#[derive(Debug, Clone)]
pub struct File {
    /// Names the content: the bytes depend on it.
    pub version: u64,
    /// The version that the validators name, if it is another.
    pub said_version: Option<u64>,
    /// Bytes.
    pub length: u64,
    /// All versions that there were, with their lengths, but the current one.
    pub history: Vec<(u64, u64)>,
    /// What the server tells about the version.
    pub validator: Validator,
    /// Which of several places with the same file this is: their later versions are not the same.
    pub place: u64,
    /// Whether the ETag tells the place too.
    pub own_etags: bool,
    /// How many nodes serve it in turn, each with an ETag of its own; 0 for one.
    pub nodes: u64,
    /// When this version was made, by the server's clock; `None` is long ago.
    pub modified: Option<Timestamp>,
    /// Milliseconds by which the server's clock is ahead.
    pub ahead: i64,
    /// Whether `Date` is sent.
    pub dated: bool,
    /// Whether `Range` is honoured.
    pub ranges: bool,
    /// `Accept-Ranges`; `None` sends "bytes" where ranges are honoured, "" sends none.
    pub advertises: Option<&'static str>,
    /// Whether `Content-Length` is declared (a 206 has `Content-Range` all the same).
    pub declares_length: bool,
    /// Whether an end that comes too early is not noticed, where no length is declared or a coding hides it.
    pub unframed: bool,
    /// Parts begin at multiples of so many bytes, as they say; 0 where they begin as asked.
    pub blocks: u64,
    /// Whether `If-Range` is taken for one that does not hold, whatever it says.
    pub denies_if_range: bool,
    /// Whether `If-Range` is honoured; else a changed file is answered with a 206 all the same.
    pub honours_if_range: bool,
    /// How the body is sent where no range is asked for; `None` as it is.
    pub coding: Option<Coding>,
    /// Whose file it is, and what the app may read of its headers.
    pub exposure: Exposure,
    /// Whether its URL redirects to where it is.
    pub redirected: bool,
    /// URLs to redirect to, one request each in turn; none serves it here.
    pub mirrors: Vec<String>,
    /// Bytes a second.
    pub rate: u64,
    /// Bytes that come at a time.
    pub chunk: u64,
    /// What happens to the next requests, one each.
    pub faults: VecDeque<Fault>,
    /// What happens to all others; `None` if then all is well.
    pub always: Option<Fault>,
    /// What the next answers say in their headers, right or wrong: a value in the place of the true
    /// one, or none. One list for each answer, whatever else is wrong with that.
    pub says: VecDeque<Vec<(String, Option<String>)>>,
    /// Whether it was removed.
    pub gone: bool,
    /// Bytes of bodies that were sent.
    pub sent: u64,
    /// Requests that came.
    pub requests: u64,
    /// Those among them that are neither GET nor HEAD.
    pub uploads: u64,
}

/// What a server tells about a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validator {
    /// A strong ETag.
    Strong,
    /// A weak one.
    Weak,
    /// A `Last-Modified`.
    Modified,
    /// A strong ETag and a `Last-Modified`.
    Both,
    /// A weak ETag and a `Last-Modified`.
    WeakAndModified,
    /// Nothing.
    None,
}

/// A content coding: what is sent is not what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coding {
    /// Bytes on the wire.
    pub length: u64,
    /// Whether the coded form has an ETag of its own, as it must.
    pub own_etag: bool,
}

/// What the app may read of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposure {
    /// Of the app's own origin: everything.
    Own,
    /// Of another one, which exposes everything.
    All,
    /// Of another one, which exposes nothing beyond the safelist of CORS.
    Safelisted,
}

impl File {
    /// A well-behaved file.
    pub fn new(version: u64, length: u64) -> Self {
        Self {
            version,
            said_version: None,
            length,
            history: Vec::new(),
            validator: Validator::Strong,
            place: 0,
            own_etags: false,
            nodes: 0,
            modified: None,
            ahead: 0,
            dated: false,
            ranges: true,
            advertises: None,
            declares_length: true,
            unframed: false,
            blocks: 0,
            denies_if_range: false,
            honours_if_range: true,
            coding: None,
            exposure: Exposure::Own,
            redirected: false,
            mirrors: Vec::new(),
            rate: 1_000_000,
            chunk: 16 * 1024,
            faults: VecDeque::new(),
            always: None,
            says: VecDeque::new(),
            gone: false,
            sent: 0,
            requests: 0,
            uploads: 0,
        }
    }

    /// Puts another version in its place. If that is younger than a second, `Last-Modified` may
    /// stay the same.
    pub fn replace(&mut self, length: u64, now: Timestamp) {
        self.history.push((self.version, self.length));
        self.version += 1 + self.place * 100;
        self.length = length;
        let earlier = self.place * 100_000_000;
        let made = Timestamp(self.server_time(now).0.saturating_sub(earlier));
        self.modified = self.modified.map(|_| made);
    }

    /// The versions that there were, with the current one, and their lengths.
    pub fn versions(&self) -> impl Iterator<Item = (u64, u64)> {
        self.history.iter().copied().chain([(self.version, self.length)])
    }

    /// What a fault changes for good.
    pub(super) fn suffer(&mut self, fault: Option<Fault>, now: Timestamp) {
        match fault {
            Some(Fault::Changed) => self.replace(self.length, now),
            Some(Fault::Swapped) => {
                self.said_version = Some(self.version);
                self.replace(self.length, now);
            }
            Some(Fault::Replaced(length)) => self.replace(length, now),
            Some(Fault::NoMoreRanges) => self.ranges = false,
            Some(Fault::Gone) => self.gone = true,
            _ => {}
        }
    }

    /// Puts what it is to say in the place of what is true.
    pub(super) fn lie(&mut self, headers: &mut Vec<Header>) {
        for (name, value) in self.says.pop_front().into_iter().flatten() {
            headers.retain(|(other, _)| *other != name);
            headers.extend(value.map(|value| (name, value)));
        }
    }

    pub(super) fn next_mirror(&self) -> Option<String> {
        let count = self.mirrors.len() as u64;
        let at = self.requests.checked_rem(count)?;
        self.mirrors.get(usize::try_from(at).ok()?).cloned()
    }

    /// Now, by the server's clock.
    pub(super) fn server_time(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.0.saturating_add_signed(self.ahead))
    }

    /// The headers that tell versions apart; `coded` ones of the coded form.
    pub(super) fn validators(&self, coded: bool) -> Vec<Header> {
        let own = coded && self.coding.is_some_and(|coding| coding.own_etag);
        let variant = if own { "-gzip" } else { "" };
        let own = |number: u64| number.to_string() + "-";
        let place = if self.own_etags { own(self.place) } else { String::new() };
        let node = self.requests.checked_rem(self.nodes).map_or(String::new(), own);
        let version = self.said_version.unwrap_or(self.version);
        let etag =
            |weak: &str| ("etag".to_owned(), format!("{weak}\"{place}{node}{version}{variant}\""));
        let modified = || ("last-modified".to_owned(), self.last_modified());
        match self.validator {
            Validator::Strong => vec![etag("")],
            Validator::Weak => vec![etag("W/")],
            Validator::Modified => vec![modified()],
            Validator::Both => vec![etag(""), modified()],
            Validator::WeakAndModified => vec![etag("W/"), modified()],
            Validator::None => Vec::new(),
        }
    }

    fn last_modified(&self) -> String {
        let version = self.said_version.unwrap_or(self.version);
        let long_ago = Timestamp((1_000_000_000 + version % 1_000_000 * 60) * 1000);
        http_date(self.modified.unwrap_or(long_ago))
    }
}

pub(super) fn http_date(time: Timestamp) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(time.0))
}
