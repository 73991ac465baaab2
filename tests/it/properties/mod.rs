//! Properties: whatever happens, quince is what the fact sheet and the decisions say it is.
//!
//! * [`reference`], [`service`], [`tasks`]: the same service once more, made to be read, not to be fast.
//! * [`worlds`], [`history`], [`nonsense`], [`filters`]: what is drawn.
//! * [`lab`], [`listing`]: quince and the reference side by side.
//! * [`laws`], [`pages`], [`deltas`]: the properties. [`coverage`]: their cases say something.
//! * [`states`]: a universe that is saved and read back goes on as if nothing had been.
//! * [`stories`]: single cases that are worth telling.
//!
//! Each property runs its share of proptest's cases: `PROPTEST_CASES=2560` asks for ten times as many. A failing case
//! leaves its seed in `proptest-regressions/`, and is tried first from then on.

mod coverage;
mod deltas;
mod filters;
mod history;
mod lab;
mod laws;
mod listing;
mod nonsense;
mod pages;
mod reference;
mod service;
mod states;
mod stories;
mod tasks;
mod universes;
mod worlds;

use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, TestError, TestRunner};

pub(crate) use self::lab::Outcome;

/// How many steps the longest history of most properties has.
const USUAL: usize = 40;

/// Holds `property` against values of `strategy`: so many of every 256 cases that proptest is asked for.
pub(crate) fn hold<S: Strategy>(
    share: u32,
    regressions: &'static str,
    strategy: &S,
    property: impl Fn(S::Value) -> Outcome,
) {
    let asked = ProptestConfig::default();
    let config = ProptestConfig {
        cases: (asked.cases * share).div_ceil(256),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(regressions))),
        max_shrink_iters: 5_000,
        ..asked
    };
    match TestRunner::new(config).run(strategy, property) {
        Ok(()) => {}
        Err(TestError::Fail(why, case)) => panic!("{why}\nminimal case: {case:?}"),
        Err(error) => panic!("{error}"),
    }
}
