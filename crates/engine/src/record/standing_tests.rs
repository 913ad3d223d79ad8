use super::*;
use crate::testing::network::parse_date;

const WALL: Timestamp = Timestamp(1_000_000_000_000);
const NOW: Instant = Instant(5_000_000);

fn config() -> Config {
    Config::new(String::new(), None, parse_date)
}

fn retry() -> Retry {
    config().retry
}

fn head(status: u16, retry_after: &str) -> Head {
    let headers = vec![("retry-after".to_owned(), retry_after.to_owned())];
    Head { status, headers, ..Head::default() }
}

/// After so many attempts, and so many denials.
fn advise(trouble: Trouble, attempts: u32, denials: u32, known: Known) -> Advice {
    let mut standing = Standing { denials, ..Standing::default() };
    standing.advise(&retry(), NOW, trouble, &history(attempts, known), 7)
}

fn history(attempts: u32, known: Known) -> History {
    History { attempts, known, silent_for: Millis::ZERO, away_since: None }
}

#[test]
fn waits_grow_and_stay_under_the_cap() {
    let most = |attempts| longest_wait(&retry(), attempts, None);
    assert!(back_off(&retry(), most(0), 500) <= Millis(500));
    let longest = |attempts| back_off(&retry(), most(attempts), u64::MAX - 1);
    assert!((0..40).all(|attempts| longest(attempts) <= retry().cap));
    assert_eq!(back_off(&retry(), most(9), 60_000), Millis::from_secs(60));
}

#[test]
fn an_outage_is_at_most_doubled() {
    let waits = |seconds| longest_wait(&retry(), 30, Some(Millis::from_secs(seconds)));
    assert_eq!(back_off(&retry(), waits(4), 4_000), Millis::from_secs(4));
    assert_eq!(back_off(&retry(), waits(4), 4_001), Millis::ZERO);
    assert_eq!(back_off(&retry(), waits(0), 500), retry().base);
    assert_eq!(back_off(&retry(), waits(9_999), 60_000), Millis::from_secs(60));
}

#[test]
fn offline_waits_without_limit() {
    let trouble = Trouble::Network(NetworkError::Offline);
    let until = NOW + retry().offline_poll;
    let advice = advise(trouble, 1_000_000, 0, Known::Nobody);
    assert_eq!(advice, Advice::Wait { until, counts: false });
}

#[test]
fn what_cannot_get_better_is_given_up_at_once() {
    let trouble = Trouble::Network(NetworkError::Forbidden);
    assert_eq!(advise(trouble, 0, 0, Known::Nobody), Advice::GiveUp);
}

#[test]
fn denials_are_believed_soon_and_count_by_themselves() {
    let errors = [
        (NetworkError::Refused, retry().refused_attempts),
        (NetworkError::Absent, retry().absent_attempts),
    ];
    for (error, most) in errors {
        // With so many denials before this one.
        let gives_up = |attempts, before, known| {
            advise(Trouble::Network(error), attempts, before, known) == Advice::GiveUp
        };
        assert!(!gives_up(most, most - 1, Known::Nobody));
        assert!(gives_up(most, most, Known::Nobody));
        assert!(!gives_up(most + 1, 0, Known::Nobody));
        assert!(gives_up(retry().attempts, 0, Known::Nobody));
        // A server that has answered others has only met trouble.
        assert!(!gives_up(most, most, Known::Server));
        assert!(!gives_up(most, most, Known::Itself));
    }
}

#[test]
fn the_first_attempt_of_a_life_does_not_count() {
    let mut standing = Standing { fresh: true, ..Standing::default() };
    let mut counts = || {
        let advice = standing.advise(&retry(), NOW, Trouble::Stall, &history(1, Known::Itself), 7);
        matches!(advice, Advice::Wait { counts: true, .. })
    };
    assert_eq!([counts(), counts()], [false, true]);
}

#[test]
fn what_a_record_meets_again_is_its_own_if_others_were_answered_meanwhile() {
    let busy = Trouble::Busy(Millis::ZERO);
    let after = |answers| Repute { answers, ..Repute::default() };
    let mut standing = Standing::default();
    assert!(!standing.blames_server(Trouble::Stall, &after(0)));
    let blames: Vec<_> =
        [0, 0, 3, 3].map(|answers| standing.blames_server(busy, &after(answers))).into();
    assert_eq!(blames, [true, true, false, true]);
}

#[test]
fn retry_after_is_read_as_seconds_and_as_a_date() {
    let get = RequestSpec { method: "GET".into(), ..RequestSpec::default() };
    let busy = |request: &_, head: &_, resuming| busy(request, head, resuming, WALL, &config());
    let asked = |value: &str| busy(&get, &head(503, value), false);
    assert_eq!(asked("120"), Some(Trouble::Busy(Millis::from_secs(120))));
    let date = "Sun, 09 Sep 2001 01:48:20 GMT";
    assert_eq!(asked(date), Some(Trouble::Busy(Millis::from_secs(100))));
    let mut dated = head(503, date);
    dated.headers.push(("date".to_owned(), "Sun, 09 Sep 2001 01:48:13 GMT".to_owned()));
    let by_its_clock = Some(Trouble::Busy(Millis::from_secs(7)));
    assert_eq!(busy(&get, &dated, false), by_its_clock);
    assert_eq!(asked("soon"), Some(Trouble::Busy(Millis::ZERO)));
    assert_eq!(busy(&get, &head(404, "120"), true), None);
    let post = RequestSpec { method: "POST".into(), ..RequestSpec::default() };
    assert_eq!(busy(&post, &head(503, "120"), false), None);
}

#[test]
fn a_status_tells_whether_it_passes() {
    let get = RequestSpec { method: "GET".into(), ..RequestSpec::default() };
    let passes = |status, resuming| {
        let head = Head { status, ..Head::default() };
        busy(&get, &head, resuming, WALL, &config()).is_some()
    };
    let all =
        |resuming| (100..1000).filter(|status| passes(*status, resuming)).collect::<Vec<u16>>();
    assert_eq!(all(false), [408, 425, 429, 502, 503, 504]);
    assert_eq!(all(true), [408, 425, 429].into_iter().chain(500..600).collect::<Vec<_>>());
}
