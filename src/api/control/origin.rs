//! From what `POST /universes` asks for to what a universe begins with.

use std::sync::Arc;

use serde_json::Value;

use super::Problem;
use super::rules::read_all;
use super::scenario::of_value;
use super::universes::Create;
use super::values::{change_settings, clock_mode, instant};
use crate::engine::{Named, Origin, real_time};
use crate::sim::spec::WorldSpec;
use crate::sim::{ClockMode, Settings, VIRTUAL_START};
use crate::snapshot::world_file::{self, Format};
use crate::snapshot::{self, WorldError};

/// What a universe begins with; what is left out is as in `default`.
pub(super) fn of(body: &Create, default: &Origin) -> Result<Origin, Problem> {
    let Some(scenario) = &body.scenario else { return without_scenario(body, default) };
    if body.world.is_some() {
        let detail = "a scenario brings its world along; leave one of them out";
        return Err(Problem::invalid(detail).at("/world"));
    }
    let scenario = Arc::new(of_value(scenario, body.seed, "/scenario")?);
    let base = without_scenario(body, default)?;
    Origin::of_scenario(&scenario, &base)
        .map_err(|error| Problem::invalid(error.to_string()).at("/scenario/settings"))
}

fn without_scenario(body: &Create, default: &Origin) -> Result<Origin, Problem> {
    let seed = body.seed.unwrap_or(default.seed);
    let clock = body.clock.as_deref().map(|mode| clock_mode(mode, "/clock")).transpose()?;
    let clock = clock.unwrap_or(default.clock);
    let start = body.start.as_deref().map(|start| instant(start, "/start")).transpose()?;
    let profile = body.profile.as_deref().map(|name| {
        let settings = Settings::profile(name);
        settings.map_err(|error| Problem::invalid(error.to_string()).at("/profile"))
    });
    let base = profile.transpose()?.unwrap_or_else(|| default.settings.clone());
    let settings = match &body.settings {
        Some(changes) => change_settings(&base, changes, &base, "/settings")?,
        None => base,
    };
    let (spec, world) = world(body.world.as_ref(), seed, default)?;
    let named = Named {
        world,
        profile: body.profile.clone().unwrap_or_else(|| default.named.profile.clone()),
        start: start.is_some() || default.named.start,
    };
    let start = start.unwrap_or_else(|| match clock {
        _ if default.named.start => default.start,
        ClockMode::Wall => real_time::today(),
        _ => VIRTUAL_START,
    });
    let rules = body.rules.as_deref().map(|rules| read_all(rules, "/rules")).transpose()?;
    let rules = rules.unwrap_or_else(|| default.rules.clone());
    Ok(Origin { seed, spec, settings, clock, start, rules, named, scenario: None })
}

type Spec = (Arc<WorldSpec>, Option<String>);

fn world(wanted: Option<&Value>, seed: u64, default: &Origin) -> Result<Spec, Problem> {
    let of_default = || (Arc::clone(&default.spec), default.named.world.clone());
    let name = match wanted {
        None if seed == default.seed => return Ok(of_default()),
        None => match &default.named.world {
            Some(name) => name,
            None => return Ok(of_default()),
        },
        Some(Value::String(name)) => {
            if seed == default.seed && default.named.world.as_ref() == Some(name) {
                return Ok(of_default());
            }
            name
        }
        Some(given @ Value::Object(_)) => {
            let text = serde_json::to_string_pretty(given).unwrap_or_default();
            let spec = world_file::read("world", &text, Format::Json, seed);
            return Ok((Arc::new(spec.map_err(|error| inside(given, error))?), None));
        }
        Some(_) => {
            let detail = "a world is a name, a path, or a world file as an object";
            return Err(Problem::invalid(detail).at("/world"));
        }
    };
    let spec = snapshot::load(name, seed);
    let spec = spec.map_err(|error| Problem::invalid(error.to_string()).at("/world"))?;
    Ok((Arc::new(spec), Some(name.clone())))
}

/// The first problem of an inline world, with a pointer to it; all of them in the text.
fn inside(given: &Value, error: WorldError) -> Problem {
    let WorldError::Invalid { problems, omitted } = error else {
        return Problem::invalid(error.to_string()).at("/world");
    };
    let place = |line| pointer_to(given, line).unwrap_or_default();
    let pointer = problems.first().map(|problem| place(problem.line)).unwrap_or_default();
    let mut texts: Vec<String> = problems
        .iter()
        .map(|problem| format!("/world{}: {}", place(problem.line), problem.message))
        .collect();
    if omitted > 0 {
        texts.push(format!("and {omitted} more"));
    }
    Problem::invalid(texts.join("\n")).at(format!("/world{pointer}"))
}

/// The pointer to what begins in a line, from 1, of the pretty text of a value: each value and each
/// end of a list or an object that is not empty has a line of its own.
fn pointer_to(value: &Value, line: usize) -> Option<String> {
    fn search(value: &Value, next: &mut usize, wanted: usize) -> Option<String> {
        if *next == wanted {
            return Some(String::new());
        }
        *next += 1;
        let found = match value {
            Value::Object(members) => members.iter().find_map(|(name, member)| {
                let name = name.replace('~', "~0").replace('/', "~1");
                search(member, next, wanted).map(|rest| format!("/{name}{rest}"))
            }),
            Value::Array(items) => items.iter().enumerate().find_map(|(place, item)| {
                search(item, next, wanted).map(|rest| format!("/{place}{rest}"))
            }),
            _ => return None,
        };
        let is_empty = match value {
            Value::Object(members) => members.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => true,
        };
        if found.is_none() && !is_empty {
            *next += 1;
        }
        found
    }
    search(value, &mut 1, line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_line_of_the_pretty_text_leads_to_its_value() {
        let value = json!({"a": [1, {"b/c": {}, "d": []}], "e": {"f": null}});
        let text = serde_json::to_string_pretty(&value).unwrap();
        for (line, text) in text.lines().enumerate() {
            if text.trim_start().starts_with(['}', ']']) {
                continue;
            }
            let pointer = pointer_to(&value, line + 1).unwrap();
            let found = value.pointer(&pointer).unwrap();
            let own = text.trim().trim_end_matches(',');
            let own = own.rsplit_once(": ").map_or(own, |(_, own)| own);
            assert!(found.to_string().starts_with(own), "{pointer}: {found} {text}");
        }
    }
}
