//! The meta store: what a restart needs, in IndexedDB.

mod rows;
pub mod schema;
mod transaction;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use background_fetch_engine::ports::StoreError;
use background_fetch_engine::snapshot::{FetchRow, RecordRow, SegmentRow, Snapshot, Stage, Write};
use js_sys::{Array, Function};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, Event, IdbDatabase, IdbFactory, IdbOpenDbRequest, IdbRequest, IdbTransactionMode,
};

use crate::clock;
use crate::js::error::{Kind, Thrown, failed};
use crate::js::object::{self, FromJs, Members, ToJs};
use crate::js::promise;
use schema::{ALL, BODIES, EPOCH, FETCHES, KEPT, META, RECORDS, SEGMENTS, SMALL};
use transaction::{Transaction, result};

/// The database of one service worker's scope.
///
/// The connection closes by itself when a newer version of the schema is to be made, and when this
/// is dropped. One that the browser closed is opened again.
#[derive(Debug)]
pub struct MetaStore {
    name: String,
    connection: RefCell<Option<Connection>>,
    lost: Cell<bool>,
}

impl MetaStore {
    /// Opens nothing yet.
    pub fn new(scope: &str) -> Self {
        Self {
            name: schema::database_name(scope),
            connection: RefCell::new(None),
            lost: Cell::new(false),
        }
    }

    /// See [`take_over`](background_fetch_engine::ports::MetaStore::take_over). Rows that do not
    /// decode are left out; a fetch whose own row does not is removed with all that it had, and
    /// so is what belongs to no fetch.
    pub async fn take_over(&self) -> Result<(u64, Vec<Snapshot>), StoreError> {
        let transaction = self.begin(&ALL, IdbTransactionMode::Readwrite).await?;
        let fetches = transaction.rows(FETCHES)?;
        let records = transaction.rows(RECORDS)?;
        let segments = transaction.rows(SEGMENTS)?;
        let over = transaction.rows(META)?;
        let kept = transaction.rows(KEPT)?;
        let mut keys = Vec::new();
        for store in [FETCHES, RECORDS, SEGMENTS, BODIES] {
            keys.push(transaction.keys(store)?);
        }
        let epoch = stored_epoch(&transaction).await?.unwrap_or(0) + 1;
        transaction.set(EPOCH, &epoch.to_js())?;

        // The epoch is among those that are over, and decodes as none. Of a fetch that is there, or kept, the records are
        // its own, and not those of a row that says how it ended.
        let fetches = items(&fetches).concat(&items(&kept)).concat(&items(&over));
        let [records, segments] = [items(&records), items(&segments)];
        let snapshots = assemble(decoded(&fetches), decoded(&records), decoded(&segments));
        for orphan in orphans(&keys, &snapshots) {
            delete_fetch(&transaction, &orphan, false)?;
        }
        transaction.finish().await?;
        Ok((epoch, snapshots))
    }

    /// See [`commit`](background_fetch_engine::ports::MetaStore::commit). A transaction that says nothing, as after a
    /// suspension, is done once more over another connection: done twice, it is the same.
    pub async fn commit(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        for _ in 0..2 {
            match clock::within(COMMIT_LIMIT, self.try_commit(epoch, writes)).await {
                Some(done) => return done,
                None => drop(self.connection.take()),
            }
        }
        Err(StoreError::Failed("the database of background fetches does not answer".to_owned()))
    }

    async fn try_commit(&self, epoch: u64, writes: &[Write]) -> Result<(), StoreError> {
        let deletes = writes.iter().any(|write| matches!(write, Write::DeleteFetch { .. }));
        let stores = if deletes { &ALL[..] } else { &SMALL };
        let transaction = self.begin(stores, IdbTransactionMode::Readwrite).await?;
        let stored = stored_epoch(&transaction).await?;
        if stored != Some(epoch) {
            // No epoch at all: the app, or the user, has cleared the site's data. Nothing is ours any more.
            self.lost.set(stored.is_none());
            return Err(StoreError::Fenced);
        }
        for write in writes {
            apply(&transaction, write)?;
        }
        transaction.finish().await
    }

    /// Stores request bodies (`Blob` or `ArrayBuffer`) by record, before the commit of their
    /// fetch. Those of which no fetch is ever committed are swept by the next engine.
    pub async fn put_bodies(&self, uid: &str, bodies: &[(u32, JsValue)]) -> Result<(), StoreError> {
        match self.try_put_bodies(uid, bodies).await {
            // WebKit stores no Blob in a private window. One at a time: they are in memory then.
            Err(StoreError::Failed(_)) => {
                for (index, body) in bodies {
                    let buffer = buffer(body).await?;
                    self.try_put_bodies(uid, &[(*index, buffer)]).await?;
                }
                Ok(())
            }
            done => done,
        }
    }

    /// Whether the database was deleted under the engine that owned it.
    pub fn is_lost(&self) -> bool {
        self.lost.get()
    }

    /// See [`is_kept`](background_fetch_engine::ports::MetaStore::is_kept).
    pub async fn is_kept(&self, uid: &str) -> Result<bool, StoreError> {
        Ok(!self.row(KEPT, &JsValue::from_str(uid)).await?.is_undefined())
    }

    /// `undefined` if there is none.
    async fn row(&self, store: &str, key: &JsValue) -> Result<JsValue, StoreError> {
        let transaction = self.begin(&[store], IdbTransactionMode::Readonly).await?;
        let row = result(transaction.get(store, key)?).await?;
        transaction.finish().await?;
        Ok(row)
    }

    async fn try_put_bodies(&self, uid: &str, bodies: &[(u32, JsValue)]) -> Result<(), StoreError> {
        let transaction = self.begin(&[BODIES], IdbTransactionMode::Readwrite).await?;
        for (index, body) in bodies {
            let row = Members::new().with("uid", uid).with("index", index).with("body", body);
            transaction.put(BODIES, &row.object())?;
        }
        transaction.finish().await
    }

    /// A request body, `None` if there is none.
    pub async fn body(&self, uid: &str, index: u32) -> Result<Option<JsValue>, StoreError> {
        let row = self.row(BODIES, &schema::body_key(uid, index)).await?;
        let body = object::get(&row, "body");
        Ok((!body.is_undefined()).then_some(body))
    }

    /// Removes the request bodies of a fetch that was refused.
    pub async fn delete_bodies(&self, uid: &str) -> Result<(), StoreError> {
        let transaction = self.begin(&[BODIES], IdbTransactionMode::Readwrite).await?;
        delete_below(&transaction, &[BODIES], &JsValue::from_str(uid))?;
        transaction.finish().await
    }

    async fn begin(
        &self,
        stores: &[&str],
        mode: IdbTransactionMode,
    ) -> Result<Transaction, StoreError> {
        if let Some(database) = self.database() {
            match Transaction::begin(&database, stores, mode) {
                Ok(transaction) => return Ok(transaction),
                // The connection is closed: the browser cleared or lost the database, or a newer
                // version is there, which the next opening tells.
                Err(thrown) if thrown.kind == Kind::State => drop(self.connection.take()),
                Err(thrown) => return Err(thrown.into()),
            }
        }
        let connection = open(&self.name).await?;
        let transaction = Transaction::begin(&connection.0, stores, mode)?;
        self.connection.replace(Some(connection));
        Ok(transaction)
    }

    fn database(&self) -> Option<IdbDatabase> {
        self.connection.borrow().as_ref().map(|connection| connection.0.clone())
    }
}

/// An open connection; dropping it closes it, after its running transactions.
#[derive(Debug)]
struct Connection(IdbDatabase);

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Who waits no longer may not stop it: browsers go on, and would make a database without its stores.
async fn open(name: &str) -> Result<Connection, StoreError> {
    let opened = Rc::new(Cell::new(None));
    let (place, name) = (Rc::clone(&opened), name.to_owned());
    let opening = promise(async move {
        place.set(Some(open_or_create(&name).await));
        Ok(JsValue::UNDEFINED)
    });
    clock::within(OPEN_LIMIT, JsFuture::from(opening)).await;
    opened.take().unwrap_or_else(|| {
        Err(StoreError::Failed(
            "the database of background fetches does not open: another page or worker holds it"
                .to_owned(),
        ))
    })
}

async fn open_or_create(name: &str) -> Result<Connection, StoreError> {
    let request =
        INDEXED_DB.with(|factory| factory.open_with_u32(name, schema::CURRENT)).map_err(failed)?;
    let first = transaction::event(&request, &["onupgradeneeded", "onsuccess"], "onerror").await;
    let event: Event = first.map_err(|_| open_failed(&request))?.unchecked_into();

    // From here on the connection is closed on every way out.
    let connection = Connection(request.result().map_err(failed)?.unchecked_into());
    if event.type_() == "upgradeneeded" {
        let old = u32::from_js(&object::get(&event, "oldVersion")).unwrap_or(0);
        schema::upgrade(&connection.0, old).map_err(failed)?;
        let done = transaction::event(&request, &["onsuccess"], "onerror").await;
        done.map_err(|_| open_failed(&request))?;
    }
    close_for_newer(&connection.0);
    Ok(connection)
}

fn open_failed(request: &IdbOpenDbRequest) -> StoreError {
    let thrown = Thrown::from(object::get(request, "error"));
    match thrown.kind {
        Kind::Version => StoreError::Failed(
            "the database was written by a newer version of background-fetch-polyfill".to_owned(),
        ),
        _ => thrown.into(),
    }
}

/// `versionchange` ⇒ `close()`: neither a newer version nor the user's clearing may have to wait.
fn close_for_newer(database: &IdbDatabase) {
    let close = object::get(database, "close");
    let close = close.unchecked_ref::<Function>().bind0(database);
    object::set(database, "onversionchange", &close);
}

async fn buffer(body: &JsValue) -> Result<JsValue, StoreError> {
    match body.dyn_ref::<Blob>() {
        Some(blob) => JsFuture::from(blob.array_buffer()).await.map_err(failed),
        None => Ok(body.clone()),
    }
}

async fn stored_epoch(transaction: &Transaction) -> Result<Option<u64>, StoreError> {
    let value = result(transaction.get(META, &JsValue::from_str(EPOCH))?).await?;
    Ok(u64::from_js(&value).ok())
}

/// The rows that decode.
fn decoded<T: FromJs>(rows: &Array) -> Vec<T> {
    let mut decoded = Vec::new();
    for row in rows.iter() {
        decoded.extend(T::from_js(&row));
    }
    decoded
}

/// The rows of a request that is done.
fn items(request: &IdbRequest) -> Array {
    request.result().map_or_else(|_| Array::new(), JsCast::unchecked_into)
}

fn assemble(
    fetches: Vec<FetchRow>,
    records: Vec<RecordRow>,
    segments: Vec<SegmentRow>,
) -> Vec<Snapshot> {
    let mut snapshots = Vec::new();
    for fetch in fetches {
        snapshots.push(Snapshot { fetch, records: Vec::new(), segments: Vec::new() });
    }
    for row in records {
        if let Some(snapshot) = of_fetch(&mut snapshots, &row.uid) {
            snapshot.records.push(row);
        }
    }
    for row in segments {
        if let Some(snapshot) = of_fetch(&mut snapshots, &row.uid) {
            snapshot.segments.push(row);
        }
    }
    snapshots
}

fn of_fetch<'a>(snapshots: &'a mut [Snapshot], uid: &str) -> Option<&'a mut Snapshot> {
    snapshots.iter_mut().find(|snapshot| snapshot.fetch.uid == uid)
}

/// The keys, of whatever type, of fetches that something is stored for, but no row that could be
/// read. Left there, they would look like unfinished work for ever.
fn orphans(keys: &[IdbRequest], snapshots: &[Snapshot]) -> Vec<JsValue> {
    let mut orphans = Vec::new();
    for keys in keys {
        for key in items(keys).iter() {
            let uid = key.dyn_ref::<Array>().map_or(key.clone(), |key| key.get(0));
            let name = uid.as_string();
            let owned = snapshots.iter().any(|Snapshot { fetch, .. }| {
                fetch.stage != Stage::Over && Some(&fetch.uid) == name.as_ref()
            });
            if !owned && !orphans.contains(&uid) {
                orphans.push(uid);
            }
        }
    }
    orphans
}

fn apply(transaction: &Transaction, write: &Write) -> Result<(), StoreError> {
    match write {
        Write::PutFetch(row) => transaction.put(FETCHES, &row.to_js()),
        Write::PutOver(row, requests) => {
            let value = row.to_js();
            object::set(&value, "requests", &requests.to_js());
            transaction.set(&row.uid, &value)
        }
        Write::PutRecord(row) => transaction.put(RECORDS, &row.to_js()),
        Write::PutSegment(row) => transaction.put(SEGMENTS, &row.to_js()),
        Write::DeleteSegments { uid, index } => {
            let range = schema::below(&schema::body_key(uid, *index)).map_err(failed)?;
            transaction.delete(SEGMENTS, &range)
        }
        Write::DeleteFetch { uid, kept } => {
            let uid = JsValue::from_str(uid);
            transaction.delete(META, &uid)?;
            delete_fetch(transaction, &uid, *kept)
        }
    }
}

/// All but how it ended and, if they are kept, its records.
fn delete_fetch(transaction: &Transaction, uid: &JsValue, kept: bool) -> Result<(), StoreError> {
    transaction.delete(FETCHES, uid)?;
    let stores = if kept { &[BODIES][..] } else { &[BODIES, RECORDS, SEGMENTS] };
    delete_below(transaction, stores, uid)
}

fn delete_below(
    transaction: &Transaction,
    stores: &[&str],
    uid: &JsValue,
) -> Result<(), StoreError> {
    let range = schema::below(&Array::of1(uid)).map_err(failed)?;
    stores.iter().try_for_each(|store| transaction.delete(store, &range))
}

/// A database that opens at all opens at once; a blocked one may never.
const OPEN_LIMIT: Duration = Duration::from_secs(10);

/// Much longer than a slow disk takes, or a transaction of many request bodies before it.
const COMMIT_LIMIT: Duration = Duration::from_secs(30);

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = indexedDB)]
    static INDEXED_DB: IdbFactory;
}
