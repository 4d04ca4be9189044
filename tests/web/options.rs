//! What goes beyond the standard: requests, repeats, liveness, and what is told. All of it over fetch.

use super::tools::{Journal, LeapingClock, Told, get, is_node, route, second_server, server, within};
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;
use tidings::{
    CloseReason, Credentials, ErrorKind, Event, EventSource, EventSourceBuilder, Events, Failure, Form, Interruption, ReadyState,
    Reconnection, Redirect, Retry, Transport, WhenHidden,
};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

async fn next(events: &mut Events) -> Event {
    within("the next item", events.next()).await.expect("it is not over")
}

fn follow(builder: EventSourceBuilder) -> Events {
    let source = builder.build().expect("the options are good");
    source.events().expect("Auto takes fetch")
}

async fn data(events: &mut Events) -> String {
    loop {
        match next(events).await {
            Event::Message(message) => return message.data,
            Event::Open(_) => {}
            other => panic!("a message was to come, not {other:?}"),
        }
    }
}

async fn lost(events: &mut Events) -> tidings::Error {
    loop {
        match next(events).await {
            Event::Reconnecting { reason, .. } => return reason,
            Event::Open(_) | Event::Message(_) => {}
            other => panic!("an interruption was to come, not {other:?}"),
        }
    }
}

async fn failed(events: &mut Events) -> tidings::Error {
    loop {
        match next(events).await {
            Event::Closed { reason: CloseReason::Failed(error), .. } => return error,
            Event::Open(_) | Event::Message(_) => {}
            other => panic!("a failure was to come, not {other:?}"),
        }
    }
}

async fn echo(builder: EventSourceBuilder) -> serde_json::Value {
    serde_json::from_str(&data(&mut follow(builder)).await).expect("JSON")
}

fn auto(path: &str) -> EventSourceBuilder {
    route(path).builder(Transport::Auto)
}

/// Waits of a tenth of a second.
fn soon() -> Reconnection {
    Reconnection::new()
        .decide(|error, _| if error.reconnect_in().is_some() { Retry::After(Duration::ZERO) } else { Retry::Default })
}

#[wasm_bindgen_test]
async fn a_request_is_as_asked_for() {
    let echo = echo(
        auto("/echo-headers")
            .method("post")
            .headers([("X-Token", "a"), ("Accept", "text/event-stream, */*")])
            .json(&serde_json::json!({ "question": "Warum? Äh" })),
    )
    .await;
    assert_eq!((&echo["method"], &echo["body"]), (&"POST".into(), &"{\"question\":\"Warum? Äh\"}".into()));
    let headers = echo["headers"].to_string();
    for header in ["x-token", "application/json", "text/event-stream, */*"] {
        assert!(headers.contains(header), "{headers}");
    }
}

#[wasm_bindgen_test]
async fn bodies_are_text_bytes_and_forms() {
    let post = || auto("/echo-headers").method("POST");
    let text = echo(post().body("text")).await;
    assert!(text["body"] == "text" && text["headers"].to_string().contains("text/plain"), "{text}");
    assert_eq!(echo(post().body(vec![b'b', b'\n', b'c'])).await["body"], "b\nc");
    let form = echo(post().body(Form::new().text("a", "ä").file("f", "n.txt", "text/x-note", *b"content"))).await;
    let (body, headers) = (form["body"].as_str().unwrap_or_default(), form["headers"].to_string());
    assert!(headers.contains("multipart/form-data; boundary="), "{headers}");
    for part in ["name=\"a\"\r\n\r\nä\r\n", "name=\"f\"; filename=\"n.txt\"\r\nContent-Type: text/x-note\r\n\r\ncontent\r\n"] {
        assert!(body.contains(part), "{body:?}");
    }
}

#[wasm_bindgen_test]
async fn a_token_is_fetched_before_every_attempt() {
    let attempts = route("/sequence?steps=200,open&retry=10");
    let asked = Rc::new(RefCell::new(Vec::new()));
    let mut events = follow(attempts.builder(Transport::Auto).headers([("X-Token", "none")]).prepare({
        let asked = asked.clone();
        async move |mut request| {
            // Something that takes its time.
            _ = get(&format!("{}/status/200", second_server())).await;
            asked.borrow_mut().push((
                request.attempt,
                request.last_event_id.clone(),
                request.headers.get("x-token").map(str::to_owned),
            ));
            request.headers.set("X-Token", format!("token {}", request.attempt));
            request.url.push_str("&prepared=yes");
            Ok::<_, String>(request)
        }
    }));
    assert_eq!(data(&mut events).await, "answer 1");
    lost(&mut events).await;
    assert_eq!(data(&mut events).await, "answer 2");
    let none = Some("none".to_owned());
    assert_eq!(*asked.borrow(), [(1, String::new(), none.clone()), (2, "1".to_owned(), none)]);
    let seen = attempts.seen("requests=2").await;
    for (nth, token) in ["token 1", "token 2"].iter().enumerate() {
        let request = seen["log"][nth].to_string();
        assert!(request.contains(token), "{request}");
    }
}

#[wasm_bindgen_test]
async fn what_cannot_be_prepared_is_an_interruption() {
    let attempts = route("/sequence?steps=open");
    let mut events = follow(attempts.builder(Transport::Auto).reconnection(soon()).prepare(async |mut request| {
        match request.attempt {
            1 => return Err("no token today"),
            2 => request.url = "http://[".to_owned(),
            3 => request.headers.set("a b", "c"),
            4 => request.body = Some("x".into()),
            _ => {}
        }
        Ok(request)
    }));
    for part in ["no token today", "http://[", "`headers`", "a request by GET has no body"] {
        let error = lost(&mut events).await;
        assert!(matches!(error.interruption(), Some(Interruption::Prepare { detail }) if detail.contains(part)), "{error}");
    }
    assert_eq!(data(&mut events).await, "answer 1");
    assert_eq!(attempts.seen("requests=1").await["requests"], 1, "none of these was sent");
}

struct Dropped(Rc<Cell<bool>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

#[wasm_bindgen_test]
async fn closing_ends_what_is_prepared() {
    let dropped = Rc::new(Cell::new(false));
    let (begun, began) = futures_channel::oneshot::channel();
    let begun = Cell::new(Some(begun));
    let source = auto("/silent")
        .prepare({
            let dropped = dropped.clone();
            async move |request| {
                let _guard = Dropped(dropped.clone());
                _ = begun.take().map(|begun| begun.send(()));
                std::future::pending::<()>().await;
                Ok::<_, String>(request)
            }
        })
        .build()
        .expect("the options are good");
    within("the preparation", began).await.expect("it begins");
    assert_eq!((source.ready_state(), dropped.get()), (ReadyState::Connecting, false));
    source.close();
    assert_eq!((source.ready_state(), dropped.get()), (ReadyState::Closed, true));
}

#[wasm_bindgen_test]
async fn a_post_is_not_repeated_and_its_end_is_no_error() {
    let answer = route("/sequence?steps=200&retry=1");
    let source = answer.builder(Transport::Auto).method("POST").body("q").build().expect("the options are good");
    let closed = Rc::new(Cell::new(0));
    source
        .on_close({
            let closed = closed.clone();
            move || closed.set(closed.get() + 1)
        })
        .forget();
    let mut events = source.events().expect("it is fetch");
    assert_eq!(data(&mut events).await, "answer 1");
    assert!(matches!(next(&mut events).await, Event::Closed { reason: CloseReason::Ended, .. }));
    assert_eq!(within("the end", events.next()).await, None);
    assert_eq!((closed.get(), source.ready_state()), (1, ReadyState::Closed));
    assert_eq!(answer.seen("open=0&closed=1").await["requests"], 1);

    let cut = route("/sequence?steps=drop&retry=1");
    let error = failed(&mut follow(cut.builder(Transport::Auto).method("POST"))).await;
    assert!(matches!(error.failure(), Some(Failure::NotRepeated(Interruption::Network { .. }))), "{error}");
    assert_eq!(cut.seen("open=0&closed=1").await["requests"], 1);

    let repeated = route("/sequence?steps=200,open&retry=1");
    let mut events = follow(repeated.builder(Transport::Auto).method("POST").body("q").repeat(true));
    assert_eq!(data(&mut events).await, "answer 1");
    assert_eq!(lost(&mut events).await.interruption(), Some(&Interruption::BodyEnded));
    assert_eq!(data(&mut events).await, "answer 2");
}

#[wasm_bindgen_test]
async fn an_id_to_start_from_goes_out_as_header_or_parameter() {
    let started = echo(auto("/echo-headers").last_event_id("ä 7")).await;
    // Each byte of its UTF-8 is shown as a character.
    assert_eq!(started["last_event_id"], "Ã¤ 7");

    let resumed = route("/resume?count=1&retry=10");
    let mut events = follow(resumed.builder(Transport::Auto).last_event_id_param("since"));
    assert_eq!(data(&mut events).await, "event 1");
    lost(&mut events).await;
    let seen = resumed.seen("requests=2").await;
    assert!(seen["log"][1].to_string().contains("since=1"), "{seen}");
    assert_eq!(seen["preflights"], 0, "no header was sent that needs one: {seen}");
}

#[wasm_bindgen_test]
async fn with_an_id_as_parameter_the_query_is_else_as_it_was() {
    for (query, id, expected) in [
        ("&sig=a%2Fb%20c~&flag#there", "7", "&sig=a%2Fb%20c~&flag&since=7"),
        ("&since=1&a=%20+&s%69nce=2&&since&b#since=3", "ä &=#", "&a=%20+&&b&since=%C3%A4%20%26%3D%23"),
        ("", "7", "&since=7"),
    ] {
        let signed = route("/echo-headers");
        // The key comes first.
        let builder = EventSource::builder(&format!("{}{query}", signed.url));
        let mut events = follow(builder.last_event_id(id).last_event_id_param("since"));
        data(&mut events).await;
        let seen = signed.seen("requests=1").await;
        let path = seen["log"][0]["path"].as_str().expect("it is a text");
        assert!(path.ends_with(expected) && path.matches("since=").count() == 1, "{path}");
    }
}

#[wasm_bindgen_test]
async fn credentials_and_redirects_are_as_asked_for() {
    let to = format!("/redirect/302?to={}", js_sys::encode_uri_component(&route("/echo-headers").url));
    assert_eq!(echo(auto(&to)).await["method"], "GET");
    let error = lost(&mut follow(auto(&to).redirect(Redirect::Error).probe(false))).await;
    assert!(matches!(error.interruption(), Some(Interruption::Network { .. })), "{error}");
    if is_node() {
        // Its fetch has no cookies.
        return;
    }
    let omitted = auto("/cookies").credentials(Credentials::Omit);
    assert_eq!(echo(omitted).await, serde_json::json!({}));
    let included = auto("/silent").credentials(Credentials::Include).build().expect("the options are good");
    assert!(included.with_credentials());
}

#[wasm_bindgen_test]
async fn a_redirect_to_another_origin_takes_all_headers_along_but_authorization() {
    let target = format!("{}/echo-headers", second_server());
    let to = format!("/redirect/302?to={}", js_sys::encode_uri_component(&target));
    let headers = [("Authorization", "Bearer secret"), ("X-Api-Key", "key")];
    let echo = echo(auto(&to).headers(headers).last_event_id("7")).await;
    let headers = echo["headers"].to_string();
    assert!(headers.contains("x-api-key") && !headers.contains("secret"), "{headers}");
    assert_eq!(echo["last_event_id"], "7");
}

#[wasm_bindgen_test]
async fn open_tells_status_headers_and_address() {
    let target = route("/message?end=hang");
    let to = format!("/redirect/302?to={}", js_sys::encode_uri_component(&target.url));
    let mut events = follow(auto(&to));
    let Event::Open(open) = next(&mut events).await else { panic!("open was to come") };
    assert_eq!((open.status, open.url.as_deref(), open.attempt), (Some(200), Some(&*target.url), Some(1)));
    let headers = open.headers.expect("fetch tells them");
    assert_eq!(headers.get("Content-Type"), Some("text/event-stream"));
}

#[wasm_bindgen_test]
async fn errors_tell_status_headers_and_the_beginning_of_the_body() {
    let long = "é".repeat(2_100);
    for (path, body) in [
        ("/message?status=403&type=text/plain&body=No%20entry.", "No entry.".to_owned()),
        (
            &*format!("/message?status=500&end=hang&body={}", js_sys::encode_uri_component(&format!("x{long}"))),
            format!("x{}", &long[..4_094]),
        ),
        ("/message?status=404&end=hang&body=Wait", "Wait".to_owned()),
        ("/message?type=text/html&body=%3Chtml%3E", "<html>".to_owned()),
    ] {
        let error = failed(&mut follow(auto(path))).await;
        let response = error.response().unwrap_or_else(|| panic!("there was an answer"));
        assert!(response.body.as_deref() == Some(&*body), "of {}", &path[..30]);
        assert!(response.headers.get("content-type").is_some() && response.url.contains("/message?"));
        assert_eq!((error.attempt(), error.kind()), (Some(1), ErrorKind::Failure));
        assert_eq!(error.status().unwrap_or(200), response.status);
    }
    // A connection that was refused is free at once.
    let refused = route("/message?status=404&end=hang&body=Wait");
    failed(&mut follow(refused.builder(Transport::Auto))).await;
    assert_eq!(refused.seen("open=0&closed=1").await["log"][0]["ended"], "client-gone");
}

#[wasm_bindgen_test]
async fn with_a_parameter_no_server_can_refuse_to_resume() {
    let mut events = follow(auto("/sequence?steps=200,refuse,refuse&retry=1").last_event_id_param("after"));
    assert_eq!(lost(&mut events).await.interruption(), Some(&Interruption::BodyEnded));
    for _ in 0..2 {
        let error = lost(&mut events).await;
        assert!(matches!(error.interruption(), Some(Interruption::Network { .. })), "{error}");
    }
}

#[wasm_bindgen_test]
async fn transient_statuses_are_tried_again_after_retry_after() {
    let server = route("/sequence?steps=503,429,open&retry_after=1");
    let mut events = follow(
        server.builder(Transport::Auto).reconnection(Reconnection::new().statuses([429, 503]).max(Duration::from_millis(200))),
    );
    for status in [503, 429] {
        let error = lost(&mut events).await;
        assert_eq!(error.status(), Some(status));
        assert_eq!(error.response().and_then(|response| response.body.as_deref()), Some(&*format!("data: status {status}\n\n")));
        // Of another origin browsers show the header only to whom the server allows it.
        let wait = error.reconnect_in().expect("it is tried again");
        let is_shown = error.response().is_some_and(|response| response.headers.get("retry-after").is_some());
        assert!(if is_shown { wait == Duration::from_secs(1) } else { wait <= Duration::from_millis(200) }, "{wait:?}");
    }
    assert_eq!(data(&mut events).await, "answer 3");
}

#[wasm_bindgen_test]
async fn retry_after_may_be_a_date() {
    let date = js_sys::Date::new(&(js_sys::Date::now() + 600_000.0).into()).to_utc_string();
    let shown = "header=Access-Control-Expose-Headers:Retry-After";
    let server = route(&format!("/sequence?steps=429&{shown}&retry_after={}", js_sys::encode_uri_component(&String::from(date))));
    let mut events = follow(server.builder(Transport::Auto).reconnection(Reconnection::new().statuses([429])));
    let wait = lost(&mut events).await.reconnect_in().expect("it is tried again");
    assert!(wait > Duration::from_secs(300) && wait <= Duration::from_secs(600), "{wait:?}");
}

#[wasm_bindgen_test]
async fn attempts_can_be_limited_and_decided_upon() {
    let refusing = route("/sequence?steps=503");
    let some = Reconnection::new().statuses([503]).attempts(2).max(Duration::from_millis(100));
    let mut events = follow(refusing.builder(Transport::Auto).reconnection(some));
    for _ in 0..2 {
        lost(&mut events).await;
    }
    let error = failed(&mut events).await;
    assert_eq!(error.failure(), Some(&Failure::RetriesExhausted(Interruption::Status(503))));
    assert_eq!((error.attempt(), error.is_transient()), (Some(3), true));

    let told = Rc::new(RefCell::new(Vec::new()));
    let deciding = Reconnection::new().decide({
        let told = told.clone();
        move |error, attempt| {
            told.borrow_mut().push((error.status(), attempt, error.reconnect_in().is_some()));
            if attempt < 3 { Retry::After(Duration::ZERO) } else { Retry::Never }
        }
    });
    let mut events = follow(route("/sequence?steps=401,200&retry=1").builder(Transport::Auto).reconnection(deciding));
    assert_eq!(lost(&mut events).await.reconnect_in(), Some(Duration::from_millis(100)), "the floor");
    lost(&mut events).await;
    let error = failed(&mut events).await;
    assert_eq!(error.failure(), Some(&Failure::Declined(Interruption::BodyEnded)));
    assert_eq!(*told.borrow(), [(Some(401), 1, false), (None, 2, true), (None, 3, true)]);
}

#[wasm_bindgen_test]
async fn silence_is_noticed_and_comments_are_no_silence() {
    let clock = LeapingClock::new();
    let silent = route("/silent");
    let mut events = follow(silent.builder(Transport::Auto).idle_timeout(Duration::from_secs(60)));
    silent.seen("requests=1").await;
    clock.leap(45_000);
    clock.leap(16_000);
    assert_eq!(lost(&mut events).await.interruption(), Some(&Interruption::Idle { timeout: 60_000 }));
    assert_eq!(silent.seen("closed=1").await["log"][0]["ended"], "client-gone");
    drop(events);

    let beating = route("/told");
    let source = beating.builder(Transport::Auto).idle_timeout(Duration::from_secs(60)).build().expect("the options are good");
    let source = Rc::new(source);
    let mut journal = Journal::of(&source, &[]);
    let (hear, mut heard) = unbounded();
    source.on_comment(move |text| _ = hear.unbounded_send(text.to_owned())).expect("it is fetch").forget();
    let mut beat = async || {
        beating.tell(": still there\n\n", None).await;
        within("a comment", heard.next()).await.expect("it is listened to");
    };
    for _ in 0..3 {
        beat().await;
        clock.leap(40_000);
    }
    beat().await;
    journal.open().await;
    assert_eq!(journal.rest(), [], "two minutes with comments");
    clock.leap(61_000);
    assert_eq!(journal.interruption().await.0, Some(Interruption::Idle { timeout: 60_000 }));
}

#[wasm_bindgen_test]
async fn a_refusal_is_told_as_one_though_more_of_its_body_might_come() {
    let refusing = route("/message?status=500&end=hang&body=busy");
    let mut events = follow(refusing.builder(Transport::Auto).idle_timeout(Duration::from_millis(900)));
    let error = failed(&mut events).await;
    assert_eq!(error.failure(), Some(&Failure::Status(500)));
    assert_eq!(error.response().and_then(|response| response.body.as_deref()), Some("busy"));
}

/// A hint that is heard in the first attempt looks at the silence of that, and not of all time.
#[wasm_bindgen_test]
async fn the_first_silence_begins_with_the_first_request() {
    let Ok(target) = js_sys::global().dyn_into::<web_sys::EventTarget>() else { return };
    let unanswered = route("/no-answer");
    let source = unanswered.builder(Transport::Fetch).method("POST").idle_timeout(Duration::from_secs(60)).build();
    let source = Rc::new(source.expect("the options are good"));
    let mut journal = Journal::of(&source, &[]);
    unanswered.seen("requests=1").await;
    target.dispatch_event(&web_sys::Event::new("online").expect("the type is good")).expect("it is not being dispatched");
    assert_eq!((journal.rest(), source.ready_state()), (vec![], ReadyState::Connecting));
    source.close();
}

#[wasm_bindgen_test]
async fn reconnect_begins_anew_at_once() {
    for transport in [Transport::Fetch, Transport::Auto] {
        let ticks = route("/ticks?every=20");
        let (source, mut journal) = ticks.watch(transport, &["tick"]);
        journal.open().await;
        let before = journal.data().await;
        source.reconnect();
        while let Told::Message { .. } = journal.next().await {}
        journal.open().await;
        // Only over fetch it can be resumed.
        let after = journal.data().await;
        assert!(source.transport() == Transport::Native || after != before, "{after} came after {before}");
        assert_eq!(ticks.seen("open=1&closed=1").await["requests"], 2);
        source.close();
        source.reconnect();
        assert_eq!(source.ready_state(), ReadyState::Closed);
    }
    // A wait of a minute is over.
    let waiting = route("/sequence?steps=200,open&retry=60000");
    let source = waiting.connect(Transport::Fetch);
    let mut events = source.events().expect("it is fetch");
    assert_eq!(lost(&mut events).await.reconnect_in(), Some(Duration::from_secs(60)));
    source.reconnect();
    assert_eq!(data(&mut events).await, "answer 2");
}

/// Makes the page look hidden, or shown again.
#[wasm_bindgen(inline_js = "export function hide(hidden) {
    if (typeof document === 'undefined') return false;
    if (hidden) Object.defineProperty(document, 'hidden', { configurable: true, value: true });
    else delete document.hidden;
    document.dispatchEvent(new Event('visibilitychange'));
    return true;
}")]
extern "C" {
    fn hide(hidden: bool) -> bool;
}

#[wasm_bindgen_test]
async fn hidden_pages_can_pause() {
    let ticks = route("/ticks?every=20");
    let mut events = follow(ticks.builder(Transport::Auto).when_hidden(WhenHidden::Pause));
    assert_eq!(data(&mut events).await, "1");
    if !hide(true) {
        wasm_bindgen_test::console_log!("skipped: no page here");
        return;
    }
    let error = lost(&mut events).await;
    let seen = ticks.seen("open=0&closed=1").await;
    // Made while it is hidden, and shown later.
    let mut later = follow(ticks.builder(Transport::Auto).when_hidden(WhenHidden::Pause));
    hide(false);
    assert_eq!(error.interruption(), Some(&Interruption::Hidden));
    assert_eq!(seen["requests"], 1);
    data(&mut later).await;
    assert!(data(&mut events).await.parse::<u32>().is_ok_and(|tick| tick > 1), "it resumes");
    assert_eq!(ticks.seen("open=2").await["requests"], 3);
}

#[wasm_bindgen_test]
fn options_need_fetch_and_say_so() {
    let native = |choose: fn(EventSourceBuilder) -> EventSourceBuilder| {
        let builder = choose(EventSource::builder(server()).transport(Transport::Native));
        builder.build().expect_err("the browser's own source has no such option").to_string()
    };
    assert!(native(|it| it.method("GET")).starts_with("`method` needs fetch"));
    assert!(native(|it| it.headers([("a", "b")])).starts_with("`headers` needs fetch"));
    assert!(native(|it| it.prepare(async |it| Ok::<_, String>(it))).starts_with("`prepare` needs fetch"));
    assert!(native(|it| it.idle_timeout(Duration::from_secs(1))).starts_with("`idle_timeout` needs fetch"));
    let error = EventSource::builder(server()).body("b").build().expect_err("GET has no body");
    assert_eq!(error.kind(), ErrorKind::InvalidOption);
}
