//! Blocks that are written: what is on the wire, what is refused, and that the parser gives the same again.

mod chunked;
#[allow(dead_code, reason = "its items are of use here, not the twin")]
mod twin;

use proptest::prelude::*;
use serde::Deserialize;
use tidings_core::{Block, EncodeError, EventStream, encode};
use twin::OwnedItem;

/// A case of `tests/encoding.json`, which the npm package's tests run too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    about: String,
    block: OwnedBlock,
    text: Option<String>,
    error: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OwnedBlock {
    #[serde(rename = "type")]
    event_type: Option<String>,
    data: Option<String>,
    id: Option<String>,
    retry: Option<u64>,
    comment: Option<String>,
}

impl OwnedBlock {
    fn as_block(&self) -> Block<'_> {
        Block {
            event_type: self.event_type.as_deref(),
            data: self.data.as_deref(),
            id: self.id.as_deref(),
            retry: self.retry,
            comment: self.comment.as_deref(),
        }
    }

    /// What whoever reads it is to be given, and the last event ID after it.
    fn items(&self) -> (Vec<OwnedItem>, String) {
        let last_event_id = self.id.clone().unwrap_or_default();
        let mut items: Vec<OwnedItem> = self.comment.iter().flat_map(|comment| split(comment)).map(OwnedItem::Comment).collect();
        if let Some(retry) = self.retry {
            items.push(OwnedItem::ReconnectionTime(u32::try_from(retry).unwrap_or(u32::MAX).min(2_147_483_647)));
        }
        if let Some(data) = &self.data {
            let event_type = self.event_type.clone().filter(|event_type| !event_type.is_empty());
            items.push(OwnedItem::Event {
                event_type: event_type.unwrap_or_else(|| "message".into()),
                data: split(data).join("\n"),
                last_event_id: last_event_id.clone(),
            });
        }
        (items, last_event_id)
    }
}

fn split(value: &str) -> Vec<String> {
    value.replace("\r\n", "\n").split(['\n', '\r']).map(String::from).collect()
}

#[test]
fn the_table() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/encoding.json")).expect("the table is as it should be");
    assert!(cases.len() > 25);
    for Case { about, block, text, error } in cases {
        let written = encode(&block.as_block());
        assert_eq!(written.clone().ok(), text, "{about}");
        assert_eq!(written.err().map(|error| error.to_string()), error, "{about}");
        if let Some(text) = text {
            assert_eq!(read(&text, usize::MAX), block.items(), "{about}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// What is written is read as it was, one block after the other, or is refused for a reason that is there.
    #[test]
    fn what_is_written_is_read_again(blocks in prop::collection::vec(block(), 1..5), size in prop_oneof![Just(usize::MAX), 1_usize..9]) {
        let mut text = String::new();
        let mut expected = (Vec::new(), String::new());
        for block in &blocks {
            match encode(&block.as_block()) {
                Ok(written) => {
                    text.push_str(&written);
                    let (mut items, id) = block.items();
                    if block.id.is_some() {
                        expected.1 = id;
                    }
                    for item in &mut items {
                        if let OwnedItem::Event { last_event_id, .. } = item {
                            last_event_id.clone_from(&expected.1);
                        }
                    }
                    expected.0.append(&mut items);
                }
                Err(error) => {
                    let holds = |value: &Option<String>, any: &[char]| value.as_ref().is_some_and(|value| value.contains(any));
                    let is_so = match error {
                        EncodeError::LineEndInType => holds(&block.event_type, &['\n', '\r']),
                        EncodeError::LineEndInId => holds(&block.id, &['\n', '\r']),
                        EncodeError::NullInId => holds(&block.id, &['\0']),
                        EncodeError::TypeWithoutData => block.event_type.is_some() && block.data.is_none(),
                        EncodeError::Nothing => block.as_block() == Block::default(),
                        _ => false,
                    };
                    prop_assert!(is_so, "{error:?} for {block:?}");
                }
            }
        }
        prop_assert_eq!(read(&text, size), expected);
    }
}

fn read(text: &str, size: usize) -> (Vec<OwnedItem>, String) {
    let mut stream = EventStream::new();
    let items = text.as_bytes().chunks(size).flat_map(|chunk| chunked::feed(&mut stream, chunk)).collect();
    (items, stream.last_event_id().into())
}

prop_compose! {
    fn block()(
        event_type in prop::option::of(value()),
        data in prop::option::weighted(0.8, value()),
        id in prop::option::of(value()),
        retry in prop::option::of(prop_oneof![any::<u64>(), 0_u64..5000]),
        comment in prop::option::of(value()),
    ) -> OwnedBlock {
        OwnedBlock { event_type, data, id, retry, comment }
    }
}

/// Pieces that mean something to an event stream; line ends and U+0000 are rare enough that most blocks are written.
fn value() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        12 => prop::sample::select(vec!["x", " ", ":", "data", "id: ", "\u{FEFF}", "\u{2028}", "é", "😀", "\t"]).prop_map(String::from),
        1 => prop::sample::select(vec!["\n", "\r", "\r\n", "\0"]).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..5).prop_map(|pieces| pieces.concat())
}
