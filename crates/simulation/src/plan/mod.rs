//! The world that twists make of the plain one.

pub(crate) mod deadline;
pub(crate) mod files;
pub(crate) mod generate;
pub(crate) mod random;
pub(crate) mod scale;
pub(crate) mod schedule;
pub(crate) mod twist;

use std::time::Duration;

use background_fetch_engine::Config;
use background_fetch_engine::http::RequestSpec;
use background_fetch_engine::testing::network::{Exposure, File, Servers, content};
use data_encoding::BASE64;
use sha2::{Digest, Sha256};

use crate::plan::files::{ORIGIN, config, file_of, keep_pace, longest, place, shape_file};
use crate::plan::random::Random;
use crate::plan::scale::scaled;
use crate::plan::schedule::Schedule;
use crate::plan::twist::{Ask, Operation, Trouble, Twist};

#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) config: Config,
    pub(crate) servers: Servers,
    /// What to ask for, by number of the file.
    urls: Vec<String>,
    /// Where each file is: its URL, or all those that it redirects to.
    pub(crate) places: Vec<Vec<String>>,
    pub(crate) fetches: Vec<FetchPlan>,
    pub(crate) stores: Vec<(Operation, u64, Trouble)>,
    pub(crate) losses: Vec<Loss>,
    pub(crate) quota: Option<u64>,
    /// Milliseconds that each entry and each transaction take, and bytes a second.
    pub(crate) slow_stores: Option<(u64, u64)>,
    /// All bytes count so many times.
    pub(crate) scale: u64,
    /// What happens when.
    pub(crate) times: Vec<(u64, Twist)>,
    /// Steps, and how long the worker is down.
    pub(crate) crashes: Vec<(u64, u64)>,
    /// Steps.
    pub(crate) rivals: Vec<u64>,
    /// If it takes longer, it is stuck.
    pub(crate) patience: Duration,
}

/// What the app does with one id.
#[derive(Debug, Clone, Default)]
pub(crate) struct FetchPlan {
    pub(crate) number: usize,
    pub(crate) records: Vec<RecordPlan>,
    pub(crate) begins: u64,
    pub(crate) limit: u64,
    pub(crate) abort: Option<u64>,
    /// When, and for how long.
    pub(crate) pauses: Vec<(u64, u64)>,
    pub(crate) again: Option<u64>,
    pub(crate) watch: Option<u64>,
    pub(crate) handler_takes: u64,
    pub(crate) handler_hangs: bool,
    pub(crate) updates_ui: bool,
    pub(crate) keeps: Option<u64>,
}

#[derive(Debug, Clone)]
pub(crate) struct RecordPlan {
    pub(crate) file: usize,
    pub(crate) ask: Ask,
    pub(crate) request: RequestSpec,
}

/// An entry that vanishes, or its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loss {
    pub(crate) after: u64,
    pub(crate) which: u64,
    pub(crate) torn: bool,
}

impl Plan {
    pub(crate) fn of(schedule: &Schedule) -> Self {
        let scale = schedule.twists().find_map(|twist| match twist {
            Twist::Scale(scale) => Some(*scale),
            _ => None,
        });
        let twists: Vec<_> =
            schedule.twists().map(|twist| scaled(twist.clone(), scale.unwrap_or(1))).collect();
        let mut plan = Self {
            seed: schedule.seed(),
            config: config(&twists, scale.unwrap_or(1)),
            servers: Servers::default(),
            urls: Vec::new(),
            places: Vec::new(),
            fetches: Vec::new(),
            stores: Vec::new(),
            losses: Vec::new(),
            quota: None,
            slow_stores: None,
            scale: scale.unwrap_or(1),
            times: Vec::new(),
            crashes: Vec::new(),
            rivals: Vec::new(),
            patience: deadline::of(&twists),
        };
        let files = twists.iter().filter_map(file_of).max().unwrap_or(0) + 1;
        for file in 0..files {
            plan.add_file(file, &twists);
        }
        plan.add_fetches(&twists, scale.is_none());
        for twist in &twists {
            plan.add_crowd(twist, &twists);
        }
        for twist in twists {
            plan.add(twist);
        }
        plan.crashes.sort_unstable();
        plan.rivals.sort_unstable();
        plan
    }

    /// Whether anybody sets the clock on the wall.
    pub(crate) fn sets_clocks(&self) -> bool {
        self.times.iter().any(|(_, twist)| matches!(twist, Twist::WallJumps { .. }))
    }

    fn add_file(&mut self, number: usize, twists: &[Twist]) {
        let own = |twist: &&Twist| file_of(twist) == Some(number);
        let mut file = File::new((number as u64 + 1) * 10_000, PLAIN_LENGTH);
        (file.rate, file.chunk) = (100_000, 200);
        let mut mirrors = None;
        for twist in twists.iter().filter(own) {
            shape_file(&mut file, twist);
            if let Twist::Mirrors { count, own_etags, .. } = twist {
                mirrors = Some((*count, *own_etags));
            }
        }
        let longest = longest(&file, twists.iter().filter(own));
        keep_pace(&mut file, longest);
        let origin = twists.iter().filter(own).find_map(|twist| match twist {
            Twist::On { origin, .. } => Some(*origin),
            _ => None,
        });
        if let Some(number) = origin {
            place(&mut file, number, longest, twists);
        }
        let elsewhere = if file.exposure == Exposure::Own { ORIGIN } else { ELSEWHERE };
        let origin =
            origin.filter(|number| *number > 0).map_or(elsewhere.to_owned(), files::origin);
        let url = format!("{origin}/{number}");
        let Some((count, own_etags)) = mirrors else { return self.serve(url, file) };
        self.urls.push(url.clone());
        let places: Vec<_> = (0..count).map(|place| format!("{url}/{place}")).collect();
        for (place, url) in (0..).zip(&places) {
            let every = usize::try_from(count.max(1)).unwrap_or(1);
            let faults = file.faults.iter().copied().skip(index(place)).step_by(every);
            let faults = faults.collect();
            let mirror = File { place, own_etags, faults, ..file.clone() };
            self.servers.files.insert(url.clone(), mirror);
        }
        let first = File { mirrors: places.clone(), ..File::new(0, 0) };
        self.servers.files.insert(url, first);
        self.places.push(places);
    }

    fn serve(&mut self, url: String, file: File) {
        self.urls.push(url.clone());
        self.places.push(vec![url.clone()]);
        self.servers.files.insert(url, file);
    }

    fn add_crowd(&mut self, twist: &Twist, twists: &[Twist]) {
        let Twist::Crowd { fetch, count, bytes, origins } = *twist else { return };
        for nth in 0..count {
            let number = self.urls.len();
            let length = Random::new(nth).between(1, bytes.max(1));
            let mut file = File::new((number as u64 + 1) * 10_000, length);
            (file.rate, file.chunk) = (100_000, 200);
            keep_pace(&mut file, length);
            let origin = nth.checked_rem(origins).unwrap_or(0);
            place(&mut file, origin, length, twists);
            self.serve(format!("{}/{number}", files::origin(origin)), file);
            let request = self.request(number, Ask::Plain, false);
            self.add_record(fetch, RecordPlan { file: number, ask: Ask::Plain, request });
        }
    }

    fn add_fetches(&mut self, twists: &[Twist], hashes: bool) {
        let plain = Twist::Record { fetch: 0, file: 0, ask: Ask::Plain };
        let asks = |twist: &&Twist| matches!(twist, Twist::Record { .. });
        let mut records: Vec<_> = twists.iter().filter(asks).collect();
        if records.is_empty() {
            records.push(&plain);
        }
        for twist in records {
            let Twist::Record { fetch, file, ask } = *twist else { continue };
            let request = self.request(file, ask, hashes);
            self.add_record(fetch, RecordPlan { file, ask, request });
        }
    }

    fn add_record(&mut self, fetch: usize, record: RecordPlan) {
        match self.fetch(fetch) {
            Some(plan) => plan.records.push(record),
            None => self.fetches.push(FetchPlan {
                number: fetch,
                records: vec![record],
                ..FetchPlan::default()
            }),
        }
    }

    fn request(&self, file: usize, ask: Ask, hashes: bool) -> RequestSpec {
        let mut request =
            RequestSpec { url: self.url(file), method: "GET".to_owned(), ..RequestSpec::default() };
        match ask {
            Ask::Plain => {}
            Ask::Integrity { right } if hashes => request.integrity = self.digest(file, right),
            Ask::Integrity { .. } => {}
            Ask::Range { start, end } => {
                let last = end.map_or(String::new(), |end| end.saturating_sub(1).to_string());
                request.headers.push(("range".to_owned(), format!("bytes={start}-{last}")));
            }
            Ask::Post { bytes } => {
                request.method = "POST".to_owned();
                request.body_length = Some(bytes);
            }
            Ask::Delete => request.method = "DELETE".to_owned(),
            Ask::Head => request.method = "HEAD".to_owned(),
        }
        request
    }

    fn digest(&self, file: usize, right: bool) -> String {
        let place = self.places.get(file).and_then(|places| places.first());
        let Some(file) = place.and_then(|url| self.servers.files.get(url)) else {
            return String::new();
        };
        let version = if right { file.version } else { 1 };
        let digest = Sha256::digest(content(version, 0, file.length));
        format!("sha256-{}", BASE64.encode(&digest))
    }

    /// What to ask for to get a file.
    pub(crate) fn url(&self, file: usize) -> String {
        self.urls.get(file).cloned().unwrap_or_default()
    }

    fn fetch(&mut self, number: usize) -> Option<&mut FetchPlan> {
        self.fetches.iter_mut().find(|plan| plan.number == number)
    }

    fn add(&mut self, twist: Twist) {
        match twist {
            Twist::Begins { fetch, at } => self.set(fetch, |plan| plan.begins = at),
            Twist::Limit { fetch, bytes } => self.set(fetch, |plan| plan.limit = bytes),
            Twist::Abort { fetch, at } => self.set(fetch, |plan| plan.abort = Some(at)),
            Twist::Pause { fetch, at, time } => {
                self.set(fetch, |plan| plan.pauses.push((at, time)));
            }
            Twist::Again { fetch, at } => self.set(fetch, |plan| plan.again = Some(at)),
            Twist::Watch { fetch, every } => self.set(fetch, |plan| plan.watch = Some(every)),
            Twist::HandlerTakes { fetch, time } => {
                self.set(fetch, |plan| plan.handler_takes = time);
            }
            Twist::HandlerHangs { fetch } => self.set(fetch, |plan| plan.handler_hangs = true),
            Twist::UpdateUi { fetch } => self.set(fetch, |plan| plan.updates_ui = true),
            Twist::Keeps { fetch, name } => self.set(fetch, |plan| plan.keeps = Some(name)),
            Twist::Store { operation, nth, trouble } => {
                self.stores.push((operation, nth, trouble));
            }
            Twist::Evicts { after, which } => {
                self.losses.push(Loss { after, which, torn: false });
            }
            Twist::Tears { after, which } => self.losses.push(Loss { after, which, torn: true }),
            Twist::SlowStores { time, rate } => self.slow_stores = Some((time, rate)),
            Twist::Quota(bytes) => self.quota = Some(bytes),
            Twist::Crash { step, down } => self.crashes.push((step, down)),
            Twist::Rival { step } => self.rivals.push(step),
            Twist::Bears { .. } | Twist::Beyond { .. } | Twist::Line { .. } => {
                self.times.push((0, twist));
            }
            Twist::Change { at, .. }
            | Twist::LosesRanges { at, .. }
            | Twist::Vanishes { at, .. }
            | Twist::Unreachable { at, .. }
            | Twist::OriginAway { at, .. }
            | Twist::OriginBusy { at, .. }
            | Twist::WallJumps { at, .. }
            | Twist::Suspends { at, .. }
            | Twist::Offline { at, .. }
            | Twist::DamagesRecord { at, .. }
            | Twist::DamagesFetch { at, .. } => self.times.push((at, twist)),
            _ => {}
        }
    }

    fn set(&mut self, fetch: usize, change: impl FnOnce(&mut FetchPlan)) {
        if let Some(plan) = self.fetch(fetch) {
            change(plan);
        }
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

const ELSEWHERE: &str = "https://other.test";

/// Bytes of a file that nothing is said about.
const PLAIN_LENGTH: u64 = 3_000;
