//! How many requests a location gets a second, in real time (apple-v2.md §13.3).

use std::collections::{BTreeMap, VecDeque};

use crate::sim::{Real, SiteId};

const SECOND: u64 = 1_000_000;

/// When each location was last asked.
#[derive(Debug, Clone, Default)]
pub(super) struct Rate {
    recent: BTreeMap<SiteId, VecDeque<Real>>,
}

impl Rate {
    /// Admits a request unless `per_second` were admitted within the last second.
    pub(super) fn admit(&mut self, id: SiteId, per_second: u32, now: Real) -> bool {
        let recent = self.recent.entry(id).or_default();
        while recent.front().is_some_and(|then| now.0.saturating_sub(then.0) >= SECOND) {
            recent.pop_front();
        }
        let admitted = recent.len() < per_second as usize;
        if admitted {
            recent.push_back(now);
        }
        admitted
    }
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
}
