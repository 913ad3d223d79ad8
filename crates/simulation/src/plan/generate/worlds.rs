//! Worlds of several kinds, for one seed: those that it has always had, and more.

use background_fetch_engine::testing::network::{Exposure, Fault, Validator};

use super::{SPAN, faults};
use crate::plan::random::Random;
use crate::plan::twist::{Operation, Trouble, Twist};

/// What a world has beyond what each of its seed has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Worlds {
    /// Nothing.
    #[default]
    Plain,
    /// Dozens to hundreds of small files of one fetch, and stores that may be slower than the network.
    Crowds,
    /// Several origins, which may be away or busy as a whole, or trickle.
    Origins,
    /// A wall clock that is set while all goes on.
    Clocks,
    /// Larger files of servers that limit each connection, or all of them together, or how many there are.
    Parts,
    /// What succeeds is kept, and workers die when they have just come to that.
    Libraries,
    /// A browser that is suspended while all goes on.
    Phones,
}

impl Worlds {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 7] = [
        ("plain", Self::Plain),
        ("crowds", Self::Crowds),
        ("origins", Self::Origins),
        ("clocks", Self::Clocks),
        ("parts", Self::Parts),
        ("libraries", Self::Libraries),
        ("phones", Self::Phones),
    ];

    /// Those of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, worlds)| *worlds)
    }

    /// What they are called.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, worlds)| *worlds == self).map_or("", |(name, _)| name)
    }
}

/// By numbers of its own, so that what is there already is the same in worlds of each kind.
pub(super) fn add(worlds: Worlds, seed: u64, twists: &mut Vec<Twist>) {
    let random = &mut Random::new(seed.rotate_left(32) ^ worlds as u64);
    match worlds {
        Worlds::Plain => {}
        Worlds::Crowds => twists.extend(crowd(random)),
        Worlds::Origins => {
            let files = twists.iter().filter(|twist| matches!(twist, Twist::Length { .. })).count();
            twists.extend(origins(random, files));
        }
        Worlds::Clocks => {
            thin_out(random, twists);
            twists.extend(clock(random));
        }
        Worlds::Parts => {
            let files = twists.iter().filter(|twist| matches!(twist, Twist::Length { .. })).count();
            // Nobody can know who lies, but where bytes are compared.
            let lies = random.one_in(4);
            if lies {
                twists.retain(is_plain);
            }
            for file in 0..files {
                twists.extend(large(random, file));
                twists.extend(lie(random, file).filter(|_| lies).into_iter().flatten());
            }
            if lies && random.one_in(2) {
                twists.push(Twist::Crash { step: random.between(20, 400), down: 1 });
            }
            twists.extend(limits(random));
        }
        Worlds::Libraries => {
            let asks = |twist: &Twist| matches!(twist, Twist::Record { .. });
            let records = twists.iter().filter(|twist| asks(twist)).count();
            twists.extend(library(random, records));
        }
        Worlds::Phones => {
            thin_out(random, twists);
            twists.extend(phone(random));
        }
    }
}

fn crowd(random: &mut Random) -> Vec<Twist> {
    let count = random.between(20, 250);
    let (bytes, origins) = (random.scale(1, SMALL), random.of(1, &[1, 3]));
    let mut twists = vec![Twist::Crowd { fetch: 0, count, bytes, origins }];
    if random.one_in(2) {
        let (time, rate) = (random.scale(1, 500), random.scale(500, 100_000));
        twists.push(Twist::SlowStores { time, rate });
    }
    twists
}

fn origins(random: &mut Random, files: usize) -> Vec<Twist> {
    let mut twists: Vec<_> =
        (0..files).map(|file| Twist::On { file, origin: random.below(ORIGINS) }).collect();
    if random.one_in(2) {
        let (count, bytes) = (random.between(3, 12), random.scale(1, SMALL));
        twists.push(Twist::Crowd { fetch: 0, count, bytes, origins: ORIGINS });
    }
    for _ in 0..random.between(0, 2) {
        let (origin, at) = (random.below(ORIGINS), random.scale(1, SPAN));
        twists.push(Twist::OriginAway { origin, at, time: random.scale(1, 10 * SPAN) });
    }
    if random.one_in(2) {
        let (origin, time) = (random.below(ORIGINS), random.scale(SPAN, 30 * SPAN));
        twists.push(Twist::Trickles { origin, time });
    }
    for _ in 0..random.between(0, 2) {
        let (origin, at) = (random.below(ORIGINS), random.scale(1, SPAN));
        let after = random.one_in(2).then(|| random.scale(1, 2_000));
        twists.push(Twist::OriginBusy {
            origin,
            at: at - 1,
            time: random.scale(1, 10 * SPAN),
            after,
        });
    }
    if random.one_in(3) {
        let connections = random.of(1, &[2, 3]);
        twists.push(Twist::Bears { origin: random.below(ORIGINS), connections });
    }
    for file in 0..files {
        if random.one_in(6) {
            twists.push(Twist::Nodes { file, count: random.of(2, &[3]) });
        }
        if random.one_in(8) {
            twists.push(Twist::DeniesIfRange { file });
        }
        if random.one_in(8) {
            twists.push(Twist::Blocks { file, bytes: random.scale(2, 500) });
        }
        if random.one_in(3) {
            twists.push(Twist::Unframed { file });
            twists.push(Twist::NoLength { file });
            let fault = Fault::Short(random.scale(1, 3_000));
            twists.push(Twist::Fault { file, fault });
        }
    }
    twists
}

fn clock(random: &mut Random) -> Vec<Twist> {
    let jump = |random: &mut Random| {
        let is_back = random.one_in(2);
        let most = if is_back { AN_HOUR } else { TEN_MINUTES };
        let far = if random.one_in(2) { most } else { random.scale(1, most) }.cast_signed();
        let (at, by) = (random.scale(1, 3 * SPAN), if is_back { -far } else { far });
        Twist::WallJumps { at, by }
    };
    (0..random.between(1, 3)).map(|_| jump(random)).collect()
}

fn phone(random: &mut Random) -> Vec<Twist> {
    let suspension = |random: &mut Random| Twist::Suspends {
        at: random.scale(1, 3 * SPAN),
        time: random.scale(1_000, AN_HOUR),
    };
    (0..random.between(1, 4)).map(|_| suspension(random)).collect()
}

/// A file that takes seconds over one connection.
fn large(random: &mut Random, file: usize) -> Vec<Twist> {
    let bytes = random.between(1_000, LARGER);
    let (time, pieces) = (random.between(2_500, 2 * SPAN), random.between(20, 90));
    let mut twists = vec![
        Twist::Length { file, bytes },
        Twist::Speed { file, rate: bytes * 1000 / time + 1, chunk: bytes / pieces + 1 },
        Twist::On { file, origin: random.below(2) },
    ];
    if random.one_in(3) {
        let exposure = random.of(Exposure::All, &[Exposure::Safelisted]);
        twists.push(Twist::Foreign { file, exposure });
    }
    if random.one_in(4) {
        let by = random.of(Validator::Modified, &[Validator::Both, Validator::WeakAndModified]);
        twists.push(Twist::Validated { file, by });
    }
    twists
}

/// Once the body has begun, it is another, and nothing tells; or what comes is not what it is said to be.
fn lie(random: &mut Random, file: usize) -> Option<[Twist; 2]> {
    let fault = random.of(Fault::Swapped, &[Fault::Shifted, Fault::Changed, Fault::Whole]);
    let twists = [Fault::Late(0), fault].map(|fault| Twist::Fault { file, fault });
    random.one_in(2).then_some(twists)
}

/// What servers give, to how many.
fn limits(random: &mut Random) -> Vec<Twist> {
    let mut twists = Vec::new();
    for origin in 0..2 {
        if random.one_in(3) {
            twists.push(Twist::Line { origin, rate: random.between(100, 3_000) });
        }
        if random.one_in(2) {
            twists.push(Twist::Bears { origin, connections: random.of(1, &[1, 2, 3]) });
        }
        if random.one_in(2) {
            twists.push(Twist::Beyond { origin, fault: faults::any(random) });
        }
    }
    twists
}

/// There are no more fetches than records.
fn library(random: &mut Random, records: usize) -> Vec<Twist> {
    let mut twists = Vec::new();
    for fetch in 0..records.max(1) {
        if !random.one_in(4) {
            twists.push(Twist::Keeps { fetch, name: random.below(2) });
        }
    }
    for _ in 0..random.between(0, 3) {
        let (step, down) = (random.between(1, FIRST_STEPS), random.scale(1, SPAN));
        twists.push(Twist::Crash { step, down });
    }
    if random.one_in(4) {
        let (operation, nth) = (Operation::IsKept, random.below(3));
        let slow = Trouble::Slow(random.scale(1, SPAN));
        twists.push(Twist::Store { operation, nth, trouble: random.of(Trouble::Fails, &[slow]) });
    }
    twists
}

/// Where little else goes wrong, an hour is too long for anything.
fn thin_out(random: &mut Random, twists: &mut Vec<Twist>) {
    if random.one_in(2) {
        twists.retain(|twist| is_plain(twist) || random.one_in(4));
    }
}

fn is_plain(twist: &Twist) -> bool {
    matches!(twist, Twist::Record { .. } | Twist::Length { .. } | Twist::Speed { .. })
}

/// In which small downloads come to their ends.
const FIRST_STEPS: u64 = 150;
/// Bytes of small files at most.
const SMALL: u64 = 2_000;
/// And of large ones.
const LARGER: u64 = 20_000;
/// The app's own, and others.
const ORIGINS: u64 = 3;
/// In milliseconds.
const TEN_MINUTES: u64 = 10 * 60 * 1000;
const AN_HOUR: u64 = 60 * 60 * 1000;
