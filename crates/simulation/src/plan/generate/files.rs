//! Files, and what their servers say of them.

use background_fetch_engine::testing::network::{Coding, Exposure, Validator};

use super::{LARGE, SPAN};
use crate::plan::random::Random;
use crate::plan::twist::Twist;

pub(super) fn twists(random: &mut Random, file: usize) -> Vec<Twist> {
    let mut twists = Vec::new();
    let bytes = if random.one_in(12) { 0 } else { random.scale(1, LARGE) };
    twists.push(Twist::Length { file, bytes });
    if random.one_in(2) {
        let by = random.of(
            Validator::Weak,
            &[
                Validator::None,
                Validator::Modified,
                Validator::Modified,
                Validator::Both,
                Validator::WeakAndModified,
            ],
        );
        twists.push(Twist::Validated { file, by });
    }
    if random.one_in(5) {
        let ago = random.scale(0, 200_000);
        let half_a_day = 12 * 60 * 60 * 1000;
        let ahead = random.between(0, 2 * half_a_day).cast_signed();
        let ahead = if random.one_in(2) { 0 } else { ahead - half_a_day.cast_signed() };
        twists.push(Twist::Fresh { file, ago, ahead });
    }
    let (rate, chunk) = speed(random, bytes);
    twists.push(Twist::Speed { file, rate, chunk });
    twists.extend(server(random, file, bytes));
    twists
}

/// So that a body takes from no time at all to a minute, in not too many pieces.
fn speed(random: &mut Random, bytes: u64) -> (u64, u64) {
    let time = random.scale(1, 3 * SPAN);
    let pieces = random.scale(1, 40);
    (bytes * 1000 / time + 1, bytes / pieces + 1)
}

fn server(random: &mut Random, file: usize, bytes: u64) -> Vec<Twist> {
    let mut twists = Vec::new();
    if random.one_in(4) {
        twists.push(Twist::Dated { file });
    }
    if random.one_in(10) {
        twists.push(Twist::NoRanges { file });
    }
    if random.one_in(8) {
        twists.push(Twist::Advertises { file, value: random.of("", &["none"]) });
    }
    if random.one_in(5) {
        twists.push(Twist::NoLength { file });
    }
    if random.one_in(4) {
        twists.push(Twist::NoIfRange { file });
    }
    if random.one_in(4) {
        let exposure = random.of(Exposure::All, &[Exposure::Safelisted]);
        twists.push(Twist::Foreign { file, exposure });
    }
    if random.one_in(8) {
        let length = random.between(bytes / 4, bytes + 30);
        twists.push(Twist::Coded { file, coding: Coding { length, own_etag: random.one_in(2) } });
    }
    if random.one_in(10) {
        let count = random.between(1, 3);
        twists.push(Twist::Mirrors { file, count, own_etags: random.one_in(2) });
    }
    twists
}
