//! Which core this is: a test can tell that a Rust build and an npm build hold the same one.

/// The crate's version and, after a plus sign, its [`STAMP`] in hexadecimal: `0.1.0+89abcdef`.
pub const VERSION: &str = match core::str::from_utf8(&TEXT) {
    Ok(text) => text,
    Err(_) => CRATE,
};

/// A hash (FNV-1a) of the crate's version and of the sources of the parser and the machine.
#[allow(long_running_const_eval, reason = "it reads each byte of the sources once")]
pub const STAMP: u32 = {
    let mut hash = hash(0x811C_9DC5, CRATE.as_bytes());
    let mut index = 0;
    while index < SOURCES.len() {
        hash = self::hash(hash, SOURCES[index].1);
        index += 1;
    }
    hash
};

const fn hash(mut hash: u32, bytes: &[u8]) -> u32 {
    let mut index = 0;
    while index < bytes.len() {
        // A checkout may have CR LF.
        if bytes[index] != b'\r' {
            hash = (hash ^ bytes[index] as u32).wrapping_mul(0x0100_0193);
        }
        index += 1;
    }
    hash
}

const TEXT: [u8; CRATE.len() + 9] = {
    let mut text = [b'+'; CRATE.len() + 9];
    let mut index = 0;
    while index < CRATE.len() {
        text[index] = CRATE.as_bytes()[index];
        index += 1;
    }
    let mut digit = 0;
    while digit < 8 {
        text[CRATE.len() + 1 + digit] = b"0123456789abcdef"[(STAMP >> (28 - 4 * digit) & 15) as usize];
        digit += 1;
    }
    text
};

const CRATE: &str = env!("CARGO_PKG_VERSION");

macro_rules! sources {
    ($($path:literal)*) => {
        /// In the order of their paths.
        const SOURCES: &[(&str, &[u8])] = &[$(($path, include_bytes!($path))),*];
    };
}

sources! {
    "connection/action.rs"
    "connection/input.rs"
    "connection/limits.rs"
    "connection/mod.rs"
    "connection/options.rs"
    "connection/parser.rs"
    "connection/queue.rs"
    "connection/reconnect.rs"
    "connection/response.rs"
    "connection/state.rs"
    "event_stream/encode.rs"
    "event_stream/field.rs"
    "event_stream/interpret.rs"
    "event_stream/items.rs"
    "event_stream/line.rs"
    "event_stream/mod.rs"
    "event_stream/text.rs"
    "event_stream/tokens.rs"
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::path::Path;
    use std::string::{String, ToString};
    use std::vec::Vec;

    #[test]
    fn every_source_is_in_the_stamp() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut files = Vec::new();
        for room in ["connection", "event_stream"] {
            for entry in std::fs::read_dir(root.join(room)).expect("the room is a folder") {
                let name = entry.expect("an entry").file_name();
                files.push(std::format!("{room}/{}", name.to_string_lossy()));
            }
        }
        files.sort();
        let listed: Vec<String> = SOURCES.iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(listed, files, "the list in version.rs has to name them all, in order");
    }

    #[test]
    fn the_version_reads_well() {
        assert_eq!(VERSION, std::format!("{CRATE}+{STAMP:08x}"));
    }
}
