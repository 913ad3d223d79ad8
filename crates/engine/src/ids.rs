//! Names of things: numbers that are copied, and found again in one step.

/// Names one background fetch for as long as an engine knows it. Later ones have greater names.
///
/// Not stored: an engine gives new ones to what it restores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub u64);

/// Names one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId {
    /// Of this fetch.
    pub fetch: FetchId,
    /// Its position in the list of requests.
    pub index: u32,
}

/// Names one exchange with the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TransferId(pub u64);

/// Names one transaction of the meta store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub u64);

/// Names one call of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u64);

/// Names the server of a URL: its origin, by a hash. Two that share one share their patience, and nothing else.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ServerId(u64);

impl ServerId {
    /// That of an absolute URL.
    pub(crate) fn of(url: &str) -> Self {
        let mut slashes = 0;
        let end = |byte: &u8| {
            slashes += u32::from(*byte == b'/');
            slashes > 2 || matches!(byte, b'?' | b'#')
        };
        let length = url.as_bytes().iter().position(end).unwrap_or(url.len());
        let origin = url.as_bytes().iter().take(length);
        // FNV-1a.
        let hash = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        Self(origin.fold(0xcbf2_9ce4_8422_2325, hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_the_origin_of_a_url() {
        let same = [
            "https://a.example",
            "https://a.example/",
            "https://a.example/x/y?z#/",
            "https://a.example?/x",
        ];
        for url in same {
            assert_eq!(ServerId::of(url), ServerId::of(same[0]), "{url}");
        }
        let others =
            ["http://a.example/", "https://a.example:8443/", "https://b.example/a.example/"];
        for url in others {
            assert_ne!(ServerId::of(url), ServerId::of(same[0]), "{url}");
        }
    }
}
