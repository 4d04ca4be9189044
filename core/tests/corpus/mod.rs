//! Loads `tests/corpus`: event streams and what they have to come to.
#![allow(dead_code, reason = "some tests need the bodies only")]

use crate::twin::OwnedItem;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

/// A raw event stream, `<name>.sse`, and what is expected of it, `<name>.json`.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) body: Vec<u8>,
    pub(crate) expected: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    /// One sentence, beginning with the part of the standard it is about.
    pub(crate) about: String,
    pub(crate) line_ends: LineEnds,
    /// On what one event may hold; absent for the default.
    pub(crate) limit: Option<usize>,
    pub(crate) items: Vec<OwnedItem>,
    /// The last event ID string at the end of the body.
    pub(crate) last_event_id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LineEnds {
    /// The file has LF only, and each may as well be CR or CR LF.
    Any,
    /// The case is about its line ends.
    AsIs,
}

/// All cases, by name. Panics if a file lacks its other half or cannot be read, and says which.
pub(crate) fn load() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/corpus");
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let names: BTreeSet<String> = entries
        .map(|entry| entry.unwrap_or_else(|error| panic!("{}: {error}", folder.display())).path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sse" || extension == "json"))
        .filter_map(|path| path.file_stem().and_then(OsStr::to_str).map(String::from))
        .collect();
    names.into_iter().map(|name| load_case(&folder, name)).collect()
}

fn load_case(folder: &Path, name: String) -> Case {
    let read = |extension: &str| {
        let file = folder.join(format!("{name}.{extension}"));
        fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    };
    let body = read("sse");
    let expected: Expected = serde_json::from_slice(&read("json")).unwrap_or_else(|error| panic!("{name}.json: {error}"));
    assert!(
        expected.line_ends == LineEnds::AsIs || !body.contains(&b'\r'),
        "{name}: line_ends is \"any\", yet the file has a CR"
    );
    Case { name, body, expected }
}
