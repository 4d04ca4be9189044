//! What each app does with an event, the same for all.

use futures_channel::oneshot;
use serde::Deserialize;
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// What an app is to do.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    /// How many events it waits for.
    pub(crate) count: u32,
    /// Whether it parses each as a [`Quote`].
    pub(crate) parse: bool,
}

/// What an app has done.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// How many events came.
    pub events: u32,
    /// The bytes of their data, in UTF-8.
    pub bytes: f64,
    /// The sum of what the parsed events hold: right only if each was parsed.
    pub sum: f64,
    /// From before the request until the last event. Not from the first event on: Firefox's own source reads far ahead of it.
    pub milliseconds: f64,
}

/// Counts events, and tells when all have come.
pub(crate) struct Tally {
    work: Work,
    run: Run,
    begin: f64,
    trouble: Option<String>,
}

impl Tally {
    pub(crate) fn new(work: Work) -> Self {
        Tally { work, run: Run { events: 0, bytes: 0.0, sum: 0.0, milliseconds: 0.0 }, begin: now(), trouble: None }
    }

    /// Takes one event; true when it was the last.
    pub(crate) fn take(&mut self, data: &str) -> bool {
        self.run.events += 1;
        self.run.bytes += data.len() as f64;
        if self.work.parse {
            match serde_json::from_str::<Quote<'_>>(data) {
                Ok(quote) => self.run.sum += quote.sum(),
                Err(error) => self.trouble = Some(format!("event {}: {error}", self.run.events)),
            }
        }
        let last = self.run.events == self.work.count;
        if last {
            self.run.milliseconds = now() - self.begin;
        }
        last
    }

    pub(crate) fn finish(self) -> Result<Run, JsError> {
        match self.trouble {
            Some(trouble) => Err(JsError::new(&trouble)),
            None if self.run.events < self.work.count => {
                Err(JsError::new(&format!("{} of {} events came", self.run.events, self.work.count)))
            }
            None => Ok(self.run),
        }
    }
}

/// A tally for callbacks, which cannot be waited for.
#[derive(Clone)]
pub(crate) struct SharedTally {
    counting: Rc<RefCell<Option<Counting>>>,
}

struct Counting {
    tally: Tally,
    done: oneshot::Sender<Tally>,
}

impl SharedTally {
    /// It, and what gives the tally back when the work is done.
    pub(crate) fn new(work: Work) -> (Self, oneshot::Receiver<Tally>) {
        let (done, receiver) = oneshot::channel();
        let counting = Counting { tally: Tally::new(work), done };
        (SharedTally { counting: Rc::new(RefCell::new(Some(counting))) }, receiver)
    }

    pub(crate) fn take(&self, data: &str) {
        let last = self.counting.borrow_mut().as_mut().is_some_and(|counting| counting.tally.take(data));
        if last {
            self.stop();
        }
    }

    /// Gives the tally back as it is.
    pub(crate) fn stop(&self) {
        if let Some(Counting { tally, done }) = self.counting.take() {
            // Nobody waits any more only if the page is going.
            _ = done.send(tally);
        }
    }
}

/// What the parsed events hold; text is borrowed where the client lends it.
#[derive(Deserialize)]
struct Quote<'a> {
    id: u32,
    symbol: &'a str,
    price: f64,
    bid: f64,
    ask: f64,
    volume: u32,
}

impl Quote<'_> {
    /// A number that depends on every field, so that the page can tell that each event was parsed whole.
    fn sum(&self) -> f64 {
        f64::from(self.id) + self.symbol.len() as f64 + self.price + self.bid + self.ask + f64::from(self.volume)
    }
}

fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(f64::NAN, |performance| performance.now())
}
