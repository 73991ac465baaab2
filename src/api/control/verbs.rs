//! Verbs: listed with their schemas, and done.

use http::StatusCode;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::Value;

use super::ask::json;
use super::{Ask, Outcome, Problem};
use crate::api::v2::wire;
use crate::model::AssetName;
use crate::scenario::verbs::{BadVerb, VERBS, form, verb};
use crate::sim;
use crate::sim::verbs::{Unfit, VerbError};

/// A verb.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VerbView {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub description: &'static str,
    /// The JSON Schema of its arguments.
    pub schema: Schema,
}

/// What a verb did.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VerbDone {
    /// The journal entry that says so.
    pub seq: u64,
    /// The verb.
    pub verb: &'static str,
    /// What changed, for people.
    pub text: String,
    /// Keys of the locations that changed, the verb's own first.
    pub locations: Vec<String>,
    /// Assets that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assets: Vec<AssetView>,
    /// Products of the subscriptions that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<u64>,
    /// Users that changed or got something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub client_user_ids: Vec<String>,
    /// Ids of MDM users that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mdm_user_ids: Vec<String>,
    /// Devices that became known or got something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub serial_numbers: Vec<String>,
    /// How many licences, users or devices it was about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// First id of the licences that came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_license_id: Option<u64>,
    /// Serial of the content token that changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<u32>,
    /// The location's content token, where it is a new one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stoken: Option<String>,
}

/// An asset, as clients name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssetView {
    /// Product id.
    pub adam_id: String,
    /// Quality.
    pub pricing_param: &'static str,
}

impl From<&AssetName> for AssetView {
    fn from(name: &AssetName) -> Self {
        Self {
            adam_id: name.adam_id.clone(),
            pricing_param: wire::pricing_param(name.pricing_param),
        }
    }
}

/// `GET /verbs`
pub async fn list(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let verbs: Vec<VerbView> = VERBS
        .iter()
        .map(|form| VerbView { name: form.name, description: form.says, schema: (form.schema)() })
        .collect();
    json(StatusCode::OK, &serde_json::json!({ "verbs": verbs }))
}

/// `POST /universes/{u}/verbs/{verb}`
pub async fn act(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let name = form(ask.parameter("verb"))?.name;
    let wanted = verb(name, ask.body::<Value>()?)?;
    let (seq, outcome, stoken) = universe.turn(|turn| {
        let (seq, outcome) = turn.act(name, &wanted)?;
        let renewed = outcome.token.filter(|_| name == "renew-token");
        let stoken = renewed.and_then(|(site, _)| turn.stoken(site));
        Ok::<_, VerbError>((seq, outcome, stoken))
    })??;
    json(StatusCode::OK, &done(seq, name, outcome, stoken))
}

fn done(
    seq: u64,
    verb: &'static str,
    outcome: sim::verbs::Outcome,
    stoken: Option<String>,
) -> VerbDone {
    VerbDone {
        seq,
        verb,
        text: outcome.text,
        locations: outcome.locations,
        assets: outcome.assets.iter().map(Into::into).collect(),
        client_user_ids: outcome.client_user_ids,
        mdm_user_ids: outcome.mdm_users,
        serial_numbers: outcome.serial_numbers,
        count: outcome.count,
        subscriptions: outcome.subscriptions,
        first_license_id: outcome.first_licence_id,
        serial: outcome.token.map(|(_, serial)| serial),
        stoken,
    }
}

impl From<BadVerb> for Problem {
    fn from(error: BadVerb) -> Self {
        let detail = error.to_string();
        match error {
            BadVerb::Unknown { nearest, .. } => {
                Self::not_found("verb", detail).with("nearest", nearest.into())
            }
            BadVerb::Arguments(bad) => Self::invalid(bad.text).at(bad.pointer),
        }
    }
}

impl From<VerbError> for Problem {
    fn from(error: VerbError) -> Self {
        let pointer = match error.argument {
            "" => String::new(),
            argument => format!("/{argument}"),
        };
        let problem = match error.kind {
            Unfit::Invalid => Self::invalid(error.text),
            Unfit::Conflict => Self::conflict("verb-does-not-fit", error.text),
            Unfit::Forbidden => Self::conflict("verb-not-allowed", error.text),
        };
        problem.at(pointer)
    }
}
