//! Runs: reads of a list that take several calls, as the older API has them. Every call of a run sees the location
//! as it stood when the run began, so that a record that is there throughout is read exactly once, in whatever
//! order and by however many clients the parts are fetched.
//!
//! Invariants: so many runs are kept and no more; the oldest goes first. A number is never given twice, so that an
//! old token leads to nothing rather than to another run. Not here: tokens, and how long one is good.

use std::sync::Arc;

use super::kept::Kept;
use super::turn::Turn;
use crate::model::{At, HeldBy, LicencesSince, Location, PricingParam, Seq};
use crate::sim::SiteId;

/// A read that takes several calls.
#[derive(Debug)]
pub struct Run {
    /// The location that is read.
    pub site: SiteId,
    /// That location, as it stood when the run began.
    pub location: Arc<Location>,
    /// When it began.
    pub began: At,
    /// What is read.
    pub list: List,
    /// Records a part.
    pub size: u64,
    /// The index of the last part; the first is 0.
    pub last: u64,
}

/// What a run reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum List {
    /// Users.
    Users {
        /// Which.
        wanted: WantedUsers,
        /// Written to after this write.
        since: Option<Seq>,
    },
    /// Licences.
    Licences {
        /// Of this product.
        adam_id: Option<String>,
        /// In this quality.
        pricing_param: Option<PricingParam>,
        /// Changed since.
        since: Option<LicencesSince>,
        /// Held so, as the call that began the run has it; every call says it for itself.
        held_by: HeldBy,
        /// Of this device, likewise.
        serial_number: Option<String>,
    },
    /// Assignments.
    Assignments {
        /// Of this product.
        adam_id: Option<String>,
        /// Of this user.
        client_user_id: Option<String>,
        /// Of this device.
        serial_number: Option<String>,
    },
}

/// Users by status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WantedUsers {
    /// Those that are not retired.
    Active,
    /// Those and retired ones.
    WithRetired,
    /// Retired ones.
    Retired,
}

/// The runs of a universe.
#[derive(Debug, Clone, Default)]
pub(super) struct Runs {
    kept: Kept<Run>,
}

impl Runs {
    fn begin(&mut self, run: Arc<Run>, most: u32) -> u64 {
        let number = self.kept.push(run);
        while self.kept.len() > most as usize {
            self.kept.pop();
        }
        number
    }

    fn get(&self, number: u64) -> Option<&Arc<Run>> {
        self.kept.get(number)
    }

    /// Keeps none of them, and goes on counting.
    pub(super) fn forget(&mut self) {
        self.kept.forget();
    }
}

impl Turn<'_> {
    /// Begins a run, and returns its number.
    pub fn begin_run(&mut self, run: Arc<Run>) -> u64 {
        let most = self.state.settings.runs_max;
        self.state.runs.begin(run, most)
    }

    /// The run with this number, if it is kept and began less than `v1.batch_lifetime` ago.
    pub fn run(&self, number: u64) -> Option<Arc<Run>> {
        let run = self.state.runs.get(number)?;
        let is_good = self.now.since(run.began) < self.state.settings.batch_lifetime;
        is_good.then(|| Arc::clone(run))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::{Settings, VIRTUAL_START, worlds};

    #[test]
    fn so_many_runs_are_kept_and_no_number_is_given_twice() {
        let spec = worlds::named("empty", 1).unwrap();
        let lifetime = Settings::observed().token_lifetime;
        let world = crate::sim::build(&spec, 1, VIRTUAL_START, lifetime);
        let run = || Run {
            site: SiteId(0),
            location: Arc::clone(&world.site(SiteId(0)).unwrap().location),
            began: VIRTUAL_START,
            list: List::Users { wanted: WantedUsers::Active, since: None },
            size: 1,
            last: 1,
        };
        let mut runs = Runs::default();
        let numbers: Vec<u64> = (0..5).map(|_| runs.begin(Arc::new(run()), 3)).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4]);
        let kept: Vec<bool> = (0..6).map(|number| runs.get(number).is_some()).collect();
        assert_eq!(kept, [false, false, true, true, true, false]);
        let fork = runs.clone();
        runs.forget();
        assert_eq!(runs.begin(Arc::new(run()), 3), 5);
        assert!(runs.get(4).is_none() && runs.get(5).is_some());
        assert!(fork.get(4).is_some() && fork.get(5).is_none());
    }
}
