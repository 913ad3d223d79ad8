//! The order of the folders: each uses those before it only.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

const ORDER: [&str; 4] = ["plan", "oracle", "world", "campaign"];

/// The folders that files of a folder use.
fn used(folder: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
    let files = fs::read_dir(path).unwrap().map(|file| fs::read_to_string(file.unwrap().path()));
    let texts: Vec<_> = files.map(Result::unwrap).collect();
    assert!(texts.len() > 3, "{folder} has {} files", texts.len());
    let uses = |folder: &&str| texts.iter().any(|text| text.contains(&format!("crate::{folder}")));
    ORDER.iter().filter(|folder| uses(folder)).map(|folder| (*folder).to_owned()).collect()
}

#[test]
fn no_folder_uses_one_after_it() {
    for (place, folder) in ORDER.iter().enumerate() {
        let used = used(folder);
        assert!(used.contains(&(*folder).to_owned()), "{folder} does not use even itself");
        let later: Vec<_> =
            ORDER[place + 1..].iter().filter(|one| used.contains(&(**one).to_owned())).collect();
        assert!(later.is_empty(), "{folder} uses {later:?}");
    }
}
