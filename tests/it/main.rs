//! The one integration binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it fails")]

#[macro_use]
mod support;

mod cli;
mod control;
mod docs;
mod ledger;
mod properties;
mod rooms;
mod settings;
mod story;
mod tls;
mod v2;
mod worlds;
