//! Histories in which clients of both versions, other administrators and time meet: after every step both versions tell
//! the same of the location, licence by licence.
//!
//! * [`history`]: what is drawn. [`lab`]: a quince in which it happens. [`views`]: what each version tells, and how the
//!   two are held against each other.

mod history;
mod lab;
mod views;

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use self::history::{Case, case};
use self::lab::Lab;
use crate::properties::{Outcome, hold};

/// How many steps the longest history has.
const STEPS: usize = 24;

/// Lets a case happen; both versions agree at its beginning and after every step.
fn agree(case: &Case) -> Outcome {
    let mut lab = Lab::start(case);
    lab.agree("at the beginning")?;
    for (n, step) in case.steps.iter().enumerate() {
        lab.step(step);
        lab.agree(&format!("after step {n}, {step:?}"))?;
    }
    Ok(())
}

#[test]
fn both_versions_agree_after_every_step_of_any_history() {
    ledger!("v1.synchronous");
    let regressions = "proptest-regressions/v1-mixed.txt";
    hold(40, regressions, &case(STEPS), |case| agree(&case));
}

#[test]
fn the_histories_reach_what_the_versions_could_differ_in() {
    let (strategy, mut runner) = (case(STEPS), TestRunner::deterministic());
    let mut seen = BTreeSet::new();
    for _ in 0..100 {
        let case = strategy.new_tree(&mut runner).unwrap().current();
        let mut lab = Lab::start(&case);
        case.steps.iter().for_each(|step| lab.step(step));
        lab.agree("at the end").unwrap_or_else(|why| panic!("{why}\n{case:?}"));
        seen.extend(lab.seen);
    }
    let wanted = [
        "a licence Associated",
        "a licence Available",
        "a licence Refunded",
        "a user Associated with licences",
        "a user Deleted without licences",
        "a user Registered with licences",
        "a user Retired with licences",
        "a user Retired without licences",
        "an invitation is followed: 200",
        "v1 associateVPPLicenseSrv: 0",
        "v1 associateVPPLicenseSrv: 9626",
        "v1 disassociateVPPLicenseSrv: 0",
        "v1 disassociateVPPLicenseSrv: 9607",
        "v1 editVPPUserSrv: 0",
        "v1 manageVPPLicensesByAdamIdSrv: -1",
        "v1 manageVPPLicensesByAdamIdSrv: -3",
        "v1 manageVPPLicensesByAdamIdSrv: 0",
        "v1 manageVPPLicensesByAdamIdSrv: 9602",
        "v1 registerVPPUserSrv: 0",
        "v1 registerVPPUserSrv: 9635",
        "v1 retireVPPUserSrv: 0",
        "v2 assets/associate: 0",
        "v2 assets/disassociate: 0",
        "v2 assets/revoke: 0",
        "v2 users/create: 0",
        "v2 users/retire: 0",
        "v2 users/update: 0",
        "verb accept-invitation: done",
        "verb add-devices: done",
        "verb add-users: done",
        "verb buy-licenses: done",
        "verb make-asset-irrevocable: done",
        "verb other-admin-assigns: done",
        "verb other-admin-retires-user: done",
        "verb refund-licenses: done",
        "verb remove-asset: done",
        "verb transfer-licenses: done",
    ];
    let missing: Vec<_> = wanted.into_iter().filter(|what| !seen.contains(*what)).collect();
    assert!(missing.is_empty(), "never seen: {missing:?} in {seen:?}");
}
