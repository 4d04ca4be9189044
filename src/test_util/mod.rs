//! For the tests of apps: servers in memory, whose answers the test gives. With feature `test-util`, which belongs among the
//! `dev-dependencies`.
//!
//! A [`TestServer`] stands in for the server at one URL, as long as it lives: every source that connects there gets no further than it, whoever
//! makes the source and with whatever options. Nothing else changes: bytes are parsed, connections lost and reestablished by the same code as ever.
//! Such a source behaves as over fetch.
//!
//! Time is not waited for. When a source waits, to reconnect or for a sign of life, its time passes as soon as the test asks for the next
//! [`request`](TestServer::request).
//!
//! ```no_run
//! # async fn test() -> Result<(), tidings::Error> {
//! use futures_util::StreamExt;
//! use tidings::{EventSource, test_util::TestServer};
//!
//! let server = TestServer::at("https://example.com/prices")?;
//! let mut prices = EventSource::new("https://example.com/prices")?.messages();
//!
//! let connection = server.request().await;
//! connection.open();
//! connection.send("id: 1\ndata: 10.5\n\n");
//! assert_eq!(prices.next().await.map(|price| price.data).as_deref(), Some("10.5"));
//!
//! connection.end(); // it reconnects, and a minute would pass as fast
//! let connection = server.request().await;
//! assert_eq!(connection.last_event_id(), "1");
//!
//! drop(prices);
//! connection.aborted().await;
//! # Ok(())
//! # }
//! ```

mod connection;

pub use connection::TestConnection;

use crate::Error;
use crate::host::platform;
use connection::Exchange;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};
use std::time::Duration;

/// The server at one URL, in memory. It serves until it is dropped; connections that are open then stay so.
#[must_use = "it serves as long as it lives"]
pub struct TestServer {
    served: Rc<Served>,
}

impl TestServer {
    /// Stands in for the server at `url`, whatever query a source adds. The newest server of a URL serves it.
    ///
    /// # Errors
    ///
    /// As for [`EventSource::new`](crate::EventSource::new): the URL has to be one that a source can use, and this a JavaScript platform
    /// (`wasm-bindgen-test` runs tests in browsers and in Node).
    pub fn at(url: &str) -> Result<Self, Error> {
        platform::check()?;
        let url = without_query(&platform::resolve(url)?).to_owned();
        let served = Rc::new(Served {
            url,
            arrived: RefCell::default(),
            waits: RefCell::default(),
            waker: RefCell::default(),
            count: Cell::new(0),
        });
        SERVED.with_borrow_mut(|all| {
            all.retain(|served| served.strong_count() > 0);
            all.push(Rc::downgrade(&served));
        });
        Ok(TestServer { served })
    }

    /// The next request: one that has arrived and was not taken, or the next that does. A source that waits waits no longer.
    pub async fn request(&self) -> TestConnection {
        poll_fn(|context| {
            self.served.pass_time();
            if let Some(exchange) = self.served.arrived.borrow_mut().pop_front() {
                return Poll::Ready(TestConnection::over(exchange));
            }
            self.served.waker.replace(Some(context.waker().clone()));
            Poll::Pending
        })
        .await
    }

    /// How many requests have arrived so far.
    pub fn requests(&self) -> u32 {
        self.served.count.get()
    }

    /// How long a source of this server has begun to wait for, until it reconnects or gives its connection up as silent; the shortest of several.
    pub fn waits_for(&self) -> Option<Duration> {
        let waits = self.served.waits.borrow();
        waits
            .iter()
            .filter_map(|wait| wait.upgrade())
            .filter(|wait| wait.over.borrow().is_some())
            .map(|wait| Duration::from_millis(wait.delay.into()))
            .min()
    }
}

impl fmt::Debug for TestServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestServer").field("url", &self.served.url).finish_non_exhaustive()
    }
}

/// What a server shares with the sources that it serves.
pub(crate) struct Served {
    url: String,
    arrived: RefCell<VecDeque<Rc<Exchange>>>,
    waits: RefCell<Vec<Weak<Wait>>>,
    waker: RefCell<Option<Waker>>,
    count: Cell<u32>,
}

/// A timer that runs out when the test wants it to. Dropping it stops it.
pub(crate) struct Wait {
    delay: u32,
    over: RefCell<Option<Box<dyn FnOnce()>>>,
}

impl Served {
    /// Who serves this URL, if it is a test.
    pub(crate) fn at(url: &str) -> Option<Rc<Served>> {
        SERVED.with_borrow(|all| all.iter().rev().filter_map(Weak::upgrade).find(|served| served.url == without_query(url)))
    }

    pub(crate) fn start_timer(&self, delay: u32, callback: impl FnOnce() + 'static) -> Rc<Wait> {
        let wait = Rc::new(Wait { delay, over: RefCell::new(Some(Box::new(callback))) });
        let mut waits = self.waits.borrow_mut();
        waits.retain(|wait| wait.strong_count() > 0);
        waits.push(Rc::downgrade(&wait));
        drop(waits);
        self.wake();
        wait
    }

    fn arrive(&self, exchange: Rc<Exchange>) {
        self.count.set(self.count.get() + 1);
        self.arrived.borrow_mut().push_back(exchange);
        self.wake();
    }

    /// Lets the shortest wait be over, unless something is there without waiting.
    fn pass_time(&self) {
        if !self.arrived.borrow().is_empty() {
            return;
        }
        let running = |wait: &Rc<Wait>| wait.over.borrow().is_some();
        let shortest = self.waits.borrow().iter().filter_map(Weak::upgrade).filter(running).min_by_key(|wait| wait.delay);
        if let Some(over) = shortest.and_then(|wait| wait.over.take()) {
            over();
        }
    }

    fn wake(&self) {
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

pub(crate) use connection::ScriptedRequest;

fn without_query(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or(url)
}

thread_local! {
    static SERVED: RefCell<Vec<Weak<Served>>> = const { RefCell::new(Vec::new()) };
}
