//! What a step costs does not depend on how many records there are.

use std::collections::{HashMap, HashSet, VecDeque};
use std::mem::take;
use std::time::{Duration, Instant};

use background_fetch_engine::http::Head;
use background_fetch_engine::snapshot::{EntryKey, Snapshot, Write};
use background_fetch_engine::state::{EventType, RecordState};
use background_fetch_engine::testing::memory::MemoryMetaStore;
use background_fetch_engine::testing::network::{Fault, File};
use background_fetch_engine::{
    Command, CommandId, Engine, Input, MatchOptions, Output, Time, TransferId,
};

use crate::common::{App, KIB, config, fetch};

const SIZE: u64 = 1000;
/// Inputs whose times are taken together.
const ROW: u32 = 100;

/// A world in which everything goes well at once, so that all time is the engine's.
struct Run {
    engine: Engine,
    now: Time,
    /// What has happened and was not fed yet.
    inputs: VecDeque<Input>,
    entries: Vec<EntryKey>,
    meta: MemoryMetaStore,
    epoch: u64,
    /// The transfers whose bodies have come.
    read: HashSet<TransferId>,
    fed: u32,
    /// In the engine.
    spent: Duration,
    /// The same, for so many inputs in a row each time.
    rows: Vec<Duration>,
    row: Duration,
    ended: Option<EventType>,
}

impl Run {
    fn new(meta: &MemoryMetaStore, entries: Vec<EntryKey>) -> Self {
        let (epoch, snapshots) = meta.take_over().unwrap();
        let mut run = Self {
            engine: Engine::new(config(), epoch),
            now: Time::default(),
            inputs: VecDeque::new(),
            entries,
            meta: meta.clone(),
            epoch,
            read: HashSet::new(),
            fed: 0,
            spent: Duration::ZERO,
            rows: Vec::new(),
            row: Duration::ZERO,
            ended: None,
        };
        run.feed(Input::Restored { snapshots, entries: run.entries.clone() });
        run
    }

    fn begin(&mut self, records: usize) {
        let paths: Vec<_> = (0..records).map(|at| at.to_string()).collect();
        let paths: Vec<_> = paths.iter().map(String::as_str).collect();
        let command = Command::Fetch(fetch("many", &paths));
        self.feed(Input::Command { id: CommandId(1), command });
    }

    /// Until nothing happens any more, or so much has.
    fn go_on(&mut self, most: u32) {
        while let Some(input) = self.inputs.pop_front() {
            self.feed(input);
            if self.fed >= most {
                return;
            }
        }
    }

    fn feed(&mut self, input: Input) {
        self.fed += 1;
        self.now.monotonic = self.now.monotonic + Duration::from_millis(1);
        let began = Instant::now();
        self.engine.handle(self.now, input);
        let outputs: Vec<_> = std::iter::from_fn(|| self.engine.poll_output()).collect();
        let _ = self.engine.next_wake();
        let spent = began.elapsed();
        self.spent += spent;
        self.row += spent;
        if self.fed.is_multiple_of(ROW) {
            self.rows.push(take(&mut self.row));
        }
        for output in outputs {
            self.perform(output);
        }
    }

    fn perform(&mut self, output: Output) {
        let input = match output {
            Output::Open { transfer, .. } => {
                let head = Head { status: 200, kind: "basic".into(), ..Head::default() };
                Input::Opened { transfer, head, followed: None }
            }
            Output::Read { transfer } if self.read.insert(transfer) => {
                Input::Read { transfer, length: SIZE }
            }
            Output::Read { transfer } => Input::BodyEnded { transfer },
            Output::Store { transfer, entry } => {
                self.entries.push(entry.clone());
                Input::Stored { transfer, entry, length: SIZE }
            }
            Output::Commit { commit, writes } => {
                self.meta.commit(self.epoch, &writes).unwrap();
                Input::Committed { commit }
            }
            Output::ListEntries { fetch, .. } => {
                self.entries.sort();
                Input::EntriesListed { fetch, entries: Ok(self.entries.clone()) }
            }
            Output::Notify { fetch, .. } => Input::Notified { fetch },
            Output::Fire { fetch, event, .. } => {
                self.ended = Some(event);
                Input::EventSettled { fetch }
            }
            _ => return,
        };
        self.inputs.push_back(input);
    }
}

/// All of a fetch of so many records.
fn whole(records: usize) -> Run {
    let mut run = Run::new(&MemoryMetaStore::default(), Vec::new());
    run.begin(records);
    run.go_on(u32::MAX);
    assert_eq!(run.ended, Some(EventType::Success));
    run
}

/// The usual time for so many inputs as are in a row. Not the mean: a machine that is busy with
/// something else makes some of them take much longer.
fn usual(runs: impl Iterator<Item = Run>) -> Duration {
    let mut rows: Vec<_> = runs.flat_map(|run| run.rows).collect();
    rows.sort();
    rows[rows.len() / 2]
}

#[test]
fn the_time_for_an_input_does_not_grow_with_the_records() {
    let few = usual((0..200).map(|_| whole(100)));
    let many = usual((0..4).map(|_| whole(10_000)));
    println!("for {ROW} inputs: {few:?} of 100 records, {many:?} of 10,000");
    assert!(many <= few * 2, "{few:?} for 100 records, {many:?} for 10,000");
}

#[test]
fn ten_thousand_records_take_a_second_at_most() {
    let spent = best(|| whole(10_000).spent);
    println!("10,000 records: {spent:?}");
    let limit = if cfg!(debug_assertions) { 15 } else { 1 };
    assert!(spent <= Duration::from_secs(limit), "{spent:?}");
}

/// The machine may be busy with something else: the best of some.
fn best<T: Ord>(measure: impl Fn() -> T) -> T {
    (0..7).map(|_| measure()).min().unwrap()
}

/// Half of the records are there when the worker dies.
fn half_done(records: usize) -> (MemoryMetaStore, Vec<EntryKey>) {
    let meta = MemoryMetaStore::default();
    let mut run = Run::new(&meta, Vec::new());
    run.begin(records);
    run.go_on(u32::try_from(records).unwrap() * 3);
    run.entries.sort();
    (meta, run.entries)
}

#[test]
fn restoring_is_linear() {
    let (meta, entries) = half_done(10_000);
    let stored: Vec<Snapshot> = meta.snapshots();
    assert!(stored[0].segments.len() > 3_000, "{}", stored[0].segments.len());
    let spent = best(|| Run::new(&meta, entries.clone()).spent);
    println!("restoring 10,000 records, {} segments: {spent:?}", stored[0].segments.len());
    let limit = if cfg!(debug_assertions) { 3_000 } else { 200 };
    assert!(spent <= Duration::from_millis(limit), "{spent:?}");
}

#[test]
fn a_record_writes_down_no_more_than_itself() {
    let mut run = Run::new(&MemoryMetaStore::default(), Vec::new());
    run.begin(100);
    let mut most = 0;
    while let Some(input) = run.inputs.pop_front() {
        run.fed += 1;
        run.engine.handle(run.now, input);
        for output in std::iter::from_fn(|| run.engine.poll_output()).collect::<Vec<_>>() {
            if let Output::Commit { writes, .. } = &output {
                let rows = writes.iter().filter(|write| matches!(write, Write::PutRecord(_)));
                most = most.max(rows.count());
            }
            run.perform(output);
        }
    }
    assert_eq!(most, 1);
}

/// Stores that take for ever: what is read and not stored is bounded over all records, and nobody
/// waits for good.
#[test]
fn who_follows_a_record_is_notified_of_each_piece_once() {
    let mut file = File::new(1, 8 * 1000 * KIB);
    file.faults.extend([Fault::Cut(3000 * KIB), Fault::Changed, Fault::Cut(2000 * KIB)]);
    let app = App::of("file", file);
    app.live_with(async || {
        let handle = app.handle().await;
        handle.match_all("one".to_owned(), None, MatchOptions::default()).await.unwrap();
    });
    let mut known: Vec<RecordState> = Vec::new();
    for news in app.worker.changes() {
        let end = known.iter().filter(|one| one.version == news.version);
        let end = end.flat_map(|one| &one.segments).map(|(_, start, length)| start + length).max();
        let follows = news.segments.first().is_none_or(|first| first.1 == end.unwrap_or(0));
        assert!(follows, "{end:?}, then {news:?}");
        known.push(news);
    }
    let (last, _) = &app.delivery("one").records[0];
    assert_eq!(last.version, 1, "it was begun from scratch");
    assert_eq!(known.last().unwrap().version, last.version);
    let notified = known.into_iter().filter(|one| one.version == last.version);
    let notified: Vec<_> = notified.flat_map(|one| one.segments).collect();
    assert_eq!(notified, last.segments);
    assert!(notified.len() > 20, "{} pieces", notified.len());
}

#[test]
fn what_is_held_does_not_grow_with_the_records() {
    const CHUNK: u64 = 64 << 10;
    let config = config();
    let mut run = Run::new(&MemoryMetaStore::default(), Vec::new());
    run.begin(500);
    let (mut held, mut most) = (0, 0);
    let mut storing: VecDeque<(Input, u64)> = VecDeque::new();
    let mut buffered: HashMap<TransferId, u64> = HashMap::new();
    while let Some(input) = run.inputs.pop_front().or_else(|| {
        let (stored, length) = storing.pop_front()?;
        held -= length;
        Some(stored)
    }) {
        run.engine.handle(run.now, input);
        for output in std::iter::from_fn(|| run.engine.poll_output()).collect::<Vec<_>>() {
            match output {
                Output::Read { transfer } if run.read.insert(transfer) => {
                    held += CHUNK;
                    *buffered.entry(transfer).or_default() += CHUNK;
                    run.inputs.push_back(Input::Read { transfer, length: CHUNK });
                }
                Output::Store { transfer, entry } => {
                    let length = buffered.remove(&transfer).unwrap_or(0);
                    run.entries.push(entry.clone());
                    storing.push_back((Input::Stored { transfer, entry, length }, length));
                }
                other => run.perform(other),
            }
        }
        most = most.max(held);
    }
    assert_eq!(run.ended, Some(EventType::Success));
    let limit = config.memory + config.connections as u64 * CHUNK;
    assert!(most <= limit, "{most} bytes were held, of {limit}");
    assert!(most + CHUNK > config.memory, "{most}: the stores were never the bound");
}
