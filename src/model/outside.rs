//! What reaches a location past its MDM: purchases and refunds, invitations accepted, other administrators. Each is
//! done at once and as a whole; whether it may be done, the caller has looked (`sim::verbs`).

use super::asset::Asset;
use super::assignment::classes;
use super::behaviour::Behaviour;
use super::command::UserRequest;
use super::ids::{AssetId, IdSource, UserId};
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
        base
    }

    /// Begins to own an asset.
    pub fn buy_new(&mut self, asset: Asset) -> AssetId {
        let id = self.assets.add(asset);
        self.assets.change(id);
        id
    }

    /// Refunds free licences, or gives them to another location: they count as retired from here on.
    pub fn give_up(&mut self, asset: AssetId, count: u32) {
        if let Some(asset) = self.assets.change(asset) {
            asset.give_up(count);
        }
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
        let wanted = classes(Some(asset.pricing_param), false);
        let rows: Vec<u32> = self
            .assignments
            .rows_of(asset.product)
            .map(|rows| rows.walk(wanted, 0).map(|(_, row)| *row).collect())
            .unwrap_or_default();
        for row in &rows {
            self.unassign(*row, behaviour);
        }
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
    }

    /// Makes a user, as an event would.
    pub fn create(
        &mut self,
        request: &UserRequest,
        behaviour: &Behaviour,
        ids: &dyn IdSource,
    ) -> Result<(), Failure> {
        self.create_user(request, behaviour, ids)
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
    }
}
