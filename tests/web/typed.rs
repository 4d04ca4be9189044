//! Typed payloads over the wire: enums by event name, and what does not fit.

use super::stream::interleaved_type;
use super::tools::{has_native, over_both, route, within};
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use serde::Deserialize;
use tidings::{DecodeErrorKind, Position, Transport};
use wasm_bindgen_test::wasm_bindgen_test;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum News {
    Message(u32),
    Tick(u32),
    Trade(u32),
    Halt,
}

fn body(blocks: &str) -> String {
    format!("/message?body={}&end=hang", js_sys::encode_uri_component(blocks))
}

over_both! {
    async fn an_enum_by_event_name_comes_in_the_servers_order(transport) {
        let mut news = route("/interleaved?count=3000&end=hang").connect(transport).messages().json::<News>();
        for nth in 1..=3_000 {
            let expected = match interleaved_type(nth) {
                "message" => News::Message(nth),
                "tick" => News::Tick(nth),
                _ => News::Trade(nth),
            };
            assert_eq!(within("news", news.next()).await, Some(Ok(expected)));
        }
    }

    async fn what_does_not_fit_is_an_item_and_the_stream_goes_on(transport) {
        let blocks = "event: tick\ndata: 1\n\nid: a\nevent: tick\ndata: [1,\ndata: x]\n\nevent: halt\ndata: {\n\nevent: tick\ndata: 2\n\n";
        let mut news = route(&body(blocks)).connect(transport).messages().json::<News>();
        let mut take = async || within("news", news.next()).await.expect("it is open");
        assert_eq!(take().await, Ok(News::Tick(1)));
        let error = take().await.expect_err("no number");
        assert_eq!((error.kind, error.position), (DecodeErrorKind::Data, Some(Position { line: 1, column: 0 })));
        assert_eq!((&*error.event_type, &*error.last_event_id, &*error.data), ("tick", "a", "[1,\nx]"));
        assert_eq!(take().await, Ok(News::Halt), "a unit variant does not look at the data");
        assert_eq!(take().await, Ok(News::Tick(2)));
    }

    async fn on_json_hears_of_what_fits_and_of_what_does_not(transport) {
        let source = route(&body("event: tick\ndata: 1.5\n\nevent: tick\ndata: x\n\nevent: tick\ndata: 2\n\n")).connect(transport);
        let (tell, mut told) = unbounded();
        let _guard = source.on_json::<f64>("tick", move |tick| _ = tell.unbounded_send(tick));
        let mut take = async || within("a tick", told.next()).await.expect("the listener is there");
        assert_eq!(take().await, Ok(1.5));
        let error = take().await.expect_err("no number");
        assert_eq!((error.kind, &*error.event_type, &*error.data), (DecodeErrorKind::Data, "tick", "x"));
        assert_eq!(take().await, Ok(2.0));
    }

    async fn events_are_decoded_where_they_lie(transport) {
        #[derive(Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Borrowed<'a> {
            Word {
                #[serde(borrow)]
                text: std::borrow::Cow<'a, str>,
            },
        }
        let source = route(&body("event: word\ndata: {\"text\": \"plain\"}\n\nevent: word\ndata: {\"text\": \"a\\nb\"}\n\n"))
            .connect(transport);
        let (tell, mut told) = unbounded();
        let _guard = source.on("word", move |event| {
            let Borrowed::Word { text } = event.json().expect("it fits");
            let is_borrowed = matches!(text, std::borrow::Cow::Borrowed(_));
            _ = tell.unbounded_send((text.into_owned(), is_borrowed));
        });
        assert_eq!(within("a word", told.next()).await, Some(("plain".to_owned(), true)));
        assert_eq!(within("a word", told.next()).await, Some(("a\nb".to_owned(), false)));
    }
}

#[wasm_bindgen_test]
async fn an_event_without_a_variant_is_an_item_over_fetch() {
    let route = route(&body("event: split\ndata: 2:1\n\nevent: tick\ndata: 1\n\n"));
    let mut news = route.connect(Transport::Fetch).messages().json::<News>();
    let error = within("news", news.next()).await.expect("it is open").expect_err("there is no such variant");
    assert_eq!((error.kind, &*error.event_type, &*error.data), (DecodeErrorKind::EventType, "split", "2:1"));
    assert_eq!(within("news", news.next()).await, Some(Ok(News::Tick(1))));

    #[derive(Debug, PartialEq, Deserialize)]
    enum Ticks {
        #[serde(rename = "tick")]
        Tick(u32),
        #[serde(other)]
        Other,
    }
    let mut ticks = route.connect(Transport::Fetch).messages().json::<Ticks>();
    assert_eq!(within("news", ticks.next()).await, Some(Ok(Ticks::Other)));
    assert_eq!(within("news", ticks.next()).await, Some(Ok(Ticks::Tick(1))));

    if has_native() {
        let mut news = route.connect(Transport::Native).messages().json::<News>();
        assert_eq!(within("news", news.next()).await, Some(Ok(News::Tick(1))), "native hears of the enum's names only");
    }
}
