//! A small stack: nothing here recurses, and the 1 MiB that wasm modules get otherwise would make up nearly all of their memory. What has its chunks as text
//! uses none, and without one its addresses are short, which as JavaScript stand there in digits.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        let stack = if std::env::var_os("CARGO_FEATURE_TEXT").is_some() { 0 } else { 4096 };
        println!("cargo::rustc-cdylib-link-arg=-zstack-size={stack}");
    }
}
