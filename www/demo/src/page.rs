//! What is on the screen. Every part has an id, and each event row its data attributes: tests hold on to them.

use std::{cell::RefCell, time::Duration};

use gloo_timers::callback::Interval;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlButtonElement, HtmlElement, Window};

use crate::watch::Watch;

/// The parts of the page.
pub(crate) struct Page {
    document: Document,
    pub(crate) drop: HtmlButtonElement,
    pub(crate) refuse: HtmlButtonElement,
    pub(crate) toggle: HtmlButtonElement,
    state: HtmlElement,
    reconnects: HtmlElement,
    url: HtmlElement,
    count_events: HtmlElement,
    count_message: HtmlElement,
    count_tick: HtmlElement,
    count_reconnections: HtmlElement,
    count_lost: HtmlElement,
    count_repeated: HtmlElement,
    last_event_id: HtmlElement,
    last_error: HtmlElement,
    problem: HtmlElement,
    announcement: HtmlElement,
    events: HtmlElement,
    countdown: RefCell<Option<Interval>>,
}

/// A line in the list that is not an event.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Notice {
    /// The connection is lost and will be reestablished.
    Dropped,
    /// It is there again.
    Resumed,
    /// It is lost for good.
    Failed,
    /// It was closed on purpose.
    Closed,
}

impl Page {
    /// Finds all parts, or says which is missing.
    pub(crate) fn find(window: &Window) -> Result<Self, JsValue> {
        let document = window.document().ok_or("the window has no document")?;
        Ok(Self {
            drop: part(&document, "drop")?,
            refuse: part(&document, "refuse")?,
            toggle: part(&document, "toggle")?,
            state: part(&document, "state")?,
            reconnects: part(&document, "reconnects")?,
            url: part(&document, "url")?,
            count_events: part(&document, "count-events")?,
            count_message: part(&document, "count-message")?,
            count_tick: part(&document, "count-tick")?,
            count_reconnections: part(&document, "count-reconnections")?,
            count_lost: part(&document, "count-lost")?,
            count_repeated: part(&document, "count-repeated")?,
            last_event_id: part(&document, "last-event-id")?,
            last_error: part(&document, "last-error")?,
            problem: part(&document, "problem")?,
            announcement: part(&document, "announcement")?,
            events: part(&document, "events")?,
            countdown: RefCell::default(),
            document,
        })
    }

    /// Shows the ready state, by its name in small letters.
    pub(crate) fn set_state(&self, name: &str, is_open: bool, is_closed: bool) {
        set_attribute(&self.state, "data-state", name);
        let mut letters = name.chars();
        let shown: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
        self.state.set_text_content(Some(&shown));
        self.announcement.set_text_content(Some(&shown));
        for button in [&self.drop, &self.refuse] {
            // Not `disabled`, which would take the focus away from who has just pressed it.
            set_attribute(button, "aria-disabled", if is_open { "false" } else { "true" });
            button.set_disabled(false);
        }
        self.toggle.set_disabled(false);
        self.toggle.set_text_content(Some(if is_closed { "Open" } else { "Close" }));
    }

    /// Shows where the events come from.
    pub(crate) fn set_url(&self, url: &str) {
        self.url.set_text_content(Some(url));
    }

    /// Shows the last error in words.
    pub(crate) fn set_error(&self, words: &str) {
        self.last_error.set_text_content(Some(words));
    }

    /// Shows what stands in the way of the page itself, or that nothing does.
    pub(crate) fn set_problem(&self, words: Option<&str>) {
        self.problem.set_text_content(words);
        self.problem.set_hidden(words.is_none());
    }

    /// Shows the counts.
    pub(crate) fn set_counts(&self, watch: &Watch) {
        for (part, count) in [
            (&self.count_events, watch.events),
            (&self.count_message, watch.messages),
            (&self.count_tick, watch.ticks),
            (&self.count_reconnections, watch.reconnections),
            (&self.count_lost, watch.lost),
            (&self.count_repeated, watch.repeated),
        ] {
            part.set_text_content(Some(&count.to_string()));
        }
        let id = watch.last_event_id.as_str();
        self.last_event_id.set_text_content(Some(if id.is_empty() { "none" } else { id }));
    }

    /// Counts down to the next attempt; `None` when none is awaited.
    pub(crate) fn reconnects_in(&self, wait: Option<Duration>) {
        // The interval before this one ends here, as it is dropped.
        self.countdown.replace(None);
        let shown = self.reconnects.clone();
        let Some(wait) = wait else {
            shown.set_text_content(None);
            return;
        };
        shown.set_text_content(Some(&format!("again in {}", seconds(wait))));
        let until = js_sys::Date::now() + wait.as_secs_f64() * 1_000.0;
        let tick = Interval::new(100, move || {
            let left = ((until - js_sys::Date::now()) / 1_000.0).max(0.0);
            let words = if left > 0.0 { format!("again in {left:.1} s") } else { "asking the server".to_owned() };
            shown.set_text_content(Some(&words));
        });
        self.countdown.replace(Some(tick));
    }

    /// Adds an event on top.
    pub(crate) fn event(&self, id: &str, event_type: &str, data: &str) {
        let Some(row) = self.element("li", "event") else {
            return;
        };
        set_attribute(&row, "data-kind", "event");
        set_attribute(&row, "data-id", id);
        set_attribute(&row, "data-type", event_type);
        for (name, text) in [("id", id), ("type", event_type), ("data", data)] {
            self.append(&row, "span", name, text);
        }
        self.add(&row);
    }

    /// Adds a notice on top, and says it aloud.
    pub(crate) fn notice(&self, notice: Notice, words: &str) {
        self.announcement.set_text_content(Some(words));
        let name = match notice {
            Notice::Dropped => "dropped",
            Notice::Resumed => "resumed",
            Notice::Failed => "failed",
            Notice::Closed => "closed",
        };
        let Some(row) = self.element("li", &format!("notice {name}")) else {
            return;
        };
        set_attribute(&row, "data-kind", name);
        self.append(&row, "span", "words", words);
        self.add(&row);
    }

    fn add(&self, row: &Element) {
        let now = js_sys::Date::new_0();
        let time = format!("{:02}:{:02}:{:02}", now.get_hours(), now.get_minutes(), now.get_seconds());
        self.append(row, "time", "time", &time);
        // A document that refuses a row is not one we could do anything about.
        let _ = self.events.prepend_with_node_1(row);
        while self.events.child_element_count() > MOST_ROWS {
            let Some(oldest) = self.events.last_element_child() else {
                break;
            };
            oldest.remove();
        }
    }

    fn append(&self, row: &Element, element: &str, class: &str, text: &str) {
        if let Some(part) = self.element(element, class) {
            part.set_text_content(Some(text));
            let _ = row.append_with_node_1(&part);
        }
    }

    fn element(&self, name: &str, class: &str) -> Option<Element> {
        let element = self.document.create_element(name).ok()?;
        element.set_class_name(class);
        Some(element)
    }
}

/// A duration as a reader wants it: `250 ms`, `1 s`, `2.5 s`.
fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        return format!("{} ms", duration.as_millis());
    }
    let seconds = format!("{:.1}", duration.as_secs_f64());
    format!("{} s", seconds.strip_suffix(".0").unwrap_or(&seconds))
}

fn part<T: JsCast>(document: &Document, id: &str) -> Result<T, JsValue> {
    document
        .get_element_by_id(id)
        .and_then(|element| element.dyn_into().ok())
        .ok_or_else(|| format!("the page has no #{id} of the right kind").into())
}

fn set_attribute(element: &Element, name: &str, value: &str) {
    // Fails only for names that are not names.
    let _ = element.set_attribute(name, value);
}

/// Nearly a minute of events.
const MOST_ROWS: u32 = 200;
