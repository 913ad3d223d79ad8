//! The handles of transfers: bodies, and bytes that are read and not stored yet.

use std::future::Future;
use std::mem::take;
use std::rc::Rc;

use super::{Done, Driver, Operation};
use crate::http::Head;
use crate::ids::TransferId;
use crate::input::Input;
use crate::ports::{Exchange, NetworkError, Piece, Ports, StoreError};
use crate::record::representation::first_byte;
use crate::snapshot::EntryKey;

/// What the driver holds of one transfer.
pub(super) struct Slot<P: Ports> {
    transfer: TransferId,
    body: Option<Rc<P::Body>>,
    /// Read, and in no entry yet.
    chunks: Vec<P::Chunk>,
}

/// How one operation of a transfer went.
pub(super) enum Step<P: Ports> {
    Opened(TransferId, Result<Opened<P>, NetworkError>),
    Read(TransferId, Result<Option<(P::Chunk, u64)>, NetworkError>),
    /// What follows after equal bytes.
    Compared(TransferId, Option<Vec<P::Chunk>>),
}

/// A response, and how it goes on after the overlap: what was read of that, and its length.
pub(super) struct Opened<P: Ports> {
    head: Head,
    body: P::Body,
    followed: Option<(Vec<P::Chunk>, u64)>,
}

impl<P: Ports> Driver<P> {
    pub(super) fn open(&mut self, transfer: TransferId, exchange: Box<Exchange>) {
        let ports = Rc::clone(&self.ports);
        self.push_of(transfer, async move {
            Done::Transfer(Step::Opened(transfer, opened(&*ports, exchange).await))
        });
        self.slots.push(Slot { transfer, body: None, chunks: Vec::new() });
    }

    pub(super) fn read(&mut self, transfer: TransferId) {
        let Some(body) = self.slot(transfer).and_then(|slot| slot.body.clone()) else { return };
        let ports = Rc::clone(&self.ports);
        self.push_of(transfer, async move {
            Done::Transfer(Step::Read(transfer, ports.read(&body).await))
        });
    }

    /// Keeps the handles of a finished step, and turns it into what the engine needs to know.
    pub(super) fn take_step(&mut self, step: Step<P>) -> Option<Input> {
        match step {
            Step::Opened(transfer, result) => {
                let slot = self.slot(transfer)?;
                Some(match result {
                    Ok(Opened { head, body, followed }) => {
                        slot.body = Some(Rc::new(body));
                        let followed = followed.map(|(mut chunks, length)| {
                            slot.chunks.append(&mut chunks);
                            length
                        });
                        Input::Opened { transfer, head, followed }
                    }
                    Err(error) => Input::Broken { transfer, error },
                })
            }
            Step::Read(transfer, result) => {
                let slot = self.slot(transfer)?;
                Some(match result {
                    Ok(Some((chunk, length))) => {
                        slot.chunks.push(chunk);
                        Input::Read { transfer, length }
                    }
                    Ok(None) => Input::BodyEnded { transfer },
                    Err(error) => Input::Broken { transfer, error },
                })
            }
            Step::Compared(transfer, rest) => {
                let slot = self.slot(transfer)?;
                let same = rest.is_some();
                slot.chunks = rest.unwrap_or_default();
                Some(Input::Compared { transfer, same })
            }
        }
    }

    /// What is stored is not stored again.
    pub(super) fn forget(&mut self, transfer: TransferId) {
        if let Some(slot) = self.slot(transfer) {
            slot.chunks.clear();
        }
    }

    /// What is after the end of a part comes with another one.
    pub(super) fn trim(&mut self, transfer: TransferId, excess: u64) {
        let ports = Rc::clone(&self.ports);
        if let Some(slot) = self.slot(transfer) {
            ports.trim(&mut slot.chunks, excess);
        }
    }

    pub(super) fn compare(&mut self, transfer: TransferId, pieces: Vec<Piece>) {
        let Some(slot) = self.slot(transfer) else { return };
        let chunks = take(&mut slot.chunks);
        let ports = Rc::clone(&self.ports);
        self.push_of(transfer, async move {
            // What cannot be compared counts as another version.
            let rest = ports.after(&pieces, chunks).await.ok().flatten();
            Done::Transfer(Step::Compared(transfer, rest))
        });
    }

    /// Goes on even if the transfer is closed.
    pub(super) fn store(&mut self, transfer: TransferId, entry: EntryKey) {
        let Some(slot) = self.slot(transfer) else { return };
        let chunks = take(&mut slot.chunks);
        let ports = Rc::clone(&self.ports);
        self.push(async move {
            let result = ports.put(&entry, chunks).await;
            Done::Input(stored(transfer, entry, result))
        });
    }

    pub(super) fn store_body(&mut self, transfer: TransferId, entry: EntryKey) {
        let Some(slot) = self.slot(transfer) else { return };
        // No read is under way before the first one, so this is the only reference.
        let Some(body) = slot.body.take().and_then(Rc::into_inner) else { return };
        let ports = Rc::clone(&self.ports);
        self.push_of(transfer, async move {
            let result = ports.put_body(&entry, body).await;
            Done::Input(stored(transfer, entry, result))
        });
    }

    pub(super) fn close(&mut self, transfer: TransferId) {
        self.slots.retain(|slot| slot.transfer != transfer);
        self.operations.retain(|operation| operation.transfer != Some(transfer));
    }

    fn slot(&mut self, transfer: TransferId) -> Option<&mut Slot<P>> {
        self.slots.iter_mut().find(|slot| slot.transfer == transfer)
    }

    /// An operation that closing the transfer gives up.
    fn push_of(
        &mut self,
        transfer: TransferId,
        operation: impl Future<Output = Done<P>> + 'static,
    ) {
        let future = Box::pin(operation);
        self.operations.push(Operation { transfer: Some(transfer), future });
    }
}

fn stored(transfer: TransferId, entry: EntryKey, result: Result<u64, StoreError>) -> Input {
    match result {
        Ok(length) => Input::Stored { transfer, entry, length },
        Err(error) => Input::StoreFailed { transfer, entry, error },
    }
}

/// Sends the request; of a part that repeats what is stored, reads and compares that, too.
async fn opened<P: Ports>(ports: &P, exchange: Box<Exchange>) -> Result<Opened<P>, NetworkError> {
    let overlap = exchange.overlap.clone();
    let asked = exchange.range.map(|range| range.start);
    let (head, body) = ports.open(*exchange).await?;
    // What begins elsewhere is not what was to be repeated.
    let elsewhere = first_byte(&head).is_some_and(|first| Some(first) != asked);
    if overlap.is_empty() || head.status != 206 || elsewhere {
        return Ok(Opened { head, body, followed: None });
    }
    let length: u64 = overlap.iter().map(|piece| piece.length).sum();
    let (mut chunks, mut read) = (Vec::new(), 0);
    while read < length {
        let Some((chunk, length)) = ports.read(&body).await? else {
            // Where no head tells where it ends, it may have broken.
            if first_byte(&head).is_none() && head.content_length().is_none() {
                return Err(NetworkError::Broken);
            }
            // It ends in what is known already: nothing follows, and the head tells why.
            return Ok(Opened { head, body, followed: Some((Vec::new(), 0)) });
        };
        chunks.push(chunk);
        read += length;
    }
    // What cannot be compared counts as another version: it is begun from scratch.
    let rest = ports.after(&overlap, chunks).await.ok().flatten();
    Ok(Opened { head, body, followed: rest.map(|rest| (rest, read - length)) })
}
