//! How many requests a location gets a second (apple-v2.md §13.3), and an organization of MDM users an hour
//! (applivery.md §2.2), in real time.

use std::collections::{BTreeMap, VecDeque};

use crate::sim::{Real, SiteId, WorkspaceId};

const SECOND: u64 = 1_000_000;

const HOUR: u64 = 3_600 * SECOND;

/// Requests an hour that an organization of MDM users gets.
const HOURLY: usize = 10_000;

/// When each location and each organization was last asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Rate {
    recent: BTreeMap<SiteId, VecDeque<Real>>,
    hourly: BTreeMap<WorkspaceId, VecDeque<Real>>,
}

impl Rate {
    /// Admits a request unless `per_second` were admitted within the last second.
    pub(super) fn admit(&mut self, id: SiteId, per_second: u32, now: Real) -> bool {
        admit(self.recent.entry(id).or_default(), SECOND, per_second as usize, now).is_ok()
    }

    /// Admits a request unless [`HOURLY`] were admitted within the last hour; else says in how many seconds the next one is.
    pub(super) fn admit_hourly(&mut self, id: WorkspaceId, now: Real) -> Result<(), u64> {
        admit(self.hourly.entry(id).or_default(), HOUR, HOURLY, now)
            .map_err(|wait| wait.div_ceil(SECOND))
    }
}

/// Admits one more to what was admitted within `window` unless that were `max`; else says how long until then.
fn admit(recent: &mut VecDeque<Real>, window: u64, max: usize, now: Real) -> Result<(), u64> {
    while recent.front().is_some_and(|then| now.0.saturating_sub(then.0) >= window) {
        recent.pop_front();
    }
    if recent.len() < max {
        recent.push_back(now);
        return Ok(());
    }
    let oldest = recent.front().map_or(now.0, |oldest| oldest.0);
    Err((oldest + window).saturating_sub(now.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_within_any_second_and_no_more() {
        let mut rate = Rate::default();
        let mut admit = |site, at| rate.admit(SiteId(site), 2, Real(at));
        assert!(admit(0, 0) && admit(0, 900_000));
        assert!(!admit(0, 999_999), "a third within a second");
        assert!(admit(1, 999_999), "another location");
        assert!(admit(0, 1_000_000), "the first is a second ago");
        assert!(!admit(0, 1_000_001), "what was refused does not count");
    }
    #[test]
    fn an_organization_gets_so_many_an_hour_and_hears_when_it_gets_more() {
        let mut rate = Rate::default();
        let start = Real(5 * SECOND);
        for n in 0..HOURLY as u64 {
            assert_eq!(rate.admit_hourly(WorkspaceId(0), Real(start.0 + n)), Ok(()));
        }
        assert_eq!(rate.admit_hourly(WorkspaceId(0), Real(start.0 + SECOND)), Err(3_599));
        assert_eq!(rate.admit_hourly(WorkspaceId(1), Real(start.0 + SECOND)), Ok(()));
        assert_eq!(rate.admit_hourly(WorkspaceId(0), Real(start.0 + HOUR - 1)), Err(1));
        assert_eq!(rate.admit_hourly(WorkspaceId(0), Real(start.0 + HOUR)), Ok(()));
    }
}
