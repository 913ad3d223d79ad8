//! The order of the folders: each uses those before it only.
#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

const ORDER: [&str; 4] = ["plan", "oracle", "world", "campaign"];

/// The folders that files of a folder use.
fn used(folder: &str) -> Vec<&'static str> {
    let texts = texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder));
    assert!(texts.len() > 3, "{folder} has {} files", texts.len());
    let uses = |folder: &&str| texts.iter().any(|text| text.contains(&format!("crate::{folder}")));
    ORDER.into_iter().filter(uses).collect()
}

fn texts(folder: &Path) -> Vec<String> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let of = |path: PathBuf| match path.is_dir() {
        true => texts(&path),
        false => vec![fs::read_to_string(path).unwrap()],
    };
    paths.flat_map(of).collect()
}

#[test]
fn no_folder_uses_one_after_it() {
    for (place, folder) in ORDER.iter().enumerate() {
        let used = used(folder);
        assert!(used.contains(folder), "{folder} does not use even itself");
        let later: Vec<_> = ORDER.iter().skip(place + 1).filter(|one| used.contains(one)).collect();
        assert!(later.is_empty(), "{folder} uses {later:?}");
    }
}
