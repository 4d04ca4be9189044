//! The tests of `web/`, in a shared worker.
#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_shared_worker);

mod web;
