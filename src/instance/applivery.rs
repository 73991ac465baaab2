//! What a test needs to be a client of Applivery's side of a universe.

use crate::engine::Universe;
use crate::sim::{Access, WorkspaceId};

/// An organization of MDM users, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applivery {
    url: String,
    organization: String,
    slug: String,
    keys: Vec<(&'static str, String)>,
}

impl Applivery {
    /// The organizations of a universe that is served below `base`, in world order. None if the universe failed.
    pub(super) fn all_of(universe: &Universe, base: &str) -> Vec<Self> {
        let each = universe.turn(|turn| {
            let workspaces = turn.world().workspaces().iter().enumerate();
            let each = workspaces.map(|(place, workspace)| {
                let key = |(role, access): &(&'static str, Access)| {
                    Some((*role, turn.api_key(WorkspaceId(place), access)?))
                };
                Self {
                    url: format!("{base}/v1"),
                    organization: workspace.organization.id.to_string(),
                    slug: workspace.organization.slug.clone(),
                    keys: Access::ROLES.iter().filter_map(key).collect(),
                }
            });
            each.collect()
        });
        each.unwrap_or_default()
    }

    /// The base URL; paths such as `/organizations/{organization}/mdm/users` follow.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The organization's id.
    pub fn organization(&self) -> &str {
        &self.organization
    }

    /// The organization's slug, which can stand in paths in place of the id.
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// The API key of a service account that may do everything.
    pub fn key(&self) -> &str {
        self.keys.first().map(|(_, key)| key.as_str()).unwrap_or_default()
    }

    /// The API key of each role: `admin`, `developer`, `viewer`.
    pub fn keys(&self) -> &[(&'static str, String)] {
        &self.keys
    }

    /// The API key of a role.
    ///
    /// # Panics
    ///
    /// If there is no such role; the message names those that there are.
    #[track_caller]
    pub fn key_of(&self, role: &str) -> &str {
        if let Some((_, key)) = self.keys.iter().find(|(of, _)| *of == role) {
            return key;
        }
        let roles: Vec<&str> = self.keys.iter().map(|(role, _)| *role).collect();
        panic!("there is no role `{role}`; there are: {}", roles.join(", "))
    }
}
