//! Another product's people: the MDM users of Applivery, in the organizations that they belong to (applivery.md §3).
//!
//! An [`MdmOrganization`] has [`MdmUsers`]; a user is an [`MdmUser`], named by an [`ObjectId`]. What makes one is an
//! [`MdmDraft`], what changes one an [`MdmChange`], a no is an [`MdmRefusal`]; a list is read with an [`MdmQuery`].
//!
//! Invariants: within an organization an id and an e-mail address, whatever its case, name one user; a page without
//! filters, in an order that has an index, costs what it returns; a refusal changes nothing.
//!
//! Not here: what a valid address or name is (the surface's patterns), JSON (`metadata` is opaque text), which Apple
//! user belongs to an MDM user (`sim::world::workspaces`), keys and permissions (`sim::key`).

mod counts;
mod id;
mod organization;
mod query;
mod rows;
mod user;
mod users;

#[cfg(test)]
mod tests;

pub use counts::{MdmCounts, MdmPlatform};
pub use id::ObjectId;
pub use organization::MdmOrganization;
pub use query::{MdmPage, MdmQuery, MdmSort};
pub use user::{AccountChange, Language, MdmChange, MdmDraft, MdmUser};
pub use users::{MdmRefusal, MdmUsers};
