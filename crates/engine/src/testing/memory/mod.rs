//! The stores, in memory.
//!
//! A store and its clones share what is stored, so a crash is to drop the engine and to give the
//! next one a clone. Every operation takes effect at once, or fails as it was told to.

mod bodies;
mod content;
mod library;
mod rows;

pub use bodies::{BodyEntries, MemoryBodyStore};
pub use content::Content;
pub use library::KeptItem;
pub use rows::MemoryMetaStore;

/// See [`DecodeBase64`](crate::integrity::DecodeBase64).
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    data_encoding::BASE64.decode(text.as_bytes()).ok()
}
