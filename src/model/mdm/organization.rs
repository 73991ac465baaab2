//! An organization of MDM users: Applivery calls it a workspace, too.

use super::id::ObjectId;
use super::user::Language;
use super::users::MdmUsers;
use crate::model::At;

/// An organization with its people. A clone is a handful of pointers and texts.
#[derive(Debug, Clone)]
pub struct MdmOrganization {
    /// Its id.
    pub id: ObjectId,
    /// Its handle in paths, at least three of `[A-Za-z0-9-]` (applivery.md §1.2); unique in a world.
    pub slug: String,
    /// What people call it.
    pub name: String,
    /// Key of the location whose content token it has, if it has one.
    pub vpp_location: Option<String>,
    /// Of users that do not say theirs.
    pub language: Language,
    /// When it was made.
    pub created_at: At,
    /// Its people.
    pub users: MdmUsers,
}
