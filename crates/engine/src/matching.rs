//! [Request matches cached item](https://w3c.github.io/ServiceWorker/#request-matches-cached-item)
//! on plain data.

use crate::http::{Head, RequestSpec};
use crate::text::{any_item, before};

/// [`CacheQueryOptions`](https://w3c.github.io/ServiceWorker/#dictdef-cachequeryoptions).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MatchOptions {
    /// Compare URLs without their queries.
    pub ignore_search: bool,
    /// Let records match whose method is not GET.
    pub ignore_method: bool,
    /// Do not look at the response's `Vary`.
    pub ignore_vary: bool,
}

/// Whether the record of `cached`, answered with `response`, is one that `query` asks for.
pub(crate) fn matches(
    query: &RequestSpec,
    cached: &RequestSpec,
    response: Option<&Head>,
    options: MatchOptions,
) -> bool {
    if !options.ignore_method && !cached.is_get() {
        return false;
    }
    let part = |url| comparable(url, options.ignore_search);
    if part(&query.url) != part(&cached.url) {
        return false;
    }
    let vary = response.and_then(|head| head.header("vary"));
    options.ignore_vary || vary.is_none_or(|vary| varies_not(vary, query, cached))
}

fn comparable(url: &str, ignore_search: bool) -> &str {
    let whole = before(url, b'#');
    if ignore_search { before(whole, b'?') } else { whole }
}

fn varies_not(vary: &str, query: &RequestSpec, cached: &RequestSpec) -> bool {
    !any_item(vary, &|name| name == "*" || query.header(name) != cached.header(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(url: &str) -> RequestSpec {
        RequestSpec { url: url.into(), method: "GET".into(), ..RequestSpec::default() }
    }

    #[test]
    fn urls_are_compared_without_fragments_and_on_wish_without_queries() {
        let cached = get("https://a.test/x?y#z");
        let matches = |url, options| matches(&get(url), &cached, None, options);
        assert!(matches("https://a.test/x?y", MatchOptions::default()));
        assert!(!matches("https://a.test/x", MatchOptions::default()));
        let ignore_search = MatchOptions { ignore_search: true, ..MatchOptions::default() };
        assert!(matches("https://a.test/x", ignore_search));
    }

    #[test]
    fn the_method_of_the_record_counts_not_that_of_the_query() {
        let post = RequestSpec { method: "POST".into(), ..get("https://a.test/") };
        assert!(!matches(&post, &post, None, MatchOptions::default()));
        let ignore_method = MatchOptions { ignore_method: true, ..MatchOptions::default() };
        assert!(matches(&get("https://a.test/"), &post, None, ignore_method));
    }

    #[test]
    fn every_field_of_vary_must_be_equal() {
        let with = |value: &str| RequestSpec {
            headers: vec![("accept".into(), value.into())],
            ..get("https://a.test/")
        };
        let varying =
            |vary: &str| Head { headers: vec![("vary".into(), vary.into())], ..Head::default() };
        let matches = |value, vary: &str, options| {
            matches(&with(value), &with("a"), Some(&varying(vary)), options)
        };
        assert!(matches("a", "Accept, Cookie", MatchOptions::default()));
        assert!(!matches("b", "Accept", MatchOptions::default()));
        assert!(!matches("a", "*", MatchOptions::default()));
        let ignore_vary = MatchOptions { ignore_vary: true, ..MatchOptions::default() };
        assert!(matches("b", "*", ignore_vary));
    }
}
