//! Texts as they come from outside: right ones, nearly right ones, and anything at all.

use proptest::prelude::*;

/// Numbers as they are written, at the limits of all that could hold them, and beyond.
pub(crate) fn number() -> impl Strategy<Value = String> {
    let edges = [0, 1, 9, u64::from(u32::MAX), (1 << 53) - 1, 1 << 53, i64::MAX as u64, u64::MAX];
    let near = (prop::sample::select(edges.to_vec()), -2..=2_i64)
        .prop_map(|(edge, by)| edge.saturating_add_signed(by).to_string());
    prop_oneof![
        4 => (0..2_000_000_u64).prop_map(|number| number.to_string()),
        2 => near,
        1 => "[0-9]{1,40}",
        1 => "0{1,20}[0-9]{1,3}",
        1 => "[+-][0-9]{1,4}",
        1 => "[0-9]{1,3}(\\.|e|x|_| )[0-9]{1,3}",
    ]
}

/// Bytes as `Headers` shows them, one character each.
fn bytes() -> impl Strategy<Value = String> {
    prop::collection::vec(any::<u8>(), 0..40)
        .prop_map(|bytes| bytes.into_iter().map(char::from).collect())
}

/// What `valid` makes, that with a few slips of the pen, and anything at all.
pub(crate) fn near(valid: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    let valid = valid.boxed();
    let slips = prop::collection::vec(slip(), 1..4);
    let mutated = (valid.clone(), slips)
        .prop_map(|(text, slips)| slips.iter().fold(text, |text, slip| slip.of(&text)));
    prop_oneof![
        4 => valid.clone(),
        6 => mutated,
        1 => bytes(),
        1 => ".{0,20}",
        1 => (valid, 1..2000_usize).prop_map(|(text, times)| text.repeat(times)),
    ]
    .boxed()
}

#[derive(Debug, Clone)]
enum Slip {
    Insert(usize, String),
    Remove(usize, usize),
    Replace(usize, char),
    Repeat(usize, usize),
    Upper,
    Spaced,
}

fn slip() -> impl Strategy<Value = Slip> {
    let at = 0..100_usize;
    let signs = " \t\n\0\"'*-+/\\,;=?.0129aZWw\u{7f}\u{a0}\u{ff}é€😀".chars().collect::<Vec<_>>();
    let sign = prop::sample::select(signs);
    prop_oneof![
        (at.clone(), number()).prop_map(|(at, number)| Slip::Insert(at, number)),
        (at.clone(), sign.clone()).prop_map(|(at, sign)| Slip::Insert(at, sign.to_string())),
        (at.clone(), 1..4_usize).prop_map(|(at, count)| Slip::Remove(at, count)),
        (at.clone(), sign).prop_map(|(at, sign)| Slip::Replace(at, sign)),
        (at, 1..8_usize).prop_map(|(at, count)| Slip::Repeat(at, count)),
        Just(Slip::Upper),
        Just(Slip::Spaced),
    ]
}

impl Slip {
    fn of(&self, text: &str) -> String {
        let mut signs: Vec<_> = text.chars().collect();
        let place = |at: usize| at % (signs.len() + 1);
        match *self {
            Self::Insert(at, ref new) => {
                let at = place(at);
                signs.splice(at..at, new.chars());
            }
            Self::Remove(at, count) => {
                let at = place(at);
                let to = (at + count).min(signs.len());
                signs.drain(at..to);
            }
            Self::Replace(at, sign) => {
                let at = place(at);
                let to = (at + 1).min(signs.len());
                signs.splice(at..to, [sign]);
            }
            Self::Repeat(at, count) => {
                let at = place(at);
                let to = (at + count).min(signs.len());
                let again = signs[at..to].to_vec();
                signs.splice(at..at, again);
            }
            Self::Upper => return text.to_uppercase(),
            Self::Spaced => return format!(" {text}\t"),
        }
        signs.into_iter().collect()
    }
}

pub(crate) fn content_range() -> BoxedStrategy<String> {
    let total = prop_oneof![3 => number(), 1 => Just("*".to_owned())];
    let unit = prop_oneof![4 => Just("bytes "), 1 => Just("bytes="), 1 => Just("items ")];
    let range = (unit, number(), number(), total)
        .prop_map(|(unit, first, last, total)| format!("{unit}{first}-{last}/{total}"));
    let none = number().prop_map(|total| format!("bytes */{total}"));
    near(prop_oneof![4 => range, 1 => none])
}

pub(crate) fn etag() -> BoxedStrategy<String> {
    near(prop_oneof![2 => "\"[!-~]{0,8}\"", 2 => "[Ww]/\"[a-z0-9]{0,8}\"", 1 => "[a-z0-9]{0,8}"])
}

pub(crate) fn date() -> BoxedStrategy<String> {
    // Up to the last year that has four digits, and often about the present of the tests.
    let seconds = prop_oneof![0..253_402_300_800_u64, 1_699_900_000..1_700_100_000_u64];
    let written = seconds.prop_map(|seconds| {
        httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds))
    });
    near(written)
}

pub(crate) fn retry_after() -> BoxedStrategy<String> {
    prop_oneof![near(number()), date()].boxed()
}

pub(crate) fn word(words: &'static [&'static str]) -> BoxedStrategy<String> {
    near(prop::sample::select(words).prop_map(str::to_owned))
}

/// A header that the engine reads, of any value or none.
pub(crate) fn header() -> impl Strategy<Value = (String, Option<String>)> {
    let named = |name: &str, value: BoxedStrategy<String>| {
        let name = name.to_owned();
        prop::option::weighted(0.85, value).prop_map(move |value| (name.clone(), value))
    };
    prop_oneof![
        named("content-range", content_range()),
        named("content-length", near(number())),
        named("etag", etag()),
        named("last-modified", date()),
        named("date", date()),
        named("retry-after", retry_after()),
        named("content-encoding", word(&["gzip", "identity", "br, gzip", ""])),
        named("accept-ranges", word(&["bytes", "none", "bytes, none", ""])),
    ]
}
