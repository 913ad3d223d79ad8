//! Random worlds for the engine, by seed, and what must hold in all of them.
//!
//! A [`Schedule`] is a seed and a list of [`Twist`]s: everything in which its world differs from the
//! plain one, where an app asks for a file and gets it. [`run`] plays it, with the real engine and
//! the real driver over simulated ports, and judges what it sees.

#![cfg(not(target_family = "wasm"))]

mod campaign;
mod oracle;
mod plan;
mod world;

pub use campaign::report::{grouped, json, table};
pub use campaign::run::{Options, Verdict, run};
pub use campaign::shrink::shrink;
pub use campaign::{Campaign, Failure, Findings, explore};
pub use oracle::tally::Tally;
pub use plan::schedule::Schedule;
pub use plan::twist::{Ask, Operation, Trouble, Twist};
pub use world::bug::Bug;
