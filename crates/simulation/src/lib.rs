//! Random worlds for the engine, by seed, and what must hold in all of them.
//!
//! A [`Schedule`] is a seed and a list of [`Twist`]s: everything in which its world differs from the
//! plain one, where an app asks for a file and gets it. [`run`] plays it, with the real engine and
//! the real driver over simulated ports, and judges what it sees.
//!
//! Four folders, of which each knows those before it, and none after it:
//!
//! * `plan`: what is to happen. A seed becomes a schedule, and that a plan.
//! * `oracle`: what has happened, and what may come of it. It is told by the world.
//! * `world`: where it happens: lives of a worker in the world that the engine's own tests have
//!   ([`background_fetch_engine::testing`]), with everything that goes wrong by plan, and the page.
//! * `campaign`: one schedule or many, what goes wrong cut down, and the report.

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
pub use plan::generate::Worlds;
pub use plan::schedule::Schedule;
pub use plan::twist::{Ask, Operation, Trouble, Twist};
pub use world::bug::Bug;
