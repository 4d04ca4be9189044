//! What streams have not taken yet: one bounded queue for each.
//!
//! Rules: no cell is borrowed while a waker runs, for a waker may poll at once. A queue that is full asks its source to read no further; a
//! chunk that was read is delivered whole, so a queue may hold more than its capacity by what one chunk brings, and by one loss of the connection and one
//! `Open` after it, never by more.

use crate::{CloseReason, Error, Event, Message, MessageEvent, OpenEvent};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::mem;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// Which messages a stream carries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Every message that the transport gives without being told its type.
    pub(crate) all: bool,
    /// Messages of these types, over any transport.
    pub(crate) types: BTreeSet<Box<str>>,
    /// Besides messages, what becomes of the connection.
    pub(crate) connection: bool,
}

/// The queues of one source.
#[derive(Default)]
pub(crate) struct Queues {
    /// Replaced as a whole, so that it can be gone through while wakers add and remove.
    all: RefCell<Rc<[Rc<Queue>]>>,
}

impl Queues {
    pub(crate) fn add(&self, queue: &Rc<Queue>) {
        let all = self.all.borrow().iter().chain([queue]).cloned().collect();
        self.all.replace(all);
    }

    pub(crate) fn remove(&self, queue: &Rc<Queue>) {
        let all = self.all.borrow().iter().filter(|other| !Rc::ptr_eq(other, queue)).cloned().collect();
        self.all.replace(all);
    }

    /// Those that are there now: what is happening is told to them, and not to those that its listeners add.
    pub(crate) fn now(&self) -> Rc<[Rc<Queue>]> {
        self.all.borrow().clone()
    }

    /// Whether one of them wants messages whose types nobody can name.
    pub(crate) fn want_all(&self) -> bool {
        self.all.borrow().iter().any(|queue| queue.wanted.borrow().all)
    }

    /// Adds the types that they have named.
    pub(crate) fn add_types(&self, types: &mut BTreeSet<Rc<str>>) {
        for queue in self.all.borrow().iter() {
            types.extend(queue.wanted.borrow().types.iter().map(|name| Rc::from(&**name)));
        }
    }

    /// Whether one of them is full: see [`Queue::is_full`].
    pub(crate) fn are_full(&self) -> bool {
        self.all.borrow().iter().any(|queue| queue.is_full())
    }

    /// Ends all of them, and lets go of them.
    pub(crate) fn release(&self, end: impl Fn(&Queue)) {
        let all = self.all.take();
        all.iter().for_each(|queue| end(queue));
    }
}

/// The queue of one stream.
pub(crate) struct Queue {
    wanted: RefCell<Wanted>,
    capacity: usize,
    items: RefCell<VecDeque<Event>>,
    waker: RefCell<Option<Waker>>,
    /// It was full, and has not been drained since.
    full: Cell<bool>,
    /// Nothing will be added any more.
    ended: Cell<bool>,
    /// What the last message was made of, since types, ids and origins repeat.
    last: RefCell<[Arc<str>; 3]>,
}

impl Queue {
    pub(crate) fn new(wanted: Wanted, capacity: usize) -> Self {
        Queue {
            wanted: RefCell::new(wanted),
            capacity: capacity.max(1),
            items: RefCell::default(),
            waker: RefCell::default(),
            full: Cell::new(false),
            ended: Cell::new(false),
            last: RefCell::default(),
        }
    }

    /// Wants messages of these types too.
    #[cfg(any(feature = "serde", test))]
    pub(crate) fn also(&self, types: impl Iterator<Item = Box<str>>) {
        self.wanted.borrow_mut().types.extend(types);
    }

    /// Wants messages only, from now on, and forgets what else it holds.
    pub(crate) fn only_messages(&self) {
        self.wanted.borrow_mut().connection = false;
        self.items.borrow_mut().retain(|item| matches!(item, Event::Message(_)));
    }

    pub(crate) fn open(&self, event: &OpenEvent) {
        if self.wanted.borrow().connection {
            self.push(Event::Open(event.clone()));
        }
    }

    pub(crate) fn error(&self, error: &Error) {
        if self.wanted.borrow().connection {
            self.push(Event::told(error));
        }
    }

    pub(crate) fn close(&self) {
        if self.wanted.borrow().connection {
            self.push(Event::Closed { reason: CloseReason::Ended });
        }
    }

    /// Takes a message in, if it is wanted; `named_only` where a transport gives only what somebody has named, perhaps somebody else.
    pub(crate) fn message(&self, event: &MessageEvent<'_>, named_only: bool) {
        let is_wanted = {
            let wanted = self.wanted.borrow();
            (wanted.all && !named_only) || wanted.types.contains(event.event_type)
        };
        if is_wanted {
            let message = self.owned(event);
            self.push(Event::Message(message));
        }
    }

    fn owned(&self, event: &MessageEvent<'_>) -> Message {
        let mut last = self.last.borrow_mut();
        let [event_type, last_event_id, origin] = &mut *last;
        let again = |last: &mut Arc<str>, now: &str| {
            if **last != *now {
                *last = now.into();
            }
            last.clone()
        };
        Message {
            event_type: again(event_type, event.event_type),
            data: event.data.to_owned(),
            last_event_id: again(last_event_id, event.last_event_id),
            origin: again(origin, event.origin),
        }
    }

    fn push(&self, event: Event) {
        if self.ended.get() {
            return;
        }
        let length = {
            let mut items = self.items.borrow_mut();
            if items.len() >= self.capacity && matches!(event, Event::Reconnecting { .. }) {
                // Connections that come and go fill no queue: the newest loss stands for all in a row, and for what was open between them.
                let is_loss = |item: Option<&Event>| matches!(item, Some(Event::Reconnecting { .. }));
                if matches!(items.back(), Some(Event::Open(_))) && is_loss(items.iter().nth_back(1)) {
                    items.pop_back();
                }
                if is_loss(items.back()) {
                    items.pop_back();
                }
            }
            items.push_back(event);
            items.len()
        };
        if length >= self.capacity {
            self.full.set(true);
        }
        self.wake();
    }

    /// Whether its source should read no further. It stays so until half of it was taken.
    pub(crate) fn is_full(&self) -> bool {
        self.full.get() && !self.ended.get()
    }

    /// The oldest item; without one, `None` at the end, or else the task is woken when there is something.
    pub(crate) fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        let (item, length) = {
            let mut items = self.items.borrow_mut();
            (items.pop_front(), items.len())
        };
        if length <= self.capacity / 2 {
            self.full.set(false);
        }
        if item.is_some() || self.ended.get() {
            return Poll::Ready(item);
        }
        let before = self.waker.replace(Some(context.waker().clone()));
        drop(before);
        Poll::Pending
    }

    /// Whether it will never give anything again.
    pub(crate) fn is_over(&self) -> bool {
        self.ended.get() && self.items.borrow().is_empty()
    }

    /// Ends with what it holds.
    pub(crate) fn end(&self) {
        self.ended.set(true);
        self.wake();
    }

    /// Ends with nothing.
    pub(crate) fn discard(&self) {
        let items = mem::take(&mut *self.items.borrow_mut());
        drop(items);
        self.end();
    }

    fn wake(&self) {
        let waker = self.waker.take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Said;
    use tidings_core::connection::{Attempt, ErrorEvent, Reason, Verdict};

    fn queue(capacity: usize) -> Queue {
        let types = ["message".into()].into();
        Queue::new(Wanted { types, connection: true, ..Wanted::default() }, capacity)
    }

    fn message(data: &str) -> MessageEvent<'_> {
        MessageEvent { event_type: "message", data, last_event_id: "1", origin: "o" }
    }

    fn poll(queue: &Queue) -> Poll<Option<Event>> {
        queue.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn lost(number: u32) -> Error {
        let attempt = Attempt::from_number(number);
        let event = ErrorEvent { reason: Reason::Unknown, verdict: Verdict::Interrupted, attempt, delay: None };
        Error::told(&event, &Said::default(), true)
    }

    #[test]
    fn it_is_full_until_half_of_it_was_taken() {
        let queue = queue(4);
        for data in ["a", "b", "c"] {
            queue.message(&message(data), true);
        }
        assert!(!queue.is_full());
        queue.message(&message("d"), true);
        let states: Vec<bool> = (0..4).map(|_| poll(&queue).is_ready() && queue.is_full()).collect();
        assert_eq!(states, [true, false, false, false]);
        assert!(poll(&queue).is_pending());
    }

    #[test]
    fn a_server_that_is_away_fills_no_queue() {
        let queue = queue(2);
        for number in 1..100 {
            queue.error(&lost(number));
        }
        assert_eq!(queue.items.borrow().len(), 2);
        assert_eq!(
            (poll(&queue), poll(&queue)),
            (Poll::Ready(Some(Event::told(&lost(1)))), Poll::Ready(Some(Event::told(&lost(99)))))
        );
    }

    #[test]
    fn connections_that_come_and_go_fill_no_queue() {
        let queue = queue(2);
        queue.message(&message("a"), true);
        for number in 1..100 {
            queue.open(&OpenEvent { attempt: Some(number), ..OpenEvent::default() });
            queue.error(&lost(number));
        }
        queue.open(&OpenEvent { attempt: Some(100), ..OpenEvent::default() });
        let told: Vec<_> = queue.items.borrow().iter().skip(1).cloned().collect();
        let open = |number| Event::Open(OpenEvent { attempt: Some(number), ..OpenEvent::default() });
        assert_eq!(told, [open(1), Event::told(&lost(99)), open(100)], "it was open, lost, and is open");
    }

    #[test]
    fn it_takes_in_what_is_wanted() {
        let queue = queue(9);
        let tick = MessageEvent { event_type: "tick", ..message("t") };
        queue.message(&tick, false);
        queue.also(["tick".into()].into_iter());
        queue.message(&tick, false);
        queue.open(&OpenEvent::default());
        queue.only_messages();
        queue.open(&OpenEvent::default());
        assert_eq!(poll(&queue), Poll::Ready(Some(Event::Message((&tick).into()))));
        assert!(poll(&queue).is_pending());
    }

    #[test]
    fn what_repeats_is_shared() {
        let queue = queue(9);
        queue.message(&message("a"), true);
        queue.message(&message("b"), true);
        let items = queue.items.borrow();
        let [Event::Message(a), Event::Message(b)] = [&items[0], &items[1]] else { panic!("two messages") };
        assert!(Arc::ptr_eq(&a.last_event_id, &b.last_event_id) && Arc::ptr_eq(&a.event_type, &b.event_type));
    }

    #[test]
    fn an_end_keeps_what_waits_and_a_close_does_not() {
        let (ended, closed) = (queue(9), queue(9));
        for (queue, end) in [(&ended, Queue::end as fn(&Queue)), (&closed, Queue::discard)] {
            queue.message(&message("a"), true);
            end(queue);
            queue.message(&message("late"), true);
        }
        assert!(matches!(poll(&ended), Poll::Ready(Some(Event::Message(_)))));
        assert_eq!((poll(&ended), poll(&closed)), (Poll::Ready(None), Poll::Ready(None)));
        assert!(ended.is_over() && closed.is_over());
    }
}
