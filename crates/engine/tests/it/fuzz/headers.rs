//! Headers of any value: what is believed of them.

use std::time::Duration;

use background_fetch_engine::http::{ByteRange, Head, Header};
use background_fetch_engine::integrity::Check;
use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::snapshot::Write;
use background_fetch_engine::testing::memory::decode_base64;
use background_fetch_engine::testing::network::parse_date;
use background_fetch_engine::{Input, Output, Timestamp};
use proptest::prelude::*;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::texts;
use crate::common::bench::{Asked, Bench, NOW, asked, closes, goes_on};
use crate::common::{KIB, config, runs, url};

/// Before it no server had anything.
const YEAR_1990: Timestamp = Timestamp(631_152_000_000);
/// What of a body is stored when its connection breaks.
const STORED: u64 = 200 * KIB;
fn head(status: u16, headers: Vec<Header>) -> Head {
    let url = url("file");
    Head { url, status, headers, kind: "basic".into(), ..Head::default() }
}

fn header(name: &str, value: &str) -> Header {
    (name.to_owned(), value.to_owned())
}

/// Begins a body with this head, and breaks when so much of it is stored.
fn broken_after(headers: Vec<Header>, stored: u64) -> (Bench, Asked) {
    let mut bench = Bench::new();
    bench.opened(head(200, headers), None);
    bench.read(stored);
    let asked = bench.breaks();
    (bench, asked)
}

/// A number as the grammar has it, and with a sign, which can mean nothing else.
fn plain_number(text: &str) -> Option<u64> {
    let is_one = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.trim_start_matches('0');
    let number = if number.is_empty() { "0" } else { number };
    // Re-printed, it is the same.
    text.parse::<u64>().ok().filter(|value| is_one && value.to_string() == number)
}

/// First byte, last byte, complete length: by the grammar, but for spaces.
fn plain_range(value: &str) -> Option<(u64, u64, Option<u64>)> {
    let bare: String = value.chars().filter(|sign| !sign.is_ascii_whitespace()).collect();
    let (unit, rest) = bare.split_at_checked(5)?;
    let rest = unit.eq_ignore_ascii_case("bytes").then_some(rest)?;
    let rest = rest.strip_prefix('=').unwrap_or(rest);
    let (range, total) = rest.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let total = if total == "*" { None } else { Some(plain_number(total)?) };
    let (first, last) = (plain_number(first)?, plain_number(last)?);
    (first <= last && total.is_none_or(|total| last < total)).then_some((first, last, total))
}

/// [entity-tag](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3), and a strong one.
fn is_strong(etag: &str) -> bool {
    let inner = etag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| !inner.contains('"'))
}

/// `Content-Range` values about what was asked for, so that many fit.
fn range_from(start: u64, length: u64) -> BoxedStrategy<String> {
    let total = prop_oneof![
        3 => Just(length.to_string()),
        1 => Just("*".to_owned()),
        1 => texts::number(),
    ];
    let last = prop_oneof![
        3 => Just(length.saturating_sub(1).to_string()),
        2 => (start..length).prop_map(|last| last.to_string()),
        1 => texts::number(),
    ];
    let first = (start.saturating_sub(1)..=start + 1).prop_map(|first| first.to_string());
    let first = prop_oneof![3 => Just(start.to_string()), 1 => first, 1 => texts::number()];
    let fits = (first, last, total).prop_map(|(a, b, c)| format!("bytes {a}-{b}/{c}"));
    prop_oneof![5 => texts::near(fits), 1 => texts::content_range()].boxed()
}

/// Metadata about the digests of `body`.
fn metadata(body: &[u8]) -> BoxedStrategy<String> {
    let encode = |bytes: &[u8]| data_encoding::BASE64.encode(bytes);
    let digests = [
        format!("sha256-{}", encode(&Sha256::digest(body))),
        format!("sha384-{}", encode(&Sha384::digest(body))),
        format!("sha512-{}", encode(&Sha512::digest(body))),
        format!("sha512-{}", encode(&Sha512::digest(b"other"))),
        "md5-kAFQmDzST7DWlj99KOF/cg==".to_owned(),
    ];
    let expression = texts::near(prop::sample::select(digests.to_vec()));
    prop::collection::vec(expression, 0..4).prop_map(|all| all.join(" ")).boxed()
}

proptest! {
    #![proptest_config(runs(256))]

    #[test]
    fn a_length_is_the_number_that_it_says(value in texts::near(texts::number())) {
        let head = head(200, vec![header("content-length", &value)]);
        prop_assert_eq!(head.content_length(), plain_number(value.trim_ascii()));
    }

    #[test]
    fn a_range_header_says_what_is_meant(start in any::<u64>(), end in any::<Option<u64>>()) {
        let text = ByteRange { start, end }.header();
        let (first, last) = text.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        prop_assert_eq!(first.parse::<u64>().unwrap(), start);
        let last = (!last.is_empty()).then(|| last.parse::<u64>().unwrap());
        prop_assert_eq!(last, end.map(|end| end.saturating_sub(1)));
    }

    #[test]
    fn a_coding_is_one_that_browsers_undo(value in texts::word(&["gzip", "utf-8", "br", ""])) {
        let known = ["gzip", "x-gzip", "deflate", "compress", "x-compress", "br", "zstd", "dcb", "dcz"];
        let is_one = |word: &str| known.contains(&word.trim_ascii().to_ascii_lowercase().as_str());
        let none = !value.split(',').any(is_one);
        let headers = vec![header("etag", "\"1\""), header("content-encoding", &value)];
        prop_assert_eq!(head(200, headers.clone()).is_encoded(), !none);
        let length = header("content-length", &LENGTH.to_string());
        let (_, asked) = broken_after([headers, vec![length]].concat(), STORED);
        // What is coded is asked for from the beginning, and without.
        prop_assert_eq!(asked.range.is_some_and(|range| range.start > 0), none, "{:?}", value);
    }

    #[test]
    fn the_first_part_that_is_sent_unasked_begins_the_body(value in range_from(0, LENGTH)) {
        let mut bench = Bench::new();
        let done = bench.opened(head(206, vec![header("content-range", &value)]), None);
        let first = plain_range(&value).map(|(first, _, _)| first);
        prop_assert!(!goes_on(&done) || first == Some(0), "{:?}", value);
    }

    #[test]
    fn a_part_is_taken_only_if_it_is_what_was_asked(
        value in prop::option::weighted(0.9, range_from(STORED - 4 * KIB, LENGTH)),
        length in texts::near(texts::number()),
        declared in any::<bool>(),
    ) {
        let known = [header("etag", "\"1\""), header("content-length", &LENGTH.to_string())];
        let headers = known[..1 + usize::from(declared)].to_vec();
        let (mut bench, asked) = broken_after(headers, STORED);
        let range = asked.range.unwrap();
        prop_assert_eq!(range.start, STORED - 4 * KIB);
        let mut headers = vec![known[0].clone(), header("content-length", &length)];
        headers.extend(value.as_deref().map(|value| header("content-range", value)));
        let done = bench.opened(head(206, headers), Some(0));
        // Where no length is known at all, the bytes that were compared are enough.
        if !goes_on(&done) || !declared && value.is_none() {
            return Ok(());
        }
        let total = declared.then_some(LENGTH);
        let end = match value.as_deref().map(plain_range) {
            Some(parsed) => {
                let (first, last, complete) = parsed.expect("it has no sense");
                if first == 0 && complete == Some(last + 1) {
                    // The whole in the place of a part.
                    return Ok(());
                }
                prop_assert_eq!(first, range.start);
                prop_assert!(total.is_none() || complete.is_none() || complete == total);
                last + 1
            }
            None => range.start + plain_number(length.trim_ascii()).expect("nobody can tell its end"),
        };
        prop_assert!(total.is_none_or(|total| end <= total));
        prop_assert!(value.is_some() || Some(end) == total);
        // All that it says, and not a byte more.
        if end > STORED {
            prop_assert!(goes_on(&bench.read(end - STORED)));
        }
        let more = bench.read(1);
        prop_assert!(closes(&more));
    }

    #[test]
    fn a_body_is_at_its_end_only_if_that_is_all_of_it(
        (stored, value) in prop_oneof![1..8 * KIB, Just(STORED)].prop_flat_map(|stored| {
            let (start, end) = (stored.saturating_sub(4 * KIB), stored);
            let length = prop_oneof![Just(start), Just(end), (start..=end)];
            let length = prop_oneof![length.prop_map(|length| length.to_string()), texts::number()];
            (Just(stored), texts::near(length.prop_map(|length| format!("bytes */{length}"))))
        }),
    ) {
        let (mut bench, first) = broken_after(vec![header("etag", "\"1\"")], stored);
        let start = first.range.unwrap().start;
        let done = bench.opened(head(416, vec![header("content-range", &value)]), None);
        let wrote = |wanted: fn(&Write) -> bool| {
            done.iter().any(|output| match output {
                Output::Commit { writes, .. } => writes.iter().any(wanted),
                _ => false,
            })
        };
        let length = value.trim_ascii().rsplit('/').next().and_then(|length| plain_number(length.trim_ascii()));
        if wrote(|write| matches!(write, Write::PutRecord(row) if row.result.is_some())) {
            prop_assert_eq!((start, length), (stored, Some(stored)), "{:?}", value);
        } else {
            // Nothing is given up: all is asked for, as the app did.
            let forgets = wrote(|write| matches!(write, Write::DeleteSegments { .. }));
            let again = done.iter().find_map(asked);
            prop_assert!(!forgets && again.is_some_and(|asked| asked.range.is_none()), "{:?}", value);
        }
    }

    #[test]
    fn a_weak_or_broken_etag_is_no_strong_validator(etag in texts::etag(), declared in any::<bool>()) {
        let mut headers = vec![header("etag", &etag)];
        headers.extend(declared.then(|| header("content-length", &LENGTH.to_string())));
        let (_, asked) = broken_after(headers, STORED);
        match asked.if_range {
            Some(value) => prop_assert!(is_strong(&value) && value == etag, "{:?}", value),
            None => prop_assert!(!is_strong(&etag), "{:?}", etag),
        }
        // 200 KiB are enough to be compared.
        prop_assert!(asked.range.is_none() || asked.repeats);
    }

    #[test]
    fn a_young_or_broken_date_is_no_strong_validator(
        modified in texts::date(),
        date in prop::option::of(texts::date()),
    ) {
        let mut headers = vec![header("last-modified", &modified)];
        headers.extend(date.as_deref().map(|date| header("date", date)));
        let (_, asked) = broken_after(headers, STORED);
        let sent = date.as_deref().and_then(parse_date);
        let rest = Duration::from_secs(if sent.is_some() { 60 } else { 24 * 60 * 60 });
        let is_one = |time: Timestamp| time + rest <= sent.unwrap_or(NOW) && time >= YEAR_1990;
        let at_rest = parse_date(&modified).is_some_and(is_one);
        prop_assert_eq!(asked.if_range, at_rest.then_some(modified));
    }

    #[test]
    fn a_wait_is_what_was_asked_for_up_to_a_day_and_no_less_than_without(
        value in texts::retry_after(),
        status in prop_oneof![Just(429), Just(503), 500..600_u16, 200..600_u16],
    ) {
        let mut bench = Bench::new();
        let cap = config().retry.retry_after_cap;
        let done = bench.opened(head(status, vec![header("retry-after", &value)]), None);
        prop_assert!(done.iter().find_map(asked).is_none(), "asked again at once");
        let passes = matches!(status, 408 | 425 | 429 | 502..=504);
        if goes_on(&done) || !(passes || status >= 500) {
            return Ok(());
        }
        let seconds = plain_number(value.trim_ascii()).map(Duration::from_secs);
        let date = || parse_date(value.trim_ascii()).map(|date| date.since(NOW));
        let wanted = seconds.or_else(date).map(|wanted| wanted.min(cap.into()));
        prop_assert!(passes || wanted.is_some(), "it has no sense");
        let wanted = wanted.unwrap_or_default();
        bench.now = wanted.saturating_sub(Duration::from_millis(1));
        let early = bench.feed(Input::Woken).iter().find_map(asked);
        prop_assert!(early.is_none() || bench.now == wanted, "too early");
        bench.now = wanted.max(config().retry.base.into());
        let then = bench.feed(Input::Woken).iter().find_map(asked);
        prop_assert!(early.or(then).is_some(), "too late");
    }

    #[test]
    fn integrity_holds_only_for_a_digest_that_is_named(
        (body, metadata) in prop::collection::vec(any::<u8>(), 0..300)
            .prop_flat_map(|body| (Just(body.clone()), metadata(&body))),
    ) {
        let Some(mut check) = Check::new(&metadata, decode_base64) else {
            let any = metadata.to_ascii_lowercase();
            let named = any.split_ascii_whitespace().any(|one| {
                ["sha256-", "sha384-", "sha512-"].iter().any(|name| one.starts_with(name))
            });
            prop_assert!(!named, "{:?}", metadata);
            return Ok(());
        };
        let (first, second) = body.split_at(body.len() / 2);
        check.update(first);
        check.update(second);
        let names = |name: &str, digest: &[u8]| {
            metadata.split_ascii_whitespace().filter(|one| {
                one.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(name))
            }).map(|one| {
                let text = one[7..].split('?').next().unwrap().replace('-', "+").replace('_', "/");
                text == data_encoding::BASE64.encode(digest)
            }).reduce(|one, other| one || other)
        };
        // Of the strongest that is named at all.
        let expected = names("sha512-", &Sha512::digest(&body))
            .or_else(|| names("sha384-", &Sha384::digest(&body)))
            .or_else(|| names("sha256-", &Sha256::digest(&body)));
        prop_assert_eq!(Some(check.matches()), expected, "{:?}", metadata);
    }

    #[test]
    fn any_exchange_is_survived(
        heads in prop::collection::vec((any_head(), any::<Option<bool>>(), steps()), 1..8),
    ) {
        let mut bench = Bench::new();
        for (head, followed, steps) in heads {
            bench.opened(head, followed.map(|some| u64::from(some) * 100));
            for step in steps {
                let transfer = bench.transfer;
                match step {
                    Step::Read(length) => drop(bench.read(length)),
                    Step::Ended => drop(bench.feed(Input::BodyEnded { transfer })),
                    Step::Broken => {
                        let error = NetworkError::Broken;
                        bench.feed(Input::Broken { transfer, error });
                    }
                    Step::Later(millis) => {
                        bench.now += Duration::from_millis(millis);
                        bench.feed(Input::Woken);
                    }
                }
            }
        }
    }
}

#[derive(Debug, Clone)]
enum Step {
    Read(u64),
    Ended,
    Broken,
    Later(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (1..300 * KIB).prop_map(Step::Read),
        1 => Just(Step::Ended),
        2 => Just(Step::Broken),
        2 => prop_oneof![Just(60_000), 0..90_000_000_u64].prop_map(Step::Later),
    ];
    prop::collection::vec(step, 0..6)
}

fn any_head() -> impl Strategy<Value = Head> {
    let status = prop_oneof![4 => Just(200), 6 => Just(206), 1 => Just(416), 1 => any::<u16>()];
    let headers = prop::collection::vec(texts::header(), 0..6);
    let range = prop::option::of(range_from(STORED, LENGTH));
    (status, headers, range, "(basic|cors|)", any::<bool>()).prop_map(
        |(status, headers, range, kind, redirected)| {
            let headers = headers.into_iter().filter_map(|(name, value)| Some((name, value?)));
            let range = range.map(|range| header("content-range", &range));
            let headers = range.into_iter().chain(headers).collect();
            Head { kind, redirected, ..head(status, headers) }
        },
    )
}

const LENGTH: u64 = 1000 * KIB;
