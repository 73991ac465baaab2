//! Organizations of MDM users in a world: their people, and the Apple users that belong to these; their keys.
//!
//! Applivery calls an organization a workspace, too; so do we, to tell it from the organizations that own locations.
//! A user with a Managed Apple Account stands in the organization's location as an associated Apple user, whose client
//! user id is the MDM user's id (setting `applivery.creates_vpp_user`). Both change in one step.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{SiteId, World};
use crate::model::{
    AccountChange, At, Behaviour, IdSource, Location, MdmChange, MdmDraft, MdmOrganization,
    MdmRefusal, MdmUser, ObjectId, UserRequest, UserStatus,
};
use crate::sim::entropy::Stream;
use crate::sim::key::{self, Access, KeyClaims, KeyCredential};
use crate::sim::settings::Settings;
use crate::sim::spec::MdmOrganizationSpec;

/// An organization of MDM users, by its place in world order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WorkspaceId(pub usize);

/// An organization of MDM users with what it needs to be served. A clone is a handful of pointers.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The organization; readers hold on to it while writers go on.
    pub organization: Arc<MdmOrganization>,
    /// Per access, as it is spelled in keys: the serial of the key that is good, where it is not the first.
    pub(in crate::sim) keys: Arc<BTreeMap<String, u32>>,
    /// Users that got an id so far.
    pub(super) made: u64,
}

/// An accepted API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySession {
    /// The organization that it is of.
    pub workspace: WorkspaceId,
    /// What its owner may do.
    pub access: Access,
}

/// Why an API key is not accepted (applivery.md §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRefusal {
    /// Not a key, or not one of this universe.
    Unknown,
    /// Revoked.
    Revoked,
    /// The token of a login, past its end.
    Expired,
}

impl Workspace {
    /// An organization with what is known of its keys, and how many users got an id so far.
    pub fn new(organization: MdmOrganization, keys: BTreeMap<String, u32>, made: u64) -> Self {
        Self { organization: Arc::new(organization), keys: Arc::new(keys), made }
    }

    /// Per access, as it is spelled in keys: the serial of the key that is good, where it is not the first.
    pub fn keys(&self) -> &BTreeMap<String, u32> {
        &self.keys
    }

    /// Users that got an id so far.
    pub const fn made(&self) -> u64 {
        self.made
    }
}

impl World {
    /// Puts these organizations of MDM users in place of those that there are. Ids and slugs are unique.
    pub fn set_workspaces(&mut self, workspaces: Vec<Workspace>) {
        self.workspaces = Arc::new(workspaces);
    }

    /// Gives a world that began at `start` an organization of MDM users, made of its first location.
    pub fn add_first_workspace(&mut self, start: At) {
        let spec = self.sites.first().map(|site| {
            let profile = &site.location.profile;
            MdmOrganizationSpec {
                vpp_location: Some(profile.key.clone()),
                ..MdmOrganizationSpec::new(&profile.key, &profile.organization)
            }
        });
        crate::sim::build::people::add(self, spec.as_slice(), start);
    }

    /// Takes over from `old` which keys are good, as content tokens are taken over.
    pub(super) fn keep_keys(&mut self, old: &Self) {
        for workspace in Arc::make_mut(&mut self.workspaces) {
            let slug = &workspace.organization.slug;
            let before = old.workspaces.iter().find(|it| it.organization.slug == *slug);
            if let Some(before) = before {
                workspace.keys.clone_from(&before.keys);
            }
        }
    }

    /// The organizations of MDM users, in world order.
    pub fn workspaces(&self) -> &[Workspace] {
        &self.workspaces
    }

    /// An organization by its place; places come from this world and stay.
    pub fn workspace(&self, id: WorkspaceId) -> Option<&Workspace> {
        self.workspaces.get(id.0)
    }

    /// The organization with this id or slug: what could be an id is looked up as one first (applivery.md §1.2).
    pub fn find_workspace(&self, id_or_slug: &str) -> Option<WorkspaceId> {
        let find = |is: &dyn Fn(&MdmOrganization) -> bool| {
            self.workspaces.iter().position(|it| is(&it.organization)).map(WorkspaceId)
        };
        let by_id = ObjectId::read(id_or_slug).and_then(|id| find(&|it| it.id == id));
        by_id.or_else(|| find(&|it| it.slug == id_or_slug))
    }

    /// Changes an organization; which counts as a write.
    pub fn change_workspace<R>(
        &mut self,
        id: WorkspaceId,
        change: impl FnOnce(&mut MdmOrganization) -> R,
    ) -> Option<R> {
        self.revision += 1;
        let workspace = Arc::make_mut(&mut self.workspaces).get_mut(id.0)?;
        Some(change(Arc::make_mut(&mut workspace.organization)))
    }

    /// Makes an MDM user, and the Apple user that belongs to it.
    pub fn create_mdm_user(
        &mut self,
        id: WorkspaceId,
        draft: MdmDraft,
        now: At,
        settings: &Settings,
    ) -> Result<Arc<MdmUser>, MdmRefusal> {
        let workspace = self.workspace(id).ok_or(MdmRefusal::Unknown)?;
        let user_id = user_id(self.seed, &workspace.organization.slug, workspace.made, now);
        let user = self.change_workspace(id, |organization| {
            let language = organization.language;
            organization.users.create(draft, language, now, user_id).cloned()
        });
        let user = user.ok_or(MdmRefusal::Unknown)??;
        if let Some(workspace) = Arc::make_mut(&mut self.workspaces).get_mut(id.0) {
            workspace.made += 1;
        }
        self.mirror(id, &user, now, settings, |location, ids, behaviour| {
            follow(location, &user, behaviour, ids);
        });
        Ok(user)
    }

    /// Changes an MDM user. With a new Managed Apple Account it has an Apple user of that account, in place of the one
    /// before; without one, the Apple user is retired.
    pub fn update_mdm_user(
        &mut self,
        id: WorkspaceId,
        user: ObjectId,
        change: MdmChange,
        now: At,
        settings: &Settings,
    ) -> Result<Arc<MdmUser>, MdmRefusal> {
        let keeps = change.managed_apple_id == AccountChange::Keep;
        let before = self.workspace(id).and_then(|it| it.organization.users.get(user));
        let before = before.cloned().ok_or(MdmRefusal::Unknown)?;
        let updated = self.change_workspace(id, |organization| {
            organization.users.update(user, change, now).cloned()
        });
        let updated = updated.ok_or(MdmRefusal::Unknown)??;
        if !keeps && before.managed_apple_id != updated.managed_apple_id {
            self.mirror(id, &updated, now, settings, |location, ids, behaviour| {
                follow(location, &updated, behaviour, ids);
            });
        }
        Ok(updated)
    }

    /// Removes an MDM user to whom nothing is attached, and retires the Apple user that belongs to it. Returns the
    /// user as it was.
    pub fn remove_mdm_user(
        &mut self,
        id: WorkspaceId,
        user: ObjectId,
        now: At,
        settings: &Settings,
    ) -> Result<Arc<MdmUser>, MdmRefusal> {
        let removed = self.change_workspace(id, |organization| organization.users.remove(user));
        let removed = removed.ok_or(MdmRefusal::Unknown)??;
        self.mirror(id, &removed, now, settings, |location, _, behaviour| {
            if let Some(record) = location.users.active(&removed.id.to_string()) {
                location.retire_now(record, true, behaviour);
            }
        });
        Ok(removed)
    }

    /// Does something to the Apple users of an organization's location, if it has one and they follow its MDM users.
    fn mirror(
        &mut self,
        id: WorkspaceId,
        user: &MdmUser,
        now: At,
        settings: &Settings,
        change: impl FnOnce(&mut Location, &dyn IdSource, &Behaviour),
    ) {
        let name = user.id.to_string();
        let site = self.vpp_site(id).filter(|_| settings.creates_vpp_user);
        let Some((at, site)) = site.and_then(|at| Some((at, self.site(at)?))) else { return };
        if user.managed_apple_id.is_some() || site.location.users.active(&name).is_some() {
            self.change_at(at, now, |location, ids| change(location, ids, &settings.behaviour));
        }
    }

    /// The location whose Apple users belong to an organization's MDM users.
    pub fn vpp_site(&self, id: WorkspaceId) -> Option<SiteId> {
        self.site_of(self.workspace(id)?.organization.vpp_location.as_deref()?)
    }

    /// The id under which an organization knows a location.
    pub fn vpp_location_id(&self, id: WorkspaceId, site: SiteId) -> Option<ObjectId> {
        let (organization, site) = (&self.workspace(id)?.organization, self.site(site)?);
        let key = &site.location.profile.key;
        let mut draw = stream(self.seed, &organization.slug, &format!("vpp-location.{key}"), 0);
        Some(ObjectId::new(organization.created_at, draw.bytes()))
    }

    /// The location that an organization knows under this id.
    pub fn vpp_location(&self, id: WorkspaceId, location: ObjectId) -> Option<SiteId> {
        let mut sites = (0..self.sites.len()).map(SiteId);
        sites.find(|site| self.vpp_location_id(id, *site) == Some(location))
    }

    /// Finds the organization that a key is of.
    pub fn authenticate_key(
        &self,
        universe: &str,
        credential: &KeyCredential,
        now: At,
    ) -> Result<KeySession, KeyRefusal> {
        let claims = credential.believed(self.seed, universe).ok_or(KeyRefusal::Unknown)?;
        let of = |it: &Workspace| it.organization.slug == claims.organization;
        let place = self.workspaces.iter().position(of).ok_or(KeyRefusal::Unknown)?;
        let workspace = WorkspaceId(place);
        if claims.serial < self.key_serial(workspace, &claims.access) {
            return Err(KeyRefusal::Revoked);
        }
        if claims.expires.is_some_and(|expires| expires <= now) {
            return Err(KeyRefusal::Expired);
        }
        Ok(KeySession { workspace, access: claims.access.clone() })
    }

    /// The key of an organization that is good for this access.
    pub fn api_key(&self, universe: &str, id: WorkspaceId, access: &Access) -> Option<String> {
        self.key_until(universe, id, access, None)
    }

    /// The token of a login, which ends.
    pub fn login_token(
        &self,
        universe: &str,
        id: WorkspaceId,
        access: &Access,
        expires: At,
    ) -> Option<String> {
        self.key_until(universe, id, access, Some(expires))
    }

    fn key_until(
        &self,
        universe: &str,
        id: WorkspaceId,
        access: &Access,
        expires: Option<At>,
    ) -> Option<String> {
        let claims = KeyClaims {
            universe: universe.to_owned(),
            organization: self.workspace(id)?.organization.slug.clone(),
            access: access.clone(),
            serial: self.key_serial(id, access),
            expires,
        };
        Some(key::mint(self.seed, &claims))
    }

    /// The serial of the key that is good for this access.
    pub(in crate::sim) fn key_serial(&self, id: WorkspaceId, access: &Access) -> u32 {
        self.workspace(id).and_then(|it| it.keys.get(&access.spell()).copied()).unwrap_or(1)
    }
}

/// Brings the Apple user of an MDM user to where its Managed Apple Account says. Where the account cannot be linked, as
/// the settings have it, everything stays: Apple would have refused Applivery's call.
fn follow(location: &mut Location, user: &MdmUser, behaviour: &Behaviour, ids: &dyn IdSource) {
    let name = user.id.to_string();
    let active = location.users.active(&name);
    let Some(account) = user.managed_apple_id.as_deref() else {
        if let Some(record) = active {
            location.retire_now(record, true, behaviour);
        }
        return;
    };
    let is_linked = active.is_some() && location.users.linked_to(account) == active;
    if is_linked || location.account_is_free(Some(account), behaviour).is_err() {
        return;
    }
    // The account of an associated user does not change: it goes, and comes back with another one.
    let status = active.and_then(|record| location.users.get(record)).map(|user| user.status);
    if let (Some(record), Some(UserStatus::Associated)) = (active, status) {
        location.retire_now(record, true, behaviour);
    }
    let request = UserRequest {
        client_user_id: name.as_str().into(),
        email: Some(user.email.to_string()),
        managed_apple_id: Some(account.to_owned()),
    };
    // Looked at before: it can be linked.
    let _ = match location.users.active(&name) {
        Some(record) => location.edit(record, None, Some(account), true, behaviour, ids),
        None => location.register(&request, true, behaviour, ids).map(|_| ()),
    };
}

/// The id of an organization's `n`-th user.
pub(in crate::sim) fn user_id(seed: u64, slug: &str, n: u64, made: At) -> ObjectId {
    ObjectId::new(made, stream(seed, slug, "mdm-user.id", n).bytes())
}

/// The id of an organization.
pub(in crate::sim) fn organization_id(seed: u64, slug: &str, made: At) -> ObjectId {
    ObjectId::new(made, stream(seed, slug, "mdm-organization.id", 0).bytes())
}

fn stream(seed: u64, slug: &str, purpose: &str, n: u64) -> Stream {
    Stream::new(seed, slug, purpose, n)
}
