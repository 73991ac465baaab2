//! The layer of the environment: `QUINCE_<NAME>`.
//!
//! Options that can be repeated take a list with commas: `QUINCE_SET="v2.page_size=50,v2.rate_limit=on"`.

use super::layers::{PREFIX, variable_name};
use super::{BadValue, Environment, KEYS, Layer, REPEATED, Raw, Source};
use crate::nearest::nearest;

/// The layer, and a warning for each variable that looks like one of ours and is not.
pub(super) fn layer(env: &Environment) -> Result<(Layer, Vec<String>), BadValue> {
    let mut layer = Layer::default();
    for key in KEYS {
        let Some(raw) = variable(env, key)? else { continue };
        if REPEATED.contains(&key) {
            let parts = raw.text.split(',').map(str::trim).filter(|part| !part.is_empty());
            layer.extend(key, parts.map(|part| Raw::new(part, raw.origin.clone())));
        } else {
            layer.extend(key, [raw]);
        }
    }
    Ok((layer, unknown(env)))
}

/// The configuration file that the environment names.
pub(super) fn config(env: &Environment) -> Result<Option<Raw>, BadValue> {
    variable(env, "config")
}

fn variable(env: &Environment, key: &'static str) -> Result<Option<Raw>, BadValue> {
    let Some(value) = env.get(&variable_name(key)) else { return Ok(None) };
    let origin = Source::Variable(key);
    let Some(text) = value.to_str() else {
        let problem = format!("{:?} is not UTF-8 text", value.to_string_lossy());
        return Err(BadValue { origin, problem });
    };
    Ok(Some(Raw::new(text, origin)))
}

fn unknown(env: &Environment) -> Vec<String> {
    let known = KEYS.iter().copied().chain(["config"]);
    let is_known = |name: &str| known.clone().any(|key| variable_name(key) == name);
    let warning = |name: &str| {
        let ignored = format!("environment variable {name} is unknown and ignored");
        // The prefix is right already; counted as letters it would make everything look near.
        let word = name.trim_start_matches(PREFIX);
        nearest(word, known.clone()).map_or(ignored.clone(), |near| {
            format!("{ignored}; did you mean {}?", variable_name(near))
        })
    };
    env.names(PREFIX).filter(|name| !is_known(name)).map(warning).collect()
}
