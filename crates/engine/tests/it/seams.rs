//! Where two parts of a body meet, the bytes on both sides are compared, so that it is of one version.

use std::cell::Cell;
use std::collections::HashSet;
use std::time::Duration;

use background_fetch_engine::testing::network::{Exposure, Fault, File, Validator};
use background_fetch_engine::{FailureReason, MatchOptions, Timestamp};

use crate::common::{App, KIB, config};
use crate::split::{LENGTH, foreign, limited};

/// Nothing but the bytes themselves tells.
#[test]
fn parts_of_another_version_are_found_out_where_they_meet() {
    for file in [foreign(), limited()] {
        for fault in [Fault::Swapped, Fault::Shifted] {
            let faults = [Fault::Late(0), fault].into_iter().collect();
            let app = App::of("file", File { faults, ..file.clone() });
            app.run();
            let version = if fault == Fault::Swapped { 2 } else { 1 };
            app.assert_success(version, LENGTH);
        }
    }
}

/// Nor does anybody see them beside the others before.
#[test]
fn what_is_behind_an_unproven_seam_is_not_seen() {
    let faults = [Fault::Late(0), Fault::Swapped].into_iter().collect();
    let app = App::of("file", File { faults, ..foreign() });
    let looks = Cell::new(0);
    app.live_with(async || {
        let handle = app.handle().await;
        while handle.is_active() {
            app.world.clock.sleep(Duration::from_millis(5)).await;
            let Ok(found) = handle.match_all("one".into(), None, MatchOptions::default()).await
            else {
                break;
            };
            let contents =
                found[0].segments.iter().filter_map(|(entry, ..)| app.world.bodies.content(entry));
            let versions: HashSet<u64> = contents.flatten().map(|extent| extent.version).collect();
            assert!(versions.len() < 2, "{versions:?}");
            looks.set(looks.get() + versions.len());
        }
    });
    assert!(looks.get() > 10, "{} looks", looks.get());
    app.assert_success(2, LENGTH);
}

/// Whenever the worker dies, the next one knows where nothing was compared yet.
#[test]
fn where_parts_meet_survives_a_crash() {
    for step in (200..1300).step_by(53) {
        let faults = [Fault::Late(0), Fault::Swapped].into_iter().collect();
        let app = App { crashes: vec![step], ..App::of("file", File { faults, ..foreign() }) };
        app.run();
        app.assert_success(2, LENGTH);
    }
}

/// As of caches that keep blocks.
#[test]
fn parts_that_begin_earlier_are_compared_from_there() {
    let app = App::of("file", File { blocks: 192 * KIB, ..limited() });
    app.run();
    app.assert_success(1, LENGTH);
    assert!(app.sent("file") < LENGTH + LENGTH / 20, "{} sent", app.sent("file"));
}

/// However many of its parts were as they should be before.
#[test]
fn whoever_always_begins_earlier_than_asked_is_not_asked_for_ever() {
    for honest in 1..16 {
        let (exposure, always) = (Exposure::All, Some(Fault::Elsewhere));
        let mut file = File { exposure, always, ..limited() };
        // Who asks for all is not given a part, and who asks for parts gets those.
        file.faults.push_back(Fault::Elsewhere);
        file.faults.extend(vec![Fault::Unasked(1); honest]);
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
        assert!(app.requests("file") < 40, "{} requests after {honest}", app.requests("file"));
    }
}

/// Found by the simulation. Of two versions of the same second, only the ETag tells; where it is another each time, as of
/// nodes, the bytes do.
#[test]
fn a_hole_at_the_beginning_is_not_filled_with_another_version_of_the_same_second() {
    let modified = Some(Timestamp(1_000_000_000_000));
    let app = App::of("file", File { validator: Validator::Both, modified, ..limited() });
    app.live_with(async || {
        while app.requests("file") < 1 {
            app.world.clock.sleep(Duration::from_millis(1)).await;
        }
        app.change_first(|file| {
            file.replace(LENGTH, Timestamp(0));
            file.modified = modified;
        });
        while app.world.bodies.entries().len() < 3 {
            app.world.clock.sleep(Duration::from_millis(1)).await;
        }
        app.world.bodies.delete(&app.entries_of_first()[..1]);
    });
    app.assert_success(2, LENGTH);
}

/// Found by the simulation: that it answers, and then brings what is compared and nothing more, was taken for a server
/// which is away, for ever.
#[test]
fn who_always_falls_silent_where_parts_meet_is_not_waited_for_without_end() {
    let app = App::of("file", limited());
    app.live_with(async || {
        let stored = || app.world.bodies.used_by(|entry| entry.0.starts_with("one/0/"));
        while stored() < LENGTH - 512 * KIB {
            app.world.clock.sleep(Duration::from_millis(1)).await;
        }
        let overlap = config().overlap.validated;
        app.change_first(|file| file.always = Some(Fault::Silent(2 * overlap)));
        app.world.clock.sleep(Duration::from_secs(24 * 60 * 60)).await;
        assert!(app.worker.is_delivered("one"), "still asked for after a day");
    });
    app.assert_failure(FailureReason::FetchError);
}
