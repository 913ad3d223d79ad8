//! Bodies that are on their way. Their bytes are a function, so a body can have any length.

use std::time::Duration;

use super::Servers;

/// A stretch of a version's bytes, not written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Of the file.
    pub version: u64,
    /// Offset of the first byte.
    pub from: u64,
    /// Offset after the last byte.
    pub to: u64,
}

/// A body that is on its way.
#[derive(Debug, Clone)]
pub struct Script {
    pub(super) url: String,
    pub(super) rest: Extent,
    pub(super) then: Then,
    /// Bytes at a time; not 0.
    pub(super) chunk: u64,
    /// Bytes a second; not 0.
    pub(super) rate: u64,
    /// The offset before which nothing comes for a while, once.
    pub(super) pause: Option<(u64, Duration)>,
}

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    End,
    Break,
    Silence,
}

/// What comes next of a body.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<B = Vec<u8>> {
    /// Bytes, after this time.
    Chunk(B, Duration),
    /// Its end.
    End,
    /// An error.
    Break,
    /// Nothing, ever.
    Silence,
}

/// The bytes `from..to` of a version.
pub fn content(version: u64, from: u64, to: u64) -> Vec<u8> {
    let byte = |at: u64| {
        let mixed = (at ^ version.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> 56) as u8
    };
    (from..to).map(byte).collect()
}

impl Extent {
    /// How many.
    pub fn length(&self) -> u64 {
        self.to.saturating_sub(self.from)
    }

    /// All of them.
    pub fn bytes(&self) -> Vec<u8> {
        content(self.version, self.from, self.to)
    }
}

impl Script {
    /// What is still to come.
    pub fn rest(&self) -> Extent {
        self.rest
    }

    /// Takes what comes next, and counts it.
    pub fn next(&mut self, servers: &mut Servers) -> Next {
        match self.next_extent(servers) {
            Next::Chunk(extent, time) => Next::Chunk(extent.bytes(), time),
            Next::End => Next::End,
            Next::Break => Next::Break,
            Next::Silence => Next::Silence,
        }
    }

    /// The same, without writing the bytes out.
    pub fn next_extent(&mut self, servers: &mut Servers) -> Next<Extent> {
        if self.rest.length() == 0 {
            return match self.then {
                Then::End => Next::End,
                Then::Break => Next::Break,
                Then::Silence => Next::Silence,
            };
        }
        let pause = self.pause.take_if(|(at, _)| *at <= self.rest.from);
        let before = self.pause.map_or(u64::MAX, |(at, _)| at);
        let to = self.rest.from.saturating_add(self.chunk).min(self.rest.to).min(before);
        let chunk = Extent { to, ..self.rest };
        self.rest.from = to;
        if let Some(file) = servers.files.get_mut(&self.url) {
            file.sent += chunk.length();
        }
        let millis = u128::from(chunk.length()) * 1000 / u128::from(self.rate);
        let time = Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX));
        let silence = pause.map_or(Duration::ZERO, |(_, silence)| silence);
        Next::Chunk(chunk, time.saturating_add(silence))
    }
}
