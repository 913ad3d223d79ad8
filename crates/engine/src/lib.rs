//! The engine of background-fetch-polyfill: every decision of a background fetch, and nothing of
//! a browser.
//!
//! * [`Engine`] is the state machine: [`Input`] in, [`Output`] out, time as an argument.
//! * [`driver`] runs it over the [`ports`], still without a browser.
//! * [`testing`] (feature `testing`) has ports in memory, with a scripted network and a virtual
//!   clock, that can crash at any step.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod config;
pub mod driver;
mod engine;
mod error;
pub mod http;
mod input;
pub mod integrity;
mod job;
mod matching;
mod outcome;
mod output;
pub mod ports;
mod record;
mod representation;
mod retry;
mod segments;
pub mod snapshot;
pub mod state;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod time;
mod transfer;

pub use config::{Bulk, Config, Overlap, ParseDate, Retry, SegmentSizes};
pub use engine::Engine;
pub use error::Error;
pub use input::{Command, CommandId, CommitId, Input, NewFetch, Reply, TransferId};
pub use matching::MatchOptions;
pub use outcome::{FailureReason, RecordResult};
pub use output::Output;
pub use time::Timestamp;
