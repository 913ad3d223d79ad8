//! Texts cut at ASCII characters.
//!
//! Not `str::split` and the like, whose search is for any pattern at all: it takes more space than all that
//! is cut here.

/// What is before and after the first `separator`, which is ASCII; `None` if there is none.
pub(crate) fn cut(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == separator)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Whether any item of a comma-separated list is as `wanted`.
pub(crate) fn any_item(list: &str, wanted: &dyn Fn(&str) -> bool) -> bool {
    let mut rest = Some(list);
    while let Some(list) = rest {
        if wanted(before(list, b',').trim_ascii()) {
            return true;
        }
        rest = cut(list, b',').map(|(_, rest)| rest);
    }
    false
}

/// The number that the digits say, and nothing else with them but spaces around.
pub(crate) fn number(text: &str) -> Option<u64> {
    let digits = text.trim_ascii();
    // Rust would take a sign, too.
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// A number in digits. Not `to_string`, whose table of all pairs of digits takes more space than it saves time.
pub(crate) fn decimal(number: u64) -> String {
    let mut text = match number / 10 {
        0 => String::new(),
        rest => decimal(rest),
    };
    text.push(char::from(b'0' + (number % 10) as u8));
    text
}

/// What is before the first `separator`, or else all.
pub(crate) fn before(text: &str, separator: u8) -> &str {
    cut(text, separator).map_or(text, |(before, _)| before)
}
