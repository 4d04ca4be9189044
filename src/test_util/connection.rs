//! One request to a server in memory, and what it answers: what stands in the place of `transport/fetch`.
//!
//! Rules: what the test says is delivered at once, unless a listener is running (then when it has returned) or the source reads no further
//! (then when it does). Steps keep their order.

use super::Served;
use crate::Response;
use crate::host::timers;
use crate::request::{Body, Headers};
use crate::transport::{Receiver, Request, report_answer};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};
use tidings_core::connection::{Attempt, Input};

/// A request that has arrived at a [`TestServer`](super::TestServer), and its answer. Dropping it changes nothing: it stays as it is.
pub struct TestConnection {
    exchange: Rc<Exchange>,
}

impl TestConnection {
    pub(super) fn over(exchange: Rc<Exchange>) -> Self {
        TestConnection { exchange }
    }

    /// The URL that was asked for, with its query.
    pub fn url(&self) -> &str {
        &self.exchange.url
    }

    /// The method.
    pub fn method(&self) -> &str {
        &self.exchange.method
    }

    /// The headers that were chosen: `Accept` and `Last-Event-ID` only if they are among those.
    pub fn headers(&self) -> &Headers {
        &self.exchange.headers
    }

    /// The body.
    pub fn body(&self) -> Option<&Body> {
        self.exchange.body.as_ref()
    }

    /// The number of the attempt, counted from 1.
    pub fn attempt(&self) -> u32 {
        self.exchange.attempt.number()
    }

    /// The last event ID that was sent; empty if there was none.
    pub fn last_event_id(&self) -> &str {
        &self.exchange.last_event_id
    }

    /// Answers with status 200 and the type of event streams.
    pub fn open(&self) {
        self.answer(200, "text/event-stream");
    }

    /// Answers with this status and this content type; an empty one for none.
    pub fn answer(&self, status: u16, content_type: &str) {
        self.answer_with(status, [("content-type", content_type)].iter().filter(|(_, value)| !value.is_empty()).copied(), "");
    }

    /// Answers with this status and these headers. `body` is what is told of one that is refused; of an event stream, [`send`](Self::send) it.
    pub fn answer_with<'a>(&self, status: u16, headers: impl IntoIterator<Item = (&'a str, &'a str)>, body: &str) {
        let headers: Headers = headers.into_iter().collect();
        let body = (!body.is_empty()).then(|| body.to_owned());
        self.exchange.step(Step::Answer(Response { status, headers, url: self.url().to_owned(), body }));
    }

    /// Sends these bytes of the body, as one chunk.
    pub fn send(&self, bytes: impl AsRef<[u8]>) {
        self.exchange.step(Step::Chunk(bytes.as_ref().to_owned()));
    }

    /// Sends a whole event of this type with this data, without an id.
    pub fn event(&self, event_type: &str, data: &str) {
        let mut block = format!("event: {event_type}\n");
        for line in data.split('\n') {
            block.push_str("data: ");
            block.push_str(line);
            block.push('\n');
        }
        block.push('\n');
        self.send(block);
    }

    /// Ends the body as a server does.
    pub fn end(&self) {
        self.exchange.step(Step::End);
    }

    /// Fails as a network does, before the answer or in its body. `detail` is what the platform says of it.
    pub fn fail(&self, detail: &str) {
        self.exchange.step(Step::Fail(detail.to_owned()));
    }

    /// Whether the source has aborted the request: because it was closed, for example.
    pub fn is_aborted(&self) -> bool {
        self.exchange.aborted.get()
    }

    /// Waits until it has.
    pub async fn aborted(&self) {
        poll_fn(|context| {
            if self.is_aborted() {
                return Poll::Ready(());
            }
            self.exchange.waker.replace(Some(context.waker().clone()));
            Poll::Pending
        })
        .await;
    }
}

impl fmt::Debug for TestConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestConnection").field("url", &self.url()).field("attempt", &self.attempt()).finish_non_exhaustive()
    }
}

/// A request under way; dropping it aborts it.
pub(crate) struct ScriptedRequest {
    exchange: Rc<Exchange>,
}

impl ScriptedRequest {
    /// Lets it arrive, and reports to `receiver` for as long as that lives.
    pub(crate) fn send(served: &Served, request: &Request<'_>, receiver: Weak<dyn Receiver>) -> Self {
        let exchange = Rc::new(Exchange {
            attempt: request.attempt,
            url: request.url.to_owned(),
            method: request.method.to_owned(),
            headers: request.headers.clone(),
            body: request.body.cloned(),
            last_event_id: request.last_event_id.to_owned(),
            receiver,
            steps: RefCell::default(),
            answered: Cell::new(false),
            delivering: Cell::new(false),
            aborted: Cell::new(false),
            waker: RefCell::default(),
        });
        served.arrive(exchange.clone());
        ScriptedRequest { exchange }
    }

    /// Goes on after the receiver wanted no more for a while.
    pub(crate) fn read_on(&self) {
        self.exchange.deliver();
    }
}

impl Drop for ScriptedRequest {
    fn drop(&mut self) {
        self.exchange.aborted.set(true);
        let waker = self.exchange.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

pub(super) struct Exchange {
    attempt: Attempt,
    url: String,
    method: String,
    headers: Headers,
    body: Option<Body>,
    last_event_id: String,
    receiver: Weak<dyn Receiver>,
    /// What the test has said and the source not heard yet.
    steps: RefCell<VecDeque<Step>>,
    /// What follows is of the body.
    answered: Cell<bool>,
    delivering: Cell<bool>,
    aborted: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

enum Step {
    Answer(Response),
    Chunk(Vec<u8>),
    End,
    Fail(String),
}

impl Exchange {
    fn step(self: &Rc<Self>, step: Step) {
        self.steps.borrow_mut().push_back(step);
        self.deliver();
    }

    fn deliver(self: &Rc<Self>) {
        if self.delivering.replace(true) {
            return;
        }
        while !self.aborted.get()
            && let Some(receiver) = self.receiver.upgrade()
        {
            if receiver.is_busy() {
                let again = Rc::downgrade(self);
                timers::soon(move || again.upgrade().into_iter().for_each(|exchange| exchange.deliver()));
                break;
            }
            if self.answered.get() && !receiver.reads_on() {
                break;
            }
            let step = self.steps.borrow_mut().pop_front();
            match step {
                Some(step) => self.report(&*receiver, step),
                None => break,
            }
        }
        self.delivering.set(false);
    }

    fn report(&self, receiver: &dyn Receiver, step: Step) {
        let attempt = self.attempt;
        match step {
            Step::Answer(response) => {
                self.answered.set(true);
                report_answer(receiver, attempt, response);
            }
            Step::Chunk(chunk) => receiver.receive(Input::ChunkReceived { attempt }, &chunk),
            Step::End => receiver.receive(Input::BodyEnded { attempt }, &[]),
            Step::Fail(detail) => {
                receiver.failed(detail);
                receiver.receive(Input::RequestFailed { attempt }, &[]);
            }
        }
    }
}
