//! Natively, since nothing here needs a browser: what events become.

use super::*;
use serde::de::Error as _;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

fn event<'a>(event_type: &'a str, data: &'a str) -> MessageEvent<'a> {
    MessageEvent { event_type, data, last_event_id: "7", origin: "" }
}

fn json<'a, T: Deserialize<'a>>(data: &'a str) -> T {
    event("message", data).json().unwrap_or_else(|error| panic!("{error}"))
}

#[derive(Debug, PartialEq, Deserialize)]
struct Tick {
    symbol: String,
    price: f64,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum News {
    Tick(Tick),
    #[serde(alias = "stop")]
    TradingHalt,
    Pair(u8, u8),
    Quote {
        bid: f64,
        #[serde(default)]
        side: Option<Side>,
    },
    #[serde(rename = "message")]
    Text(String),
    Nothing(Option<u8>),
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Side {
    Buy,
    Sell,
}

#[derive(Debug, PartialEq, Deserialize)]
enum Lenient {
    #[serde(rename = "a")]
    A(u8),
    #[serde(other)]
    Other,
}

/// Asks for a string, and is none: like a date or a UUID.
#[derive(Debug, PartialEq)]
struct Code(u32);

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = Code;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a code")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Code, E> {
                text.strip_prefix("C-").and_then(|digits| digits.parse().ok()).map(Code).ok_or_else(|| E::custom("no code"))
            }
        }
        deserializer.deserialize_str(Visitor)
    }
}

#[test]
fn text_is_the_data_as_it_stands() {
    for data in ["", "hello", "\"quoted\"", "{\"a\": 1}", "null", "  blanks\n", "ünï"] {
        assert_eq!(json::<String>(data), data);
        assert_eq!(json::<&str>(data), data);
        assert_eq!(*json::<Box<str>>(data), *data);
        assert_eq!(json::<Cow<'_, str>>(data), data);
        #[derive(Deserialize)]
        struct Wrapped<'a>(#[serde(borrow)] Cow<'a, str>);
        let Wrapped(text) = json(data);
        assert!(matches!(text, Cow::Borrowed(_)) && text == data);
    }
    assert_eq!(json::<Option<String>>("null"), None);
    assert_eq!(json::<Option<String>>("x").as_deref(), Some("x"));
}

#[test]
fn what_is_only_written_as_text_is_freed_of_quotes() {
    for data in ["C-12", "\"C-12\"", " \"C-12\" ", "\"\\u0043-12\""] {
        assert_eq!(json::<Code>(data), Code(12), "{data}");
    }
    assert_eq!(json::<char>("x"), 'x');
    assert_eq!(json::<char>("\"x\""), 'x');
    let error = event("message", "\"C-\"").json::<Code>().expect_err("no digits");
    assert!(error.to_string().contains("no code"), "{error}");
}

#[test]
fn all_else_is_json() {
    assert_eq!(json::<u64>(" 18446744073709551615 "), u64::MAX);
    assert_eq!(json::<i128>("-170141183460469231731687303715884105728"), i128::MIN);
    assert!(json::<bool>("true"));
    json::<()>("null");
    assert_eq!(json::<Vec<f32>>("[1, 2.5]"), [1.0, 2.5]);
    assert_eq!(json::<(u8, String)>("[1, \"a\"]"), (1, "a".to_owned()));
    assert_eq!(json::<std::collections::BTreeMap<String, i8>>("{\"a\": -1}")["a"], -1);
    assert_eq!(json::<Tick>("{\"symbol\": \"X\",\n\"price\": 1}"), Tick { symbol: "X".to_owned(), price: 1.0 });
    assert_eq!(json::<serde_json::Value>("\"a\""), "a");
    assert_eq!(json::<&RawValue>("{ \"a\" :1}").get(), "{ \"a\" :1}");
    json::<serde::de::IgnoredAny>("[]");
}

#[test]
fn the_event_type_chooses_the_variant() {
    let news = |event_type, data| event(event_type, data).json::<News>().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(news("tick", "{\"symbol\": \"X\", \"price\": 1.5}"), News::Tick(Tick { symbol: "X".to_owned(), price: 1.5 }));
    assert_eq!(news("pair", "[1, 2]"), News::Pair(1, 2));
    assert_eq!(news("quote", "{\"bid\": 2, \"side\": \"sell\"}"), News::Quote { bid: 2.0, side: Some(Side::Sell) });
    assert_eq!(news("message", "\"as it stands\""), News::Text("\"as it stands\"".to_owned()));
    for data in ["", "anything", "{}", "[1"] {
        assert_eq!(news("trading-halt", data), News::TradingHalt);
        assert_eq!(news("stop", data), News::TradingHalt);
    }
    assert_eq!((news("nothing", "null"), news("nothing", "3")), (News::Nothing(None), News::Nothing(Some(3))));
    #[derive(Debug, PartialEq, Deserialize)]
    struct Wrapped(Option<News>);
    assert_eq!(event("pair", "[1, 2]").json(), Ok(Wrapped(Some(News::Pair(1, 2)))));
}

#[test]
fn an_event_that_fits_no_variant_is_told_as_it_came() {
    let error = event("dividend", "{\"a\":").json::<News>().expect_err("there is no such variant");
    assert_eq!(error.kind, DecodeErrorKind::EventType);
    assert_eq!((&*error.event_type, &*error.data, &*error.last_event_id), ("dividend", "{\"a\":", "7"));
    assert_eq!(error.position, None);
    let text = error.to_string();
    assert!(text.contains("\"dividend\"") && text.contains("trading-halt"), "{text}");

    assert_eq!(event("dividend", "{\"a\":").json(), Ok(Lenient::Other));
    assert_eq!(event("a", "1").json(), Ok(Lenient::A(1)));
    assert!(event("a", "x").json::<Lenient>().is_err_and(|error| error.kind == DecodeErrorKind::Data));
}

#[test]
fn data_that_does_not_fit_is_told_with_its_place() {
    let data = "{\"symbol\": \"X\",\n \"price\": \"high\"}";
    let error = event("tick", data).json::<News>().expect_err("a price is a number");
    assert_eq!((error.kind, &*error.event_type, &*error.data), (DecodeErrorKind::Data, "tick", data));
    assert_eq!(error.position, Some(Position { line: 2, column: 16 }));
    assert!(error.to_string().starts_with("the data of an event of type \"tick\" does not fit: invalid type"), "{error}");
    for (data, column) in [("", 0), ("[1, 2] 3", 8), ("[1, 2", 5), ("[1, 2, 3]", 8)] {
        let error = event("pair", data).json::<News>().expect_err(data);
        assert_eq!(error.position, Some(Position { line: 1, column }), "{data}: {error}");
    }
}

#[test]
fn a_tag_of_its_own_is_found_in_the_data() {
    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(tag = "type", rename_all = "lowercase")]
    enum Tagged {
        Tick { price: f64 },
    }
    assert_eq!(json::<Tagged>("{\"type\": \"tick\", \"price\": 1}"), Tagged::Tick { price: 1.0 });
    assert!(event_types::<Tagged>().is_empty());
}

#[test]
fn enums_name_their_event_types() {
    let mut names = event_types::<News>().to_vec();
    names.sort_unstable();
    assert_eq!(names, ["message", "nothing", "pair", "quote", "stop", "tick", "trading-halt"]);
    assert_eq!(event_types::<Option<Lenient>>(), ["a", "Other"]);
    assert!(event_types::<Tick>().is_empty() && event_types::<Rc<str>>().is_empty() && event_types::<Vec<News>>().is_empty());
}

#[test]
fn an_enum_inside_is_json() {
    let decoded = Side::deserialize(Payload::new("\"buy\""));
    assert!(matches!(decoded, Ok(Side::Buy)));
    assert_eq!(json::<Vec<Side>>("[\"sell\"]"), [Side::Sell]);
}

#[test]
fn errors_can_be_passed_on() {
    fn is_an_error<E: std::error::Error + Clone + Send + Sync + 'static>() {}
    is_an_error::<DecodeError>();
    let error = DecodeError::new(&event("a", "b"), DecodeErrorKind::Data, &serde_json::Error::custom("why"));
    assert_eq!(error.to_string(), "the data of an event of type \"a\" does not fit: why");
    let passed_on = crate::Error::from(error.clone());
    assert_eq!((passed_on.kind(), passed_on.decode()), (crate::ErrorKind::Decode, Some(&error)));
    assert_eq!(passed_on.to_string(), error.to_string());
    assert!(!passed_on.is_transient() && !passed_on.will_reconnect());
}

#[test]
fn shared_text_is_text() {
    assert_eq!(&*json::<Arc<str>>("\"a\""), "\"a\"");
}
