//! What our own `Range` provokes gives nothing up that is stored: only what replaces it does.

use std::time::Duration;

use background_fetch_engine::FailureReason;
use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::testing::network::{Exposure, Fault, File, Validator};

use crate::common::{App, KIB, REPEATED_WITHOUT_VALIDATOR, bypass_config, config};

const LENGTH: u64 = 1000 * KIB;
const CUT: Fault = Fault::Cut(900 * KIB);

/// A file that is cut at nine tenths, and then meets these.
fn cut(faults: impl IntoIterator<Item = Fault>) -> File {
    let mut file = File::new(1, LENGTH);
    file.faults.push_back(CUT);
    file.faults.extend(faults);
    file
}

/// It succeeds, and little is sent twice.
fn assert_kept(file: File, what: &str) {
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
    assert!(app.sent("file") < LENGTH + 100 * KIB, "{what}: {} sent", app.sent("file"));
}

#[test]
fn refusals_of_a_range_that_pass_cost_nothing() {
    for status in [400, 401, 403, 404, 410, 500, 501] {
        assert_kept(cut([Fault::Status(status, None); 2]), &format!("{status} twice"));
    }
    assert_kept(cut([Fault::Fails(NetworkError::Refused); 2]), "refused twice");
    assert_kept(cut([Fault::Status(503, Some(0)); 20]), "busy");
}

/// So do some CDNs that only know dates there: the whole, with the very ETag that it was asked for with.
#[test]
fn a_condition_that_is_never_held_to_is_left_out() {
    for config in [config(), bypass_config()] {
        let file = File { denies_if_range: true, ..cut([]) };
        let app = App { config, ..App::of("file", file) };
        app.run();
        app.assert_success(1, LENGTH);
        assert!(app.sent("file") < LENGTH + 150 * KIB, "{} sent", app.sent("file"));
    }
}

/// As behind a balancer, where each node makes them of what only it knows.
#[test]
fn an_etag_of_each_node_tells_nothing_once_it_has_come_again() {
    for exposure in [Exposure::Own, Exposure::All] {
        for config in [config(), bypass_config()] {
            let mut file = File::new(1, LENGTH);
            (file.nodes, file.validator, file.exposure) = (2, Validator::Both, exposure);
            file.faults.extend([Fault::Cut(200 * KIB); 12]);
            let app = App { config, ..App::of("file", file) };
            app.run();
            app.assert_success(1, LENGTH);
            // What was stored before it was noticed is lost, and 64 KiB are compared each time.
            assert!(app.sent("file") < 2 * LENGTH + 500 * KIB, "{} sent", app.sent("file"));
        }
    }
}

/// Nothing but the ETag would tell two versions of one length apart.
#[test]
fn without_a_date_every_etag_counts() {
    let mut file = File::new(1, LENGTH);
    (file.nodes, file.validator) = (2, Validator::Strong);
    file.faults.extend([Fault::Cut(200 * KIB); 2]);
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
    assert!(app.sent("file") >= LENGTH + 400 * KIB, "{} sent", app.sent("file"));
}

#[test]
fn refusals_that_stay_are_believed_once_the_app_s_own_request_is_refused() {
    for status in [403, 404] {
        let file = File { always: Some(Fault::Status(status, None)), ..cut([]) };
        let app = App::of("file", file);
        app.run();
        app.assert_failure(FailureReason::BadStatus);
        // The first one, three with a range, and the app's own.
        assert_eq!(app.requests("file"), 5, "{status}");
    }
}

/// So do some firewalls, and servers which do not allow the header to other origins.
#[test]
fn a_server_that_refuses_every_range_gives_the_whole() {
    for config in [config(), bypass_config()] {
        let app = App { config, ..App::of("file", cut([])) };
        app.live_with(async || {
            while app.requests("file") < 2 {
                app.change_first(|file| {
                    file.always = (file.requests > 0).then_some(Fault::Status(403, None));
                });
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            while app.requests("file") < 4 {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            app.change_first(|file| file.always = None);
        });
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn a_whole_answer_that_breaks_before_any_of_it_is_stored_gives_nothing_up() {
    for validator in [Validator::Strong, Validator::Modified, Validator::Weak] {
        for wrong in [Fault::NotSatisfiable, Fault::Elsewhere, Fault::WrongTotal] {
            let breaks = [Fault::Cut(0), Fault::Cut(10)];
            let file = File { validator, ..cut([wrong].into_iter().chain(breaks)) };
            let app = App::of("file", file);
            app.run();
            app.assert_success(1, LENGTH);
        }
    }
}

/// 206 where nothing of it fits, and then an outage: a restart that brings nothing leaves all as it was.
#[test]
fn what_is_stored_survives_the_death_of_a_worker_that_asks_anew() {
    for crash in 1..60 {
        let app = App::of("file", cut([Fault::NotSatisfiable, Fault::Silent(0)]));
        app.live(async {
            let handle = app.handle().await;
            handle.fetch(app.fetches[0].clone()).await.unwrap();
            while app.requests("file") < 2 {
                app.world.clock.sleep(Duration::from_millis(1)).await;
            }
            app.worker.crash_after(Some(crash));
            std::future::pending::<()>().await;
        });
        app.worker.crash_after(None);
        app.run();
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn a_login_page_never_becomes_the_file() {
    let page = || {
        vec![
            ("content-type".to_owned(), Some("text/html; charset=utf-8".to_owned())),
            ("content-length".to_owned(), Some("3000".to_owned())),
            ("etag".to_owned(), None),
        ]
    };
    let mut file = cut([Fault::Whole, Fault::Whole]);
    file.says.extend([Vec::new(), page(), page()]);
    assert_kept(file, "a login page");
}

#[test]
fn restarts_are_refilled_by_progress() {
    let mut file = File::new(1, 4 * LENGTH);
    // Each time further than ever.
    for hundreds in 1..12 {
        file.faults.extend([Fault::Cut(hundreds * 300 * KIB), Fault::NotSatisfiable]);
    }
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, 4 * LENGTH);
}

/// Nothing else tells that the rest belongs to it: so little is compared as a whole.
#[test]
fn what_is_shorter_than_what_is_compared_is_resumed_too() {
    let mut file = File { validator: Validator::None, ..File::new(1, LENGTH) };
    file.faults.push_back(Fault::Cut(REPEATED_WITHOUT_VALIDATOR - KIB));
    assert_kept(file, "compared");
    let mut file = File { validator: Validator::None, ..File::new(1, LENGTH) };
    file.faults.extend([Fault::Cut(REPEATED_WITHOUT_VALIDATOR - KIB), Fault::Changed]);
    let app = App::of("file", file);
    app.run();
    app.assert_success(2, LENGTH);
}

#[test]
fn connections_that_never_live_for_what_is_compared_bring_it_all_the_same() {
    for validator in [Validator::None, Validator::Strong] {
        for cut in [48 * KIB, 3 * KIB] {
            let file = File::new(1, 20 * cut);
            let always = Some(Fault::Cut(cut));
            let app = App::of("file", File { validator, always, ..file });
            app.run();
            app.assert_success(1, 20 * cut);
        }
    }
}

/// As of caches that keep blocks.
#[test]
fn parts_that_begin_earlier_are_asked_for_from_there() {
    for exposure in [Exposure::Own, Exposure::All] {
        for validator in [Validator::Strong, Validator::None] {
            let mut file = File { exposure, validator, ..File::new(1, LENGTH) };
            file.blocks = 64 * KIB;
            file.faults.extend([Fault::Cut(100 * KIB); 9]);
            for config in [config(), bypass_config()] {
                let app = App { config, ..App::of("file", file.clone()) };
                app.run();
                app.assert_success(1, LENGTH);
                let (sent, requests) = (app.sent("file"), app.requests("file"));
                assert!(sent < 2 * LENGTH, "{exposure:?} {validator:?}: {sent} sent");
                assert!(requests < 40, "{requests} requests");
            }
        }
    }
}

/// What has come since is neither asked for nor compared again: not after a break, and not beside a silence.
#[test]
fn a_part_that_began_earlier_goes_on_from_where_it_has_come_to() {
    for then in [Fault::Cut(500 * KIB), Fault::Silent(500 * KIB)] {
        let mut file = File { blocks: 64 * KIB, ..File::new(1, LENGTH) };
        file.faults.extend([Fault::Cut(200 * KIB), Fault::Late(0), then]);
        let app = App::of("file", file);
        app.run();
        app.assert_success(1, LENGTH);
        let sent = app.sent("file");
        assert!(sent < LENGTH + 200 * KIB, "{then:?}: {sent} sent");
    }
}

/// As of proxies that always answer so: it costs no request more than a server without ranges.
#[test]
fn a_206_of_all_is_the_whole() {
    let mut file = File { blocks: u64::MAX, ..File::new(1, LENGTH) };
    file.faults.extend([Fault::Cut(900 * KIB); 5]);
    let app = App::of("file", file);
    app.run();
    app.assert_success(1, LENGTH);
    assert_eq!(app.requests("file"), 6);
    let head = app.delivery("one").records[0].0.head.clone().unwrap();
    assert_eq!((head.status, head.header("content-range")), (200, None));
    assert_eq!(head.content_length(), Some(LENGTH));
}
