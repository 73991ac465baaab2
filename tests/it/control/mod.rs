//! The control API.

mod golden;
mod state;
mod state_broken;
