//! Time.

use crate::sys::Settling;
use gloo_timers::callback::Timeout;
use js_sys::Promise;
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;

/// A timer that is stopped by being dropped.
///
/// It runs in pieces, for engines' timers stand still while the machine sleeps: the first look after that tells, by the clock on the wall.
pub(crate) struct Timer {
    _run: Rc<Run>,
}

struct Run {
    end: u64,
    timeout: RefCell<Option<Timeout>>,
    callback: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl Timer {
    /// Calls `callback` after so many milliseconds.
    pub(crate) fn start(milliseconds: u32, callback: impl FnOnce() + 'static) -> Self {
        let run = Rc::new(Run {
            end: now().saturating_add(milliseconds.into()),
            timeout: RefCell::default(),
            callback: RefCell::new(Some(Box::new(callback))),
        });
        run.go_on(milliseconds);
        Timer { _run: run }
    }
}

impl Run {
    fn go_on(self: &Rc<Self>, left: u32) {
        let run = Rc::downgrade(self);
        let is_last = left <= PIECE;
        let timeout = Timeout::new(left.min(PIECE), move || Self::fired(&run, if is_last { 0 } else { left - PIECE }));
        let before = self.timeout.replace(Some(timeout));
        drop(before);
    }

    /// `at_most` is left, and less after a sleep; a clock that was put back does not count.
    fn fired(run: &Weak<Self>, at_most: u32) {
        let Some(run) = run.upgrade() else { return };
        let left = run.end.saturating_sub(now()).min(at_most.into()) as u32;
        if left > 0 {
            return run.go_on(left);
        }
        let callback = run.callback.take();
        if let Some(callback) = callback {
            callback();
        }
    }
}

/// Milliseconds by the clock on the wall, which a sleep does not stop. It may be put back.
pub(crate) fn now() -> u64 {
    js_sys::Date::now() as u64
}

/// Calls `callback` after so many milliseconds, come what may.
pub(crate) fn later(milliseconds: u32, callback: impl FnOnce() + 'static) {
    Timeout::new(milliseconds, callback).forget();
}

/// Calls `callback` in a microtask: when the code that is running comes to an `await` or to its end.
pub(crate) fn soon(callback: impl FnOnce() + 'static) {
    let callback = Closure::once_into_js(callback);
    Promise::resolve(&JsValue::UNDEFINED).unchecked_into::<Settling>().then(&callback, &JsValue::UNDEFINED);
}

/// The longest piece, in milliseconds.
const PIECE: u32 = 30_000;
