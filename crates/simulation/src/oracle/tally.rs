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
    /// The most bytes that a worker has held at a time, in worlds where a byte is one.
    pub most_held: u64,
    /// The longest time, in virtual milliseconds, in which a fetch that had no trouble had no
    /// connection, though a request of it was to come.
    pub longest_wait: u128,
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
        self.most_held = self.most_held.max(other.most_held);
        self.longest_wait = self.longest_wait.max(other.longest_wait);
        for (name, count) in &other.faults {
            *self.faults.entry(name).or_default() += count;
        }
        for (name, count) in &other.outcomes {
            *self.outcomes.entry(name).or_default() += count;
        }
    }
}
