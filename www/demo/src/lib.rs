//! The page a newcomer opens first: live events, and what happens when the line breaks.
//!
//! `page` is what is on the screen and knows nothing of sources; `watch` counts events and notices one that is lost or
//! repeated; this file ties them to a [`tidings::EventSource`].

mod page;
mod watch;

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use gloo_events::EventListener;
use tidings::{Error, EventSource, MessageEvent, ReadyState, Transport};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{RequestInit, Response, UrlSearchParams, Window};

use page::{Notice, Page};
use watch::Watch;

/// Builds the page's program and opens the source.
///
/// # Errors
///
/// When the document is not the demo's.
#[wasm_bindgen(start)]
pub fn start() -> Result<(), JsValue> {
    let window = web_sys::window().ok_or("the demo wants a window")?;
    let app = Rc::new(App {
        page: Page::find(&window)?,
        stream: for_this_page(&window, "/demo/stream?", "key")?,
        whose: for_this_page(&window, "&", "of")?,
        window,
        source: RefCell::default(),
        watch: RefCell::default(),
    });
    app.listen();
    app.open();
    Ok(())
}

/// Everything the page's program holds. Borrows end before the page or the source is called.
struct App {
    window: Window,
    page: Page,
    stream: String,
    /// The part of a query that says whose connection to drop.
    whose: String,
    source: RefCell<Option<EventSource>>,
    watch: RefCell<Watch>,
}

impl App {
    /// Ties the buttons, for as long as the page lives: the listeners are what keeps the app.
    fn listen(self: &Rc<Self>) {
        let on_click = |button: &web_sys::HtmlButtonElement, act: fn(&Rc<Self>)| {
            let app = Rc::clone(self);
            EventListener::new(button, "click", move |_| act(&app)).forget();
        };
        on_click(&self.page.drop, |app| app.drop_connection(0));
        on_click(&self.page.refuse, |app| app.drop_connection(REFUSE_FOR));
        on_click(&self.page.toggle, |app| {
            if app.ready_state() == ReadyState::Closed {
                app.open();
            } else {
                app.close();
            }
        });
    }

    /// Opens a source. It knows of no earlier events: those that were missed while it was closed are not lost ones.
    fn open(self: &Rc<Self>) {
        self.watch.borrow_mut().begin();
        let source = match EventSource::builder(&self.stream).transport(Transport::Fetch).build() {
            Ok(source) => source,
            Err(error) => return self.failed(&error),
        };
        self.page.set_url(source.url());

        // The source's callbacks must not keep the app that holds the source.
        let app = Rc::downgrade(self);
        source.on_open(with(&app, |app, _| app.opened())).forget();
        source.on_error(with(&app, Self::failed)).forget();
        source.on_message(move |event: &MessageEvent<'_>| received(&app, event)).forget();
        let app = Rc::downgrade(self);
        source.on("tick", move |event: &MessageEvent<'_>| received(&app, event)).forget();

        self.source.replace(Some(source));
        self.show_state();
    }

    fn close(&self) {
        // Out of its cell first: nothing is borrowed while the source does what it does.
        let source = self.source.take();
        if let Some(source) = source {
            source.close();
        }
        self.page.reconnects_in(None);
        self.show_state();
        self.page.notice(Notice::Closed, "closed by you");
    }

    fn opened(&self) {
        let resumed = self.watch.borrow_mut().opened();
        self.page.reconnects_in(None);
        self.show_state();
        self.show_counts();
        if let Some(after) = resumed {
            let after = if after.is_empty() { "no event so far".to_owned() } else { format!("id {after}") };
            self.page.notice(Notice::Resumed, &format!("resumed after {after}"));
        }
    }

    fn failed(&self, error: &Error) {
        self.show_state();
        self.page.set_error(&error.to_string());
        if error.will_reconnect() {
            let what = if self.watch.borrow_mut().dropped() { "connection dropped" } else { "no connection yet" };
            // The error's own words say when it reconnects.
            self.page.notice(Notice::Dropped, &format!("{what}: {error}"));
            self.page.reconnects_in(error.reconnect_in());
        } else {
            self.page.notice(Notice::Failed, &format!("closed: {error}"));
            self.page.reconnects_in(None);
        }
    }

    fn received(&self, event: &MessageEvent<'_>) {
        self.watch.borrow_mut().received(event.event_type, event.last_event_id);
        self.page.event(event.last_event_id, event.event_type, event.data);
        self.show_counts();
    }

    /// Asks the server to drop this page's connection, and to refuse the next ones for so many ms. There has to be one.
    fn drop_connection(self: &Rc<Self>, refuse_for: u32) {
        if self.ready_state() != ReadyState::Open {
            return;
        }
        let init = RequestInit::new();
        init.set_method("POST");
        let url = format!("/demo/drop?for={refuse_for}{}", self.whose);
        let asked = self.window.fetch_with_str_and_init(&url, &init);
        let app = Rc::clone(self);
        spawn_local(async move {
            let refused = match JsFuture::from(asked).await.map(JsCast::dyn_into::<Response>) {
                Ok(Ok(response)) if response.ok() => None,
                Ok(Ok(response)) => Some(format!("status {}", response.status())),
                Ok(Err(_)) | Err(_) => Some("it did not answer".to_owned()),
            };
            app.page.set_problem(refused.map(|why| format!("The server was asked to drop the connection: {why}")).as_deref());
        });
    }

    fn ready_state(&self) -> ReadyState {
        self.source.borrow().as_ref().map_or(ReadyState::Closed, EventSource::ready_state)
    }

    fn show_state(&self) {
        let state = self.ready_state();
        let name = match state {
            ReadyState::Connecting => "connecting",
            ReadyState::Open => "open",
            ReadyState::Closed => "closed",
        };
        self.page.set_state(name, state == ReadyState::Open, state == ReadyState::Closed);
    }

    fn show_counts(&self) {
        let watch = self.watch.borrow();
        self.page.set_counts(&watch);
    }
}

/// A callback that does nothing once the app is gone.
fn with<T: ?Sized>(app: &Weak<App>, act: impl Fn(&App, &T) + 'static) -> impl Fn(&T) + 'static {
    let app = Weak::clone(app);
    move |argument| {
        if let Some(app) = app.upgrade() {
            act(&app, argument);
        }
    }
}

fn received(app: &Weak<App>, event: &MessageEvent<'_>) {
    if let Some(app) = app.upgrade() {
        app.received(event);
    }
}

/// An address with the page's own `?page=` as the value of `name`: by it the server knows this page's connection from those
/// of others. Without one all pages share their fate.
fn for_this_page(window: &Window, address: &str, name: &str) -> Result<String, JsValue> {
    let search = UrlSearchParams::new_with_str(&window.location().search()?)?;
    Ok(match search.get("page") {
        Some(page) => format!("{address}{name}={}", js_sys::encode_uri_component(&page)),
        None => address.trim_end_matches(['?', '&']).to_owned(),
    })
}

/// What the button «Drop it for 5 seconds» says, in ms.
const REFUSE_FOR: u32 = 5_000;
