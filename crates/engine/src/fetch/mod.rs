//! [Perform a background fetch](https://wicg.github.io/background-fetch/#perform-a-background-fetch):
//! one registration, from its first record to the end of its event.
//!
//! [`Step`] and the functions of `ending` are to be read from top to bottom: each is one step, and
//! waits for one thing.

mod ending;
mod list;
mod progress;

use crate::config::Config;
use crate::context::{Allowance, Context};
use crate::ids::FetchId;
use crate::outcome::FailureReason;
use crate::output::Output;
use crate::queue::{Queue, Subject};
use crate::record::{Event, Next, Phase, Record};
use crate::server::Gate;
use crate::snapshot::{FetchRow, Stage};
use crate::state::{EventType, FetchState};
use crate::time::Instant;
use crate::transfer::{Stream, Transfers};

pub(crate) use list::Fetches;
use progress::{Progress, Tally};

/// What a background fetch waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// To be durable; nothing of it is visible yet.
    Creating,
    /// Its records.
    Running,
    /// To know that every stored byte still is there.
    Confirming {
        /// How often it has been looked for.
        looks: u32,
        /// When to look again, after a look that failed.
        again: Option<Instant>,
    },
    /// Its outcome, and the delivery begun, to be durable.
    Ending,
    /// All realms to know the outcome.
    Notifying,
    /// The handlers of its event.
    Delivering {
        /// Whether they have had so much time that this delivery counts.
        counts: bool,
        /// When to look after them; `None` once they keep nothing alive any more.
        until: Option<Instant>,
    },
    /// To be gone from the store.
    Deleting,
}

/// One background fetch.
#[derive(Debug)]
pub(crate) struct Fetch {
    pub(crate) id: FetchId,
    pub(crate) row: FetchRow,
    /// In the order of their indices; one whose row was lost is missing.
    records: Vec<Record>,
    pub(crate) step: Step,
    /// Records that wait for a connection, by index.
    pending: Queue,
    /// Whether it stands in the line of those who have some.
    pub(crate) in_line: bool,
    /// Since when it has had no connection there.
    pub(crate) starving: Option<Instant>,
    /// Whether a realm has asked for its records, and so follows them.
    watched: bool,
    tally: Tally,
    /// What the instances have, and since when.
    shown: Option<(Progress, Instant)>,
    /// When it will be looked at because the instances may be updated again.
    update_due: Option<Instant>,
    /// Of the record that was the first to fail.
    first_failure: Option<FailureReason>,
    /// Whether the next worker finds it paused.
    pub(crate) stored_paused: bool,
    /// Whether the app wants nothing to be asked for now, of whatever fetch.
    pub(super) held: bool,
    /// Whether it has still to be admitted, as others are under way: see [`Config::fetches`](crate::Config::fetches).
    pub(crate) waits: bool,
}

impl Fetch {
    pub(crate) fn new(id: FetchId, row: FetchRow, records: Vec<Record>, step: Step) -> Self {
        let tally = Tally::of(&records, &Transfers::default());
        let mut failures = records.iter().filter_map(|record| record.row.result?.failure());
        let first_failure = failures.next();
        let stored_paused = row.paused == Some(true);
        let mut pending = Queue::default();
        for record in records.iter().filter(|record| record.phase == Phase::Pending) {
            pending.push(record.id.index.into(), Subject::Record(record.id));
        }
        Self {
            id,
            row,
            records,
            step,
            pending,
            in_line: false,
            starving: None,
            watched: false,
            tally,
            shown: None,
            update_due: None,
            first_failure,
            stored_paused,
            held: false,
            waits: true,
        }
    }

    /// Whether it is one of the registration's active background fetches.
    pub(crate) fn is_active(&self) -> bool {
        matches!(self.step, Step::Running | Step::Confirming { .. })
    }

    /// Whether the app wants nothing more of it to be asked for.
    pub(crate) fn is_paused(&self) -> bool {
        self.step == Step::Running && (self.held || self.row.paused == Some(true))
    }

    /// Whether it is worth a living worker.
    pub(crate) fn is_unfinished(&self) -> bool {
        !matches!(self.step, Step::Delivering { until: None, .. })
    }

    /// Whether `match` may be called.
    pub(crate) fn has_records(&self) -> bool {
        !matches!(self.step, Step::Creating | Step::Deleting)
    }

    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    /// All records, for a realm that follows them from now on.
    pub(crate) fn watch(&mut self) -> &[Record] {
        self.watched = true;
        &self.records
    }

    pub(crate) fn records_mut(&mut self) -> impl Iterator<Item = &mut Record> {
        self.records.iter_mut()
    }

    pub(crate) fn record(&self, index: u32) -> Option<&Record> {
        self.records.get(self.place(index)?)
    }

    pub(crate) fn record_mut(&mut self, index: u32) -> Option<&mut Record> {
        let place = self.place(index)?;
        self.records.get_mut(place)
    }

    fn place(&self, index: u32) -> Option<usize> {
        self.records.binary_search_by_key(&index, |record| record.id.index).ok()
    }

    /// Lets something happen to one of its records.
    pub(crate) fn take(&mut self, cx: &mut Context<'_>, index: u32, event: Event) -> Next {
        cx.allowance = self.allowance(cx);
        let Some(record) = self.place(index).and_then(|place| self.records.get_mut(place)) else {
            return Next::Nothing;
        };
        let before = Tally::of_one(record, cx.transfers);
        let next = record.take(cx, event);
        let after = Tally::of_one(record, cx.transfers);
        self.tally = self.tally.minus(before).plus(after);
        if record.changed && self.watched {
            cx.outbox.emit(Output::RecordChanged(record.take_news()));
        }
        if next == Next::Settled {
            let failure = record.row.result.and_then(|result| result.failure());
            self.first_failure = self.first_failure.or(failure);
        }
        next
    }

    fn allowance(&self, cx: &Context<'_>) -> Allowance {
        let total = self.most_bytes(cx.config);
        if total == u64::MAX {
            return Allowance::Unlimited;
        }
        let mut coming = 0;
        for one in cx.transfers.iter() {
            if one.record.fetch == self.id && one.stream == Stream::Bypassing {
                one.stores.iter().for_each(|store| coming += store.length);
            }
        }
        Allowance::Left { bytes: total.saturating_sub(self.tally.downloaded), coming }
    }

    /// Bytes that it may have.
    fn most_bytes(&self, config: &Config) -> u64 {
        let total = self.row.download_total;
        if total == 0 { config.most_bytes } else { total.min(config.most_bytes) }
    }

    /// A record waits for a connection.
    pub(crate) fn enqueue(&mut self, index: u32) {
        if let Some(id) = self.record(index).map(|record| record.id) {
            self.pending.push(index.into(), Subject::Record(id));
        }
    }

    /// Whether any record waits for a connection. Those whose server is to be left alone wait for that, from now on.
    pub(crate) fn has_pending(&mut self, gate: &mut Gate<'_>) -> bool {
        while let Some(id) = self.pending.first().and_then(|(_, subject)| subject.record()) {
            let running = self.step == Step::Running && !self.waits && !self.is_paused();
            let record = self.record_mut(id.index);
            if let Some(record) = record.filter(|record| record.phase == Phase::Pending) {
                if !running || gate.admits(record.server) {
                    return running;
                }
                record.phase = Phase::Held;
                gate.servers.park(record.server, id, record.row.attempts);
            }
            self.pending.pop();
        }
        false
    }

    /// The first record that waits for a connection, which waits no longer.
    pub(crate) fn next_pending(&mut self, gate: &mut Gate<'_>) -> Option<u32> {
        if !self.has_pending(gate) {
            return None;
        }
        let (_, subject) = self.pending.pop()?;
        subject.record().map(|id| id.index)
    }

    /// The attributes of its registration.
    pub(crate) fn state(&self) -> FetchState {
        let bytes = (self.tally.uploaded, self.tally.downloaded);
        FetchState::of(&self.row, bytes, self.has_records())
    }

    /// What is kept of it when all else is gone.
    pub(crate) fn over(&self) -> FetchRow {
        let mut row = self.row.clone();
        row.stage = Stage::Over;
        row.downloaded = Some(self.tally.downloaded);
        // For whoever begins it again; some have the whole picture in their URL.
        let failed = row.failure_reason.is_some();
        row.icons.retain(|icon| failed && icon.src.len() < LONGEST_ICON);
        row
    }

    fn progress(&self) -> Progress {
        Progress { downloaded: self.tally.downloaded, uploaded: self.tally.uploaded }
    }

    /// [Update background fetch instances](https://wicg.github.io/background-fetch/#update-background-fetch-instances),
    /// but not more often than a page can show. When to look again, if that is too soon.
    pub(crate) fn show_progress(&mut self, cx: &mut Context<'_>) -> Option<Instant> {
        let (now, progress) = (cx.now.monotonic, self.progress());
        if !self.is_active() || self.shown.is_some_and(|(shown, _)| shown == progress) {
            return None;
        }
        let due = self.shown.map(|(_, at)| at + cx.config.progress_interval);
        if let Some(due) = due.filter(|due| *due > now) {
            let again = self.update_due.is_none();
            self.update_due = Some(due);
            return again.then_some(due);
        }
        self.shown = Some((progress, now));
        // A later one needs a timer of its own.
        self.update_due = None;
        cx.outbox.emit(Output::Notify { fetch: self.id, state: self.state() });
        None
    }

    /// Whether it waits for this time.
    pub(crate) fn awaits(&self, time: u64) -> bool {
        let look = match self.step {
            Step::Delivering { until: look, .. } | Step::Confirming { again: look, .. } => look,
            _ => None,
        };
        [look, self.update_due].contains(&Some(Instant(time)))
    }

    /// A time that it waited for has come. When to look again.
    pub(crate) fn woken(&mut self, cx: &mut Context<'_>) -> Option<Instant> {
        self.update_due = None;
        match self.step {
            Step::Delivering { counts, until: Some(until) } if until <= cx.now.monotonic => {
                self.wait_for_handlers(cx, counts)
            }
            Step::Confirming { looks, again: Some(again) } if again <= cx.now.monotonic => {
                self.look(cx, looks + 1);
                None
            }
            _ => None,
        }
    }

    /// The state that an answer shows needs no update of the instances.
    pub(crate) fn note_shown(&mut self, now: Instant) {
        self.shown = Some((self.progress(), now));
    }

    /// The event that reports its outcome.
    fn event(&self) -> EventType {
        match self.row.failure_reason {
            None => EventType::Success,
            Some(FailureReason::Aborted) => EventType::Abort,
            Some(_) => EventType::Fail,
        }
    }
}

/// Bytes of an icon's URL: one that is longer is no address.
const LONGEST_ICON: usize = 2048;
