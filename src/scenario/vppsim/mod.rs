//! Configurations of Apple's own simulator of the older services, `vppsim` (apple-legacy-v1.md §20), as scenarios.
//!
//! * `config`: the configuration, read with places. `series`: what repeats in it, as instants. Here: the scenario.
//!
//! ```json
//! { "license_insertions": [{ "license": { "adamId": 525463029 }, "licenses_per_event": 2000,
//!                            "interval_in_seconds": 1, "initial_delay_in_seconds": 0, "max_event_count": 1 }],
//!   "associate_users": { "users_per_event": 10, "interval_in_seconds": 60 },
//!   "getVPPUsersSrv_responses": [{ "count": 2, "response": "service_unavailable", "retry_after": "20" }] }
//! ```
//!
//! Insertions become steps that buy licences, associations steps that accept invitations, and responses rules. A scenario
//! has no loop: what repeats without an end is written out as far as there is room, and the scenario says how far.
//!
//! Invariant: the result is an ordinary scenario, read and checked like any other. Not here: the simulator's paths, and
//! where its clients get their token (`api`).

mod config;
mod series;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};
use thiserror::Error;

use self::config::{Config, Responses, RetryAfter};
use self::series::Schedule;
use super::forms::{AnswerForm, RuleForm, ScenarioForm, StepForm, ThenForm, VerbsForm};
use super::load::{NoText, text_of, too_long};
use super::verbs::VerbCall;
use super::{Scenario, ScenarioError};
use crate::model::Span;
use crate::sim::date;
use crate::snapshot;
use crate::text::source::{Problem, Problems};
use crate::text::{self, Format};

/// Levels of a configuration, with some to spare.
const DEPTH_MAX: usize = 8;

/// What the scenario, its organization and its location are called.
const NAME: &str = "vppsim";

/// Users or licences of one of the simulator's batches.
const BATCH_SIZE: u32 = 600;

/// Why there is no scenario.
#[derive(Debug, Error)]
pub enum VppsimError {
    /// The file can't be read.
    #[error("cannot read {path}: {cause}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The file is not text, or too long.
    #[error("cannot read {path}: {reason}")]
    NotText {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// It says something that can't be.
    #[error("{}", text::source::listed(problems, *omitted))]
    Invalid {
        /// What is wrong, in order of the text.
        problems: Vec<Problem>,
        /// How many more there are.
        omitted: usize,
    },
    /// There is no such world that a scenario can name.
    #[error(
        "a scenario names a world that quince has, and `{0:.80}` is none of them ({known}); print the scenario and write \
         your world into it",
        known = snapshot::names().join(", ")
    )]
    World(String),
}

/// What a configuration has become.
#[derive(Debug, Clone, PartialEq)]
pub struct Translated {
    /// The scenario, as it is written.
    pub form: ScenarioForm,
    /// What the configuration means and the scenario cannot say, for people.
    pub notes: Vec<String>,
}

impl Translated {
    /// The scenario, checked like any other.
    pub fn scenario(&self, seed: Option<u64>) -> Result<Scenario, ScenarioError> {
        self.form.read(seed)
    }
}

/// Translates the configuration in a file; see [`translate`].
pub fn load(path: &Path, world: Option<&str>) -> Result<Translated, VppsimError> {
    let name = path.display().to_string();
    let text = text_of(path).map_err(|why| match why {
        NoText::Unreadable(cause) => VppsimError::Unreadable { path: name.clone(), cause },
        NoText::Unfit(reason) => VppsimError::NotText { path: name.clone(), reason },
    })?;
    translate(&name, &text, world)
}

/// Translates a configuration; `file` is what messages call it. The scenario is of the world of this name, or else of a
/// library in which there is nothing yet, as the simulator's. Things happen in the world's first location.
///
/// ```
/// use quince::scenario::vppsim::translate;
///
/// let text = r#"{"associate_users": {"users_per_event": 5, "interval_in_seconds": 60, "max_event_count": 2}}"#;
/// let translated = translate("config.json", text, None)?;
/// let scenario = translated.scenario(None)?;
/// assert_eq!((scenario.steps.len(), translated.notes.len()), (2, 0));
///
/// let slip = translate("config.json", r#"{"asociate_users": {}}"#, None).unwrap_err().to_string();
/// assert!(slip.starts_with("config.json:1:2: unknown key `asociate_users`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn translate(file: &str, text: &str, world: Option<&str>) -> Result<Translated, VppsimError> {
    if let Some(reason) = too_long(text) {
        return Err(VppsimError::NotText { path: file.to_owned(), reason });
    }
    let location = world.map(location_of).transpose()?.flatten();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut problems = Problems::new(file, text);
    let root = text::read(text, Format::Json, DEPTH_MAX, &mut problems);
    // After a syntax error the rest may be misread: no guesses about it.
    let config = if problems.is_empty() { Config::read(&root, &mut problems) } else { None };
    // What is wrong in itself is not held against anything else.
    let config = config.filter(|_| problems.is_empty());
    let schedule = config.as_ref().and_then(|config| Schedule::of(config, &mut problems));
    match (config, schedule) {
        (Some(config), Some(schedule)) if problems.is_empty() => {
            Ok(written(&config, &schedule, world, location.as_deref()))
        }
        _ => {
            problems.point(&root);
            let (problems, omitted) = problems.finish();
            Err(VppsimError::Invalid { problems, omitted })
        }
    }
}

/// The key of a world's first location, if verbs have to say it.
fn location_of(world: &str) -> Result<Option<String>, VppsimError> {
    let unknown = || VppsimError::World(world.to_owned());
    if !snapshot::names().contains(&world) {
        return Err(unknown());
    }
    let spec = snapshot::load(world, 1).map_err(|_| unknown())?;
    let first = spec.locations.first().map(|location| location.key.clone());
    let first = first.ok_or_else(unknown)?;
    Ok((spec.locations.len() > 1).then_some(first))
}

fn written(
    config: &Config<'_>,
    schedule: &Schedule,
    world: Option<&str>,
    location: Option<&str>,
) -> Translated {
    let form = ScenarioForm::new(NAME);
    let form = form.setting("v1.batch_size", BATCH_SIZE).setting("v1.invite_url", "vppsim");
    let mut form = match world {
        Some(world) => form.world(world),
        None => own_world(form),
    };
    let notes: Vec<String> = schedule.cut.iter().cloned().collect();
    let about =
        "Translated from a configuration of vppsim, Apple's simulator of the older services.";
    form.about = Some(notes.iter().fold(about.to_owned(), |about, note| format!("{about} {note}")));
    for responses in &config.responses {
        form.rule.extend(rules(responses));
    }
    let mut calls: BTreeMap<Span, Vec<VerbCall>> = BTreeMap::new();
    for (series, instants) in config.series.iter().zip(&schedule.instants) {
        let mut call = series.call();
        if let Some(location) = location {
            call = call.with("location", location);
        }
        for instant in instants {
            calls.entry(*instant).or_default().push(call.clone());
        }
    }
    form.step.extend(calls.into_iter().map(|(instant, calls)| step(instant, calls)));
    Translated { form, notes }
}

/// A library of its own, with nothing in it.
fn own_world(mut form: ScenarioForm) -> ScenarioForm {
    let named = |value: Value| match value {
        Value::Object(members) => vec![members],
        _ => vec![Map::new()],
    };
    let world = form.world.get_or_insert_default();
    world.organization = named(json!({"key": NAME}));
    world.location = named(json!({"key": NAME}));
    form
}

/// What happens at one instant.
fn step(instant: Span, mut calls: Vec<VerbCall>) -> StepForm {
    let at = date::span(instant);
    let name = if instant == Span(0) { "at first".to_owned() } else { format!("after {at}") };
    let one = if calls.len() == 1 { calls.pop() } else { None };
    let verb = Some(one.map_or(VerbsForm::Several(calls), VerbsForm::One));
    StepForm { verb, ..StepForm::new(&name).at(&at) }
}

/// A rule for each entry. The first that decides an answer ends the list, so that each counts what those before let
/// through.
fn rules(responses: &Responses<'_>) -> Vec<RuleForm> {
    let operation = format!("v1.{}", responses.service);
    let entries = responses.entries.iter().enumerate();
    let rule = |(n, entry): (usize, &config::Response)| {
        let mut answer = AnswerForm { status: Some(503), ..AnswerForm::default() };
        match &entry.retry_after {
            Some(RetryAfter::Seconds(span)) => answer.retry_after = Some(date::span(*span)),
            Some(RetryAfter::Date(date)) => {
                answer.headers.insert("retry-after".to_owned(), date.clone());
            }
            None => {}
        }
        let then = ThenForm { answer: Some(answer), ..ThenForm::default() };
        let id = format!("{NAME}.{}.{}", responses.service.to_ascii_lowercase(), n + 1);
        RuleForm::on(&operation).id(&id).first(entry.count).then(then).optional()
    };
    entries.map(rule).collect()
}

#[cfg(test)]
mod tests;
