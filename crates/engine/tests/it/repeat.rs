//! A server without ranges sends all once more. Under the same strong ETag, what is stored stays, and is not stored again.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use background_fetch_engine::state::EventType;
use background_fetch_engine::testing::network::{Fault, File, Validator};

use crate::common::{App, KIB};

const LENGTH: u64 = 3000 * KIB;

/// Cut at these places, one after the other.
fn without_ranges(cuts: &[u64]) -> File {
    let faults = cuts.iter().map(|at| Fault::Cut(*at * KIB)).collect();
    File { ranges: false, faults, ..File::new(1, LENGTH) }
}

/// Runs to the end, through `deaths` of the worker. The bytes of all entries that there ever were, and whether there were
/// always at least as many as before.
fn watched(app: &App, deaths: usize) -> (u64, bool) {
    let ever = RefCell::new(BTreeMap::new());
    let most = RefCell::new((0, true));
    let look = || {
        let entries = app.entries_of_first();
        let mut now = 0;
        for entry in entries {
            let length = app.world.bodies.length(&entry).unwrap_or(0);
            ever.borrow_mut().insert(entry.0, length);
            now += length;
        }
        let (before, grows) = *most.borrow();
        *most.borrow_mut() = (now, grows && (now >= before || app.is_first_whole()));
    };
    for death in 0..deaths {
        let requests = app.requests("file") + 2;
        app.live_until(|| {
            look();
            app.requests("file") > requests || app.is_first_whole()
        });
        assert!(!app.is_first_whole(), "whole before death {death}");
    }
    app.live_with(async || {
        while !app.is_first_whole() {
            look();
            app.world.clock.sleep(Duration::from_millis(1)).await;
        }
        look();
    });
    assert_eq!(app.delivery("one").event, EventType::Success);
    (ever.borrow().values().sum(), most.borrow().1)
}

#[test]
fn what_is_stored_stays_and_is_not_stored_again() {
    for validator in [Validator::Strong, Validator::Both] {
        for (advertises, deaths) in [(None, 0), (None, 1), (Some("none"), 0), (Some("none"), 1)] {
            let file = without_ranges(&[2700, 900, 2650, 2900, 1, 2899]);
            let app = App::of("file", File { validator, advertises, ..file });
            let (stored, grows) = watched(&app, deaths);
            assert!(grows, "{validator:?}, {advertises:?}, {deaths} deaths: less than before");
            assert_eq!(stored, LENGTH, "{validator:?}, {advertises:?}, {deaths} deaths");
            app.assert_success(1, LENGTH);
        }
    }
}

#[test]
fn it_is_so_wherever_it_was_cut() {
    for cut in [1, 15, 16, 17, 1023, 1024, 1025, 2990, 2999] {
        let app = App::of("file", without_ranges(&[cut, cut / 2]));
        let (stored, grows) = watched(&app, 0);
        assert!(grows, "cut at {cut} KiB");
        assert_eq!(stored, LENGTH, "cut at {cut} KiB");
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn nothing_is_stored_again_of_a_body_without_a_length() {
    let mut file = File { declares_length: false, ..without_ranges(&[2700, 900]) };
    // As a server that dies ends it, which nobody notices.
    file.faults.push_back(Fault::Short(1000 * KIB));
    let app = App::of("file", file);
    assert_eq!(watched(&app, 0), (LENGTH, true));
    app.assert_success(1, LENGTH);
}

/// A strong ETag that stays the same though the bytes change is a lie. The last ones are compared.
#[test]
fn an_etag_that_lies_is_found_out() {
    let mut file = without_ranges(&[2700]);
    file.faults.push_back(Fault::Swapped);
    let app = App::of("file", file);
    app.run();
    app.assert_success(2, LENGTH);
    assert!(app.sent("file") < 3 * LENGTH, "{} sent", app.sent("file"));
}

/// Of what says less than that each byte is the same, all is stored anew.
#[test]
fn nothing_less_than_a_strong_etag_is_enough() {
    for validator in [Validator::Weak, Validator::Modified, Validator::None] {
        let app = App::of("file", File { validator, ..without_ranges(&[2700, 900]) });
        let (stored, _) = watched(&app, 0);
        assert!(stored >= LENGTH + 900 * KIB, "{validator:?}: {stored} stored");
        app.assert_success(1, LENGTH);
    }
}

/// What comes once more is not counted again; what comes after it is, as it comes. The simulation found the first, and
/// then the second.
#[test]
fn a_download_total_counts_each_byte_once() {
    for (total, expected) in
        [(LENGTH, EventType::Success), (LENGTH - 1, EventType::Fail), (2800 * KIB, EventType::Fail)]
    {
        let mut app = App::of("file", without_ranges(&[2700, 900]));
        app.fetches[0].download_total = total;
        app.run();
        let delivery = app.delivery("one");
        assert_eq!(delivery.event, expected, "{total}: {:?}", delivery.state);
        assert!(delivery.state.downloaded <= total, "{total}: {:?}", delivery.state);
    }
}
