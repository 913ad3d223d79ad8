//! The shell, tested where it runs: in a service worker (`npm run test:wasm`).

#![cfg(target_family = "wasm")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod suite;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_service_worker);
