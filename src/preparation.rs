//! What the user does before a request: a future that changes it, and can be dropped at any time.
//!
//! Rules: no cell is borrowed while the future runs. Dropping the [`Preparation`] drops the future, at once or, from inside it, when it returns.

use crate::function::Function;
use crate::request::PreparedRequest;
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

pub(crate) type Preparing = Pin<Box<dyn Future<Output = Result<PreparedRequest, String>>>>;

pub(crate) type Prepare = Function<dyn Fn(PreparedRequest) -> Preparing>;

/// A request that is being prepared; dropping it ends that.
#[must_use = "dropping it gives the preparation up"]
pub(crate) struct Preparation {
    course: Rc<Course>,
}

struct Course {
    future: RefCell<Option<Preparing>>,
    given_up: Cell<bool>,
}

impl Preparation {
    /// Begins, and tells when it is done, unless it was given up before.
    pub(crate) fn begin(future: Preparing, done: impl FnOnce(Result<PreparedRequest, String>) + 'static) -> Self {
        let course = Rc::new(Course { future: RefCell::new(Some(future)), given_up: Cell::new(false) });
        let running = course.clone();
        wasm_bindgen_futures::spawn_local(async move {
            if let Some(result) = poll_fn(|context| running.poll(context)).await {
                done(result);
            }
        });
        Preparation { course }
    }
}

impl Drop for Preparation {
    fn drop(&mut self) {
        self.course.given_up.set(true);
        let future = self.course.future.take();
        drop(future);
    }
}

impl Course {
    fn poll(&self, context: &mut Context<'_>) -> Poll<Option<Result<PreparedRequest, String>>> {
        let Some(mut future) = self.future.take() else { return Poll::Ready(None) };
        let polled = future.as_mut().poll(context);
        match polled {
            _ if self.given_up.get() => Poll::Ready(None),
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending => {
                self.future.replace(Some(future));
                Poll::Pending
            }
        }
    }
}
