//! Many schedules, on several threads.

pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod shrink;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::campaign::run::{Options, run};
use crate::campaign::shrink::shrink;
use crate::oracle::tally::Tally;
use crate::plan::generate::Worlds;
use crate::plan::schedule::Schedule;

/// Which schedules to run, and how.
#[derive(Debug, Clone, Copy)]
pub struct Campaign {
    /// In which worlds.
    pub worlds: Worlds,
    /// The first seed.
    pub from: u64,
    /// The last one.
    pub to: u64,
    /// At a time.
    pub threads: usize,
    /// Of each run.
    pub options: Options,
    /// Stops after so many schedules that went wrong.
    pub failures: usize,
}

/// A schedule that went wrong.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What must not have happened.
    pub violation: String,
    /// The twists that make it happen.
    pub schedule: Schedule,
}

/// What came of it.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// Of all schedules.
    pub tally: Tally,
    /// By seed.
    pub failures: Vec<Failure>,
}

struct Shared<'a> {
    campaign: &'a Campaign,
    next: AtomicU64,
    stop: AtomicBool,
    findings: Mutex<Findings>,
}

/// Runs them, and calls `report` every few seconds.
pub fn explore(campaign: &Campaign, mut report: impl FnMut(&Findings)) -> Findings {
    let shared = Shared {
        campaign,
        next: AtomicU64::new(campaign.from),
        stop: AtomicBool::new(false),
        findings: Mutex::default(),
    };
    thread::scope(|scope| {
        let work = || scope.spawn(|| shared.work());
        let workers: Vec<_> = (0..campaign.threads.max(1)).map(|_| work()).collect();
        let mut reported = Instant::now();
        while workers.iter().any(|worker| !worker.is_finished()) {
            thread::sleep(Duration::from_millis(20));
            if reported.elapsed() >= REPORT {
                reported = Instant::now();
                report(&shared.lock());
            }
        }
    });
    let mut findings = shared.findings.into_inner().unwrap_or_else(PoisonError::into_inner);
    findings.failures.sort_by_key(|failure| failure.schedule.seed());
    findings
}

impl Shared<'_> {
    fn lock(&self) -> std::sync::MutexGuard<'_, Findings> {
        self.findings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        while !self.stop.load(Ordering::Relaxed) {
            let first = self.next.fetch_add(BLOCK, Ordering::Relaxed);
            if first > self.campaign.to {
                return;
            }
            let last = (first + BLOCK - 1).min(self.campaign.to);
            let mut tally = Tally::default();
            for seed in first..=last {
                self.try_seed(seed, &mut tally);
                if self.stop.load(Ordering::Relaxed) {
                    break;
                }
            }
            self.lock().tally.add(&tally);
        }
    }

    fn try_seed(&self, seed: u64, tally: &mut Tally) {
        let schedule = Schedule::from_seed(self.campaign.worlds, seed);
        let verdict = run(&schedule, self.campaign.options);
        tally.add(&verdict.tally);
        let Some(violation) = verdict.violation else { return };
        let schedule = shrink(&schedule, self.campaign.options);
        let mut findings = self.lock();
        findings.failures.push(Failure { violation, schedule });
        if findings.failures.len() >= self.campaign.failures {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

/// Schedules that a thread takes at a time.
const BLOCK: u64 = 50;
/// Between two reports of progress.
const REPORT: Duration = Duration::from_secs(5);
