//! Random worlds for the engine, by seed, and what must hold in all of them.
//!
//! A [`Schedule`] is a seed and a list of [`Twist`]s: everything in which its world differs from the
//! plain one, where an app asks for a file and gets it. [`run`] plays it, with the real engine and
//! the real driver over simulated ports, and judges what it sees.

#![cfg(not(target_family = "wasm"))]

mod app;
mod bug;
mod campaign;
mod effect;
mod evidence;
mod exchange;
mod facts;
mod generate;
mod host;
mod look;
mod oracle;
mod patience;
mod plan;
mod random;
mod report;
mod rows;
mod run;
mod scale;
mod schedule;
mod shape;
mod shrink;
mod stage;
mod stores;
mod tally;
mod thrift;
mod twist;
mod worker;
mod world;

pub use bug::Bug;
pub use campaign::{Campaign, Failure, Findings, explore};
pub use report::{grouped, json, table};
pub use run::{Options, Verdict, run};
pub use schedule::Schedule;
pub use shrink::shrink;
pub use tally::Tally;
pub use twist::{Ask, Operation, Trouble, Twist};
