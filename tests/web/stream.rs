//! Streams: everything in one order, their ends, who keeps the connection, and what happens when nobody takes what comes.

use super::tools::{Journal, has_native, over_both, route, ticks, told_by_fetch, within};
use futures_util::stream::FusedStream;
use futures_util::{FutureExt, Stream, StreamExt};
use std::cell::Cell;
use std::rc::Rc;
use tidings::{
    CloseReason, ErrorKind, Event, EventSource, Events, Failure, Interruption, Message, OpenEvent, Overflow, ReadyState,
    Transport,
};
use wasm_bindgen_test::wasm_bindgen_test;

/// As many as arrive in the server's order, of a server that mixes three types.
const MANY: u32 = 4_000;

pub(crate) fn interleaved_type(nth: u32) -> &'static str {
    ["message", "tick", "trade"][(nth * nth / 3 % 3) as usize]
}

async fn next<T>(stream: &mut (impl Stream<Item = T> + Unpin)) -> Option<T> {
    within("the next item", stream.next()).await
}

async fn message(events: &mut Events) -> Message {
    match next(events).await {
        Some(Event::Message(message)) => message,
        other => panic!("a message was to come, not {other:?}"),
    }
}

async fn open(events: &mut Events) -> OpenEvent {
    match next(events).await {
        Some(Event::Open(open)) => open,
        other => panic!("open was to come, not {other:?}"),
    }
}

/// All events of the streams over this transport, with these types.
fn all(source: &EventSource, transport: Transport, types: &[&str]) -> Events {
    match transport {
        Transport::Fetch => source.events().expect("fetch tells everything"),
        _ => source.events_named(types.iter().copied()),
    }
}

fn has_waiting(stream: &mut (impl Stream + Unpin)) -> bool {
    stream.next().now_or_never().is_some()
}

over_both! {
    async fn thousands_of_events_of_mixed_types_come_in_the_servers_order(transport) {
        let mixed = route(&format!("/interleaved?count={MANY}&end=hang"));
        let source = mixed.connect(transport);
        let mut events = all(&source, transport, &["tick", "trade"]);
        open(&mut events).await;
        for nth in 1..=MANY {
            let message = message(&mut events).await;
            let told = (&*message.data, &*message.last_event_id, &*message.event_type);
            let nth_text = nth.to_string();
            assert_eq!(told, (&*nth_text, &*nth_text, interleaved_type(nth)));
        }
        assert!(!has_waiting(&mut events));
    }

    async fn a_named_stream_carries_message_and_what_it_named(transport) {
        let mixed = route("/interleaved?count=300&end=hang");
        let source = mixed.connect(transport);
        // Somebody else's names are not ours.
        let _trades = source.on("trade", |_| {});
        let mut events = source.events_named(["tick"]);
        open(&mut events).await;
        for nth in (1..=300).filter(|&nth| interleaved_type(nth) != "trade") {
            assert_eq!(*message(&mut events).await.last_event_id, *nth.to_string());
        }
    }

    async fn a_name_that_is_added_later_is_heard(transport) {
        let drip = route("/drip?event=tick&every=20&count=0");
        let (source, mut journal) = drip.watch(transport, &[]);
        journal.open().await;
        let mut events = source.events_named(["tick"]);
        assert_eq!(&*message(&mut events).await.event_type, "tick");
    }

    async fn it_tells_of_reconnects_and_of_the_end(transport) {
        let counted = route("/resume?count=1&retry=100&total=2");
        let mut events = counted.connect(transport).events_named([""; 0]);
        assert_eq!(open(&mut events).await.attempt, told_by_fetch(transport, 1));
        assert_eq!(message(&mut events).await.data, "event 1");
        match next(&mut events).await {
            Some(Event::Reconnecting { reason, attempt, delay, .. }) => {
                assert!(reason.will_reconnect() && reason.is_transient());
                assert_eq!(attempt, told_by_fetch(transport, 1));
                assert_eq!(reason.interruption(), told_by_fetch(transport, Interruption::BodyEnded).as_ref());
                assert_eq!(delay.map(|delay| delay.as_millis()), told_by_fetch(transport, 100));
            }
            other => panic!("a reconnect was to come, not {other:?}"),
        }
        assert_eq!(open(&mut events).await.attempt, told_by_fetch(transport, 2));
        assert_eq!(message(&mut events).await.data, "event 2");
        assert!(matches!(next(&mut events).await, Some(Event::Reconnecting { .. })));
        match next(&mut events).await {
            Some(Event::Closed { reason: CloseReason::Failed(reason), .. }) => {
                assert!(!reason.will_reconnect() && !reason.is_transient());
                assert_eq!(reason.failure(), told_by_fetch(transport, Failure::Status(204)).as_ref());
            }
            other => panic!("the end was to come, not {other:?}"),
        }
        assert!(events.is_terminated());
        assert_eq!(next(&mut events).await, None);
        assert_eq!(next(&mut events).await, None, "and so it stays");
    }

    async fn a_failure_ends_messages_after_the_last_one(transport) {
        let counted = route("/resume?count=3&retry=100&total=3");
        let messages = counted.connect(transport).messages();
        let data: Vec<String> = within("the end", messages.map(|message| message.data).collect()).await;
        assert_eq!(data, ["event 1", "event 2", "event 3"]);
    }

    async fn close_wakes_who_waits_and_drops_what_waits(transport) {
        let source = Rc::new(route("/message?end=hang").connect(transport));
        let mut events = source.events_named([""; 0]);
        open(&mut events).await;
        message(&mut events).await;
        // From inside a listener of another source, while the stream waits.
        let (other, _other_journal) = route("/drip?every=50&count=0").watch(Transport::Fetch, &[]);
        let _guard = other.on_message({
            let source = Rc::downgrade(&source);
            move |_| source.upgrade().into_iter().for_each(|source| source.close())
        });
        assert_eq!(next(&mut events).await, None);

        let source = route("/interleaved?count=9&end=hang").connect(transport);
        let mut events = source.events_named(["tick"]);
        open(&mut events).await;
        message(&mut events).await;
        source.close();
        assert!(events.is_terminated(), "what waited is gone");
        assert_eq!(next(&mut events).await, None);
        assert_eq!(next(&mut source.events_named(["late"])).await, None, "and a new one has ended");
    }

    async fn a_stream_keeps_the_connection_and_the_last_owner_closes_it(transport) {
        let drip = route("/drip?every=10&count=0");
        let source = drip.connect(transport);
        let mut events = source.events_named([""; 0]);
        let mut messages = source.messages();
        drop(source);
        open(&mut events).await;
        message(&mut events).await;
        drop(events);
        let first = next(&mut messages).await.expect("it is still open");
        let second = next(&mut messages).await.expect("it is still open");
        assert_ne!(first.data, second.data);
        assert_eq!(drip.seen("open=1").await["requests"], 1);
        drop(messages);
        let seen = drip.seen("open=0&closed=1").await;
        assert_eq!(seen["log"][0]["ended"], "client-gone", "{seen}");
    }

    async fn each_stream_gets_everything(transport) {
        let source = Rc::new(route("/interleaved?count=60&end=hang").connect(transport));
        let mut journal = Journal::of(&source, &["message", "tick", "trade"]);
        let mut streams = [(); 2].map(|()| source.events_named(["tick", "trade"]));
        journal.open().await;
        for events in &mut streams {
            open(events).await;
        }
        for nth in 1..=60 {
            let expected = nth.to_string();
            assert_eq!(journal.data().await, expected);
            for events in &mut streams {
                assert_eq!(message(events).await.data, expected);
            }
        }
    }

    async fn a_stream_that_is_made_inside_a_listener_begins_with_what_comes_next(transport) {
        let source = Rc::new(route("/interleaved?count=9&types=message&end=hang").connect(transport));
        let (tell, mut made) = futures_channel::mpsc::unbounded();
        let make = {
            let source = Rc::downgrade(&source);
            move || source.upgrade().map(|source| _ = tell.unbounded_send(source.events_named([""; 0])))
        };
        let _guards = [source.on_open({ let make = make.clone(); move |_| _ = make() }), source.on_message(move |_| _ = make())];
        for nth in 1..=9 {
            let mut events = next(&mut made).await.expect("the listeners are there");
            assert_eq!(message(&mut events).await.data, nth.to_string());
        }
        assert!(!has_waiting(&mut next(&mut made).await.expect("the ninth made one too")));
    }

    async fn a_stream_may_be_dropped_inside_a_listener(transport) {
        let source = route("/interleaved?count=9&types=message&end=hang").connect(transport);
        let held = Rc::new(Cell::new(Some(source.events_named([""; 0]))));
        let (done, dropped) = futures_channel::oneshot::channel();
        let mut done = Some(done);
        let _guard = source.on_message(move |_| {
            drop(held.take());
            _ = done.take().map(|done| done.send(()));
        });
        let mut messages = source.messages();
        within("the first message", dropped).await.expect("it is sent");
        for nth in 1..=9 {
            assert_eq!(next(&mut messages).await.map(|message| message.data), Some(nth.to_string()));
        }
    }
}

#[wasm_bindgen_test]
async fn events_without_names_need_fetch() {
    let route = route("/interleaved?count=3&end=hang");
    let source = route.connect(Transport::Auto);
    let mut events = source.events().expect("Auto takes fetch");
    assert_eq!(open(&mut events).await.attempt, Some(1));
    assert_eq!(source.transport(), Transport::Fetch);
    if has_native() {
        let native = route.connect(Transport::Native);
        let error = native.events().expect_err("native knows no types that it was not told");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        for part in ["`events()` without names needs fetch", "`events_named`"] {
            assert!(error.to_string().contains(part), "{error}");
        }
        assert!(!error.is_transient() && !error.will_reconnect());

        let (auto, mut journal) = route.watch(Transport::Auto, &[]);
        journal.open().await;
        assert_eq!(auto.events().expect_err("native is taken already").kind(), ErrorKind::Unsupported);
    }
}

#[wasm_bindgen_test]
async fn auto_takes_fetch_for_messages_without_names_and_native_with() {
    let route = route("/interleaved?count=9&types=tick&end=hang");
    let source = route.connect(Transport::Auto);
    let mut messages = source.messages();
    assert_eq!(next(&mut messages).await.map(|message| message.event_type), Some("tick".into()));
    assert_eq!(source.transport(), Transport::Fetch);

    let source = route.connect(Transport::Auto);
    let mut messages = source.events_named(["tick"]).messages();
    assert_eq!(next(&mut messages).await.map(|message| message.event_type), Some("tick".into()));
    assert_eq!(source.transport(), if has_native() { Transport::Native } else { Transport::Fetch });
}

#[wasm_bindgen_test]
async fn messages_over_native_carry_message() {
    if !has_native() {
        wasm_bindgen_test::console_log!("skipped: no EventSource here");
        return;
    }
    let source = route("/interleaved?count=90&end=hang").connect(Transport::Native);
    let _ticks = source.on("tick", |_| {});
    let mut messages = source.messages();
    for nth in (1..=90).filter(|&nth| interleaved_type(nth) == "message") {
        assert_eq!(next(&mut messages).await.map(|message| message.data), Some(nth.to_string()));
    }
}

/// How many events listeners have heard of.
fn count_messages(source: &EventSource) -> Rc<Cell<u32>> {
    let heard = Rc::new(Cell::new(0));
    let counting = heard.clone();
    source.on_message(move |_| counting.set(counting.get() + 1)).forget();
    heard
}

#[wasm_bindgen_test]
async fn a_full_queue_pauses_the_reading_until_half_of_it_was_taken() {
    let told = route("/told");
    let source = told.builder(Transport::Fetch).queue_capacity(8).build().expect("the URL is good");
    let heard = count_messages(&source);
    let mut messages = source.messages();
    told.tell(&numbered(1..=20), None).await;
    assert!(next(&mut messages).await.is_some());
    while heard.get() < 9 {
        ticks(1).await;
    }
    told.tell(&numbered(21..=200), None).await;
    ticks(5).await;
    let paused_at = heard.get();
    assert!(paused_at <= 20, "{paused_at} were read: more than the chunk that filled the queue");
    for nth in 2..=200 {
        assert_eq!(next(&mut messages).await.map(|message| message.data), Some(format!("event {nth}")), "nothing is lost");
    }
    assert_eq!(heard.get(), 200);
    assert_eq!(source.ready_state(), ReadyState::Open);
    assert_eq!(told.seen("open=1").await["requests"], 1);
}

/// The events of these numbers, as text.
fn numbered(numbers: std::ops::RangeInclusive<u32>) -> String {
    numbers.map(|nth| format!("data: event {nth}\n\n")).collect()
}

#[wasm_bindgen_test]
async fn what_is_paused_can_be_closed_and_dropped() {
    for close_first in [true, false] {
        let drip = route("/drip?every=1&count=0");
        let source = drip.builder(Transport::Fetch).queue_capacity(1).build().expect("the URL is good");
        let mut messages = source.messages();
        ticks(4).await;
        if close_first {
            source.close();
            assert_eq!(next(&mut messages).await, None);
        }
        drop((source, messages));
        assert_eq!(drip.seen("open=0&closed=1").await["log"][0]["ended"], "client-gone");
    }
}

#[wasm_bindgen_test]
async fn a_stream_that_is_dropped_holds_up_nobody() {
    let told = route("/told");
    let source = Rc::new(told.builder(Transport::Fetch).queue_capacity(4).build().expect("the URL is good"));
    let mut journal = Journal::of(&source, &["message"]);
    let asleep = source.messages();
    told.tell(&numbered(1..=20), None).await;
    journal.open().await;
    for _ in 0..4 {
        journal.data().await;
    }
    told.tell(&numbered(21..=100), None).await;
    ticks(4).await;
    let before = 4 + journal.rest().len();
    assert!(before <= 20, "{before} were read with a full queue");
    drop(asleep);
    for nth in before + 1..=100 {
        assert_eq!(journal.data().await, format!("event {nth}"));
    }
}

over_both! {
    async fn a_full_queue_can_fail(transport) {
        let many = route("/interleaved?count=500&types=message&chunk=1&end=hang");
        let builder = many.builder(transport).queue_capacity(16).overflow(Overflow::Fail);
        let source = Rc::new(builder.build().expect("the URL is good"));
        let mut journal = Journal::of(&source, &[]);
        let mut events = source.events_named([""; 0]);
        journal.open().await;
        let reason = journal.failure().await;
        assert_eq!(reason, Some(Failure::Overflow));
        let mut waited = 0;
        let end = loop {
            match next(&mut events).await {
                Some(Event::Closed { reason, .. }) => break reason,
                Some(_) => waited += 1,
                None => panic!("the end was to be told"),
            }
        };
        assert!(waited >= 16, "what had come before is not lost: {waited}");
        assert!(matches!(end, CloseReason::Failed(error) if error.failure() == Some(&Failure::Overflow)));
        assert_eq!(next(&mut events).await, None);
        many.seen("open=0").await;
    }
}

#[wasm_bindgen_test]
async fn a_full_queue_can_resume_later() {
    let drip = route("/resume?count=40&every=5&retry=100");
    let builder = drip.builder(Transport::Fetch).queue_capacity(8).overflow(Overflow::ResumeLater);
    let source = Rc::new(builder.build().expect("the URL is good"));
    let mut journal = Journal::of(&source, &[]);
    let mut messages = source.messages();
    journal.open().await;
    assert_eq!(journal.interruption().await, (Some(Interruption::Overflow), None));
    assert_eq!(drip.seen("open=0&requests=1").await["requests"], 1);
    for nth in 1..=20 {
        assert_eq!(next(&mut messages).await.map(|message| message.data), Some(format!("event {nth}")));
    }
    assert!(drip.seen("requests=2").await["log"][1]["last_event_id"].is_string());
}

#[wasm_bindgen_test]
async fn what_cannot_be_paused_refuses_to_be() {
    if !has_native() {
        wasm_bindgen_test::console_log!("skipped: no EventSource here");
        return;
    }
    for overflow in [Overflow::Pause, Overflow::ResumeLater] {
        let route = route("/silent");
        let error = route.builder(Transport::Native).overflow(overflow).build().expect_err("native cannot be paused");
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("`overflow`"), "{error}");
        let auto = route.builder(Transport::Auto).overflow(overflow).build().expect("Auto takes fetch");
        assert_eq!(auto.transport(), Transport::Fetch);
    }
}

#[wasm_bindgen_test]
async fn a_queue_of_nothing_is_refused() {
    let error = route("/silent").builder(Transport::Fetch).queue_capacity(0).build().expect_err("nothing fits into it");
    assert_eq!(error.kind(), ErrorKind::InvalidOption);
    assert!(error.to_string().contains("`queue_capacity`"), "{error}");
}
