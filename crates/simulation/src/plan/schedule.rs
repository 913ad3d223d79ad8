//! What happens in one run, in a form that can be printed, cut down and run again.

use std::fmt;

use crate::plan::generate::{self, Worlds};
use crate::plan::twist::Twist;

/// A seed, and what it twists. The seed also decides all that is left to chance: latencies, and
/// whether what was under way at a crash took effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    worlds: Worlds,
    seed: u64,
    /// With the place that each has among all of the seed.
    twists: Vec<(usize, Twist)>,
}

impl Schedule {
    /// All twists of a seed, in worlds of this kind.
    pub fn from_seed(worlds: Worlds, seed: u64) -> Self {
        Self { worlds, ..Self::of(seed, generate::twists(worlds, seed)) }
    }

    /// These twists, with latencies and the like by `seed`.
    pub fn of(seed: u64, twists: Vec<Twist>) -> Self {
        let twists = twists.into_iter().enumerate().collect();
        Self { worlds: Worlds::Plain, seed, twists }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The twists, in order.
    pub fn twists(&self) -> impl Iterator<Item = &Twist> {
        self.twists.iter().map(|(_, twist)| twist)
    }

    /// The places of its twists among all of the seed.
    pub fn places(&self) -> Vec<usize> {
        self.twists.iter().map(|(place, _)| *place).collect()
    }

    /// The same with those twists only that have these places.
    #[must_use]
    pub fn only(&self, places: &[usize]) -> Self {
        let kept = self.twists.iter().filter(|(place, _)| places.contains(place));
        Self { twists: kept.cloned().collect(), ..*self }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places: Vec<_> = self.places().iter().map(usize::to_string).collect();
        if self.worlds != Worlds::Plain {
            write!(formatter, "--worlds {} ", self.worlds.name())?;
        }
        writeln!(formatter, "--seed {} --only {}", self.seed, places.join(","))?;
        for (place, twist) in &self.twists {
            writeln!(formatter, "  {place:>3} {twist:?}")?;
        }
        Ok(())
    }
}
