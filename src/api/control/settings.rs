//! The settings of a universe, read and changed while it runs.

use std::collections::BTreeMap;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ask::json;
use super::values::{SettingsByKey, Texts, change_settings};
use super::{Ask, Outcome, Problem};
use crate::sim::Settings;

/// The settings in force.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SettingsView {
    /// The profile that they began with.
    pub profile: String,
    /// Every key with its value, as it is written.
    pub settings: Texts,
}

/// What `PATCH settings` answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SettingsSet {
    /// The journal entry that says so.
    pub seq: u64,
    /// The settings in force.
    #[serde(flatten)]
    pub view: SettingsView,
}

/// Settings to change; those that are not named stay.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Changes(#[schemars(with = "SettingsByKey")] BTreeMap<String, Value>);

fn view(profile: &str, settings: &Settings) -> SettingsView {
    let each = settings.values().map(|(key, value)| (key.to_owned(), value));
    SettingsView { profile: profile.to_owned(), settings: Texts(each.collect()) }
}

/// `GET /universes/{u}/settings`
pub async fn get(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let settings = universe.turn(|turn| turn.settings())?;
    json(StatusCode::OK, &view(&universe.origin().named.profile, &settings))
}

/// `PATCH /universes/{u}/settings`
pub async fn patch(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let Changes(changes) = ask.body()?;
    let origin = universe.origin();
    let outcome = universe.turn(|turn| {
        let before = turn.settings();
        let after = change_settings(&before, &changes, &origin.settings, "")?;
        let differing = before.values().zip(after.values()).filter(|(was, is)| was != is);
        let changes: Vec<String> =
            differing.map(|((key, was), (_, is))| format!("{key}: {was} -> {is}")).collect();
        let view = view(&origin.named.profile, &after);
        turn.set_settings(after);
        let text =
            if changes.is_empty() { "nothing changed".to_owned() } else { changes.join(", ") };
        let seq = turn.note("settings", "patch", text);
        Ok::<_, Problem>(SettingsSet { seq, view })
    })?;
    json(StatusCode::OK, &outcome?)
}
