//! How a scenario file says things: typed forms with their schemas, and what they become.
//!
//! So far only the verbs, which the control API takes in the same form.
//!
//! Invariants: an unknown key is an error; a form becomes plain data of `sim` and does nothing by itself.

mod arguments;
pub mod verbs;
