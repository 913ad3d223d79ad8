//! The state machine of all background fetches of one service worker registration.

mod closing;
mod commands;
mod ending;
mod restore;
mod schedule;
mod stores;
mod transfers;
mod uploads;

use std::collections::VecDeque;

use crate::config::Config;
use crate::input::{CommandId, CommitId, Input, Reply, TransferId};
use crate::job::{self, Job, Step};
use crate::output::Output;
use crate::ports::{Exchange, StoreError};
use crate::record::Record;
use crate::retry::Trouble;
use crate::snapshot::{EntryKey, RecordRow, Write};
use crate::state::FetchState;
use crate::time::Timestamp;
use crate::transfer::Transfer;

/// All decisions, and nothing else.
///
/// Feed one [`Input`], then take every [`Output`] before the next:
///
/// ```
/// use background_fetch_engine::{Config, Engine, Input, Timestamp};
///
/// let mut engine = Engine::new(Config::new("https://app.test".into(), None, |_| None), 1);
/// engine.handle(Timestamp(0), Input::Restored { snapshots: Vec::new(), entries: Vec::new() });
/// while let Some(_output) = engine.poll_output() { /* do it, and report how it went */ }
/// assert_eq!(engine.next_wake(), None);
/// ```
///
/// The engine holds only what its inputs told it. Whatever it needs after a restart it has handed
/// out in [`Output::Commit`] first, so it may be dropped after any step.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    /// Of the store: part of every entry's key, so that no two engines make the same one.
    epoch: u64,
    /// Last number given to a transfer, commit or entry.
    serial: u64,
    random: u64,
    now: Timestamp,
    online: bool,
    /// What `Output::Active` told last.
    active: bool,
    stopped: bool,
    /// In the order of their creation.
    jobs: Vec<Job>,
    /// The last ones that are over.
    finished: Vec<FetchState>,
    /// Job whose turn it is.
    turn: usize,
    transfers: Vec<Transfer>,
    /// Transactions under way: a few.
    commits: Vec<(CommitId, After)>,
    outputs: VecDeque<Output>,
}

/// What a transaction was for.
#[derive(Debug)]
enum After {
    /// A new fetch; then answer.
    Created { uid: String, commands: Vec<CommandId> },
    /// A finished entry of this transfer, and perhaps the record's result.
    Segment { transfer: TransferId, entry: EntryKey, settles: bool },
    /// That this request is about to be sent.
    Marked { transfer: TransferId, exchange: Box<Exchange> },
    /// A record's result.
    Settled { uid: String, index: u32 },
    /// The outcome, and the begun delivery; then answer those who aborted it.
    Ended { uid: String, commands: Vec<CommandId> },
    /// The fetch is gone; then its entries may go.
    Deleted { uid: String },
    /// A changed notification; then answer.
    Ui { command: CommandId },
    /// Segments are forgotten; then their entries may go.
    Freed { entries: Vec<EntryKey> },
    /// Only for the next start.
    Note,
}

impl Engine {
    /// An engine for the store of this `epoch`.
    pub fn new(config: Config, epoch: u64) -> Self {
        let random = config.seed ^ epoch.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Self {
            config,
            epoch,
            serial: 0,
            random,
            now: Timestamp::default(),
            online: true,
            active: false,
            stopped: false,
            jobs: Vec::new(),
            finished: Vec::new(),
            turn: 0,
            transfers: Vec::new(),
            commits: Vec::new(),
            outputs: VecDeque::new(),
        }
    }

    /// Takes in what happened at `now`.
    pub fn handle(&mut self, now: Timestamp, input: Input) {
        if self.stopped {
            return;
        }
        self.now = now;
        match input {
            Input::Restored { snapshots, entries } => self.restore(snapshots, entries),
            Input::Command { id, command } => self.command(id, command),
            Input::Opened { transfer, head, followed } => self.opened(transfer, head, followed),
            Input::Read { transfer, length } => self.read(transfer, length),
            Input::Ended { transfer } => self.body_ended(transfer),
            Input::Broken { transfer, error } => self.network_failed(transfer, error),
            Input::Stored { transfer, entry, length } => self.stored(transfer, entry, length),
            Input::StoreFailed { transfer, entry, error } => {
                self.store_failed(transfer, entry, &error);
            }
            Input::Committed { commit } => self.committed(commit),
            Input::CommitFailed { commit, error } => self.commit_failed(commit, &error),
            Input::Inventory { uid, entries } => self.checked(&uid, entries),
            Input::Checked { uid, index, passed } => self.integrity_known(&uid, index, passed),
            Input::Notified { uid } => self.notified(&uid),
            Input::EventSettled { uid } => self.event_settled(&uid),
            Input::Online(online) => self.set_online(online),
            Input::Woken => self.woken(),
        }
        self.schedule();
        self.show_progress();
        self.show_active();
    }

    /// The next thing to do, in order; `None` when all is done until the next input.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to feed [`Input::Woken`], if nothing else happens before.
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.wake_times().min()
    }

    /// Whether there is unfinished work: running, waiting, or with an event to deliver.
    pub fn is_active(&self) -> bool {
        !self.jobs.is_empty()
    }

    fn emit(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    fn reply(&mut self, command: CommandId, reply: Reply) {
        self.emit(Output::Reply { command, reply });
    }

    fn commit(&mut self, writes: Vec<Write>, after: After) {
        let writes = self.clean(writes);
        let commit = CommitId(self.next_serial());
        self.commits.push((commit, after));
        self.emit(Output::Commit { commit, writes });
    }

    /// Removes before the row of a record is written such rows of its segments as could not be
    /// removed when they had to be.
    fn clean(&self, mut writes: Vec<Write>) -> Vec<Write> {
        let mut removals = Vec::new();
        for write in &writes {
            if let Write::PutRecord(RecordRow { uid, index, .. }) = write
                && self.record(uid, *index).is_some_and(Record::has_rows_left)
            {
                removals.push(Write::DeleteSegments { uid: uid.clone(), index: *index });
            }
        }
        removals.append(&mut writes);
        removals
    }

    fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    fn new_entry(&mut self, uid: &str, index: u32) -> EntryKey {
        let serial = self.next_serial();
        let [epoch, serial] = [self.epoch, serial].map(|number| number.to_string());
        EntryKey([&EntryKey::within(uid, index), &epoch, ".", &serial].concat())
    }

    /// splitmix64: only for jitter.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ (self.random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn job(&self, uid: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| job.row.uid == uid)
    }

    fn job_mut(&mut self, uid: &str) -> Option<&mut Job> {
        self.jobs.iter_mut().find(|job| job.row.uid == uid)
    }

    fn record(&self, uid: &str, index: u32) -> Option<&Record> {
        self.job(uid)?.records.iter().find(|record| record.row.index == index)
    }

    fn record_mut(&mut self, uid: &str, index: u32) -> Option<&mut Record> {
        self.job_mut(uid)?.records.iter_mut().find(|record| record.row.index == index)
    }

    fn transfer(&self, id: TransferId) -> Option<&Transfer> {
        self.transfers.iter().find(|transfer| transfer.id == id)
    }

    fn transfer_mut(&mut self, id: TransferId) -> Option<&mut Transfer> {
        self.transfers.iter_mut().find(|transfer| transfer.id == id)
    }

    fn transfers_of<'a>(
        &'a self,
        uid: &'a str,
        index: u32,
    ) -> impl Iterator<Item = &'a Transfer> + 'a {
        self.transfers.iter().filter(move |one| one.uid == uid && one.index == index)
    }

    /// Tells of a record that changed, where anybody follows it: its state grows with its body.
    fn tell_record(&mut self, uid: &str, index: u32) {
        let watched = self.job(uid).is_some_and(|job| job.watched);
        if let Some(state) = self.record(uid, index).filter(|_| watched).map(Record::state) {
            self.emit(Output::RecordChanged(state));
        }
    }

    /// [Update background fetch instances](https://wicg.github.io/background-fetch/#update-background-fetch-instances),
    /// but not more often than a page can show.
    fn show_progress(&mut self) {
        let (now, interval) = (self.now, self.config.progress_interval);
        let mut states = Vec::new();
        for job in self.jobs.iter_mut().filter(|job| job.is_active()) {
            let due = job.shown.is_none() || now.since(job.shown_at) >= interval;
            let state = job.state();
            let shown = (state.downloaded, state.uploaded, state.result, state.failure_reason);
            if due && job.shown != Some(shown) {
                job.shown = Some(shown);
                job.shown_at = now;
                states.push(state);
            }
        }
        self.outputs.extend(states.into_iter().map(Output::Notify));
    }

    fn show_active(&mut self) {
        if self.active != self.is_active() {
            self.active = self.is_active();
            self.emit(Output::Active(self.active));
        }
    }

    fn set_online(&mut self, online: bool) {
        self.online = online;
        if online {
            // A server that named a time is not asked before it.
            self.end_waits(|_, trouble| !matches!(trouble, Trouble::Busy(Some(_))));
        }
    }

    /// Another engine has the store: whatever this one did now would be lost or wrong.
    fn stop_if_fenced(&mut self, error: &StoreError) -> bool {
        self.stopped = *error == StoreError::Fenced;
        if self.stopped {
            self.outputs.clear();
            self.jobs.clear();
            self.transfers.clear();
            self.emit(Output::Stop);
        }
        self.stopped
    }

    /// Bytes of a job anew, after some were thrown away.
    fn recount(&mut self, uid: &str) {
        let under_way: u64 = self
            .transfers
            .iter()
            .filter(|transfer| transfer.uid == uid)
            .map(Transfer::arrived)
            .sum();
        if let Some(job) = self.job_mut(uid) {
            job.downloaded = job::stored(&job.records).wrapping_add(under_way);
        }
    }

    fn wake_times(&self) -> impl Iterator<Item = Timestamp> + '_ {
        let stalls = self.transfers.iter().filter_map(|one| one.stalls_at());
        let jobs = self.jobs.iter().flat_map(|job| {
            let event = match job.step {
                Step::Delivering { until } => Some(until),
                _ => None,
            };
            event.into_iter().chain(self.progress_due(job)).chain(self.waits_of(job))
        });
        stalls.chain(jobs)
    }

    fn progress_due(&self, job: &Job) -> Option<Timestamp> {
        let state = job.state();
        let values = (state.downloaded, state.uploaded, state.result, state.failure_reason);
        let due = job.is_active() && job.shown != Some(values);
        due.then(|| job.shown_at + self.config.progress_interval)
    }
}
