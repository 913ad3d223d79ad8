//! An engine by itself, fed by hand.

use std::time::Duration;

use background_fetch_engine::http::{ByteRange, Head};
use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::snapshot::{EntryKey, Write};
use background_fetch_engine::{
    Command, CommandId, CommitId, Config, Engine, Input, Instant, NewFetch, Output, Time,
    Timestamp, TransferId,
};

use super::{config, fetch};

/// What the device's clock says at the beginning.
pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// All that an engine answers to one input, at the beginning of time.
pub(crate) fn outputs(engine: &mut Engine, input: Input) -> Vec<Output> {
    engine.handle(Time::default(), input);
    std::iter::from_fn(|| engine.poll_output()).collect()
}

/// An engine with one fetch of one file, whose stores always work.
pub(crate) struct Bench {
    pub(crate) engine: Engine,
    /// Since the beginning.
    pub(crate) now: Duration,
    pub(crate) transfer: TransferId,
    /// Read and in no entry yet.
    buffered: u64,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::of(fetch("one", &["file"]))
    }

    pub(crate) fn of(new: NewFetch) -> Self {
        Self::with(config(), true, new).0
    }

    /// And what follows from its beginning.
    pub(crate) fn with(config: Config, online: bool, new: NewFetch) -> (Self, Vec<Output>) {
        let engine = Engine::new(config, 1);
        let mut bench = Self { engine, now: Duration::ZERO, transfer: TransferId(0), buffered: 0 };
        bench.feed(Input::Restored { snapshots: Vec::new(), entries: Vec::new() });
        bench.feed(Input::Online(online));
        let command = Command::Fetch(new);
        let done = bench.feed(Input::Command { id: CommandId(1), command });
        assert!(done.iter().any(|output| matches!(output, Output::Open { .. })));
        (bench, done)
    }

    /// One input, and all that follows from it without the network.
    pub(crate) fn feed(&mut self, input: Input) -> Vec<Output> {
        let mut inputs = vec![input];
        let mut all = Vec::new();
        while let Some(input) = inputs.pop() {
            self.engine.handle(self.time(), input);
            let outputs: Vec<_> = std::iter::from_fn(|| self.engine.poll_output()).collect();
            // In order, though they are taken from the end.
            inputs.extend(outputs.iter().rev().filter_map(|output| self.answer(output)));
            all.extend(outputs);
            assert!(all.len() < 1000, "endless");
        }
        all
    }

    fn time(&self) -> Time {
        Time { wall: NOW + self.now, monotonic: Instant(0) + self.now }
    }

    /// How long after the beginning the engine wants to be woken.
    pub(crate) fn wake(&self) -> Option<Duration> {
        self.engine.next_wake().map(|time| time.since(Instant(0)))
    }

    fn answer(&mut self, output: &Output) -> Option<Input> {
        match output {
            Output::Open { transfer, .. } => {
                self.transfer = *transfer;
                self.buffered = 0;
                None
            }
            Output::Commit { commit, .. } => Some(Input::Committed { commit: *commit }),
            Output::Store { transfer, entry } => {
                let length = std::mem::take(&mut self.buffered);
                Some(Input::Stored { transfer: *transfer, entry: entry.clone(), length })
            }
            _ => None,
        }
    }

    pub(crate) fn opened(&mut self, head: Head, followed: Option<u64>) -> Vec<Output> {
        self.feed(Input::Opened { transfer: self.transfer, head, followed })
    }

    pub(crate) fn read(&mut self, length: u64) -> Vec<Output> {
        self.buffered += length;
        self.feed(Input::Read { transfer: self.transfer, length })
    }

    /// Breaks the connection, and tells what is asked for next.
    pub(crate) fn breaks(&mut self) -> Asked {
        let transfer = self.transfer;
        self.feed(Input::Broken { transfer, error: NetworkError::Broken });
        for _ in 0..10 {
            self.now = self.wake().unwrap().max(self.now);
            let done = self.feed(Input::Woken);
            if let Some(asked) = done.iter().find_map(asked) {
                return asked;
            }
        }
        panic!("nothing is asked for");
    }
}

/// The range and the validator of a request, and whether it repeats what is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) range: Option<ByteRange>,
    pub(crate) if_range: Option<String>,
    pub(crate) repeats: bool,
}

pub(crate) fn asked(output: &Output) -> Option<Asked> {
    let Output::Open { exchange, .. } = output else { return None };
    let (range, if_range) = (exchange.range, exchange.if_range.clone());
    Some(Asked { range, if_range, repeats: !exchange.overlap.is_empty() })
}

pub(crate) fn goes_on(outputs: &[Output]) -> bool {
    outputs.iter().any(|output| matches!(output, Output::Read { .. }))
}

pub(crate) fn closes(outputs: &[Output]) -> bool {
    outputs.iter().any(|output| matches!(output, Output::Close { .. }))
}

/// The first answer that there is among outputs.
fn first_of<T>(outputs: &[Output], find: impl Fn(&Output) -> Option<T>) -> T {
    outputs.iter().find_map(find).unwrap_or_else(|| panic!("not among {outputs:?}"))
}

/// The transfer that is opened.
pub(crate) fn opened_of(outputs: &[Output]) -> TransferId {
    first_of(outputs, |output| match output {
        Output::Open { transfer, .. } => Some(*transfer),
        _ => None,
    })
}

/// The entry that is stored.
pub(crate) fn store_of(outputs: &[Output]) -> EntryKey {
    first_of(outputs, |output| match output {
        Output::Store { entry, .. } => Some(entry.clone()),
        _ => None,
    })
}

/// The transaction, and its writes.
pub(crate) fn commit_of(outputs: &[Output]) -> (CommitId, Vec<Write>) {
    first_of(outputs, |output| match output {
        Output::Commit { commit, writes } => Some((*commit, writes.clone())),
        _ => None,
    })
}
