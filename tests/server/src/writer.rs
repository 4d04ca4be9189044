//! A response body that an async block writes, piece by piece.
//!
//! The block is polled by the connection, not spawned: when the client goes, hyper drops the body and with it the block,
//! wherever it was waiting. Nothing is written ahead of what the connection takes, so that backpressure is respected.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use axum::body::{Body, Bytes};
use http_body::Frame;

/// Makes a body of what `write` writes; the body ends cleanly when `write` returns.
pub(crate) fn written<F, W>(write: F) -> Body
where
    F: FnOnce(Writer) -> W,
    W: Future<Output = ()> + Send + 'static,
{
    let slot = Slot::default();
    Body::new(Written { block: Some(Box::pin(write(Writer { slot: Arc::clone(&slot) }))), slot })
}

/// Where a block puts what it writes.
#[derive(Debug)]
pub(crate) struct Writer {
    slot: Slot,
}

/// At most one piece lies here: put down by the block, taken by the body that polls the block.
type Slot = Arc<Mutex<Option<Bytes>>>;

impl Writer {
    /// Writes one HTTP chunk and flushes it. (An empty chunk would end the body, so that nothing is not written.)
    pub(crate) async fn send(&mut self, bytes: impl Into<Bytes>) {
        self.put(bytes).await;
        self.flush().await;
    }

    /// Writes one HTTP chunk, which hyper may put into one write with its neighbours: for streams that have to be fast.
    pub(crate) async fn put(&mut self, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        if bytes.is_empty() {
            return;
        }
        *lock(&self.slot) = Some(bytes);
        // No waker is stored: who takes the piece is who polls us, and polls again when it wants the next one.
        std::future::poll_fn(|_| match *lock(&self.slot) {
            None => Poll::Ready(()),
            Some(_) => Poll::Pending,
        })
        .await;
    }

    /// Lets the connection write what it has: hyper flushes when the body has nothing ready.
    pub(crate) async fn flush(&mut self) {
        tokio::task::yield_now().await;
    }
}

struct Written {
    block: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    slot: Slot,
}

impl http_body::Body for Written {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some(block) = &mut self.block else {
            return Poll::Ready(None);
        };
        let done = block.as_mut().poll(context).is_ready();
        if done {
            self.block = None;
        }
        match lock(&self.slot).take() {
            Some(bytes) => Poll::Ready(Some(Ok(Frame::data(bytes)))),
            None if done => Poll::Ready(None),
            None => Poll::Pending,
        }
    }
}

fn lock(slot: &Slot) -> std::sync::MutexGuard<'_, Option<Bytes>> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}
