//! The state machine of all background fetches of one service worker registration.

mod commands;
mod commits;
mod consent;
mod look;
mod restore;
mod schedule;
mod status;
mod wake;

use crate::config::Config;
use crate::context::{Allowance, Context};
use crate::fetch::{Fetch, Fetches};
use crate::ids::{CommandId, FetchId, RecordId, TransferId};
use crate::input::{Command, Input};
use crate::ledger::Ledger;
use crate::outbox::Outbox;
use crate::output::Output;
use crate::ports::StoreError;
use crate::queue::Subject;
use crate::record::{Event, Next, Phase};
use crate::server::{Gate, Servers};
use crate::snapshot::{EntryKey, Snapshot};
use crate::time::{Instant, Time};
use crate::transfer::{PROBE, Stream, Transfers};

use schedule::{Relief, Schedule};

/// All decisions, and nothing else.
///
/// Feed one [`Input`], then take every [`Output`] before the next:
///
/// ```
/// use background_fetch_engine::{Config, Engine, Input, Time};
///
/// let mut engine = Engine::new(Config::new("https://app.test".into(), None, |_| None), 1);
/// engine.handle(Time::default(), Input::Restored { snapshots: Vec::new(), entries: Vec::new() });
/// while let Some(_output) = engine.poll_output() { /* do it, and report how it went */ }
/// assert_eq!(engine.next_wake(), None);
/// ```
///
/// The engine holds only what its inputs told it. Whatever it needs after a restart it has handed
/// out in [`Output::Commit`] first, so it may be dropped after any step.
///
/// Each input finds its fetch and its record, which take it and answer what follows ([`Next`]). That
/// is done here, in `follow`, and nowhere else: no room below calls this one.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    now: Time,
    online: bool,
    /// What `Output::Active` said last.
    active: bool,
    stopped: bool,
    fetches: Fetches,
    servers: Servers,
    transfers: Transfers,
    schedule: Schedule,
    ledger: Ledger,
    outbox: Outbox,
}

impl Engine {
    /// An engine for the store of this `epoch`.
    pub fn new(config: Config, epoch: u64) -> Self {
        let outbox = Outbox::new(epoch, config.seed);
        Self {
            config,
            now: Time::default(),
            online: true,
            active: false,
            stopped: false,
            fetches: Fetches::default(),
            servers: Servers::default(),
            transfers: Transfers::default(),
            schedule: Schedule::default(),
            ledger: Ledger::default(),
            outbox,
        }
    }

    /// Takes in what happened at `now`.
    pub fn handle(&mut self, now: Time, input: Input) {
        if self.stopped {
            return;
        }
        self.now = now;
        match input {
            Input::Restored { snapshots, entries } => self.restore(snapshots, entries),
            Input::Command { id, command } => self.command(id, command),
            Input::Opened { transfer, head, followed } => {
                self.of_transfer(transfer, Event::Opened(transfer, head, followed));
            }
            Input::Read { transfer, length } => {
                self.of_transfer(transfer, Event::Read(transfer, length));
            }
            Input::Compared { transfer, same } => {
                self.of_transfer(transfer, Event::Compared(transfer, same));
                self.let_go_if_paused(transfer);
            }
            Input::BodyEnded { transfer } => {
                self.of_transfer(transfer, Event::BodyEnded(transfer));
            }
            Input::Broken { transfer, error } => {
                self.of_transfer(transfer, Event::Broken(transfer, error));
            }
            Input::Stored { transfer, entry, length } => {
                self.of_transfer(transfer, Event::Stored(transfer, entry, length));
            }
            Input::StoreFailed { error: StoreError::Fenced, .. }
            | Input::CommitFailed { error: StoreError::Fenced, .. } => self.stop(),
            Input::StoreFailed { transfer, entry, error } => {
                self.of_transfer(transfer, Event::StoreFailed(transfer, entry, error));
            }
            Input::Committed { commit } => self.committed(commit),
            Input::CommitFailed { commit, error } => self.commit_failed(commit, error),
            Input::EntriesListed { fetch, entries } => self.listed(fetch, entries),
            // Who does not know whose the entries are leaves the row by which they are found.
            Input::Cleared { fetch, kept: None } => self.fetches.forget(fetch),
            Input::Cleared { fetch, kept: Some(kept) } => {
                let (fetches, mut cx) = self.parts();
                fetches.cleared(&mut cx, fetch, kept);
            }
            Input::IntegrityVerified { record, passed } => {
                self.of_record(record, Event::Verified(passed));
            }
            Input::Notified { fetch } => self.notified(fetch),
            Input::EventSettled { fetch } => {
                self.with(fetch, Fetch::event_settled);
            }
            Input::Online(online) => self.set_online(online),
            Input::Held(held) => self.set_held(held),
            Input::Woken => self.woken(),
        }
        self.admit();
        self.serve();
        self.schedule.prune(&self.fetches, &self.servers);
        self.show_active();
    }

    /// The next thing to do, in order; `None` when all is done until the next input.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outbox.next()
    }

    /// When to feed [`Input::Woken`], if nothing else happens before.
    pub fn next_wake(&self) -> Option<Instant> {
        let stalls = self.transfers.iter().filter_map(|one| one.stalls_at());
        let silent = self.transfers.iter().filter_map(|one| one.hedged_at());
        let silent = silent.filter(|_| self.may_hedge());
        stalls.chain(silent).chain(self.schedule.first()).min()
    }

    fn may_hedge(&self) -> bool {
        let most = self.config.connections + self.config.extra_connections;
        self.transfers.open().count() < most
    }

    /// All fetches, and what is lent to them.
    fn parts(&mut self) -> (&mut Fetches, Context<'_>) {
        let cx = Context {
            config: &self.config,
            now: self.now,
            online: self.online,
            contended: self.schedule.is_contended(),
            allowance: Allowance::Unlimited,
            servers: &mut self.servers,
            transfers: &mut self.transfers,
            ledger: &mut self.ledger,
            outbox: &mut self.outbox,
        };
        (&mut self.fetches, cx)
    }

    /// Lets a fetch take a step, if it is still there.
    fn with<T>(
        &mut self,
        id: FetchId,
        step: impl FnOnce(&mut Fetch, &mut Context<'_>) -> T,
    ) -> Option<T> {
        let (fetch, mut cx) = self.lend(id)?;
        Some(step(fetch, &mut cx))
    }

    /// Not part of `with`, which is compiled for each step anew.
    #[inline(never)]
    fn lend(&mut self, id: FetchId) -> Option<(&mut Fetch, Context<'_>)> {
        let (fetches, cx) = self.parts();
        fetches.get_mut(id).map(|fetch| (fetch, cx))
    }

    /// Something happened to a transfer, if it is still there.
    fn of_transfer(&mut self, id: TransferId, event: Event) {
        if let Event::Stored(_, entry, _) | Event::StoreFailed(_, entry, _) = &event {
            self.transfers.bury(entry);
        }
        let record = self.transfers.get(id).map(|transfer| transfer.record);
        if let (Some(record), Event::Opened(..)) = (record, &event) {
            self.heard(record);
        }
        match (record, event) {
            (Some(record), event) => self.of_record(record, event),
            // Nobody needs it any more.
            (None, Event::Stored(_, entry, _)) => self.outbox.delete(vec![entry]),
            (None, _) => {}
        }
    }

    /// The server of a record has answered: what others have written down of its silence is over.
    fn heard(&mut self, id: RecordId) {
        let Some(server) = self.fetches.record(id).map(|record| record.server) else { return };
        for silent in self.servers.heard(server) {
            self.of_record(silent, Event::SilenceEnded);
        }
    }

    /// Something happened to a record.
    fn of_record(&mut self, id: RecordId, event: Event) {
        let next = self.with(id.fetch, |fetch, cx| fetch.take(cx, id.index, event));
        if let Some(next) = next {
            self.follow(id, next);
        }
    }

    /// Does what follows from what happened to a record. The only place that sees all of them.
    fn follow(&mut self, id: RecordId, next: Next) {
        match next {
            Next::Nothing => {}
            Next::Ready => self.enqueue(id),
            Next::Wait(until) => self.schedule.wake_at(until, Subject::Record(id)),
            Next::Held(until) => self.hold(id, until),
            Next::Settled => {
                self.with(id.fetch, Fetch::conclude);
            }
            Next::Exceeded => {
                self.with(id.fetch, |fetch, cx| fetch.exceed(cx, id.index));
            }
        }
        self.show_progress(id.fetch);
    }

    fn enqueue(&mut self, id: RecordId) {
        if let Some(fetch) = self.fetches.get_mut(id.fetch) {
            fetch.enqueue(id.index);
        }
        self.line_up(id.fetch);
    }

    /// A record waits for its server, which is to be left alone until then.
    fn hold(&mut self, id: RecordId, until: Instant) {
        let Some(record) = self.fetches.record(id) else { return };
        self.servers.park(record.server, id, record.row.attempts);
        // And when those that ask then have had their time.
        for time in [until, until + PROBE] {
            self.schedule.wake_at(time, Subject::Server(record.server));
        }
    }

    /// Lets those go on whose servers may be asked again.
    fn release(&mut self) {
        let held = |id| self.fetches.record(id).is_some_and(|record| record.phase == Phase::Held);
        for id in self.servers.released(self.now.monotonic, &self.transfers, &held) {
            if let Some(record) = self.fetches.record_mut(id) {
                record.phase = Phase::Pending;
            }
            self.enqueue(id);
        }
    }

    /// Gives what is free to those who wait for it: memory, and connections.
    fn serve(&mut self) {
        self.transfers.resume(&self.config, &mut self.outbox, self.now.monotonic);
        loop {
            self.release();
            let (config, fetches) = (&self.config, &mut self.fetches);
            let now = self.now.monotonic;
            let mut gate = Gate { servers: &mut self.servers, transfers: &self.transfers, now };
            let next = self.schedule.next(config, fetches, &mut gate).map(Relief::Serve);
            let next = next.or_else(|| self.schedule.one_too_many(config, fetches, &gate));
            match next.or_else(|| self.schedule.relief(config, fetches, &mut gate)) {
                Some(Relief::Serve(id)) => self.of_record(id, Event::Start),
                Some(Relief::Take(id)) => self.of_transfer(id, Event::GiveWay(id)),
                None => return,
            }
        }
    }

    fn show_progress(&mut self, id: FetchId) {
        self.look_later(id, Fetch::show_progress);
    }

    fn show_active(&mut self) {
        if self.active != self.is_active() {
            self.active = self.is_active();
            self.outbox.emit(Output::Active(self.active));
        }
    }

    fn restore(&mut self, snapshots: Vec<Snapshot>, entries: Vec<EntryKey>) {
        let (fetches, mut cx) = self.parts();
        *fetches = restore::restore(&mut cx, snapshots, entries);
        fetches.hold(cx.config.held);
        let holds = restore::recall(fetches, &mut cx);
        for (server, until) in holds {
            self.schedule.wake_at(until, Subject::Server(server));
        }
        for id in self.fetches.ids() {
            self.with(id, Fetch::redeliver);
            self.with(id, Fetch::conclude);
            self.line_up(id);
            self.show_progress(id);
        }
    }

    fn line_up(&mut self, id: FetchId) {
        let now = self.now.monotonic;
        let mut gate = Gate { servers: &mut self.servers, transfers: &self.transfers, now };
        if let Some(fetch) = self.fetches.get_mut(id) {
            self.schedule.line_up(fetch, &mut gate);
        }
    }

    fn command(&mut self, id: CommandId, command: Command) {
        let (fetches, mut cx) = self.parts();
        match command {
            Command::Fetch(new) => commands::begin(&mut cx, fetches, id, new),
            Command::Abort { uid } => commands::abort(&mut cx, fetches.by_uid_mut(&uid), id),
            Command::Pause { uid, paused } => {
                if let Some(fetch) = commands::pause(&mut cx, fetches.by_uid_mut(&uid), id, paused)
                {
                    self.heed_pause(fetch);
                }
            }
            Command::UpdateUi { uid, title, icons } => {
                commands::update_ui(&mut cx, fetches.by_uid_mut(&uid), id, (title, icons));
            }
        }
    }

    /// One that is not paused stands in line again.
    fn heed_pause(&mut self, id: FetchId) {
        match self.fetches.get(id).is_some_and(Fetch::is_paused) {
            true => self.let_go(),
            false => self.line_up(id),
        }
    }

    /// What is paused lets go of its connections, but for those of which bytes would be lost, and of what cannot be sent
    /// again.
    fn let_go(&mut self) {
        let mut open = Vec::new();
        for one in self.transfers.iter() {
            let paused = self.fetches.get(one.record.fetch).filter(|fetch| fetch.is_paused());
            let Some(record) = paused.and_then(|fetch| fetch.record(one.record.index)) else {
                continue;
            };
            if one.stream == Stream::Opening && record.row.request.is_get() {
                open.push((one.id, Event::Withdraw(one.id)));
            } else if record.may_let_go(one) && !record.standing.asks_for_all() {
                open.push((one.id, Event::GiveWay(one.id)));
            }
        }
        for (transfer, event) in open {
            self.of_transfer(transfer, event);
        }
    }

    /// One that could not be let go of when its fetch was paused may be now.
    fn let_go_if_paused(&mut self, id: TransferId) {
        let fetch = self.transfers.get(id).map(|one| one.record.fetch);
        let paused = fetch.and_then(|id| self.fetches.get(id)).filter(|fetch| fetch.is_paused());
        if let Some(id) = paused.map(|fetch| fetch.id) {
            self.heed_pause(id);
        }
    }

    fn listed(&mut self, id: FetchId, entries: Result<Vec<EntryKey>, StoreError>) {
        self.look_later(id, |fetch, cx| fetch.confirm(cx, entries));
        self.line_up(id);
        self.show_progress(id);
    }

    fn notified(&mut self, id: FetchId) {
        self.look_later(id, Fetch::notified);
    }

    /// Lets a fetch take a step after which it wants to be looked at again.
    fn look_later(
        &mut self,
        id: FetchId,
        step: impl FnOnce(&mut Fetch, &mut Context<'_>) -> Option<Instant>,
    ) {
        if let Some(time) = self.with(id, step).flatten() {
            self.schedule.wake_at(time, Subject::Fetch(id));
        }
    }

    /// Another engine has the store: whatever this one did now would be lost or wrong.
    fn stop(&mut self) {
        self.stopped = true;
        self.outbox.clear();
        self.fetches.clear();
        self.servers = Servers::default();
        self.transfers = Transfers::default();
        self.outbox.emit(Output::Stop);
    }
}
