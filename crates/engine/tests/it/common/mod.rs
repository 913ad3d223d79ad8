//! An app in the simulated world: starts fetches, survives crashes, reads what its handlers saw.

pub(crate) mod bench;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use background_fetch_engine::driver::{self, Handle};
use background_fetch_engine::http::RequestSpec;
use background_fetch_engine::snapshot::EntryKey;
use background_fetch_engine::state::{EventType, FetchState};
use background_fetch_engine::testing::network::{File, Origin, content, parse_date};
use background_fetch_engine::testing::world::{CalmWorker, Delivery, World, WorldPorts};
use background_fetch_engine::{
    Bypass, Config, Error, FailureReason, Millis, NewFetch, RecordResult, SegmentSizes,
};
use futures_util::future::{Either, select};
use proptest::prelude::ProptestConfig;

/// Small segments, so that small files have many.
pub(crate) fn config() -> Config {
    let mut config = Config::new(ORIGIN.to_owned(), None, parse_date);
    config.segments = SegmentSizes {
        least: 64 * KIB,
        most: 256 * KIB,
        time: Millis(100),
        age: Millis(5_000),
        count: 2048,
    };
    config.memory = 1024 * KIB;
    config
}

/// The same, with parts that bypass the script from any rate on.
pub(crate) fn bypass_config() -> Config {
    let (least, given_up_below) = (0, u64::MAX);
    let bypass = Bypass { segment: 64 * KIB, connections: 3, threshold: 1, least, given_up_below };
    Config { bypass: Some(bypass), ..config() }
}

/// So many runs of a property, or as many as `PROPTEST_CASES` says.
pub(crate) fn runs(usual: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let cases = wanted.unwrap_or(usual);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

pub(crate) fn url(path: &str) -> String {
    format!("{ORIGIN}/{path}")
}

pub(crate) fn get(path: &str) -> RequestSpec {
    RequestSpec { url: url(path), method: "GET".to_owned(), ..RequestSpec::default() }
}

/// A fetch of these paths; its id is its unique id too.
pub(crate) fn fetch(id: &str, paths: &[&str]) -> NewFetch {
    NewFetch {
        uid: id.to_owned(),
        id: id.to_owned(),
        requests: paths.iter().map(|path| get(path)).collect(),
        ..NewFetch::default()
    }
}

pub(crate) struct App {
    pub(crate) world: World,
    pub(crate) worker: CalmWorker,
    pub(crate) config: Config,
    pub(crate) fetches: Vec<NewFetch>,
    /// Crash after so many steps of each life of the worker; after the last one it lives on.
    pub(crate) crashes: Vec<u64>,
    /// Answers to `fetch()`, by unique id.
    pub(crate) answers: RefCell<Vec<(String, Result<FetchState, Error>)>>,
    pub(crate) lives: Cell<u32>,
}

impl Default for App {
    fn default() -> Self {
        Self::seeded(0)
    }
}

impl App {
    /// Latencies depend on `seed`.
    pub(crate) fn seeded(seed: u64) -> Self {
        let world = World::default();
        Self {
            worker: CalmWorker::new(&world, seed),
            world,
            config: config(),
            fetches: Vec::new(),
            crashes: Vec::new(),
            answers: RefCell::default(),
            lives: Cell::new(0),
        }
    }

    /// An app that wants one file.
    pub(crate) fn of(path: &str, file: File) -> Self {
        let app = Self::default();
        app.serve(path, file);
        Self { fetches: vec![fetch("one", &[path])], ..app }
    }

    /// An app that wants a file, and another one that takes much longer.
    pub(crate) fn beside_a_slow_file(file: File) -> Self {
        let app = Self::of("file", file);
        app.serve("slow", File { rate: 20_000, ..File::new(7, 1000 * KIB) });
        Self { fetches: vec![fetch("one", &["file", "slow"])], ..app }
    }

    pub(crate) fn serve(&self, path: &str, file: File) {
        self.world.servers.borrow_mut().files.insert(url(path), file);
    }

    /// What befalls all files of the app's own origin.
    pub(crate) fn origin(&self, change: impl FnOnce(&mut Origin)) {
        let mut servers = self.world.servers.borrow_mut();
        change(servers.origins.entry(ORIGIN.to_owned()).or_default());
    }

    pub(crate) fn sent(&self, path: &str) -> u64 {
        self.world.servers.borrow().files[&url(path)].sent
    }

    pub(crate) fn requests(&self, path: &str) -> u64 {
        self.world.servers.borrow().files[&url(path)].requests
    }

    /// Whether the first record of the first fetch is a success.
    pub(crate) fn is_first_whole(&self) -> bool {
        let row = self.world.meta.record("one", 0);
        row.is_some_and(|row| row.result == Some(RecordResult::Success))
    }

    /// Entries of the first record, in the order in which they were made.
    pub(crate) fn entries_of_first(&self) -> Vec<EntryKey> {
        let serial = |entry: &EntryKey| entry.0.rsplit('.').next().unwrap().parse::<u64>().unwrap();
        let mut entries = self.world.bodies.entries();
        entries.retain(|entry| entry.0.starts_with("one/0/"));
        entries.sort_by_key(serial);
        entries
    }

    /// Changes the file of the first record.
    pub(crate) fn change_first(&self, change: impl FnOnce(&mut File)) {
        let url = &self.fetches[0].requests[0].url;
        change(self.world.servers.borrow_mut().files.get_mut(url).unwrap());
    }

    /// Runs until every fetch that was accepted is delivered, through all crashes.
    pub(crate) fn run(&self) {
        for crash in self.crashes.iter().copied().map(Some).chain([None]) {
            self.worker.crash_after(crash);
            self.live(self.finish_all());
            if !self.worker.has_crashed() {
                return;
            }
        }
    }

    /// One life of the worker, while `page` runs.
    pub(crate) fn live<T>(&self, page: impl Future<Output = T>) -> Option<T> {
        self.lives.set(self.lives.get() + 1);
        let (world, worker) = (&self.world, &self.worker);
        let life = async {
            let ports = Rc::new(WorldPorts::new(worker.clone()));
            let (handle, engine) = driver::start(ports, self.config.clone()).await.unwrap();
            worker.set_handle(handle.clone());
            match select(std::pin::pin!(engine), std::pin::pin!(page)).await {
                Either::Left(_) => panic!("the engine ended"),
                Either::Right((value, _)) => value,
            }
        };
        let (start, steps) = (world.clock.monotonic(), worker.steps());
        let limit = Duration::from_secs(24 * 60 * 60);
        let done = world.clock.run(life, || {
            assert!(world.clock.monotonic() < start + limit, "stuck for a day");
            assert!(worker.steps() - steps < 100_000, "busy without end");
            worker.has_crashed()
        });
        done.unwrap_or_else(|stuck| {
            assert!(worker.has_crashed(), "{stuck:?}");
            None
        })
    }

    /// One life of the worker, which begins all fetches and dies at this step.
    pub(crate) fn live_until_step(&self, step: u64) {
        self.worker.crash_after(Some(step));
        self.live(async {
            let handle = self.handle().await;
            for new in &self.fetches {
                let _ = handle.fetch(new.clone()).await;
            }
            std::future::pending::<()>().await;
        });
    }

    /// One life of the worker, which begins the first fetch, and lets `page` have its way until the
    /// event is over.
    pub(crate) fn live_with(&self, page: impl AsyncFn()) {
        self.live(async {
            let handle = self.handle().await;
            handle.fetch(self.fetches[0].clone()).await.unwrap();
            page().await;
            while handle.is_active() {
                self.world.clock.sleep(Duration::from_millis(10)).await;
            }
        });
    }

    /// One life of the worker, which begins the first fetch, and ends when it is `over`.
    pub(crate) fn live_until(&self, over: impl Fn() -> bool) {
        self.live(async {
            let handle = self.handle().await;
            handle.fetch(self.fetches[0].clone()).await.unwrap();
            while !over() {
                self.world.clock.sleep(Duration::from_millis(1)).await;
            }
        });
    }

    pub(crate) fn handle(&self) -> impl Future<Output = Handle> {
        let (world, worker) = (self.world.clone(), self.worker.clone());
        async move {
            loop {
                if let Some(handle) = worker.handle() {
                    return handle;
                }
                world.clock.sleep(Duration::from_millis(1)).await;
            }
        }
    }

    /// What a page does: asks again for what it has no answer to, and waits for the events.
    async fn finish_all(&self) {
        let handle = self.handle().await;
        for new in &self.fetches {
            let answered = self.answers.borrow().iter().any(|(uid, _)| *uid == new.uid);
            if !answered && !self.worker.is_delivered(&new.uid) {
                let answer = handle.fetch(new.clone()).await;
                self.answers.borrow_mut().push((new.uid.clone(), answer));
            }
        }
        while handle.is_active() || !self.all_delivered() {
            self.world.clock.sleep(Duration::from_millis(50)).await;
        }
    }

    fn all_delivered(&self) -> bool {
        let refused = |uid: &str| {
            let answers = self.answers.borrow();
            answers.iter().any(|(answered, answer)| answered == uid && answer.is_err())
        };
        self.fetches.iter().all(|new| refused(&new.uid) || self.worker.is_delivered(&new.uid))
    }

    /// The delivery that came to its end. A crash between that and the deletion of the data
    /// makes another one, which must be the same.
    pub(crate) fn delivery(&self, uid: &str) -> Delivery {
        let deliveries = self.worker.deliveries();
        let finished: Vec<_> = deliveries[uid].iter().filter(|one| one.finished).collect();
        let last = *finished.last().unwrap_or_else(|| panic!("no finished delivery of {uid}"));
        assert!(self.lives.get() > 1 || deliveries[uid].len() == 1, "delivered twice in one life");
        assert!(deliveries[uid].iter().all(|one| one.event == last.event), "two outcomes");
        last.clone()
    }

    /// The only fetch succeeded, with the bytes of this version.
    pub(crate) fn assert_success(&self, version: u64, length: u64) {
        let delivery = self.delivery("one");
        assert_eq!(delivery.event, EventType::Success, "{:?}", delivery.state);
        let bytes = &delivery.records[0].1;
        assert_eq!(bytes.len() as u64, length, "length");
        assert!(*bytes == content(version, 0, length), "bytes");
        self.assert_nothing_left();
    }

    pub(crate) fn assert_failure(&self, reason: FailureReason) {
        let delivery = self.delivery("one");
        assert_eq!(delivery.state.failure_reason, Some(reason));
        self.assert_nothing_left();
    }

    /// No row and no entry, after a last start which may sweep.
    pub(crate) fn assert_nothing_left(&self) {
        self.worker.crash_after(None);
        self.live(self.finish_all());
        let wait = self.world.clock.sleep(Duration::from_secs(1));
        self.live(wait);
        assert_eq!(self.world.bodies.entries(), Vec::new(), "entries left");
        self.world.meta.take_over().unwrap();
        assert_eq!(self.world.meta.snapshots(), Vec::new(), "rows left");
        assert!(self.world.meta.is_empty(), "rows left that do not decode, or bodies");
    }
}

pub(crate) const KIB: u64 = 1024;
pub(crate) const ORIGIN: &str = "https://app.test";

/// What each resumption repeats, to compare it.
pub(crate) const REPEATED: u64 = 4 * KIB;
pub(crate) const REPEATED_WITHOUT_VALIDATOR: u64 = 64 * KIB;
