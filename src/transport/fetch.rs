//! The fetch transport: a request by `fetch`, its body read chunk by chunk.
//!
//! Rules: at most one promise is under way at a time, first that of `fetch`, then that of one `read` after another; a chunk is dispatched
//! before the next is asked for, so a slow listener slows the reading, not the memory. While the receiver wants no more, none is. The closures are let go when the last
//! promise settles, which an abort makes it do at once.
//!
//! Dangers: the request may be aborted inside any report, for reports run listeners; an answer may come after the abort; a listener may
//! panic inside a report (see [`super::promised`]).

use super::ending;
use super::promised::{Common, Promised, ignore};
use super::{Receiver, Request, report_answer};
use crate::Response;
use crate::host::timers::{self, Timer};
use crate::request::{Body, Content, Credentials, FieldValue, Redirect};
use crate::sys::{self, ReadResult};
use js_sys::{Array, Promise, Uint8Array};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use tidings_core::connection::{self, Attempt, Input};
use wasm_bindgen::prelude::*;
use web_sys::{
    AbortController, Blob, BlobPropertyBag, FormData, Headers, ReadableStreamDefaultReader, RequestCache, RequestCredentials,
    RequestInit, RequestMode, RequestRedirect,
};

/// A request under way; dropping it aborts it, so that the server sees it.
#[must_use = "dropping a request aborts it"]
pub(crate) struct FetchRequest {
    exchange: Rc<Exchange>,
}

impl FetchRequest {
    /// Sends the request, and reports to `receiver` for as long as that lives.
    pub(crate) fn send(request: &Request<'_>, receiver: Weak<dyn Receiver>) -> Self {
        let exchange = Rc::new(Exchange {
            attempt: request.attempt,
            receiver,
            // Without one, an abort can only cancel the body.
            controller: AbortController::new().ok(),
            aborted: Cell::new(false),
            answered: Cell::new(None),
            reader: RefCell::new(None),
            resting: Cell::new(false),
            refused: RefCell::new(None),
            chunk: RefCell::new(Vec::new()),
            promised: Promised::new(),
        });
        exchange.begin(request);
        FetchRequest { exchange }
    }

    /// Goes on after the receiver wanted no more for a while.
    pub(crate) fn read_on(&self) {
        if self.exchange.resting.replace(false) {
            self.exchange.read_on();
        }
    }
}

impl Drop for FetchRequest {
    fn drop(&mut self) {
        self.exchange.abort();
    }
}

/// One request and its answer.
struct Exchange {
    attempt: Attempt,
    receiver: Weak<dyn Receiver>,
    controller: Option<AbortController>,
    aborted: Cell<bool>,
    /// When it was answered, for as long as the body has not ended.
    answered: Cell<Option<u64>>,
    reader: RefCell<Option<ReadableStreamDefaultReader>>,
    /// The receiver wants no more for now, so nothing is under way.
    resting: Cell<bool>,
    /// An answer that is no event stream, until the beginning of its body was read.
    refused: RefCell<Option<Refused>>,
    /// Where chunks are copied to; kept for the next one.
    chunk: RefCell<Vec<u8>>,
    promised: Promised<Closures>,
}

/// What is told of an answer that is no event stream.
struct Refused {
    response: Response,
    beginning: Vec<u8>,
    timer: Timer,
}

struct Closures {
    on_response: Closure<dyn FnMut(web_sys::Response)>,
    on_read: Closure<dyn FnMut(ReadResult)>,
    common: Common,
}

impl AsRef<Common> for Closures {
    fn as_ref(&self) -> &Common {
        &self.common
    }
}

impl Exchange {
    fn begin(self: &Rc<Self>, request: &Request<'_>) {
        let [answering, reading, rejecting, panicking] = [(); 4].map(|()| self.clone());
        self.promised.hold(Closures {
            on_response: Closure::new(move |response| answering.response_started(&response)),
            on_read: Closure::new(move |result| reading.read(&result)),
            common: Common::new(move |error| rejecting.failed(&error), move || panicking.promised.abandon(&panicking.receiver)),
        });
        // `fetch` rejects rather than throws, but a page may have replaced it.
        let response = sys::fetch(request.url, &self.init(request)).unwrap_or_else(|error| Promise::reject(&error));
        self.promised.settle(&response, |closures| closures.on_response.as_ref());
    }

    /// The standard's request: ["potential-CORS request"](https://html.spec.whatwg.org/multipage/server-sent-events.html#dom-eventsource) with
    /// mode `cors`, credentials "same-origin" or "include", `Accept: text/event-stream` and cache mode `no-store`. The user may have chosen others of these
    /// headers.
    fn init(&self, request: &Request<'_>) -> RequestInit {
        let init = RequestInit::new();
        init.set_mode(RequestMode::Cors);
        init.set_cache(RequestCache::NoStore);
        init.set_credentials(match request.credentials {
            Credentials::Omit => RequestCredentials::Omit,
            Credentials::SameOrigin => RequestCredentials::SameOrigin,
            Credentials::Include => RequestCredentials::Include,
        });
        if request.redirect == Redirect::Error {
            init.set_redirect(RequestRedirect::Error);
        }
        init.set_method(request.method);
        if let Ok(headers) = Headers::new() {
            // Names and values were checked, and no id holds what a header value must not (NUL, CR, LF), so no call throws; and if one
            // did, a request without the header is better than none.
            for (name, value) in request.headers.iter() {
                _ = headers.append(name, value);
            }
            if request.headers.get("accept").is_none() {
                _ = headers.set("Accept", "text/event-stream");
            }
            if request.headers.get("last-event-id").is_none() && !request.last_event_id.is_empty() {
                _ = headers.set("Last-Event-ID", &byte_string(request.last_event_id));
            }
            init.set_headers(&headers);
        }
        if let Some(body) = request.body {
            init.set_body(&body_of(body));
        }
        if let Some(controller) = &self.controller {
            init.set_signal(Some(&controller.signal()));
        }
        init
    }

    fn response_started(self: &Rc<Self>, response: &web_sys::Response) {
        if self.aborted.get() {
            // It came after the abort: `fetch` could not be told, so the body is.
            if let Some(body) = response.body() {
                ignore(&body.cancel());
            }
            return self.promised.let_go();
        }
        self.answered.set(Some(timers::now()));
        let told =
            Response { status: response.status(), headers: headers_of(&response.headers()), url: response.url(), body: None };
        if !is_event_stream(&told)
            && let Some(Ok(reader)) = response.body().map(|body| ReadableStreamDefaultReader::new(&body))
        {
            if let Some(receiver) = self.receiver.upgrade() {
                // Until that is told, silence is not the server's.
                receiver.receive(Input::Paused, &[]);
            }
            let timer = self.wait_for_beginning(HALVES);
            let refused = Refused { response: told, beginning: Vec::new(), timer };
            self.refused.replace(Some(refused));
            self.reader.replace(Some(reader));
            return self.read_on();
        }
        if let Some(receiver) = self.receiver.upgrade() {
            report_answer(&*receiver, self.attempt, told);
        }
        if self.aborted.get() {
            let body = response.body();
            self.end(move || body.into_iter().for_each(|body| ignore(&body.cancel())));
            return self.promised.let_go();
        }
        match response.body().map(|body| ReadableStreamDefaultReader::new(&body)) {
            Some(Ok(reader)) => {
                *self.reader.borrow_mut() = Some(reader);
                self.read_on_or_rest();
            }
            Some(Err(error)) => self.failed(&error),
            // "A response whose body is null": it has ended.
            None => self.ended(),
        }
    }

    fn read_on(&self) {
        let reader = self.reader.borrow().clone();
        match reader {
            Some(reader) => self.promised.settle(&reader.read(), |closures| closures.on_read.as_ref()),
            None => self.promised.let_go(),
        }
    }

    fn read(&self, result: &ReadResult) {
        if self.aborted.get() {
            return self.promised.let_go();
        }
        if self.refused.borrow().is_some() {
            return self.read_refused(result);
        }
        if result.done() {
            return self.ended();
        }
        if let (Some(bytes), Some(receiver)) = (result.value(), self.receiver.upgrade()) {
            let mut chunk = self.chunk.take();
            let length = bytes.length() as usize;
            if chunk.len() < length {
                chunk.resize(length, 0);
            }
            bytes.copy_to(&mut chunk[..length]);
            receiver.receive(Input::ChunkReceived { attempt: self.attempt }, &chunk[..length]);
            if chunk.len() <= KEPT {
                self.chunk.replace(chunk);
            }
        }
        if self.aborted.get() || self.receiver.strong_count() == 0 {
            return self.promised.let_go();
        }
        self.read_on_or_rest();
    }

    fn read_on_or_rest(&self) {
        if self.receiver.upgrade().is_some_and(|receiver| receiver.reads_on()) {
            self.read_on();
        } else {
            self.resting.set(true);
        }
    }

    /// Reads the beginning of a body that is no event stream.
    fn read_refused(&self, result: &ReadResult) {
        let is_enough = match (&mut *self.refused.borrow_mut(), result.value()) {
            (Some(refused), Some(bytes)) if !result.done() => {
                let wanted = (BEGINNING - refused.beginning.len()).min(bytes.length() as usize);
                refused.beginning.extend(bytes.subarray(0, wanted as u32).to_vec());
                refused.beginning.len() == BEGINNING
            }
            _ => true,
        };
        if !is_enough {
            return self.read_on();
        }
        self.refuse();
        // Being told, the machine has aborted.
        self.promised.let_go();
    }

    /// Waits for so many halves of the time for the beginning: where the machine stalls, what came meanwhile is still read before the next one is over.
    fn wait_for_beginning(self: &Rc<Self>, halves: u32) -> Timer {
        let exchange = Rc::downgrade(self);
        Timer::start(PATIENCE / HALVES, move || {
            let Some(exchange) = exchange.upgrade() else { return };
            if halves == 1 {
                return exchange.refuse();
            }
            let timer = exchange.wait_for_beginning(halves - 1);
            if let Some(refused) = &mut *exchange.refused.borrow_mut() {
                refused.timer = timer;
            }
        })
    }

    /// Tells of an answer that is no event stream, with what has come of its body.
    fn refuse(&self) {
        let refused = self.refused.take();
        if let (Some(Refused { mut response, beginning, .. }), Some(receiver)) = (refused, self.receiver.upgrade()) {
            response.body = Some(text_of(&beginning));
            report_answer(&*receiver, self.attempt, response);
        }
    }

    fn ended(&self) {
        self.answered.set(None);
        if let Some(receiver) = self.receiver.upgrade() {
            receiver.receive(Input::BodyEnded { attempt: self.attempt }, &[]);
        }
        self.promised.let_go();
    }

    fn failed(&self, error: &JsValue) {
        self.answered.set(None);
        if !self.aborted.get() && self.refused.borrow().is_some() {
            // Its body broke off.
            self.refuse();
            return self.promised.let_go();
        }
        if !self.aborted.get()
            && let Some(receiver) = self.receiver.upgrade()
        {
            let detail = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message())).unwrap_or_default();
            // It will stand in brackets inside a sentence.
            receiver.failed(detail.trim_end_matches('.').to_owned());
            receiver.receive(Input::RequestFailed { attempt: self.attempt }, &[]);
        }
        self.promised.let_go();
    }

    fn abort(&self) {
        if self.aborted.replace(true) {
            return;
        }
        drop(self.refused.take());
        // Also where there is no controller, or a `fetch` of the page's own that does not heed its signal.
        let reader = self.reader.take();
        self.end(move || reader.into_iter().for_each(|reader| ignore(&reader.cancel())));
        if self.resting.replace(false) {
            self.promised.let_go();
        }
    }

    fn end(&self, cancel: impl FnOnce() + 'static) {
        ending::end(self.controller.as_ref(), self.answered.get(), cancel);
    }
}

/// "Let lastEventIDValue be the EventSource object's last event ID string, encoded as UTF-8." Script headers take byte strings, in which each
/// character is one byte.
fn byte_string(id: &str) -> String {
    id.bytes().map(char::from).collect()
}

fn headers_of(headers: &Headers) -> crate::Headers {
    let entries = Array::from(headers);
    let entries = entries.iter().map(|entry| Array::from(&entry));
    entries.filter_map(|entry| Some((entry.get(0).as_string()?, entry.get(1).as_string()?))).collect()
}

fn is_event_stream(response: &Response) -> bool {
    let content_type = response.headers.get("content-type").map(str::as_bytes);
    connection::Response { status: response.status, content_type }.is_event_stream()
}

/// Without the character that was cut at the end.
fn text_of(bytes: &[u8]) -> String {
    let whole = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    };
    String::from_utf8_lossy(whole).into_owned()
}

fn body_of(body: &Body) -> JsValue {
    match &body.content {
        Content::Text(text) => JsValue::from_str(text),
        Content::Bytes(bytes) => Uint8Array::from(&**bytes).into(),
        Content::Form(fields) => {
            // Neither constructor throws without arguments that could be bad, and no method of a form does.
            let Ok(form) = FormData::new() else { return JsValue::UNDEFINED };
            for field in fields.iter() {
                _ = match &field.value {
                    FieldValue::Text(text) => form.append_with_str(&field.name, text),
                    FieldValue::File { name, content_type, bytes } => {
                        let kind = BlobPropertyBag::new();
                        kind.set_type(content_type);
                        let parts = Array::of1(&Uint8Array::from(&**bytes));
                        Blob::new_with_u8_array_sequence_and_options(&parts, &kind)
                            .and_then(|blob| form.append_with_blob_and_filename(&field.name, &blob, name))
                    }
                };
            }
            form.into()
        }
    }
}

/// How much of the body of an answer that is no event stream is told, in bytes.
const BEGINNING: usize = 4_096;
/// How long it is waited for, in milliseconds.
const PATIENCE: u32 = 1_000;
const HALVES: u32 = 2;
/// A chunk's memory up to this many bytes is kept for the next one.
const KEPT: usize = 8 * 1024 * 1024;
