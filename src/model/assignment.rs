//! Assignments: who holds which asset. One row per assignment that stands, in order of creation.
//!
//! Found by product (a roster of rows, so that any page costs a page), and by holder (a short list of
//! what it holds). A change log remembers what was added and removed, as far back as it is told to.
//!
//! Invariant: an asset and a holder have at most one row between them.

use std::sync::Arc;

use super::ids::{AssetId, Holder, HolderKind, ProductId, Seq};
use super::kinds::PricingParam;
use crate::store::{Blocks, Classes, Roster};

/// An assignment that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignment {
    /// What is held.
    pub asset: AssetId,
    /// By whom.
    pub holder: Holder,
    /// Which licence of the asset.
    pub licence: u32,
    /// The write that created it; 0 for what the world began with.
    pub created: Seq,
}

/// Something that happened to a pair of asset and holder: it was added or removed, in turns.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// What is or was held.
    pub asset: AssetId,
    /// By whom.
    pub holder: Holder,
    /// Which licence of the asset.
    pub licence: u32,
}

/// What a holder holds.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    /// The asset.
    pub asset: AssetId,
    /// The row of the assignment.
    pub row: u32,
}

/// Rows are in classes: quality, whether the holder is active (devices always are), and whether it is a device.
const CLASSES: usize = 8;

/// The bits of all classes of users among those of all classes.
const USERS: u8 = 0b1111;

fn class(quality: PricingParam, active: bool, holder: Holder) -> usize {
    let is_device = matches!(holder.kind(), HolderKind::Device(_));
    quality as usize + if active { 0 } else { 2 } + if is_device { 4 } else { 0 }
}

/// The classes of rows that a reader wants to see.
pub fn classes(quality: Option<PricingParam>, active_only: bool) -> Classes {
    let qualities = match quality {
        None => 0b11,
        Some(PricingParam::Standard) => 0b01,
        Some(PricingParam::Plus) => 0b10,
    };
    let of_users = if active_only { qualities } else { qualities | qualities << 2 };
    Classes(of_users | of_users << 4)
}

/// The classes of rows of one kind of holder, in one quality or in both.
pub fn classes_held_by(quality: Option<PricingParam>, devices: bool) -> Classes {
    Classes(classes(quality, false).0 & if devices { !USERS } else { USERS })
}

/// Changes are in two classes: those whose licence changed again later, and those that are the latest of their
/// licence.
const CHANGE_CLASSES: usize = 2;
const LATEST: usize = 1;
const LATEST_ONLY: Classes = Classes(1 << LATEST);

type List = Option<Arc<Vec<Held>>>;

/// The assignments of a location.
#[derive(Debug, Clone, Default)]
pub struct Assignments {
    rows: Roster<Assignment, CLASSES>,
    by_product: Blocks<Roster<u32, CLASSES>>,
    by_user: Blocks<List>,
    by_device: Blocks<List>,
    log: Roster<Change, CHANGE_CLASSES>,
    /// Per asset and licence: its latest change, counted from 1; 0 for none.
    latest: Blocks<Blocks<Seq>>,
}

impl Assignments {
    /// Writes to this data set so far.
    pub const fn seq(&self) -> Seq {
        self.log.len() as Seq
    }

    /// All rows.
    pub const fn rows(&self) -> &Roster<Assignment, CLASSES> {
        &self.rows
    }

    /// The rows of one product, in the same order.
    pub fn rows_of(&self, product: ProductId) -> Option<&Roster<u32, CLASSES>> {
        self.by_product.get(product.0 as usize)
    }

    /// The assignment at `row`.
    pub fn get(&self, row: u32) -> Option<&Assignment> {
        self.rows.get(row as usize)
    }

    /// What a holder holds, in order of creation.
    pub fn held_by(&self, holder: Holder) -> &[Held] {
        let list = match holder.kind() {
            HolderKind::User(user) => self.by_user.get(user.0 as usize),
            HolderKind::Device(device) => self.by_device.get(device.0 as usize),
        };
        list.and_then(Option::as_ref).map_or(&[], |held| held.as_slice())
    }

    /// The row of an asset and a holder, if it stands.
    pub fn find(&self, asset: AssetId, holder: Holder) -> Option<u32> {
        self.held_by(holder).iter().find(|held| held.asset == asset).map(|held| held.row)
    }

    /// The changes after `since`, in order; as far back as they are remembered.
    pub fn changes_since(&self, since: Seq) -> impl Iterator<Item = &Change> {
        let skip = self.log.rank(usize::try_from(since).unwrap_or(usize::MAX), Classes::ALL);
        self.log.walk(Classes::ALL, skip).map(|(_, change)| change)
    }

    /// How many licences changed after `since`; as far back as changes are remembered.
    pub fn licences_since(&self, since: Seq) -> usize {
        self.log.count(LATEST_ONLY) - self.latest_before(since)
    }

    /// The latest change of each licence that changed after `since`, in order, from the `skip`-th on.
    pub fn latest_since(&self, since: Seq, skip: usize) -> impl Iterator<Item = &Change> {
        let walk = self.log.walk(LATEST_ONLY, self.latest_before(since) + skip);
        walk.map(|(_, change)| change)
    }

    /// Whether a licence changed after `since`.
    pub fn changed_after(&self, asset: AssetId, licence: u32, since: Seq) -> bool {
        let latest = self.latest.get(asset.0 as usize).and_then(|it| it.get(licence as usize));
        latest.is_some_and(|seq| *seq > since)
    }

    fn latest_before(&self, since: Seq) -> usize {
        self.log.rank(usize::try_from(since).unwrap_or(usize::MAX), LATEST_ONLY)
    }

    /// How many changes are remembered: the latest.
    pub fn changes_kept(&self) -> usize {
        self.log.count(Classes::ALL)
    }

    /// The row that the next assignment gets.
    pub const fn next_row(&self) -> u32 {
        self.rows.len() as u32
    }

    /// Adds an assignment that holds `licence`. With `remember`, it is a write that a delta can tell,
    /// and as many older writes as that are remembered; without, the world began with it.
    pub fn add(
        &mut self,
        (product, quality): (ProductId, PricingParam),
        asset: AssetId,
        holder: Holder,
        licence: u32,
        active: bool,
        remember: Option<u64>,
    ) -> u32 {
        if let Some(changes_max) = remember {
            self.log(Change { asset, holder, licence }, changes_max);
        }
        let created = self.seq();
        let assignment = Assignment { asset, holder, licence, created };
        self.stand((product, quality), assignment, active)
    }

    fn stand(
        &mut self,
        (product, quality): (ProductId, PricingParam),
        assignment: Assignment,
        active: bool,
    ) -> u32 {
        let Assignment { asset, holder, .. } = assignment;
        let class = class(quality, active, holder);
        let row = self.rows.push(assignment, class) as u32;
        self.by_product.grow(product.0 as usize + 1, &Roster::default());
        if let Some(rows) = self.by_product.get_mut(product.0 as usize) {
            rows.push(row, class);
        }
        Arc::make_mut(self.list_of(holder)).push(Held { asset, row });
        row
    }

    /// Adds an assignment that stood before, in the order of the rows.
    pub(super) fn restore(
        &mut self,
        key: (ProductId, PricingParam),
        assignment: Assignment,
        active: bool,
    ) {
        self.stand(key, assignment, active);
    }

    /// Goes on counting writes after `seq`, of which the latest are remembered.
    pub(super) fn restore_log(&mut self, seq: Seq, changes: &[Change]) {
        let holder = Holder::from(super::UserId(0));
        let nobody = Change { asset: AssetId(0), holder, licence: 0 };
        self.log = Roster::default();
        self.log
            .push_spent(usize::try_from(seq).unwrap_or(0).saturating_sub(changes.len()), &nobody);
        for change in changes {
            self.push(*change);
        }
    }

    /// Removes the assignment at `row` and says what it was.
    pub fn remove(&mut self, row: u32, product: ProductId, changes_max: u64) -> Option<Assignment> {
        self.rows.class(row as usize)?;
        let gone = *self.rows.get(row as usize)?;
        self.put(row, product, None);
        let list = Arc::make_mut(self.list_of(gone.holder));
        if let Ok(place) = list.binary_search_by_key(&row, |held| held.row) {
            list.remove(place);
        }
        let Assignment { asset, holder, licence, .. } = gone;
        self.log(Change { asset, holder, licence }, changes_max);
        Some(gone)
    }

    /// Notes whether the holder of the assignment at `row` is active.
    pub fn set_active(
        &mut self,
        row: u32,
        product: ProductId,
        quality: PricingParam,
        active: bool,
    ) {
        let Some(holder) = self.get(row).map(|row| row.holder) else { return };
        self.put(row, product, Some(class(quality, active, holder)));
    }

    fn put(&mut self, row: u32, product: ProductId, class: Option<usize>) {
        self.rows.put(row as usize, class);
        if let Some(rows) = self.by_product.get_mut(product.0 as usize)
            && let Some(place) = place_of(rows, row)
        {
            rows.put(place, class);
        }
    }

    fn list_of(&mut self, holder: Holder) -> &mut Arc<Vec<Held>> {
        let (lists, index) = match holder.kind() {
            HolderKind::User(user) => (&mut self.by_user, user.0 as usize),
            HolderKind::Device(device) => (&mut self.by_device, device.0 as usize),
        };
        lists.grow(index + 1, &None);
        #[allow(clippy::expect_used, reason = "the list was grown to this index in the line above")]
        let list = lists.get_mut(index).expect("the list was grown to this index");
        list.get_or_insert_with(Arc::default)
    }

    fn log(&mut self, change: Change, changes_max: u64) {
        self.push(change);
        while self.log.count(Classes::ALL) as u64 > changes_max {
            let Some((oldest, _)) = self.log.walk(Classes::ALL, 0).next() else { break };
            self.log.put(oldest, None);
        }
    }

    /// Appends a change; an earlier one of the same licence is the latest no more.
    fn push(&mut self, change: Change) {
        let seq = self.log.push(change, LATEST) as Seq + 1;
        self.latest.grow(change.asset.0 as usize + 1, &Blocks::default());
        let Some(licences) = self.latest.get_mut(change.asset.0 as usize) else { return };
        licences.grow(change.licence as usize + 1, &0);
        let Some(latest) = licences.get_mut(change.licence as usize) else { return };
        let before = std::mem::replace(latest, seq);
        if let Some(before) = before.checked_sub(1)
            && self.log.class(before as usize) == Some(LATEST)
        {
            self.log.put(before as usize, Some(0));
        }
    }
}

/// Where in a product's rows, which ascend, this row is.
fn place_of(rows: &Roster<u32, CLASSES>, row: u32) -> Option<usize> {
    let place = rows.partition(|other| *other < row);
    rows.get(place).is_some_and(|found| *found == row).then_some(place)
}
