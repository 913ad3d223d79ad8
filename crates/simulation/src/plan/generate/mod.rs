//! From a seed to twists.
//!
//! Each seed draws which kinds of twists it has at all, so that many schedules have much of a few
//! kinds: a little of everything hides more than it finds.

mod faults;
mod files;
mod worlds;

use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::testing::network::Fault;

use crate::plan::random::Random;
use crate::plan::twist::{Ask, Operation, Trouble, Twist};

pub use worlds::Worlds;

/// What there is of a seed in such worlds.
pub(crate) fn twists(worlds: Worlds, seed: u64) -> Vec<Twist> {
    let mut twists = known(seed);
    worlds::add(worlds, seed, &mut twists);
    twists
}

fn known(seed: u64) -> Vec<Twist> {
    let random = Random::new(seed);
    let mut generator = Generator { random, files: 1, fetches: 1, twists: Vec::new() };
    generator.shape();
    generator.settings();
    for file in 0..generator.files {
        let twists = files::twists(&mut generator.random, file);
        generator.twists.extend(twists);
    }
    generator.often(2, Generator::server_faults);
    generator.often(3, Generator::times);
    generator.often(3, Generator::network);
    generator.often(3, Generator::stores);
    generator.often(4, Generator::losses);
    generator.often(2, Generator::app);
    generator.often(2, Generator::crashes);
    generator.often(6, Generator::rivals);
    generator.twists
}

struct Generator {
    random: Random,
    files: usize,
    fetches: usize,
    twists: Vec<Twist>,
}

impl Generator {
    fn often(&mut self, one_in: u64, add: impl FnOnce(&mut Self)) {
        if self.random.one_in(one_in) {
            add(self);
        }
    }

    fn add(&mut self, twist: Twist) {
        self.twists.push(twist);
    }

    fn any_file(&mut self) -> usize {
        index(self.random.below(self.files as u64))
    }

    fn any_fetch(&mut self) -> usize {
        index(self.random.below(self.fetches as u64))
    }

    fn moment(&mut self) -> u64 {
        self.random.scale(1, SPAN)
    }

    /// How many fetches, of how many records, of how many files.
    fn shape(&mut self) {
        self.files = index(self.random.of(1, &[1, 1, 2, 2, 3, 4]));
        self.fetches = index(self.random.of(1, &[1, 1, 1, 2, 3]));
        for fetch in 0..self.fetches {
            for _ in 0..self.random.of(1, &[1, 1, 2, 3]) {
                let (file, ask) = (self.any_file(), self.ask());
                self.add(Twist::Record { fetch, file, ask });
            }
            if fetch > 0 && self.random.one_in(2) {
                let at = self.moment();
                self.add(Twist::Begins { fetch, at });
            }
        }
    }

    fn ask(&mut self) -> Ask {
        let random = &mut self.random;
        match random.below(40) {
            0 | 1 => Ask::Integrity { right: !random.one_in(4) },
            2 => {
                let start = random.scale(0, LARGE);
                let end = (!random.one_in(3)).then(|| start + random.scale(1, LARGE));
                Ask::Range { start, end }
            }
            3 | 4 => Ask::Post { bytes: random.scale(0, LARGE) },
            5 => Ask::Delete,
            6 => Ask::Head,
            _ => Ask::Plain,
        }
    }

    fn settings(&mut self) {
        if self.random.one_in(3) {
            let segment = self.random.between(300, 1500);
            let connections = index(self.random.between(1, 4));
            self.add(Twist::Bypass { segment, connections });
        }
        if self.random.one_in(4) {
            let connections = index(self.random.between(1, 6));
            self.add(Twist::Connections(connections));
        }
        if self.random.one_in(4) {
            let segments = self.random.between(1, 4);
            self.add(Twist::Memory(segments));
        }
        if self.random.one_in(4) {
            self.add(Twist::FewTries);
        }
        if self.random.one_in(20) && !self.hashes() {
            let scale = 1 << self.random.between(10, 44);
            self.add(Twist::Scale(scale));
        }
    }

    /// Whether bytes must be written out.
    fn hashes(&self) -> bool {
        let hashed =
            |twist: &Twist| matches!(twist, Twist::Record { ask: Ask::Integrity { .. }, .. });
        self.twists.iter().any(hashed)
    }

    fn server_faults(&mut self) {
        for _ in 0..self.random.scale(1, 9) {
            let file = self.any_file();
            let fault = faults::any(&mut self.random);
            self.add(Twist::Fault { file, fault });
        }
        if self.random.one_in(5) {
            let file = self.any_file();
            let fault = match faults::any(&mut self.random) {
                // Without a network one waits for ever.
                Fault::Fails(NetworkError::Offline) => Fault::Fails(NetworkError::Unreachable),
                fault => fault,
            };
            self.add(Twist::Always { file, fault });
        }
    }

    /// What happens to files by and by.
    fn times(&mut self) {
        for _ in 0..self.random.between(1, 3) {
            let (file, at) = (self.any_file(), self.moment());
            let twist = match self.random.below(6) {
                0 => Twist::LosesRanges { file, at },
                1 => Twist::Vanishes { file, at },
                _ => Twist::Change { file, at, length: self.random.scale(0, LARGE) },
            };
            self.add(twist);
        }
    }

    fn network(&mut self) {
        for _ in 0..self.random.between(1, 3) {
            let (at, time) = (self.moment(), self.random.scale(1, 10 * SPAN));
            let twist = if self.random.one_in(2) {
                Twist::Offline { at, time, reported: self.random.one_in(2) }
            } else {
                Twist::Unreachable { file: self.any_file(), at, time }
            };
            self.add(twist);
        }
    }

    fn stores(&mut self) {
        use Operation::{Check, Commit, Compare, Delete, Entries, Length, Put, PutBody, TakeOver};
        for _ in 0..self.random.between(1, 4) {
            let operation = self.random.of(
                Put,
                &[
                    Put, Put, Commit, Commit, Commit, PutBody, PutBody, Entries, Length, Check,
                    Compare, Delete, TakeOver,
                ],
            );
            let random = &mut self.random;
            let slow = Trouble::Slow(random.scale(1, 3 * SPAN));
            let trouble = match operation {
                Put | PutBody => {
                    random.of(Trouble::Fails, &[Trouble::Quota, Trouble::Short, slow, slow])
                }
                Commit => random.of(Trouble::Fails, &[Trouble::Quota, slow, slow]),
                _ => random.of(Trouble::Fails, &[slow]),
            };
            let nth = match operation {
                Put | PutBody | Commit => random.scale(0, 30),
                _ => random.scale(0, 4),
            };
            self.add(Twist::Store { operation, nth, trouble });
        }
        if self.random.one_in(6) {
            let bytes = self.random.scale(0, 2 * LARGE);
            self.add(Twist::Quota(bytes));
        }
    }

    fn losses(&mut self) {
        for _ in 0..self.random.between(1, 3) {
            let (after, which) = (self.random.scale(0, 30), self.random.below(1000));
            let (fetch, at) = (self.any_fetch(), self.moment());
            let twist = match self.random.below(8) {
                0..=3 => Twist::Evicts { after, which },
                4 | 5 => Twist::Tears { after, which },
                6 => {
                    let index = u32::try_from(self.random.below(3)).unwrap_or(0);
                    Twist::DamagesRecord { fetch, index, at }
                }
                _ => Twist::DamagesFetch { fetch, at },
            };
            self.add(twist);
        }
    }

    fn app(&mut self) {
        for _ in 0..self.random.between(1, 3) {
            let (fetch, at) = (self.any_fetch(), self.moment());
            let twist = match self.random.below(14) {
                12 | 13 => Twist::Pause { fetch, at, time: self.random.scale(1, 4 * SPAN) },
                0..=2 => Twist::Abort { fetch, at },
                3 | 4 => Twist::Again { fetch, at },
                5 | 6 => Twist::Watch { fetch, every: self.random.scale(10, SPAN) },
                7 | 8 => Twist::Limit { fetch, bytes: self.random.scale(1, 2 * LARGE) },
                9 => Twist::HandlerTakes { fetch, time: self.handler_time() },
                10 => Twist::HandlerHangs { fetch },
                _ => Twist::UpdateUi { fetch },
            };
            self.add(twist);
        }
    }

    /// Some outlast everything that anybody would wait for.
    fn handler_time(&mut self) -> u64 {
        let most = if self.random.one_in(4) { HOURS } else { 2 * SPAN };
        self.random.scale(1, most)
    }

    fn crashes(&mut self) {
        for _ in 0..self.random.scale(1, 6) {
            let (step, down) = (self.random.scale(1, STEPS), self.random.scale(1, 3 * SPAN));
            self.add(Twist::Crash { step, down });
        }
    }

    fn rivals(&mut self) {
        for _ in 0..self.random.between(1, 2) {
            let step = self.random.scale(1, STEPS);
            self.add(Twist::Rival { step });
        }
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

/// Virtual milliseconds.
const HOURS: u64 = 8 * 60 * 60 * 1000;
/// Virtual milliseconds in which most things happen.
const SPAN: u64 = 20_000;
/// Bytes of most files at most.
const LARGE: u64 = 8_000;
/// Steps of most lives at most.
const STEPS: u64 = 400;
