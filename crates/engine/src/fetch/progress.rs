//! What the realms are shown of a fetch.

use crate::record::Record;
use crate::transfer::Transfers;

/// Sums over the records of a fetch, kept up with each step instead of being summed each time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Bytes of all current responses, in the store or on the way there.
    pub(crate) downloaded: u64,
    /// Bytes of the bodies of all requests that have an answer.
    pub(crate) uploaded: u64,
    /// Records that have their result.
    pub(crate) settled: u64,
}

/// What [update background fetch instances](https://wicg.github.io/background-fetch/#update-background-fetch-instances)
/// compares, of a fetch that has no result yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) downloaded: u64,
    pub(crate) uploaded: u64,
}

// What rows say may be anything: too large a sum is as wrong as any other number.
impl Tally {
    /// Of all records, one by one.
    pub(crate) fn of(records: &[Record], transfers: &Transfers) -> Self {
        let add = |sum: Self, record| sum.plus(Self::of_one(record, transfers));
        records.iter().fold(Self::default(), add)
    }

    pub(crate) fn of_one(record: &Record, transfers: &Transfers) -> Self {
        Self {
            downloaded: record.downloaded(transfers),
            uploaded: record.uploaded(),
            settled: record.is_settled().into(),
        }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            downloaded: self.downloaded.wrapping_add(other.downloaded),
            uploaded: self.uploaded.wrapping_add(other.uploaded),
            settled: self.settled.wrapping_add(other.settled),
        }
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            downloaded: self.downloaded.wrapping_sub(other.downloaded),
            uploaded: self.uploaded.wrapping_sub(other.uploaded),
            settled: self.settled.wrapping_sub(other.settled),
        }
    }
}
