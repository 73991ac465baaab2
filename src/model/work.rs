//! Carrying out the tasks of an event, one by one: each succeeds or fails on its own.

use std::ops::Range;

use super::behaviour::{Behaviour, ManagedAccounts, SameAccount};
use super::checks::is_email;
use super::command::{Target, Targets, UserRequest};
use super::event::{Blame, Event, EventKind, Work};
use super::ids::{AssetId, Holder, IdSource, UserId};
use super::kinds::UserStatus;
use super::location::Location;
use super::refusal::Failure;

impl Location {
    /// Carries out the tasks of `part` and notes in the event how each went.
    pub(super) fn carry_out(
        &mut self,
        (number, event): (u64, &mut Event),
        part: Range<u32>,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) {
        let work = event.work.clone();
        match &work {
            Work::Nothing => {}
            Work::Assets(targets) => {
                for task in part {
                    let outcome = self.asset_task(event.kind, targets, task as usize, behaviour);
                    self.tell_task(
                        &work,
                        task as usize,
                        outcome.as_ref().err().map(|(why, _)| *why),
                    );
                    note(event, outcome);
                }
            }
            Work::Pairs(pairs) => {
                for task in part {
                    let pair = pairs.get(task as usize);
                    let row =
                        pair.and_then(|(asset, holder)| self.assignments.find(*asset, *holder));
                    if let Some(row) = row {
                        self.unassign(row, behaviour);
                    }
                    self.tell_task(&work, task as usize, None);
                    event.completed += 1;
                }
            }
            Work::Seats(request) => {
                for task in part {
                    let outcome = self.seat_task(event.kind, number, request, task as usize);
                    note(event, outcome.map_err(|(why, user)| (why, Blame::User(user))));
                }
            }
            Work::Users(users) => {
                for task in part {
                    let Some(user) = users.get(task as usize) else { break };
                    let outcome = self.user_task(event.kind, user, behaviour, ids);
                    self.tell_task(&work, task as usize, outcome.err());
                    let blame = || Blame::User(user.client_user_id.clone());
                    note(event, outcome.map_err(|why| (why, blame())));
                }
            }
        }
    }

    /// Task `n`: assets are the outer loop, users then devices the inner one, in request order
    /// (apple-v2.md §18 question 10).
    fn asset_task(
        &mut self,
        kind: EventKind,
        targets: &Targets,
        n: usize,
        behaviour: &Behaviour,
    ) -> Result<(), (Failure, Blame)> {
        let each = targets.len().max(1);
        let (Some(name), Some(target)) = (targets.assets.get(n / each), targets.get(n % each))
        else {
            return Ok(());
        };
        let holder = self.holder_of(target).map_err(|why| (why, Blame::User(target.name())))?;
        let asset = self.assets.find(&name.adam_id, name.pricing_param);
        let outcome = match kind {
            EventKind::Associate => self.associate(asset, target, holder, behaviour),
            _ => self.disassociate(asset, holder, behaviour),
        };
        outcome.map_err(|why| (why, Blame::Asset(name.clone())))
    }

    /// Who a target is; `None` for a device that never held anything.
    fn holder_of(&self, target: Target<'_>) -> Result<Option<Holder>, Failure> {
        match target {
            Target::User(id) => {
                self.users.active(id).map(|user| Some(user.into())).ok_or(Failure::UnknownUser)
            }
            Target::Device(serial) => Ok(self.device(serial).map(Holder::from)),
        }
    }

    /// An unknown serial number is taken as it is (apple-v2.md §9), but only if there is a licence for it.
    fn associate(
        &mut self,
        asset: Option<AssetId>,
        target: Target<'_>,
        holder: Option<Holder>,
        behaviour: &Behaviour,
    ) -> Result<(), Failure> {
        let asset = asset.ok_or(Failure::NoLicence)?;
        if holder.is_some_and(|holder| self.assignments.find(asset, holder).is_some()) {
            return Ok(());
        }
        let found = self.assets.get(asset).ok_or(Failure::NoLicence)?;
        let is_device = matches!(target, Target::Device(_));
        if is_device && !found.device_assignable {
            return Err(Failure::NotDeviceAssignable);
        }
        if found.available() == 0 {
            return Err(Failure::NoLicence);
        }
        let holder = match (holder, target) {
            (Some(holder), _) => holder,
            (None, Target::Device(name) | Target::User(name)) => self.add_device(name).into(),
        };
        let assigned = self.assign(asset, holder, Some(behaviour.changes_max));
        if assigned { Ok(()) } else { Err(Failure::NoLicence) }
    }

    fn disassociate(
        &mut self,
        asset: Option<AssetId>,
        holder: Option<Holder>,
        behaviour: &Behaviour,
    ) -> Result<(), Failure> {
        let (Some(asset), Some(holder)) = (asset, holder) else { return Ok(()) };
        let Some(row) = self.assignments.find(asset, holder) else { return Ok(()) };
        if !self.assets.get(asset).is_some_and(|asset| asset.revocable) {
            return Err(Failure::NotRevocable);
        }
        self.unassign(row, behaviour);
        Ok(())
    }

    /// What the targets of a revocation hold and can give back, in request order.
    pub(super) fn revocable(&self, targets: &Targets) -> Vec<(AssetId, Holder)> {
        let users = targets.client_user_ids.iter().filter_map(|id| self.users.active(id));
        let devices = targets.serial_numbers.iter().filter_map(|serial| self.device(serial));
        let holders = users.map(Holder::from).chain(devices.map(Holder::from));
        let held = holders.flat_map(|holder| {
            self.assignments.held_by(holder).iter().map(move |held| (held.asset, holder))
        });
        held.filter(|(asset, _)| self.assets.get(*asset).is_some_and(|asset| asset.revocable))
            .collect()
    }

    fn user_task(
        &mut self,
        kind: EventKind,
        request: &UserRequest,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) -> Result<(), Failure> {
        let active = self.users.active(&request.client_user_id);
        match (kind, active) {
            (EventKind::Create, Some(_)) => Err(Failure::UserExists),
            (EventKind::Create, None) => self.create_user(request, behaviour, ids),
            (_, None) => Err(Failure::UnknownUser),
            (EventKind::Retire, Some(user)) => {
                self.retire_user(user, behaviour);
                Ok(())
            }
            (_, Some(user)) => self.update_user(user, request, behaviour, ids),
        }
    }

    /// A retired record that never had an account is revived with a new invitation; one that had is
    /// left, and a new record is made (apple-v2.md §18 question 34).
    pub(super) fn create_user(
        &mut self,
        request: &UserRequest,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) -> Result<(), Failure> {
        let account = request.managed_apple_id.as_deref();
        self.account_fits(account, None, behaviour)?;
        let latest = self.users.records_of(&request.client_user_id).next();
        let never_associated =
            |id: &UserId| self.users.get(*id).is_some_and(|user| user.account_hash.is_none());
        let user = match latest.filter(never_associated) {
            Some(user) => {
                self.set_user_status(user, UserStatus::Registered);
                self.set_email(user, request.email.as_deref());
                user
            }
            None => self.add_user(&request.client_user_id, request.email.as_deref(), None),
        };
        match account {
            Some(account) => self.link_account(user, account, behaviour, ids),
            None => self.invite(user, ids),
        }
        self.users.written(user);
        Ok(())
    }

    fn update_user(
        &mut self,
        user: UserId,
        request: &UserRequest,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) -> Result<(), Failure> {
        let account = request.managed_apple_id.as_deref();
        self.account_fits(account, Some(user), behaviour)?;
        self.set_email(user, request.email.as_deref());
        if let Some(account) = account
            && self.users.linked_to(account) != Some(user)
        {
            self.link_account(user, account, behaviour, ids);
        }
        self.users.written(user);
        Ok(())
    }

    /// Frees what can be taken back; the rest stays with the retired record.
    pub(super) fn retire_user(&mut self, user: UserId, behaviour: &Behaviour) {
        for held in self.assignments.held_by(user.into()).to_vec() {
            if self.assets.get(held.asset).is_some_and(|asset| asset.revocable) {
                self.unassign(held.row, behaviour);
            }
        }
        self.set_user_status(user, UserStatus::Retired);
        self.users.written(user);
    }

    fn set_email(&mut self, user: UserId, email: Option<&str>) {
        if let (Some(email), Some(user)) = (email, self.users.change(user)) {
            user.email = Some(email.into());
        }
    }

    /// Whether an account can be linked to `user` (`None`: to a user that is not there yet).
    pub(super) fn account_fits(
        &self,
        account: Option<&str>,
        user: Option<UserId>,
        behaviour: &Behaviour,
    ) -> Result<(), Failure> {
        let Some(account) = account else { return Ok(()) };
        let domain = account.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
        let listed = behaviour.managed_accounts == ManagedAccounts::Any
            || self.profile.domains.contains(&domain);
        if !is_email(account) || !listed {
            return Err(Failure::AccountUnusable);
        }
        match self.users.linked_to(account) {
            Some(other) if Some(other) != user => return Err(Failure::AccountTaken),
            Some(_) => return Ok(()),
            None => {}
        }
        let status = user.and_then(|user| self.users.get(user)).map(|user| user.status);
        if status == Some(UserStatus::Associated) { Err(Failure::AccountUnusable) } else { Ok(()) }
    }

    /// Links an account. Where a retired record of the same client user id had it, one of the two gives
    /// way (setting `users.same_account`).
    pub(super) fn link_account(
        &mut self,
        user: UserId,
        account: &str,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) {
        let client_user_id =
            self.users.get(user).map(|user| self.users.client_user_id(user).to_owned());
        let older: Vec<UserId> = client_user_id
            .iter()
            .flat_map(|id| self.users.records_of(id))
            .filter(|id| *id != user && self.users.was_linked_to(*id, account))
            .filter(|id| self.users.get(*id).is_some_and(|user| user.status == UserStatus::Retired))
            .collect();
        self.users.link(user, account, ids.account_hash(account));
        let Some(older) = older.first().copied() else { return };
        match behaviour.same_account {
            SameAccount::New => {
                self.hand_over(older, user, behaviour);
                self.set_user_status(older, UserStatus::Deleted);
            }
            SameAccount::Old => {
                self.retire_user(user, behaviour);
                self.set_user_status(older, UserStatus::Associated);
            }
        }
        self.users.written(older);
    }
}

impl Location {
    /// What a retired record kept goes to the record in its place, with the licences that it is, but for what that one
    /// holds already.
    fn hand_over(&mut self, from: UserId, to: UserId, behaviour: &Behaviour) {
        for held in self.assignments.held_by(from.into()).to_vec() {
            let asset = held.asset;
            let Some(licence) = self.assignments.get(held.row).map(|row| row.licence) else {
                continue;
            };
            if self.assignments.find(asset, to.into()).is_some() {
                continue;
            }
            if let Some(asset) = self.assets.change(asset).filter(|asset| !asset.revocable) {
                asset.held_by_retired = asset.held_by_retired.saturating_sub(1);
            }
            self.unassign(held.row, behaviour);
            self.assign_licence(asset, to.into(), Some(licence), Some(behaviour.changes_max));
        }
    }
}

fn note(event: &mut Event, outcome: Result<(), (Failure, Blame)>) {
    match outcome {
        Ok(()) => event.completed += 1,
        Err((why, blame)) => event.fail(why, blame),
    }
}
