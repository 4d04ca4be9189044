//! The corpus that the parser is tested with, through the whole client: real bytes, real chunks.

use super::tools::{Journal, Told, get, route, server};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeSet;
use std::rc::Rc;
use tidings::{ReadyState, Transport};
use wasm_bindgen_test::wasm_bindgen_test;

#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    limit: Option<usize>,
    items: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Item {
    Event { r#type: String, data: String, id: String },
    Retry(u32),
    Comment(IgnoredAny),
    LimitExceeded(usize),
}

/// Cuts that catch CR LF, the BOM and characters in the middle, and the whole.
const SPLITS: [usize; 3] = [0, 1, 7];

#[wasm_bindgen_test]
async fn the_corpus_comes_through() {
    let (_, names) = get(&format!("{}/corpus/index.json", server())).await;
    let names: Vec<String> = serde_json::from_str(&names).expect("a list of names");
    assert!(names.len() >= 60, "only {} cases", names.len());
    for name in names {
        let (_, case) = get(&format!("{}/corpus/{name}.json", server())).await;
        let case: Case = serde_json::from_str(&case).unwrap_or_else(|error| panic!("{name}: {error}"));
        for split in SPLITS {
            run(&name, &case, split).await;
        }
    }
}

async fn run(name: &str, case: &Case, split: usize) {
    let mut types: BTreeSet<&str> = BTreeSet::from(["message"]);
    let mut expected = Vec::new();
    let mut delay = 3000;
    let mut limit_exceeded = None;
    for item in &case.items {
        match item {
            Item::Event { r#type, data, id } => {
                types.insert(r#type);
                let origin = server().to_owned();
                let (event_type, data, id) = (r#type.clone(), data.clone(), id.clone());
                expected.push(Told::Message { event_type, data, id, origin, state: ReadyState::Open });
            }
            Item::Retry(milliseconds) => delay = u128::from((*milliseconds).max(100)),
            Item::Comment(_) => {}
            Item::LimitExceeded(limit) => limit_exceeded = Some(*limit),
        }
    }
    let route = route(&format!("/corpus/{name}?split={split}&pause=0"));
    let builder = route.builder(Transport::Fetch).max_event_size(case.limit.or(Some(64 << 20)));
    let source = builder.build().expect("the URL is good");
    let source = Rc::new(source);
    let types: Vec<&str> = types.into_iter().collect();
    let mut journal = Journal::of(&source, &types);
    journal.open().await;
    let mut told = Vec::new();
    let ending = loop {
        match journal.next().await {
            message @ Told::Message { .. } => told.push(message),
            other => break other,
        }
    };
    source.close();
    assert_eq!(told, expected, "{name} in pieces of {split}");
    match (ending, limit_exceeded) {
        (Told::Interruption { reason: Some(tidings::Interruption::BodyEnded), delay: told, .. }, None) => {
            assert_eq!(told, Some(delay), "the reconnection time of {name} in pieces of {split}");
        }
        (Told::Failure { reason: Some(tidings::Failure::LimitExceeded { limit }), .. }, Some(expected)) => {
            assert_eq!(limit, expected)
        }
        (other, _) => panic!("{name} in pieces of {split} ended by {other:?}"),
    }
}
