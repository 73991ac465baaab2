//! A subscription: a product that a location bought, its billing period, and its licences as counts.
//!
//! Two things are kept apart (apple-subscriptions.md §12): the kind of a licence (it renews or it expires), and the mode of
//! an assignment, which has one of either kind under it. Nothing else is counted; what is free follows.

use super::calendar::{Date, Period};

/// Licences of one subscription at most; counts are 32 bits wide on the wire (apple-subscriptions.md §6).
pub const SEATS_MAX: u32 = i32::MAX as u32;

/// What becomes of a licence at the end of the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LicenceKind {
    /// It rolls over into the next one.
    Renewing,
    /// It is gone.
    Expiring,
}

/// A count by kind or by mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Split {
    /// Of what renews.
    pub renewing: u32,
    /// Of what expires.
    pub expiring: u32,
}

impl Split {
    /// Both together.
    pub const fn sum(self) -> u64 {
        self.renewing as u64 + self.expiring as u64
    }

    /// The count of one kind.
    pub const fn of(&self, kind: LicenceKind) -> u32 {
        match kind {
            LicenceKind::Renewing => self.renewing,
            LicenceKind::Expiring => self.expiring,
        }
    }

    pub(super) const fn of_mut(&mut self, kind: LicenceKind) -> &mut u32 {
        match kind {
            LicenceKind::Renewing => &mut self.renewing,
            LicenceKind::Expiring => &mut self.expiring,
        }
    }

    pub(super) const fn mode_mut(&mut self, renewing: bool) -> &mut u32 {
        if renewing { &mut self.renewing } else { &mut self.expiring }
    }
}

/// Whether a subscription can be used (apple-subscriptions.md §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubscriptionStatus {
    /// It can be assigned.
    Active,
    /// Nothing renews any more.
    Inactive,
    /// Nothing can be assigned for now; periods go on.
    Paused,
}

impl SubscriptionStatus {
    /// Its word on the wire, and for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
            Self::Paused => "PAUSED",
        }
    }
}

/// A subscription that a location bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscription {
    /// The app that it belongs to.
    pub parent_adam_id: Option<u64>,
    /// Whether it can be used.
    pub status: SubscriptionStatus,
    /// How long a billing period is.
    pub period: Period,
    /// The last day of the present one; of the last one if no licence is left.
    pub period_end: Date,
    /// The day of the month that periods keep to.
    pub anchor: u32,
    /// Licences owned, by kind.
    pub total: Split,
    /// Assignments, by mode.
    pub assigned: Split,
    /// Assignments, by the kind of the licence under them.
    pub backed: Split,
}

/// What is told of a subscription's seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SeatCounts {
    /// Assignments, by mode.
    pub assigned: Split,
    /// Licences that nobody holds, by kind.
    pub available: Split,
    /// Licences, by kind.
    pub total: Split,
}

impl Subscription {
    /// One without licences.
    pub fn new(parent_adam_id: Option<u64>, period: Period, period_end: Date) -> Self {
        Self {
            parent_adam_id,
            status: SubscriptionStatus::Inactive,
            period,
            period_end,
            anchor: period_end.day(),
            total: Split::default(),
            assigned: Split::default(),
            backed: Split::default(),
        }
    }

    /// Licences that nobody holds, by kind.
    pub const fn available(&self) -> Split {
        Split {
            renewing: self.total.renewing.saturating_sub(self.backed.renewing),
            expiring: self.total.expiring.saturating_sub(self.backed.expiring),
        }
    }

    /// What is told of its seats.
    pub const fn counts(&self) -> SeatCounts {
        SeatCounts { assigned: self.assigned, available: self.available(), total: self.total }
    }

    /// Whether a licence is owned.
    pub const fn has_licences(&self) -> bool {
        self.total.sum() > 0
    }
}

/// An assignment of a subscription to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// Its mode: whether it goes on after the period.
    pub renewing: bool,
    /// The kind of the licence under it.
    pub backing: LicenceKind,
    /// The event that takes it back at the end of the period.
    pub deferred: Option<u64>,
    /// A group in the portal gave it.
    pub by_group: bool,
}

impl Seat {
    /// Whether it is over at the end of the period.
    pub fn ends(&self) -> bool {
        !self.renewing || self.backing == LicenceKind::Expiring
    }
}
