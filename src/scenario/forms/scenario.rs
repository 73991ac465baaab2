//! A whole scenario, as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::gate::GateForm;
use super::read::instant;
use super::rule::RuleForm;
use super::step::StepForm;
use crate::model::At;
use crate::scenario::Wrongs;
use crate::sim::ClockMode;

/// What `schema` says.
pub const SCHEMA: &str = "quince.scenario/1";

/// The fastest clock.
const FACTOR_MAX: f64 = 1_000_000.0;

/// A scenario: a world, rules, a timeline and a gate.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScenarioForm {
    /// `quince.scenario/1`
    pub schema: String,
    /// What it is called, for people.
    pub name: String,
    /// What it is about, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What everything random is drawn from; that of whoever runs it if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Where the sheets differ: `observed` or `documented`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Settings on top of the profile, such as `"v2.page_size" = 50`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Value>,
    /// Virtual time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockForm>,
    /// Who owns what at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub world: Option<WorldForm>,
    /// Rules that ship with quince, by name: `pages-move`, or `pages-move@7` with a seed of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub presets: Vec<String>,
    /// Standing reactions to calls, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rule: Vec<RuleForm>,
    /// The timeline.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub step: Vec<StepForm>,
    /// What fails the run besides its expectations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateForm>,
}

/// Virtual time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockForm {
    /// Who moves it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<ModeWord>,
    /// How many times as fast as real time, where the mode is `scaled`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    /// What it shows at first: a date-time with an offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
}

/// Who moves virtual time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ModeWord {
    /// Real time does, at its own pace.
    Wall,
    /// Only an advance does.
    Manual,
    /// Real time does, `factor` times as fast.
    Scaled,
    /// Between two requests it jumps through everything that falls due soon.
    Auto,
}

/// Who owns what at first: a named world, changes of it, or both. What is in the named world under the same key is
/// changed by the members that are given; anything else is added. The tables are those of world files.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorldForm {
    /// A named world, such as `small-school`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Owners of locations, by `key`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organization: Vec<Map<String, Value>>,
    /// Locations, by `key`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub location: Vec<Map<String, Value>>,
    /// Content tokens, by location and `serial`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub token: Vec<Map<String, Value>>,
    /// Assets, by location, `adam_id` and `pricing_param`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asset: Vec<Map<String, Value>>,
    /// Devices, by location and `serial_number`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device: Vec<Map<String, Value>>,
    /// Users, by location and `client_user_id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub user: Vec<Map<String, Value>>,
    /// Who holds what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignment: Vec<Map<String, Value>>,
    /// Subscriptions, by location and `adam_id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscription: Vec<Map<String, Value>>,
    /// Who has a subscription, by location, `adam_id` and `client_user_id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seat: Vec<Map<String, Value>>,
    /// Who administers a subscription, by location, `adam_id` and `client_user_id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub administrator: Vec<Map<String, Value>>,
    /// What the store says of products, by `adam_id`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub product: Vec<Map<String, Value>>,
    /// Organizations of MDM users, by `slug`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mdm_organization: Vec<Map<String, Value>>,
    /// MDM users, by organization and `email`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mdm_user: Vec<Map<String, Value>>,
    /// So many more devices, users, assets and assignments in the first location, and MDM users in the first
    /// organization of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generate: Option<Map<String, Value>>,
}

impl ClockForm {
    /// Mode and start that it says; `at` points to where it stands.
    pub fn clock(&self, at: &str, wrongs: &mut Wrongs) -> (Option<ClockMode>, Option<At>) {
        let mode = self.mode(at, wrongs);
        let start = self.start.as_ref();
        (mode, start.and_then(|text| instant(text, &format!("{at}/start"), wrongs)))
    }

    fn mode(&self, at: &str, wrongs: &mut Wrongs) -> Option<ClockMode> {
        let place = format!("{at}/factor");
        match (self.mode, self.factor) {
            (Some(ModeWord::Scaled), None) => {
                wrongs.none(at, "how many times as fast as real time? say `factor`, such as 60")
            }
            (Some(ModeWord::Scaled), Some(factor)) if factor > 0.0 && factor <= FACTOR_MAX => {
                Some(ClockMode::Scaled(factor))
            }
            (Some(ModeWord::Scaled), Some(factor)) => {
                wrongs.none(place, format!("above 0 and at most {FACTOR_MAX}, not {factor}"))
            }
            (_, Some(_)) => wrongs.none(place, "`factor` goes with mode = \"scaled\""),
            (mode, None) => mode.map(|mode| match mode {
                ModeWord::Wall | ModeWord::Scaled => ClockMode::Wall,
                ModeWord::Manual => ClockMode::Manual,
                ModeWord::Auto => ClockMode::Auto,
            }),
        }
    }
}

impl ScenarioForm {
    /// A scenario of this name, in which nothing happens yet.
    pub fn new(name: &str) -> Self {
        Self { schema: SCHEMA.to_owned(), name: name.to_owned(), ..Self::default() }
    }

    /// With this seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// In this named world.
    #[must_use]
    pub fn world(mut self, name: &str) -> Self {
        self.world.get_or_insert_default().name = Some(name.to_owned());
        self
    }

    /// With a clock that moves so.
    #[must_use]
    pub fn clock(mut self, mode: ModeWord) -> Self {
        self.clock.get_or_insert_default().mode = Some(mode);
        self
    }

    /// With another value of a setting.
    #[must_use]
    pub fn setting(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.settings.insert(key.to_owned(), value.into());
        self
    }

    /// With the rules of this preset: `pages-move`, or `pages-move@7` with a seed of its own.
    #[must_use]
    pub fn preset(mut self, name: &str) -> Self {
        self.presets.push(name.to_owned());
        self
    }

    /// As a file has it: TOML.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// With this rule, after those before.
    #[must_use]
    pub fn rule(mut self, rule: RuleForm) -> Self {
        self.rule.push(rule);
        self
    }

    /// With this step, after those before.
    #[must_use]
    pub fn step(mut self, step: StepForm) -> Self {
        self.step.push(step);
        self
    }

    /// With this gate.
    #[must_use]
    pub fn gate(self, gate: GateForm) -> Self {
        Self { gate: Some(gate), ..self }
    }
}
