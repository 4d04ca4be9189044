//! What the platform around us offers: time, the network's hints, whether the page is hidden, the base URL, whether there is a platform at all, panics.

pub(crate) mod network;
pub(crate) mod panics;
pub(crate) mod platform;
pub(crate) mod timers;
pub(crate) mod visibility;
