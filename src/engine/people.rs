//! What a turn does with organizations of MDM users and their keys.

use std::sync::Arc;

use super::turn::Turn;
use crate::model::{MdmChange, MdmDraft, MdmRefusal, MdmUser, ObjectId};
use crate::sim::{Access, KeyCredential, KeyRefusal, KeySession, Workspace, WorkspaceId};

impl Turn<'_> {
    /// Finds the organization that an API key is of.
    pub fn authenticate_key(&self, credential: &KeyCredential) -> Result<KeySession, KeyRefusal> {
        self.state.world.authenticate_key(self.universe, credential, self.now)
    }

    /// The organization with this id or slug.
    pub fn find_workspace(&self, id_or_slug: &str) -> Option<WorkspaceId> {
        self.state.world.find_workspace(id_or_slug)
    }

    /// An organization as it stands; cheap to keep, and it does not change any more.
    pub fn workspace(&self, id: WorkspaceId) -> Option<Workspace> {
        self.state.world.workspace(id).cloned()
    }

    /// Makes an MDM user, and the Apple user that belongs to it.
    pub fn create_mdm_user(
        &mut self,
        id: WorkspaceId,
        draft: MdmDraft,
    ) -> Result<Arc<MdmUser>, MdmRefusal> {
        self.state.world.create_mdm_user(id, draft, self.now, &self.state.settings)
    }

    /// Changes an MDM user, and the Apple user that belongs to it.
    pub fn update_mdm_user(
        &mut self,
        id: WorkspaceId,
        user: ObjectId,
        change: MdmChange,
    ) -> Result<Arc<MdmUser>, MdmRefusal> {
        self.state.world.update_mdm_user(id, user, change, self.now, &self.state.settings)
    }

    /// Removes an MDM user, and retires the Apple user that belongs to it. Returns the user as it was.
    pub fn remove_mdm_user(
        &mut self,
        id: WorkspaceId,
        user: ObjectId,
    ) -> Result<Arc<MdmUser>, MdmRefusal> {
        self.state.world.remove_mdm_user(id, user, self.now, &self.state.settings)
    }

    /// The API key of an organization that is good for this access.
    pub fn api_key(&self, id: WorkspaceId, access: &Access) -> Option<String> {
        self.state.world.api_key(self.universe, id, access)
    }

    /// Counts a request against an organization's rate, in real time; one too many hears in how many seconds it gets the
    /// next.
    pub fn within_hourly_rate(&mut self, id: WorkspaceId) -> Result<(), u64> {
        self.state.rate.admit_hourly(id, self.real)
    }
}
