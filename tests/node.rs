//! The tests of `web/`, in Node.
#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]

mod web;
