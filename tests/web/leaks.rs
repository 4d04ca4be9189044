//! Ten thousand reconnects leave nothing behind: no JavaScript object, no closure (which is one, seen from here), no timer, no memory.
//!
//! Real time would take hours, so the platform's `fetch`, `setTimeout` and `EventSource` are replaced while these run: streams that end at
//! once, timers that fire at once.

use super::tools::{Replaced, within};
use futures_channel::mpsc::unbounded;
use futures_util::StreamExt;
use js_sys::{Function, Reflect};
use tidings::{EventSource, Transport};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

const RECONNECTS: u32 = 10_000;

/// What is held: live references to JavaScript objects, and pages of memory.
fn held() -> (u32, usize) {
    (wasm_bindgen::externref_heap_live_count(), core::arch::wasm32::memory_size(0))
}

/// Runs the source through reconnects, and compares what is held early with what is held late.
async fn reconnect_many_times(source: EventSource) {
    let (tell, mut told) = unbounded();
    source.on_error(move |error| _ = tell.unbounded_send(error.will_reconnect())).forget();
    let mut early = None;
    for count in 0..RECONNECTS {
        assert_eq!(within("an interruption", told.next()).await, Some(true));
        if count == 100 {
            early = Some(held());
        }
    }
    let (early_objects, early_pages) = early.expect("there are more than 100");
    let (late_objects, late_pages) = held();
    // What one reconnect has under way is not the same at each count.
    assert!(late_objects <= early_objects + 10, "{early_objects} objects grew to {late_objects}");
    assert!(late_pages <= early_pages + 1, "{early_pages} pages grew to {late_pages}");
    source.close();
}

/// Timers for the reconnection time that were set and have neither fired nor been cleared.
fn pending_timers() -> f64 {
    Reflect::get(&js_sys::global(), &"pendingTimers".into()).ok().and_then(|count| count.as_f64()).expect("a count")
}

#[wasm_bindgen_test]
async fn over_fetch() {
    let fetch = Function::new_no_args(
        "return Promise.resolve(new Response('id: 1\\ndata: x\\n\\n', { headers: { 'Content-Type': 'text/event-stream' } }))",
    );
    let stand_ins = Function::new_no_args(
        "globalThis.pendingTimers = 0
        const { setTimeout, clearTimeout } = globalThis
        return [
            (callback, delay, ...rest) => {
                // Node's own fetch calls it too, with an argument for the callback.
                if (delay !== 3000) return setTimeout(callback, delay, ...rest)
                pendingTimers += 1
                const channel = new MessageChannel()
                let over = false
                channel.end = () => {
                    if (over) return
                    over = true
                    channel.port1.close()
                    pendingTimers -= 1
                }
                // A message that is on its way may arrive at a closed port.
                channel.port1.onmessage = () => { if (!over) { channel.end(); callback() } }
                channel.port2.postMessage(0)
                return channel
            },
            timer => timer instanceof MessageChannel ? timer.end() : clearTimeout(timer),
        ]",
    );
    let stand_ins: js_sys::Array = stand_ins.call0(&JsValue::UNDEFINED).expect("two functions").unchecked_into();
    let replaced = [
        Replaced::with("fetch", &fetch),
        Replaced::with("setTimeout", &stand_ins.get(0)),
        Replaced::with("clearTimeout", &stand_ins.get(1)),
    ];
    let source = EventSource::builder("http://tidings.test/").transport(Transport::Fetch).build().expect("fetch is there");
    reconnect_many_times(source).await;
    assert_eq!(pending_timers(), 0.0);
    drop(replaced);
}

#[wasm_bindgen_test]
async fn over_native() {
    if !super::tools::has_native() {
        wasm_bindgen_test::console_log!("skipped: no EventSource here");
        return;
    }
    let stand_in = Function::new_no_args(
        "return class extends EventTarget {
            constructor() {
                super()
                this.readyState = 0
                const channel = new MessageChannel()
                const step = () => {
                    if (this.readyState === 2) return channel.port1.close()
                    this.readyState = 1 - this.readyState
                    this.dispatchEvent(new Event(this.readyState ? 'open' : 'error'))
                    channel.port2.postMessage(0)
                }
                channel.port1.onmessage = step
                channel.port2.postMessage(0)
            }
            close() { this.readyState = 2 }
        }",
    )
    .call0(&JsValue::UNDEFINED)
    .expect("a class");
    let native = Replaced::with("EventSource", &stand_in);
    let source = EventSource::builder("http://tidings.test/").transport(Transport::Native).build().expect("it is there");
    reconnect_many_times(source).await;
    drop(native);
}
