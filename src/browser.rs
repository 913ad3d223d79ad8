//! All ports of the engine, as one value.

use std::time::Duration;

use background_fetch_engine::Time;
use background_fetch_engine::http::Head;
use background_fetch_engine::ports::{self, Exchange, NetworkError, Piece, StoreError};
use background_fetch_engine::snapshot::{EntryKey, Snapshot, Write};
use background_fetch_engine::state::{EventType, FetchState, RecordState};
use js_sys::Uint8Array;
use wasm_bindgen::JsCast;

use crate::body_store::{self, BodyStore};
use crate::host::JsHost;
use crate::meta_store::MetaStore;
use crate::network::Body;
use crate::{clock, network, platform, request_bodies};

/// The service worker that this runs in.
#[derive(Debug)]
pub struct Browser {
    /// Responses.
    pub bodies: BodyStore,
    /// State, and the bodies of requests.
    pub meta: MetaStore,
    /// JavaScript.
    pub host: JsHost,
}

impl Browser {
    /// For the service worker of `scope`, an absolute URL.
    pub fn new(scope: &str, host: JsHost) -> Self {
        let bodies = BodyStore::new(scope, platform::prefers_blobs());
        Self { bodies, meta: MetaStore::new(scope), host }
    }
}

impl Browser {
    /// The engine has ended: JavaScript is told if that is because its database was deleted.
    pub fn note_end(&self) {
        if self.meta.is_lost() {
            self.host.lost();
        }
    }
}

impl ports::Bytes for Browser {
    type Chunk = Uint8Array;
    type Body = Body;
}

impl ports::Network for Browser {
    async fn open(&self, exchange: Exchange) -> Result<(Head, Body), NetworkError> {
        let upload = request_bodies::of_exchange(&self.meta, &exchange).await?;
        network::open(&exchange, upload, self.host.unchecked_ref()).await
    }

    fn is_online(&self) -> bool {
        !platform::is_offline()
    }

    fn read(
        &self,
        body: &Body,
    ) -> impl Future<Output = Result<Option<(Uint8Array, u64)>, NetworkError>> {
        body.read()
    }
}

impl ports::BodyStore for Browser {
    async fn put(&self, entry: &EntryKey, chunks: Vec<Uint8Array>) -> Result<u64, StoreError> {
        match self
            .bodies
            .put(entry, chunks, |cache, url, chunks| self.host.put(cache, url, chunks))
            .await
        {
            Err(error) => Err(reason(error).await),
            done => done,
        }
    }

    async fn put_body(&self, entry: &EntryKey, body: Body) -> Result<u64, StoreError> {
        match self.bodies.put_body(entry, body).await {
            Err(error) => Err(reason(error).await),
            done => done,
        }
    }

    fn entries(&self) -> impl Future<Output = Result<Vec<EntryKey>, StoreError>> {
        self.bodies.entries(|cache| self.host.requests(cache))
    }

    fn length(&self, entry: &EntryKey) -> impl Future<Output = Result<Option<u64>, StoreError>> {
        self.bodies.length(entry)
    }

    fn after(
        &self,
        pieces: &[Piece],
        chunks: Vec<Uint8Array>,
    ) -> impl Future<Output = Result<Option<Vec<Uint8Array>>, StoreError>> {
        self.bodies.after(pieces, chunks)
    }

    fn trim(&self, chunks: &mut Vec<Uint8Array>, excess: u64) {
        body_store::trim(chunks, excess);
    }

    fn verify(
        &self,
        entries: &[EntryKey],
        integrity: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> {
        self.bodies.verify(entries, integrity)
    }

    fn delete(&self, entries: &[EntryKey]) -> impl Future<Output = Result<(), StoreError>> {
        self.bodies.delete(entries)
    }
}

impl ports::MetaStore for Browser {
    async fn take_over(&self) -> Result<(u64, Vec<Snapshot>), StoreError> {
        let (epoch, mut snapshots) = self.meta.take_over().await?;
        snapshots.retain(|snapshot| !self.host.sets_aside(&snapshot.fetch.uid));
        Ok((epoch, snapshots))
    }

    fn is_kept(&self, uid: &str) -> impl Future<Output = Result<bool, StoreError>> {
        self.meta.is_kept(uid)
    }

    async fn commit(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        match self.meta.commit(epoch, writes).await {
            Err(error) => Err(reason(error).await),
            done => done,
        }
    }
}

impl ports::Host for Browser {
    async fn fire(&self, event: EventType, state: FetchState) {
        self.host.fire(event, &state).await;
    }

    async fn notify(&self, state: FetchState) {
        self.host.notify(&state).await;
    }

    fn record_changed(&self, record: RecordState) {
        self.host.changed(&record);
    }

    fn active(&self, active: bool) {
        self.host.set_active(active);
    }
}

impl ports::Clock for Browser {
    fn now(&self) -> Time {
        clock::now()
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        clock::sleep(duration)
    }
}

/// A store that has no room fails a download; one that has lost count does not.
async fn reason(error: StoreError) -> StoreError {
    if error == StoreError::Quota && platform::has_lost_count().await {
        return StoreError::Miscounted;
    }
    error
}
