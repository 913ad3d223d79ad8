//! The command line.

use std::time::Instant;

use background_fetch_simulation::{
    Bug, Campaign, Findings, Options, Schedule, Worlds, explore, grouped, json, run, shrink, table,
};

pub(crate) const HELP: &str = "\
simulation [--seeds N] [--from M] [--worlds KIND] [--threads T] [--bug NAME] [--failures N] [--json]
    runs the schedules of the seeds M to N (1 to 1000 by default), and tells which went wrong, each
    with the few twists that make it do so; stops after so many of them (10 by default); in plain
    worlds, or in crowds (hundreds of small files, slow stores), origins (several, which may be away
    or trickle), clocks (that are set meanwhile), parts (of larger files), libraries (whose items are
    kept) or phones (that are suspended)
simulation --seed S [--worlds KIND] [--only PLACES] [--shrink] [--trace] [--bug NAME]
    runs one schedule: with those of its twists only that are named, or those that make it go wrong;
    --trace prints every step";

pub(crate) enum Arguments {
    Help,
    Explore(Exploration),
    Replay(Replay),
}

/// Many schedules.
pub(crate) struct Exploration {
    campaign: Campaign,
    json: bool,
}

/// One schedule.
pub(crate) struct Replay {
    schedule: Schedule,
    shrink: bool,
    options: Options,
}

#[derive(Default)]
struct Given {
    worlds: Worlds,
    seed: Option<u64>,
    only: Option<Vec<usize>>,
    from: Option<u64>,
    seeds: Option<u64>,
    threads: Option<usize>,
    failures: Option<usize>,
    bug: Option<Bug>,
    trace: bool,
    shrink: bool,
    json: bool,
    help: bool,
}

impl Arguments {
    pub(crate) fn of(words: impl Iterator<Item = String>) -> Result<Self, String> {
        let given = Given::of(words)?;
        let options = Options { bug: given.bug, trace: given.trace };
        if given.help {
            return Ok(Self::Help);
        }
        if let Some(seed) = given.seed {
            let all = Schedule::from_seed(given.worlds, seed);
            let schedule = given.only.map_or_else(|| all.clone(), |only| all.only(&only));
            return Ok(Self::Replay(Replay { schedule, shrink: given.shrink, options }));
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let campaign = Campaign {
            worlds: given.worlds,
            from: given.from.unwrap_or(1),
            to: given.seeds.unwrap_or(1000),
            threads: given.threads.unwrap_or(cores),
            options: Options { trace: false, ..options },
            failures: given.failures.unwrap_or(if given.bug.is_some() { 1 } else { 10 }),
        };
        Ok(Self::Explore(Exploration { campaign, json: given.json }))
    }
}

impl Given {
    fn of(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut given = Self::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value."));
            match word.as_str() {
                "--worlds" => given.worlds = worlds(&value()?)?,
                "--seed" => given.seed = Some(number(&value()?)?),
                "--only" => given.only = Some(numbers(&value()?)?),
                "--from" => given.from = Some(number(&value()?)?),
                "--seeds" => given.seeds = Some(number(&value()?)?),
                "--threads" => given.threads = Some(number(&value()?)?),
                "--failures" => given.failures = Some(number(&value()?)?),
                "--bug" => given.bug = Some(bug(&value()?)?),
                "--trace" => given.trace = true,
                "--shrink" => given.shrink = true,
                "--json" => given.json = true,
                "--help" => given.help = true,
                _ => return Err(format!("{word} is not known.")),
            }
        }
        Ok(given)
    }
}

impl Exploration {
    /// Whether it came out as it should: right, or wrong if there is a bug.
    pub(crate) fn run(&self) -> bool {
        let began = Instant::now();
        let findings = explore(&self.campaign, |findings| {
            let count = findings.tally.schedules;
            let speed = u128::from(count) * 1000 / began.elapsed().as_millis().max(1);
            let wrong = findings.failures.len();
            eprintln!("{} schedules, {speed} a second, {wrong} wrong", grouped(count.into()));
        });
        self.print(&findings);
        eprintln!("{:.1} s", began.elapsed().as_secs_f64());
        findings.failures.is_empty() == self.campaign.options.bug.is_none()
    }

    fn print(&self, findings: &Findings) {
        if self.json {
            println!("{}", json(findings));
        } else {
            println!("{}", table(findings));
        }
    }
}

impl Replay {
    /// Whether it came out as it should: right, or wrong if there is a bug.
    pub(crate) fn run(self) -> bool {
        let schedule =
            if self.shrink { shrink(&self.schedule, self.options) } else { self.schedule };
        print!("{schedule}");
        let verdict = run(&schedule, self.options);
        match &verdict.violation {
            Some(violation) => println!("WRONG: {violation}"),
            None => println!("right: {:?}", verdict.tally.outcomes),
        }
        verdict.violation.is_none() == self.options.bug.is_none()
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.replace([',', '_'], "").parse().map_err(|_| format!("{text} is no number."))
}

fn numbers(text: &str) -> Result<Vec<usize>, String> {
    text.split(',').filter(|part| !part.is_empty()).map(number).collect()
}

fn bug(name: &str) -> Result<Bug, String> {
    let names: Vec<_> = Bug::ALL.iter().map(|(name, _)| *name).collect();
    Bug::named(name)
        .ok_or_else(|| format!("There is no bug {name}; there are {}.", names.join(", ")))
}

fn worlds(name: &str) -> Result<Worlds, String> {
    let names: Vec<_> = Worlds::ALL.iter().map(|(name, _)| *name).collect();
    Worlds::named(name)
        .ok_or_else(|| format!("There are no worlds {name}; there are {}.", names.join(", ")))
}
