//! The trace: a line for each transition, with the feature `tracing`.

use super::tools::{Journal, route};
use std::cell::RefCell;
use std::fmt::{Debug, Write};
use std::rc::Rc;
use tidings::{Failure, Transport};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};
use wasm_bindgen_test::wasm_bindgen_test;

thread_local! {
    /// None once the test is over: the collector is there for good, and other tests count memory.
    static LINES: RefCell<Option<Vec<String>>> = const { RefCell::new(Some(Vec::new())) };
}

/// Keeps what tidings tells.
struct Collector;

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "tidings" && *metadata.level() == Level::TRACE
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        LINES.with_borrow_mut(|lines| {
            if let Some(lines) = lines {
                let mut line = Line(String::new());
                event.record(&mut line);
                lines.push(line.0);
            }
        });
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        _ = write!(self.0, "{}={value:?} ", field.name());
    }
}

#[wasm_bindgen_test]
async fn each_transition_is_a_line() {
    // By one line, as an app does.
    tracing::subscriber::set_global_default(Collector).expect("no other test watches");
    let path = route("/sequence?steps=200,204&retry=10");
    let source = Rc::new(path.connect(Transport::Fetch));
    let mut journal = Journal::of(&source, &[]);
    journal.open().await;
    journal.interruption().await;
    assert_eq!(journal.failure().await, Some(Failure::Status(204)));
    let lines = LINES.take().expect("it was not over");
    let mut own = lines.iter().filter(|line| line.contains(&path.key));
    for (step, input) in [
        ("from=Requesting to=Streaming", "ResponseStarted"),
        ("from=Streaming to=Streaming", "ChunkReceived"),
        ("from=Streaming to=Waiting", "BodyEnded"),
        ("from=Waiting to=Requesting", "TimerFired"),
        ("from=Requesting to=Closed", "status: 204"),
    ] {
        assert!(own.any(|line| line.contains(step) && line.contains(input)), "{step} by {input} in its order: {lines:#?}");
    }
}
