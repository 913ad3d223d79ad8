//! Random worlds: random files, faults and calls, and a crash after any step. Whatever happens,
//! the bytes are right, the outcome is that of a life without crashes, and nothing is left.

use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::testing::network::{Fault, File, Validator, content};
use background_fetch_engine::testing::world::Delivery;
use background_fetch_engine::{FailureReason, RecordResult};
use proptest::prelude::*;

use crate::common::{App, KIB, bulk_config, config, fetch, runs};

/// A file, and whether it can be had at all.
#[derive(Debug, Clone)]
struct Plan {
    file: File,
    /// Every request is answered so.
    fate: Option<Fault>,
    /// It is the answer to an upload.
    upload: bool,
}

#[derive(Debug, Clone)]
struct Scenario {
    seed: u64,
    bulk: bool,
    /// Of each fetch.
    plans: Vec<Vec<Plan>>,
    crashes: Vec<u64>,
}

fn fault() -> impl Strategy<Value = Fault> {
    let at = 0..400 * KIB;
    prop_oneof![
        Just(Fault::Fails(NetworkError::Unreachable)),
        Just(Fault::Fails(NetworkError::Offline)),
        at.clone().prop_map(Fault::Cut),
        at.clone().prop_map(Fault::Silent),
        (0_u64..20).prop_map(|after| Fault::Status(503, Some(after))),
        Just(Fault::Whole),
        Just(Fault::Elsewhere),
        Just(Fault::Changed),
    ]
}

fn file() -> impl Strategy<Value = File> {
    let validator = prop_oneof![
        3 => Just(Validator::Strong),
        1 => Just(Validator::Weak),
        1 => Just(Validator::Modified),
        1 => Just(Validator::None),
    ];
    let length = prop_oneof![0..100_u64, 0..900 * KIB];
    let faults = prop::collection::vec(fault(), 0..5);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let speed = (50_000..5_000_000_u64, 1000..64 * KIB);
    (length, validator, faults, flags, speed, 1..1_000_000_u64).prop_map(
        |(
            length,
            validator,
            faults,
            (ranges, tells_length, honours_if_range),
            (rate, chunk),
            version,
        )| {
            let mut file = File::new(version, length);
            file.validator = validator;
            file.faults = faults.into();
            file.ranges = ranges;
            file.tells_length = tells_length;
            file.honours_if_range = honours_if_range;
            (file.rate, file.chunk) = (rate, chunk);
            file
        },
    )
}

fn plan() -> impl Strategy<Value = Plan> {
    let fate = prop_oneof![
        12 => Just(None),
        1 => Just(Some(Fault::Status(404, None))),
    ];
    let upload = prop::bool::weighted(0.2);
    (file(), fate, upload).prop_map(|(file, fate, upload)| Plan { file, fate, upload })
}

fn scenario() -> impl Strategy<Value = Scenario> {
    let plans = prop::collection::vec(prop::collection::vec(plan(), 1..4), 1..4);
    let crashes = prop::collection::vec(1..120_u64, 0..6);
    (any::<u64>(), any::<bool>(), plans, crashes)
        .prop_map(|(seed, bulk, plans, crashes)| Scenario { seed, bulk, plans, crashes })
}

fn app(scenario: &Scenario) -> App {
    let mut app = App::seeded(scenario.seed);
    app.config = if scenario.bulk { bulk_config() } else { config() };
    app.crashes = scenario.crashes.clone();
    for (number, plans) in scenario.plans.iter().enumerate() {
        let paths: Vec<_> = (0..plans.len()).map(|index| format!("{number}/{index}")).collect();
        for (path, plan) in paths.iter().zip(plans) {
            let mut file = plan.file.clone();
            if let Some(fate) = plan.fate {
                file.faults = vec![fate; 200].into();
            }
            app.serve(path, file);
        }
        let paths: Vec<_> = paths.iter().map(String::as_str).collect();
        let mut new = fetch(&number.to_string(), &paths);
        for (request, plan) in new.requests.iter_mut().zip(plans) {
            if plan.upload {
                request.method = "POST".to_owned();
                request.body_length = Some(1000);
            }
        }
        app.fetches.push(new);
    }
    app
}

fn check(scenario: &Scenario, app: &App) {
    for (number, plans) in scenario.plans.iter().enumerate() {
        let delivery = app.delivery(&number.to_string());
        let fails = plans.iter().any(|plan| plan.fate.is_some());
        let expected = fails.then_some(FailureReason::BadStatus);
        let failure = delivery.state.failure_reason;
        if plans.iter().any(|plan| plan.upload) {
            check_uploads(scenario, plans, &delivery, app);
        } else {
            assert_eq!(failure, expected, "fetch {number}");
        }
        let most: u64 = plans.iter().map(|plan| plan.file.length.max(20)).sum();
        for state in &app.worker.notifications()[&number.to_string()] {
            assert!(state.downloaded <= most, "fetch {number}: {} of {most}", state.downloaded);
        }
        for (plan, (record, bytes)) in plans.iter().zip(&delivery.records) {
            if plan.fate.is_some() || record.result != Some(RecordResult::Success) {
                assert!(plan.fate.is_some() || plan.upload, "fetch {number}");
                continue;
            }
            let newest = app.world.servers.borrow().files[&record.request.url].version;
            let fits = |version| *bytes == content(version, 0, plan.file.length);
            let right = (plan.file.version..=newest).any(fits);
            assert!(right, "fetch {number}: {} bytes of {}", bytes.len(), plan.file.length);
        }
    }
    app.assert_nothing_left();
}

/// What is sent once fails with whatever goes wrong, and never otherwise.
fn check_uploads(scenario: &Scenario, plans: &[Plan], delivery: &Delivery, app: &App) {
    for (plan, (record, _)) in plans.iter().zip(&delivery.records).filter(|(plan, _)| plan.upload) {
        let sent = app.world.servers.borrow().files[&record.request.url].uploads;
        assert!(sent <= 1, "{} was sent {sent} times", record.request.url);
        let undisturbed = scenario.crashes.is_empty() && plan.file.faults.is_empty();
        if undisturbed && plan.fate.is_none() {
            assert_eq!(record.result, Some(RecordResult::Success));
        }
    }
}

proptest! {
    #![proptest_config(runs(300))]

    #[test]
    fn any_schedule_ends_right(scenario in scenario()) {
        let app = app(&scenario);
        app.run();
        check(&scenario, &app);
    }
}
