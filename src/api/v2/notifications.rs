//! What the service posts to subscribers (apple-v2.md §12, apple-subscriptions.md §9): bodies, made of the model's notices.
//!
//! A notice becomes as many notifications as it takes: at most [`ELEMENTS_MAX`] assignments or users in each. All have
//! one envelope; which members are in it, and which are not, is the product.
//!
//! Not here: which change is told to whom (`model::notice`), and how a body gets to its receiver.

use bytes::Bytes;
use uuid::Uuid;

use super::errors::{failure_number, notified_text_of};
use super::subscriptions::{write_product, write_seat, write_split};
use super::users::{UserRecord, write_user};
use super::wire;
use crate::api::json::Json;
use crate::model::notice::{Assigned, Counted, Managed, Person, SeatsCounted};
use crate::model::{Failure, Notice};
use crate::sim::Settings;

pub use crate::model::notice::ELEMENTS_MAX;

/// As much of a notice as one notification carries.
#[derive(Debug, Clone, Copy)]
pub struct Chunk<'a> {
    notice: &'a Notice,
    /// Where its elements begin, and how many it has.
    from: usize,
    length: usize,
}

impl<'a> Chunk<'a> {
    /// These elements of a notice.
    pub const fn new(notice: &'a Notice, elements: &std::ops::Range<usize>) -> Self {
        Self { notice, from: elements.start, length: elements.end.saturating_sub(elements.start) }
    }
}

impl Chunk<'_> {
    /// Which of the notice's elements it carries. A count is one element.
    pub const fn elements(&self) -> std::ops::Range<usize> {
        self.from..self.from + self.length
    }

    fn of<'b, T>(&self, elements: &'b [T]) -> &'b [T] {
        elements.get(self.elements()).unwrap_or_default()
    }
}

/// What each notification says of where it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// `notificationId`, by which receivers tell a repetition.
    pub id: Uuid,
    /// `uId` of the location.
    pub uid: &'a str,
    /// `eventId`; none if the change came from outside. Left out where a type knows no events.
    pub event_id: Option<&'a str>,
}

/// Cuts a notice into chunks of `at_most` elements, in order; see [`ELEMENTS_MAX`].
pub fn chunks(notice: &Notice, at_most: usize) -> impl Iterator<Item = Chunk<'_>> {
    let total = notice.elements();
    let at_most = at_most.max(1);
    let places = (0..total).step_by(at_most);
    places.map(move |from| Chunk { notice, from, length: at_most.min(total - from) })
}

/// The body of a notification.
pub fn body(chunk: &Chunk<'_>, envelope: Envelope<'_>, settings: &Settings) -> Bytes {
    body_as(wire::notification_type(chunk.notice.kind()), chunk, envelope, settings)
}

/// The body of a notification that says that it is of this type.
pub fn body_as(
    kind: &str,
    chunk: &Chunk<'_>,
    envelope: Envelope<'_>,
    settings: &Settings,
) -> Bytes {
    let mut json = Json::with_capacity(300 + chunk.length * 120);
    write_envelope(&mut json, envelope, kind, |json| match chunk.notice {
        Notice::Assets(managed) => {
            json.name("assignments").array(|json| {
                chunk.of(&managed.elements).iter().for_each(|it| write_assignment(json, it));
            });
            write_outcome(json, managed, envelope, settings);
        }
        Notice::Users(managed) => {
            write_outcome(json, managed, envelope, settings);
            write_people(json, "users", chunk.of(&managed.elements));
        }
        Notice::Seats(managed) => {
            json.name("assignments").array(|json| {
                for seat in chunk.of(&managed.elements) {
                    write_seat(json, seat.adam_id, &seat.client_user_id, seat.renewing);
                }
            });
            write_outcome(json, managed, envelope, settings);
        }
        Notice::Count(counted) => write_count(json, counted),
        Notice::SeatCount(counted) => write_seat_count(json, counted),
        Notice::Associated(people) => write_people(json, "associatedUsers", chunk.of(people)),
    });
    json.finish().into()
}

/// The body of the notification that tries out a new receiver.
pub fn test_body(id: Uuid, uid: &str) -> Bytes {
    test_body_as(wire::TEST_NOTIFICATION, id, uid)
}

/// [`test_body`], of a notification that says that it is of this type.
pub fn test_body_as(kind: &str, id: Uuid, uid: &str) -> Bytes {
    let mut json = Json::default();
    let envelope = Envelope { id, uid, event_id: None };
    write_envelope(&mut json, envelope, kind, |_| {});
    json.finish().into()
}

fn write_envelope(
    json: &mut Json,
    envelope: Envelope<'_>,
    kind: &str,
    fill: impl FnOnce(&mut Json),
) {
    json.object(|json| {
        json.name("notification").object(fill);
        json.text("notificationId", &envelope.id.to_string());
        json.text("notificationType", kind);
        json.text("uId", envelope.uid);
    });
}

/// What all tasks of a notification have in common: `error`, `eventId`, `result` and `type`.
fn write_outcome<T>(
    json: &mut Json,
    managed: &Managed<T>,
    envelope: Envelope<'_>,
    settings: &Settings,
) {
    if let Some(failure) = managed.failure {
        write_error(json, failure, settings);
    }
    json.maybe("eventId", envelope.event_id);
    json.text("result", if managed.failure.is_some() { "FAILURE" } else { "SUCCESS" });
    json.text("type", wire::event_kind(managed.kind));
}

/// Without `errorInfo`: what it is about stands beside it.
fn write_error(json: &mut Json, failure: Failure, settings: &Settings) {
    let number = failure_number(failure);
    json.name("error").object(|json| {
        json.text("errorMessage", notified_text_of(number, settings));
        json.count("errorNumber", number);
    });
}

/// Writes an `Assignment` (apple-v2.md §7), without the state of a user.
fn write_assignment(json: &mut Json, assigned: &Assigned) {
    json.object(|json| {
        json.text("adamId", &assigned.asset.adam_id);
        if !assigned.is_device {
            json.text("clientUserId", &assigned.holder);
        }
        json.text("pricingParam", wire::pricing_param(assigned.asset.pricing_param));
        if assigned.is_device {
            json.text("serialNumber", &assigned.holder);
        }
    });
}

fn write_people(json: &mut Json, name: &str, people: &[Person]) {
    json.name(name).array(|json| {
        for person in people {
            let record = UserRecord {
                client_user_id: &person.client_user_id,
                email: person.email.as_deref(),
                account_hash: person.account_hash.as_deref(),
                invite_code: person.invite_code.as_deref(),
                status: person.status,
            };
            write_user(json, &record);
        }
    });
}

/// Absolute counts, unlike those of assets, and never those of assignments (apple-subscriptions.md §9.1).
fn write_seat_count(json: &mut Json, counted: &SeatsCounted) {
    write_product(json, counted.parent_adam_id, counted.adam_id);
    json.name("counts").object(|json| {
        write_split(json, "available", counted.available);
        write_split(json, "total", counted.total);
    });
}

fn write_count(json: &mut Json, counted: &Counted) {
    json.text("adamId", &counted.asset.adam_id);
    json.count("countDelta", counted.delta);
    json.text("pricingParam", wire::pricing_param(counted.asset.pricing_param));
}
