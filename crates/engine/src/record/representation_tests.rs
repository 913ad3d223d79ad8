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

#[test]
fn an_equal_strong_etag_is_enough() {
    let both = [("etag", "\"a\""), ("last-modified", "Mon, 13 Nov 2023 22:12:20 GMT")];
    let first = head(200, &[&both[..], &[("content-length", "100")]].concat());
    let part = |etag| head(206, &[("etag", etag), ("content-range", "bytes 40-99/100")]);
    let compared = compare(&first, ask(40, None), &part("\"a\""), false);
    assert_eq!(compared, Part::Continues { end: Some(100) });
    assert_eq!(compare(&first, ask(40, None), &part("\"b\""), false), Part::Mismatch);
    let weak = head(200, &[("etag", "W/\"a\""), both[1], ("content-length", "100")]);
    assert_eq!(compare(&weak, ask(40, None), &part("W/\"a\""), false), Part::Mismatch);
}

#[test]
fn of_an_unknown_length_the_bytes_tell() {
    let modified = ("last-modified", "Mon, 13 Nov 2023 22:12:20 GMT");
    let first = head(200, &[modified]);
    let part = head(206, &[modified]);
    assert_eq!(compare(&first, ask(40, None), &part, true), Part::Continues { end: None });
    assert_eq!(compare(&first, ask(40, None), &part, false), Part::Mismatch);
}

#[test]
fn a_date_of_reproducible_builds_validates_nothing() {
    let validator =
        |date| strong_validator(&head(200, &[("last-modified", date)]), RECEIVED, parse_date);
    assert_eq!(validator("Tue, 01 Jan 1980 00:00:00 GMT"), None);
    assert_eq!(validator("Thu, 01 Jan 1970 00:00:01 GMT"), None);
    assert!(validator("Mon, 01 Jan 1990 00:00:01 GMT").is_some());
}

#[test]
fn units_know_no_case_and_strange_codings_are_none() {
    let split = |unit| may_split(&head(200, &[("accept-ranges", unit), ("content-length", "9")]));
    assert!(split("Bytes") && !split("items"));
    let get = RequestSpec { method: "GET".into(), ..RequestSpec::default() };
    assert!(!may_resume(&get, &head(200, &[("accept-ranges", "None")])));
    for (coding, is_one) in
        [("gzip", true), ("identity, BR", true), ("utf-8", false), ("aws-chunked", false)]
    {
        assert_eq!(head(200, &[("content-encoding", coding)]).is_encoded(), is_one, "{coding}");
    }
}

#[test]
fn a_page_in_the_place_of_the_file_is_a_stranger() {
    let file = Head {
        url: "https://a.test/film.mp4".into(),
        ..head(200, &[("content-type", "video/mp4")])
    };
    let page = |url: &str, kind, length| Head {
        url: url.into(),
        redirected: url != file.url,
        ..head(200, &[("content-type", kind), ("content-length", length)])
    };
    let (login, html) = ("https://a.test/login?to=film.mp4", "text/html; charset=utf-8");
    assert!(is_stranger(&file, &page(login, html, "3000"), 90_000));
    assert!(is_stranger(&file, &page(login, "application/json", "20"), 90_000));
    assert!(is_stranger(&file, &page(&file.url, "Text/HTML", "3000"), 90_000));
    // Another file, or a newer one.
    assert!(!is_stranger(&file, &page(&file.url, "video/webm", "3000"), 90_000));
    assert!(!is_stranger(
        &file,
        &page("https://a.test/film.mp4?signed", "video/webm", "3000"),
        90_000
    ));
    assert!(!is_stranger(&file, &page(login, html, "99000"), 90_000));
    let document = Head { url: file.url.clone(), ..head(200, &[("content-type", html)]) };
    assert!(!is_stranger(&document, &page(&file.url, html, "3000"), 90_000));
}
