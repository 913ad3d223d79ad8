//! What an entry holds: bytes, or something that stands for bytes.

use crate::testing::network::Extent;

/// Bytes that may be written out to be compared.
const SHORT: u64 = 1024 * 1024;

/// What an entry holds.
pub trait Content: Clone {
    /// The pieces, in order.
    fn join(pieces: &[Self]) -> Self;

    /// In bytes.
    fn length(&self) -> u64;

    /// So many bytes after `start`, as far as there are some.
    #[must_use]
    fn part(&self, start: u64, length: u64) -> Self;

    /// Written out.
    fn bytes(&self) -> Vec<u8>;

    /// Whether it is the same bytes.
    fn is_equal(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl Content for Vec<u8> {
    fn join(pieces: &[Self]) -> Self {
        pieces.concat()
    }

    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn part(&self, start: u64, length: u64) -> Self {
        let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        self.iter().copied().skip(index(start)).take(index(length)).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        self.clone()
    }
}

/// Stretches of files, one after the other; those that follow each other are one.
impl Content for Vec<Extent> {
    fn join(pieces: &[Self]) -> Self {
        let mut joined: Self = Self::new();
        for piece in pieces.iter().flatten().filter(|piece| piece.length() > 0) {
            match joined.last_mut() {
                Some(last) if last.version == piece.version && last.to == piece.from => {
                    last.to = piece.to;
                }
                _ => joined.push(*piece),
            }
        }
        joined
    }

    fn length(&self) -> u64 {
        self.iter().map(Extent::length).sum()
    }

    fn part(&self, start: u64, length: u64) -> Self {
        let (mut skipped, mut left) = (start, length);
        let mut part = Self::new();
        for extent in self {
            let from = extent.from + skipped.min(extent.length());
            skipped -= from - extent.from;
            let to = from + left.min(extent.to - from);
            left -= to - from;
            if to > from {
                part.push(Extent { from, to, ..*extent });
            }
        }
        part
    }

    fn bytes(&self) -> Vec<u8> {
        self.iter().flat_map(Extent::bytes).collect()
    }

    /// Other stretches may be of the same bytes, but not if they are long.
    fn is_equal(&self, other: &Self) -> bool {
        let [own, others] = [self, other].map(|content| Self::join(std::slice::from_ref(content)));
        let short = self.length() == other.length() && self.length() <= SHORT;
        own == others || short && own.bytes() == others.bytes()
    }
}
