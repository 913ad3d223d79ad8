//! What every room may write to: outputs in their order, and the numbers that name things.

use std::mem::take;
use std::vec::IntoIter;

use crate::ids::CommandId;
use crate::input::Reply;
use crate::output::Output;
use crate::snapshot::EntryKey;
use crate::text::decimal;

/// Outputs that wait to be taken, and numbers that are given once.
#[derive(Debug)]
pub(crate) struct Outbox {
    /// Of the store: part of every entry's key, so that no two engines make the same one.
    pub(crate) epoch: u64,
    /// The last number given.
    serial: u64,
    random: u64,
    outputs: Vec<Output>,
    /// Those that are being taken, before all others.
    leaving: IntoIter<Output>,
}

impl Outbox {
    pub(crate) fn new(epoch: u64, seed: u64) -> Self {
        let random = seed ^ epoch.wrapping_mul(GAMMA);
        Self { epoch, serial: 0, random, outputs: Vec::new(), leaving: Vec::new().into_iter() }
    }

    pub(crate) fn emit(&mut self, output: Output) {
        self.outputs.push(output);
    }

    pub(crate) fn reply(&mut self, command: CommandId, reply: Reply) {
        self.emit(Output::Reply { command, reply });
    }

    /// Entries that no row speaks of, or soon will not.
    pub(crate) fn delete(&mut self, entries: Vec<EntryKey>) {
        if !entries.is_empty() {
            self.emit(Output::Delete { entries, fetch: None });
        }
    }

    pub(crate) fn next(&mut self) -> Option<Output> {
        if self.leaving.len() == 0 {
            self.leaving = take(&mut self.outputs).into_iter();
        }
        self.leaving.next()
    }

    pub(crate) fn clear(&mut self) {
        self.outputs.clear();
        self.leaving = Vec::new().into_iter();
    }

    pub(crate) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    pub(crate) fn new_entry(&mut self, uid: &str, index: u32) -> EntryKey {
        let serial = self.next_serial();
        let [epoch, serial] = [self.epoch, serial].map(decimal);
        EntryKey([&EntryKey::within(uid, index), &epoch, ".", &serial].concat())
    }

    /// splitmix64: only for jitter.
    pub(crate) fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(GAMMA);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;
