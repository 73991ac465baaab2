//! A location: everything that one content token manages, and the two ways to change it.
//!
//! [`Location::accept`] takes a command in or refuses it; [`Location::settle`] carries out the next part of
//! the first accepted one. Between the two nothing is reserved. A clone is cheap and shares everything: readers
//! work on one while writers go on.

use std::sync::Arc;

use super::asset::{Asset, Assets};
use super::assignment::{Assignments, classes};
use super::behaviour::Behaviour;
use super::checks::check;
use super::command::{Command, Limits};
use super::config::ClientConfig;
use super::event::{Event, EventKind, Events, Foretold, Work};
use super::ids::{AssetId, DeviceId, Holder, HolderKind, IdSource, UserId};
use super::kinds::{StorePlatform, UserStatus};
use super::notice::Notices;
use super::refusal::Refusal;
use super::subscription::{PeriodEnded, SeatRequest, Subscriptions};
use super::time::At;
use super::user::Users;
use crate::store::Names;

/// What does not change in a location's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationProfile {
    /// Its handle.
    pub key: String,
    /// `locationName`.
    pub name: String,
    /// The `uId`.
    pub uid: String,
    /// The number by which older answers name it.
    pub location_id: u64,
    /// ISO 3166 alpha-2, upper case.
    pub country: String,
    /// Education or business.
    pub platform: StorePlatform,
    /// Name of the organization that owns it.
    pub organization: String,
    /// Domains of the organization's Managed Apple Accounts.
    pub domains: Vec<String>,
}

/// What happened because its time had come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HasHappened {
    /// The event with this number went on.
    Event(u64),
    /// The period of the subscription to this product ended.
    PeriodEnd(u64, PeriodEnded),
}

/// Everything that one content token manages.
#[derive(Debug, Clone)]
pub struct Location {
    /// What does not change.
    pub profile: Arc<LocationProfile>,
    /// Who claims it, who is notified.
    pub config: Arc<ClientConfig>,
    /// What it owns.
    pub assets: Assets,
    /// Its people.
    pub users: Users,
    /// Who holds what.
    pub assignments: Assignments,
    /// What was asked for.
    pub events: Events,
    /// What it has of subscriptions.
    pub subscriptions: Subscriptions,
    pub(super) serial_numbers: Names,
    pub(super) invitations: u64,
    pub(super) next_user_number: u64,
    pub(super) notices: Notices,
}

impl Location {
    /// A location that owns nothing; its users' legacy numbers begin at `first_user_number`.
    pub fn new(profile: LocationProfile, first_user_number: u64) -> Self {
        Self {
            profile: Arc::new(profile),
            config: Arc::default(),
            assets: Assets::default(),
            users: Users::default(),
            assignments: Assignments::default(),
            events: Events::default(),
            subscriptions: Subscriptions::default(),
            serial_numbers: Names::default(),
            invitations: 0,
            next_user_number: first_user_number,
            notices: Notices::default(),
        }
    }

    /// Accepts a command as an event and returns its number, or refuses it and changes nothing.
    ///
    /// Checks see applied state only: what an earlier accepted command will do does not count yet.
    pub fn accept(
        &mut self,
        command: Command,
        now: At,
        behaviour: &Behaviour,
        limits: &Limits,
    ) -> Result<u64, Refusal> {
        check(self, &command, behaviour, limits)?;
        let (kind, work, requested) = match command {
            Command::Associate(targets) => assets_work(EventKind::Associate, targets),
            Command::Disassociate(targets) => assets_work(EventKind::Disassociate, targets),
            Command::Revoke(targets) => {
                let found = self.revocable(&targets).len();
                (EventKind::Revoke, Work::Assets(Arc::new(targets)), found)
            }
            Command::AssociateSeats(request) => seats_work(EventKind::Associate, request),
            Command::DisassociateSeats(request) => seats_work(EventKind::Disassociate, request),
            Command::CreateUsers(users) => users_work(EventKind::Create, users),
            Command::UpdateUsers(users) => users_work(EventKind::Update, users),
            Command::RetireUsers(users) => users_work(EventKind::Retire, users),
        };
        let event = Event {
            kind,
            accepted: now,
            delay: behaviour.event_delay,
            steps: behaviour.event_steps.max(1),
            steps_done: 0,
            requested: requested as u32,
            completed: 0,
            failures: Vec::new(),
            finished: None,
            work,
            failing: Vec::new(),
            foretold: Foretold::No,
        };
        Ok(self.events.accept(event, behaviour.events_max))
    }

    /// When something falls due by itself: a part of an event, or the end of a period.
    pub fn next_due(&self) -> Option<At> {
        let period = self.subscriptions.first_end().map(|(date, _)| date.end());
        self.events.next_due().into_iter().chain(period).min()
    }

    /// Does what falls due first, if that is by `now`; of an event and a period at one instant, the event.
    pub fn happen(
        &mut self,
        now: At,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) -> Option<HasHappened> {
        let due = self.next_due().filter(|due| *due <= now)?;
        if self.events.next_due() == Some(due) {
            return self.settle(now, behaviour, ids).map(HasHappened::Event);
        }
        let (adam_id, ended) = self.end_period(now)?;
        Some(HasHappened::PeriodEnd(adam_id, ended))
    }

    /// Carries out the next part of the first event in the queue, and returns the event's number. A part that is to be
    /// told first is told, and nothing else.
    pub fn settle(&mut self, now: At, behaviour: &Behaviour, ids: &dyn IdSource) -> Option<u64> {
        let (number, mut event) = self.events.first()?;
        self.find_revoked(&mut event);
        if event.foretold == Foretold::Wanted {
            self.tell_first(number, event, now, behaviour, ids);
            return None;
        }
        let part = event.next_part();
        self.begin_telling_of(&event, number);
        self.carry_out_but((number, &mut event), part, None, behaviour, ids);
        self.end_telling();
        event.steps_done += 1;
        self.events.put_back(number, event, now);
        Some(number)
    }

    /// The name of a holder, and whether it is a device.
    pub fn holder_name(&self, holder: Holder) -> (&str, bool) {
        match holder.kind() {
            HolderKind::Device(device) => (self.serial_numbers.text(device.0), true),
            HolderKind::User(user) => {
                let user = self.users.get(user);
                (user.map_or("", |user| self.users.client_user_id(user)), false)
            }
        }
    }

    /// The device with this serial number, if it ever held something or the world named it.
    pub fn device(&self, serial_number: &str) -> Option<DeviceId> {
        self.serial_numbers.find(serial_number).map(DeviceId)
    }

    /// Whether a client of the newer API writes here: it queued an event, claims the location, wants to be told, or manages
    /// subscriptions, which only that API can.
    pub fn is_used_by_v2(&self) -> bool {
        let config = &self.config;
        self.events.next_number() > 0
            || self.subscriptions.is_managed_by_client()
            || config.mdm_info.is_some()
            || config.receiver.is_some()
            || !config.types.is_empty()
    }

    /// Makes a device known; a device is nothing but its serial number.
    pub fn add_device(&mut self, serial_number: &str) -> DeviceId {
        DeviceId(self.serial_numbers.intern(serial_number))
    }

    /// The serial numbers of the known devices, in order.
    pub fn device_names(&self) -> impl Iterator<Item = &str> {
        (0..self.serial_numbers.len()).map(|number| self.serial_numbers.text(number as u32))
    }

    /// How many devices are known.
    pub const fn devices(&self) -> usize {
        self.serial_numbers.len()
    }

    /// How many invitations were made so far.
    pub const fn invitations(&self) -> u64 {
        self.invitations
    }

    /// The legacy number that the next user gets.
    pub const fn next_user_number(&self) -> u64 {
        self.next_user_number
    }

    /// How many assignments stand.
    pub fn assignments_standing(&self) -> usize {
        self.assignments.rows().count(classes(None, false))
    }

    /// Adds an asset that the world begins with.
    pub fn add_asset(&mut self, asset: Asset) -> AssetId {
        self.assets.add(asset)
    }

    /// Adds a registered user with the next legacy number, or with the given one.
    pub fn add_user(
        &mut self,
        client_user_id: &str,
        email: Option<&str>,
        number: Option<u64>,
    ) -> UserId {
        let number = number.unwrap_or(self.next_user_number);
        self.next_user_number = self.next_user_number.max(number + 1);
        self.users.add(client_user_id, email, number)
    }

    /// Invites a registered user anew and notes the code.
    pub fn invite(&mut self, user: UserId, ids: &dyn IdSource) {
        let code = ids.invite_code(self.invitations);
        self.invitations += 1;
        if let Some(user) = self.users.change(user) {
            user.invite_code = Some(code.into());
        }
    }

    /// Gives an asset to a holder, without looking whether that is allowed. `remember` as in
    /// [`Assignments::add`]. False if no licence is left.
    pub fn assign(&mut self, asset: AssetId, holder: Holder, remember: Option<u64>) -> bool {
        self.assign_licence(asset, holder, None, remember).is_some()
    }

    /// [`Location::assign`], the `k`-th licence if one is wanted. Returns which it was; none if it is not free.
    pub(super) fn assign_licence(
        &mut self,
        asset: AssetId,
        holder: Holder,
        k: Option<u32>,
        remember: Option<u64>,
    ) -> Option<u32> {
        let active = self.is_active(holder);
        let row = self.assignments.next_row();
        let found = self.assets.get(asset)?;
        let (key, revocable) = ((found.product, found.pricing_param), found.revocable);
        if found.available() == 0 || k.is_some_and(|k| !found.is_free(k)) {
            return None;
        }
        let licence = self.assets.change(asset).and_then(|asset| {
            if !active && !revocable {
                asset.held_by_retired += 1;
            }
            match k {
                Some(k) => asset.take_this_licence(k, row),
                None => asset.take_licence(row),
            }
        })?;
        self.assignments.add(key, asset, holder, licence, active, remember);
        Some(licence)
    }

    /// Takes the assignment at `row` back, without looking whether that is allowed.
    pub(super) fn unassign(&mut self, row: u32, behaviour: &Behaviour) {
        let Some(found) = self.assignments.get(row) else { return };
        let Some(product) = self.assets.get(found.asset).map(|asset| asset.product) else { return };
        if let Some(gone) = self.assignments.remove(row, product, behaviour.changes_max)
            && let Some(asset) = self.assets.change(gone.asset)
        {
            asset.release_licence(gone.licence);
        }
    }

    /// Devices always are; a user is until retired.
    pub(super) fn is_active(&self, holder: Holder) -> bool {
        match holder.kind() {
            HolderKind::Device(_) => true,
            HolderKind::User(user) => {
                self.users.get(user).is_some_and(|user| user.status.is_active())
            }
        }
    }

    /// Moves a user to a status, and what it holds along: an active user's assignments count as active,
    /// a retired user's irrevocable ones stay and count as inactive.
    pub(super) fn set_user_status(&mut self, user: UserId, status: UserStatus) {
        let was_active = self.is_active(user.into());
        self.users.set_status(user, status);
        if was_active == status.is_active() {
            return;
        }
        if was_active && let Some(user) = self.users.get(user) {
            let client_user_id = self.users.client_user_id(user).to_owned();
            self.subscriptions.drop_user(&client_user_id);
        }
        for held in self.assignments.held_by(user.into()).to_vec() {
            let Some(asset) = self.assets.change(held.asset) else { continue };
            if !asset.revocable {
                let (now, change) = (asset.held_by_retired, u32::from(was_active));
                asset.held_by_retired = (now + change).saturating_sub(1 - change);
            }
            let (product, quality) = (asset.product, asset.pricing_param);
            self.assignments.set_active(held.row, product, quality, status.is_active());
        }
    }
}

fn assets_work(kind: EventKind, targets: super::command::Targets) -> (EventKind, Work, usize) {
    let tasks = targets.assets.len() * targets.len();
    (kind, Work::Assets(Arc::new(targets)), tasks)
}

fn seats_work(kind: EventKind, request: SeatRequest) -> (EventKind, Work, usize) {
    let request = request.each_once();
    let tasks = request.tasks();
    (kind, Work::Seats(Arc::new(request)), tasks)
}

fn users_work(
    kind: EventKind,
    users: Vec<super::command::UserRequest>,
) -> (EventKind, Work, usize) {
    let tasks = users.len();
    (kind, Work::Users(Arc::new(users)), tasks)
}
