//! Servers that do what they are told, request by request.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::http::{Head, Header};
use crate::ports::{Exchange, NetworkError};
use crate::time::Timestamp;

/// All files that can be asked for, by URL.
#[derive(Debug, Clone, Default)]
pub struct Servers {
    /// What is served.
    pub files: BTreeMap<String, File>,
}

/// A file on a server, with what will go wrong.
#[derive(Debug, Clone)]
pub struct File {
    /// Names the content: the bytes depend on it.
    pub version: u64,
    /// The version that the validators name, if it is another.
    pub said_version: Option<u64>,
    /// Bytes.
    pub length: u64,
    /// What the server tells about the version.
    pub validator: Validator,
    /// Whether `Range` is honoured.
    pub ranges: bool,
    /// Whether `Content-Length` is told (a 206 has `Content-Range` all the same).
    pub tells_length: bool,
    /// Whether `If-Range` is honoured; else a changed file is answered with a 206 all the same.
    pub honours_if_range: bool,
    /// Of another origin, and longer on the way than it is, by the coding that this hides.
    pub hidden_coding: u64,
    /// Whether its URL redirects to where it is.
    pub redirected: bool,
    /// Bytes a second.
    pub rate: u64,
    /// Bytes that come at a time.
    pub chunk: u64,
    /// What happens to the next requests, one each; then all is well.
    pub faults: VecDeque<Fault>,
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
    /// A `Last-Modified` of long ago.
    Modified,
    /// Nothing.
    None,
}

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It fails before a response.
    Fails(NetworkError),
    /// The connection breaks after so many bytes of the body.
    Cut(u64),
    /// The connection is silent after so many bytes.
    Silent(u64),
    /// The body ends after so many bytes, as if that were all.
    Short(u64),
    /// This status, with `Retry-After` in seconds if given, and a small body.
    Status(u16, Option<u64>),
    /// 200 with the whole file, whatever was asked for.
    Whole,
    /// A 206 whose bytes and `Content-Range` begin elsewhere.
    Elsewhere,
    /// A 206 whose bytes begin elsewhere, under the `Content-Range` that was asked for.
    Shifted,
    /// From this request on, the file is another version.
    Changed,
    /// The same, under the validators of the old one.
    Swapped,
}

/// The response to one request.
#[derive(Debug)]
pub struct Answer {
    /// Its head.
    pub head: Head,
    /// Its body.
    pub body: Script,
}

/// A body that is on its way.
#[derive(Debug, Clone)]
pub struct Script {
    url: String,
    version: u64,
    position: u64,
    /// Where it stops, and how.
    stop: u64,
    then: Then,
    chunk: u64,
    rate: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    End,
    Break,
    Silence,
}

/// What comes next of a body.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Bytes, after this time.
    Chunk(Vec<u8>, Duration),
    /// Its end.
    End,
    /// An error.
    Break,
    /// Nothing, ever.
    Silence,
}

/// The bytes `from..to` of a version.
pub fn content(version: u64, from: u64, to: u64) -> Vec<u8> {
    let byte = |at: u64| {
        let mixed = (at ^ version.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 56) as u8
    };
    (from..to).map(byte).collect()
}

impl File {
    /// A well-behaved file.
    pub fn new(version: u64, length: u64) -> Self {
        Self {
            version,
            said_version: None,
            length,
            validator: Validator::Strong,
            ranges: true,
            tells_length: true,
            honours_if_range: true,
            hidden_coding: 0,
            redirected: false,
            rate: 1_000_000,
            chunk: 16 * 1024,
            faults: VecDeque::new(),
            sent: 0,
            requests: 0,
            uploads: 0,
        }
    }

    fn validators(&self) -> Vec<Header> {
        let version = self.said_version.unwrap_or(self.version);
        let header = |name: &str, value: String| vec![(name.to_owned(), value)];
        match self.validator {
            Validator::Strong => header("etag", format!("\"{version}\"")),
            Validator::Weak => header("etag", format!("W/\"{version}\"")),
            Validator::Modified => {
                let time = Duration::from_secs(1_000_000_000 + version % 1_000_000 * 60);
                let date = httpdate::fmt_http_date(std::time::UNIX_EPOCH + time);
                header("last-modified", date)
            }
            Validator::None => Vec::new(),
        }
    }
}

/// A [`ParseDate`](crate::ParseDate).
pub fn parse_date(text: &str) -> Option<Timestamp> {
    let time = httpdate::parse_http_date(text).ok()?;
    let since_epoch = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Timestamp(0) + since_epoch)
}

impl Servers {
    /// Answers a request.
    ///
    /// # Errors
    ///
    /// As the file's next fault says; an unknown URL is unreachable.
    pub fn answer(&mut self, exchange: &Exchange, _now: Timestamp) -> Result<Answer, NetworkError> {
        let url = exchange.request.url.as_str();
        let Some(file) = self.files.get_mut(url) else { return Err(NetworkError::Unreachable) };
        file.requests += 1;
        let method = exchange.request.method.as_str();
        file.uploads += u64::from(!matches!(method, "GET" | "HEAD"));
        let fault = file.faults.pop_front();
        match fault {
            Some(Fault::Fails(error)) => return Err(error),
            Some(Fault::Status(status, after)) => return Ok(refusal(url, status, after)),
            Some(Fault::Changed) => file.version += 1,
            Some(Fault::Swapped) => {
                file.said_version = Some(file.version);
                file.version += 1;
            }
            _ => {}
        }
        Ok(file.serve(exchange, fault))
    }
}

impl File {
    fn serve(&self, exchange: &Exchange, fault: Option<Fault>) -> Answer {
        let mut headers = self.validators();
        let changed = self.honours_if_range
            && exchange
                .if_range
                .as_ref()
                .is_some_and(|wanted| !headers.iter().any(|(_, value)| value == wanted));
        let range =
            exchange.range.filter(|_| self.ranges && !changed && fault != Some(Fault::Whole));
        let skew = if fault == Some(Fault::Elsewhere) { 1 } else { 0 };
        let (status, start, end) = match range {
            Some(range) if range.start >= self.length => {
                headers.push(("content-range".into(), format!("bytes */{}", self.length)));
                (416, 0, 0)
            }
            Some(range) => {
                let end = range.end.unwrap_or(self.length).min(self.length);
                let start = range.start.saturating_sub(skew);
                let value = format!("bytes {start}-{}/{}", end.saturating_sub(1), self.length);
                headers.push(("content-range".into(), value));
                (206, start, end)
            }
            None => (200, 0, self.length),
        };
        if self.tells_length {
            let length = end - start + self.hidden_coding;
            headers.push(("content-length".into(), length.to_string()));
        }
        if self.ranges {
            headers.push(("accept-ranges".into(), "bytes".into()));
        }
        let url = exchange.request.url.clone();
        let (stop, then) = match fault {
            Some(Fault::Cut(after)) => (start.saturating_add(after).min(end), Then::Break),
            Some(Fault::Silent(after)) => (start.saturating_add(after).min(end), Then::Silence),
            Some(Fault::Short(after)) => (start.saturating_add(after).min(end), Then::End),
            _ => (end, Then::End),
        };
        let head = Head {
            url: url.clone(),
            status,
            headers,
            kind: if self.hidden_coding > 0 { "cors" } else { "basic" }.into(),
            redirected: self.redirected,
            ..Head::default()
        };
        let shift = u64::from(fault == Some(Fault::Shifted) && status == 206);
        let body = Script {
            url,
            version: self.version,
            position: start + shift,
            stop: stop + shift,
            then,
            chunk: self.chunk.max(1),
            rate: self.rate.max(1),
        };
        Answer { head, body }
    }
}

impl Script {
    /// Takes what comes next, and counts it.
    pub fn next(&mut self, servers: &mut Servers) -> Next {
        if self.position >= self.stop {
            return match self.then {
                Then::End => Next::End,
                Then::Break => Next::Break,
                Then::Silence => Next::Silence,
            };
        }
        let end = (self.position + self.chunk).min(self.stop);
        let bytes = content(self.version, self.position, end);
        let length = end - self.position;
        self.position = end;
        if let Some(file) = servers.files.get_mut(&self.url) {
            file.sent += length;
        }
        Next::Chunk(bytes, Duration::from_millis(length * 1000 / self.rate))
    }
}

fn refusal(url: &str, status: u16, after: Option<u64>) -> Answer {
    let after = after.map(|seconds| ("retry-after".to_owned(), seconds.to_string()));
    let head = Head {
        url: url.to_owned(),
        status,
        headers: after.into_iter().collect(),
        kind: "basic".into(),
        ..Head::default()
    };
    let body = Script {
        url: url.to_owned(),
        version: 0,
        position: 0,
        stop: 20,
        then: Then::End,
        chunk: 20,
        rate: 1_000_000,
    };
    Answer { head, body }
}
