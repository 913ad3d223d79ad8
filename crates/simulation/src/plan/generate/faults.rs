//! What goes wrong with one request.

use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::testing::network::Fault;

use super::{LARGE, SPAN};
use crate::plan::random::Random;

pub(super) fn any(random: &mut Random) -> Fault {
    match random.below(3) {
        0 => of_connection(random),
        1 => of_server(random),
        _ => of_range(random),
    }
}

fn of_connection(random: &mut Random) -> Fault {
    let bytes = random.scale(0, LARGE);
    match random.below(9) {
        0 => Fault::Fails(NetworkError::Unreachable),
        1 => Fault::Fails(NetworkError::Refused),
        2 => Fault::Fails(random.of(NetworkError::Offline, &[NetworkError::Forbidden])),
        3 => Fault::NoAnswer,
        4 => Fault::Late(random.scale(1, 2 * SPAN)),
        5 => Fault::Silent(bytes),
        6 => Fault::Short(bytes),
        7 => Fault::Pause(bytes, random.scale(1, 3 * SPAN)),
        _ => Fault::Cut(bytes),
    }
}

fn of_server(random: &mut Random) -> Fault {
    let status = random.of(503, &[429, 500, 502, 404, 403, 408, 425]);
    let seconds = random.scale(0, 200_000);
    match random.below(9) {
        0 => Fault::Status(status, None),
        1 | 2 => Fault::Status(status, Some(seconds)),
        3 => Fault::StatusUntil(status, seconds),
        4 => Fault::Changed,
        5 | 6 => Fault::Replaced(random.scale(0, LARGE)),
        7 => Fault::NoMoreRanges,
        _ => Fault::Gone,
    }
}

fn of_range(random: &mut Random) -> Fault {
    let bytes = random.scale(1, LARGE);
    match random.below(13) {
        0 => Fault::Whole,
        1 => Fault::Elsewhere,
        2 => Fault::WrongTotal,
        3 => Fault::UnknownTotal,
        4 => Fault::Less(bytes),
        5 => Fault::LessOfUnknown(bytes),
        6 => Fault::More(bytes),
        7 => Fault::Overlong(bytes),
        8 => Fault::Empty,
        9 => Fault::NothingFollows,
        10 => Fault::NotSatisfiable,
        11 => strange(random, bytes),
        _ => Fault::Unasked(random.scale(0, LARGE)),
    }
}

/// Of servers with ideas of their own.
fn strange(random: &mut Random, bytes: u64) -> Fault {
    match random.below(4) {
        0 => Fault::Rest,
        1 => Fault::ButLast,
        2 => Fault::Longer(bytes),
        _ => Fault::RangeStatus(random.of(500, &[403, 404, 503])),
    }
}
