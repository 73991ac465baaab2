//! Marks, and what is different between two of them.

use http::{HeaderMap, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::json;
use super::routes::{Parameter, Takes};
use super::verbs::AssetView;
use super::{Ask, Outcome, Problem};
use crate::engine::NoMark;
use crate::exchange::Reply;
use crate::sim::date;
use crate::sim::diff::{Difference, HolderName};

/// The query parameters.
pub const QUERY: &[Parameter] = &[
    Parameter {
        name: "from",
        takes: Takes::Text,
        says: "A mark, the number of a journal entry, or now.",
    },
    Parameter { name: "to", takes: Takes::Text, says: "Likewise; now if left out." },
];

/// A named state.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MarkView {
    /// Its name.
    pub name: String,
    /// The journal entry at which it was so.
    pub seq: u64,
    /// The universe's time then.
    pub at: String,
}

/// What is different between two states.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DiffView {
    /// Number of the latest journal entry of the one state.
    pub from: u64,
    /// And of the other.
    pub to: u64,
    /// What is different, in order.
    pub differences: Vec<DifferenceView>,
}

/// One thing that is different.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DifferenceView {
    /// Of what kind, such as `user-retired` or `licenses-moved`.
    pub kind: &'static str,
    /// Key of the location; empty if it is about none.
    pub location: String,
    /// For people.
    pub text: String,
    /// The asset that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetView>,
    /// The product of the subscription that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription: Option<u64>,
    /// The user that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_user_id: Option<String>,
    /// Slug of the organization of MDM users that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    /// Id of the MDM user that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mdm_user_id: Option<String>,
    /// The event that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<EventName>,
    /// Serial of the content token that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial: Option<u32>,
    /// How many licences or devices it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// What it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Licences or seats that went from somebody or to somebody; at most 100.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holders: Vec<MoveView>,
}

/// An event, by its number and its id on the wire.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventName {
    /// In order of acceptance, from 0.
    pub number: u64,
    /// `eventId`.
    pub event_id: String,
}

/// A licence on its way.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MoveView {
    /// Who held it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<HolderView>,
    /// Who holds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<HolderView>,
}

/// Who holds something.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum HolderView {
    /// A user.
    ClientUserId(String),
    /// A device.
    SerialNumber(String),
}

impl From<HolderName> for HolderView {
    fn from(holder: HolderName) -> Self {
        if holder.is_device {
            Self::SerialNumber(holder.name)
        } else {
            Self::ClientUserId(holder.name)
        }
    }
}

impl From<Difference> for DifferenceView {
    fn from(it: Difference) -> Self {
        let view = |holder: Option<HolderName>| holder.map(HolderView::from);
        let moves = it.holders.into_iter();
        Self {
            kind: it.kind,
            location: it.location,
            text: it.text,
            asset: it.asset.as_ref().map(AssetView::from),
            subscription: it.subscription,
            client_user_id: it.client_user_id,
            organization: it.organization,
            mdm_user_id: it.mdm_user,
            event: it.event.map(|(number, event_id)| EventName { number, event_id }),
            serial: it.token,
            count: it.count,
            from: it.from,
            to: it.to,
            holders: moves.map(|it| MoveView { from: view(it.from), to: view(it.to) }).collect(),
        }
    }
}

/// `GET /universes/{u}/marks`
pub async fn list(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let marks: Vec<MarkView> = ask.universe()?.turn(|turn| {
        let marks = turn.marks().all_named();
        let view = |(name, mark): (&str, &crate::engine::Mark)| MarkView {
            name: name.to_owned(),
            seq: mark.seq,
            at: date::wire(mark.at),
        };
        marks.map(view).collect()
    })?;
    json(StatusCode::OK, &serde_json::json!({ "marks": marks }))
}

/// `POST /universes/{u}/marks/{name}`
pub async fn put(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let seq = ask.universe()?.mark(ask.parameter("name"))?;
    json(StatusCode::OK, &serde_json::json!({ "seq": seq }))
}

/// `GET /universes/{u}/diff?from=&to=`
pub async fn diff(ask: Ask<'_>) -> Outcome {
    ask.only(&["from", "to"])?;
    let universe = ask.universe()?;
    let from = ask.query("from").ok_or_else(|| {
        Problem::invalid("say from where with `from=`: a mark, a journal entry or now")
    })?;
    let diff = universe.diff(from, ask.query("to").unwrap_or("now"))?;
    if wants_text(&ask.request.headers) {
        return Ok(Reply::text(StatusCode::OK, diff.to_text()));
    }
    let differences = diff.differences.into_iter().map(Into::into).collect();
    json(StatusCode::OK, &DiffView { from: diff.from, to: diff.to, differences })
}

/// Whether the caller takes text and does not take JSON before it.
fn wants_text(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let mut kinds = accept.unwrap_or_default().split(',');
    let first = kinds.find_map(|kind| {
        let kind = kind.split(';').next().unwrap_or_default().trim();
        match kind {
            "text/plain" | "text/*" => Some(true),
            "application/json" | "application/*" | "*/*" => Some(false),
            _ => None,
        }
    });
    first.unwrap_or(false)
}

impl From<NoMark> for Problem {
    fn from(error: NoMark) -> Self {
        let detail = error.to_string();
        match error {
            NoMark::Name { .. } => Self::not_found("mark", detail),
            NoMark::Seq { nearest, .. } => {
                Self::not_found("mark", detail).with("nearest", nearest.into())
            }
            NoMark::Unnameable(_) => Self::invalid(detail),
            NoMark::Broken(broken) => broken.into(),
        }
    }
}
