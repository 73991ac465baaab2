//! Events that are told before they count: no time carries them out, but who delivered what is told.

use std::collections::BTreeMap;

use super::{Happening, SiteId, World};
use crate::model::At;
use crate::sim::Settings;

impl World {
    /// Events that were told before they count, with their locations. They count when [`World::count_told`] is called,
    /// which no time does.
    pub const fn foretold(&self) -> &BTreeMap<SiteId, u64> {
        &self.foretold
    }

    /// Lets the part of a location's event count that was told. `None` if none waits for it.
    pub fn count_told(&mut self, id: SiteId, now: At, settings: &Settings) -> Option<Happening> {
        self.outbox.now = now;
        let behaviour = &settings.behaviour;
        let counted = self.change(id, |location, ids| location.count_told(now, behaviour, ids));
        self.happening(now, id, counted.flatten()?)
    }

    /// Lets an event that has not ended be told before it counts. False if there is no such event or it has ended.
    pub fn foretell_event(&mut self, id: SiteId, number: u64) -> bool {
        self.change(id, |location, _| location.foretell(number)).unwrap_or(false)
    }
}
