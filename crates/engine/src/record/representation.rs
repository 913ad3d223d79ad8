//! Whether two responses are parts of one and the same body.
//!
//! The standard's [validate a partial response](https://wicg.github.io/background-fetch/#validate-a-partial-response),
//! made stricter: without a strong validator nothing is stitched unless the bytes themselves, where
//! one part ends and the next begins, are the same in both.

use crate::config::ParseDate;
use crate::http::{ByteRange, Head, RequestSpec};
use crate::text::{before, cut, decimal, number};
use crate::time::{Millis, Timestamp};

/// `Last-Modified` is a strong validator only when the file had been at rest for so long before
/// it was sent ([RFC 9110, 8.8.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2.2)).
const AT_REST: Millis = Millis::from_secs(60);

/// The same, where only our own clock tells the time: it may be wrong by a time zone.
const AT_REST_BY_OUR_CLOCK: Millis = Millis::from_secs(24 * 60 * 60);

const ETAG: &str = "etag";
const MODIFIED: &str = "last-modified";

/// 1990: what says that it is older was not there on any server.
const EARLIEST: Timestamp = Timestamp(631_152_000_000);

/// What a response to a ranged request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// The asked bytes of the same body, up to this offset if it is known.
    Continues {
        /// Offset after its last byte.
        end: Option<u64>,
    },
    /// A response that begins at 0, and is all of the body or of what was asked for.
    Complete,
    /// Of the same body, but from this earlier offset on.
    Earlier {
        /// Offset of its first byte.
        start: u64,
    },
    /// Not of the same body, or not what was asked for, or one cannot tell.
    Mismatch,
}

/// The value of `If-Range` for the body that `first` began, if there is a strong validator.
pub(crate) fn strong_validator(
    first: &Head,
    received: Timestamp,
    parse_date: ParseDate,
) -> Option<String> {
    if let Some(etag) = strong_etag(first) {
        return Some(etag.to_owned());
    }
    let text = first.header("last-modified")?;
    // Reproducible builds give all their files one date, of long ago.
    let modified = parse_date(text).filter(|date| *date >= EARLIEST)?;
    let (now, rest) = match first.header("date").and_then(parse_date) {
        Some(date) => (date, AT_REST),
        None => (received, AT_REST_BY_OUR_CLOCK),
    };
    (now >= modified + rest).then(|| text.to_owned())
}

fn strong_etag(head: &Head) -> Option<&str> {
    head.header("etag").filter(|etag| is_strong(etag))
}

/// Whether it is [one ETag](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3), and not a weak one.
fn is_strong(etag: &str) -> bool {
    let quoted = |(at, byte): (usize, u8)| (byte == b'"') == (at == 0 || at + 1 == etag.len());
    etag.len() > 1 && etag.bytes().enumerate().all(quoted)
}

/// Length of the whole body in bytes, as far as `first` tells.
pub(crate) fn complete_length(first: &Head) -> Option<u64> {
    if first.is_encoded() {
        return None;
    }
    match first.status {
        206 => content_range(first).and_then(|range| range.total),
        _ => first.content_length(),
    }
}

/// Length of the part that the app itself has asked for, as far as the response to that tells.
pub(crate) fn part_length(head: &Head) -> Option<u64> {
    let extent = || content_range(head).filter(|_| head.status == 206);
    let length = head.content_length().or_else(|| extent().map(|range| range.end - range.start));
    length.filter(|_| !head.is_encoded())
}

/// Offset after the last byte that this first response brings, as far as it tells.
pub(crate) fn body_end(first: &Head) -> Option<u64> {
    match first.status {
        206 => content_range(first).map(|range| range.end).filter(|_| !first.is_encoded()),
        _ => complete_length(first),
    }
}

/// Whether the rest of a body may be asked for by `Range`, if there is a way to validate it.
pub(crate) fn may_resume(request: &RequestSpec, first: &Head) -> bool {
    request.is_get()
        && request.header("range").is_none()
        && matches!(first.status, 200 | 206)
        && !first.is_encoded()
        && !refuses_ranges(first)
}

/// Whether the server of a response says that it knows no ranges.
pub(crate) fn refuses_ranges(first: &Head) -> bool {
    first.header("accept-ranges").is_some_and(|value| is(value, "none"))
}

/// Whether several parts of a body that may be resumed may be asked for at once: only where the
/// server says that it can, and every part can be checked on its own.
pub(crate) fn may_split(first: &Head) -> bool {
    let can = first.header("accept-ranges").is_some_and(|value| is(value, "bytes"))
        || first.status == 206;
    let checkable = first.kind == "basic" || content_range(first).is_some();
    can && checkable && complete_length(first).is_some()
}

/// Whether something that the head tells will be another of another version.
pub(crate) fn is_told_apart(first: &Head) -> bool {
    first.header(ETAG).or(first.header(MODIFIED)).is_some()
}

/// Whether it is worth asking the server of a response where its body ends, which came to an end after so many bytes
/// that nobody had declared: it says that it has ranges; or it may have some, and hides it, or forgets to say so.
pub(crate) fn may_have_ranges(first: &Head, length: u64) -> bool {
    let static_or_hidden = || {
        let validated = first.header(ETAG).or(first.header(MODIFIED)).is_some();
        length >= WORTH_ASKING && (validated || first.kind == "cors")
    };
    let ranges = first.header("accept-ranges").map(|value| is(value, "bytes"));
    first.status == 200 && ranges.unwrap_or_else(static_or_hidden)
}

/// Smaller bodies without a sign that the server has ranges are many, and seldom cut.
const WORTH_ASKING: u64 = 64 * 1024;

/// Length of the whole body, as a response to a range from this offset on tells it: at least so much.
pub(crate) fn length_beside(head: &Head, start: u64) -> Option<u64> {
    if head.is_encoded() {
        return None;
    }
    match (head.status, content_range(head)) {
        (206, Some(range)) => range.total.or(Some(range.end)),
        (206, None) => head.content_length().and_then(|length| start.checked_add(length)),
        (200, _) => head.content_length(),
        _ => None,
    }
}

/// The names of range units know no case.
fn is(value: &str, unit: &str) -> bool {
    value.trim_ascii().eq_ignore_ascii_case(unit)
}

/// Whether `part` is what `asked` asked for, of the body that `first` began. Without any validator
/// it may only be if its first bytes are `compared` with those that are stored.
pub(crate) fn compare(first: &Head, asked: ByteRange, part: &Head, compared: bool) -> Part {
    match part.status {
        206 if is_from_the_beginning(first, asked, part) => Part::Complete,
        206 => continues(first, asked, part, compared),
        // Even if it says that nothing is missing: that may be true of what is there now.
        416 => Part::Mismatch,
        _ => Part::Complete,
    }
}

/// Whether a part is all of the body though less was asked for, as some proxies answer; or begins one that was to be
/// without its content coding.
fn is_from_the_beginning(first: &Head, asked: ByteRange, part: &Head) -> bool {
    let Some(range) = content_range(part).filter(|range| range.start == 0) else { return false };
    if asked.start == 0 { first.is_encoded() } else { range.total == Some(range.end) }
}

/// The head of a 206 that is all of the body, as that of a response to the app's own request.
pub(crate) fn as_whole(mut head: Head) -> Head {
    let total = complete_length(&head).map(decimal);
    head.headers.retain(|(name, _)| name != "content-range" && name != "content-length");
    head.headers.extend(total.map(|total| ("content-length".to_owned(), total)));
    Head { status: 200, status_text: "OK".to_owned(), ..head }
}

fn continues(first: &Head, asked: ByteRange, part: &Head, compared: bool) -> Part {
    if part.is_encoded() || !same_validators(first, part, compared) {
        return Part::Mismatch;
    }
    let known = complete_length(first);
    let end = if part.header("content-range").is_some() {
        let Some(range) = content_range(part) else { return Part::Mismatch };
        let other_total = matches!((known, range.total), (Some(a), Some(b)) if a != b);
        if other_total || range.start > asked.start {
            return Part::Mismatch;
        }
        match asked.start - range.start {
            0 => {}
            // As caches do that keep blocks: what is stored of it can be compared.
            1..=BLOCK => return Part::Earlier { start: range.start },
            _ => return Part::Mismatch,
        }
        Some(range.end)
    } else {
        // Another origin that does not expose Content-Range. Its Content-Length is readable: if it
        // fills the body exactly to the known end, it can only be what was asked for.
        let end = part.content_length().and_then(|length| asked.start.checked_add(length));
        // Where no end is known, the bytes that are compared tell.
        let fits = match asked.end.or(known) {
            None => compared,
            wanted => end == wanted,
        };
        if !fits {
            return Part::Mismatch;
        }
        end
    };
    let beyond = matches!((end, asked.end.or(known)), (Some(end), Some(most)) if end > most);
    if beyond { Part::Mismatch } else { Part::Continues { end } }
}

/// So much earlier than asked a part may begin.
const BLOCK: u64 = 1024 * 1024;

/// The strong ETag is the same: a 206 may leave out everything else
/// ([RFC 9110, 15.3.7](https://www.rfc-editor.org/rfc/rfc9110#section-15.3.7)). Or all validators that the first response had
/// are the same, weak ones too; and at least one of them is there, if nothing else is compared.
fn same_validators(first: &Head, part: &Head, compared: bool) -> bool {
    if is_same(first, part) {
        return true;
    }
    let is_given = |name| first.header(name).is_some();
    let is_kept = |name| !is_given(name) || first.header(name) == part.header(name);
    (compared || is_given(ETAG) || is_given(MODIFIED)) && is_kept(ETAG) && is_kept(MODIFIED)
}

/// The same, where ETags tell nothing.
pub(crate) fn without_etag(head: &Head) -> Head {
    let mut head = head.clone();
    head.headers.retain(|(name, _)| name != "etag");
    head
}

/// Whether the strong ETag is the same.
pub(crate) fn is_same(first: &Head, head: &Head) -> bool {
    strong_etag(first).is_some_and(|etag| head.header("etag") == Some(etag))
}

/// Whether `head` begins the body that `first` began: byte by byte the same, as a strong ETag says.
pub(crate) fn is_same_whole(first: &Head, head: &Head) -> bool {
    let same = may_repeat(first) && head.status == 200 && is_same(first, head);
    same && complete_length(first) == complete_length(head)
}

/// Whether a 200 to a range contradicts what `first` said of the whole, and looks like the part without its name: it is
/// just as long as that; or the strong ETag is the same, and the length is not.
pub(crate) fn is_unnamed_part(first: &Head, asked: ByteRange, head: &Head) -> bool {
    let (Some(total), Some(length)) = (complete_length(first), complete_length(head)) else {
        return false;
    };
    let part = length == asked.end.unwrap_or(total).saturating_sub(asked.start);
    head.status == 200 && length != total && (part || is_same(first, head))
}

/// Whether another response may be known to be of the same bytes, from the first on.
pub(crate) fn may_repeat(first: &Head) -> bool {
    first.status == 200 && !first.is_encoded() && strong_etag(first).is_some()
}

/// Whether `head` is of a page that stands in the place of the file which `first` began, such as the login of a session
/// that is over, or the app itself: it was redirected to another path, and is of another type; or it is HTML, which the
/// file is not. And it is shorter than the `stored` bytes, as far as one can tell.
pub(crate) fn is_stranger(first: &Head, head: &Head, stored: u64) -> bool {
    let shorter = complete_length(head).is_none_or(|length| length < stored);
    let elsewhere = head.redirected && before(&head.url, b'?') != before(&first.url, b'?');
    let other = head.header("content-type") != first.header("content-type");
    head.is_ok() && shorter && (elsewhere && other || is_html(head) && !is_html(first))
}

fn is_html(head: &Head) -> bool {
    let kind = head.header("content-type").and_then(|value| value.get(..9));
    kind.is_some_and(|kind| kind.eq_ignore_ascii_case("text/html"))
}

struct Extent {
    start: u64,
    /// After the last byte.
    end: u64,
    total: Option<u64>,
}

/// The [`Content-Range`](https://www.rfc-editor.org/rfc/rfc9110#section-14.4) of a 206. Also in the spelling `bytes=…`
/// which the standard's text has.
fn content_range(head: &Head) -> Option<Extent> {
    let (unit, rest) = head.header("content-range")?.trim_ascii().split_at_checked(6)?;
    let (range, total) = cut(rest, b'/')?;
    let (first, last) = cut(range, b'-')?;
    let total = match total.trim_ascii() {
        "*" => None,
        total => Some(number(total)?),
    };
    let (start, end) = (number(first)?, number(last)?.checked_add(1)?);
    let known = unit.eq_ignore_ascii_case("bytes ") || unit.eq_ignore_ascii_case("bytes=");
    let sound = start < end && total.is_none_or(|total| end <= total);
    (known && sound).then_some(Extent { start, end, total })
}

/// The offset of the first byte of a 206, as far as it tells.
pub(crate) fn first_byte(head: &Head) -> Option<u64> {
    content_range(head).map(|range| range.start)
}

#[cfg(test)]
#[path = "representation_tests.rs"]
mod tests;
