//! Bodies that come to an end of which nobody had said where it would be: the server is asked.

use background_fetch_engine::FailureReason;
use background_fetch_engine::ports::NetworkError;
use background_fetch_engine::testing::network::{Coding, Exposure, Fault, File, Validator};

use crate::common::{App, KIB, config};

const LENGTH: u64 = 1000 * KIB;
const SHORT: Fault = Fault::Short(500 * KIB);

/// As of a server that sends chunks, or only closes the connection: nobody says how long the body is.
fn undeclared() -> File {
    File { declares_length: false, unframed: true, ..File::new(1, LENGTH) }
}

/// In a content coding, which is all that a length would be of.
fn coded(length: u64) -> File {
    let coding = Some(Coding { length, own_etag: true });
    File { coding, unframed: true, ..File::new(1, LENGTH) }
}

fn run(file: File) -> App {
    let app = App::of("file", file);
    app.run();
    app
}

#[test]
fn a_body_that_ended_early_goes_on_where_it_was() {
    for exposure in [Exposure::Own, Exposure::All, Exposure::Safelisted] {
        for validator in [Validator::Strong, Validator::Both, Validator::Modified] {
            let faults = [SHORT].into();
            let app = run(File { exposure, validator, faults, ..undeclared() });
            app.assert_success(1, LENGTH);
            let sent = app.sent("file");
            let most = if exposure == Exposure::Safelisted {
                LENGTH + 600 * KIB
            } else {
                LENGTH + 80 * KIB
            };
            assert!(sent <= most, "{exposure:?} {validator:?}: {sent} sent");
        }
    }
}

#[test]
fn a_body_that_is_whole_costs_one_question() {
    for validator in [Validator::Strong, Validator::Weak, Validator::None] {
        let app = run(File { validator, ..undeclared() });
        app.assert_success(1, LENGTH);
        assert_eq!((app.requests("file"), app.sent("file")), (2, LENGTH + 1), "{validator:?}");
    }
}

#[test]
fn who_has_no_ranges_cannot_tell() {
    // Not a word of them, or of anything else by which a file could be known.
    let advertises = Some("none");
    let app = run(File { advertises, ranges: false, ..undeclared() });
    app.assert_success(1, LENGTH);
    assert_eq!(app.requests("file"), 1);
    // One that might have some has none, and says nothing: the end is believed.
    let app = run(File { ranges: false, faults: [SHORT].into(), ..undeclared() });
    app.assert_success(1, 500 * KIB);
    assert_eq!(app.requests("file"), 2);
    // One that says how long the file is, at the second time.
    let mut file = File { ranges: false, faults: [SHORT].into(), ..undeclared() };
    file.says = [vec![], vec![("content-length".to_owned(), Some(LENGTH.to_string()))]].into();
    let app = run(file);
    app.assert_success(1, LENGTH);
}

/// Whether the row of the first record says that its end is believed.
fn is_unproven(file: File) -> bool {
    let app = App::beside_a_slow_file(file);
    app.live_until(|| app.is_first_whole());
    app.world.meta.record("one", 0).and_then(|row| row.unproven).unwrap_or(false)
}

#[test]
fn an_end_that_nobody_can_prove_is_written_down_as_that() {
    let alone = File { advertises: Some("none"), ranges: false, ..undeclared() };
    assert!(is_unproven(alone.clone()));
    assert!(is_unproven(File { ranges: false, faults: [SHORT].into(), ..undeclared() }));
    // The server was asked; the length was declared.
    assert!(!is_unproven(undeclared()));
    assert!(!is_unproven(File::new(1, LENGTH)));
    // What began again with a length after such an end is proven.
    let mut file = File { faults: [Fault::Cut(500 * KIB)].into(), ..alone };
    file.says = [vec![], vec![("content-length".to_owned(), Some(LENGTH.to_string()))]].into();
    assert!(!is_unproven(file));
}

#[test]
fn small_bodies_without_a_sign_of_ranges_are_not_asked_about() {
    let mut file = File { ranges: false, ..undeclared() };
    file.length = 60 * KIB;
    let app = run(file);
    app.assert_success(1, 60 * KIB);
    assert_eq!(app.requests("file"), 1);
}

#[test]
fn a_coded_body_that_ended_early_is_asked_for_as_it_is() {
    for exposure in [Exposure::Own, Exposure::All] {
        let app = run(File { exposure, faults: [SHORT].into(), ..coded(300 * KIB) });
        app.assert_success(1, LENGTH);
        assert_eq!(app.requests("file"), 3);
    }
}

/// Such a coding cannot be resumed, but without it the body can.
#[test]
fn a_coded_body_that_breaks_is_asked_for_as_it_is() {
    for exposure in [Exposure::Own, Exposure::All] {
        let faults = [Fault::Cut(300 * KIB); 6].into();
        let app = run(File { exposure, faults, ..coded(300 * KIB) });
        app.assert_success(1, LENGTH);
        let sent = app.sent("file");
        assert!(sent < LENGTH + 400 * KIB, "{exposure:?}: {sent} sent");
        let row = app.delivery("one").records[0].0.head.clone().unwrap();
        assert_eq!((row.status, row.header("content-range")), (200, None));
        assert_eq!(row.content_length(), Some(LENGTH));
    }
}

#[test]
fn a_server_that_codes_whatever_is_asked_for_is_taken_as_it_is() {
    for faults in [vec![Fault::Cut(300 * KIB)], vec![]] {
        let app = run(File { ranges: false, faults: faults.into(), ..coded(300 * KIB) });
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn a_hidden_coding_is_no_reason_to_doubt_the_body() {
    for length in [300 * KIB, LENGTH + 23] {
        let file = File { exposure: Exposure::Safelisted, declares_length: false, ..coded(length) };
        let app = run(file);
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn the_question_is_put_again_until_it_is_answered() {
    let troubles = [
        Fault::Status(503, None),
        Fault::Status(500, None),
        Fault::Fails(NetworkError::Broken),
        Fault::Fails(NetworkError::Unreachable),
        Fault::Status(404, None),
        Fault::Fails(NetworkError::Refused),
    ];
    for trouble in troubles {
        let mut file = undeclared();
        file.faults = [SHORT, trouble, trouble].into();
        let app = run(file);
        app.assert_success(1, LENGTH);
    }
}

#[test]
fn a_server_that_is_gone_since_cannot_be_believed() {
    let always = Some(Fault::Status(503, None));
    let mut file = File { always, ..undeclared() };
    file.faults.push_back(SHORT);
    run(file).assert_failure(FailureReason::FetchError);
}

#[test]
fn a_server_that_refuses_every_range_is_believed() {
    for refusal in [Fault::Fails(NetworkError::Refused), Fault::Status(403, None)] {
        let mut file = File { always: Some(refusal), ..undeclared() };
        file.faults.push_back(Fault::Late(0));
        let app = run(file);
        app.assert_success(1, LENGTH);
        assert_eq!(app.requests("file"), 4);
    }
}

#[test]
fn a_worker_that_dies_with_the_question_asks_again() {
    let crashes: Vec<u64> = (60..110).collect();
    for at in crashes {
        let app = App { crashes: vec![at], config: config(), ..App::of("file", undeclared()) };
        app.serve("file", File { faults: [SHORT].into(), ..undeclared() });
        app.run();
        app.assert_success(1, LENGTH);
    }
}

/// Found by the soak: of another origin that shows no length, and too small for its server to be asked for the last byte.
#[test]
fn a_small_body_whose_length_is_hidden_comes_to_its_end_after_a_break() {
    for exposure in [Exposure::Own, Exposure::All, Exposure::Safelisted] {
        for validator in [Validator::Strong, Validator::Modified, Validator::None] {
            for (length, cut) in
                [(44_707, 13_662), (63 * KIB, 62 * KIB), (300, 100), (200 * KIB, KIB)]
            {
                let mut file = File::new(1, length);
                (file.exposure, file.validator, file.declares_length) =
                    (exposure, validator, false);
                file.faults.push_back(Fault::Cut(cut));
                let app = App::of("file", file);
                app.run();
                app.assert_success(1, length);
                let requests = app.requests("file");
                assert!(
                    requests <= 6,
                    "{exposure:?}, {validator:?}, {length}: {requests} requests"
                );
            }
        }
    }
}

/// Found by the simulation: parts that ended before they had repeated what is stored told of an end, where no length may be
/// read of them.
#[test]
fn a_part_that_does_not_even_repeat_what_is_stored_is_no_end() {
    for always in [Fault::Empty, Fault::LessOfUnknown(1), Fault::LessOfUnknown(1000)] {
        for length in [44_707, 300 * KIB] {
            let mut file = File { always: Some(always), ..File::new(1, length) };
            (file.exposure, file.declares_length) = (Exposure::Safelisted, false);
            file.faults.push_back(Fault::Cut(13_662));
            let app = App::of("file", file);
            app.run();
            let delivery = app.delivery("one");
            match delivery.state.failure_reason {
                None => app.assert_success(1, length),
                reason => assert_eq!(reason, Some(FailureReason::FetchError), "{always:?}"),
            }
        }
    }
}
