//! Waiting for promises with closures that outlive their own call.
//!
//! A promise that calls a closure which was dropped throws, so the closures of a request must live until its last promise settles,
//! and no longer. [`Promised`] keeps them: whoever owns it is owned by its closures, and [`let_go`](Promised::let_go) cuts that circle. A closure
//! that is running stays alive until it returns.

use super::Receiver;
use crate::sys::Settling;
use js_sys::Promise;
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;

/// The closures of one request.
pub(crate) struct Promised<C> {
    closures: RefCell<Option<Rc<C>>>,
}

/// What every request does with a promise, however it settles.
pub(crate) struct Common {
    on_rejected: Closure<dyn FnMut(JsValue)>,
    /// A listener panicked in one of the closures: in WebAssembly that unwinds nothing, no destructor runs, and the call into Rust ends
    /// as a JavaScript exception, which rejects the promise of that call. This one cleans up and throws it again, so that the
    /// platform reports it.
    on_panic: Closure<dyn FnMut(JsValue) -> Result<(), JsValue>>,
}

impl Common {
    pub(crate) fn new(rejected: impl Fn(JsValue) + 'static, panicked: impl Fn() + 'static) -> Self {
        Common {
            on_rejected: Closure::new(rejected),
            on_panic: Closure::new(move |error| {
                panicked();
                Err(error)
            }),
        }
    }
}

impl<C: AsRef<Common>> Promised<C> {
    pub(crate) const fn new() -> Self {
        Promised { closures: RefCell::new(None) }
    }

    pub(crate) fn hold(&self, closures: C) {
        self.closures.replace(Some(Rc::new(closures)));
    }

    /// Calls the closure that `on_fulfilled` picks when the promise is fulfilled; nothing once the closures were let go.
    pub(crate) fn settle(&self, promise: &Promise, on_fulfilled: impl Fn(&C) -> &JsValue) {
        let closures = self.closures.borrow().clone();
        if let Some(closures) = closures {
            // A promise of the platform never calls back before `then` has returned; what stands in for one might.
            let promise = Promise::resolve(promise).unchecked_into::<Settling>();
            let Common { on_rejected, on_panic } = (*closures).as_ref();
            promise.then(on_fulfilled(&closures), on_rejected.as_ref()).catch(on_panic.as_ref());
        }
    }

    /// What a panic calls for: nothing of this request will come any more, and its source has to end.
    pub(super) fn abandon(&self, receiver: &Weak<dyn Receiver>) {
        self.let_go();
        if let Some(receiver) = receiver.upgrade() {
            receiver.abandoned();
        }
    }

    /// To be called when nothing is under way any more: after the last report, for a listener may panic in it.
    pub(crate) fn let_go(&self) {
        let closures = self.closures.take();
        drop(closures);
    }
}

/// Lets a promise settle unheard.
pub(crate) fn ignore(promise: &Promise) {
    thread_local! {
        static NOTHING: Closure<dyn FnMut(JsValue)> = Closure::new(|_| {});
    }
    NOTHING.with(|nothing| {
        promise.unchecked_ref::<Settling>().catch(nothing.as_ref());
    });
}
