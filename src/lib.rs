//! The shell of background-fetch-polyfill: the only Rust that knows the browser.
//!
//! The engine (`crates/engine`) decides; what is here carries out, in the service worker that the
//! app registered. JavaScript sees [`exports`] and nothing else.

pub mod body_store;
pub mod browser;
pub mod clock;
pub mod convert;
pub mod exports;
pub mod host;
pub mod js;
mod limits;
pub mod meta_store;
pub mod network;
pub mod platform;

mod request_bodies;

/// Half the size of Rust's own.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
