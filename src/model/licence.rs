//! Licences one by one, as the older API shows them: every licence that a location owns, or those that somebody
//! holds, or those that changed.
//!
//! All licences stand in the order of assets, and within an asset in the order of their ids' numbers; of unlimited
//! assets only those that are held exist, in order of creation. Held ones alone stand in order of creation, and
//! changed ones in order of their latest change. A page costs what is on it, and as many steps as there are assets where all licences are
//! asked for; the changes of one product cost as many steps as there were changes.

use super::asset::{Asset, LicenceState};
use super::assignment::{classes, classes_held_by};
use super::ids::{AssetId, Holder, Seq};
use super::kinds::{PricingParam, Supply};
use super::location::Location;
use super::query::{Page, PageRequest};
use crate::store::Classes;

/// A licence as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Licence {
    /// What it is a licence of.
    pub asset: AssetId,
    /// Which of that asset's licences, from 0.
    pub number: u32,
    /// Who holds it, if somebody does.
    pub holder: Option<Holder>,
    /// It was refunded or transferred.
    pub given_up: bool,
}

/// Licences by who holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeldBy {
    /// All, free ones too.
    #[default]
    AnyoneOrNobody,
    /// Those that somebody holds.
    Anyone,
    /// Those that users hold.
    Users,
    /// Those that devices hold.
    Devices,
}

impl HeldBy {
    /// The classes of rows of assignments.
    fn classes(self, quality: Option<PricingParam>) -> Classes {
        match self {
            Self::AnyoneOrNobody | Self::Anyone => classes(quality, false),
            Self::Users => classes_held_by(quality, false),
            Self::Devices => classes_held_by(quality, true),
        }
    }
}

/// What shall be in a list of licences. All that is given must hold.
#[derive(Debug, Clone, Copy, Default)]
pub struct LicenceFilter<'a> {
    /// Of this product.
    pub adam_id: Option<&'a str>,
    /// In this quality.
    pub pricing_param: Option<PricingParam>,
    /// Of this device.
    pub serial_number: Option<&'a str>,
    /// By who holds them.
    pub held_by: HeldBy,
    /// Changed or bought since.
    pub since: Option<LicencesSince>,
}

/// A state of the licences of a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LicencesSince {
    /// Writes to the list of assignments.
    pub assignments: Seq,
    /// No licence had this id or a higher one.
    pub next_id: u64,
}

/// Some licences of one asset that stand next to each other in the list.
enum Stretch {
    /// From this number on, so many.
    Numbers(AssetId, u32, usize),
    /// So many that are held.
    Held(AssetId, usize),
    /// Those with these numbers.
    Listed(AssetId, Vec<u32>),
}

impl Stretch {
    const fn len(&self) -> usize {
        match self {
            Self::Numbers(_, _, length) | Self::Held(_, length) => *length,
            Self::Listed(_, numbers) => numbers.len(),
        }
    }
}

impl Location {
    /// The state of the licences, to ask later what changed since.
    pub fn licences_version(&self) -> LicencesSince {
        LicencesSince { assignments: self.assignments.seq(), next_id: self.next_licence_id() }
    }

    /// A page of licences.
    pub fn licences_page(&self, filter: &LicenceFilter<'_>, wanted: PageRequest) -> Page<Licence> {
        if let Some(serial) = filter.serial_number {
            return self.licences_of_device(serial, filter, wanted);
        }
        match (filter.held_by, filter.since) {
            (HeldBy::AnyoneOrNobody, None) => {
                let stretches = self.stretches(filter, |id, asset| {
                    let (count, from) = (asset.licences_known() as usize, 0);
                    match asset.supply {
                        Supply::Limited(_) => Stretch::Numbers(id, from, count),
                        Supply::Unlimited => Stretch::Held(id, asset.assigned as usize),
                    }
                });
                let total = stretches.iter().map(Stretch::len).sum();
                Page::cut(wanted, total, |skip, take| self.on_stretches(&stretches, skip, take))
            }
            (HeldBy::AnyoneOrNobody, Some(since)) => self.licences_changed(filter, since, wanted),
            (held_by, since) => self.licences_held(filter, held_by, since, wanted),
        }
    }

    fn licences_of_device(
        &self,
        serial_number: &str,
        filter: &LicenceFilter<'_>,
        wanted: PageRequest,
    ) -> Page<Licence> {
        let holder = self.device(serial_number).map(Holder::from);
        let held = holder.map_or(&[][..], |holder| self.assignments.held_by(holder));
        let rows = held.iter().filter_map(|held| self.assignments.get(held.row)).filter(|row| {
            filter.since.is_none_or(|since| row.created > since.assignments)
                && filter.held_by != HeldBy::Users
                && self.is_of(row.asset, filter)
        });
        Page::of(wanted, rows.map(|row| held_licence(row.asset, row.licence, row.holder)))
    }

    /// Licences that are held, of those that were given since.
    fn licences_held(
        &self,
        filter: &LicenceFilter<'_>,
        held_by: HeldBy,
        since: Option<LicencesSince>,
        wanted: PageRequest,
    ) -> Page<Licence> {
        let rows = self.assignments.rows();
        let after = since.map_or(0, |since| rows.partition(|row| row.created <= since.assignments));
        let classes = held_by.classes(filter.pricing_param);
        self.rows_page(filter.adam_id, classes, after, wanted, |row| {
            held_licence(row.asset, row.licence, row.holder)
        })
    }

    /// Licences that were given or taken back since, as they stand now; then those that were bought since and
    /// that nobody ever held.
    fn licences_changed(
        &self,
        filter: &LicenceFilter<'_>,
        since: LicencesSince,
        wanted: PageRequest,
    ) -> Page<Licence> {
        let bought = self.bought_since(filter, since);
        let new: usize = bought.iter().map(Stretch::len).sum();
        let old = self.assignments.licences_since(since.assignments);
        let changes = |skip| self.assignments.latest_since(since.assignments, skip);
        if filter.adam_id.is_none() && filter.pricing_param.is_none() {
            return Page::cut(wanted, old + new, |skip, take| {
                let of_changes = changes(skip.min(old)).take(take);
                let mut page: Vec<Licence> = of_changes
                    .filter_map(|change| self.licence_at(change.asset, change.licence))
                    .collect();
                let rest = take - page.len().min(take);
                page.extend(self.on_stretches(&bought, skip.saturating_sub(old), rest));
                page
            });
        }
        let mut found: Vec<Licence> = changes(0)
            .filter(|change| self.is_of(change.asset, filter))
            .filter_map(|change| self.licence_at(change.asset, change.licence))
            .collect();
        found.extend(self.on_stretches(&bought, 0, new));
        Page::of(wanted, found.into_iter())
    }

    /// Licences that were bought since and did not change afterwards. Costs as many steps as there are assets, and
    /// one for each that somebody held.
    fn bought_since(&self, filter: &LicenceFilter<'_>, since: LicencesSince) -> Vec<Stretch> {
        let stretches = self.stretches(filter, |id, asset| {
            let known = asset.licences_known();
            let bought = match asset.supply {
                Supply::Limited(_) => asset.bought_since(since.next_id).min(known),
                Supply::Unlimited => 0,
            };
            let (first, used) = (known - bought, asset.licences_used() as u64);
            let untouched = first.max(used) as u32;
            let length = known.saturating_sub(u64::from(untouched)) as usize;
            let changed = |k: &u32| self.assignments.changed_after(id, *k, since.assignments);
            let passed = (first as u32..untouched).filter(|k| !changed(k)).collect();
            [Stretch::Listed(id, passed), Stretch::Numbers(id, untouched, length)]
        });
        stretches.into_iter().flatten().collect()
    }

    fn is_of(&self, asset: AssetId, filter: &LicenceFilter<'_>) -> bool {
        self.assets.get(asset).is_some_and(|asset| {
            filter.adam_id.is_none_or(|id| self.assets.adam_id(asset.product) == id)
                && filter.pricing_param.is_none_or(|quality| asset.pricing_param == quality)
        })
    }

    /// What each asset that the filter wants adds to the list, in order.
    fn stretches<T>(
        &self,
        filter: &LicenceFilter<'_>,
        of: impl Fn(AssetId, &Asset) -> T,
    ) -> Vec<T> {
        let stretch = |id: AssetId| {
            let asset = self.assets.get(id).filter(|asset| !asset.removed)?;
            filter.pricing_param.is_none_or(|it| it == asset.pricing_param).then(|| of(id, asset))
        };
        let Some(adam_id) = filter.adam_id else {
            return (0..self.assets.len() as u32).map(AssetId).filter_map(stretch).collect();
        };
        let qualities = [PricingParam::Standard, PricingParam::Plus];
        let mut assets: Vec<AssetId> =
            qualities.iter().filter_map(|quality| self.assets.find(adam_id, *quality)).collect();
        assets.sort_unstable();
        assets.into_iter().filter_map(stretch).collect()
    }

    fn on_stretches(
        &self,
        stretches: &[Stretch],
        mut skip: usize,
        mut take: usize,
    ) -> Vec<Licence> {
        let mut page = Vec::with_capacity(take.min(1_000));
        for stretch in stretches {
            if take == 0 {
                break;
            }
            let wanted = stretch.len().saturating_sub(skip).min(take);
            let from = skip.min(stretch.len());
            skip -= from;
            take -= wanted;
            if wanted == 0 {
                continue;
            }
            match stretch {
                Stretch::Listed(asset, numbers) => {
                    let numbers = numbers[from..from + wanted].iter();
                    page.extend(numbers.filter_map(|number| self.licence_at(*asset, *number)));
                }
                Stretch::Numbers(asset, first, _) => {
                    let from = first + from as u32;
                    let numbers = from..from + wanted as u32;
                    page.extend(numbers.filter_map(|number| self.licence_at(*asset, number)));
                }
                Stretch::Held(asset, _) => {
                    let Some(found) = self.assets.get(*asset) else { continue };
                    let classes = classes(Some(found.pricing_param), false);
                    let rows = self.assignments.rows_of(found.product).into_iter();
                    let rows = rows.flat_map(|rows| rows.walk(classes, from).take(wanted));
                    let rows = rows.filter_map(|(_, row)| self.assignments.get(*row));
                    page.extend(rows.map(|row| held_licence(row.asset, row.licence, row.holder)));
                }
            }
        }
        page
    }

    /// A licence as it stands.
    pub fn licence_at(&self, asset: AssetId, number: u32) -> Option<Licence> {
        let found = self.assets.get(asset)?;
        let (holder, given_up) = match found.licence_state(number) {
            LicenceState::Free => (None, found.removed),
            LicenceState::Held(row) => (self.assignments.get(row).map(|row| row.holder), false),
            LicenceState::GivenUp => (None, true),
        };
        Some(Licence { asset, number, holder, given_up })
    }
}

const fn held_licence(asset: AssetId, number: u32, holder: Holder) -> Licence {
    Licence { asset, number, holder: Some(holder), given_up: false }
}
