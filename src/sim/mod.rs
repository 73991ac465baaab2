//! The model in time.

pub mod date;
pub mod entropy;
pub mod settings;
pub mod spec;
pub mod token;
pub mod worlds;
