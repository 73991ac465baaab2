//! A world while its file is being read: the rows so far, and where each came from.

use std::collections::{HashMap, HashSet};

use crate::model::PricingParam;
use crate::nearest::nearest;
use crate::sim::spec::{AssignmentSpec, LocationSpec, WorldSpec};
use crate::text::fields::Fields;
use crate::text::source::{Problems, Span, quoted};

/// A world being read.
pub(super) struct Draft {
    pub(super) world: WorldSpec,
    /// One for each location.
    pub(super) desks: Vec<Desk>,
    /// Where a key was given in this file: (table, location, key).
    seen: HashMap<(&'static str, usize, String), Span>,
    /// Rows of MDM users by organization and folded address; read when the first of this file comes.
    mdm_rows: HashMap<usize, HashMap<String, usize>>,
}

/// What is known about the rows of one location.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) assets: HashMap<(String, PricingParam), u32>,
    pub(super) devices: HashMap<String, u32>,
    /// All records of a client user id, the oldest first.
    pub(super) users: HashMap<String, Vec<u32>>,
    /// Places of the rows that this file added or changed.
    pub(super) asset_spans: HashMap<u32, Span>,
    pub(super) user_spans: HashMap<u32, Span>,
    /// Assignments of this file follow those of the base, in this order.
    pub(super) assignment_spans: Vec<Span>,
    /// The base's assignments; read when the first of this file comes.
    base_pairs: Option<HashSet<AssignmentSpec>>,
    own_pairs: HashMap<AssignmentSpec, Span>,
    /// Rows of subscriptions by product, of seats and of administrators by subscription and user.
    pub(super) subscriptions: HashMap<u64, u32>,
    pub(super) seats: HashMap<(u32, u32), u32>,
    pub(super) administrators: HashSet<(u32, u32)>,
    /// Places of the rows that this file added or changed.
    pub(super) subscription_spans: HashMap<u32, Span>,
    pub(super) seat_spans: HashMap<u32, Span>,
    pub(super) administrator_spans: HashMap<u32, Span>,
    /// Seats of which the file does not say on which licence they stand, in order.
    pub(super) open_seats: Vec<u32>,
    /// Where this file says that subscriptions are not supported.
    pub(super) unsupported: Option<Span>,
}

/// What an assignment of the file is.
pub(super) enum Pair {
    /// New.
    Added,
    /// There in the base: nothing changes.
    Known,
    /// Given before, here.
    Twice(Span),
}

impl Draft {
    /// Starts from a world that may be empty.
    pub(super) fn new(world: WorldSpec) -> Self {
        let desks = world.locations.iter().map(Desk::new).collect();
        Self { world, desks, seen: HashMap::new(), mdm_rows: HashMap::new() }
    }

    /// Notes that this file gives a key; false, and a problem, if it did before.
    pub(super) fn first_mention(
        &mut self,
        table: &'static str,
        location: usize,
        key: String,
        span: &Span,
        problems: &mut Problems<'_>,
    ) -> bool {
        let entry = (table, location, key);
        if let Some(first) = self.seen.get(&entry) {
            let key = quoted(&entry.2);
            problems.add_with(span, |problems| {
                format!("duplicate {table} {key}; first given in line {}", problems.line_of(first))
            });
            return false;
        }
        self.seen.insert(entry, span.clone());
        true
    }

    /// Whether this file gave a key already.
    pub(super) fn mentioned(&self, table: &'static str, location: usize, key: &str) -> bool {
        self.seen.contains_key(&(table, location, key.to_owned()))
    }

    /// The row of the MDM user with this folded address; the next row if there is none, and then the caller adds it.
    pub(super) fn mdm_row(&mut self, organization: usize, email: String) -> usize {
        let users = self.world.mdm.get(organization).map_or(&[][..], |it| &it.users);
        let rows = self.mdm_rows.entry(organization).or_insert_with(|| {
            let rows = users.iter().enumerate();
            rows.map(|(row, user)| (user.email.to_lowercase(), row)).collect()
        });
        *rows.entry(email).or_insert(users.len())
    }

    /// The location that a row says, or the only one.
    pub(super) fn location(&self, row: &Fields<'_>, problems: &mut Problems<'_>) -> Option<usize> {
        let keys = self.world.locations.iter().map(|location| location.key.as_str());
        reference(row, "location", keys, problems)
    }

    /// The organization that a row says, or the only one.
    pub(super) fn owner(&self, row: &Fields<'_>, problems: &mut Problems<'_>) -> Option<usize> {
        let keys = self.world.organizations.iter().map(|organization| organization.key.as_str());
        reference(row, "organization", keys, problems)
    }
}

impl Desk {
    fn new(location: &LocationSpec) -> Self {
        let mut desk = Self::default();
        for (row, asset) in (0..).zip(&location.assets) {
            desk.assets.insert((asset.adam_id.clone(), asset.pricing_param), row);
        }
        for (row, device) in (0..).zip(&location.devices) {
            desk.devices.insert(device.clone(), row);
        }
        for (row, user) in (0..).zip(&location.users) {
            desk.users.entry(user.client_user_id.clone()).or_default().push(row);
        }
        for (row, subscription) in (0..).zip(&location.subscriptions) {
            desk.subscriptions.insert(subscription.adam_id, row);
        }
        for (row, seat) in (0..).zip(&location.seats) {
            desk.seats.insert((seat.subscription, seat.user), row);
        }
        let administrators = location.administrators.iter();
        desk.administrators = administrators.map(|row| (row.subscription, row.user)).collect();
        desk
    }

    /// Takes an assignment of this file.
    pub(super) fn pair(
        &mut self,
        base: &[AssignmentSpec],
        held: AssignmentSpec,
        span: &Span,
    ) -> Pair {
        let base_pairs = self.base_pairs.get_or_insert_with(|| base.iter().copied().collect());
        if let Some(first) = self.own_pairs.get(&held) {
            return Pair::Twice(first.clone());
        }
        self.own_pairs.insert(held, span.clone());
        if base_pairs.contains(&held) {
            return Pair::Known;
        }
        self.assignment_spans.push(span.clone());
        Pair::Added
    }

    /// Where an assignment was given, if in this file.
    pub(super) fn assignment_span(&self, all: &[AssignmentSpec], row: usize) -> Option<&Span> {
        self.assignment_spans.get(row.checked_sub(all.len() - self.assignment_spans.len())?)
    }
}

/// The one of `keys` that a row says, or the only one.
pub(super) fn reference<'k>(
    row: &Fields<'_>,
    member: &'static str,
    mut keys: impl Iterator<Item = &'k str> + Clone,
    problems: &mut Problems<'_>,
) -> Option<usize> {
    if row.node(member).is_some() {
        let (wanted, span) = row.text(member, problems)?;
        let found = keys.clone().position(|key| key == wanted);
        if found.is_none() {
            problems.add_with(span, |_| {
                let hint = match nearest(wanted, keys.clone()) {
                    Some(near) => format!("; did you mean `{near}`?"),
                    None => String::new(),
                };
                format!("there is no {member} {}{hint}", quoted(wanted))
            });
        }
        return found;
    }
    match (keys.next(), keys.next()) {
        (Some(_), None) => return Some(0),
        (None, _) => row.missing(&format!("a [[{member}]] to belong to"), problems),
        (Some(first), Some(second)) => {
            let rest = if keys.next().is_some() { ", ..." } else { "" };
            row.missing(
                &format!("`{member}`, as there are several: {first}, {second}{rest}"),
                problems,
            );
        }
    }
    None
}
