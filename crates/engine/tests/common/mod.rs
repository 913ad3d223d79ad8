//! An app in the simulated world: starts fetches, survives crashes, reads what its handlers saw.
#![allow(dead_code, reason = "no test file uses all of it")]
#![allow(unreachable_pub, missing_docs, reason = "shared by test files, not public")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

pub mod bench;
pub mod texts;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use background_fetch_engine::driver::{self, Handle};
use background_fetch_engine::http::RequestSpec;
use background_fetch_engine::state::{EventType, FetchState};
use background_fetch_engine::testing::network::{File, content, parse_date};
use background_fetch_engine::testing::world::{Delivery, World};
use background_fetch_engine::{Bulk, Config, Error, FailureReason, NewFetch, SegmentSizes};
use futures_util::future::{Either, select};
use proptest::prelude::ProptestConfig;

pub const KIB: u64 = 1024;
pub const ORIGIN: &str = "https://app.test";

/// Small segments, so that small files have many.
pub fn config() -> Config {
    let mut config = Config::new(ORIGIN.to_owned(), None, parse_date);
    config.segments = SegmentSizes {
        least: 64 * KIB,
        most: 256 * KIB,
        time: Duration::from_millis(100),
        age: Duration::from_secs(5),
        count: 2048,
    };
    config
}

/// The same, with parts that pass by the script from any rate on.
pub fn bulk_config() -> Config {
    let bulk = Bulk { segment: 64 * KIB, connections: 3, threshold: 1 };
    Config { bulk: Some(bulk), ..config() }
}

/// So many runs of a property, or as many as `PROPTEST_CASES` says.
pub fn runs(usual: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let cases = wanted.unwrap_or(usual);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

pub fn url(path: &str) -> String {
    format!("{ORIGIN}/{path}")
}

pub fn get(path: &str) -> RequestSpec {
    RequestSpec { url: url(path), method: "GET".to_owned(), ..RequestSpec::default() }
}

/// A fetch of these paths; its id is its unique id too.
pub fn fetch(id: &str, paths: &[&str]) -> NewFetch {
    NewFetch {
        uid: id.to_owned(),
        id: id.to_owned(),
        requests: paths.iter().map(|path| get(path)).collect(),
        ..NewFetch::default()
    }
}

pub struct App {
    pub world: World,
    pub config: Config,
    pub fetches: Vec<NewFetch>,
    /// Crash after so many steps of each life of the worker; after the last one it lives on.
    pub crashes: Vec<u64>,
    /// Answers to `fetch()`, by unique id.
    pub answers: RefCell<Vec<(String, Result<FetchState, Error>)>>,
    pub lives: Cell<u32>,
}

impl App {
    pub fn new(world: World) -> Self {
        Self {
            world,
            config: config(),
            fetches: Vec::new(),
            crashes: Vec::new(),
            answers: RefCell::default(),
            lives: Cell::new(0),
        }
    }

    /// An app that wants one file.
    pub fn of(path: &str, file: File) -> Self {
        let app = Self::new(World::default());
        app.serve(path, file);
        Self { fetches: vec![fetch("one", &[path])], ..app }
    }

    pub fn serve(&self, path: &str, file: File) {
        self.world.servers.borrow_mut().files.insert(url(path), file);
    }

    pub fn sent(&self, path: &str) -> u64 {
        self.world.servers.borrow().files[&url(path)].sent
    }

    pub fn requests(&self, path: &str) -> u64 {
        self.world.servers.borrow().files[&url(path)].requests
    }

    /// Runs until every fetch that was accepted is delivered, through all crashes.
    pub fn run(&self) {
        for crash in self.crashes.iter().copied().map(Some).chain([None]) {
            self.world.crash_after(crash);
            self.live(self.finish_all());
            if !self.world.has_crashed() {
                return;
            }
        }
    }

    /// One life of the worker, while `page` runs.
    pub fn live<T>(&self, page: impl Future<Output = T>) -> Option<T> {
        self.lives.set(self.lives.get() + 1);
        let world = self.world.clone();
        let life = async {
            let ports = Rc::new(world.clone());
            let (handle, engine) = driver::start(ports, self.config.clone()).await.unwrap();
            world.set_handle(handle.clone());
            match select(std::pin::pin!(engine), std::pin::pin!(page)).await {
                Either::Left(_) => panic!("the engine ended"),
                Either::Right((value, _)) => value,
            }
        };
        let (start, steps) = (world.clock.now(), world.steps());
        let limit = Duration::from_secs(24 * 60 * 60);
        let done = world.clock.run(life, || {
            assert!(world.clock.now().since(start) < limit, "stuck for a day");
            assert!(world.steps() - steps < 100_000, "busy without end");
            world.has_crashed()
        });
        done.unwrap_or_else(|stuck| {
            assert!(world.has_crashed(), "{stuck:?}");
            None
        })
    }

    /// One life of the worker, which begins all fetches and dies at this step.
    pub fn live_until_step(&self, step: u64) {
        self.world.crash_after(Some(step));
        self.live(async {
            let handle = self.handle().await;
            for new in &self.fetches {
                let _ = handle.fetch(new.clone()).await;
            }
            std::future::pending::<()>().await;
        });
    }

    pub fn handle(&self) -> impl Future<Output = Handle> {
        let world = self.world.clone();
        async move {
            loop {
                if let Some(handle) = world.handle() {
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
            if !answered && !self.world.is_delivered(&new.uid) {
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
        self.fetches.iter().all(|new| refused(&new.uid) || self.world.is_delivered(&new.uid))
    }

    /// The delivery that came to its end. A crash between that and the deletion of the data
    /// makes another one, which must be the same.
    pub fn delivery(&self, uid: &str) -> Delivery {
        let deliveries = self.world.deliveries();
        let finished: Vec<_> = deliveries[uid].iter().filter(|one| one.finished).collect();
        let last = *finished.last().unwrap_or_else(|| panic!("no finished delivery of {uid}"));
        assert!(self.lives.get() > 1 || deliveries[uid].len() == 1, "delivered twice in one life");
        assert!(deliveries[uid].iter().all(|one| one.event == last.event), "two outcomes");
        last.clone()
    }

    /// The only fetch succeeded, with the bytes of this version.
    pub fn assert_success(&self, version: u64, length: u64) {
        let delivery = self.delivery("one");
        assert_eq!(delivery.event, EventType::Success, "{:?}", delivery.state);
        let bytes = &delivery.records[0].1;
        assert_eq!(bytes.len() as u64, length, "length");
        assert!(*bytes == content(version, 0, length), "bytes");
        self.assert_nothing_left();
    }

    pub fn assert_failure(&self, reason: FailureReason) {
        let delivery = self.delivery("one");
        assert_eq!(delivery.state.failure_reason, Some(reason));
        self.assert_nothing_left();
    }

    /// No row and no entry, after a last start which may sweep.
    pub fn assert_nothing_left(&self) {
        self.world.crash_after(None);
        self.live(self.finish_all());
        let wait = self.world.clock.sleep(Duration::from_secs(1));
        self.live(wait);
        assert_eq!(self.world.bodies.entries(), Vec::new(), "entries left");
        let rows = self.world.meta.take_over().unwrap();
        assert_eq!(rows.1, Vec::new(), "rows left");
    }
}
