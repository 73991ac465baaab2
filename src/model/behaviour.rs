//! Where sources differ on what the service *does*, the reading that is in force.
//!
//! How it *speaks* (statuses, texts, page sizes) is not here but in `sim::settings`, which owns one of these.
//! Keys, profiles and evidence: `fixtures/profiles.toml`, `fixtures/ledger.toml`.

use super::time::Span;

/// The readings in force. One per universe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behaviour {
    /// `v2.event_delay`: from acceptance (or the end of the previous event) to completion.
    pub event_delay: Delay,
    /// `v2.event_steps`: in how many equal parts an event is applied; at least 1.
    pub event_steps: u32,
    /// `v2.unknown_user`: when an unknown client user id is told.
    pub unknown_user: UnknownUser,
    /// `users.same_account`: which record survives when a retired user's account comes back.
    pub same_account: SameAccount,
    /// `users.managed_accounts`: which Managed Apple Accounts can be linked.
    pub managed_accounts: ManagedAccounts,
    /// `v2.max_events`: events that can be asked for; the oldest finished one is forgotten first.
    pub events_max: u32,
    /// `v2.max_changes`: changes that a delta can look back on, per data set.
    pub changes_max: u64,
}

/// How long an event takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// So long; zero means done before the next request.
    After(Span),
    /// It stays pending.
    Never,
}

/// When an unknown client user id is told (apple-v2.md §17 conflict 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownUser {
    /// At once; nothing is queued.
    Sync,
    /// As a failure of the event.
    Async,
}

/// Which of two records with one client user id and one account stays (apple-legacy-v1.md lifecycle; apple-v2.md §8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SameAccount {
    /// The new record stays, the old one becomes `Deleted`.
    New,
    /// The old record is associated again, the new one is retired.
    Old,
}

/// Which Managed Apple Accounts can be linked to users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManagedAccounts {
    /// Any that looks like one.
    Any,
    /// Those of the organization's domains.
    Listed,
}
