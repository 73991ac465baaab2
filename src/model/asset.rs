//! Assets: what a location owns, and the licences it owns of each.
//!
//! Invariants: `total = assigned + available` for every asset at every moment, and a licence is held by
//! at most one assignment. Licences are ranges of ids; a record exists only for those ever assigned.

use std::sync::Arc;

use super::ids::{AssetId, ProductId, Seq};
use super::kinds::{Platforms, PricingParam, ProductType, Supply};
use crate::store::{Blocks, Names};

/// What an unlimited asset reports as its total: the largest int32 (apple-v2.md §6.1).
pub const UNLIMITED_TOTAL: u32 = i32::MAX as u32;

/// In place of the row that holds a licence: nobody does.
const NOBODY: u32 = u32::MAX;

/// In place of the row that holds a licence: it was refunded or transferred after somebody held it.
const GIVEN_UP: u32 = u32::MAX - 1;

/// In place of a neighbour among the free records: there is none.
const NONE: u32 = u32::MAX;

/// An asset of a location.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The product it is a quality of.
    pub product: ProductId,
    /// Quality.
    pub pricing_param: PricingParam,
    /// App or book.
    pub product_type: ProductType,
    /// What it is called in the store.
    pub name: Arc<str>,
    /// Licences owned.
    pub supply: Supply,
    /// Licences refunded or transferred away.
    pub retired: u32,
    /// Irrevocable licences of retired users.
    pub held_by_retired: u32,
    /// Licences held by somebody.
    pub assigned: u32,
    /// Whether an assignment can be taken back.
    pub revocable: bool,
    /// Whether devices can hold it.
    pub device_assignable: bool,
    /// Where it runs.
    pub platforms: Platforms,
    /// No longer owned: it is in no list, and its id is not given again.
    pub removed: bool,
    licences: Licences,
}

/// The licences of one asset.
#[derive(Debug, Clone)]
struct Licences {
    /// First id and length, in order of purchase.
    ranges: Arc<Vec<(u64, u32)>>,
    /// Those ever assigned: the row that holds each, or the next free one.
    records: Blocks<Licence>,
    /// The free record that is taken next.
    free: Option<u32>,
}

/// Where a licence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LicenceState {
    /// Nobody holds it.
    Free,
    /// The assignment at this row holds it.
    Held(u32),
    /// Refunded or transferred.
    GivenUp,
}

/// A licence that was assigned at some time.
#[derive(Debug, Clone, Copy)]
struct Licence {
    /// The row that holds it, or why none does.
    row: u32,
    /// While it is free: the free records around it, in the order in which they are taken.
    previous: u32,
    next: u32,
}

impl Licence {
    /// A record that is not among the free ones.
    const fn of(row: u32) -> Self {
        Self { row, previous: NONE, next: NONE }
    }
}

impl Licences {
    /// Makes a record the free one that is taken next.
    fn put_free(&mut self, k: u32) {
        let next = self.free.unwrap_or(NONE);
        let Some(record) = self.records.get_mut(k as usize) else { return };
        *record = Licence { row: NOBODY, previous: NONE, next };
        if let Some(next) = self.records.get_mut(next as usize) {
            next.previous = k;
        }
        self.free = Some(k);
    }

    /// Takes a record out of the free ones, and gives it to a row or gives it up; `None` if it is not free.
    fn take_free(&mut self, k: u32, row: u32) -> Option<u32> {
        let record = self.records.get_mut(k as usize).filter(|record| record.row == NOBODY)?;
        let Licence { previous, next, .. } = std::mem::replace(record, Licence::of(row));
        if let Some(next) = self.records.get_mut(next as usize) {
            next.previous = previous;
        }
        match self.records.get_mut(previous as usize) {
            Some(previous) => previous.next = next,
            None => self.free = Some(next).filter(|next| *next != NONE),
        }
        Some(k)
    }
}

impl Asset {
    /// An asset of which nothing is assigned yet; its licence ids begin at `licence_base`.
    #[allow(
        clippy::too_many_arguments,
        reason = "the members of an asset; there is no sensible default for any"
    )]
    pub fn new(
        product: ProductId,
        pricing_param: PricingParam,
        product_type: ProductType,
        name: Arc<str>,
        supply: Supply,
        retired: u32,
        (revocable, device_assignable): (bool, bool),
        platforms: Platforms,
        licence_base: u64,
    ) -> Self {
        let length = match supply {
            Supply::Limited(total) => total,
            Supply::Unlimited => UNLIMITED_TOTAL,
        };
        Self {
            product,
            pricing_param,
            product_type,
            name,
            supply,
            retired,
            held_by_retired: 0,
            assigned: 0,
            revocable,
            device_assignable,
            platforms,
            removed: false,
            licences: Licences {
                ranges: Arc::new(vec![(licence_base, length)]),
                records: Blocks::default(),
                free: None,
            },
        }
    }

    /// Licences owned; [`UNLIMITED_TOTAL`] for unlimited content.
    pub const fn total(&self) -> u32 {
        match self.supply {
            Supply::Limited(total) => total,
            Supply::Unlimited => UNLIMITED_TOTAL,
        }
    }

    /// Licences that can still be assigned.
    pub const fn available(&self) -> u32 {
        self.total().saturating_sub(self.assigned)
    }

    /// The id of the `k`-th licence; stable over its life.
    pub fn licence_id(&self, k: u32) -> Option<u64> {
        let mut rest = k;
        for (base, length) in self.licences.ranges.iter() {
            if rest < *length {
                return Some(base + u64::from(rest));
            }
            rest -= length;
        }
        None
    }

    /// First id and length of each range of licences, in order of purchase.
    pub fn licence_ranges(&self) -> &[(u64, u32)] {
        &self.licences.ranges
    }

    /// The free licences that somebody held before, in the order in which they are given again.
    pub fn free_licences(&self) -> impl Iterator<Item = u32> {
        std::iter::successors(self.licences.free, |k| {
            let record = self.licences.records.get(*k as usize)?;
            Some(record.next).filter(|next| *next != NONE)
        })
    }

    /// The licences that somebody held before and that were refunded or transferred since: neither held nor
    /// free.
    pub fn given_up_licences(&self) -> Vec<u32> {
        let records = self.licences.records.iter().zip(0_u32..);
        records.filter(|(licence, _)| licence.row == GIVEN_UP).map(|(_, k)| k).collect()
    }

    /// This asset with other licences: `rows` tells of each that somebody ever held the assignment row that
    /// holds it now, `free` the others in the order in which they are to be given again.
    #[must_use]
    pub(super) fn with_licences(
        mut self,
        ranges: Vec<(u64, u32)>,
        rows: &[Option<u32>],
        free: &[u32],
    ) -> Self {
        let records = rows.iter().map(|row| Licence::of(row.unwrap_or(GIVEN_UP)));
        self.assigned = rows.iter().flatten().count() as u32;
        self.licences =
            Licences { ranges: Arc::new(ranges), records: records.collect(), free: None };
        for k in free.iter().rev() {
            self.licences.put_free(*k);
        }
        self
    }

    /// The assignment row that holds the `k`-th licence.
    pub fn licence_holder(&self, k: u32) -> Option<u32> {
        match self.licence_state(k) {
            LicenceState::Held(row) => Some(row),
            LicenceState::Free | LicenceState::GivenUp => None,
        }
    }

    /// Where the `k`-th licence stands.
    pub fn licence_state(&self, k: u32) -> LicenceState {
        match self.licences.records.get(k as usize).map_or(NOBODY, |licence| licence.row) {
            NOBODY => LicenceState::Free,
            GIVEN_UP => LicenceState::GivenUp,
            row => LicenceState::Held(row),
        }
    }

    /// How many licences have an id, those included that were refunded after somebody held them.
    pub fn licences_known(&self) -> u64 {
        self.licences.ranges.iter().map(|(_, length)| u64::from(*length)).sum()
    }

    /// How many licences somebody ever held; they are the first.
    pub const fn licences_used(&self) -> usize {
        self.licences.records.len()
    }

    /// Gives a free licence to the assignment at `row`; `None` if there is none left.
    pub fn take_licence(&mut self, row: u32) -> Option<u32> {
        if self.available() == 0 {
            return None;
        }
        let taken = match self.licences.free {
            Some(k) => self.licences.take_free(k, row)?,
            None => self.licences.records.push(Licence::of(row)) as u32,
        };
        self.assigned += 1;
        Some(taken)
    }

    /// Whether the `k`-th licence is owned and nobody holds it. Of unlimited assets only those are that were held before.
    pub fn is_free(&self, k: u32) -> bool {
        let known = (k as usize) < self.licences.records.len();
        match (known, self.supply) {
            (true, _) => self.licence_state(k) == LicenceState::Free,
            (false, Supply::Limited(_)) => self.available() > 0 && self.licence_id(k).is_some(),
            (false, Supply::Unlimited) => false,
        }
    }

    /// Gives the `k`-th licence, which is free, to the assignment at `row`. Those before it that were never given
    /// become free ones like those that were.
    pub(super) fn take_this_licence(&mut self, k: u32, row: u32) -> Option<u32> {
        while self.licences.records.len() <= k as usize {
            let free = self.licences.records.push(Licence::of(NOBODY)) as u32;
            self.licences.put_free(free);
        }
        self.licences.take_free(k, row)?;
        self.assigned += 1;
        Some(k)
    }

    /// Which licence has this id; the reverse of [`Asset::licence_id`].
    pub fn licence_with_id(&self, id: u64) -> Option<u32> {
        let mut before = 0;
        for (base, length) in self.licences.ranges.iter() {
            if (*base..base + u64::from(*length)).contains(&id) {
                return u32::try_from(id - base).ok().map(|at| before + at);
            }
            before += length;
        }
        None
    }

    /// One past the highest licence id that it ever had.
    pub fn licence_end(&self) -> u64 {
        let ends = self.licences.ranges.iter().map(|(base, length)| base + u64::from(*length));
        ends.max().unwrap_or(0)
    }

    /// How many licences have an id that is not below this one.
    pub(super) fn bought_since(&self, next_id: u64) -> u64 {
        let from = |(base, length): &(u64, u32)| {
            (base + u64::from(*length)).saturating_sub(next_id.max(*base))
        };
        self.licences.ranges.iter().map(from).sum()
    }

    /// Adds `count` licences whose ids begin at `base`. Not for unlimited assets.
    pub(super) fn buy(&mut self, count: u32, base: u64) {
        if let Supply::Limited(total) = &mut self.supply {
            *total = total.saturating_add(count);
            Arc::make_mut(&mut self.licences.ranges).push((base, count));
        }
    }

    /// Takes `count` free licences out of the supply, those first that were never assigned, latest first. Their ids
    /// never come back. Not more than are available, and not for unlimited assets.
    pub(super) fn give_up(&mut self, count: u32) {
        let count = count.min(self.available());
        let Supply::Limited(total) = &mut self.supply else { return };
        *total -= count;
        self.retired = self.retired.saturating_add(count);
        let end = self.licence_end();
        let ranges = Arc::make_mut(&mut self.licences.ranges);
        let known: u64 = ranges.iter().map(|(_, length)| u64::from(*length)).sum();
        let untouched = known.saturating_sub(self.licences.records.len() as u64);
        let mut rest = u64::from(count).min(untouched) as u32;
        let used_before = count - rest;
        for (_, length) in ranges.iter_mut().rev() {
            let cut = rest.min(*length);
            *length -= cut;
            rest -= cut;
        }
        // An empty range remembers where the next purchase begins.
        ranges.retain(|(_, length)| *length > 0);
        ranges.push((end, 0));
        for _ in 0..used_before {
            let Some(free) = self.licences.free else { break };
            self.licences.take_free(free, GIVEN_UP);
        }
    }

    /// Takes the `k`-th licence back from whoever holds it.
    pub fn release_licence(&mut self, k: u32) {
        if matches!(self.licence_state(k), LicenceState::Held(_)) {
            self.licences.put_free(k);
            self.assigned -= 1;
        }
    }
}

/// The assets of a location, in the order in which it came to own them.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    products: Names,
    /// Per product: its assets by quality.
    by_product: Blocks<[Option<AssetId>; 2]>,
    list: Blocks<Asset>,
    seq: Seq,
}

impl Assets {
    /// Writes to this data set so far. Counts are part of it.
    pub const fn seq(&self) -> Seq {
        self.seq
    }

    /// How many assets there are.
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Goes on counting writes from here.
    pub(super) const fn set_seq(&mut self, seq: Seq) {
        self.seq = seq;
    }

    /// All assets in order.
    pub fn iter(&self) -> impl Iterator<Item = &Asset> {
        self.list.iter().filter(|asset| !asset.removed)
    }

    /// All rows of the list, those of removed assets included; their places are [`AssetId`]s.
    pub const fn rows(&self) -> &Blocks<Asset> {
        &self.list
    }

    /// The asset with this id.
    pub fn get(&self, id: AssetId) -> Option<&Asset> {
        self.list.get(id.0 as usize)
    }

    /// The asset with this id, to be changed. Counts as a write to the list.
    pub fn change(&mut self, id: AssetId) -> Option<&mut Asset> {
        self.seq += 1;
        self.list.get_mut(id.0 as usize)
    }

    /// The product with this `adamId`.
    pub fn product(&self, adam_id: &str) -> Option<ProductId> {
        self.products.find(adam_id).map(ProductId)
    }

    /// The `adamId` of a product.
    pub fn adam_id(&self, product: ProductId) -> &str {
        self.products.text(product.0)
    }

    /// The asset of a product in one quality.
    pub fn of_product(&self, product: ProductId, quality: PricingParam) -> Option<AssetId> {
        self.by_product.get(product.0 as usize)?[quality as usize]
    }

    /// The asset that a client names.
    pub fn find(&self, adam_id: &str, quality: PricingParam) -> Option<AssetId> {
        self.of_product(self.product(adam_id)?, quality)
    }

    /// The product of an `adamId`, made known if it is new.
    pub fn intern_product(&mut self, adam_id: &str) -> ProductId {
        let product = self.products.intern(adam_id);
        self.by_product.grow(product as usize + 1, &[None, None]);
        ProductId(product)
    }

    /// Takes an asset off the list; nobody may hold it. Counts as a write to the list.
    pub(super) fn remove(&mut self, id: AssetId) {
        let Some(asset) = self.change(id) else { return };
        asset.removed = true;
        let (product, quality) = (asset.product, asset.pricing_param as usize);
        if let Some(qualities) = self.by_product.get_mut(product.0 as usize) {
            qualities[quality] = None;
        }
    }

    /// Adds an asset; its product and quality must not be there yet. A removed one only takes its place.
    pub fn add(&mut self, asset: Asset) -> AssetId {
        let (product, quality) = (asset.product, asset.pricing_param as usize);
        let removed = asset.removed;
        let id = AssetId(self.list.push(asset) as u32);
        if removed {
            return id;
        }
        if let Some(qualities) = self.by_product.get_mut(product.0 as usize) {
            qualities[quality] = Some(id);
        }
        id
    }
}
