//! "Temporarily unavailable": when to wait, for how long, when to give up.

use std::time::Duration;

use crate::config::{ParseDate, Retry};
use crate::http::{Head, RequestSpec};
use crate::ports::NetworkError;
use crate::time::Timestamp;

/// What stopped a transfer before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The port said so.
    Network(NetworkError),
    /// Silence.
    Stall,
    /// The body ended before the length that its head promised.
    Truncated,
    /// 429, or 5xx, and when the server wants to be asked again, if it said.
    Busy(Option<Timestamp>),
    /// The store failed for a reason other than space.
    Store,
}

impl Trouble {
    /// Whether the network is there, and this is not.
    pub(crate) fn is_denial(self) -> bool {
        matches!(self, Self::Network(NetworkError::Refused | NetworkError::Absent))
    }
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Advice {
    /// Ask again then; it counts as a try if `counts`.
    Wait { until: Timestamp, counts: bool },
    /// It will not get better.
    GiveUp,
}

/// Where a record stands with its server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Tries without progress before this one.
    pub(crate) tries: u32,
    /// Those in a row that failed although the network is there, this one included. They count by
    /// themselves: a server that comes back at the right moment looks like one that refuses, and
    /// has been asked often by then.
    pub(crate) denials: u32,
    /// How long there has been none, if the server has given this record a response before.
    pub(crate) known_for: Option<Duration>,
}

/// Decides on the next try.
pub(crate) fn advise(
    config: &Retry,
    now: Timestamp,
    trouble: Trouble,
    Standing { tries, denials, known_for }: Standing,
    random: u64,
) -> Advice {
    let known = known_for.is_some();
    let limit = match trouble {
        Trouble::Network(NetworkError::Forbidden) => 0,
        Trouble::Network(NetworkError::Offline) => {
            return Advice::Wait { until: now + config.offline_poll, counts: false };
        }
        _ if known => config.known_tries,
        Trouble::Network(NetworkError::Refused) if denials > config.refused_tries => 0,
        Trouble::Network(NetworkError::Absent) if denials > config.absent_tries => 0,
        _ => config.tries,
    };
    if tries >= limit {
        return Advice::GiveUp;
    }
    let until = match trouble {
        Trouble::Busy(Some(asked)) => asked.min(now + config.retry_after_cap).max(now),
        _ => now + back_off(config, longest_wait(config, tries, known_for), random),
    };
    Advice::Wait { until, counts: true }
}

/// Of a server that was there a moment ago, as long again as it has been away: what an outage costs
/// is no more than twice itself. Of one that never answered, the doubled base.
fn longest_wait(config: &Retry, tries: u32, known_for: Option<Duration>) -> Duration {
    known_for.unwrap_or_else(|| config.base.saturating_mul(2_u32.saturating_pow(tries)))
}

/// Full jitter: anything between nothing and the longest wait, so that clients of a server that
/// comes back do not all arrive at once.
fn back_off(config: &Retry, longest: Duration, random: u64) -> Duration {
    let most = longest.max(config.base).min(config.cap);
    let millis = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(random % millis.saturating_add(1))
}

/// Whether a response says "not now": 429 or 5xx with `Retry-After`, to a GET. When the rest of a
/// body is asked for, any 5xx says so: the server has given the first part before.
pub(crate) fn busy(
    request: &RequestSpec,
    head: &Head,
    resuming: bool,
    now: Timestamp,
    parse_date: ParseDate,
) -> Option<Trouble> {
    let busy = head.status == 429 || (500..600).contains(&head.status);
    let after = head.header("retry-after").and_then(|value| retry_after(value, now, parse_date));
    (request.is_get() && busy && (resuming || after.is_some())).then_some(Trouble::Busy(after))
}

/// [Retry-After](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3), seconds or a date.
fn retry_after(value: &str, now: Timestamp, parse_date: ParseDate) -> Option<Timestamp> {
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(now + Duration::from_secs(seconds));
    }
    parse_date(value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::testing::network::parse_date;

    const NOW: Timestamp = Timestamp(1_000_000_000_000);

    fn retry() -> Retry {
        Config::new(String::new(), None, parse_date).retry
    }

    fn unknown(tries: u32) -> Standing {
        Standing { tries, denials: 0, known_for: None }
    }

    fn head(status: u16, retry_after: &str) -> Head {
        let headers = vec![("retry-after".to_owned(), retry_after.to_owned())];
        Head { status, headers, ..Head::default() }
    }

    #[test]
    fn waits_grow_and_stay_under_the_cap() {
        let most = |tries| longest_wait(&retry(), tries, None);
        assert!(back_off(&retry(), most(0), 500) <= Duration::from_millis(500));
        assert!((0..40).all(|tries| back_off(&retry(), most(tries), u64::MAX - 1) <= retry().cap));
        assert_eq!(back_off(&retry(), most(9), 60_000), Duration::from_secs(60));
    }

    #[test]
    fn an_outage_is_at_most_doubled() {
        let waits = |seconds| longest_wait(&retry(), 30, Some(Duration::from_secs(seconds)));
        assert_eq!(back_off(&retry(), waits(4), 4_000), Duration::from_secs(4));
        assert_eq!(back_off(&retry(), waits(4), 4_001), Duration::ZERO);
        assert_eq!(back_off(&retry(), waits(0), 500), retry().base);
        assert_eq!(back_off(&retry(), waits(9_999), 60_000), Duration::from_secs(60));
    }

    #[test]
    fn offline_waits_without_limit() {
        let trouble = Trouble::Network(NetworkError::Offline);
        let advice = advise(&retry(), NOW, trouble, unknown(1_000_000), 7);
        assert_eq!(advice, Advice::Wait { until: NOW + retry().offline_poll, counts: false });
    }

    #[test]
    fn what_cannot_get_better_is_given_up_at_once() {
        let trouble = Trouble::Network(NetworkError::Forbidden);
        assert_eq!(advise(&retry(), NOW, trouble, unknown(0), 7), Advice::GiveUp);
    }

    #[test]
    fn denials_are_believed_soon_and_count_by_themselves() {
        let errors = [
            (NetworkError::Refused, retry().refused_tries),
            (NetworkError::Absent, retry().absent_tries),
        ];
        for (error, most) in errors {
            let trouble = Trouble::Network(error);
            let gives_up = |tries, denials, known_for| {
                let standing = Standing { tries, denials, known_for };
                advise(&retry(), NOW, trouble, standing, 7) == Advice::GiveUp
            };
            assert!(!gives_up(most, most, None));
            assert!(gives_up(most, most + 1, None));
            assert!(!gives_up(most + 1, 1, None));
            assert!(gives_up(retry().tries, 1, None));
            assert!(!gives_up(most, most + 1, Some(Duration::ZERO)));
        }
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let get = RequestSpec { method: "GET".into(), ..RequestSpec::default() };
        let busy = |request: &_, head: &_, resuming| busy(request, head, resuming, NOW, parse_date);
        let asked = |value: &str| busy(&get, &head(503, value), false);
        assert_eq!(asked("120"), Some(Trouble::Busy(Some(NOW + Duration::from_secs(120)))));
        let date = "Sun, 09 Sep 2001 01:48:20 GMT";
        assert_eq!(asked(date), Some(Trouble::Busy(Some(NOW + Duration::from_secs(100)))));
        assert_eq!(asked("soon"), None);
        assert_eq!(busy(&get, &head(404, "120"), true), None);
        let post = RequestSpec { method: "POST".into(), ..RequestSpec::default() };
        assert_eq!(busy(&post, &head(503, "120"), false), None);
    }
}
