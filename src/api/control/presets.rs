//! Presets: listed, and put to work.

use std::sync::Arc;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::json;
use super::rules::decoded;
use super::{Ask, Outcome, Problem};
use crate::scenario::presets;

/// The presets.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PresetList {
    /// By name.
    presets: Vec<PresetView>,
}

/// A preset.
#[derive(Debug, Serialize, JsonSchema)]
struct PresetView {
    /// Its name.
    name: &'static str,
    /// Why the real service may do this.
    because: &'static str,
    /// Ids of its rules.
    rules: Vec<String>,
}

/// How a preset is put to work.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PutPreset {
    /// The seed of its draws; the universe's if absent. `name@seed` in the path says the same.
    seed: Option<u64>,
}

/// What putting a preset to work answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PresetAt {
    /// The journal entry that says so.
    seq: u64,
    /// Ids of the rules, which begin with fresh counters.
    rules: Vec<String>,
}

/// `GET /presets`
pub async fn list(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let view = |preset: &'static presets::Preset| PresetView {
        name: preset.name,
        because: &preset.because,
        rules: preset.rules.iter().map(|rule| rule.id.to_string()).collect(),
    };
    json(StatusCode::OK, &PresetList { presets: presets::all().iter().map(view).collect() })
}

/// `PUT /universes/{u}/presets/{name}`
pub async fn put(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let asked = decoded(ask.parameter("name"));
    let body: PutPreset = ask.body()?;
    let (name, seed) = presets::split(&asked)
        .ok_or_else(|| Problem::invalid(format!("`{asked:.80}`: the seed is no number")))?;
    if seed.is_some() && body.seed.is_some() {
        return Err(Problem::invalid("the path says a seed already").at("/seed"));
    }
    let rules = presets::rules(name, seed.or(body.seed)).map_err(|error| {
        let nearest = error.nearest;
        Problem::not_found("preset", error.to_string()).with("nearest", nearest.into())
    })?;
    let put = universe.turn(|turn| {
        let mut after = turn.rules().clone();
        let mut ids = Vec::with_capacity(rules.len());
        for rule in rules {
            ids.push(rule.id.to_string());
            after.upsert(Arc::new(rule))?;
        }
        *turn.rules_mut() = after;
        let seq = turn.note("rule", name, format!("preset {asked}: {} rules", ids.len()));
        Ok::<_, Problem>(PresetAt { seq, rules: ids })
    });
    json(StatusCode::OK, &put??)
}
