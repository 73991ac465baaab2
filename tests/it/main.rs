//! The one integration binary.

#[macro_use]
mod support;

mod docs;
mod ledger;
mod rooms;
mod v2;
