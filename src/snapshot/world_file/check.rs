//! What only the whole world can tell: counts, duplicates, who may hold what.

use std::collections::HashSet;

use super::draft::{Desk, Draft};
use crate::model::Supply;
use crate::sim::spec::{AssignmentSpec, HolderSpec, LocationSpec};
use crate::text::source::{Problems, Span, quoted};

/// Notes what can't be in a location. The base was sound: only what the file touched can be wrong.
pub(super) fn check(draft: &Draft, problems: &mut Problems<'_>) {
    for (location, desk) in draft.world.locations.iter().zip(&draft.desks) {
        users(location, desk, problems);
        if desk.is_touched() {
            assignments(location, desk, problems);
        }
    }
}

impl Desk {
    fn is_touched(&self) -> bool {
        !self.assignment_spans.is_empty()
            || !self.asset_spans.is_empty()
            || !self.user_spans.is_empty()
    }
}

/// One active user for an id and for an account; one user for a number.
fn users(location: &LocationSpec, desk: &Desk, problems: &mut Problems<'_>) {
    if desk.user_spans.is_empty() {
        return;
    }
    let (mut ids, mut accounts, mut numbers) = (HashSet::new(), HashSet::new(), HashSet::new());
    // Those of the file last, so that it is them who come second.
    let mut rows: Vec<u32> = (0..location.users.len() as u32).collect();
    rows.sort_by_key(|row| desk.user_spans.get(row).map_or(0, |span| span.start + 1));
    for row in rows {
        let user = &location.users[row as usize];
        let nowhere = 0..0;
        let span = desk.user_spans.get(&row).unwrap_or(&nowhere);
        let active = user.status.is_active();
        let id = &user.client_user_id;
        if active && !ids.insert(id) {
            problems.add(span, format!("user {} has another active record", quoted(id)));
        }
        if let Some(account) = user.managed_apple_id.as_ref().filter(|_| active)
            && !accounts.insert(account)
        {
            let account = quoted(account);
            problems.add(span, format!("another active user has the account {account}"));
        }
        if let Some(number) = user.user_id
            && !numbers.insert(number)
        {
            problems.add(span, format!("another user has `user_id` {number}"));
        }
    }
}

fn assignments(location: &LocationSpec, desk: &Desk, problems: &mut Problems<'_>) {
    let all = &location.assignments;
    let mut assigned = vec![0_u32; location.assets.len()];
    let nowhere: Span = 0..0;
    for (row, held) in all.iter().enumerate() {
        let own = desk.assignment_span(all, row);
        let asset = &location.assets[held.asset as usize];
        let asset_span = desk.asset_spans.get(&held.asset);
        let count = &mut assigned[held.asset as usize];
        *count += 1;
        if let Supply::Limited(total) = asset.supply
            && *count == total.saturating_add(1)
        {
            let id = &asset.adam_id;
            let span = own.or(asset_span).unwrap_or(&nowhere);
            problems
                .add(span, format!("more of asset `{id}` is assigned than its total of {total}"));
        }
        if let Some(reason) = refusal(location, *held) {
            let user = match held.holder {
                HolderSpec::User(row) => desk.user_spans.get(&row),
                HolderSpec::Device(_) => None,
            };
            problems.add(own.or(asset_span).or(user).unwrap_or(&nowhere), reason);
        }
    }
}

/// Why somebody can't hold this.
fn refusal(location: &LocationSpec, held: AssignmentSpec) -> Option<String> {
    let asset = &location.assets[held.asset as usize];
    let id = &asset.adam_id;
    match held.holder {
        HolderSpec::Device(row) if !asset.device_assignable => {
            let serial = quoted(&location.devices[row as usize]);
            Some(format!("asset `{id}` is not device assignable, but device {serial} holds it"))
        }
        HolderSpec::User(row) => {
            let user = &location.users[row as usize];
            let gone = !user.status.is_active() && asset.revocable;
            let name = quoted(&user.client_user_id);
            gone.then(|| format!("user {name} is gone and can't hold the revocable asset `{id}`"))
        }
        HolderSpec::Device(_) => None,
    }
}
