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

/// What is before the first `separator`, or else all.
pub(crate) fn before(text: &str, separator: u8) -> &str {
    cut(text, separator).map_or(text, |(before, _)| before)
}
