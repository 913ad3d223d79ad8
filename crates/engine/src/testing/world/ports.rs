//! The ports of a worker that lives in a world.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use super::World;
use super::connections::Connection;
use super::hands::{Chunk, Hand, Holding};
use super::life::{Effect, Life, Operation};
use crate::http::Head;
use crate::ports::{
    BodyStore, Bytes, Clock, Exchange, Host, MetaStore, Network, NetworkError, Piece, StoreError,
};
use crate::snapshot::{EntryKey, Snapshot, Write};
use crate::state::{EventType, FetchState, RecordState};
use crate::testing::memory::Content;
use crate::testing::network::{Extent, Fault, Next, Script, origin_of};
use crate::time::Time;

/// All ports, over one life in a world.
#[derive(Debug)]
pub struct WorldPorts<L> {
    life: L,
    connections: Rc<Cell<usize>>,
    hand: Rc<Hand>,
}

/// A body on its way.
#[derive(Debug)]
pub struct Body {
    /// Of the fetch.
    pub uid: String,
    /// Of the record.
    pub index: u32,
    url: String,
    script: RefCell<Script>,
    holding: Rc<Holding>,
    _connection: Connection,
}

impl<L: Life> WorldPorts<L> {
    /// The ports of a worker.
    pub fn new(life: L) -> Self {
        let hand = life.world().hands.of_new_worker();
        Self { life, connections: Rc::default(), hand }
    }

    /// The next piece of a body, as soon as it comes.
    async fn read_next(&self, body: &Body) -> Result<Option<Extent>, NetworkError> {
        match self.life.send(body) {
            Next::Chunk(extent, time) => {
                let world = self.life.world();
                world.clock.sleep(time).await;
                world.way.to(&body.url).map_err(in_the_body).inspect_err(|error| {
                    self.life.break_off(&body.uid, body.index, *error);
                })?;
                Ok(Some(extent))
            }
            Next::End => Ok(None),
            Next::Break => Err(NetworkError::Broken),
            Next::Silence => pending().await,
        }
    }

    /// A store that has no room, in a browser that has lost count, says so.
    fn counted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        match result {
            Err(StoreError::Quota) if self.life.world().miscounting.get() => {
                Err(StoreError::Miscounted)
            }
            result => result,
        }
    }

    fn effect<T: 'static, F: FnOnce() -> T + 'static>(&self, act: F) -> Effect<L, T, F> {
        Effect::new(&self.life, act)
    }
}

/// A server that has answered, and goes away, breaks a connection.
fn in_the_body(error: NetworkError) -> NetworkError {
    if error == NetworkError::Unreachable { NetworkError::Broken } else { error }
}

impl Body {
    /// What its server sends next.
    pub fn next(&self, world: &World) -> Next<Extent> {
        let mut servers = world.servers.borrow_mut();
        let next = self.script.borrow_mut().next_extent(&mut servers);
        match (next, servers.origins.get_mut(origin_of(&self.url))) {
            (Next::Chunk(extent, time), Some(origin)) => {
                let shared = origin.takes(world.clock.monotonic(), extent.length());
                Next::Chunk(extent, time.max(shared))
            }
            (next, _) => next,
        }
    }
}

impl<L: Life> Bytes for WorldPorts<L> {
    type Chunk = Chunk;
    type Body = Body;
}

impl<L: Life> Network for WorldPorts<L> {
    async fn open(&self, mut exchange: Exchange) -> Result<(Head, Body), NetworkError> {
        let world = self.life.world();
        self.life.prepare(&mut exchange)?;
        let connection = {
            let of = (exchange.uid.as_str(), exchange.index);
            world.connections.connect(of, &world.clock, &self.connections)
        };
        self.life.begin_request(&exchange, self.connections.get()).await;
        let answer = self.life.answer(&exchange)?;
        if answer.head.is_ok() {
            connection.serve();
        }
        if exchange.request.body_length.is_some() && answer.fault == Some(Fault::NoAnswer) {
            world.clock.sleep(PATIENCE_WITH_UPLOADS).await;
            return Err(NetworkError::Unreachable);
        }
        answer.arrives(&world.clock).await;
        let Exchange { uid, index, request, .. } = exchange;
        world.way.to(&request.url).inspect_err(|error| {
            self.life.break_off(&uid, index, *error);
        })?;
        self.life.step().await;
        let holding = world.holding(&uid);
        let script = RefCell::new(answer.body);
        let url = request.url.clone();
        Ok((answer.head, Body { uid, index, url, script, holding, _connection: connection }))
    }

    fn is_online(&self) -> bool {
        self.life.world().way.seems_online()
    }

    async fn read(&self, body: &Body) -> Result<Option<(Chunk, u64)>, NetworkError> {
        self.life.step().await;
        let extent = self.read_next(body).await?;
        let chunk = |extent| (Chunk::new(extent, &body.holding, &self.hand), extent.length());
        Ok(extent.map(chunk))
    }
}

impl<L: Life> BodyStore for WorldPorts<L> {
    async fn put(&self, entry: &EntryKey, chunks: Vec<Chunk>) -> Result<u64, StoreError> {
        let content: Vec<_> = chunks.iter().map(Chunk::extent).collect();
        let operation = Operation::Put { entry, bytes: content.length() };
        self.life.begin(&operation).await?;
        let (life, key) = (self.life.clone(), entry.clone());
        let effect = self.effect(move || life.put(&key, content));
        let stored = self.counted(effect.happen().await.unwrap_or(Ok(0)));
        self.life.end(&operation, stored.as_ref().err());
        stored
    }

    async fn put_body(&self, entry: &EntryKey, body: Body) -> Result<u64, StoreError> {
        let operation = Operation::PutBody(entry);
        self.life.begin(&operation).await?;
        let came = Rc::new(RefCell::new(Vec::new()));
        let (life, key, content) = (self.life.clone(), entry.clone(), Rc::clone(&came));
        let effect = self.effect(move || life.put(&key, content.take()));
        // If it breaks, perhaps with an entry that is too short.
        while let Some(extent) = self.read_next(&body).await.map_err(StoreError::Network)? {
            came.borrow_mut().push(extent);
        }
        let stored = self.counted(effect.happen().await.unwrap_or(Ok(0)));
        self.life.end(&operation, stored.as_ref().err());
        stored
    }

    async fn entries(&self) -> Result<Vec<EntryKey>, StoreError> {
        self.life.begin(&Operation::List).await?;
        Ok(self.life.world().bodies.entries())
    }

    async fn length(&self, entry: &EntryKey) -> Result<Option<u64>, StoreError> {
        self.life.begin(&Operation::Measure(entry)).await?;
        Ok(self.life.world().bodies.length(entry))
    }

    async fn after(
        &self,
        pieces: &[Piece],
        mut chunks: Vec<Chunk>,
    ) -> Result<Option<Vec<Chunk>>, StoreError> {
        self.life.begin(&Operation::Compare(pieces)).await?;
        let given: Vec<_> = chunks.iter().map(|chunk| vec![chunk.extent()]).collect();
        if !self.life.compare(pieces, &given)? {
            return Ok(None);
        }
        let mut repeated = pieces.iter().map(|piece| piece.length).sum();
        for chunk in &mut chunks {
            repeated -= chunk.skip(repeated);
        }
        chunks.retain(|chunk| chunk.extent().length() > 0);
        Ok(Some(chunks))
    }

    fn trim(&self, chunks: &mut Vec<Chunk>, excess: u64) {
        let mut left = if self.life.trims() { excess } else { 0 };
        for chunk in chunks.iter_mut().rev() {
            left -= chunk.shorten(left);
        }
        chunks.retain(|chunk| chunk.extent().length() > 0);
    }

    async fn verify(&self, entries: &[EntryKey], integrity: &str) -> Result<bool, StoreError> {
        self.life.begin(&Operation::Verify(entries)).await?;
        let passed = self.life.world().bodies.check(entries, integrity);
        self.life.step().await;
        passed
    }

    async fn delete(&self, entries: &[EntryKey]) -> Result<(), StoreError> {
        let operation = Operation::Delete(entries);
        self.life.begin(&operation).await?;
        let (life, entries) = (self.life.clone(), entries.to_vec());
        self.effect(move || life.delete(&entries)).happen().await;
        self.life.end(&operation, None);
        Ok(())
    }
}

impl<L: Life> MetaStore for WorldPorts<L> {
    async fn take_over(&self) -> Result<(u64, Vec<Snapshot>), StoreError> {
        self.life.begin(&Operation::TakeOver).await?;
        let taken = self.life.take_over();
        self.life.step().await;
        taken
    }

    async fn is_kept(&self, uid: &str) -> Result<bool, StoreError> {
        self.life.begin(&Operation::IsKept).await?;
        let kept = self.life.is_kept(uid);
        self.life.step().await;
        Ok(kept)
    }

    async fn commit(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        let operation = Operation::Commit(writes);
        self.life.begin(&operation).await?;
        let (life, batch) = (self.life.clone(), writes.to_vec());
        let effect = self.effect(move || life.commit(epoch, &batch));
        let result = self.counted(effect.happen().await.unwrap_or(Ok(())));
        self.life.end(&operation, result.as_ref().err());
        result
    }
}

impl<L: Life> Host for WorldPorts<L> {
    async fn fire(&self, event: EventType, state: FetchState) {
        self.life.fire(event, state).await;
    }

    async fn notify(&self, state: FetchState) {
        self.life.notify(state).await;
    }

    fn record_changed(&self, record: RecordState) {
        self.life.record_changed(record);
    }

    fn active(&self, active: bool) {
        self.life.active(active);
    }
}

impl<L: Life> Clock for WorldPorts<L> {
    fn now(&self) -> Time {
        self.life.now()
    }

    async fn sleep(&self, duration: Duration) {
        self.life.sleep(duration).await;
    }
}

/// Nobody knows how long an upload may take; but some day the system gives up.
const PATIENCE_WITH_UPLOADS: Duration = Duration::from_secs(60 * 60);
