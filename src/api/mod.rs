//! The surfaces.

pub mod exchange;
