use super::*;
use crate::testing::network::parse_date;

const RECEIVED: Timestamp = Timestamp(1_700_000_000_000);

fn head(status: u16, headers: &[(&str, &str)]) -> Head {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Head { status, headers: headers.collect(), kind: "basic".into(), ..Head::default() }
}

fn first() -> Head {
    head(200, &[("etag", "\"a\""), ("content-length", "100"), ("accept-ranges", "bytes")])
}

fn ask(start: u64, end: Option<u64>) -> ByteRange {
    ByteRange { start, end }
}

#[test]
fn a_part_of_the_same_version_continues() {
    let part = head(206, &[("etag", "\"a\""), ("content-range", "bytes 40-99/100")]);
    assert_eq!(compare(&first(), ask(40, None), &part, false), Part::Continues { end: Some(100) });
    let part = head(206, &[("etag", "\"a\""), ("content-range", "bytes=40-99/100")]);
    assert_eq!(compare(&first(), ask(40, None), &part, false), Part::Continues { end: Some(100) });
}

#[test]
fn lies_and_other_versions_do_not() {
    let part = |etag, range| head(206, &[("etag", etag), ("content-range", range)]);
    for (etag, range) in [
        ("\"b\"", "bytes 40-99/100"),
        ("\"a\"", "bytes 41-99/100"),
        ("\"a\"", "bytes 40-99/101"),
        ("\"a\"", "bytes 40-120/*"),
        ("\"a\"", "bytes 40-30/100"),
        ("\"a\"", "items 40-99/100"),
        ("\"a\"", "bytes */100"),
    ] {
        let compared = compare(&first(), ask(40, None), &part(etag, range), false);
        assert_eq!(compared, Part::Mismatch, "{etag} {range}");
    }
    let gone = head(206, &[("content-range", "bytes 40-99/100")]);
    assert_eq!(compare(&first(), ask(40, None), &gone, false), Part::Mismatch);
}

#[test]
fn without_content_range_only_an_exact_fit_is_believed() {
    let part = |length| head(206, &[("etag", "\"a\""), ("content-length", length)]);
    assert_eq!(
        compare(&first(), ask(40, None), &part("60"), false),
        Part::Continues { end: Some(100) }
    );
    assert_eq!(compare(&first(), ask(40, None), &part("100"), false), Part::Mismatch);
    let silent = head(206, &[("etag", "\"a\"")]);
    assert_eq!(compare(&first(), ask(40, None), &silent, false), Part::Mismatch);
}

#[test]
fn a_range_after_the_end_tells_nothing_of_what_is_stored() {
    let part = head(416, &[("content-range", "bytes */100")]);
    assert_eq!(compare(&first(), ask(100, None), &part, false), Part::Mismatch);
    assert_eq!(compare(&first(), ask(40, None), &part, false), Part::Mismatch);
    assert_eq!(compare(&first(), ask(100, None), &head(416, &[]), false), Part::Mismatch);
}

#[test]
fn validators_are_strong_or_none() {
    let validator = |headers: &[_]| strong_validator(&head(200, headers), RECEIVED, parse_date);
    assert_eq!(validator(&[("etag", "\"a\"")]).as_deref(), Some("\"a\""));
    for etag in ["W/\"a\"", "a", "\"", "\"a", "\"a\", W/\"b\""] {
        assert_eq!(validator(&[("etag", etag)]), None, "{etag}");
    }
    let modified = "Tue, 14 Nov 2023 22:12:20 GMT";
    let dated = |date| validator(&[("last-modified", modified), ("date", date)]);
    assert_eq!(dated("Tue, 14 Nov 2023 22:13:20 GMT").as_deref(), Some(modified));
    assert_eq!(dated("Tue, 14 Nov 2023 22:13:19 GMT"), None);
    assert_eq!(validator(&[("last-modified", modified)]), None);
    assert!(validator(&[("last-modified", "Mon, 13 Nov 2023 22:12:20 GMT")]).is_some());
    assert_eq!(validator(&[]), None);
}

#[test]
fn encoded_bodies_have_no_known_length_and_are_not_resumed() {
    let get = RequestSpec { method: "GET".into(), ..RequestSpec::default() };
    let mut encoded = first();
    encoded.headers.push(("content-encoding".into(), "gzip".into()));
    assert_eq!(complete_length(&encoded), None);
    assert!(!may_resume(&get, &encoded));
    assert!(may_resume(&get, &first()));
    assert!(may_split(&first()));
}

#[test]
fn other_origins_are_split_only_where_every_part_can_be_checked() {
    let get = RequestSpec { method: "GET".into(), ..RequestSpec::default() };
    let cors = Head { kind: "cors".into(), ..first() };
    assert!(!may_split(&cors));
    assert!(may_resume(&get, &cors));
}

#[test]
fn without_a_strong_validator_the_bytes_must_be_compared() {
    let first = head(200, &[("content-length", "100")]);
    let part = head(206, &[("content-range", "bytes 40-99/100")]);
    assert_eq!(compare(&first, ask(40, None), &part, false), Part::Mismatch);
    assert_eq!(compare(&first, ask(40, None), &part, true), Part::Continues { end: Some(100) });
    let weak = |etag| head(200, &[("etag", etag), ("content-length", "100")]);
    let other = head(206, &[("etag", "W/\"b\""), ("content-range", "bytes 40-99/100")]);
    assert_eq!(compare(&weak("W/\"a\""), ask(40, None), &other, true), Part::Mismatch);
    let longer = head(206, &[("content-range", "bytes 40-100/101")]);
    assert_eq!(compare(&first, ask(40, None), &longer, true), Part::Mismatch);
}
