//! Rows of subscriptions, of who has them, and of who administers them.

use super::draft::{Desk, Draft};
use super::holders::{ID_BYTES_MAX, user_row};
use crate::model::{Date, LicenceKind, Period, SubscriptionStatus};
use crate::nearest::nearest;
use crate::sim::spec::{AdministratorSpec, SeatSpec, SubscriptionSpec};
use crate::text::fields::Fields;
use crate::text::source::{Problems, Span, quoted};
use crate::text::tree::Node;

const STATUSES: [(&str, SubscriptionStatus); 3] = [
    ("ACTIVE", SubscriptionStatus::Active),
    ("INACTIVE", SubscriptionStatus::Inactive),
    ("PAUSED", SubscriptionStatus::Paused),
];

const LICENCES: [(&str, LicenceKind); 2] =
    [("renewing", LicenceKind::Renewing), ("expiring", LicenceKind::Expiring)];

const SUBSCRIPTION_KEYS: [&str; 8] = [
    "location",
    "adam_id",
    "parent_adam_id",
    "status",
    "period",
    "period_end",
    "renewing",
    "expiring",
];

/// One `[[subscription]]`.
pub(super) fn subscription(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let Some(row) = Fields::open(node, "[[subscription]]", &SUBSCRIPTION_KEYS, problems) else {
        return;
    };
    let location = draft.location(&row, problems);
    let adam_id = product(&row, "adam_id", problems);
    if row.node("adam_id").is_none() {
        row.missing("`adam_id`", problems);
    }
    let parent = product(&row, "parent_adam_id", problems);
    let status = row.word("status", &STATUSES, problems);
    let period = said(&row, "period", Period::parse, "week, month, year, or 3 months", problems);
    let wanted = "a day such as 2027-02-28, up to 2999";
    let period_end = said(&row, "period_end", Date::parse, wanted, problems);
    let counts = ["renewing", "expiring"].map(|key| row.count(key, problems));
    let (Some(location), Some((adam_id, span))) = (location, adam_id) else { return };
    if !draft.first_mention("subscription", location, adam_id.to_string(), span, problems) {
        return;
    }

    let all = &mut draft.world.locations[location].subscriptions;
    let desk = &mut draft.desks[location];
    let added = all.len() as u32;
    let at = *desk.subscriptions.entry(adam_id).or_insert(added);
    desk.subscription_spans.insert(at, span.clone());
    if at == added {
        all.push(plain(adam_id));
    }
    let it = &mut all[at as usize];
    let was_empty = it.renewing == 0 && it.expiring == 0;
    it.parent_adam_id = parent.map(|(parent, _)| parent).or(it.parent_adam_id);
    it.period = period.unwrap_or(it.period);
    it.period_end = period_end.or(it.period_end);
    let [renewing, expiring] = counts.map(|count| count.map(|(count, _)| count));
    it.renewing = renewing.unwrap_or(it.renewing);
    it.expiring = expiring.unwrap_or(it.expiring);
    let is_empty = it.renewing == 0 && it.expiring == 0;
    match status {
        Some((status, span)) => {
            it.status = status;
            if is_empty && status != SubscriptionStatus::Inactive {
                let text = "a subscription without licences is INACTIVE: leave `status` out, or say \
                            how many are `renewing` or `expiring`";
                problems.add(span, text);
            }
        }
        None if is_empty => it.status = SubscriptionStatus::Inactive,
        None if was_empty => it.status = SubscriptionStatus::Active,
        None => {}
    }
    let declared = &mut draft.world.locations[location].subscriptions_declared;
    match &draft.desks[location].unsupported {
        Some(said) => problems.add_with(span, |problems| {
            let line = problems.line_of(said);
            format!(
                "line {line} says that the location does not support subscriptions; say \
                 `subscriptions = true` there, or leave it out"
            )
        }),
        None => *declared = Some(true),
    }
}

/// One `[[seat]]`.
pub(super) fn seat(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let known = ["location", "adam_id", "client_user_id", "renewing", "licence", "by_group"];
    let Some(row) = Fields::open(node, "[[seat]]", &known, problems) else { return };
    let renewing = row.flag("renewing", problems);
    let licence = row.word("licence", &LICENCES, problems);
    let by_group = row.flag("by_group", problems);
    let Some((location, pair, span)) = pair(draft, &row, "seat", problems) else { return };

    let (location, desk) = (&mut draft.world.locations[location], &mut draft.desks[location]);
    let added = location.seats.len() as u32;
    let at = *desk.seats.entry(pair).or_insert(added);
    desk.seat_spans.insert(at, span.clone());
    if at == added {
        location.seats.push(SeatSpec {
            subscription: pair.0,
            user: pair.1,
            renewing: true,
            licence: LicenceKind::Renewing,
            by_group: false,
        });
        if licence.is_none() {
            desk.open_seats.push(at);
        }
    }
    let seat = &mut location.seats[at as usize];
    seat.renewing = renewing.map_or(seat.renewing, |(renewing, _)| renewing);
    seat.licence = licence.map_or(seat.licence, |(licence, _)| licence);
    seat.by_group = by_group.map_or(seat.by_group, |(by_group, _)| by_group);
}

/// One `[[administrator]]`.
pub(super) fn administrator(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let known = ["location", "adam_id", "client_user_id"];
    let Some(row) = Fields::open(node, "[[administrator]]", &known, problems) else { return };
    let Some((location, pair, span)) = pair(draft, &row, "administrator", problems) else { return };
    let all = &mut draft.world.locations[location].administrators;
    let desk = &mut draft.desks[location];
    if desk.administrators.insert(pair) {
        desk.administrator_spans.insert(all.len() as u32, span.clone());
        all.push(AdministratorSpec { subscription: pair.0, user: pair.1 });
    }
}

/// Location, subscription and user that a row names, and where the user stands.
fn pair<'n>(
    draft: &mut Draft,
    row: &Fields<'n>,
    table: &'static str,
    problems: &mut Problems<'_>,
) -> Option<(usize, (u32, u32), &'n Span)> {
    let location = draft.location(row, problems);
    for key in ["adam_id", "client_user_id"] {
        if row.node(key).is_none() {
            row.missing(&format!("`{key}`"), problems);
        }
    }
    let adam_id = product(row, "adam_id", problems);
    let user = row.id("client_user_id", ID_BYTES_MAX, problems);
    let (location, (adam_id, place), (user, span)) = (location?, adam_id?, user?);
    let (spec, desk) = (&draft.world.locations[location], &draft.desks[location]);
    let subscription = subscription_row(desk, adam_id, place, problems);
    let user_row = user_row(spec, desk, user, span, problems);
    let key = format!("{adam_id} {user}");
    let is_first = draft.first_mention(table, location, key, span, problems);
    Some((location, (subscription?, user_row?), span)).filter(|_| is_first)
}

fn subscription_row(
    desk: &Desk,
    adam_id: u64,
    span: &Span,
    problems: &mut Problems<'_>,
) -> Option<u32> {
    let row = desk.subscriptions.get(&adam_id).copied();
    if row.is_none() {
        problems.add_with(span, |_| {
            let mut all: Vec<String> = desk.subscriptions.keys().map(u64::to_string).collect();
            all.sort_unstable();
            let hint = match nearest(&adam_id.to_string(), all.iter().map(String::as_str)) {
                Some(near) => format!("did you mean {near}?"),
                None => "declare it as a [[subscription]] of the same location".to_owned(),
            };
            format!("there is no subscription {adam_id}; {hint}")
        });
    }
    row
}

/// A product: a number above 0, or its digits.
fn product<'n>(
    row: &Fields<'n>,
    key: &'static str,
    problems: &mut Problems<'_>,
) -> Option<(u64, &'n Span)> {
    let (digits, span) = row.digits(key, problems)?;
    let id = digits.parse().ok().filter(|id| *id > 0);
    if id.is_none() {
        problems.add(span, format!("`{key}` is no product: {digits}"));
    }
    Some((id?, span))
}

/// What a text says.
fn said<T>(
    row: &Fields<'_>,
    key: &'static str,
    read: impl Fn(&str) -> Option<T>,
    wanted: &str,
    problems: &mut Problems<'_>,
) -> Option<T> {
    let (text, span) = row.text(key, problems)?;
    let value = read(text);
    if value.is_none() {
        problems.add(span, format!("`{key}` must be {wanted}, not {}", quoted(text)));
    }
    value
}

/// A subscription that nobody has bought anything of.
const fn plain(adam_id: u64) -> SubscriptionSpec {
    SubscriptionSpec {
        adam_id,
        parent_adam_id: None,
        status: SubscriptionStatus::Active,
        period: Period::MONTH,
        period_end: None,
        renewing: 0,
        expiring: 0,
    }
}
