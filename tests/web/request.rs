//! What is sent.

use super::tools::{
    Journal, LeapingClock, SEEN_BY_PROBES, Told, get, is_node, over_both, route, second_server, server, told_by_fetch,
};
use std::rc::Rc;
use tidings::{ErrorKind, EventSource, Transport};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn url_bogus() {
    for (url, why) in [
        ("http://this is invalid/", ""),
        ("http://[", "not a valid URL"),
        ("ftp://example.com/", "its scheme is \"ftp:\""),
        ("data:text/event-stream,data:x", "its scheme is \"data:\""),
        ("https://name:secret@example.com/", "a user name or a password"),
    ] {
        let error = EventSource::new(url).expect_err(url);
        assert_eq!(error.kind(), ErrorKind::InvalidUrl, "{error:?}");
        let text = error.to_string();
        assert!(text.contains(url) && text.contains(why), "{text}");
        assert!(!error.will_reconnect() && error.attempt().is_none());
    }
}

#[wasm_bindgen_test]
fn url_is_resolved_and_kept() {
    let source = EventSource::new(&format!("{}/a/../silent", server())).expect("the URL is good");
    assert_eq!(source.url(), format!("{}/silent", server()));
    assert!(!source.with_credentials());
    let source = route("/silent").builder(Transport::Auto).with_credentials(true).build().expect("the URL is good");
    assert!(source.with_credentials());
}

#[wasm_bindgen_test]
async fn the_server_is_there() {
    let (status, text) = get(&format!("{}/routes", server())).await;
    assert!(status == 200 && text.contains("/seen/"), "{text}");
}

over_both! {
    async fn request_headers(transport) {
        let (source, mut journal) = route("/echo-headers").watch(transport, &["message"]);
        journal.open().await;
        let echo: serde_json::Value = serde_json::from_str(&journal.data().await).expect("JSON");
        source.close();
        assert_eq!(echo["method"], "GET");
        let headers = echo["headers"].to_string();
        assert!(headers.contains("text/event-stream"), "{headers}");
        assert!(!headers.contains("last-event-id"), "an empty last event ID is not sent: {headers}");
        // It is what cache mode `no-store` adds.
        assert!(headers.contains("no-cache"), "{headers}");
    }

    async fn request_credentials(transport) {
        if is_node() {
            // Its fetch has no cookies.
            return;
        }
        let connect = |path: &str, with_credentials| {
            let source = route(path).builder(transport).with_credentials(with_credentials).build();
            let source = Rc::new(source.expect("the URL is good"));
            let journal = Journal::of(&source, &["message"]);
            (source, journal)
        };
        let (_setting, mut journal) = connect("/cookies?set=tidings%3Dyes", true);
        journal.open().await;
        journal.data().await;
        for with_credentials in [true, false] {
            let (_source, mut journal) = connect("/cookies", with_credentials);
            journal.open().await;
            let cookies = journal.data().await;
            assert_eq!(cookies.contains("tidings"), with_credentials, "{cookies}");
        }
    }

    async fn request_redirect(transport) {
        for status in [301, 302, 303, 307, 308] {
            let target = format!("{}/message", second_server());
            let to = String::from(js_sys::encode_uri_component(&target));
            let (source, mut journal) = route(&format!("/redirect/{status}?to={to}")).watch(transport, &["message"]);
            let Told::Open { url, .. } = journal.next().await else { panic!("{status}: it opens") };
            assert_eq!(url, told_by_fetch(transport, target.clone()));
            let Told::Message { origin, .. } = journal.next().await else { panic!("a message comes") };
            assert_eq!(origin, second_server(), "the origin is that of the final URL");
            assert_ne!(source.url(), target, "the source's URL stays");
        }
    }

    async fn request_last_event_id_unicode(transport) {
        // "…encoded as UTF-8": each byte of it, whatever the platform thinks of header values.
        for (id, sent) in [
            ("%E2%80%A6", "\u{e2}\u{80}\u{a6}"),
            ("%F0%9F%A6%80", "\u{f0}\u{9f}\u{a6}\u{80}"),
            ("plain%207", "plain 7"),
            ("%01%7F", ""),
        ] {
            if sent.is_empty() && !is_node() {
                // Node's fetch fails with control characters in a header, so there it is left out: an odd id must not stop
                // reconnection. Browsers send them, but the test server answers 400 to them.
                continue;
            }
            let route = route(&format!("/id-then-echo?id={id}&retry=100"));
            let (source, mut journal) = route.watch(transport, &["first", "message"]);
            journal.open().await;
            journal.data().await;
            journal.interruption().await;
            journal.opened(transport, 2).await;
            let seen = route.seen("requests=2").await;
            source.close();
            assert_eq!(seen["log"][1]["last_event_id"].as_str().unwrap_or_default(), sent, "{seen}");
        }
    }
}

#[wasm_bindgen_test]
async fn a_refused_origin_is_a_failure() {
    if is_node() {
        // It has no origin to refuse.
        return;
    }
    let (_setting, mut journal) = watch_with_credentials("/cookies?set=probed%3Dno");
    journal.open().await;
    journal.data().await;
    for policy in ["none", "star"] {
        let route = route(&format!("/message?end=hang&cors={policy}&{SEEN_BY_PROBES}"));
        let source = route.builder(Transport::Fetch).with_credentials(true).build();
        let source = Rc::new(source.expect("the URL is good"));
        let mut journal = Journal::of(&source, &["message"]);
        assert_eq!(journal.failure().await, Some(tidings::Failure::OriginRefused), "{policy}");
        let seen = route.seen("open=0&closed=2").await;
        assert_eq!(seen["requests"], 2, "one request and one probe: {seen}");
        let [request, probe] = [&seen["log"][0], &seen["log"][1]];
        assert_eq!((&request["method"], &probe["method"]), (&"GET".into(), &"GET".into()));
        let [asked, probed] = [request, probe].map(|seen| seen["headers"].to_string());
        assert!(asked.contains("probed=no") && asked.contains("text/event-stream"), "{asked}");
        assert!(!probed.contains("cookie") && !probed.contains("text/event-stream"), "neither credentials nor headers: {probed}");
        assert!(probed.contains("\"no-cors\""), "the mode: {probed}");
        assert_eq!(seen["preflights"], 0, "{seen}");
        assert_eq!(probe["ended"], "client-gone", "its body has no end; its headers were enough: {seen}");
    }
}

fn watch_with_credentials(path: &str) -> (Rc<EventSource>, Journal) {
    let source = route(path).builder(Transport::Fetch).with_credentials(true).build();
    let source = Rc::new(source.expect("the URL is good"));
    let journal = Journal::of(&source, &["message"]);
    (source, journal)
}

#[wasm_bindgen_test]
async fn a_refused_origin_without_the_probe_is_retried() {
    if is_node() {
        return;
    }
    let route = route("/message?end=hang&cors=none");
    let source = Rc::new(route.builder(Transport::Fetch).probe(false).build().expect("the URL is good"));
    let mut journal = Journal::of(&source, &[]);
    let (reason, delay) = journal.interruption().await;
    assert!(matches!(reason, Some(tidings::Interruption::Network { .. })) && delay == Some(3000), "{reason:?}");
    source.close();
    assert_eq!(route.seen("open=0").await["requests"], 1);
}

#[wasm_bindgen_test]
async fn an_unreachable_server_is_an_interruption() {
    let route = route("/refuse?end=reset");
    let (source, mut journal) = route.watch(Transport::Fetch, &[]);
    let (reason, delay) = journal.interruption().await;
    assert!(matches!(reason, Some(tidings::Interruption::Network { .. })) && delay == Some(3000), "{reason:?}");
    source.close();
}

#[wasm_bindgen_test]
async fn close_during_the_probe() {
    if is_node() {
        // No origins, so no probe.
        return;
    }
    // The request is refused for its origin; the probe's headers come late.
    let route = route("/message?cors=none&end=hang&delay=700");
    let (source, mut journal) = route.watch(Transport::Fetch, &["message"]);
    route.seen("requests=2").await;
    assert_eq!(journal.rest(), [], "nothing is told before it is known");
    source.close();
    let seen = route.seen("open=0&closed=2").await;
    assert_eq!(seen["log"][1]["ended"], "client-gone", "{seen}");
    assert_eq!(journal.rest(), []);
}

/// As of a server that sends no headers before its first event: it does not answer the probe either.
#[wasm_bindgen_test]
async fn a_probe_that_nobody_answers_is_given_up() {
    if is_node() {
        return;
    }
    for reconnects in [false, true] {
        let route = route("/sequence?cors=none&steps=200,no-answer");
        let source = route.builder(Transport::Fetch).build();
        let source = Rc::new(source.expect("the URL is good"));
        let mut journal = Journal::of(&source, &["message"]);
        let clock = LeapingClock::new();
        route.seen("requests=2").await;
        assert_eq!(journal.rest(), [], "nothing is told before it is known");
        if reconnects {
            source.reconnect();
            assert_eq!(journal.interruption().await, (Some(tidings::Interruption::Requested), Some(100)));
        } else {
            clock.leap(10_000);
            let (reason, delay) = journal.interruption().await;
            assert!(matches!(reason, Some(tidings::Interruption::Network { .. })) && delay == Some(3000), "{reason:?}");
        }
        let seen = route.seen("closed=2").await;
        source.close();
        assert_eq!(seen["log"][1]["ended"], "client-gone", "{seen}");
    }
}

#[wasm_bindgen_test]
async fn resuming_across_origins_names_the_remedy() {
    if is_node() {
        // No preflights there.
        return;
    }
    // With `star` the preflight does not allow Last-Event-ID.
    let route = route("/resume?count=1&retry=100&cors=star");
    let (source, mut journal) = route.watch(Transport::Fetch, &["message"]);
    journal.open().await;
    journal.data().await;
    assert_eq!(journal.interruption().await.0, Some(tidings::Interruption::BodyEnded));
    let (first, _) = journal.interruption().await;
    assert!(matches!(first, Some(tidings::Interruption::Network { .. })), "{first:?}");
    let (second, _) = journal.interruption().await;
    source.close();
    let second = second.expect("fetch tells a reason");
    assert!(matches!(second, tidings::Interruption::ResumeRefused { .. }), "{second:?}");
    assert!(second.to_string().contains("Access-Control-Allow-Headers: Last-Event-ID"), "{second}");
}

#[wasm_bindgen_test]
async fn request_redirect_loop_is_a_network_error() {
    let (_source, mut journal) = route("/redirect-loop").watch(Transport::Fetch, &[]);
    let (reason, delay) = journal.interruption().await;
    assert!(matches!(reason, Some(tidings::Interruption::Network { .. })), "{reason:?}");
    assert_eq!(delay, Some(3000));
}
