//! What reaches a location past its MDM: purchases and refunds, invitations accepted, other administrators. Each is
//! done at once and as a whole; whether it may be done, the caller has looked (`sim::verbs`).

use super::asset::Asset;
use super::assignment::classes;
use super::behaviour::Behaviour;
use super::command::UserRequest;
use super::event::EventKind;
use super::ids::{AssetId, Holder, IdSource, UserId};
use super::location::Location;
use super::refusal::Failure;
use crate::store::Classes;

impl Location {
    /// Where the licence ids of the next purchase begin: after all that were ever given.
    pub fn next_licence_id(&self) -> u64 {
        self.assets.rows().iter().map(Asset::licence_end).max().unwrap_or(0)
    }

    /// Buys `count` licences of an asset and returns the first new licence id. Not for unlimited assets.
    pub fn buy(&mut self, asset: AssetId, count: u32) -> u64 {
        let base = self.next_licence_id();
        if let Some(asset) = self.assets.change(asset) {
            asset.buy(count, base);
        }
        self.tell_count(asset, count.into());
        base
    }

    /// Begins to own an asset.
    pub fn buy_new(&mut self, asset: Asset) -> AssetId {
        let id = self.assets.add(asset);
        let count = self.assets.change(id).map_or(0, |asset| asset.total());
        self.tell_count(id, count.into());
        id
    }

    /// Refunds free licences, or gives them to another location: they count as retired from here on.
    pub fn give_up(&mut self, asset: AssetId, count: u32) {
        let Some(found) = self.assets.change(asset) else { return };
        let before = found.total();
        found.give_up(count);
        let delta = i64::from(found.total()) - i64::from(before);
        self.tell_count(asset, delta);
    }

    /// From here on an assignment of this asset cannot be taken back.
    pub fn make_irrevocable(&mut self, id: AssetId) {
        let Some(asset) = self.assets.get(id) else { return };
        let inactive = classes(Some(asset.pricing_param), false).0
            & !classes(Some(asset.pricing_param), true).0;
        let rows = self.assignments.rows_of(asset.product);
        let held = rows.map_or(0, |rows| rows.count(Classes(inactive)));
        if let Some(asset) = self.assets.change(id) {
            asset.revocable = false;
            asset.held_by_retired = held as u32;
        }
    }

    /// Ceases to own an asset; who holds it loses it. Returns how many did.
    pub fn remove_asset(&mut self, id: AssetId, behaviour: &Behaviour) -> usize {
        let Some(asset) = self.assets.get(id) else { return 0 };
        let total = asset.total();
        let wanted = classes(Some(asset.pricing_param), false);
        let rows: Vec<u32> = self
            .assignments
            .rows_of(asset.product)
            .map(|rows| rows.walk(wanted, 0).map(|(_, row)| *row).collect())
            .unwrap_or_default();
        self.begin_telling(EventKind::Disassociate, None);
        for row in &rows {
            if let Some(held) = self.assignments.get(*row).copied() {
                self.tell_pair(held.asset, held.holder, None);
            }
            self.unassign(*row, behaviour);
        }
        self.end_telling();
        self.tell_count(id, -i64::from(total));
        self.assets.remove(id);
        rows.len()
    }

    /// Whether an Apple Account is free to be linked to this user.
    pub fn can_link(&self, user: UserId, account: &str) -> bool {
        self.users.linked_to(account).is_none_or(|other| other == user)
    }

    /// The registered user with this invitation accepts it with an Apple Account.
    pub fn accept_invitation(
        &mut self,
        user: UserId,
        account: &str,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) {
        self.link_account(user, account, behaviour, ids);
        self.users.written(user);
        self.tell_associated(user);
    }

    /// Gives an asset to holders that do not hold it yet, as long as there are licences.
    pub fn hand_out(&mut self, asset: AssetId, holders: &[Holder], behaviour: &Behaviour) {
        self.begin_telling(EventKind::Associate, None);
        for holder in holders {
            if self.assign(asset, *holder, Some(behaviour.changes_max)) {
                self.tell_pair(asset, *holder, None);
            }
        }
        self.end_telling();
    }

    /// Makes users, as an event would. Those that cannot be made are left out.
    pub fn create(&mut self, users: &[UserRequest], behaviour: &Behaviour, ids: &dyn IdSource) {
        self.begin_telling(EventKind::Create, None);
        for request in users {
            if self.create_user(request, behaviour, ids).is_ok() {
                self.tell_user(&request.client_user_id, None);
            }
        }
        self.end_telling();
    }

    /// Whether the account of a new user can be linked.
    pub fn account_is_free(
        &self,
        account: Option<&str>,
        behaviour: &Behaviour,
    ) -> Result<(), Failure> {
        self.account_fits(account, None, behaviour)
    }

    /// Retires a user, as an event would.
    pub fn retire(&mut self, user: UserId, behaviour: &Behaviour) {
        self.retire_user(user, behaviour);
        self.tell_retired(user);
    }
}
