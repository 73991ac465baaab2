//! What the tests share.

#[macro_use]
pub(crate) mod ledger;
