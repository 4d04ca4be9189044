//! Functions among options.

use std::any::TypeId;
use std::fmt;
use std::rc::Rc;

/// A function that was given as an option. Two are equal if they are written in the same place: what they captured cannot be compared, and hooks
/// that make their options anew at each render must not connect anew for it.
pub(crate) struct Function<F: ?Sized> {
    call: Rc<F>,
    place: TypeId,
}

impl<F: ?Sized> Function<F> {
    /// One that calls a `G` of the user's.
    pub(crate) fn written_as<G: 'static>(call: Rc<F>) -> Self {
        Function { call, place: TypeId::of::<G>() }
    }

    pub(crate) fn get(&self) -> &F {
        &self.call
    }
}

impl<F: ?Sized> Clone for Function<F> {
    fn clone(&self) -> Self {
        Function { call: self.call.clone(), place: self.place }
    }
}

impl<F: ?Sized> PartialEq for Function<F> {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl<F: ?Sized> fmt::Debug for Function<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a function")
    }
}
