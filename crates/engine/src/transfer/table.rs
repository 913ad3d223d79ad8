//! All transfers: a few, so they are searched.

use std::mem::take;

use crate::config::Config;
use crate::ids::{FetchId, RecordId, ServerId, TransferId};
use crate::outbox::Outbox;
use crate::output::Output;
use crate::snapshot::EntryKey;
use crate::time::{Instant, Millis};
use crate::transfer::{PendingStore, Stream, Transfer};

/// The transfers that are open, or have something on its way into the stores, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    all: Vec<Transfer>,
    /// Entries that are still being stored, though their transfers have been given up.
    orphans: Vec<PendingStore>,
    /// When a connection last outran the script.
    fast_at: Option<Instant>,
    /// When somebody was given up for want of room, of which the browser takes a while to make use.
    room_at: Option<Instant>,
}

impl Transfers {
    pub(crate) fn push(&mut self, transfer: Transfer) {
        self.all.push(transfer);
    }

    /// The one that was added last.
    pub(crate) fn newest_mut(&mut self) -> Option<&mut Transfer> {
        self.all.last_mut()
    }

    pub(crate) fn get(&self, id: TransferId) -> Option<&Transfer> {
        self.all.iter().find(|transfer| transfer.id == id)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Transfer> {
        self.all.iter_mut()
    }

    pub(crate) fn get_mut(&mut self, id: TransferId) -> Option<&mut Transfer> {
        self.all.iter_mut().find(|transfer| transfer.id == id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Transfer> {
        self.all.iter()
    }

    /// Those that use a connection.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Transfer> {
        self.all.iter().filter(|transfer| transfer.is_open())
    }

    /// Bytes that came and are not recorded yet: in memory, or lost if the worker died now.
    pub(crate) fn held(&self) -> u64 {
        let orphans: u64 = self.orphans.iter().map(|store| store.length).sum();
        self.all.iter().map(Transfer::arrived).sum::<u64>() + orphans
    }

    /// Whether one more may begin, as far as memory and the stores are concerned.
    pub(crate) fn have_room(&self, config: &Config) -> bool {
        self.all.len() < config.transfers && has_memory(config, self.held())
    }

    /// Lets those read on that wait for memory, if there is some, and those first that have waited
    /// longest.
    pub(crate) fn resume(&mut self, config: &Config, outbox: &mut Outbox, now: Instant) {
        let mut held = self.held();
        while has_memory(config, held) {
            let paused = self.all.iter_mut().filter(|one| one.stream == Stream::Paused);
            let Some(transfer) = paused.min_by_key(|one| one.alive_at) else { return };
            transfer.read_on(outbox, now);
            held += config.segments.least;
        }
    }

    /// A connection outruns the script, now: so will the next one, most likely; or it does not.
    pub(crate) fn note_speed(&mut self, fast_at: Option<Instant>) {
        self.fast_at = fast_at;
    }

    pub(crate) fn is_fast(&self, now: Instant) -> bool {
        self.fast_at.is_some_and(|at| now.after(at) < FAST_FOR)
    }

    /// There is no room. Whether there may be soon, as somebody else was given up for that.
    pub(crate) fn expects_room(&mut self, now: Instant) -> bool {
        let since = self.room_at.map(|at| now.after(at));
        if since.is_none_or(|since| since > ROOM_AGAIN) {
            self.room_at = Some(now);
        }
        since.is_some_and(|since| since < ROOM_WITHIN)
    }

    /// How many connections a fetch has.
    pub(crate) fn open_of(&self, fetch: FetchId) -> usize {
        self.open().filter(|one| one.record.fetch == fetch).count()
    }

    /// Connections to a server that bring something.
    pub(crate) fn served_by(&self, server: ServerId) -> usize {
        self.open().filter(|one| one.server == server && one.is_answered()).count()
    }

    pub(crate) fn of(&self, record: RecordId) -> impl Iterator<Item = &Transfer> {
        self.all.iter().filter(move |transfer| transfer.record == record)
    }

    pub(crate) fn remove(&mut self, id: TransferId) -> Option<Transfer> {
        let at = self.all.iter().position(|transfer| transfer.id == id)?;
        Some(self.all.remove(at))
    }

    /// An entry on its way into the stores, unless its transfer has been given up.
    pub(crate) fn store(&self, id: TransferId, entry: &EntryKey) -> Option<PendingStore> {
        self.get(id)?.store(entry).cloned()
    }

    pub(crate) fn forget_store(&mut self, id: TransferId, entry: &EntryKey) {
        if let Some(transfer) = self.get_mut(id) {
            transfer.forget_store(entry);
        }
    }

    /// The bytes of an entry are in the body store, and it is being recorded.
    pub(crate) fn note_finished(&mut self, id: TransferId, entry: &EntryKey) {
        let Some(transfer) = self.get_mut(id) else { return };
        for store in &mut transfer.stores {
            store.finished |= store.entry == *entry;
        }
    }

    /// Nobody waits any more for an entry that is finished now, or never will be.
    pub(crate) fn bury(&mut self, entry: &EntryKey) {
        self.orphans.retain(|store| store.entry != *entry);
    }

    /// Gives those up that are in `group`, with all that they hold.
    pub(crate) fn close(&mut self, outbox: &mut Outbox, group: &dyn Fn(&Transfer) -> bool) {
        for transfer in self.all.iter().filter(|one| group(one) && one.is_open()) {
            outbox.emit(Output::Close { transfer: transfer.id });
        }
        for transfer in self.all.iter_mut().filter(|one| group(one)) {
            // What bypasses the script is given up with it.
            if transfer.stream != Stream::Bypassing {
                let stores = take(&mut transfer.stores).into_iter();
                self.orphans.extend(stores.filter(|store| !store.finished));
            }
        }
        self.all.retain(|transfer| !group(transfer));
    }
}

/// Whether more may be read: enough for a segment, or whoever goes on would stop at once.
fn has_memory(config: &Config, held: u64) -> bool {
    held == 0 || held.saturating_add(config.segments.least) <= config.memory
}

/// What was given up is gone by then.
const ROOM_WITHIN: Millis = Millis::from_secs(10);

/// So long nobody else waits for that: of thousands for which there is no room, each would.
const ROOM_AGAIN: Millis = Millis::from_secs(60);

/// So long a connection that was fast is taken to be so still. Where it is not, the parts soon show it.
const FAST_FOR: Millis = Millis::from_secs(5 * 60);
