//! What happened, in numbers.

use std::collections::BTreeMap;

/// Counts over one or many schedules.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Schedules.
    pub schedules: u64,
    /// Steps of workers.
    pub steps: u64,
    /// Deaths of workers.
    pub crashes: u64,
    /// Virtual milliseconds.
    pub millis: u128,
    /// Bytes that servers sent.
    pub bytes: u128,
    /// Requests.
    pub requests: u64,
    /// Deliveries of events begun.
    pub deliveries: u64,
    /// Faults that struck, by kind.
    pub faults: BTreeMap<&'static str, u64>,
    /// Outcomes of fetches, by kind.
    pub outcomes: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(crate) fn strike(&mut self, fault: &'static str) {
        *self.faults.entry(fault).or_default() += 1;
    }

    pub(crate) fn end(&mut self, outcome: &'static str) {
        *self.outcomes.entry(outcome).or_default() += 1;
    }

    /// Adds what happened elsewhere.
    pub fn add(&mut self, other: &Self) {
        self.schedules += other.schedules;
        self.steps += other.steps;
        self.crashes += other.crashes;
        self.millis += other.millis;
        self.bytes += other.bytes;
        self.requests += other.requests;
        self.deliveries += other.deliveries;
        for (name, count) in &other.faults {
            *self.faults.entry(name).or_default() += count;
        }
        for (name, count) in &other.outcomes {
            *self.outcomes.entry(name).or_default() += count;
        }
    }
}
