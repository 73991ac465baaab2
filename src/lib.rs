//! quince: looks like an apple and isn't one.
pub mod api;
pub mod cli;
pub mod model;
pub mod sim;
pub mod store;
