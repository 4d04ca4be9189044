//! Servers in memory: the same code as ever behind them, and no time that has to be waited for.

use super::tools::within;
use futures_util::{FutureExt, StreamExt};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use tidings::test_util::{TestConnection, TestServer};
use tidings::{CloseReason, ErrorKind, Event, EventSource, Failure, Interruption, ReadyState, Transport};
use wasm_bindgen_test::wasm_bindgen_test;

const URL: &str = "https://tidings.test/prices";

async fn request(server: &TestServer) -> TestConnection {
    within("a request", server.request()).await
}

#[wasm_bindgen_test]
async fn a_script_plays_a_whole_life_without_waiting() {
    let server = TestServer::at(URL).expect("the URL is good");
    let mut events = EventSource::new(&format!("{URL}?of=X#there")).and_then(|source| source.events()).expect("the URL is good");
    let mut next = async || within("an event", events.next()).await;

    let connection = request(&server).await;
    assert_eq!(
        (connection.url(), connection.attempt(), connection.last_event_id()),
        ("https://tidings.test/prices?of=X#there", 1, "")
    );
    connection.open();
    connection.send("retry: 86400000\nid: ü\ndata: o");
    connection.send("ne\n\n");
    connection.event("tick", "two\nlines");
    assert!(matches!(next().await, Some(Event::Open(open)) if open.attempt == Some(1)));
    match next().await {
        Some(Event::Message(one)) => assert_eq!((&*one.data, &*one.last_event_id), ("one", "ü")),
        other => panic!("a message was to come, not {other:?}"),
    }
    match next().await {
        Some(Event::Message(two)) => {
            assert_eq!((&*two.event_type, &*two.data, &*two.origin), ("tick", "two\nlines", "https://tidings.test"))
        }
        other => panic!("a message was to come, not {other:?}"),
    }

    connection.fail("a mouse ate the cable");
    assert_eq!(server.waits_for(), Some(Duration::from_secs(86_400)));
    match next().await {
        Some(Event::Reconnecting { reason, delay, .. }) => {
            let detail = "a mouse ate the cable".to_owned();
            assert_eq!(reason.interruption(), Some(&Interruption::Network { detail }));
            assert_eq!(delay, server.waits_for());
        }
        other => panic!("a reconnect was to come, not {other:?}"),
    }

    let connection = request(&server).await;
    assert_eq!((connection.attempt(), connection.last_event_id(), server.requests()), (2, "ü", 2));
    connection.answer(404, "");
    match next().await {
        Some(Event::Closed { reason: CloseReason::Failed(reason), .. }) => {
            assert_eq!(reason.failure(), Some(&Failure::Status(404)))
        }
        other => panic!("the end was to come, not {other:?}"),
    }
    assert_eq!(next().await, None);
    assert!(server.request().now_or_never().is_none(), "and nothing comes after it");
}

#[wasm_bindgen_test]
async fn closing_and_dropping_abort() {
    let server = TestServer::at(URL).expect("the URL is good");
    for _ in 0..2 {
        let source = EventSource::new(URL).expect("the URL is good");
        let connection = request(&server).await;
        connection.open();
        assert_eq!((source.ready_state(), connection.is_aborted()), (ReadyState::Open, false));
        drop(source);
        within("the abort", connection.aborted()).await;
        connection.send("data: too late\n\n");
    }
}

#[wasm_bindgen_test]
async fn a_listener_may_drive_the_script() {
    let server = TestServer::at(URL).expect("the URL is good");
    let source = EventSource::new(URL).expect("the URL is good");
    let connection = Rc::new(request(&server).await);
    let told = Rc::new(RefCell::new(Vec::new()));
    source
        .on_message({
            let (connection, told) = (connection.clone(), told.clone());
            move |event| {
                told.borrow_mut().push(event.data.to_owned());
                if event.data == "1" {
                    connection.send("data: 3\n\n");
                    connection.end();
                }
            }
        })
        .forget();
    connection.open();
    connection.send("data: 1\n\ndata: 2\n\n");
    request(&server).await;
    assert_eq!(*told.borrow(), ["1", "2", "3"]);
}

#[wasm_bindgen_test]
async fn a_source_that_reads_no_further_hears_of_it_later() {
    let server = TestServer::at(URL).expect("the URL is good");
    let source = EventSource::builder(URL).queue_capacity(2).build().expect("the URL is good");
    let mut messages = source.messages();
    let connection = request(&server).await;
    connection.open();
    for nth in 0..10 {
        connection.send(format!("data: {nth}\n\n"));
    }
    connection.end();
    assert_eq!(source.ready_state(), ReadyState::Open, "the end was not read");
    for nth in 0..10 {
        assert_eq!(messages.next().now_or_never().flatten().map(|message| message.data), Some(nth.to_string()));
    }
    assert_eq!(source.ready_state(), ReadyState::Connecting);
}

#[wasm_bindgen_test]
async fn a_stream_that_nobody_takes_from_is_told_no_more() {
    let server = TestServer::at(URL).expect("the URL is good");
    let source = EventSource::builder(URL).queue_capacity(4).build().expect("the URL is good");
    let mut events = source.events().expect("Auto takes fetch");
    for _ in 0..3 {
        let connection = request(&server).await;
        connection.open();
        connection.fail("a mouse ate the cable");
    }
    // Nobody reads that the third was cut.
    assert!(server.request().now_or_never().is_none());
    gloo_timers::future::TimeoutFuture::new(0).await;
    assert!(server.request().now_or_never().is_none());
    assert_eq!(source.ready_state(), ReadyState::Open);
    for nth in 0..5 {
        let event = events.next().now_or_never().flatten();
        assert!(if nth % 2 == 0 {
            matches!(event, Some(Event::Open(_)))
        } else {
            matches!(event, Some(Event::Reconnecting { .. }))
        });
    }
    assert_eq!(request(&server).await.attempt(), 4);
}

#[wasm_bindgen_test]
async fn asking_for_reconnects_fills_no_queue() {
    let server = TestServer::at(URL).expect("the URL is good");
    let source = EventSource::builder(URL).queue_capacity(4).build().expect("the URL is good");
    let mut events = source.events().expect("Auto takes fetch");
    for _ in 0..50 {
        request(&server).await.open();
        source.reconnect();
    }
    request(&server).await.open();
    let mut waiting = 0;
    let mut newest = None;
    while let Some(Some(event)) = events.next().now_or_never() {
        waiting += 1;
        newest = Some(event);
    }
    assert!(waiting <= 6, "{waiting} waited, and 4 may");
    assert!(matches!(newest, Some(Event::Open(open)) if open.attempt == Some(51)), "and the newest is told");
}

#[wasm_bindgen_test]
async fn a_server_serves_one_url_as_long_as_it_lives() {
    let server = TestServer::at(URL).expect("the URL is good");
    let newer = TestServer::at(URL).expect("the URL is good");
    let source = EventSource::builder(URL).transport(Transport::Fetch).build().expect("the URL is good");
    request(&newer).await;
    drop((newer, source));
    let _source = EventSource::new(URL).expect("the URL is good");
    request(&server).await;
    assert_eq!(server.requests(), 1);
    let error = TestServer::at("file:///prices").expect_err("no source could connect there");
    assert_eq!(error.kind(), ErrorKind::InvalidUrl);
}

#[wasm_bindgen_test]
async fn a_wait_that_is_over_hides_no_other() {
    let server = TestServer::at(URL).expect("the URL is good");
    let sources = [URL, URL].map(|url| EventSource::new(url).expect("the URL is good").messages());
    for _ in &sources {
        request(&server).await.fail("a mouse ate the cable");
    }
    // Both wait for equally long, and neither has anything else to do.
    for _ in &sources {
        assert_eq!(request(&server).await.attempt(), 2);
    }
    assert_eq!(server.waits_for(), None);
}
