//! What the tests share.

pub(crate) mod control;
pub(crate) mod fixture;
#[macro_use]
pub(crate) mod ledger;
pub(crate) mod lists;
pub(crate) mod process;
pub(crate) mod schema;

pub(crate) use fixture::{Answer, Fixture};
