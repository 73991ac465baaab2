//! What a version id brings back: exactly what was written since.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::filters::{self, Draws};
use super::history::{Case, Step, case};
use super::lab::{Lab, Outcome, Remembered};
use super::reference::{Held, State};
use super::{USUAL, hold};

/// The old list and the delta are the new list.
fn users_since(lab: &mut Lab, at: usize, then: &Remembered, draws: &mut Draws) -> Outcome {
    let state = lab.state(at).clone();
    let mut written: Vec<usize> = (0..state.users.len())
        .filter(|place| state.users[*place].written > then.state.writes.users)
        .collect();
    written.sort_by_key(|place| state.users[*place].written);
    let since = format!("sinceVersionId={}", then.users);

    let delta = lab.list(at, "users", &since)?;
    let expected: Vec<Value> = written.iter().map(|place| state.users[*place].record()).collect();
    lab.same_list(at, &expected, &delta.records)?;

    // A client that knows which record is which keeps its list up to date with nothing else.
    let mut list: Vec<Option<Value>> = then.listed_users.iter().cloned().map(Some).collect();
    list.resize(state.users.len(), None);
    for (place, record) in written.iter().zip(delta.records) {
        list[*place] = Some(record);
    }
    let now = lab.list(at, "users", "")?;
    prop_assert_eq!(list, now.records.into_iter().map(Some).collect::<Vec<_>>());
    prop_assert_eq!(&delta.version, &now.version);
    prop_assert_eq!(written.is_empty(), then.users == now.version);

    let (query, rows) = filters::users(draws, &state, written);
    let filtered = lab.list(at, "users", &format!("{since}&{query}"))?;
    let expected: Vec<Value> = rows.iter().map(|place| state.users[*place].record()).collect();
    lab.same_list(at, &expected, &filtered.records)
}

/// What a delta of assignments tells by the rules of the case.
fn told(lab: &Lab, at: usize, then: &State, now: &State) -> Vec<Held> {
    if !lab.places[at].service.rules.removals_listed {
        let is_new = |held: &&Held| held.made > then.writes.assignments;
        return now.held.iter().filter(is_new).cloned().collect();
    }
    let only_in = |one: &State, other: &State| -> Vec<Held> {
        let alone = |held: &&Held| !other.holds(held.asset, &held.holder);
        one.held.iter().filter(alone).cloned().collect()
    };
    [only_in(then, now), only_in(now, then)].concat()
}

fn assignments_since(lab: &mut Lab, at: usize, then: &Remembered, draws: &mut Draws) -> Outcome {
    let state = lab.state(at).clone();
    let told = told(lab, at, &then.state, &state);
    let since = format!("sinceVersionId={}", then.assignments);
    let none = &mut Draws { numbers: vec![1], at: 0 };
    for draws in [none, draws] {
        let (query, rows, with_state) = filters::assignments(draws, &state, told.clone());
        let delta = lab.list(at, "assignments", &format!("{since}&{query}"))?;
        let mut expected: Vec<Value> =
            rows.iter().map(|held| state.assignment_record(held, with_state)).collect();
        let mut got = delta.records;
        if lab.places[at].service.rules.removals_listed {
            // Among additions and removals there is no order to keep.
            let order = |record: &Value| {
                ["adamId", "pricingParam", "clientUserId", "serialNumber", "userStatus"]
                    .map(|member| record[member].to_string())
            };
            expected.sort_by_key(order);
            got.sort_by_key(order);
        }
        lab.same_list(at, &expected, &got)?;
    }
    Ok(())
}

type Check = fn(&mut Lab, usize, &Remembered, &mut Draws) -> Outcome;

/// Remembers a version at every third step and asks for what came after each, at every step.
fn holds(case: &Case, numbers: Vec<u8>, check: Check) -> Outcome {
    let mut draws = Draws { numbers, at: 0 };
    let mut lab = Lab::start(case, 1);
    for at in 0..lab.places.len() {
        lab.remember(at)?;
    }
    for (number, (at, step)) in case.steps.iter().enumerate() {
        lab.step(*at, step)?;
        if number % 3 == 0 && !matches!(step, Step::Remember) {
            lab.remember(*at)?;
        }
        let all = lab.places[*at].remembered.clone();
        // The first, the last, and one between.
        let between = draws.next() % all.len();
        for then in [0, between, all.len() - 1] {
            check(&mut lab, *at, &all[then], &mut draws)?;
        }
    }
    Ok(())
}

#[test]
fn an_old_list_of_users_and_the_delta_are_the_new_list() {
    let strategy = (case(USUAL), vec(any::<u8>(), 60));
    hold(60, "proptest-regressions/users-delta.txt", &strategy, |(case, numbers)| {
        holds(&case, numbers, users_since)
    });
}

#[test]
fn a_delta_of_assignments_tells_what_was_added_or_what_differs() {
    ledger!("v2.question.11-removals-in-delta");
    let strategy = (case(USUAL), vec(any::<u8>(), 60));
    hold(60, "proptest-regressions/assignments-delta.txt", &strategy, |(case, numbers)| {
        holds(&case, numbers, assignments_since)
    });
}
