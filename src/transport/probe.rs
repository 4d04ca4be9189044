//! The probe: asks whether a server answers at all, after a request of which `fetch` says only that it failed.

use super::Receiver;
use super::ending;
use super::promised::{Common, Promised, ignore};
use crate::host::timers;
use crate::sys;
use js_sys::Promise;
use std::cell::Cell;
use std::rc::{Rc, Weak};
use tidings_core::connection::{Attempt, Input, ProbeOutcome};
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, RequestCache, RequestCredentials, RequestInit, RequestMode, Response, ResponseType};

/// A probe under way; dropping it aborts it.
#[must_use = "dropping a probe aborts it"]
pub(crate) struct Probe {
    inquiry: Rc<Inquiry>,
}

impl Probe {
    /// Sends it, and reports to `receiver` for as long as that lives.
    pub(crate) fn send(attempt: Attempt, url: &str, receiver: Weak<dyn Receiver>) -> Self {
        let inquiry = Rc::new(Inquiry {
            attempt,
            receiver,
            controller: AbortController::new().ok(),
            over: Cell::new(false),
            promised: Promised::new(),
        });
        inquiry.begin(url);
        Probe { inquiry }
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        if !self.inquiry.over.replace(true) {
            ending::end(self.inquiry.controller.as_ref(), None, || {});
        }
    }
}

struct Inquiry {
    attempt: Attempt,
    receiver: Weak<dyn Receiver>,
    controller: Option<AbortController>,
    over: Cell<bool>,
    promised: Promised<Closures>,
}

struct Closures {
    on_response: Closure<dyn FnMut(Response)>,
    common: Common,
}

impl AsRef<Common> for Closures {
    fn as_ref(&self) -> &Common {
        &self.common
    }
}

impl Inquiry {
    fn begin(self: &Rc<Self>, url: &str) {
        let [answering, rejecting, panicking] = [(); 3].map(|()| self.clone());
        self.promised.hold(Closures {
            on_response: Closure::new(move |response| answering.answered(&response)),
            common: Common::new(
                move |_| rejecting.end(ProbeOutcome::Unreachable),
                move || panicking.promised.abandon(&panicking.receiver),
            ),
        });
        let init = RequestInit::new();
        init.set_mode(RequestMode::NoCors);
        init.set_credentials(RequestCredentials::Omit);
        init.set_cache(RequestCache::NoStore);
        if let Some(controller) = &self.controller {
            init.set_signal(Some(&controller.signal()));
        }
        let response = sys::fetch(url, &init).unwrap_or_else(|error| Promise::reject(&error));
        self.promised.settle(&response, |closures| closures.on_response.as_ref());
    }

    fn answered(&self, response: &Response) {
        // What a server of another origin says in mode `no-cors` is opaque.
        let outcome = match response.type_() {
            ResponseType::Opaque => ProbeOutcome::OtherOrigin,
            _ => ProbeOutcome::OwnOrigin,
        };
        let body = response.body();
        ending::end(self.controller.as_ref(), Some(timers::now()), move || {
            body.into_iter().for_each(|body| ignore(&body.cancel()))
        });
        self.end(outcome);
    }

    fn end(&self, outcome: ProbeOutcome) {
        if !self.over.replace(true)
            && let Some(receiver) = self.receiver.upgrade()
        {
            receiver.receive(Input::ProbeEnded { attempt: self.attempt, outcome }, &[]);
        }
        self.promised.let_go();
    }
}
