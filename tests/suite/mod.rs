//! One file for each part of the shell.

mod bodies;
mod border;
mod clock;
mod engine;
mod errors;
mod js;
mod meta;
mod network;
mod platform;
