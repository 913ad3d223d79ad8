//! How much virtual time a world may take, beyond which something in it is stuck.

use std::time::Duration;

use background_fetch_engine::testing::network::Fault;

use crate::plan::files::SILENCE;
use crate::plan::twist::{Trouble, Twist};

/// A bound for these twists. It is generous with each of them, but has nothing for what is not
/// there: in a plain world, minutes.
pub(crate) fn of(twists: &[Twist]) -> Duration {
    let count = |fits: fn(&Twist) -> bool| twists.iter().filter(|twist| fits(twist)).count() as u64;
    let troubles = count(|twist| {
        !matches!(twist, Twist::Record { .. } | Twist::Length { .. } | Twist::Speed { .. })
    });
    let bodies: u64 = twists.iter().map(bodies).sum::<u64>() + 1;
    // Each trouble can cost each body, which takes a minute at most, and a wait.
    let slow: u64 = twists.iter().map(slowness).sum();
    let bodies = bodies * (troubles + 1) * (60 + slow) * 2;
    let waits: u64 = twists.iter().map(|twist| wait(twist, troubles)).sum();
    // Until when a server is to be left alone, the next worker knows by the clock on the wall only.
    let named = twists.iter().any(names_a_time);
    let back: u64 = twists.iter().filter(|_| named).map(set_back).sum();
    Duration::from_secs(300 + bodies + waits + back)
}

fn names_a_time(twist: &Twist) -> bool {
    match twist {
        Twist::Fault { fault, .. } | Twist::Always { fault, .. } | Twist::Beyond { fault, .. } => {
            matches!(fault, Fault::Status(_, Some(_)) | Fault::StatusUntil(..))
        }
        Twist::OriginBusy { after, .. } => after.is_some(),
        _ => false,
    }
}

/// Seconds by which the clock is set back.
fn set_back(twist: &Twist) -> u64 {
    match twist {
        Twist::WallJumps { by, .. } => by.min(&0).unsigned_abs() / 1000,
        _ => 0,
    }
}

fn bodies(twist: &Twist) -> u64 {
    match twist {
        Twist::Record { .. } => 1,
        Twist::Crowd { count, .. } => *count,
        _ => 0,
    }
}

/// Seconds that a twist adds to what each body takes.
fn slowness(twist: &Twist) -> u64 {
    match twist {
        Twist::Trickles { time, .. } => time / 1000 + 60,
        // A body has no more than so many entries, and each has a row.
        Twist::SlowStores { time, .. } => 2 * 100 * time / 1000 + 60,
        _ => 0,
    }
}

/// Seconds that a twist can cost by itself, among so many others.
fn wait(twist: &Twist, troubles: u64) -> u64 {
    // The longest back-off, and the patience with the head of a response, which grows.
    let again = 60 + 30 * (troubles + 1);
    // And what interrupts it begins it anew.
    let silence = (troubles + 1) * SILENCE.as_secs();
    match twist {
        Twist::Fault { fault, .. } => again + asked(*fault),
        // A try for every one that is allowed, and for each piece of progress between them.
        Twist::Always { fault, .. } | Twist::Beyond { fault, .. } => 60 * 60 * (60 + 30 * 60) + 60 * 60 * asked(*fault) + silence,
        Twist::Begins { at, .. }
        | Twist::Abort { at, .. }
        | Twist::Again { at, .. }
        | Twist::Change { at, .. }
        | Twist::LosesRanges { at, .. }
        | Twist::Vanishes { at, .. }
        | Twist::DamagesFetch { at, .. }
        | Twist::DamagesRecord { at, .. }
        // However far it jumps.
        | Twist::WallJumps { at, .. } => again + at / 1000,
        // Tries are soon used up meanwhile, or the back-off is at its longest.
        Twist::Unreachable { at, time, .. } | Twist::OriginAway { at, time, .. } => 60 * again + (at + time) / 1000,
        Twist::OriginBusy { at, time, after, .. } => {
            60 * again + (at + time) / 1000 + after.unwrap_or(0).min(DAY)
        }
        Twist::Suspends { at, time } | Twist::Offline { at, time, .. } | Twist::Pause { at, time, .. } => again + (at + time) / 1000,
        Twist::Store { trouble: Trouble::Slow(time), .. } => again + time / 1000,
        // In each life, as long as they may keep it.
        Twist::HandlerTakes { time, .. } => (troubles + 1) * (time / 1000).min(HANDLERS),
        Twist::HandlerHangs { .. } => (troubles + 1) * HANDLERS,
        Twist::Crash { down, .. } => again + down / 1000,
        _ => again,
    }
}

/// Seconds that a server may ask for.
fn asked(fault: Fault) -> u64 {
    match fault {
        Fault::Status(_, Some(seconds)) => seconds.min(DAY),
        // By a clock that may be wrong.
        Fault::StatusUntil(..) => DAY,
        Fault::Late(time) => time / 1000,
        // Nobody knows how long an upload may take, until the system gives up.
        Fault::NoAnswer => 60 * 60,
        Fault::Overlong(bytes) | Fault::Longer(bytes) => bytes.min(DAY),
        _ => 0,
    }
}

/// Seconds, and a little more.
const HANDLERS: u64 = 32 * 60;
const DAY: u64 = 24 * 60 * 60;
