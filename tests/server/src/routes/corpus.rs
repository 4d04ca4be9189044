//! The corpus of event streams, cut into pieces at will.

use std::{
    io,
    path::{Component, Path, PathBuf},
    time::Duration,
};

use axum::{
    body::Bytes,
    extract::{Path as Name, State},
    http::{HeaderValue, StatusCode},
    response::{IntoResponse as _, Response},
    routing::any,
};
use serde_json::Value;

use super::{End, Table, TheApp, event_stream, json, with_type};
use crate::{exchange::Asked, query::Refusal, writer::written};

pub(super) fn family(table: Table) -> Table {
    table
        .heading("Corpus")
        .route("/corpus/index.json", "the names of all cases, sorted", any(index))
        .route(
            "/corpus/{*name}?split=0&pause=MS&end=close|hang|cut|reset",
            "tests/corpus/NAME.sse in chunks of `split` bytes (0: whole), each written and flushed for\nitself, with a pause between (1 ms, or only a flush where that would take long). A name that\nends in .json is the file of what is expected, as it is",
            any(case),
        )
}

/// `/corpus/index.json`
async fn index(State(app): TheApp) -> Response {
    match cases(&app.corpus) {
        Ok(names) => json(StatusCode::OK, &names.into_iter().map(Value::from).collect()),
        Err(error) => missing(&app.corpus, &error),
    }
}

/// `/corpus/{name}`
async fn case(State(app): TheApp, Name(name): Name<String>, asked: Asked) -> Result<Response, Refusal> {
    let file = if name.ends_with(".json") || name.ends_with(".sse") { name.clone() } else { format!("{name}.sse") };
    if !Path::new(&file).components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(Refusal(format!("`{name}` is not the name of a case")));
    }
    let path = app.corpus.join(&file);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => Bytes::from(bytes),
        Err(error) => return Ok(missing(&path, &error)),
    };
    if file.ends_with(".json") {
        return Ok(with_type(bytes, HeaderValue::from_static("application/json")));
    }
    let split = match asked.query.number("split", 0)? {
        0 => bytes.len().max(1),
        split => split,
    };
    let pieces = bytes.len().div_ceil(split);
    let pause = match asked.query.optional_number("pause")? {
        Some(pause) => Duration::from_millis(pause),
        None if pieces <= MOST_PAUSES => Duration::from_millis(1),
        None => Duration::ZERO,
    };
    let end = End::asked(&asked.query, End::Close)?;
    Ok(event_stream(written(|mut writer| async move {
        let mut left = bytes;
        while !left.is_empty() {
            writer.send(left.split_to(split.min(left.len()))).await;
            if !pause.is_zero() && !left.is_empty() {
                tokio::time::sleep(pause).await;
            }
        }
        end.perform(&asked).await;
    })))
}

fn cases(corpus: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(corpus.join(&folder))? {
            let entry = entry?;
            let path = folder.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "sse") {
                // A name is part of a URL, also where folders are parted by backslashes.
                let stem = path.with_extension("");
                let parts: Vec<_> = stem.iter().map(|part| part.to_string_lossy()).collect();
                names.push(parts.join("/"));
            }
        }
    }
    names.sort();
    Ok(names)
}

fn missing(path: &Path, error: &io::Error) -> Response {
    (StatusCode::NOT_FOUND, format!("cannot read {}: {error}\n", path.display())).into_response()
}

/// A pause takes up to 2 ms, so that a case takes at most about half a second.
const MOST_PAUSES: usize = 250;
