//! What happens to MDM users past the API: devices are enrolled and go, enrollment tokens are issued, keys revoked.

use std::sync::Arc;

use super::{Outcome, Result, VerbError, World, at_least_one, some};
use crate::model::{MdmPlatform, MdmRefusal, MdmUser, ObjectId};
use crate::sim::key::{Access, KeyCredential};
use crate::sim::world::workspaces::WorkspaceId;

/// What happens to an organization of MDM users. `user` is an address or an id; somebody fitting if absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MdmDeed {
    /// Devices are enrolled; pending tokens of the platform are done with that.
    EnrollDevice {
        /// Whose; the user's that came first if absent.
        user: Option<String>,
        /// Of what kind.
        platform: MdmPlatform,
        /// Management mode, in the words of the API.
        mode: Option<String>,
        /// How many.
        count: u32,
    },
    /// Devices go.
    UnenrollDevice {
        /// Whose; the first user's that has such a device if absent.
        user: Option<String>,
        /// Of what kind; any if absent.
        platform: Option<MdmPlatform>,
        /// Management mode, in the words of the API; any if absent.
        mode: Option<String>,
        /// How many.
        count: u32,
    },
    /// Enrollment tokens are issued, and pending.
    IssueEnrollmentToken {
        /// To whom; the user that came first if absent.
        user: Option<String>,
        /// For what kind of device.
        platform: MdmPlatform,
        /// How many.
        count: u32,
    },
    /// An API key is revoked; one with the next serial is good instead.
    RevokeKey {
        /// The role whose key it is, or its permissions joined by commas.
        role: Option<String>,
        /// The key itself.
        key: Option<String>,
    },
}

impl World {
    pub(super) fn act_on_workspace(
        &mut self,
        organization: Option<&str>,
        deed: &MdmDeed,
    ) -> Result<Outcome> {
        let id = self.pick_workspace(organization)?;
        match deed {
            MdmDeed::EnrollDevice { user, platform, mode, count } => {
                self.enroll(id, user.as_deref(), (*platform, mode.as_deref()), *count)
            }
            MdmDeed::UnenrollDevice { user, platform, mode, count } => {
                self.unenroll(id, user.as_deref(), (*platform, mode.as_deref()), *count)
            }
            MdmDeed::IssueEnrollmentToken { user, platform, count } => {
                self.issue(id, user.as_deref(), *platform, *count)
            }
            MdmDeed::RevokeKey { role, key } => {
                self.revoke_key(id, organization, role.as_deref(), key.as_deref())
            }
        }
    }

    /// The organization with this id or slug, or the only one.
    fn pick_workspace(&self, id_or_slug: Option<&str>) -> Result<WorkspaceId> {
        let slugs = || {
            let slugs = self.workspaces.iter().take(20).map(|it| it.organization.slug.as_str());
            slugs.collect::<Vec<_>>().join(", ")
        };
        let Some(wanted) = id_or_slug else {
            if self.workspaces.len() == 1 {
                return Ok(WorkspaceId(0));
            }
            let text = "this world has several organizations of MDM users or none: say which";
            let text = format!("{text}; there are: {}", slugs());
            return Err(VerbError::invalid("organization", text));
        };
        self.find_workspace(wanted).ok_or_else(|| {
            let text = format!(
                "there is no organization of MDM users `{wanted:.80}`; there are: {}",
                slugs()
            );
            VerbError::invalid("organization", text)
        })
    }

    /// The user with this address or id, or the first that fits; `wanted` says what that is.
    fn pick_user(
        &self,
        id: WorkspaceId,
        wanted: Option<&str>,
        (what, fits): (&str, &dyn Fn(&MdmUser) -> bool),
    ) -> Result<Arc<MdmUser>> {
        let organization = self.workspace(id).map(|it| &it.organization);
        let organization = organization
            .ok_or_else(|| VerbError::invalid("organization", "the organization is gone"))?;
        let (users, slug) = (&organization.users, &organization.slug);
        let Some(wanted) = wanted else {
            let found = users.iter().find(|user| fits(user)).cloned();
            return found.ok_or_else(|| {
                VerbError::conflict("user", format!("organization {slug} has no MDM user {what}"))
            });
        };
        let by_id = ObjectId::read(wanted).and_then(|id| users.get(id));
        by_id.or_else(|| users.by_email(wanted)).cloned().ok_or_else(|| {
            let text = format!(
                "organization {slug} has no MDM user with the address or id `{wanted:.80}`"
            );
            VerbError::conflict("user", text)
        })
    }

    /// Changes a user's counts; which is no change of the user itself: its times stay.
    fn recount(
        &mut self,
        id: WorkspaceId,
        user: &MdmUser,
        changes: &[(&str, i64)],
        text: String,
        count: u32,
    ) -> Result<Outcome> {
        let mut counts = user.counts;
        for (path, delta) in changes {
            let Some(place) = counts.get_mut(path) else { continue };
            let after = u32::try_from(i64::from(*place) + delta);
            *place = after.map_err(|_| {
                let text = format!("{path} of user {} would leave what can be counted", user.email);
                VerbError::conflict("count", text)
            })?;
        }
        let outcome = self.change_workspace(id, |organization| {
            let rewritten =
                organization.users.rewrite(user.id, user.updated_at, |user| user.counts = counts);
            rewritten.map(|_| ())
        });
        outcome.unwrap_or(Err(MdmRefusal::Unknown)).map_err(|_| {
            VerbError::conflict("user", format!("the MDM user {} is gone", user.email))
        })?;
        let mdm_users = vec![user.id.to_string()];
        Ok(Outcome { text, mdm_users, count: Some(count), ..Outcome::default() })
    }

    fn enroll(
        &mut self,
        id: WorkspaceId,
        user: Option<&str>,
        (platform, mode): (MdmPlatform, Option<&str>),
        count: u32,
    ) -> Result<Outcome> {
        at_least_one(count)?;
        let devices = platform.devices(mode).ok_or_else(|| no_mode(platform, mode))?;
        let user = self.pick_user(id, user, ("at all", &|_| true))?;
        let (pending, done) = platform.tokens();
        let spent = user.counts.get(pending).unwrap_or_default().min(count);
        let mut changes = vec![(devices, i64::from(count)), (pending, -i64::from(spent))];
        changes.extend(done.map(|done| (done, i64::from(spent))));
        let what = some(count.into(), &format!("{} device", platform.as_str()));
        let tokens = match spent {
            0 => String::new(),
            spent => format!(", {} used", some(spent.into(), "pending token")),
        };
        let text = format!("{what} enrolled for MDM user {}{tokens}", user.email);
        self.recount(id, &user, &changes, text, count)
    }

    fn unenroll(
        &mut self,
        id: WorkspaceId,
        user: Option<&str>,
        (platform, mode): (Option<MdmPlatform>, Option<&str>),
        count: u32,
    ) -> Result<Outcome> {
        at_least_one(count)?;
        if let (Some(platform), Some(_)) = (platform, mode)
            && platform.devices(mode).is_none()
        {
            return Err(no_mode(platform, mode));
        }
        let named = |path: &str| {
            let mut parts = path.split('.');
            let (of, kind, leaf) = (parts.next(), parts.next(), parts.next());
            kind == Some("devices")
                && platform.is_none_or(|platform| of == Some(platform.as_str()))
                && mode.is_none_or(|mode| leaf == Some(mode))
        };
        let place = |user: &MdmUser| {
            let mut leaves = user.counts.iter();
            leaves.find(|(path, has)| named(path) && *has >= count).map(|(path, _)| path)
        };
        let wanted = format!("with {} of one kind to take", some(count.into(), "device"));
        let user = self.pick_user(id, user, (&wanted, &|user| place(user).is_some()))?;
        let path = place(&user).ok_or_else(|| {
            let text = format!("MDM user {} is not one {wanted}", user.email);
            VerbError::conflict("count", text)
        })?;
        let text =
            format!("{} of MDM user {} went: {path}", some(count.into(), "device"), user.email);
        self.recount(id, &user, &[(path, -i64::from(count))], text, count)
    }

    fn issue(
        &mut self,
        id: WorkspaceId,
        user: Option<&str>,
        platform: MdmPlatform,
        count: u32,
    ) -> Result<Outcome> {
        at_least_one(count)?;
        let user = self.pick_user(id, user, ("at all", &|_| true))?;
        let what = some(count.into(), &format!("{} enrollment token", platform.as_str()));
        let text = format!("{what} issued to MDM user {}", user.email);
        self.recount(id, &user, &[(platform.tokens().0, i64::from(count))], text, count)
    }

    fn revoke_key(
        &mut self,
        id: WorkspaceId,
        organization: Option<&str>,
        role: Option<&str>,
        key: Option<&str>,
    ) -> Result<Outcome> {
        let (id, access, serial) = match (role, key) {
            (Some(role), None) => {
                let access = Access::read(role).ok_or_else(|| {
                    let text = format!(
                        "`{role:.80}` is no role; use admin, developer or viewer, or permission names joined by commas"
                    );
                    VerbError::invalid("role", text)
                })?;
                let serial = self.key_serial(id, &access);
                (id, access, serial)
            }
            (None, Some(key)) => self.known_key(id, organization, key)?,
            _ => {
                let text = "say which key: by its role, or the key itself";
                return Err(VerbError::invalid("role", text));
            }
        };
        let spelled = access.spell();
        let next = serial.checked_add(1).ok_or_else(|| {
            VerbError::conflict("key", "there is no serial after the one of this key")
        })?;
        let workspace = Arc::make_mut(&mut self.workspaces).get_mut(id.0);
        let Some(workspace) = workspace else {
            return Err(VerbError::invalid("organization", "the organization is gone"));
        };
        let slug = workspace.organization.slug.clone();
        let first_good = Arc::make_mut(&mut workspace.keys).entry(spelled.clone()).or_insert(1);
        *first_good = next.max(*first_good);
        self.revision += 1;
        let text = format!("the key {spelled} of organization {slug} is revoked: serial {serial}");
        Ok(Outcome { text, ..Outcome::default() })
    }

    /// Organization, access and serial of a key of this world's making.
    fn known_key(
        &self,
        picked: WorkspaceId,
        organization: Option<&str>,
        key: &str,
    ) -> Result<(WorkspaceId, Access, u32)> {
        let credential = KeyCredential::read(key);
        let claims = credential.genuine(self.seed).ok_or_else(|| {
            VerbError::invalid("key", "this is not a key of this universe's making")
        })?;
        let of = self.find_workspace(&claims.organization);
        if of.is_none() || organization.is_some() && of != Some(picked) {
            let text = format!("the key is of the organization {}", claims.organization);
            return Err(VerbError::conflict("key", text));
        }
        Ok((of.unwrap_or(picked), claims.access.clone(), claims.serial))
    }
}

fn no_mode(platform: MdmPlatform, mode: Option<&str>) -> VerbError {
    let text = format!(
        "{} has no management mode `{:.60}`; android has MANAGEMENT_MODE_UNSPECIFIED, DEVICE_OWNER and \
         PROFILE_OWNER, aosp the first two, apple and windows have none",
        platform.as_str(),
        mode.unwrap_or_default()
    );
    VerbError::invalid("mode", text)
}
