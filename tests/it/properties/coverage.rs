//! The cases that are drawn reach what the properties are about: a property that holds of nothing proves nothing.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::USUAL;
use super::history::case;
use super::lab::Lab;
use super::reference::{Holder, Status};

/// Drawn cases looked at, always the same ones.
const CASES: usize = 200;

/// Notes what can be seen in the first location.
fn look(lab: &mut Lab, seen: &mut BTreeSet<String>) {
    let mut see = |what: &str| {
        seen.insert(what.to_owned());
    };
    let state = lab.state(0).clone();
    let service = &lab.places[0].service;
    for event in &service.events {
        for (number, ..) in &event.failures {
            see(&format!("failed {number}"));
        }
        let partly = event.completed > 0 && event.completed < event.requested;
        match (event.is_over, event.failures.is_empty(), partly) {
            (false, _, true) => see("an event at work"),
            (false, false, _) => see("an event at work with failures"),
            (true, false, true) => see("an event that failed in part"),
            _ => {}
        }
        if event.failures.len() > 1 {
            see("an event that failed for several reasons");
        }
        if event.kind == "REVOKE" && event.is_over {
            see(if event.requested == 0 { "an empty revocation" } else { "a revocation" });
        }
    }
    if service.events.iter().filter(|event| !event.is_over).count() > 2 {
        see("a queue");
    }
    for (place, user) in state.users.iter().enumerate() {
        let later = state.users[place + 1..].iter().filter(|later| later.id == user.id);
        match user.status {
            Status::Deleted => see("a deleted user"),
            Status::Associated if later.clone().any(|later| later.account == user.account) => {
                see("a user who came back");
            }
            Status::Registered if user.written > 0 => see("a user who was written"),
            _ => {}
        }
        let holds = state.held.iter().any(|held| held.holder == Holder::User(place));
        if holds && !user.is_active() {
            see("a book of a retired user");
        }
    }
    if let Some(then) = lab.places[0].remembered.first() {
        let removed = then.state.held.iter().any(|held| !state.holds(held.asset, &held.holder));
        let remade = then.state.held.iter().any(|then| {
            let same =
                state.held.iter().find(|now| now.holder == then.holder && now.asset == then.asset);
            same.is_some_and(|now| now.made != then.made)
        });
        if removed {
            see("a pair removed since a version");
        }
        if remade {
            see("a pair removed and made again since a version");
        }
    }
}

#[test]
fn the_histories_reach_what_the_properties_are_about() {
    let (strategy, mut runner) = (case(USUAL), TestRunner::deterministic());
    let mut seen = BTreeSet::new();
    for _ in 0..CASES {
        let case = strategy.new_tree(&mut runner).unwrap().current();
        let mut lab = Lab::start(&case, 1);
        for (at, step) in &case.steps {
            lab.step(*at, step).unwrap();
            look(&mut lab, &mut seen);
        }
        seen.extend(lab.refused.iter().map(|number| format!("refused {number}")));
    }
    let refused = [9609, 9703, 9704, 9705, 9706, 9707, 9715, 9717, 9718, 9719, 9720];
    let failed = [9609, 9635, 9641, 9709, 9716];
    let numbers = refused.map(|number| format!("refused {number}")).into_iter();
    let wanted = numbers.chain(failed.map(|number| format!("failed {number}"))).chain(
        [
            "a book of a retired user",
            "a deleted user",
            "a pair removed and made again since a version",
            "a pair removed since a version",
            "a queue",
            "a revocation",
            "a user who came back",
            "a user who was written",
            "an empty revocation",
            "an event at work",
            "an event at work with failures",
            "an event that failed for several reasons",
            "an event that failed in part",
        ]
        .map(str::to_owned),
    );
    let missing: Vec<String> = wanted.filter(|what| !seen.contains(what)).collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
}
