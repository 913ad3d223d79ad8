//! Chance, by seed.

/// splitmix64: the same numbers for the same seed, on every machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..bound`; 0 if there is none.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// One of `from..=to`.
    pub(crate) fn between(&mut self, from: u64, to: u64) -> u64 {
        from + self.below((to - from).saturating_add(1))
    }

    /// One of `from..=to`, small ones as likely as large ones.
    pub(crate) fn scale(&mut self, from: u64, to: u64) -> u64 {
        let digits = u64::from((to - from).saturating_add(1).ilog2());
        let most = 1_u64 << self.between(0, digits);
        from + self.below(most.saturating_mul(2).min((to - from).saturating_add(1)))
    }

    /// Whether one of so many times.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    /// One of these, of which there must be one.
    pub(crate) fn of<T: Copy>(&mut self, first: T, others: &[T]) -> T {
        let at = self.below(others.len() as u64 + 1);
        let other = at.checked_sub(1).and_then(|at| others.get(usize::try_from(at).ok()?));
        *other.unwrap_or(&first)
    }
}
