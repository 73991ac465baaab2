//! quince: looks like an apple and isn't one.
pub mod api;
pub mod cli;
pub mod engine;
pub mod fidelity;
pub mod http;
pub mod model;
pub mod sim;
pub mod store;
