//! `GET subscriptions`, `GET subscriptions/assignments` and `GET subscriptions/admins` (apple-subscriptions.md §5.2,
//! §5.3, §5.6). None of them has `mdmInfo`, and `adamId` is a number.

use super::pages::{Asked, Start, write};
use super::wire::numbers;
use crate::api::call::Granted;
use crate::api::call::{Call, Need};
use crate::api::json::Json;
use crate::api::v2::errors::ApiError;
use crate::api::v2::query::Query;
use crate::api::v2::wire;
use crate::engine::cursors::CursorList;
use crate::exchange::{Reply, Request};
use crate::model::Location;
use crate::model::subscription::{
    AdministratorRow, Portion, SeatCounts, SeatFilter, SeatKey, SeatRow, Split, SubscriptionFilter,
    SubscriptionRow,
};
use crate::sim::DataSet;

/// Finds a page under the lock: the records after a key, so many at most.
type Find<T> = fn(&Location, &CursorList, Option<&SeatKey>, usize) -> Portion<T>;

/// A page: what it was let in with, its list, its records, and the cursor to the next.
struct Page<T> {
    granted: Granted,
    start: Start,
    rows: Vec<T>,
    next: Option<String>,
}

/// Takes the call's turn and finds the page that is asked for.
fn page<T>(
    call: &mut Call<'_>,
    asked: Result<Asked, ApiError>,
    find: Find<T>,
    key: fn(&T) -> SeatKey,
) -> Result<Page<T>, ApiError> {
    let malformed = asked.as_ref().err().cloned();
    let (granted, (start, rows, next)) = call.turn(Need::Token, malformed, |turn, granted| {
        let start = asked?.start(turn, granted)?;
        let most = granted.settings.subscriptions_page_size as usize;
        let location = &granted.site.location;
        let Portion { rows, more } = find(location, &start.list, start.after.as_ref(), most);
        let next = start.next(turn, granted, rows.last().map(key), more);
        Ok((start, rows, next))
    })?;
    Ok(Page { granted, start, rows, next })
}

impl<T> Page<T> {
    /// The answer: the records under this name, and the members around them.
    fn reply(&self, name: &str, set: DataSet, write_row: impl Fn(&mut Json, &T)) -> Reply {
        let mut json = Json::with_capacity(512 + self.rows.len() * 96);
        json.object(|json| {
            json.name(name).array(|json| self.rows.iter().for_each(|row| write_row(json, row)));
            write(json, &self.granted, set, self.next.as_deref());
        });
        Reply::json(http::StatusCode::OK, json.finish())
    }
}

/// Answers `GET subscriptions`.
pub(super) fn subscriptions(call: &mut Call<'_>, request: &Request) -> Result<Reply, ApiError> {
    let arrays = ["parentAdamId", "adamId"];
    let mut query = Query::read_with(request.query.as_deref(), &arrays, call.lints);
    let asked = (|| {
        let parent_adam_ids = numbers(&mut query, "parentAdamId")?;
        let adam_ids = numbers(&mut query, "adamId")?;
        let list = CursorList::Subscriptions(SubscriptionFilter { parent_adam_ids, adam_ids });
        Ok(Asked { list, cursor: query.text("cursor") })
    })();
    finish(&asked, &query, call);
    let find: Find<SubscriptionRow> = |location, list, after, most| match list {
        CursorList::Subscriptions(filter) => {
            let after = after.map(|(adam_id, _)| *adam_id);
            location.subscriptions.subscriptions_page(filter, after, most)
        }
        _ => Portion { rows: Vec::new(), more: false },
    };
    let page = page(call, asked, find, |row| (row.adam_id, "".into()))?;
    Ok(page.reply("subscriptions", DataSet::Subscriptions, write_subscription))
}

/// Answers `GET subscriptions/assignments`.
pub(super) fn assignments(call: &mut Call<'_>, request: &Request) -> Result<Reply, ApiError> {
    let arrays = ["parentAdamId", "adamId", "clientUserId"];
    let mut query = Query::read_with(request.query.as_deref(), &arrays, call.lints);
    let asked = (|| {
        let parent_adam_ids = numbers(&mut query, "parentAdamId")?;
        let adam_ids = numbers(&mut query, "adamId")?;
        let users = query.texts("clientUserId").unwrap_or_default();
        let client_user_ids = users.into_iter().map(Into::into).collect();
        let filter = SeatFilter { parent_adam_ids, adam_ids, client_user_ids };
        Ok(Asked { list: CursorList::Seats(filter), cursor: query.text("cursor") })
    })();
    finish(&asked, &query, call);
    let find: Find<SeatRow> = |location, list, after, most| match list {
        CursorList::Seats(filter) => location.subscriptions.seats_page(filter, after, most),
        _ => Portion { rows: Vec::new(), more: false },
    };
    let page = page(call, asked, find, |row| (row.adam_id, row.client_user_id.clone()))?;
    let write_row = |json: &mut Json, row: &SeatRow| {
        write_seat(json, row.adam_id, &row.client_user_id, row.renewing);
    };
    Ok(page.reply("assignments", DataSet::Seats, write_row))
}

/// Answers `GET subscriptions/admins`.
pub(super) fn administrators(call: &mut Call<'_>, request: &Request) -> Result<Reply, ApiError> {
    let mut query = Query::read_with(request.query.as_deref(), &["adamId"], call.lints);
    let asked = (|| {
        let adam_ids = numbers(&mut query, "adamId")?;
        let user_state = query.boolean("includeUserState")?;
        let list = CursorList::Administrators { adam_ids, user_state };
        Ok(Asked { list, cursor: query.text("cursor") })
    })();
    finish(&asked, &query, call);
    let find: Find<AdministratorRow> = |location, list, after, most| match list {
        CursorList::Administrators { adam_ids, .. } => {
            location.subscriptions.administrators_page(adam_ids, after, most)
        }
        _ => Portion { rows: Vec::new(), more: false },
    };
    let page = page(call, asked, find, |row| (row.adam_id, row.client_user_id.clone()))?;
    let with_state =
        matches!(*page.start.list, CursorList::Administrators { user_state: Some(true), .. });
    let users = &page.granted.site.location.users;
    let write_row = |json: &mut Json, row: &AdministratorRow| {
        let user = users.active(&row.client_user_id).and_then(|id| users.get(id));
        json.object(|json| {
            json.name("adamId").unsigned(row.adam_id);
            json.text("clientUserId", &row.client_user_id);
            json.maybe("idHash", user.and_then(|user| user.account_hash.as_deref()));
            let status = user.filter(|_| with_state).map(|user| wire::user_status(user.status));
            json.maybe("userStatus", status);
        });
    };
    Ok(page.reply("admins", DataSet::Administrators, write_row))
}

/// What was not read of the query is unknown, unless reading stopped.
fn finish(asked: &Result<Asked, ApiError>, query: &Query, call: &mut Call<'_>) {
    if asked.is_ok() {
        query.finish(call.lints);
    }
}

/// Writes a `ResponseSubscription` (apple-subscriptions.md §6).
fn write_subscription(json: &mut Json, row: &SubscriptionRow) {
    json.object(|json| {
        write_product(json, row.parent_adam_id, row.adam_id);
        json.text("status", row.status.word());
        json.text("periodEndDate", &row.period_end.to_string());
        let SeatCounts { assigned, available, total } = row.counts;
        json.name("counts").object(|json| {
            write_split(json, "assigned", assigned);
            write_split(json, "available", available);
            write_split(json, "total", total);
        });
    });
}

/// Writes `parentAdamId`, which may be `null`, and `adamId`.
pub(in crate::api::v2) fn write_product(json: &mut Json, parent: Option<u64>, adam_id: u64) {
    match parent {
        Some(parent) => json.name("parentAdamId").unsigned(parent),
        None => json.null("parentAdamId"),
    }
    json.name("adamId").unsigned(adam_id);
}

/// Writes a `SubscriptionCountsBreakdown`.
pub(in crate::api::v2) fn write_split(json: &mut Json, name: &str, split: Split) {
    json.name(name).object(|json| {
        json.count("renewing", split.renewing);
        json.count("expiring", split.expiring);
    });
}

/// Writes a `ResponseSubscriptionAssignment`.
pub(in crate::api::v2) fn write_seat(json: &mut Json, adam_id: u64, user: &str, renewing: bool) {
    json.object(|json| {
        json.name("adamId").unsigned(adam_id);
        json.text("clientUserId", user);
        json.flag("renewing", renewing);
    });
}
