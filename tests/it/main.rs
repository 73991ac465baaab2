//! The one integration binary.

#[macro_use]
mod support;

mod ledger;
mod properties;
mod v2;
