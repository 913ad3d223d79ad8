//! How a file answers a request.

use std::time::Duration;

use super::Answer;
use super::body::{Extent, Script, Then};
use super::fault::Fault;
use super::file::{Exposure, File, http_date};
use crate::http::{ByteRange, Head, Header};
use crate::ports::Exchange;
use crate::time::Timestamp;

/// A 206, as it is sent and as it says that it is.
struct Partial {
    sent: ByteRange,
    declared: String,
}

impl File {
    pub(super) fn serve(
        &self,
        url: &str,
        exchange: &Exchange,
        fault: Option<Fault>,
        now: Timestamp,
    ) -> Answer {
        let fault = fault.filter(|fault| self.can(exchange, *fault));
        match fault {
            Some(Fault::Status(status, after)) => {
                let after = after.map(|seconds| seconds.to_string());
                return self.refusal(url, status, ("retry-after", after), now, fault);
            }
            Some(Fault::StatusUntil(status, after)) => {
                let date = http_date(self.server_time(now) + Duration::from_secs(after));
                return self.refusal(url, status, ("retry-after", Some(date)), now, fault);
            }
            _ if self.gone => return self.refusal(url, 404, ("", None), now, fault),
            _ => {}
        }
        let range = self.range_of(exchange, fault);
        let mut answer = match range {
            Some(_) if let Some(Fault::RangeStatus(status)) = fault => {
                self.refusal(url, status, ("", None), now, fault)
            }
            Some(_) if fault == Some(Fault::NotSatisfiable) => {
                self.refusal(url, 416, ("content-range", None), now, fault)
            }
            Some(range) if fault == Some(Fault::NothingFollows) && self.declares_length => {
                let declared = Some(format!("bytes */{}", range.start));
                self.refusal(url, 416, ("content-range", declared), now, fault)
            }
            Some(range) if range.start >= self.length => {
                let declared = Some(format!("bytes */{}", self.length));
                self.refusal(url, 416, ("content-range", declared), now, fault)
            }
            Some(range) => self.part(url, range, fault, now),
            None => self.whole(url, exchange, fault, now),
        };
        if exchange.request.method == "HEAD" {
            answer.body.rest.to = answer.body.rest.from;
        }
        answer
    }

    /// Whether a fault is one that can happen: those that only ranges of the engine's meet, and what nobody could know if
    /// the length was never told, or another.
    fn can(&self, exchange: &Exchange, fault: Fault) -> bool {
        match fault {
            Fault::RangeStatus(_) | Fault::ButLast => exchange.range.is_some(),
            Fault::Rest => {
                let told = self.declares_length && self.coding.is_none();
                exchange.range.is_some() && told && self.history.is_empty()
            }
            // Else its length may be that of a coding which is hidden.
            Fault::Longer(_) => {
                let own = self.exposure == Exposure::Own && exchange.request.method == "GET";
                own && self.declares_length && self.coding.is_none()
            }
            // Too many bytes, and not a word that can be read of how many there are.
            Fault::Overlong(_) => self.declares_length || self.exposure != Exposure::Safelisted,
            _ => true,
        }
    }

    /// The range that is served: what the engine asks for, or the app itself.
    fn range_of(&self, exchange: &Exchange, fault: Option<Fault>) -> Option<ByteRange> {
        if let (None, Some(Fault::Unasked(start))) = (exchange.range, fault) {
            return Some(ByteRange { start, end: None });
        }
        let asked = exchange.range.or_else(|| own_range(exchange.request.header("range")?));
        let changed = self.honours_if_range
            && exchange.if_range.as_ref().is_some_and(|wanted| {
                self.denies_if_range || !self.validators(false).iter().any(|(_, own)| own == wanted)
            });
        asked.filter(|_| self.ranges && !changed && fault != Some(Fault::Whole))
    }

    fn whole(
        &self,
        url: &str,
        exchange: &Exchange,
        fault: Option<Fault>,
        now: Timestamp,
    ) -> Answer {
        let coding = self.coding.filter(|_| exchange.range.is_none());
        let mut headers = self.headers(coding.is_some(), now);
        if coding.is_some() {
            headers.push(("content-encoding".into(), "gzip".into()));
        }
        if self.declares_length {
            let lacking = if let Some(Fault::Lacking(more)) = fault { more } else { 0 };
            let declared = coding.map_or(self.length, |coding| coding.length) + lacking;
            headers.push(("content-length".into(), declared.to_string()));
        }
        let head = self.head(url, 200, headers);
        let more = if let Some(Fault::Longer(more)) = fault { more } else { 0 };
        let end = Some(self.length.saturating_add(more));
        let mut body = self.script(url, ByteRange { start: 0, end }, fault);
        if let Some(Fault::Lacking(_)) = fault {
            body.then = Then::Break;
        }
        Answer { head, body, fault }
    }

    fn part(&self, url: &str, asked: ByteRange, fault: Option<Fault>, now: Timestamp) -> Answer {
        let Partial { sent, declared } = self.partial(asked, fault);
        let mut headers = self.headers(false, now);
        if fault != Some(Fault::Rest) {
            headers.push(("content-range".into(), declared));
        }
        let length = sent.end.unwrap_or(self.length).saturating_sub(sent.start);
        if self.declares_length && !matches!(fault, Some(Fault::Empty | Fault::Overlong(_))) {
            headers.push(("content-length".into(), length.to_string()));
        }
        let status = if fault == Some(Fault::Rest) { 200 } else { 206 };
        let head = self.head(url, status, headers);
        let body = self.script(url, sent, fault);
        Answer { head, body, fault }
    }

    fn partial(&self, asked: ByteRange, fault: Option<Fault>) -> Partial {
        let length = self.length;
        let mut start = asked.start - asked.start.checked_rem(self.blocks).unwrap_or(0);
        let mut end = asked.end.unwrap_or(length).min(length);
        match fault {
            Some(Fault::Elsewhere) => start = start.saturating_sub(1),
            Some(Fault::Less(most) | Fault::LessOfUnknown(most)) => {
                end = end.min(start.saturating_add(most.max(1)));
            }
            Some(Fault::More(more)) => end = end.saturating_add(more).min(length),
            Some(Fault::ButLast) => end = end.min(length.saturating_sub(1)).max(start + 1),
            _ => {}
        }
        let total = match fault {
            Some(Fault::WrongTotal) => (length + 1).to_string(),
            Some(Fault::UnknownTotal | Fault::LessOfUnknown(_)) => "*".to_owned(),
            _ => length.to_string(),
        };
        let declared = format!("bytes {start}-{}/{total}", end.saturating_sub(1));
        match fault {
            Some(Fault::Overlong(more)) => end = end.saturating_add(more),
            Some(Fault::Empty) => end = start,
            Some(Fault::Shifted) => (start, end) = (start + 1, end + 1),
            _ => {}
        }
        Partial { sent: ByteRange { start, end: Some(end) }, declared }
    }

    fn headers(&self, coded: bool, now: Timestamp) -> Vec<Header> {
        let mut headers = self.validators(coded);
        let advertised = self.advertises.unwrap_or(if self.ranges { "bytes" } else { "" });
        if !advertised.is_empty() {
            headers.push(("accept-ranges".into(), advertised.into()));
        }
        headers.extend(self.date(now));
        headers
    }

    fn date(&self, now: Timestamp) -> Option<Header> {
        self.dated.then(|| ("date".into(), http_date(self.server_time(now))))
    }

    /// As the app's origin may see it.
    fn head(&self, url: &str, status: u16, mut headers: Vec<Header>) -> Head {
        if self.exposure == Exposure::Safelisted {
            headers.retain(|(name, _)| SAFELISTED.contains(&name.as_str()));
        }
        let kind = if self.exposure == Exposure::Own { "basic" } else { "cors" };
        Head { url: url.to_owned(), status, headers, kind: kind.into(), ..Head::default() }
    }

    fn script(&self, url: &str, range: ByteRange, fault: Option<Fault>) -> Script {
        let (start, end) = (range.start, range.end.unwrap_or(self.length));
        let (stop, then) = match fault {
            Some(Fault::Cut(after)) => (start.saturating_add(after).min(end), Then::Break),
            Some(Fault::Silent(after)) => (start.saturating_add(after).min(end), Then::Silence),
            Some(Fault::Short(after)) => {
                // Without a length of its own, a body that ends early is a broken one to HTTP, and
                // in a content coding to the decoder.
                let noticed = !self.unframed && (!self.declares_length || self.coding.is_some());
                let then = if noticed { Then::Break } else { Then::End };
                (start.saturating_add(after).min(end), then)
            }
            _ => (end, Then::End),
        };
        Script {
            url: url.to_owned(),
            rest: Extent { version: self.version, from: start, to: stop },
            then,
            chunk: self.chunk.max(1),
            rate: self.rate.max(1),
            pause: match fault {
                Some(Fault::Pause(after, millis)) => {
                    Some((start.saturating_add(after), Duration::from_millis(millis)))
                }
                _ => None,
            },
        }
    }

    /// A response that is none of the file, with one header if `value` is given.
    fn refusal(
        &self,
        url: &str,
        status: u16,
        (name, value): (&str, Option<String>),
        now: Timestamp,
        fault: Option<Fault>,
    ) -> Answer {
        let mut headers: Vec<_> = value.into_iter().map(|value| (name.to_owned(), value)).collect();
        headers.extend(self.date(now));
        let head = self.head(url, status, headers);
        let body = Script {
            url: url.to_owned(),
            rest: ERROR_BODY,
            then: Then::End,
            chunk: 20,
            rate: 1_000_000,
            pause: None,
        };
        Answer { head, body, fault }
    }
}

/// `bytes=a-b` or `bytes=a-`, of the app's own making.
fn own_range(value: &str) -> Option<ByteRange> {
    let (start, last) = value.strip_prefix("bytes=")?.split_once('-')?;
    let end = match last {
        "" => None,
        last => Some(last.parse::<u64>().ok()?.checked_add(1)?),
    };
    Some(ByteRange { start: start.parse().ok()?, end })
}

/// [CORS-safelisted](https://fetch.spec.whatwg.org/#cors-safelisted-response-header-name) headers
/// among those that are sent here.
const SAFELISTED: [&str; 2] = ["content-length", "last-modified"];

/// The content of an error's body: `content(ERROR_BODY.version, …)`.
pub const ERROR_BODY: Extent = Extent { version: 0, from: 0, to: 20 };
