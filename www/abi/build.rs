//! A small stack: nothing here recurses, and the 1 MiB that wasm modules get otherwise would make up nearly all of their memory.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo::rustc-cdylib-link-arg=-zstack-size=4096");
    }
}
