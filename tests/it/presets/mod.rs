//! Presets: what each does to a client that nobody taught any better, and who is said to have done it.
//!
//! Each careless client gets through a quiet service; what it runs into under the preset is told.

mod clients;
mod everything;
mod flaws;
mod notified;
mod ways;

use std::collections::BTreeSet;

use quince::Quince;
use serde_json::Value;

use crate::support::Fixture;
use clients::{Flaw, Lucky};

/// A small school under these settings.
async fn school(settings: &[(&str, &str)]) -> Fixture {
    let builder = Quince::builder().world("small-school").seed(7);
    let set = |builder: quince::Builder, (key, value): &(&str, &str)| builder.setting(key, value);
    Fixture::of(settings.iter().fold(builder, set), "berlin").await
}

/// Puts a preset to work.
async fn put(school: &Fixture, preset: &str) {
    school.done_by("PUT", &format!("/universes/default/presets/{preset}"), Value::Null).await;
}

/// The ids of the rules that did something, as the journal has it.
async fn acted(school: &Fixture) -> BTreeSet<String> {
    let path = "/universes/default/journal?limit=100000";
    let journal = school.done_by("GET", path, Value::Null).await;
    let entries = journal["entries"].as_array().unwrap();
    let injected = entries.iter().filter_map(|entry| entry["rules"].as_array()).flatten();
    let done = injected.filter(|it| !it["act"].as_str().unwrap().starts_with("could not"));
    done.map(|injected| injected["rule"].as_str().unwrap().to_owned()).collect()
}

/// What a careless client runs into under a preset, which must be the doing of this rule. Without the preset it gets
/// through.
async fn caught(preset: &str, rule: &str, client: impl AsyncFn(&Fixture) -> Lucky) -> Flaw {
    caught_in(&[], preset, rule, client).await
}

/// [`caught`], under these settings.
async fn caught_in(
    settings: &[(&str, &str)],
    preset: &str,
    rule: &str,
    client: impl AsyncFn(&Fixture) -> Lucky,
) -> Flaw {
    let quiet = school(settings).await;
    assert_eq!(client(&quiet).await, Ok(()), "without {preset}");
    assert!(acted(&quiet).await.is_empty());
    let nasty = school(settings).await;
    put(&nasty, preset).await;
    let flaw = client(&nasty).await.expect_err("it should have failed");
    assert!(acted(&nasty).await.contains(rule), "{rule} did nothing");
    flaw
}
