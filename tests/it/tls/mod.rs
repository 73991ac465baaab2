//! TLS: clients that know nothing of quince but where it is and whom to trust.

mod client;
mod files;
mod sync;
mod trust;

pub(crate) use client::{Client, certificates};
