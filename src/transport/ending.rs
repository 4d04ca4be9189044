//! Ending a request, in the way that every engine takes it.

use crate::host::{platform, timers};
use web_sys::AbortController;

/// Aborts a request that was answered at that time, if it was, and then lets go of what else its caller holds of it.
///
/// Firefox's workers lose an abort that comes within a few milliseconds of the answer, and any that comes after a cancel: the connection would stay.
pub(super) fn end(controller: Option<&AbortController>, answered: Option<u64>, and_then: impl FnOnce() + 'static) {
    let controller = controller.cloned();
    let end = move || {
        if let Some(controller) = controller {
            controller.abort();
        }
        and_then();
    };
    let is_fresh = answered.is_some_and(|at| timers::now().saturating_sub(at) < SETTLING.into());
    if is_fresh && platform::is_worker() {
        timers::later(SETTLING, end);
    } else {
        end();
    }
}

/// How long the beginning of an answer may take to settle, in milliseconds.
const SETTLING: u32 = 20;
