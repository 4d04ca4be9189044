//! Who listens, and the guards that stop listening.
//!
//! Rules: a listener is taken out of its place while it runs and put back afterwards, so no cell is borrowed while user code runs,
//! and dropping a listener (which may run user code too) happens after the borrow has ended. Places are numbered in the order
//! they were made: an event goes to the listeners that were there when it began, in that order.

use crate::{Error, MessageEvent, OpenEvent};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::fmt;
use std::rc::{Rc, Weak};

type OpenListener = Box<dyn FnMut(&OpenEvent)>;
type CloseListener = Box<dyn FnMut()>;
type ErrorListener = Box<dyn FnMut(&Error)>;
type MessageListener = Box<dyn FnMut(&MessageEvent<'_>)>;
type CommentListener = Box<dyn FnMut(&str)>;

/// All listeners of one source.
#[derive(Default)]
pub(crate) struct Listeners {
    open: Places<OpenListener>,
    close: Places<CloseListener>,
    error: Places<ErrorListener>,
    message: Places<MessageListener>,
    comment: Places<CommentListener>,
}

#[derive(Clone, Copy)]
enum Kind {
    Open,
    Close,
    Error,
    Message,
    Comment,
}

impl Listeners {
    pub(crate) fn add_open(self: &Rc<Self>, listener: OpenListener) -> Subscription {
        self.guard(Kind::Open, self.open.add("open", listener))
    }

    pub(crate) fn add_close(self: &Rc<Self>, listener: CloseListener) -> Subscription {
        self.guard(Kind::Close, self.close.add("close", listener))
    }

    pub(crate) fn add_error(self: &Rc<Self>, listener: ErrorListener) -> Subscription {
        self.guard(Kind::Error, self.error.add("error", listener))
    }

    pub(crate) fn add_message(self: &Rc<Self>, event_type: &str, listener: MessageListener) -> Subscription {
        self.guard(Kind::Message, self.message.add(event_type, listener))
    }

    pub(crate) fn add_comment(self: &Rc<Self>, listener: CommentListener) -> Subscription {
        self.guard(Kind::Comment, self.comment.add("", listener))
    }

    /// Whether anybody listens to comments.
    pub(crate) fn has_comment(&self) -> bool {
        !self.comment.places.borrow().is_empty()
    }

    /// Adds the types of event that are listened to.
    pub(crate) fn add_types(&self, types: &mut BTreeSet<Rc<str>>) {
        types.extend(self.message.places.borrow().iter().map(|place| place.event_type.clone()));
    }

    /// Calls the `open` listeners as long as `go_on` says so.
    pub(crate) fn open(&self, event: &OpenEvent, go_on: impl Fn() -> bool) {
        self.open.each("open", |listener| listener(event), go_on);
    }

    /// Calls the `close` listeners as long as `go_on` says so.
    pub(crate) fn close(&self, go_on: impl Fn() -> bool) {
        self.close.each("close", |listener| listener(), go_on);
    }

    /// Calls the `error` listeners as long as `go_on` says so.
    pub(crate) fn error(&self, error: &Error, go_on: impl Fn() -> bool) {
        self.error.each("error", |listener| listener(error), go_on);
    }

    /// Calls the listeners of this event's type as long as `go_on` says so.
    pub(crate) fn message(&self, event: &MessageEvent<'_>, go_on: impl Fn() -> bool) {
        self.message.each(event.event_type, |listener| listener(event), go_on);
    }

    /// Calls the listeners to comments as long as `go_on` says so.
    pub(crate) fn comment(&self, text: &str, go_on: impl Fn() -> bool) {
        self.comment.each("", |listener| listener(text), go_on);
    }

    /// Drops all listeners: nobody will be told anything any more. Who listens and owns the source in turn is free then.
    pub(crate) fn release(&self) {
        self.open.clear();
        self.close.clear();
        self.error.clear();
        self.message.clear();
        self.comment.clear();
    }

    fn guard(self: &Rc<Self>, kind: Kind, number: u64) -> Subscription {
        Subscription { listeners: Rc::downgrade(self), kind, number }
    }

    fn remove(&self, kind: Kind, number: u64) {
        match kind {
            Kind::Open => self.open.remove(number),
            Kind::Close => self.close.remove(number),
            Kind::Error => self.error.remove(number),
            Kind::Message => self.message.remove(number),
            Kind::Comment => self.comment.remove(number),
        }
    }
}

/// Listeners of one kind, in order.
struct Places<L> {
    places: RefCell<Vec<Place<L>>>,
    newest: Cell<u64>,
}

struct Place<L> {
    number: u64,
    event_type: Rc<str>,
    /// `None` while it runs.
    listener: Option<L>,
}

impl<L> Default for Places<L> {
    fn default() -> Self {
        Places { places: RefCell::default(), newest: Cell::new(0) }
    }
}

impl<L> Places<L> {
    fn add(&self, event_type: &str, listener: L) -> u64 {
        let number = self.newest.get() + 1;
        self.newest.set(number);
        self.places.borrow_mut().push(Place { number, event_type: event_type.into(), listener: Some(listener) });
        number
    }

    fn remove(&self, number: u64) {
        let removed = {
            let mut places = self.places.borrow_mut();
            places.binary_search_by_key(&number, |place| place.number).ok().map(|index| places.remove(index))
        };
        drop(removed);
    }

    fn clear(&self) {
        let places = self.places.take();
        drop(places);
    }

    fn each(&self, event_type: &str, mut call: impl FnMut(&mut L), go_on: impl Fn() -> bool) {
        let newest = self.newest.get();
        let mut done = 0;
        while go_on() {
            let Some((number, mut listener)) = self.take(event_type, done, newest) else {
                return;
            };
            call(&mut listener);
            done = number;
            let orphan = self.put_back(number, listener);
            drop(orphan);
        }
    }

    fn take(&self, event_type: &str, after: u64, until: u64) -> Option<(u64, L)> {
        let mut places = self.places.borrow_mut();
        places
            .iter_mut()
            .filter(|place| place.number > after && place.number <= until && *place.event_type == *event_type)
            .find_map(|place| Some((place.number, place.listener.take()?)))
    }

    /// Gives the listener back again if its place was removed while it ran.
    fn put_back(&self, number: u64, listener: L) -> Option<L> {
        let mut places = self.places.borrow_mut();
        match places.binary_search_by_key(&number, |place| place.number) {
            Ok(index) => places[index].listener.replace(listener),
            Err(_) => Some(listener),
        }
    }
}

/// Keeps one listener registered, and removes it when dropped.
///
/// It owns the listener's place and nothing else: it does not keep the [`EventSource`](crate::EventSource) alive or its connection open, and may
/// outlive both. Inside the listener itself it may be dropped too.
#[must_use = "dropping a Subscription removes its listener at once: keep it, or call `forget` to listen for as long as the source lives"]
pub struct Subscription {
    listeners: Weak<Listeners>,
    kind: Kind,
    number: u64,
}

impl Subscription {
    /// Keeps the listener until its source is closed or has failed, without a guard.
    ///
    /// A listener that owns its own source (by an `Rc`) keeps it open until something calls `close`: let it hold a `Weak` instead.
    pub fn forget(mut self) {
        self.listeners = Weak::new();
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some(listeners) = self.listeners.upgrade() {
            listeners.remove(self.kind, self.number);
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts its own end.
    struct DropObserver(Rc<Cell<u32>>);

    impl Drop for DropObserver {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }

    fn message(event_type: &'static str) -> MessageEvent<'static> {
        MessageEvent { event_type, data: "", last_event_id: "", origin: "" }
    }

    fn log() -> (Rc<RefCell<String>>, impl Fn(&'static str) -> MessageListener) {
        let log = Rc::new(RefCell::new(String::new()));
        let writer = log.clone();
        (log, move |name| {
            let log = writer.clone();
            Box::new(move |_| log.borrow_mut().push_str(name))
        })
    }

    #[test]
    fn listeners_run_in_order_and_by_type() {
        let listeners = Rc::new(Listeners::default());
        let (log, write) = log();
        let _guards = ["a", "b", "c"].map(|name| listeners.add_message("message", write(name)));
        let _other = listeners.add_message("tick", write("t"));
        listeners.message(&message("message"), || true);
        listeners.message(&message("tick"), || true);
        listeners.message(&message("constructor"), || true);
        assert_eq!(*log.borrow(), "abct");
    }

    #[test]
    fn a_dropped_guard_removes_and_a_forgotten_one_does_not() {
        let listeners = Rc::new(Listeners::default());
        let (log, write) = log();
        let guard = listeners.add_message("message", write("a"));
        listeners.add_message("message", write("b")).forget();
        listeners.message(&message("message"), || true);
        drop(guard);
        listeners.message(&message("message"), || true);
        assert_eq!(*log.borrow(), "abb");
    }

    #[test]
    fn a_listener_may_remove_itself_and_add_another() {
        let listeners = Rc::new(Listeners::default());
        let (log, write) = log();
        let dropped = Rc::new(Cell::new(0));
        let own_guard = Rc::new(RefCell::new(None));
        let observer = DropObserver(dropped.clone());
        let guard = listeners.add_message("message", {
            let (own_guard, listeners, write) = (own_guard.clone(), Rc::downgrade(&listeners), write("late"));
            let mut write = Some(write);
            Box::new(move |_| {
                let _kept = &observer;
                drop(own_guard.borrow_mut().take());
                assert_eq!(observer.0.get(), 0, "it still runs");
                if let (Some(listeners), Some(write)) = (listeners.upgrade(), write.take()) {
                    listeners.add_message("message", write).forget();
                }
            })
        });
        *own_guard.borrow_mut() = Some(guard);
        listeners.message(&message("message"), || true);
        assert_eq!((dropped.get(), log.borrow().as_str()), (1, ""), "gone, and the new one waits for the next event");
        listeners.message(&message("message"), || true);
        assert_eq!(*log.borrow(), "late");
    }

    #[test]
    fn nobody_is_called_once_it_is_over() {
        let listeners = Rc::new(Listeners::default());
        let over = Rc::new(Cell::new(false));
        let (log, write) = log();
        listeners
            .add_message("message", {
                let over = over.clone();
                Box::new(move |_| over.set(true))
            })
            .forget();
        listeners.add_message("message", write("b")).forget();
        listeners.message(&message("message"), || !over.get());
        assert_eq!(*log.borrow(), "");
    }

    #[test]
    fn what_is_over_frees_its_listeners() {
        let listeners = Rc::new(Listeners::default());
        let (log, write) = log();
        let dropped = Rc::new(Cell::new(0));
        let observer = DropObserver(dropped.clone());
        let releasing = Rc::downgrade(&listeners);
        let guard = listeners.add_message(
            "message",
            Box::new(move |_| {
                releasing.upgrade().expect("they are there").release();
                assert_eq!(observer.0.get(), 0, "it still runs");
            }),
        );
        listeners.add_message("message", write("b")).forget();
        listeners.message(&message("message"), || true);
        assert_eq!((dropped.get(), log.borrow().as_str()), (1, ""));
        drop(guard);
    }

    #[test]
    fn a_guard_may_outlive_its_source() {
        let listeners = Rc::new(Listeners::default());
        let dropped = Rc::new(Cell::new(0));
        let observer = DropObserver(dropped.clone());
        let guard = listeners.add_error(Box::new(move |_| _ = &observer));
        drop(listeners);
        assert_eq!(dropped.get(), 1);
        drop(guard);
    }
}
