//! Notifications: what was attempted, what came of it, and what still waits.

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::ask::json;
use super::routes::{Parameter, Takes};
use super::{Ask, Outcome, Problem};
use crate::engine::deliver::Waiting;
use crate::journal::{self, Attempt};
use crate::model::At;
use crate::sim::date;

/// Attempts and waiting notifications that one answer lists if nothing is said.
const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1_000;

/// The query parameters of the list.
pub const QUERY: &[Parameter] = &[
    Parameter {
        name: "location",
        takes: Takes::Text,
        says: "Only notifications of this location, by key.",
    },
    Parameter {
        name: "limit",
        takes: Takes::Integer(1, LIMIT_MAX as u64),
        says: "At most so many of each list; 100 if nothing is said.",
    },
];

/// What was attempted and what waits.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Notifications {
    /// Number of the latest journal entry.
    pub seq: u64,
    /// How many wait or are under way, in all locations.
    pub waiting: usize,
    /// How many were dropped because too many waited.
    pub overflown: u64,
    /// What waits or is under way, the oldest first.
    pub queued: Vec<QueuedView>,
    /// Attempts, the latest first; the oldest are forgotten.
    pub attempts: Vec<AttemptView>,
}

/// A notification that is not delivered yet.
#[derive(Debug, Serialize, JsonSchema)]
pub struct QueuedView {
    /// `notificationId`.
    pub id: String,
    /// `notificationType`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Key of the location.
    pub location: String,
    /// Which of the location's notifications, from 1.
    pub number: u64,
    /// Where it goes.
    pub url: String,
    /// Attempts so far.
    pub attempts: u32,
    /// When the next attempt is due.
    pub due: String,
    /// Whether an attempt is under way.
    pub under_way: bool,
}

/// An attempt.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AttemptView {
    /// When it had ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// `notificationId`.
    pub id: String,
    /// `notificationType`, as it was sent.
    #[serde(rename = "type")]
    pub kind: String,
    /// Key of the location.
    pub location: String,
    /// Which of the location's notifications, from 1.
    pub number: u64,
    /// Where it went.
    pub url: String,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// The status that was answered; null if nothing was.
    pub status: Option<u16>,
    /// Why nothing was answered.
    pub error: Option<String>,
    /// `delivered`, `again` or `dropped`.
    pub outcome: &'static str,
    /// When it is tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The body as it was sent.
    #[schemars(with = "Option<Value>")]
    pub body: Option<Box<RawValue>>,
}

impl AttemptView {
    /// An attempt as it is told.
    pub fn of(attempt: &Attempt, at: Option<At>) -> Self {
        let next = match attempt.outcome {
            journal::Outcome::Again(at) => Some(date::precise(at)),
            journal::Outcome::Delivered | journal::Outcome::Dropped => None,
        };
        let body = String::from_utf8_lossy(&attempt.body).into_owned();
        Self {
            at: at.map(date::precise),
            id: attempt.id.to_string(),
            kind: attempt.kind.clone(),
            location: attempt.location.clone(),
            number: attempt.number,
            url: attempt.url.to_string(),
            attempt: attempt.attempt,
            status: attempt.answered.as_ref().ok().copied(),
            error: attempt.answered.as_ref().err().cloned(),
            outcome: attempt.outcome.as_str(),
            next,
            body: RawValue::from_string(body).ok(),
        }
    }
}

impl QueuedView {
    fn of(waiting: Waiting) -> Self {
        Self {
            id: waiting.id.to_string(),
            kind: waiting.kind,
            location: waiting.location,
            number: waiting.number,
            url: waiting.url.to_string(),
            attempts: waiting.attempts,
            due: date::precise(waiting.due),
            under_way: waiting.under_way,
        }
    }
}

/// `GET /universes/{u}/notifications`
pub async fn list(ask: Ask<'_>) -> Outcome {
    ask.only(&["location", "limit"])?;
    let universe = ask.universe()?;
    let limit = ask.query("limit").map_or(Some(LIMIT), |text| {
        text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit))
    });
    let limit = limit.ok_or_else(|| {
        Problem::invalid(format!("`limit` takes a whole number from 1 to {LIMIT_MAX}"))
    })?;
    let told = universe.notifications(ask.query("location"), limit);
    let attempts = told.attempts.iter();
    let list = Notifications {
        seq: told.seq,
        waiting: told.waiting,
        overflown: told.overflown,
        attempts: attempts.map(|(at, it)| AttemptView::of(it, Some(*at))).collect(),
        queued: told.queued.into_iter().map(QueuedView::of).collect(),
    };
    json(StatusCode::OK, &list)
}
