//! A universe at a moment, as plain values: what is written to a state file and read from one.
//!
//! Not here: how it is written (`snapshot::state`), and who puts it under a lock (`engine`).

use std::collections::BTreeMap;

use uuid::Uuid;

use super::clock::ClockMode;
use super::ids::DataSet;
use super::settings::Settings;
use super::world::{Moved, TokenRecord, World};
use crate::model::{At, Limits, Location, Seq};

/// A universe at a moment. A clone is a handful of pointers.
#[derive(Debug, Clone)]
pub struct Saved {
    /// Its world.
    pub world: World,
    /// Its settings.
    pub settings: Settings,
    /// Who moves its time.
    pub clock: ClockMode,
    /// What its clock showed at first.
    pub start: At,
    /// What its clock shows.
    pub now: At,
    /// The number of its latest journal entry.
    pub journal_last: u64,
}

/// A location with what it needs to be served, to make a world of.
#[derive(Debug, Clone)]
pub struct SiteParts {
    /// The location.
    pub location: Location,
    /// How much one request may carry.
    pub limits: Limits,
    /// The content tokens that the world knows, by the number of the download.
    pub tokens: BTreeMap<u32, TokenRecord>,
    /// The highest number of a download that was seen.
    pub latest_serial: u32,
    /// How many of its notifications were numbered.
    pub notified: u64,
    /// Whether the service has gone from here.
    pub moved: Option<Moved>,
    /// Versions that have a literal id.
    pub pinned: Vec<(DataSet, Seq, Uuid)>,
}
