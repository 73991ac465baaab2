//! The model in time.

pub mod spec;
pub mod settings;
