//! All transfers: a few, so they are searched.

use crate::ids::{RecordId, TransferId};
use crate::outbox::Outbox;
use crate::output::Output;
use crate::snapshot::EntryKey;
use crate::transfer::{PendingStore, Transfer};

/// The transfers that are open, or have something on its way into the stores, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    all: Vec<Transfer>,
}

impl Transfers {
    pub(crate) fn push(&mut self, transfer: Transfer) {
        self.all.push(transfer);
    }

    pub(crate) fn get(&self, id: TransferId) -> Option<&Transfer> {
        self.all.iter().find(|transfer| transfer.id == id)
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

    /// Gives those up that are in `group`, with all that they hold.
    pub(crate) fn close(&mut self, outbox: &mut Outbox, group: &dyn Fn(&Transfer) -> bool) {
        for transfer in self.all.iter().filter(|one| group(one) && one.is_open()) {
            outbox.emit(Output::Close { transfer: transfer.id });
        }
        self.all.retain(|transfer| !group(transfer));
    }
}
