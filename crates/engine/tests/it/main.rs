//! The engine in a simulated world, by behaviour. Native ones.

#![cfg(not(target_family = "wasm"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used)]

mod abort;
mod bypass;
mod clock;
mod common;
mod crash;
mod damaged_rows;
mod delivery;
mod download;
mod ends;
mod fuzz {
    mod downloads;
    mod headers;
    mod rows;
    mod texts;
}
mod heads;
mod hedge;
mod integrity;
mod kept;
mod length;
mod limits;
mod odd;
mod over;
mod ownership;
mod pause;
mod prepared;
mod quota;
mod ranges;
mod repeat;
mod rest;
mod restart;
mod resume;
mod retry;
mod scale;
mod seams;
mod servers;
mod shares;
mod split;
mod status;
mod stores;
mod uploads;
