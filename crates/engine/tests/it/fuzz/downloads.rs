//! Servers that say anything in their headers: what becomes of a download from them.

use background_fetch_engine::testing::network::{Exposure, Fault, File, Validator, content};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::texts;
use crate::common::{App, KIB, bypass_config, config, fetch, runs};

/// A file whose server says anything, and sometimes breaks.
#[derive(Debug, Clone)]
struct Liar {
    file: File,
    integrity: bool,
    bulk: bool,
    seed: u64,
}

fn liar() -> impl Strategy<Value = Liar> {
    let at = 0..600 * KIB;
    let fault = prop_oneof![
        3 => at.clone().prop_map(Fault::Cut),
        1 => at.prop_map(Fault::Silent),
        1 => prop::sample::select(&[429, 500, 503, 416][..])
            .prop_map(|status| Fault::Status(status, Some(1))),
        1 => Just(Fault::Whole),
        1 => Just(Fault::Elsewhere),
        1 => (1..200 * KIB).prop_map(Fault::Less),
        1 => (1..200 * KIB).prop_map(Fault::LessOfUnknown),
    ];
    let lies = prop::collection::vec(prop::collection::vec(texts::header(), 0..4), 1..8);
    let validators = [Validator::Strong, Validator::Weak, Validator::Modified, Validator::None];
    let exposure = [Exposure::Own, Exposure::All, Exposure::Safelisted];
    let kind = (prop::sample::select(validators.to_vec()), prop::sample::select(exposure.to_vec()));
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let faults = prop::collection::vec(fault, 0..5);
    (kind, flags, faults, lies, 1..700 * KIB, any::<u64>()).prop_map(
        |((validator, exposure), flags, faults, lies, length, seed)| {
            let (declares_length, ranges, integrity, bulk) = flags;
            let file = File {
                validator,
                exposure,
                declares_length,
                ranges,
                faults: faults.into(),
                says: lies.into(),
                ..File::new(1, length)
            };
            Liar { file, integrity, bulk, seed }
        },
    )
}

proptest! {
    #![proptest_config(runs(64))]

    /// The bytes are always those of the file, whatever is said of them.
    #[test]
    fn a_download_ends_with_the_right_bytes_or_none(liar in liar()) {
        let length = liar.file.length;
        let right = content(1, 0, length);
        let app = App::seeded(liar.seed);
        app.serve("file", liar.file);
        let mut new = fetch("one", &["file"]);
        if liar.integrity {
            let digest = data_encoding::BASE64.encode(&Sha256::digest(&right));
            new.requests[0].integrity = format!("sha256-{digest}");
        }
        let mut config = if liar.bulk { bypass_config() } else { config() };
        // Who says that it takes a day is believed elsewhere.
        config.retry.retry_after_cap = background_fetch_engine::Millis(60_000);
        let app = App { config, fetches: vec![new], ..app };
        app.run();
        let delivery = app.delivery("one");
        if delivery.state.failure_reason.is_none() {
            prop_assert!(delivery.records[0].1 == right, "{} bytes", delivery.records[0].1.len());
        }
        app.assert_nothing_left();
    }
}
