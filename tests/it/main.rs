//! The one integration binary.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where it fails")]

#[macro_use]
mod support;

mod applivery;
mod cli;
mod control;
mod docs;
mod faults;
mod ledger;
mod metadata;
mod notices;
mod notifications;
mod presets;
mod properties;
mod rooms;
mod rules;
mod scenarios;
mod seats;
mod settings;
mod shipped;
mod story;
mod subscriptions;
mod timeline;
mod tls;
mod v1;
mod v2;
mod workspaces;
mod worlds;
