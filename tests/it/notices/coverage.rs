//! The histories that are drawn tell enough: a property that holds of silence proves nothing.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use quince::model::UnknownUser;
use serde_json::Value;

use super::replay::{Step, go, steps};
use super::{ALL, Stage};

/// Drawn histories looked at, always the same ones.
const CASES: usize = 150;

/// Type, what was done, what failed, and whether nobody asked for it.
fn what(body: &str) -> String {
    let body: Value = serde_json::from_str(body).unwrap();
    let told = &body["notification"];
    let mut words = vec![body["notificationType"].as_str().unwrap().to_owned()];
    words.extend(told["type"].as_str().map(str::to_owned));
    words.extend(told["error"]["errorNumber"].as_u64().map(|number| number.to_string()));
    if told["result"].is_string() && told["eventId"].is_null() {
        words.push("from outside".to_owned());
    }
    if told["countDelta"].as_i64().is_some_and(i64::is_negative) {
        words.push("less".to_owned());
    }
    words.join(" ")
}

#[test]
fn the_histories_that_are_drawn_tell_everything_there_is_to_tell() {
    let (mut runner, steps) = (TestRunner::deterministic(), steps());
    let mut seen = BTreeSet::new();
    for _ in 0..CASES {
        let mut stage = Stage::heard(&ALL);
        stage.settings.behaviour.unknown_user = UnknownUser::Async;
        for step in steps.new_tree(&mut runner).unwrap().current() {
            go(&mut stage, &step);
        }
        go(&mut stage, &Step::Wait(100_000));
        seen.extend(stage.bodies().iter().map(|body| what(body)));
    }
    insta::assert_snapshot!(seen.into_iter().collect::<Vec<_>>().join("\n"));
}
