//! Stores that fail; and, in `memory`, the conformance of those that stand for them here.

mod memory;

use std::time::Duration;

use background_fetch_engine::ports::StoreError;
use background_fetch_engine::testing::network::File;
use background_fetch_engine::{NewFetch, RecordResult};

use crate::common::{App, KIB};

/// Found by the simulation.
#[test]
fn bytes_that_could_not_be_stored_are_not_counted() {
    for nth in 0..4 {
        let app = App::of("file", File::new(1, LENGTH));
        let exact = NewFetch { download_total: LENGTH, ..app.fetches[0].clone() };
        let app = App { fetches: vec![exact], ..app };
        app.live_with(async || {
            while app.world.bodies.entries().len() < nth {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            app.world.bodies.fail_next_put(StoreError::Failed("by the test".into()));
        });
        app.assert_success(1, LENGTH);
        assert!(app.sent("file") > LENGTH, "nothing failed");
        let notified = &app.worker.notifications()["one"];
        assert!(notified.iter().all(|state| state.downloaded <= LENGTH));
    }
}

/// Found by the simulation.
#[test]
fn records_of_a_success_are_successes_even_if_one_could_not_be_written_down() {
    let mut looks = 0;
    // Not before the transaction that fails.
    for crash in 8..40 {
        let app = App::of("file", File::new(1, 0));
        app.worker.crash_after(None);
        app.live_with(async || {
            app.world.meta.fail_next(StoreError::Failed("by the test".into()));
            app.worker.crash_after(Some(crash));
        });
        app.worker.crash_after(None);
        app.run();
        let seen = app.worker.deliveries()["one"].clone();
        let records: Vec<_> = seen.iter().flat_map(|delivery| &delivery.records).collect();
        looks += records.len();
        for (record, _) in records {
            assert_eq!(record.result, Some(RecordResult::Success), "crash {crash}");
        }
    }
    assert!(looks > 0);
}

const LENGTH: u64 = 1000 * KIB;
