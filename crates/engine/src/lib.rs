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
mod context;
pub mod driver;
mod engine;
mod error;
mod fetch;
pub mod http;
mod ids;
mod input;
pub mod integrity;
mod ledger;
mod matching;
mod outbox;
mod outcome;
mod output;
pub mod ports;
mod queue;
mod record;
mod server;
pub mod snapshot;
pub mod state;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod text;
mod time;
mod transfer;
mod trouble;

pub use config::{Bypass, Config, Delivery, Overlap, ParseDate, Retry, SegmentSizes, Split};
pub use engine::Engine;
pub use error::Error;
pub use ids::{CommandId, CommitId, FetchId, RecordId, TransferId};
pub use input::{Command, Input, NewFetch, Reply};
pub use matching::MatchOptions;
pub use outcome::{FailureReason, RecordResult};
pub use output::Output;
pub use time::{Instant, Millis, Time, Timestamp};
