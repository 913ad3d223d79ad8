//! What twists make of the engine's numbers, and of a file.

use std::time::Duration;

use background_fetch_engine::testing::clock::VirtualClock;
use background_fetch_engine::testing::network::{Exposure, Fault, File, parse_date};
use background_fetch_engine::{Bypass, Config, Millis, Overlap, SegmentSizes, Split, Timestamp};

use crate::plan::twist::Twist;

pub(crate) fn config(twists: &[Twist], scale: u64) -> Config {
    let mut config = Config::new(ORIGIN.to_owned(), None, parse_date);
    config.segments = SegmentSizes {
        least: 256 * scale,
        most: 2048 * scale,
        time: Millis(250),
        age: Millis(5_000),
        count: 2048,
    };
    config.memory = USUAL_MEMORY * config.segments.most;
    config.split = Split { least: 500 * scale, halved: 100 * scale, ..config.split };
    config.overlap = Overlap { validated: 16, otherwise: 64 };
    config.retry.silence = SILENCE.into();
    for twist in twists {
        match *twist {
            Twist::Bypass { segment, connections } => {
                let (threshold, least, given_up_below) = (1000 * scale, 0, u64::MAX);
                let bypass = Bypass { segment, connections, threshold, least, given_up_below };
                config.bypass = Some(bypass);
            }
            Twist::Connections(connections) => config.connections = connections,
            Twist::Memory(segments) => config.memory = segments * config.segments.most,
            Twist::FewTries => {
                config.retry.attempts = 2;
                config.retry.known_attempts = 4;
                config.retry.refused_attempts = 1;
                config.retry.restarts = 1;
            }
            _ => {}
        }
    }
    config
}

/// A week has the same moments, many times.
pub(crate) const SILENCE: Duration = Duration::from_secs(2 * 60 * 60);

pub(crate) fn shape_file(file: &mut File, twist: &Twist) {
    match *twist {
        Twist::Length { bytes, .. } => file.length = bytes,
        Twist::Validated { by, .. } => file.validator = by,
        Twist::Fresh { ago, ahead, .. } => {
            file.ahead = ahead;
            let made = VirtualClock::BEGINNING.0.saturating_add_signed(ahead).saturating_sub(ago);
            file.modified = Some(Timestamp(made));
        }
        Twist::Dated { .. } => file.dated = true,
        Twist::NoRanges { .. } => file.ranges = false,
        Twist::Advertises { value, .. } => file.advertises = Some(value),
        Twist::NoLength { .. } => file.declares_length = false,
        Twist::NoIfRange { .. } => file.honours_if_range = false,
        Twist::DeniesIfRange { .. } => file.denies_if_range = true,
        Twist::Nodes { count, .. } => file.nodes = count,
        Twist::Blocks { bytes, .. } => file.blocks = bytes,
        Twist::Unframed { .. } => file.unframed = true,
        Twist::Foreign { exposure, .. } => file.exposure = exposure,
        Twist::Coded { coding, .. } => file.coding = Some(coding),
        Twist::Speed { rate, chunk, .. } => (file.rate, file.chunk) = (rate, chunk),
        Twist::Fault { fault, .. } => file.faults.push_back(fault),
        Twist::Always { fault, .. } => file.always = Some(fault),
        _ => {}
    }
}

/// The length of its longest version.
pub(crate) fn longest<'a>(file: &File, twists: impl Iterator<Item = &'a Twist>) -> u64 {
    let lengths = twists.filter_map(|twist| match twist {
        Twist::Change { length, .. }
        | Twist::Fault { fault: Fault::Replaced(length), .. }
        | Twist::Always { fault: Fault::Replaced(length), .. } => Some(*length),
        _ => None,
    });
    lengths.chain([file.length]).max().unwrap_or(0)
}

/// Lets no version of a file take more than a minute or a hundred pieces, and no piece so long that
/// the connection looks dead: what was said of its speed may have been said of another length.
pub(crate) fn keep_pace(file: &mut File, longest: u64) {
    file.chunk = file.chunk.max(longest / 100);
    file.rate = file.rate.max(longest / 60).max(file.chunk / 20 + 1);
}

/// Makes a file one of an origin, which may trickle: but no piece takes so long that the connection
/// looks dead.
pub(crate) fn place(file: &mut File, origin: u64, longest: u64, twists: &[Twist]) {
    if origin > 0 && file.exposure == Exposure::Own {
        file.exposure = Exposure::All;
    }
    for twist in twists {
        match *twist {
            Twist::Trickles { origin: slow, time } if slow == origin => {
                let rate = longest.saturating_mul(1000).checked_div(time).unwrap_or(0) + 1;
                file.rate = file.rate.min(rate);
                file.chunk = file.chunk.min(file.rate * 5);
            }
            _ => {}
        }
    }
}

/// Of several, the first of which is the app's own.
pub(crate) fn origin(number: u64) -> String {
    if number == 0 { ORIGIN.to_owned() } else { format!("https://{number}.other.test") }
}

/// The file that a twist is about.
pub(crate) fn file_of(twist: &Twist) -> Option<usize> {
    match twist {
        Twist::Record { file, .. }
        | Twist::Length { file, .. }
        | Twist::Validated { file, .. }
        | Twist::Fresh { file, .. }
        | Twist::Dated { file }
        | Twist::NoRanges { file }
        | Twist::Advertises { file, .. }
        | Twist::NoLength { file }
        | Twist::NoIfRange { file }
        | Twist::DeniesIfRange { file }
        | Twist::Nodes { file, .. }
        | Twist::Blocks { file, .. }
        | Twist::Unframed { file }
        | Twist::Foreign { file, .. }
        | Twist::Coded { file, .. }
        | Twist::On { file, .. }
        | Twist::Speed { file, .. }
        | Twist::Mirrors { file, .. }
        | Twist::Fault { file, .. }
        | Twist::Always { file, .. }
        | Twist::Change { file, .. }
        | Twist::LosesRanges { file, .. }
        | Twist::Vanishes { file, .. }
        | Twist::Unreachable { file, .. } => Some(*file),
        _ => None,
    }
}

/// Where the app is from.
pub(crate) const ORIGIN: &str = "https://app.test";

/// The largest segments that may be held at a time, where nothing is said about that.
const USUAL_MEMORY: u64 = 2;
