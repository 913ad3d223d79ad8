//! Requests and responses as plain data: what the standard's algorithms read of them.

use crate::text::{any_item, decimal, number};

/// A name and a value, as `Headers` iterates them: lower-case names, combined values.
pub type Header = (String, String);

/// A request as the app made it, without its body.
///
/// The engine reads the URL, the method and the headers; the rest is carried for the port that
/// fetches. The enumerations of Fetch stay strings: the browser is their only judge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestSpec {
    /// Absolute URL, with its fragment.
    pub url: String,
    /// Normalised by `Request`.
    pub method: String,
    /// The app's own headers.
    pub headers: Vec<Header>,
    /// `RequestMode`.
    pub mode: String,
    /// `RequestCredentials`.
    pub credentials: String,
    /// `RequestCache`.
    pub cache: String,
    /// `RequestRedirect`.
    pub redirect: String,
    /// As `Request.referrer`.
    pub referrer: String,
    /// `ReferrerPolicy`.
    pub referrer_policy: String,
    /// Subresource integrity metadata, "" for none.
    pub integrity: String,
    /// Length of the stored body in bytes; `None` for no body.
    pub body_length: Option<u64>,
}

impl RequestSpec {
    /// Whether the method is GET: only such a request may be repeated, resumed or paused.
    pub fn is_get(&self) -> bool {
        self.method == "GET"
    }

    /// Whether the app itself asked for a part, which then is all that it gets.
    pub fn has_range(&self) -> bool {
        self.header("range").is_some()
    }

    /// The value of the app's own header `name` (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

/// Status line and headers of a response.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// Final URL, after redirects.
    pub url: String,
    /// Status code.
    pub status: u16,
    /// Reason phrase.
    pub status_text: String,
    /// The headers that this origin may read, in the network's order.
    pub headers: Vec<Header>,
    /// `ResponseType`: `basic`, `cors` or `default`.
    pub kind: String,
    /// Whether a redirect led here.
    pub redirected: bool,
}

impl Head {
    /// The value of header `name` (lower case), if it is there and this origin may read it.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// An [ok status](https://fetch.spec.whatwg.org/#ok-status).
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// `Content-Length` in bytes; `None` where it is absent, unreadable or no number.
    pub fn content_length(&self) -> Option<u64> {
        number(self.header("content-length")?)
    }

    /// Whether a content coding is in use that browsers undo: stored bytes then differ from sent ones. Whatever else
    /// servers write there ("utf-8", "binary", "aws-chunked") changes nothing.
    pub fn is_encoded(&self) -> bool {
        let undone = |coding: &str| CODINGS.iter().any(|known| coding.eq_ignore_ascii_case(known));
        self.header("content-encoding").is_some_and(|codings| any_item(codings, &undone))
    }
}

/// Those of [Fetch](https://fetch.spec.whatwg.org/#handle-content-codings), and their other names.
const CODINGS: [&str; 9] =
    ["gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd", "dcb", "dcz"];

fn find<'a>(headers: &'a [Header], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// A range of bytes to ask for: `bytes=start-` or, with an end, `bytes=start-(end-1)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByteRange {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset after the last byte; `None` for all that follows.
    pub end: Option<u64>,
}

impl ByteRange {
    /// The value of the `Range` header.
    pub fn header(self) -> String {
        match self.end {
            Some(end) => {
                let last = end.saturating_sub(1);
                ["bytes=", &decimal(self.start), "-", &decimal(last)].concat()
            }
            None => ["bytes=", &decimal(self.start), "-"].concat(),
        }
    }
}
