//! The tests of `web/`, in a dedicated worker.
#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

mod web;
