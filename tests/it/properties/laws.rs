//! Counts add up, events tell what they did, refusals do nothing, and a seed decides everything.

use std::collections::BTreeSet;

use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::history::{Case, case};
use super::lab::{Did, Lab, Outcome};
use super::{USUAL, hold};

fn counts_add_up(case: &Case) -> Outcome {
    let mut lab = Lab::start(case, 1);
    for (at, step) in &case.steps {
        lab.step(*at, step)?;
        for asset in lab.list(*at, "assets", "")?.records {
            let count = |name: &str| asset[name].as_i64().unwrap_or(-1);
            let (assigned, available) = (count("assignedCount"), count("availableCount"));
            prop_assert!(
                assigned >= 0 && available >= 0 && count("retiredCount") >= 0,
                "{}",
                asset
            );
            prop_assert_eq!(count("totalCount"), assigned + available, "{}", asset);
        }
        lab.same_lists(*at)?;
    }
    Ok(())
}

#[test]
fn total_is_assigned_and_available_in_every_state() {
    ledger!(
        "v2.question.08-pairs-already-so",
        "v2.question.09-partial-shortage",
        "v2.question.32-retired-users-assignments",
        "setting.assets.retired_count",
    );
    hold(80, "proptest-regressions/counts.txt", &case(60), |case| counts_add_up(&case));
}

fn events_tell(case: &Case) -> Outcome {
    let mut lab = Lab::start(case, 1);
    for (at, step) in &case.steps {
        lab.step(*at, step)?;
        let place = &lab.places[*at];
        let ids = place.events.clone();
        for (number, id) in ids.iter().enumerate() {
            let mut told = lab.get(*at, "status", &format!("eventId={id}"))?;
            for failure in
                told.get_mut("failures").and_then(Value::as_array_mut).into_iter().flatten()
            {
                let text =
                    failure.as_object_mut().and_then(|failure| failure.remove("errorMessage"));
                prop_assert!(text.is_some_and(|text| text.is_string()), "no text: {}", failure);
            }
            let told = told.as_object().cloned().unwrap_or_default();
            let own = |(name, _): &(String, Value)| {
                !["uId", "mdmInfo", "tokenExpirationDate"].contains(&name.as_str())
            };
            let told: Value = told.into_iter().filter(own).collect();
            prop_assert_eq!(told, lab.places[*at].service.status(number));
        }
        for other in (0..lab.places.len()).filter(|other| other != at) {
            for id in &ids {
                let query = format!("eventId={id}");
                let reply = lab.send(other, Method::GET, "status", &query, String::new());
                let answer: Value = serde_json::from_slice(&reply.body).unwrap();
                prop_assert_eq!(&answer["errorNumber"], &json!(9708));
            }
        }
    }
    Ok(())
}

#[test]
fn an_event_tells_what_it_did_at_every_moment() {
    ledger!(
        "setting.v2.event_steps",
        "v2.conflict.03-unknown-user",
        "v2.failures-grouped",
        "v2.question.08-pairs-already-so",
        "v2.question.09-partial-shortage",
        "v2.question.10-task-order",
        "v2.question.28-revoke-count",
        "v2.question.29-irrevocable-assets",
        "v2.question.35-account-linked-twice",
    );
    hold(80, "proptest-regressions/events.txt", &case(USUAL), |case| events_tell(&case));
}

/// Every answer of a history, and everything that can be read at its end.
fn transcript(case: &Case, seed: u64) -> Outcome<(Lab, Vec<String>)> {
    let mut lab = Lab::start(case, seed);
    lab.transcript = Some(Vec::new());
    for (at, step) in &case.steps {
        lab.step(*at, step)?;
    }
    let mut all = lab.transcript.take().unwrap_or_default();
    all.extend(lab.everything());
    Ok((lab, all))
}

/// What quince made up in a transcript: ids, codes and hashes.
fn made_up(lab: &Lab) -> BTreeSet<String> {
    lab.places.iter().flat_map(|place| place.made_up().map(str::to_owned)).collect()
}

fn a_seed_decides(case: &Case) -> Outcome {
    let (one, answers) = transcript(case, 7)?;
    let (_, again) = transcript(case, 7)?;
    prop_assert_eq!(answers, again);
    let (other, _) = transcript(case, 8)?;
    let (one, other) = (made_up(&one), made_up(&other));
    prop_assert_eq!(one.len(), other.len());
    let shared: Vec<&String> = one.intersection(&other).collect();
    prop_assert!(shared.is_empty(), "both seeds made up {:?}", shared);
    Ok(())
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_gives_other_ids() {
    hold(40, "proptest-regressions/seeds.txt", &case(60), |case| a_seed_decides(&case));
}

fn refusals_do_nothing(case: &Case) -> Outcome {
    let mut lab = Lab::start(case, 1);
    for (at, step) in &case.steps {
        let before = lab.everything();
        if lab.step(*at, step)? == Did::Refused {
            prop_assert_eq!(before, lab.everything(), "after {:?}", step);
        }
    }
    Ok(())
}

#[test]
fn a_refused_request_leaves_every_byte_as_it_was() {
    ledger!("v2.question.29-irrevocable-assets");
    hold(30, "proptest-regressions/refusals.txt", &case(USUAL), |case| refusals_do_nothing(&case));
}
