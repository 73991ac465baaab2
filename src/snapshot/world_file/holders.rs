//! Rows of devices, users, and of what they hold.

use super::assets::QUALITIES;
use super::draft::{Desk, Draft, Pair};
use crate::model::{PricingParam, UserStatus};
use crate::nearest::nearest;
use crate::sim::spec::{AssignmentSpec, HolderSpec, LocationSpec, UserSpec};
use crate::text::fields::Fields;
use crate::text::source::{Problems, Span, quoted};
use crate::text::tree::Node;

/// Ids of users and devices are at most so long.
pub(super) const ID_BYTES_MAX: usize = 4096;

const STATUSES: [(&str, UserStatus); 4] = [
    ("Registered", UserStatus::Registered),
    ("Associated", UserStatus::Associated),
    ("Retired", UserStatus::Retired),
    ("Deleted", UserStatus::Deleted),
];

/// One `[[device]]`.
pub(super) fn device(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let known = ["location", "serial_number"];
    let Some(row) = Fields::open(node, "[[device]]", &known, problems) else { return };
    let location = draft.location(&row, problems);
    if row.node("serial_number").is_none() {
        row.missing("`serial_number`", problems);
    }
    let serial = row.id("serial_number", ID_BYTES_MAX, problems);
    let (Some(location), Some((serial, span))) = (location, serial) else { return };
    if draft.first_mention("device", location, serial.to_owned(), span, problems) {
        device_row(&mut draft.world.locations[location], &mut draft.desks[location], serial);
    }
}

/// The device's row; it is added if it isn't there.
fn device_row(location: &mut LocationSpec, desk: &mut Desk, serial: &str) -> u32 {
    if let Some(row) = desk.devices.get(serial) {
        return *row;
    }
    let row = location.devices.len() as u32;
    location.devices.push(serial.to_owned());
    desk.devices.insert(serial.to_owned(), row);
    row
}

/// One `[[user]]`.
pub(super) fn user(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let known = [
        "location",
        "client_user_id",
        "email",
        "status",
        "managed_apple_id",
        "user_id",
        "invite_code",
        "id_hash",
    ];
    let Some(row) = Fields::open(node, "[[user]]", &known, problems) else { return };
    let location = draft.location(&row, problems);
    if row.node("client_user_id").is_none() {
        row.missing("`client_user_id`", problems);
    }
    let id = row.id("client_user_id", ID_BYTES_MAX, problems);
    let (Some(location), Some((id, span))) = (location, id) else {
        return change(&mut plain(""), &row, problems);
    };
    let again = draft.mentioned("user", location, id);
    if !again {
        draft.first_mention("user", location, id.to_owned(), span, problems);
    }
    let users = &mut draft.world.locations[location].users;
    let desk = &mut draft.desks[location];
    let records = desk.users.entry(id.to_owned()).or_default();
    let at = match current(records, users) {
        Some(at) if !again => at,
        _ => {
            let added = users.len() as u32;
            users.push(plain(id));
            records.push(added);
            added
        }
    };
    desk.user_spans.insert(at, span.clone());
    change(&mut users[at as usize], &row, problems);
}

/// The record that a client user id means: the active one, else the newest.
fn current(records: &[u32], users: &[UserSpec]) -> Option<u32> {
    let active = |row: &&u32| users[**row as usize].status.is_active();
    records.iter().rev().find(active).or(records.last()).copied()
}

fn plain(client_user_id: &str) -> UserSpec {
    UserSpec {
        client_user_id: client_user_id.to_owned(),
        email: None,
        status: UserStatus::Registered,
        managed_apple_id: None,
        user_id: None,
        invite_code: None,
        id_hash: None,
    }
}

/// Sets the members that are given.
fn change(user: &mut UserSpec, row: &Fields<'_>, problems: &mut Problems<'_>) {
    if let Some((status, _)) = row.word("status", &STATUSES, problems) {
        user.status = status;
    }
    for (key, member) in
        [("email", &mut user.email), ("managed_apple_id", &mut user.managed_apple_id)]
    {
        if let Some((address, span)) = row.text(key, problems) {
            if !is_address(address) {
                let value = quoted(address);
                problems.add(span, format!("`{key}` must be an e-mail address, not {value}"));
            }
            *member = Some(address.to_owned());
        }
    }
    for (key, member) in [("invite_code", &mut user.invite_code), ("id_hash", &mut user.id_hash)] {
        if let Some((text, _)) = row.id(key, 256, problems) {
            *member = Some(text.to_owned());
        }
    }
    if let Some((user_id, _)) = row.number("user_id", i64::MAX as u64, problems) {
        user.user_id = Some(user_id);
    }
}

/// The rule of the service: one `@`, a dotted domain, no blanks, at most 254 bytes.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    text.len() <= 254
        && !local.is_empty()
        && dotted
        && !domain.contains('@')
        && !text.contains(char::is_whitespace)
}

/// One `[[assignment]]`.
pub(super) fn assignment(draft: &mut Draft, node: &Node, problems: &mut Problems<'_>) {
    let known = ["location", "adam_id", "pricing_param", "client_user_id", "serial_number"];
    let Some(row) = Fields::open(node, "[[assignment]]", &known, problems) else { return };
    let location = draft.location(&row, problems);
    if row.node("adam_id").is_none() {
        row.missing("`adam_id`", problems);
    }
    let adam_id = row.digits("adam_id", problems);
    let quality = row.word("pricing_param", &QUALITIES, problems);
    let user = row.id("client_user_id", ID_BYTES_MAX, problems);
    let device = row.id("serial_number", ID_BYTES_MAX, problems);
    let (Some(location), Some((adam_id, span))) = (location, adam_id) else { return };

    let quality = quality.map_or(PricingParam::Standard, |(quality, _)| quality);
    let (location, desk) = (&mut draft.world.locations[location], &mut draft.desks[location]);
    let asset = asset_row(desk, &adam_id, quality, span, problems);
    let holder = match (user, device) {
        (Some((id, span)), None) => {
            user_row(location, desk, id, span, problems).map(HolderSpec::User)
        }
        (None, Some((serial, _))) => Some(HolderSpec::Device(device_row(location, desk, serial))),
        (Some(_), Some(_)) => {
            problems.add(
                row.span,
                "an assignment has a `client_user_id` or a `serial_number`, not both",
            );
            None
        }
        (None, None) => {
            if row.node("client_user_id").is_none() && row.node("serial_number").is_none() {
                row.missing("`client_user_id` or `serial_number`", problems);
            }
            None
        }
    };
    if let (Some(asset), Some(holder)) = (asset, holder) {
        let held = AssignmentSpec { asset, holder };
        match desk.pair(&location.assignments, held, span) {
            Pair::Added => location.assignments.push(held),
            Pair::Known => {}
            Pair::Twice(first) => problems.add_with(span, |problems| {
                let line = problems.line_of(&first);
                format!("duplicate assignment of `{adam_id}`; first given in line {line}")
            }),
        }
    }
}

fn asset_row(
    desk: &Desk,
    adam_id: &str,
    quality: PricingParam,
    span: &Span,
    problems: &mut Problems<'_>,
) -> Option<u32> {
    let key = (adam_id.to_owned(), quality);
    let row = desk.assets.get(&key).copied();
    if row.is_none() {
        let other = QUALITIES.iter().find(|(_, other)| {
            *other != quality && desk.assets.contains_key(&(adam_id.to_owned(), *other))
        });
        let hint = match other {
            Some((word, _)) => format!("it is there with `pricing_param = \"{word}\"`"),
            None => "declare it as an [[asset]] of the same location".to_owned(),
        };
        problems.add(span, format!("there is no such asset: `{adam_id}`; {hint}"));
    }
    row
}

/// The row of the user whom a client user id means; a problem with a hint if there is none.
pub(super) fn user_row(
    location: &LocationSpec,
    desk: &Desk,
    id: &str,
    span: &Span,
    problems: &mut Problems<'_>,
) -> Option<u32> {
    let row = desk.users.get(id).and_then(|records| current(records, &location.users));
    if row.is_none() {
        problems.add_with(span, |_| {
            let all = location.users.iter().take(5000).map(|user| user.client_user_id.as_str());
            let hint = match nearest(id, all) {
                Some(near) => format!("; did you mean {}?", quoted(near)),
                None => String::new(),
            };
            format!("there is no user {}{hint}", quoted(id))
        });
    }
    row
}
