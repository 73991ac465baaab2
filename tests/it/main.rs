//! The one integration binary.

#[macro_use]
mod support;

mod cli;
mod ledger;
mod settings;
mod story;
mod v2;
mod worlds;
