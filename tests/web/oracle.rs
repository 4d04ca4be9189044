//! The browser's own `EventSource` as the oracle: on the same route it, the native transport and the fetch transport tell the same.
//!
//! A log is one line for each event: its kind, type, data, id, origin and the ready state inside the listener, in order. Where a browser differs from the standard,
//! the difference stands in [`DEVIATIONS`] and in CONFORMANCE.md.

use super::tools::{Journal, SEEN_BY_PROBES, Told, get, has_native, route, second_server, server, within};
use futures_channel::mpsc::{UnboundedSender, unbounded};
use futures_util::StreamExt;
use std::rc::Rc;
use tidings::Transport;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

/// Where to stop, since most streams go on for ever.
#[derive(Clone, Copy)]
enum Until {
    /// After so many lines.
    Lines(usize),
    /// After the first error.
    Error,
    /// When the ready state is Closed.
    Closed,
}

impl Until {
    fn is_reached(self, log: &[String]) -> bool {
        match self {
            Until::Lines(count) => log.len() >= count,
            Until::Error => log.last().is_some_and(|line| line.starts_with("error")),
            Until::Closed => log.last().is_some_and(|line| line.ends_with("state 2")),
        }
    }
}

fn line(kind: &str, details: &str, state: u16) -> String {
    format!("{kind}{details} state {state}")
}

fn message_line(event_type: &str, data: &str, id: &str, origin: &str, state: u16) -> String {
    line("message", &format!(" {event_type:?} {data:?} id {id:?} origin {origin}"), state)
}

/// What the browser's own source tells.
async fn native_log(path: &str, with_credentials: bool, types: &[&str], until: Until) -> Vec<String> {
    let init = web_sys::EventSourceInit::new();
    init.set_with_credentials(with_credentials);
    let source = web_sys::EventSource::new_with_event_source_init_dict(&route(path).url, &init).expect("the URL is good");
    let (tell, mut told) = unbounded();
    let hear = {
        let source = source.clone();
        Closure::<dyn FnMut(web_sys::Event)>::new(move |event: web_sys::Event| hear(&source, &event, &tell))
    };
    for event_type in ["open", "error"].iter().chain(types.iter().filter(|name| !["open", "error"].contains(name))) {
        source.add_event_listener_with_callback(event_type, hear.as_ref().unchecked_ref()).expect("it listens");
    }
    let mut log = Vec::new();
    while !until.is_reached(&log) {
        log.push(within(path, told.next()).await.expect("the listener is there"));
    }
    source.close();
    drop(hear);
    log
}

fn hear(source: &web_sys::EventSource, event: &web_sys::Event, tell: &UnboundedSender<String>) {
    let state = source.ready_state();
    _ = tell.unbounded_send(match event.dyn_ref::<web_sys::MessageEvent>() {
        Some(event) => {
            let data = event.data().as_string().expect("data is text");
            message_line(&event.type_(), &data, &event.last_event_id(), &event.origin(), state)
        }
        None => line(&event.type_(), "", state),
    });
}

/// What we tell.
async fn our_log(transport: Transport, path: &str, with_credentials: bool, types: &[&str], until: Until) -> Vec<String> {
    let builder = route(path).builder(transport).with_credentials(with_credentials);
    let source = Rc::new(builder.build().expect("the URL is good"));
    let mut journal = Journal::of(&source, types);
    let mut log = Vec::new();
    while !until.is_reached(&log) {
        log.push(match within(path, journal.next()).await {
            Told::Open { state, .. } => line("open", "", state as u16),
            Told::Interruption { state, .. } | Told::Failure { state, .. } => line("error", "", state as u16),
            Told::Message { event_type, data, id, origin, state } => message_line(&event_type, &data, &id, &origin, state as u16),
        });
    }
    source.close();
    log
}

async fn compare(name: &str, path: &str, types: &[&str], until: Until) {
    compare_with(name, path, false, types, until).await;
}

async fn compare_with(name: &str, path: &str, with_credentials: bool, types: &[&str], until: Until) {
    if !has_native() {
        console_log!("skipped: no EventSource here to compare with");
        return;
    }
    let native = native_log(path, with_credentials, types, until).await;
    for transport in [Transport::Native, Transport::Fetch] {
        let ours = our_log(transport, path, with_credentials, types, until).await;
        assert!(ours == native, "{name} over {transport:?}\n  ours:   {ours:#?}\n  native: {native:#?}");
    }
}

fn encoded(text: &str) -> String {
    String::from(js_sys::encode_uri_component(text))
}

#[wasm_bindgen_test]
async fn messages() {
    let body = "id: 1\ndata: a\n\nevent: b\ndata: c\ndata: d\n\ndata\n\nevent: error\ndata: e\n\nevent: open\ndata: f\n\nid\ndata: g\n\n";
    let path = format!("/message?body={}&end=hang", encoded(body));
    compare("messages", &path, &["message", "b", "error", "open"], Until::Lines(7)).await;
}

#[wasm_bindgen_test]
async fn statuses_that_fail() {
    for status in [204, 205, 210, 299, 301, 304, 400, 401, 404, 410, 500, 503] {
        compare(&format!("status {status}"), &format!("/status/{status}"), &["message"], Until::Closed).await;
    }
}

#[wasm_bindgen_test]
async fn content_types() {
    for refused in ["text/html", "text/event-streamx", "text/x-bogus", "text/event-stream%2C text/html"] {
        compare(refused, &format!("/content-type?value={refused}"), &["message"], Until::Closed).await;
    }
    for accepted in ["text/event-stream", "TEXT/EVENT-STREAM", "text/event-stream; charset=utf-8", "text/event-stream;"] {
        compare(accepted, &format!("/content-type?value={accepted}&end=hang"), &["message"], Until::Lines(2)).await;
    }
}

#[wasm_bindgen_test]
async fn redirects() {
    for status in [301, 302, 303, 307, 308] {
        for origin in [server(), second_server()] {
            // Its body ends: Firefox's fetch frees an idle connection only then, if it was redirected.
            let to = encoded(&format!("{origin}/message"));
            compare(&format!("{status} to {origin}"), &format!("/redirect/{status}?to={to}"), &["message"], Until::Lines(2))
                .await;
        }
    }
    let to = encoded(&format!("{}/status/404", server()));
    compare("to a failure", &format!("/redirect/302?to={to}"), &["message"], Until::Closed).await;
}

#[wasm_bindgen_test]
async fn reconnections() {
    compare("end of body", "/resume?count=2&retry=100", &["message"], Until::Lines(8)).await;
    compare("ended by 204", "/resume?count=1&retry=100&total=2", &["message"], Until::Closed).await;
    compare("ended by 500", "/sequence?steps=200,500&retry=100", &["message"], Until::Closed).await;
    compare("ended by a wrong type", "/sequence?steps=200,html&retry=100", &["message"], Until::Closed).await;
    compare("unicode id", "/id-then-echo?id=%E2%80%A6&retry=100", &["message"], Until::Lines(4)).await;
}

#[wasm_bindgen_test]
async fn refused_origins() {
    compare("no CORS headers", &format!("/message?cors=none&end=hang&{SEEN_BY_PROBES}"), &["message"], Until::Closed).await;
}

#[wasm_bindgen_test]
async fn credentials() {
    let star = format!("/message?cors=star&end=hang&{SEEN_BY_PROBES}");
    compare_with("any origin, without credentials", &star, false, &["message"], Until::Lines(2)).await;
    compare_with("any origin, with credentials", &star, true, &["message"], Until::Closed).await;
    compare_with("this origin, with credentials", "/message?end=hang", true, &["message"], Until::Lines(2)).await;
}

/// Network errors that end a browser's own source, where the standard has it try again.
const GIVES_UP: &[(&str, &[&str])] =
    &[("Firefox", &["torn down before an answer", "no end to the redirects", "redirected to where nobody listens"])];

#[wasm_bindgen_test]
async fn network_errors() {
    if !has_native() {
        console_log!("skipped: no EventSource here to compare with");
        return;
    }
    let gives_up = of_this_browser(GIVES_UP);
    let mut wrong = Vec::new();
    for (name, path) in [
        ("torn down before an answer", "/refuse?end=reset"),
        ("no end to the redirects", "/redirect-loop"),
        ("redirected to where nobody listens", "/redirect/302?to=http%3A%2F%2F127.0.0.1%3A2%2F"),
    ] {
        let first_of = async |transport| our_log(transport, path, false, &["message"], Until::Lines(1)).await;
        let native = [native_log(path, false, &["message"], Until::Lines(1)).await, first_of(Transport::Native).await];
        let of_native = if gives_up.contains(&name) { "error state 2" } else { "error state 0" };
        if native != [[of_native], [of_native]] {
            wrong.push(format!("{name}: the browser and the native transport tell {native:?} instead of {of_native:?}"));
        }
        let fetch = first_of(Transport::Fetch).await;
        if fetch != ["error state 0"] {
            wrong.push(format!("{name}: fetch tells {fetch:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[wasm_bindgen_test]
async fn a_type_that_is_missing_or_doubled() {
    compare("no type", "/content-type", &["message"], Until::Closed).await;
    let twice = "/content-type?value=text/html&value=text/event-stream&end=hang";
    compare("two types, of which the last counts", twice, &["message"], Until::Lines(2)).await;
}

#[wasm_bindgen_test]
async fn small_chunks() {
    let types = ["message", "a", "b", "add", "remove", "update", "patch", "ping"];
    for name in ["line_end_mixed", "line_end_crlf", "bom_then_crlf", "format_utf_8", "utf_8_astral", "data_many_small_events"] {
        compare(name, &format!("/corpus/{name}?split=1&pause=0"), &types, Until::Error).await;
    }
}

#[wasm_bindgen_test]
async fn comments_and_silence() {
    compare("heartbeats", "/heartbeat?every=5&count=20&data=x", &["message"], Until::Lines(2)).await;
    compare("types nobody listens to", "/ticks?every=5", &["message", "open"], Until::Lines(1)).await;
}

/// Cases of the corpus that a browser reads otherwise than the standard says.
const DEVIATIONS: &[(&str, &[&str])] = &[(
    "Firefox",
    &[
        // The last event ID of a block without data takes effect only with the next event that has one, or not at all.
        "blank_lines_between_events",
        "event_type_without_data_is_dropped",
        "id_block_without_data",
        "id_empty_block_without_data",
        "id_shorter_and_longer",
        // U+0000 in a field name, a value or an id.
        "event_type_non_ascii",
        "field_name_with_null",
        "format_field_id_null",
        "id_null_after_id_in_block",
        "null_alone_on_line",
        "null_in_values",
    ],
)];

#[wasm_bindgen_test]
async fn the_corpus() {
    if !has_native() {
        console_log!("skipped: no EventSource here to compare with");
        return;
    }
    let deviations = of_this_browser(DEVIATIONS);
    let (_, names) = get(&format!("{}/corpus/index.json", server())).await;
    let names: Vec<String> = serde_json::from_str(&names).expect("a list of names");
    let mut wrong = Vec::new();
    for name in names.iter().filter(|name| !name.starts_with("limit_")) {
        let (_, case) = get(&format!("{}/corpus/{name}.json", server())).await;
        let case: serde_json::Value = serde_json::from_str(&case).expect("JSON");
        let items = case["items"].as_array().expect("items");
        let events: Vec<_> = items.iter().filter_map(|item| item.get("event")).collect();
        let mut types: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
        types.push("message");
        types.sort_unstable();
        types.dedup();
        let text = |event: &serde_json::Value, field: &str| event[field].as_str().expect("text").to_owned();
        let mut expected: Vec<String> = vec![line("open", "", 1)];
        expected.extend(
            events.iter().map(|event| message_line(&text(event, "type"), &text(event, "data"), &text(event, "id"), server(), 1)),
        );
        expected.push(line("error", "", 0));
        let path = format!("/corpus/{name}");
        let native = native_log(&path, false, &types, Until::Lines(expected.len())).await;
        match (native == expected, deviations.contains(&name.as_str())) {
            (false, false) => wrong.push(format!("{name}\n  the corpus: {expected:#?}\n  the browser: {native:#?}")),
            (true, true) => wrong.push(format!("{name} is read as the standard says now: take it off the list")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{} cases: {}", wrong.len(), wrong.join("\n"));
}

/// What stands in a table for the browser that this runs in.
fn of_this_browser(table: &[(&str, &'static [&'static str])]) -> &'static [&'static str] {
    let user_agent = user_agent();
    table.iter().find(|(browser, _)| user_agent.contains(browser)).map_or(&[], |(_, names)| names)
}

fn user_agent() -> String {
    let get = |object: &JsValue, name: &str| js_sys::Reflect::get(object, &name.into()).unwrap_or_default();
    get(&get(&js_sys::global(), "navigator"), "userAgent").as_string().unwrap_or_default()
}
