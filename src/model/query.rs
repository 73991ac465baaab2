//! Reading a location: pages of lists, and of what changed in them.
//!
//! Every page costs what is on it, wherever it is in the list, with three exceptions that are as long as
//! one holder's list, the asset list, or the removals a delta tells (see [`AssignmentFilter::removals`]).

use super::asset::Asset;
use super::assignment::{self, Assignment};
use super::ids::{AssetId, Holder, Seq, UserId};
use super::kinds::{PricingParam, ProductType, Supply};
use super::location::Location;
use super::user::{self, User};
use crate::store::Classes;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Zero-based.
    pub index: u64,
    /// Records a page; at least 1.
    pub size: u64,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The records; none if the page is past the end.
    pub records: Vec<T>,
    /// How many records there are on all pages.
    pub total: u64,
    /// How many pages there are; an empty list has one (apple-v2.md §18 question 14).
    pub total_pages: u64,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { records: Vec::new(), total: 0, total_pages: 1 }
    }
}

impl<T> Page<T> {
    pub(super) fn cut(
        wanted: PageRequest,
        total: usize,
        records: impl FnOnce(usize, usize) -> Vec<T>,
    ) -> Self {
        let size = wanted.size.max(1);
        let skip = usize::try_from(wanted.index.saturating_mul(size)).unwrap_or(usize::MAX);
        let take = usize::try_from(size).unwrap_or(usize::MAX);
        let records = if skip < total { records(skip, take) } else { Vec::new() };
        Self { records, total: total as u64, total_pages: (total as u64).div_ceil(size).max(1) }
    }

    pub(super) fn of(wanted: PageRequest, list: impl Iterator<Item = T> + Clone) -> Self {
        Self::cut(wanted, list.clone().count(), |skip, take| list.skip(skip).take(take).collect())
    }
}

/// What shall be in a list of assignments. All that is given must hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct AssignmentFilter<'a> {
    /// Of this product.
    pub adam_id: Option<&'a str>,
    /// In this quality.
    pub pricing_param: Option<PricingParam>,
    /// Of this user.
    pub client_user_id: Option<&'a str>,
    /// Of this device.
    pub serial_number: Option<&'a str>,
    /// Not of retired users.
    pub active_only: bool,
    /// Created after this write.
    pub since: Option<Seq>,
    /// With `since`: not what was created, but every pair that stood then or stands now, not both. Costs
    /// as many steps as there were changes.
    pub removals: bool,
}

/// A pair of asset and holder.
pub type Pair = (AssetId, Holder);

impl Location {
    /// A page of assignments, in order of creation.
    pub fn assignments_page(
        &self,
        filter: &AssignmentFilter<'_>,
        wanted: PageRequest,
    ) -> Page<Pair> {
        if let (Some(since), true) = (filter.since, filter.removals) {
            let pairs = self.difference_since(since);
            return Page::of(wanted, pairs.into_iter().filter(|pair| self.shows(filter, *pair)));
        }
        let after = match filter.since {
            None => 0,
            Some(since) => self.assignments.rows().partition(|row| row.created <= since),
        };
        let holders = match (filter.client_user_id, filter.serial_number) {
            (None, None) => return self.listed_page(filter, after, wanted),
            (Some(_), Some(_)) => Vec::new(),
            (Some(id), None) => self.users.records_of(id).map(Holder::from).collect(),
            (None, Some(serial)) => self.device(serial).map(Holder::from).into_iter().collect(),
        };
        let mut held: Vec<(u32, Pair)> = Vec::new();
        for holder in holders {
            let list = self.assignments.held_by(holder);
            let first = list.partition_point(|held| (held.row as usize) < after);
            held.extend(list[first..].iter().map(|held| (held.row, (held.asset, holder))));
        }
        held.sort_unstable_by_key(|(row, _)| *row);
        let pairs = held.into_iter().map(|(_, pair)| pair);
        Page::of(wanted, pairs.filter(|pair| self.shows(filter, *pair)))
    }

    /// A page without a holder: of a product's rows, or of all; from row `after` on.
    fn listed_page(
        &self,
        filter: &AssignmentFilter<'_>,
        after: usize,
        wanted: PageRequest,
    ) -> Page<Pair> {
        let classes = assignment::classes(filter.pricing_param, filter.active_only);
        self.rows_page(filter.adam_id, classes, after, wanted, |row| (row.asset, row.holder))
    }

    /// A page of a product's assignments, or of all, in some classes: from row `after` on, each as `of` shows it.
    pub(super) fn rows_page<T>(
        &self,
        adam_id: Option<&str>,
        classes: Classes,
        after: usize,
        wanted: PageRequest,
        of: impl Fn(&Assignment) -> T,
    ) -> Page<T> {
        let rows = self.assignments.rows();
        let Some(adam_id) = adam_id else {
            let first = rows.rank(after, classes);
            return Page::cut(wanted, rows.count(classes) - first, |skip, take| {
                rows.walk(classes, first + skip).take(take).map(|(_, row)| of(row)).collect()
            });
        };
        let of_product = self.assets.product(adam_id).and_then(|id| self.assignments.rows_of(id));
        let Some(list) = of_product else { return Page::cut(wanted, 0, |_, _| Vec::new()) };
        let first = list.rank(list.partition(|row| (*row as usize) < after), classes);
        Page::cut(wanted, list.count(classes) - first, |skip, take| {
            let page = list.walk(classes, first + skip).take(take);
            page.filter_map(|(_, row)| self.assignments.get(*row)).map(&of).collect()
        })
    }

    /// The pairs that stood at `since` or stand now, not both, in order of their first change. Each
    /// change of a pair turns it over, so these are the pairs with an odd number of changes.
    fn difference_since(&self, since: Seq) -> Vec<Pair> {
        let mut turned = std::collections::BTreeMap::new();
        for (n, change) in self.assignments.changes_since(since).enumerate() {
            let pair = (change.asset, change.holder);
            turned
                .entry(pair)
                .and_modify(|(_, odd): &mut (usize, bool)| *odd = !*odd)
                .or_insert((n, true));
        }
        let mut pairs: Vec<(usize, Pair)> = turned
            .into_iter()
            .filter(|(_, (_, odd))| *odd)
            .map(|(pair, (n, _))| (n, pair))
            .collect();
        pairs.sort_unstable();
        pairs.into_iter().map(|(_, pair)| pair).collect()
    }

    fn shows(&self, filter: &AssignmentFilter<'_>, (asset, holder): Pair) -> bool {
        let Some(asset) = self.assets.get(asset) else { return false };
        let (name, is_device) = self.holder_name(holder);
        filter.adam_id.is_none_or(|id| self.assets.adam_id(asset.product) == id)
            && filter.pricing_param.is_none_or(|quality| asset.pricing_param == quality)
            && filter.client_user_id.is_none_or(|id| !is_device && name == id)
            && filter.serial_number.is_none_or(|serial| is_device && name == serial)
            && (!filter.active_only || self.is_active(holder))
    }
}

/// What shall be in a list of users. All that is given must hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct UserFilter<'a> {
    /// Neither retired nor deleted.
    pub active_only: bool,
    /// Retired.
    pub retired_only: bool,
    /// Not deleted.
    pub not_deleted: bool,
    /// With this client user id.
    pub client_user_id: Option<&'a str>,
    /// Linked to this Apple Account.
    pub managed_apple_id: Option<&'a str>,
    /// Written to after this write.
    pub since: Option<Seq>,
}

impl Location {
    /// A page of users: in order of creation, or of their latest write if `since` is given.
    pub fn users_page(&self, filter: &UserFilter<'_>, wanted: PageRequest) -> Page<UserId> {
        let mut classes = user::classes(filter.active_only, filter.retired_only);
        if filter.not_deleted {
            classes.0 &= user::classes(true, false).0 | user::classes(false, true).0;
        }
        let found = match (filter.client_user_id, filter.managed_apple_id) {
            (None, None) => return self.listed_users(classes, filter.since, wanted),
            (Some(id), _) => {
                let mut records: Vec<UserId> = self.users.records_of(id).collect();
                records.reverse();
                if filter.since.is_some() {
                    records.sort_by_key(|id| self.users.get(*id).map(|user| user.changed));
                }
                records
            }
            (None, Some(account)) => self.users.linked_to(account).into_iter().collect(),
        };
        let linked = filter.managed_apple_id.map(|account| self.users.linked_to(account));
        let shows = |id: &UserId| {
            self.users.get(*id).is_some_and(|user| {
                linked.is_none_or(|linked| linked == Some(*id))
                    && filter.since.is_none_or(|since| user.changed > since)
                    && user::shows(user, classes)
            })
        };
        Page::of(wanted, found.into_iter().filter(shows))
    }

    fn listed_users(
        &self,
        classes: Classes,
        since: Option<Seq>,
        wanted: PageRequest,
    ) -> Page<UserId> {
        let Some(since) = since else {
            let records = self.users.records();
            return Page::cut(wanted, records.count(classes), |skip, take| {
                records.walk(classes, skip).take(take).map(|(id, _)| UserId(id as u32)).collect()
            });
        };
        let log = self.users.log();
        let first = log.rank(usize::try_from(since).unwrap_or(usize::MAX), classes);
        Page::cut(wanted, log.count(classes) - first, |skip, take| {
            log.walk(classes, first + skip).take(take).map(|(_, id)| *id).collect()
        })
    }

    /// The record of a user on a page.
    pub fn user(&self, id: UserId) -> Option<&User> {
        self.users.get(id)
    }
}

/// What shall be in a list of assets. All that is given must hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct AssetFilter<'a> {
    /// Of this product.
    pub adam_id: Option<&'a str>,
    /// In this quality.
    pub pricing_param: Option<PricingParam>,
    /// App or book.
    pub product_type: Option<ProductType>,
    /// Revocable or not.
    pub revocable: Option<bool>,
    /// For devices or not.
    pub device_assignable: Option<bool>,
    /// Unlimited or not.
    pub unlimited: Option<bool>,
    /// Bounds on the licences available, inclusive.
    pub available: (Option<i32>, Option<i32>),
    /// Bounds on the licences assigned, inclusive.
    pub assigned: (Option<i32>, Option<i32>),
}

impl Location {
    /// A page of assets, in the order in which the location came to own them.
    pub fn assets_page(&self, filter: &AssetFilter<'_>, wanted: PageRequest) -> Page<AssetId> {
        let shows = |id: &AssetId| {
            self.assets.get(*id).is_some_and(|asset| !asset.removed && filter.shows(asset))
        };
        match filter.adam_id {
            None => Page::of(wanted, (0..self.assets.len() as u32).map(AssetId).filter(shows)),
            Some(adam_id) => {
                let product = self.assets.product(adam_id);
                let qualities = [PricingParam::Standard, PricingParam::Plus];
                let mut assets: Vec<AssetId> = qualities
                    .into_iter()
                    .filter_map(|quality| self.assets.of_product(product?, quality))
                    .collect();
                assets.sort_unstable();
                Page::of(wanted, assets.into_iter().filter(shows))
            }
        }
    }
}

impl AssetFilter<'_> {
    /// Everything but the product.
    fn shows(&self, asset: &Asset) -> bool {
        let within = |(low, high): (Option<i32>, Option<i32>), count: u32| {
            let count = i64::from(count);
            low.is_none_or(|low| count >= low.into())
                && high.is_none_or(|high| count <= high.into())
        };
        self.pricing_param.is_none_or(|quality| asset.pricing_param == quality)
            && self.product_type.is_none_or(|kind| asset.product_type == kind)
            && self.revocable.is_none_or(|revocable| asset.revocable == revocable)
            && self.device_assignable.is_none_or(|device| asset.device_assignable == device)
            && self
                .unlimited
                .is_none_or(|unlimited| (asset.supply == Supply::Unlimited) == unlimited)
            && within(self.available, asset.available())
            && within(self.assigned, asset.assigned)
    }
}
