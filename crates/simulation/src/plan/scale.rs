//! Huge bodies: the same worlds, with bytes that count many times.

use background_fetch_engine::testing::network::Fault;

use crate::plan::twist::{Ask, Twist};

/// The same, with all its bytes counting so many times.
pub(crate) fn scaled(mut twist: Twist, scale: u64) -> Twist {
    match &mut twist {
        Twist::Bypass { segment: bytes, .. }
        | Twist::Limit { bytes, .. }
        | Twist::Length { bytes, .. }
        | Twist::Crowd { bytes, .. }
        | Twist::SlowStores { rate: bytes, .. }
        | Twist::Line { rate: bytes, .. }
        | Twist::Change { length: bytes, .. }
        | Twist::Quota(bytes) => *bytes = bytes.saturating_mul(scale),
        Twist::Coded { coding, .. } => coding.length = coding.length.saturating_mul(scale),
        Twist::Speed { rate, chunk, .. } => {
            *rate = rate.saturating_mul(scale);
            *chunk = chunk.saturating_mul(scale);
        }
        Twist::Record { ask: Ask::Range { start, end }, .. } => {
            *start = start.saturating_mul(scale);
            *end = end.map(|end| end.saturating_mul(scale));
        }
        Twist::Fault { fault, .. } | Twist::Beyond { fault, .. } | Twist::Always { fault, .. } => {
            *fault = scaled_fault(*fault, scale)
        }
        _ => {}
    }
    twist
}

fn scaled_fault(mut fault: Fault, scale: u64) -> Fault {
    if let Fault::Cut(bytes)
    | Fault::Silent(bytes)
    | Fault::Pause(bytes, _)
    | Fault::Short(bytes)
    | Fault::Less(bytes)
    | Fault::LessOfUnknown(bytes)
    | Fault::More(bytes)
    | Fault::Overlong(bytes)
    | Fault::Longer(bytes)
    | Fault::Unasked(bytes)
    | Fault::Replaced(bytes) = &mut fault
    {
        *bytes = bytes.saturating_mul(scale);
    }
    fault
}
