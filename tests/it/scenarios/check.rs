//! Scenarios that are right: read from TOML and JSON alike, checked by the command, described by the schema.

use std::fs;
use std::time::Duration;

use quince::faults::{EventTime, Outcome, RetryAfter, Which};
use quince::judge::{Expected, Policy};
use quince::model::{At, EventStatus, Span, Supply};
use quince::scenario::{self, Act, Advance, Cause, Wanted, Window};
use quince::sim::ClockMode;
use quince::text::Format;
use serde_json::{Value, json};

use super::file;
use crate::support::process::run;

#[test]
fn a_scenario_is_read_as_it_is_meant() {
    let path = file("examples/late-partial.toml");
    let read = scenario::load(&path, None).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((read.seed, read.clock), (137, Some(ClockMode::Manual)));
    assert_eq!(read.start, Some(At(1_768_467_600_000)));
    assert_eq!(read.file.as_deref(), path.to_str());

    let world = read.world.as_ref().unwrap();
    let berlin = world.locations.iter().find(|location| location.key == "berlin").unwrap();
    let asset = berlin.assets.iter().find(|asset| asset.adam_id == "361309726").unwrap();
    assert_eq!(asset.supply, Supply::Limited(3), "the named world, with the scenario's change");
    assert!(!berlin.users.is_empty());

    let [slow, moves, hiccup] = read.rules.as_slice() else { panic!() };
    assert_eq!((&*slow.id, slow.on.which), ("slow-event", Which::Nth(1)));
    let event = slow.then.event.as_ref().unwrap();
    assert_eq!(event.time, Some(EventTime::After(Span(90_000))));
    let Outcome::Partial(failed) = &event.outcome else { panic!() };
    assert_eq!((failed[0].serial_number.as_deref(), failed[0].error), (Some("12E45678"), 9709));
    assert_eq!((moves.on.page, moves.then.verb.is_some()), (Some(1), true));
    let answer = hiccup.then.answer.as_ref().unwrap();
    assert_eq!(
        (answer.status, answer.retry_after),
        (Some(503), Some(RetryAfter::Date(Span(2000))))
    );
    assert_eq!(hiccup.written["then"]["answer"]["error"], 9729);

    let [accepted, nothing, later, takeover] = read.steps.as_slice() else { panic!() };
    let Some(Cause::Call { within, count, .. }) = &accepted.cause else { panic!() };
    assert_eq!((*within, *count), (Some(Duration::from_secs(5)), 1));
    assert!(matches!(accepted.acts.as_slice(), [Act::Mark(name)] if name == "accepted"));
    let expect = &nothing.expects[0];
    assert_eq!(expect.id, "nothing has happened yet/1");
    assert_eq!(expect.written, r#"{ event = "slow-event", state = "PENDING" }"#);
    assert!(matches!(&expect.wanted, Wanted::Event(_, EventStatus::Pending)));
    let [Act::Advance(by), Act::Snapshot(_)] = later.acts.as_slice() else { panic!() };
    assert_eq!(*by, Advance::By(Span(90_000)));
    let Wanted::Journal { expected: Expected::Count { of, at_least, .. }, window, .. } =
        &later.expects[1].wanted
    else {
        panic!()
    };
    assert_eq!(
        (of.kind.as_deref(), of.name.as_deref()),
        (Some("notification"), Some("ASSET_MANAGEMENT"))
    );
    assert_eq!((*at_least, *window), (1, Window::Now));
    let Wanted::Journal { window, .. } = &takeover.expects[0].wanted else { panic!() };
    assert_eq!(*window, Window::For(Duration::from_secs(2)));

    assert_eq!((read.gate.unexpected_calls, read.gate.budget.calls), (Policy::Fail, Some(40)));
    assert_eq!(read.gate.conversation.as_deref(), Some("late-partial"));
}

#[test]
fn json_says_the_same_and_names_pointers_where_it_is_wrong() {
    let json = json!({
        "schema": "quince.scenario/1", "name": "from a test", "seed": 3,
        "rule": [{"id": "r", "on": {"operation": "v2.status.get"}, "then": {"delay": "2s"}}],
        "step": [{"name": "s", "expect": [{"match": {"rule": "r"}, "since": null}]}],
    });
    let read = |json: &Value| scenario::read("body", &json.to_string(), Format::Json, Some(9));
    let good = read(&json).unwrap();
    assert_eq!((good.seed, good.rules.len()), (9, 1), "a seed from outside wins");

    let mut wrong = json;
    wrong["rule"][0]["then"]["delay"] = "2".into();
    wrong["rule"][0]["on"]["page"] = (-1).into();
    wrong["step"][0]["expect"][0]["match"]["rule"] = "q".into();
    wrong["nonsense"] = true.into();
    let error = read(&wrong).unwrap_err();
    let mut pointers: Vec<&str> = error.problems().iter().map(|it| it.pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/nonsense", "/rule/0/on/page", "/step/0/expect/0/match/rule"]);
}

#[test]
fn the_command_names_good_files_and_everything_wrong_with_the_others() {
    let good = file("examples/late-partial.toml");
    let (code, stdout, stderr) = run(&["check", good.to_str().unwrap()]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(stdout, format!("{}: 3 rules, 4 steps\n", good.display()));

    let [slips, budget] = ["slips-in-keys", "impossible-budget"]
        .map(|name| file(&format!("malformed/{name}.toml")).display().to_string());
    let (code, stdout, stderr) = run(&["check", &slips, good.to_str().unwrap(), &budget]);
    assert_eq!((code, stdout.lines().count()), (Some(65), 1));
    assert!(stderr.starts_with("quince: 2 of 3 scenarios are not right\n"), "{stderr}");
    assert!(stderr.contains(&format!("{slips}:3:1: unknown key `sed`")), "{stderr}");
    assert!(stderr.contains("the steps wait for 3 calls, and the budget has 0"), "{stderr}");

    let (code, _, stderr) = run(&["check", "no-such-file.toml"]);
    assert_eq!(code, Some(65));
    assert!(stderr.contains("cannot read scenario no-such-file.toml"), "{stderr}");
    assert_eq!(run(&["check"]).0, Some(64));
}

#[test]
fn the_schema_describes_what_is_read() {
    let (code, stdout, _) = run(&["schema", "scenario"]);
    let schema: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(code, Some(0));
    assert_eq!(
        (&schema["title"], &schema["$id"]),
        (&"quince scenario".into(), &"quince.scenario/1".into())
    );
    // The loader holds every text against this very schema: what it uses must be what the loader knows.
    let known = [
        "$defs",
        "$id",
        "$ref",
        "$schema",
        "additionalProperties",
        "anyOf",
        "const",
        "default",
        "description",
        "enum",
        "format",
        "items",
        "maxItems",
        "maximum",
        "minItems",
        "minimum",
        "oneOf",
        "properties",
        "required",
        "title",
        "type",
    ];
    let mut open = vec![&schema];
    while let Some(next) = open.pop() {
        let Value::Object(members) = next else { continue };
        for (key, value) in members {
            assert!(known.contains(&key.as_str()), "{key} in {next}");
            match (key.as_str(), value) {
                ("properties" | "$defs", Value::Object(inner)) => open.extend(inner.values()),
                ("anyOf" | "oneOf", Value::Array(inner)) => open.extend(inner),
                ("items" | "additionalProperties", inner) => open.push(inner),
                _ => {}
            }
        }
    }
}

#[test]
fn every_example_is_right() {
    for entry in fs::read_dir(file("examples")).unwrap() {
        let path = entry.unwrap().path();
        scenario::load(&path, None).unwrap_or_else(|error| panic!("{error}"));
    }
}
