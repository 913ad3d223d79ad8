//! From a schedule that goes wrong to the few twists that make it do so.

use crate::campaign::run::{Options, run};
use crate::plan::schedule::Schedule;

/// The same schedule with as few twists as still go wrong in the same way.
pub fn shrink(schedule: &Schedule, options: Options) -> Schedule {
    let options = Options { trace: false, ..options };
    let Some(wrong) = run(schedule, options).violation.map(|text| kind(&text)) else {
        return schedule.clone();
    };
    let goes_wrong = |schedule: &Schedule| {
        run(schedule, options).violation.is_some_and(|text| kind(&text) == wrong)
    };
    let mut smallest = schedule.clone();
    let mut size = smallest.places().len();
    while size > 0 {
        let before = smallest.places().len();
        smallest = without_pieces(smallest, size, &goes_wrong);
        let shrunk = smallest.places().len() < before;
        // What one removal made useless may go now.
        size = if shrunk && size == 1 { 1 } else { size / 2 };
    }
    smallest
}

/// Leaves out each piece of `size` twists that can be left out.
fn without_pieces(
    mut schedule: Schedule,
    size: usize,
    goes_wrong: &impl Fn(&Schedule) -> bool,
) -> Schedule {
    let mut at = 0;
    while at < schedule.places().len() {
        let places = schedule.places();
        let kept: Vec<_> =
            places.iter().take(at).chain(places.iter().skip(at + size)).copied().collect();
        let candidate = schedule.only(&kept);
        if goes_wrong(&candidate) {
            schedule = candidate;
        } else {
            at += size;
        }
    }
    schedule
}

/// What went wrong, without the numbers.
fn kind(violation: &str) -> String {
    violation.chars().filter(|character| !character.is_ascii_digit()).collect()
}
