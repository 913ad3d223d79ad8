//! A world in memory, and what every implementation of the ports must pass.

pub mod clock;
pub mod conformance;
pub mod memory;
pub mod network;
pub mod world;
