//! quince: looks like an apple and isn't one.
pub mod api;
pub mod model;
pub mod sim;
pub mod snapshot;
pub mod store;
