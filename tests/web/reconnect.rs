//! Losing the connection and getting it back.

use super::tools::{Told, over_both, route, told_by_fetch, within};
use tidings::{Failure, Interruption, ReadyState, Transport};
use wasm_bindgen_test::wasm_bindgen_test;

over_both! {
    async fn reestablishes_after_the_end_of_the_body(transport) {
        let route = route("/resume?count=2&retry=150");
        let (source, mut journal) = route.watch(transport, &["message"]);
        journal.opened(transport, 1).await;
        let mut ids = Vec::new();
        for attempt in 2..5 {
            for _ in 0..2 {
                match journal.next().await {
                    Told::Message { id, .. } => ids.push(id),
                    other => panic!("a message was to come, not {other:?}"),
                }
            }
            let reason = told_by_fetch(transport, Interruption::BodyEnded);
            let delay = told_by_fetch(transport, 150);
            assert_eq!(journal.next().await, Told::Interruption { reason, delay, state: ReadyState::Connecting });
            assert_eq!(source.ready_state(), ReadyState::Connecting, "also while it waits");
            journal.opened(transport, attempt).await;
        }
        source.close();
        assert_eq!(ids, ["1", "2", "3", "4", "5", "6"], "resumed without a gap or a repeat");
    }

    async fn reestablishes_after_a_cut_in_the_middle_of_a_block(transport) {
        for end in ["cut", "reset"] {
            let route = route("/told");
            let (source, mut journal) = route.watch(transport, &["message"]);
            route.tell("retry: 100\n\nid: 1\ndata: a\n\nid: 2\ndata: b\n\n", None).await;
            journal.open().await;
            // Before it is cut, for an engine may throw away what it had read when the connection breaks.
            assert_eq!([journal.data().await, journal.data().await], ["a", "b"]);
            route.tell("id: half\ndata: never to be seen", Some(end)).await;
            let (reason, delay) = journal.interruption().await;
            if transport == Transport::Fetch {
                assert!(matches!(reason, Some(Interruption::Network { .. })), "{end}: {reason:?}");
                assert_eq!(delay, Some(100), "{end}");
            }
            // Firefox announces a response with the first byte of its body.
            route.tell(": again\n\n", None).await;
            journal.opened(transport, 2).await;
            let seen = route.seen("requests=2").await;
            assert_eq!(seen["log"][1]["last_event_id"], "2", "the unfinished block is void: {seen}");
            source.close();
        }
    }

    async fn status_204_ends_it(transport) {
        let route = route("/resume?count=1&total=2&retry=100");
        let (source, mut journal) = route.watch(transport, &["message"]);
        for _ in 0..2 {
            journal.open().await;
            journal.data().await;
            journal.interruption().await;
        }
        assert_eq!(journal.failure().await, told_by_fetch(transport, Failure::Status(204)));
        assert_eq!(source.ready_state(), ReadyState::Closed);
        route.seen("requests=3&open=0").await;
    }
}

#[wasm_bindgen_test]
async fn goes_on_while_the_server_refuses() {
    let route = route("/sequence?steps=200,refuse,refuse,open&retry=100");
    let (source, mut journal) = route.watch(Transport::Fetch, &["message"]);
    journal.opened(Transport::Fetch, 1).await;
    journal.data().await;
    assert_eq!(journal.interruption().await, (Some(Interruption::BodyEnded), Some(100)));
    let mut interruptions = 0;
    let opened_again = loop {
        match journal.next().await {
            Told::Interruption { state: ReadyState::Connecting, .. } => interruptions += 1,
            Told::Open { attempt, .. } => break attempt,
            other => panic!("{other:?}"),
        }
    };
    // A browser may repeat a refused request by itself, so the attempts are ours to count, not the requests.
    assert_eq!(opened_again, Some(2 + interruptions));
    journal.data().await;
    source.close();
}

#[wasm_bindgen_test]
async fn retry_zero_is_no_busy_loop() {
    let route = route("/resume?count=1&retry=0");
    let (source, mut journal) = route.watch(Transport::Fetch, &["message"]);
    journal.open().await;
    journal.data().await;
    assert_eq!(journal.interruption().await, (Some(Interruption::BodyEnded), Some(100)));
    source.close();
}

#[wasm_bindgen_test]
async fn coming_online_ends_the_wait() {
    let Ok(target) = wasm_bindgen::JsCast::dyn_into::<web_sys::EventTarget>(js_sys::global()) else {
        // Node tells nothing of its network.
        return;
    };
    let route = route("/resume?count=1&retry=600000");
    let (source, mut journal) = route.watch(Transport::Fetch, &["message"]);
    journal.open().await;
    journal.data().await;
    assert_eq!(journal.interruption().await.1, Some(600_000));
    target.dispatch_event(&web_sys::Event::new("online").expect("an event")).expect("it is dispatched");
    within("the early reconnection", journal.opened(Transport::Fetch, 2)).await;
    source.close();
}
