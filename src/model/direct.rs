//! What a client of the older API does: at once, past the events in the queue, each thing as a whole or not at all.
//!
//! The state is the same as if an event had done it: the same counts, writes and notices, but that these name no event.
//! Not here: in what order a request's parts are done, and how a hitch is told (`api::v1`).

use std::sync::Arc;

use super::assignment::classes;
use super::behaviour::Behaviour;
use super::command::UserRequest;
use super::event::EventKind;
use super::ids::{AssetId, Holder, HolderKind, IdSource, UserId};
use super::kinds::UserStatus;
use super::location::Location;
use super::refusal::Failure;
use crate::store::Classes;

/// Who is to get something, or to give it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// The active user with this client user id.
    User(Arc<str>),
    /// The user with this record.
    Record(UserId),
    /// The device with this serial number.
    Device(Arc<str>),
    /// Who holds this licence of the asset.
    Licence(u32),
}

/// Why one thing was not done; nothing was changed by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hitch {
    /// There is no such user, or it is not active.
    UnknownUser,
    /// No licence is left, or there is no such licence.
    NoLicence,
    /// The user or device holds the asset: in this row.
    Held(u32),
    /// Other users of the same store account hold the asset.
    HeldByTwins(Vec<UserId>),
    /// Somebody else holds the licence.
    Taken,
    /// The user or device does not hold the asset.
    NotHeld,
    /// The asset cannot be taken back.
    NotRevocable,
    /// Devices cannot hold the asset.
    NotDeviceAssignable,
}

impl Location {
    /// The user with this client user id: the active record as it is, or else a new one or a revived one.
    pub fn register(
        &mut self,
        request: &UserRequest,
        tells: bool,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) -> Result<UserId, Failure> {
        if let Some(active) = self.users.active(&request.client_user_id) {
            return Ok(active);
        }
        self.create_user(request, behaviour, ids)?;
        self.tell_changed(EventKind::Create, &request.client_user_id, tells);
        self.users.active(&request.client_user_id).ok_or(Failure::UnknownUser)
    }

    /// Changes a user: the address (an empty one ends it), and the Managed Apple Account.
    pub fn edit(
        &mut self,
        user: UserId,
        email: Option<&str>,
        account: Option<&str>,
        tells: bool,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) -> Result<(), Failure> {
        self.account_fits(account, Some(user), behaviour)?;
        if let (Some(email), Some(user)) = (email, self.users.change(user)) {
            user.email = (!email.is_empty()).then(|| email.into());
        }
        if let Some(account) = account
            && self.users.linked_to(account) != Some(user)
        {
            self.link_account(user, account, behaviour, ids);
        }
        self.users.written(user);
        let name = self.users.get(user).map(|user| self.users.client_user_id(user).into());
        if let Some(name) = name {
            self.tell_changed(EventKind::Update, &name, tells);
        }
        Ok(())
    }

    /// Retires an active user: what can be taken back is, the rest stays with the record.
    pub fn retire_now(&mut self, user: UserId, tells: bool, behaviour: &Behaviour) {
        self.retire_user(user, behaviour);
        if tells {
            self.tell_retired(user);
        }
    }

    /// Gives an asset to each of these in turn. Returns which licence each got.
    pub fn give(
        &mut self,
        asset: AssetId,
        to: &[(Whom, Option<u32>)],
        tells: bool,
        behaviour: &Behaviour,
    ) -> Vec<Result<u32, Hitch>> {
        self.begin_telling_if(tells, EventKind::Associate);
        let each = to.iter().map(|(whom, licence)| {
            let (holder, k) = self.give_one(asset, whom, *licence, behaviour)?;
            self.tell_pair(asset, holder, None);
            Ok(k)
        });
        let given = each.collect();
        self.end_telling();
        given
    }

    /// Takes an asset back from each of these in turn. Returns which licence became free.
    pub fn take_back(
        &mut self,
        asset: AssetId,
        from: &[Whom],
        tells: bool,
        behaviour: &Behaviour,
    ) -> Vec<Result<u32, Hitch>> {
        self.begin_telling_if(tells, EventKind::Disassociate);
        let each = from.iter().map(|whom| {
            let (holder, k) = self.take_back_one(asset, whom, behaviour)?;
            self.tell_pair(asset, holder, None);
            Ok(k)
        });
        let taken = each.collect();
        self.end_telling();
        taken
    }

    /// The asset and the licence that have this id.
    pub fn licence(&self, id: u64) -> Option<(AssetId, u32)> {
        let rows = self.assets.rows().iter().enumerate().filter(|(_, asset)| !asset.removed);
        rows.into_iter()
            .find_map(|(at, asset)| Some((AssetId(at as u32), asset.licence_with_id(id)?)))
    }

    fn give_one(
        &mut self,
        asset: AssetId,
        whom: &Whom,
        licence: Option<u32>,
        behaviour: &Behaviour,
    ) -> Result<(Holder, u32), Hitch> {
        let holder = self.holder_now(asset, whom)?;
        if let Some(row) = holder.and_then(|holder| self.assignments.find(asset, holder)) {
            return Err(Hitch::Held(row));
        }
        let found = self.assets.get(asset).ok_or(Hitch::NoLicence)?;
        match holder.map(Holder::kind) {
            Some(HolderKind::User(user)) => {
                let twins = self.twins_that_hold(asset, user);
                if !twins.is_empty() {
                    return Err(Hitch::HeldByTwins(twins));
                }
            }
            _ if !found.device_assignable => return Err(Hitch::NotDeviceAssignable),
            _ => {}
        }
        if let Some(k) = licence
            && found.licence_holder(k).is_some()
        {
            return Err(Hitch::Taken);
        }
        if found.available() == 0 || self.assignments.next_row() > u32::MAX / 2 {
            return Err(Hitch::NoLicence);
        }
        let holder = match (holder, whom) {
            (Some(holder), _) => holder,
            (None, Whom::Device(serial)) => self.add_device(serial).into(),
            (None, _) => return Err(Hitch::UnknownUser),
        };
        let given = self.assign_licence(asset, holder, licence, Some(behaviour.changes_max));
        given.map(|k| (holder, k)).ok_or(Hitch::NoLicence)
    }

    fn take_back_one(
        &mut self,
        asset: AssetId,
        whom: &Whom,
        behaviour: &Behaviour,
    ) -> Result<(Holder, u32), Hitch> {
        let holder = self.holder_now(asset, whom)?.ok_or(Hitch::NotHeld)?;
        let row = self.assignments.find(asset, holder).ok_or(Hitch::NotHeld)?;
        if !self.assets.get(asset).is_some_and(|asset| asset.revocable) {
            return Err(Hitch::NotRevocable);
        }
        let licence = self.assignments.get(row).ok_or(Hitch::NotHeld)?.licence;
        self.unassign(row, behaviour);
        Ok((holder, licence))
    }

    /// `None` for a device that never held anything.
    fn holder_now(&self, asset: AssetId, whom: &Whom) -> Result<Option<Holder>, Hitch> {
        match whom {
            Whom::User(name) => {
                self.users.active(name).map(|user| Some(user.into())).ok_or(Hitch::UnknownUser)
            }
            Whom::Record(user) => {
                let active = self.users.get(*user).is_some_and(super::User::is_active);
                if active { Ok(Some((*user).into())) } else { Err(Hitch::UnknownUser) }
            }
            Whom::Device(serial) => Ok(self.device(serial).map(Holder::from)),
            Whom::Licence(k) => {
                let row = self.assets.get(asset).and_then(|asset| asset.licence_holder(*k));
                let row = row.and_then(|row| self.assignments.get(row)).ok_or(Hitch::NotHeld)?;
                Ok(Some(row.holder))
            }
        }
    }

    /// Retired records that hold the asset for the same store account: what they hold, the account has for good.
    fn twins_that_hold(&self, asset: AssetId, user: UserId) -> Vec<UserId> {
        let hash = |id: UserId| self.users.get(id).and_then(|user| user.account_hash.as_deref());
        let (Some(own), Some(found)) = (hash(user), self.assets.get(asset)) else {
            return Vec::new();
        };
        let of = Some(found.pricing_param);
        let inactive = Classes(classes(of, false).0 & !classes(of, true).0);
        let rows = self.assignments.rows_of(found.product);
        let rows = rows.into_iter().flat_map(|rows| rows.walk(inactive, 0));
        let held = rows.filter_map(|(_, row)| self.assignments.get(*row));
        let holders = held.filter(|held| held.asset == asset).map(|held| held.holder.kind());
        let twins = holders.filter_map(|holder| match holder {
            HolderKind::User(other) => {
                let same = other != user && hash(other) == Some(own);
                let is_retired =
                    self.users.get(other).is_some_and(|it| it.status == UserStatus::Retired);
                (same && is_retired).then_some(other)
            }
            HolderKind::Device(_) => None,
        });
        twins.collect()
    }

    fn begin_telling_if(&mut self, tells: bool, kind: EventKind) {
        if tells {
            self.begin_telling(kind, None);
        }
    }

    fn tell_changed(&mut self, kind: EventKind, client_user_id: &Arc<str>, tells: bool) {
        self.begin_telling_if(tells, kind);
        self.tell_user(client_user_id, None);
        self.end_telling();
    }
}
