//! The tests of a [`BodyStore`].

use crate::ports::{BodyStore, Network, Piece};
use crate::snapshot::EntryKey;

/// A new, empty body store, and the handles to bytes that it takes.
pub trait BodyStoreBench {
    /// What is tested, with the network that its bodies are read by.
    type Store: BodyStore + Network;

    /// The store.
    fn store(&self) -> &Self::Store;

    /// A chunk of these bytes.
    fn chunk(&self, bytes: &[u8]) -> <Self::Store as crate::ports::Bytes>::Chunk;

    /// A body that brings these chunks, or others with the same bytes.
    async fn body(&self, chunks: &[Vec<u8>]) -> <Self::Store as crate::ports::Bytes>::Body;

    /// The bytes of an entry.
    async fn bytes(&self, entry: &EntryKey) -> Option<Vec<u8>>;
}

fn key(name: &str) -> EntryKey {
    EntryKey(name.to_owned())
}

async fn put(bench: &impl BodyStoreBench, name: &str, chunks: &[&[u8]]) -> u64 {
    let chunks = chunks.iter().map(|bytes| bench.chunk(bytes)).collect();
    bench.store().put(&key(name), chunks).await.unwrap()
}

async fn names(bench: &impl BodyStoreBench) -> Vec<String> {
    bench.store().entries().await.unwrap().into_iter().map(|entry| entry.0).collect()
}

/// In order, with the length of all of them.
pub async fn chunks_become_one_entry(bench: impl BodyStoreBench) {
    assert_eq!(put(&bench, "u/0/1.1", &[b"ab", b"c", b"def"]).await, 6);
    assert_eq!(bench.bytes(&key("u/0/1.1")).await.unwrap(), b"abcdef");
    assert_eq!(bench.store().length(&key("u/0/1.1")).await, Ok(Some(6)));
    assert_eq!(bench.store().length(&key("u/0/1.2")).await, Ok(None));
}

/// Of length 0, and not none.
pub async fn an_entry_of_nothing_is_an_entry(bench: impl BodyStoreBench) {
    assert_eq!(put(&bench, "empty", &[]).await, 0);
    assert_eq!(bench.store().length(&key("empty")).await, Ok(Some(0)));
    assert_eq!(names(&bench).await, ["empty"]);
}

/// As a whole, by a shorter one too.
pub async fn a_later_put_replaces(bench: impl BodyStoreBench) {
    put(&bench, "a", &[b"first"]).await;
    put(&bench, "a", &[b"2nd"]).await;
    assert_eq!(bench.bytes(&key("a")).await.unwrap(), b"2nd");
    assert_eq!(names(&bench).await, ["a"]);
}

/// Several MiB, in pieces of the size that the network brings.
pub async fn a_large_entry_is_whole(bench: impl BodyStoreBench) {
    let bytes: Vec<u8> = (0..5_000_001_u32).map(|n| n.wrapping_mul(2_654_435_761) as u8).collect();
    let chunks: Vec<&[u8]> = bytes.chunks(65_536).collect();
    assert_eq!(put(&bench, "large", &chunks).await, 5_000_001);
    assert_eq!(bench.store().length(&key("large")).await, Ok(Some(5_000_001)));
    // `assert_eq!` would print them.
    assert!(bench.bytes(&key("large")).await.unwrap() == bytes);
}

/// All, once each, in order.
pub async fn entries_are_listed(bench: impl BodyStoreBench) {
    assert!(names(&bench).await.is_empty());
    for name in ["b", "a", "c", "a"] {
        put(&bench, name, &[b"x"]).await;
    }
    assert_eq!(names(&bench).await, ["a", "b", "c"]);
}

/// Whatever a key is made of, it names one entry, and is listed as it was.
pub async fn keys_are_told_apart(bench: impl BodyStoreBench) {
    let mut keys = [
        "u/0/1.1",
        "u/0/1.10",
        "u/00/1.1",
        "U/0/1.1",
        "u/0/1.1?",
        "u/0/1.1#",
        "u/0/1.1?a=b#c",
        "u/../0",
        "u/%2e%2e/0",
        "u//0",
        "u/0/",
        "u 0",
        "u+0",
        "u%200",
        "ключ",
        "🔑/0",
        "a\u{301}",
        "\u{e1}",
        "u\\0",
    ];
    keys.sort_unstable();
    for name in keys {
        put(&bench, name, &[name.as_bytes()]).await;
    }
    assert_eq!(names(&bench).await, keys);
    for name in keys {
        assert_eq!(bench.bytes(&key(name)).await.unwrap(), name.as_bytes());
    }
}

/// And nothing else.
pub async fn delete_takes_what_is_named(bench: impl BodyStoreBench) {
    for name in ["a", "b", "c", "d"] {
        put(&bench, name, &[b"x"]).await;
    }
    bench.store().delete(&[key("b"), key("d")]).await.unwrap();
    assert_eq!(names(&bench).await, ["a", "c"]);
    assert_eq!(bench.store().length(&key("b")).await, Ok(None));
}

/// Nor does it keep the others from being deleted.
pub async fn delete_of_missing_is_no_error(bench: impl BodyStoreBench) {
    put(&bench, "a", &[b"x"]).await;
    bench.store().delete(&[]).await.unwrap();
    bench.store().delete(&[key("none"), key("a"), key("a")]).await.unwrap();
    assert!(names(&bench).await.is_empty());
}

/// With the length of what is stored.
pub async fn a_body_becomes_an_entry(bench: impl BodyStoreBench) {
    let chunks: Vec<Vec<u8>> = (0..40).map(|n| vec![n; 10_000]).collect();
    let body = bench.body(&chunks).await;
    assert_eq!(bench.store().put_body(&key("a"), body).await, Ok(400_000));
    assert!(bench.bytes(&key("a")).await.unwrap() == chunks.concat());
}

/// Of length 0, and not none.
pub async fn a_body_of_nothing_becomes_an_entry(bench: impl BodyStoreBench) {
    let body = bench.body(&[]).await;
    assert_eq!(bench.store().put_body(&key("a"), body).await, Ok(0));
    assert_eq!(bench.store().length(&key("a")).await, Ok(Some(0)));
}

/// Over all entries as over one body, in the order given; of nothing, too.
pub async fn integrity_is_checked(bench: impl BodyStoreBench) {
    const ABC: &str = "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    const NOTHING: &str = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    put(&bench, "1", &[b"a"]).await;
    put(&bench, "2", &[b"b", b"c"]).await;
    let check = async |names: &[&str], integrity| {
        let entries: Vec<_> = names.iter().map(|name| key(name)).collect();
        bench.store().verify(&entries, integrity).await
    };
    assert_eq!(check(&["1", "2"], ABC).await, Ok(true));
    assert_eq!(check(&["2", "1"], ABC).await, Ok(false));
    assert_eq!(check(&["1"], ABC).await, Ok(false));
    assert_eq!(check(&[], NOTHING).await, Ok(true));
    assert_eq!(check(&["1"], "of another kind").await, Ok(true));
    assert!(check(&["1", "missing"], ABC).await.is_err());
}

/// Whatever pieces the stored bytes and those that came are in.
pub async fn what_follows_the_same_bytes_is_given(bench: impl BodyStoreBench) {
    put(&bench, "1", &[b"0123"]).await;
    put(&bench, "2", &[b"456", b"789"]).await;
    let piece = |name, start, length| Piece { entry: key(name), start, length };
    let pieces = [piece("1", 2, 2), piece("2", 0, 3)];
    let after = async |chunks: &[&[u8]]| {
        let chunks = chunks.iter().map(|bytes| bench.chunk(bytes)).collect();
        let rest = bench.store().after(&pieces, chunks).await.unwrap()?;
        bench.store().put(&key("rest"), rest).await.unwrap();
        Some(bench.bytes(&key("rest")).await.unwrap())
    };
    assert_eq!(after(&[b"2345678"]).await.unwrap(), b"78");
    assert_eq!(after(&[b"23", b"4", b"567", b"8"]).await.unwrap(), b"78");
    assert_eq!(after(&[b"23456"]).await.unwrap(), b"");
    assert_eq!(after(&[b"2", b"3457"]).await, None);
    assert_eq!(after(&[b"1234567"]).await, None);
    for lost in [piece("3", 0, 1), piece("1", 2, 3), piece("1", 4, 1)] {
        assert!(bench.store().after(&[lost], vec![bench.chunk(b"23xyz")]).await.is_err());
    }
}

/// Whatever chunks it is in.
pub async fn the_end_of_chunks_is_taken_away(bench: impl BodyStoreBench) {
    for (excess, left) in [(0, "abcdef"), (1, "abcde"), (3, "abc"), (4, "ab"), (5, "a")] {
        let mut chunks = ["ab", "c", "def"].map(|bytes| bench.chunk(bytes.as_bytes())).into();
        bench.store().trim(&mut chunks, excess);
        assert_eq!(bench.store().put(&key("a"), chunks).await, Ok(left.len() as u64));
        assert_eq!(bench.bytes(&key("a")).await.unwrap(), left.as_bytes());
    }
}
