//! Events by hand: listed, and ended as a test wants it.

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::json;
use super::routes::{Parameter, Takes};
use super::{Ask, Outcome, Problem};
use crate::api::v2::errors::{EVENT_NUMBERS, failure_number};
use crate::api::v2::wire;
use crate::engine::Turn;
use crate::model::{
    AssetName, Event, EventStatus, Failing, Failure, PricingParam, Stranger, Targets,
};
use crate::sim::{Site, date};

/// Events that one answer lists if nothing is said.
const LIMIT: usize = 100;
const LIMIT_MAX: usize = 10_000;
const STATUSES: &[&str] = &["PENDING", "COMPLETE", "FAILED"];

/// The query parameters of the list.
pub const QUERY: &[Parameter] = &[
    Parameter {
        name: "location",
        takes: Takes::Text,
        says: "Only events of this location, by key.",
    },
    Parameter { name: "status", takes: Takes::Words(STATUSES), says: "Only these." },
    Parameter {
        name: "limit",
        takes: Takes::Integer(1, LIMIT_MAX as u64),
        says: "At most so many; 100 if nothing is said.",
    },
];

/// Events.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventList {
    /// Number of the latest journal entry.
    pub seq: u64,
    /// By location in world order, the latest first.
    pub events: Vec<EventView>,
    /// Whether there are more.
    pub more: bool,
}

/// An event.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventView {
    /// Its id on the wire.
    pub id: String,
    /// The location's key.
    pub location: String,
    /// What it does: `ASSOCIATE`, `RETIRE`, ...
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `PENDING`, `COMPLETE` or `FAILED`.
    pub status: &'static str,
    /// Whether no time ends it.
    pub held: bool,
    /// When it was accepted.
    pub accepted: String,
    /// When it ended.
    pub finished: Option<String>,
    /// Tasks in it.
    pub requested: u32,
    /// Tasks that succeeded so far.
    pub completed: u32,
    /// Why tasks failed so far.
    pub failures: Vec<FailureView>,
}

/// Tasks that failed for one reason.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FailureView {
    /// The error number.
    pub error: u16,
    /// Assets to blame.
    pub assets: Vec<AssetRef>,
    /// Users to blame.
    pub client_user_ids: Vec<String>,
}

/// An asset by name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AssetRef {
    /// Product id.
    adam_id: String,
    /// `STDQ` or `PLUS`.
    pricing_param: Quality,
}

/// An asset whose tasks are chosen.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenAsset {
    /// Product id.
    adam_id: String,
    /// `STDQ` or `PLUS`; `STDQ` if nothing is said.
    #[serde(default)]
    pricing_param: Quality,
}

/// Quality.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Quality {
    /// Standard.
    #[default]
    Stdq,
    /// High.
    Plus,
}

/// How an event shall end.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// What to do with it.
    #[serde(rename = "do")]
    act: Ending,
    /// With `fail`: only the tasks of these fail, the others are carried out. All fail if nothing is said.
    targets: Option<Chosen>,
    /// With `fail`: the error number; 9603 if nothing is said.
    #[schemars(extend("enum" = error_numbers()))]
    error: Option<u16>,
}

/// What `error` takes, for its schema.
fn error_numbers() -> Vec<Option<u16>> {
    EVENT_NUMBERS.into_iter().map(Some).chain([None]).collect()
}

/// What is done with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// Carried out now, whatever its delay; held ones too.
    Complete,
    /// Ended now: the chosen tasks fail.
    Fail,
    /// Leaves the queue, so that later ones go on, and stays pending.
    Stall,
}

/// Whose tasks; what is left out does not narrow them down.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// Users.
    #[serde(default)]
    client_user_ids: Vec<String>,
    /// Devices.
    #[serde(default)]
    serial_numbers: Vec<String>,
    /// Assets.
    #[serde(default)]
    assets: Vec<ChosenAsset>,
}

/// What ending an event answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ended {
    /// The journal entry that says so.
    pub seq: u64,
    /// The event as it is now.
    pub event: EventView,
}

impl EventView {
    fn of(site: &Site, number: u64, event: &Event) -> Self {
        let failures = event.failures.iter().map(|group| FailureView {
            error: failure_number(group.why),
            assets: group.assets.iter().map(AssetRef::of).collect(),
            client_user_ids: group.client_user_ids.iter().map(ToString::to_string).collect(),
        });
        Self {
            id: site.ids.event(number).to_string(),
            location: site.location.profile.key.clone(),
            kind: wire::event_kind(event.kind),
            status: wire::event_status(event.status()),
            held: site.location.events.is_held(number),
            accepted: date::precise(event.accepted),
            finished: event.finished.map(date::precise),
            requested: event.requested,
            completed: event.completed,
            failures: failures.collect(),
        }
    }
}

impl AssetRef {
    fn of(name: &AssetName) -> Self {
        let pricing_param = match name.pricing_param {
            PricingParam::Standard => Quality::Stdq,
            PricingParam::Plus => Quality::Plus,
        };
        Self { adam_id: name.adam_id.clone(), pricing_param }
    }
}

impl ChosenAsset {
    fn name(&self) -> AssetName {
        let pricing_param = match self.pricing_param {
            Quality::Stdq => PricingParam::Standard,
            Quality::Plus => PricingParam::Plus,
        };
        AssetName { adam_id: self.adam_id.clone(), pricing_param }
    }
}

/// `GET /universes/{u}/events`
pub async fn list(ask: Ask<'_>) -> Outcome {
    ask.only(&["location", "status", "limit"])?;
    let universe = ask.universe()?;
    let status = match ask.query("status") {
        None => None,
        Some("PENDING") => Some(EventStatus::Pending),
        Some("COMPLETE") => Some(EventStatus::Complete),
        Some("FAILED") => Some(EventStatus::Failed),
        Some(other) => {
            let known = STATUSES.join(", ");
            return Err(Problem::invalid(format!("`{other:.80}` is no status: {known}")));
        }
    };
    let limit = ask.query("limit").map_or(Some(LIMIT), |text| {
        text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit))
    });
    let limit = limit.ok_or_else(|| {
        Problem::invalid(format!("`limit` takes a whole number from 1 to {LIMIT_MAX}"))
    })?;
    let location = ask.query("location");
    let (seq, sites) = universe.turn(|turn| (turn.seq(), turn.world().sites().to_vec()))?;
    if let Some(key) = location
        && !sites.iter().any(|site| site.location.profile.key == key)
    {
        let keys: Vec<&str> = sites.iter().map(|site| site.location.profile.key.as_str()).collect();
        let detail = format!("there is no location `{key:.80}`; there are: {}", keys.join(", "));
        return Err(Problem::not_found("location", detail));
    }
    let wanted = |site: &&Site| location.is_none_or(|key| key == site.location.profile.key);
    let mut events: Vec<EventView> = Vec::new();
    for site in sites.iter().filter(wanted) {
        let fitting = site
            .location
            .events
            .latest()
            .filter(|(_, event)| status.is_none_or(|status| status == event.status()));
        // One more than wanted tells whether there are more.
        let room = limit + 1 - events.len();
        events.extend(fitting.take(room).map(|(number, event)| EventView::of(site, number, event)));
    }
    let more = events.len() > limit;
    events.truncate(limit);
    json(StatusCode::OK, &EventList { seq, events, more })
}

/// `POST /universes/{u}/events/{id}`
pub async fn end(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let body: End = ask.body()?;
    if body.act != Ending::Fail && body.targets.is_some() {
        return Err(Problem::invalid("targets go with `fail`").at("/targets"));
    }
    if body.act != Ending::Fail && body.error.is_some() {
        return Err(Problem::invalid("an error goes with `fail`").at("/error"));
    }
    let error = body.error.unwrap_or(9603);
    if !EVENT_NUMBERS.contains(&error) {
        let detail = format!("events do not tell {error}; they tell one of {EVENT_NUMBERS:?}");
        return Err(Problem::invalid(detail).at("/error"));
    }
    let failing = Failing {
        why: Failure::Injected(error),
        chosen: body.targets.map(Chosen::read).unwrap_or_default(),
    };
    let id = ask.parameter("id");
    let ended = universe.turn(|turn| act(turn, id, body.act, &failing))?;
    json(StatusCode::OK, &ended?)
}

fn act(turn: &mut Turn<'_>, id: &str, act: Ending, failing: &Failing) -> Result<Ended, Problem> {
    let not_found = || Problem::not_found("event", format!("there is no event `{id:.80}`"));
    let (place, number) = turn.world().find_event(id).ok_or_else(not_found)?;
    let site = turn.site(place).ok_or_else(not_found)?;
    if site.location.events.unfinished(number).is_none() {
        let detail = format!("event {id} has ended already");
        return Err(Problem::conflict("event-ended", detail));
    }
    if let Some(stranger) = site.location.stranger_to(number, &failing.chosen) {
        let pointer = match stranger {
            Stranger::Asset(n) => format!("/targets/assets/{n}"),
            Stranger::ClientUserId(n) => format!("/targets/client_user_ids/{n}"),
            Stranger::SerialNumber(n) => format!("/targets/serial_numbers/{n}"),
        };
        let detail = format!("event {id} has no task left for this");
        return Err(Problem::invalid(detail).at(pointer));
    }
    drop(site);
    let what = match act {
        Ending::Complete => {
            turn.finish_event(place, number, None);
            "completed"
        }
        Ending::Fail => {
            turn.finish_event(place, number, Some(failing));
            "failed"
        }
        Ending::Stall => {
            let now = turn.now();
            turn.world_mut().hold_event(place, number, now);
            "stalled"
        }
    };
    let seq = turn.note("event", what, format!("event {id} {what} by hand"));
    let site = turn.site(place).ok_or_else(not_found)?;
    let event = site.location.events.get(number).ok_or_else(not_found)?;
    Ok(Ended { seq, event: EventView::of(&site, number, event) })
}

impl Chosen {
    fn read(self) -> Targets {
        Targets {
            assets: self.assets.iter().map(ChosenAsset::name).collect(),
            client_user_ids: self.client_user_ids.into_iter().map(Into::into).collect(),
            serial_numbers: self.serial_numbers.into_iter().map(Into::into).collect(),
        }
    }
}
