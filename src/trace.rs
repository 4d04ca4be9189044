//! A line for each transition, for who watches with [`tracing`](https://docs.rs/tracing): with the feature `tracing`, at level TRACE, target `tidings`.

use tidings_core::connection::{Input, State};

/// What happened, in words; nothing while nobody watches.
pub(crate) fn describe(input: &Input<'_>) -> String {
    if !is_watched() {
        return String::new();
    }
    match input {
        // A parser is too long to be told.
        Input::Dispatched(_) => "Dispatched".to_owned(),
        input => format!("{input:?}"),
    }
}

/// The connection to this URL went on, because of that.
#[cfg(feature = "tracing")]
pub(crate) fn transition(url: &str, from: State, to: State, input: &str) {
    tracing::trace!(target: "tidings", url, ?from, ?to, input);
}

/// Nobody watches.
#[cfg(not(feature = "tracing"))]
pub(crate) fn transition(_url: &str, _from: State, _to: State, _input: &str) {}

#[cfg(feature = "tracing")]
fn is_watched() -> bool {
    tracing::enabled!(target: "tidings", tracing::Level::TRACE)
}

#[cfg(not(feature = "tracing"))]
fn is_watched() -> bool {
    false
}
