//! A location as plain lists, and the way back from there: a location that goes on exactly where another one
//! stood. Rows of assignments are numbered anew, without gaps; nothing that shows depends on their numbers.
//!
//! The lists may come from anywhere: everything is checked, and a [`Flaw`] says where. Its place follows the
//! members of the state file (`snapshot::state`), whose shape this is.

mod events;

use std::sync::Arc;

use self::events::check_events;
use super::asset::{Asset, Assets, UNLIMITED_TOTAL};
use super::assignment::{Assignment, Assignments, Change};
use super::config::ClientConfig;
use super::event::{Event, Events};
use super::ids::{AssetId, Holder, HolderKind, Seq, UserId};
use super::kinds::{PricingParam, UserStatus};
use super::location::{Location, LocationProfile};
use super::subscription::Subscriptions;
use super::subscription::parts::SubscriptionsParts;
use super::time::At;
use super::user::{User, Users};
use crate::store::Names;

/// Plain counters beyond this are refused: there is room above.
pub const COUNTER_MAX: u64 = u64::MAX / 2;

/// More writes to one list are refused. A location refuses assignments after half as many rows.
const WRITES_MAX: u64 = 1 << 32;

/// Something that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Where, as a JSON pointer.
    pub place: String,
    /// What.
    pub what: String,
}

impl Flaw {
    /// Something that cannot be at this place.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }

    /// The same, seen from further outside.
    #[must_use]
    pub fn below(mut self, outer: &str) -> Self {
        self.place.insert_str(0, outer);
        self
    }
}

/// Everything of a location.
#[derive(Debug, Clone)]
pub struct LocationParts {
    /// What does not change.
    pub profile: LocationProfile,
    /// Who claims it, who is notified.
    pub config: ClientConfig,
    /// What it owns, in order.
    pub assets: Vec<AssetParts>,
    /// Writes to the asset list so far.
    pub assets_seq: Seq,
    /// Serial numbers of devices, in order.
    pub devices: Vec<String>,
    /// Its people, in order of creation.
    pub users: Vec<UserParts>,
    /// Writes to the user list so far.
    pub users_seq: Seq,
    /// Who holds what, in order of creation.
    pub assignments: Vec<Assignment>,
    /// The latest changes of that.
    pub changes: Vec<Change>,
    /// Writes to the assignment list so far.
    pub assignments_seq: Seq,
    /// What was asked for, with its number, and whether it left the queue without end.
    pub events: Vec<(u64, Event, bool)>,
    /// The number of the next event.
    pub next_event: u64,
    /// When the last event left the queue.
    pub free_since: At,
    /// What it has of subscriptions.
    pub subscriptions: SubscriptionsParts,
    /// Invitations so far.
    pub invitations: u64,
    /// The legacy number of the next user.
    pub next_user_number: u64,
}

/// An asset.
#[derive(Debug, Clone)]
pub struct AssetParts {
    /// Product id.
    pub adam_id: String,
    /// Its own members; its product is the one of `adam_id`.
    pub asset: Asset,
    /// Licences that somebody holds.
    pub assigned: u32,
    /// First id and length of each range of licences.
    pub ranges: Vec<(u64, u32)>,
    /// Free licences that somebody held before, in the order in which they are given again.
    pub free: Vec<u32>,
    /// Licences that somebody held before and that were refunded or transferred since.
    pub given_up: Vec<u32>,
}

/// A user.
#[derive(Debug, Clone)]
pub struct UserParts {
    /// Chosen by the MDM.
    pub client_user_id: String,
    /// E-mail address.
    pub email: Option<Arc<str>>,
    /// Where the user stands.
    pub status: UserStatus,
    /// The code of the latest invitation.
    pub invite_code: Option<Arc<str>>,
    /// The account that the user is or was linked to, and its hash.
    pub account: Option<(String, Arc<str>)>,
    /// Whether the account is linked to this user.
    pub linked: bool,
    /// Legacy id.
    pub number: u64,
    /// The latest write.
    pub changed: Seq,
}

impl Location {
    /// A location that goes on where another one stood.
    pub fn restore(parts: LocationParts) -> Result<Self, Flaw> {
        let mut location = Self::new(parts.profile, parts.next_user_number);
        counter("/invitations", parts.invitations, COUNTER_MAX)?;
        counter("/next_user_number", parts.next_user_number, COUNTER_MAX)?;
        location.config = Arc::new(parts.config);
        location.invitations = parts.invitations;
        location.serial_numbers = devices(&parts.devices)?;
        location.users = users(&parts.users, parts.users_seq)?;
        let known = (parts.assets.len(), location.users.records().len(), location.devices());
        pairs_exist(&parts.assignments, &parts.changes, known)?;
        location.assets = assets(parts.assets, parts.assets_seq, &parts.assignments)?;
        location.assignments =
            assignments(&location, parts.assignments, &parts.changes, parts.assignments_seq)?;
        check_events(&parts.events, parts.next_event, known)?;
        location.subscriptions =
            Subscriptions::restore(parts.subscriptions, parts.next_event, |client_user_id| {
                location.users.active(client_user_id).is_some()
            })
            .map_err(|flaw| flaw.below("/subscriptions"))?;
        location.events = Events::restore(parts.events, parts.next_event, parts.free_since);
        Ok(location)
    }
}

fn counter(place: &str, value: u64, most: u64) -> Result<(), Flaw> {
    if value > most {
        return Err(Flaw::new(place, format!("{value} is too large; {most} is the most")));
    }
    Ok(())
}

fn devices(serial_numbers: &[String]) -> Result<Names, Flaw> {
    let mut names = Names::default();
    for (place, serial) in serial_numbers.iter().enumerate() {
        if names.intern(serial) as usize != place {
            return Err(Flaw::new(format!("/devices/{place}"), "is there twice"));
        }
    }
    Ok(names)
}

fn users(list: &[UserParts], seq: Seq) -> Result<Users, Flaw> {
    counter("/users/seq", seq, WRITES_MAX)?;
    let mut users = Users::default();
    let mut writes = Vec::new();
    for (place, parts) in list.iter().enumerate() {
        let wrong =
            |member: &str, what: &str| Err(Flaw::new(format!("/users/list/{place}{member}"), what));
        if parts.changed > seq {
            return wrong("/changed", "is later than the latest write to the list");
        }
        if parts.number > COUNTER_MAX {
            return wrong("/number", "is too large");
        }
        let associated = parts.status == UserStatus::Associated;
        if associated && parts.account.is_none() {
            return wrong("/account", "is missing, though the user is associated");
        }
        if parts.linked && !associated {
            return wrong("/linked", "cannot be, because the user is not associated");
        }
        let (email, invite_code) = (parts.email.clone(), parts.invite_code.clone());
        let hash = parts.account.as_ref().map(|(_, hash)| Arc::clone(hash));
        let user = User::new(email, parts.status, invite_code, hash, parts.number, parts.changed);
        let account = parts.account.as_ref().map(|(account, _)| (account.as_str(), parts.linked));
        if let Err(what) = users.restore(&parts.client_user_id, user, account) {
            return wrong("", what);
        }
        if parts.changed > 0 {
            writes.push((parts.changed, UserId(place as u32)));
        }
    }
    writes.sort_unstable();
    for (one, other) in writes.iter().zip(writes.iter().skip(1)) {
        if one.0 == other.0 {
            let place = format!("/users/list/{}/changed", other.1.0);
            return Err(Flaw::new(place, "is the write of another user"));
        }
    }
    users.restore_log(seq, &writes);
    Ok(users)
}

/// Says what is wrong with a reference to so many (assets, users, devices).
fn pair_flaw(asset: AssetId, holder: Holder, known: (usize, usize, usize)) -> Option<String> {
    let (assets, users, devices) = known;
    if asset.0 as usize >= assets {
        return Some(format!("there is no asset {}; there are {assets}", asset.0));
    }
    match holder.kind() {
        HolderKind::User(user) if user.0 as usize >= users => {
            Some(format!("there is no user {}; there are {users}", user.0))
        }
        HolderKind::Device(device) if device.0 as usize >= devices => {
            Some(format!("there is no device {}; there are {devices}", device.0))
        }
        _ => None,
    }
}

/// Every index leads somewhere, and no pair stands twice.
fn pairs_exist(
    rows: &[Assignment],
    changes: &[Change],
    known: (usize, usize, usize),
) -> Result<(), Flaw> {
    let mut pairs = Vec::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        if let Some(what) = pair_flaw(row.asset, row.holder, known) {
            return Err(Flaw::new(format!("/assignments/rows/{place}"), what));
        }
        pairs.push((row.asset, row.holder, place));
    }
    for (place, change) in changes.iter().enumerate() {
        if let Some(what) = pair_flaw(change.asset, change.holder, known) {
            return Err(Flaw::new(format!("/assignments/changes/{place}"), what));
        }
    }
    pairs.sort_unstable();
    let again = pairs.iter().zip(pairs.iter().skip(1)).find(|(a, b)| (a.0, a.1) == (b.0, b.1));
    again.map_or(Ok(()), |(first, again)| {
        let what = format!("is the pair of row {} once more", first.2);
        Err(Flaw::new(format!("/assignments/rows/{}", again.2), what))
    })
}

fn assets(list: Vec<AssetParts>, seq: Seq, rows: &[Assignment]) -> Result<Assets, Flaw> {
    counter("/assets/seq", seq, COUNTER_MAX)?;
    let mut held = vec![0_u32; list.len()];
    for row in rows {
        held[row.asset.0 as usize] += 1;
    }
    // Of each licence that somebody ever held: who holds it now.
    let mut holders: Vec<Vec<Option<u32>>> = (list.iter().zip(&held))
        .map(|(parts, held)| vec![None; *held as usize + parts.free.len() + parts.given_up.len()])
        .collect();
    for (place, row) in rows.iter().enumerate() {
        let licences = &mut holders[row.asset.0 as usize];
        let what = match licences.get_mut(row.licence as usize) {
            Some(licence) if licence.is_none() => {
                *licence = Some(place as u32);
                continue;
            }
            Some(_) => "is held by another row",
            None => "is neither held nor free by the counts of its asset",
        };
        let place = format!("/assignments/rows/{place}/2");
        return Err(Flaw::new(place, format!("licence {} {what}", row.licence)));
    }
    let mut assets = Assets::default();
    for (place, parts) in list.into_iter().enumerate() {
        let wrong =
            |member: &str, what: String| Flaw::new(format!("/assets/list/{place}{member}"), what);
        check_licences(&parts, held[place], &holders[place])
            .map_err(|(at, what)| wrong(&at, what))?;
        let AssetParts { adam_id, mut asset, ranges, free, .. } = parts;
        if !asset.removed && assets.find(&adam_id, asset.pricing_param).is_some() {
            return Err(wrong("", "is there twice: product and quality name an asset".to_owned()));
        }
        asset.product = assets.intern_product(&adam_id);
        assets.add(asset.with_licences(ranges, &holders[place], &free));
    }
    assets.set_seq(seq);
    Ok(assets)
}

fn check_licences(
    parts: &AssetParts,
    held: u32,
    holders: &[Option<u32>],
) -> Result<(), (String, String)> {
    let AssetParts { asset, assigned, ranges, free, given_up, .. } = parts;
    let no = |member: &str, what: String| Err((member.to_owned(), what));
    if *assigned != held {
        return no("/assigned", format!("is {assigned}, but {held} assignments stand"));
    }
    if asset.removed && held > 0 {
        return no("/removed", format!("is true, but {held} assignments stand"));
    }
    if held > asset.total() {
        return no("/total", format!("is {}, but {held} licences are assigned", asset.total()));
    }
    if asset.total() > UNLIMITED_TOTAL {
        return no("/total", format!("is above {UNLIMITED_TOTAL}"));
    }
    if asset.held_by_retired > held {
        return no("/held_by_retired", format!("is more than the {held} that are assigned"));
    }
    if asset.retired > UNLIMITED_TOTAL {
        return no("/retired", "is too large".to_owned());
    }
    let mut length = 0_u64;
    for (place, (base, count)) in ranges.iter().enumerate() {
        if base.checked_add(u64::from(*count)).is_none_or(|end| end > COUNTER_MAX) {
            return no(&format!("/licences/{place}"), "goes beyond the largest id".to_owned());
        }
        length += u64::from(*count);
    }
    if length < holders.len() as u64 {
        let what = format!("are {length} ids, but {} licences were assigned", holders.len());
        return no("/licences", what);
    }
    let mut seen = vec![false; holders.len()];
    let free = free.iter().enumerate().map(|(place, k)| (format!("/free/{place}"), k));
    let given_up = given_up.iter().enumerate().map(|(place, k)| (format!("/given_up/{place}"), k));
    for (at, k) in free.chain(given_up) {
        let again = seen.get_mut(*k as usize).is_some_and(|seen| std::mem::replace(seen, true));
        match holders.get(*k as usize) {
            Some(None) if again => return no(&at, format!("licence {k} is there twice")),
            Some(None) => {}
            Some(Some(row)) => return no(&at, format!("licence {k} is held by row {row}")),
            None => return no(&at, format!("licence {k} was never assigned by the counts")),
        }
    }
    Ok(())
}

fn assignments(
    location: &Location,
    rows: Vec<Assignment>,
    changes: &[Change],
    seq: Seq,
) -> Result<Assignments, Flaw> {
    counter("/assignments/seq", seq, WRITES_MAX)?;
    let Some(base) = seq.checked_sub(changes.len() as u64) else {
        let what = format!("is {seq}, but {} changes are listed", changes.len());
        return Err(Flaw::new("/assignments/seq", what));
    };
    let keys: Vec<_> =
        location.assets.rows().iter().map(|it| (it.product, it.pricing_param)).collect();
    let used = |asset| location.assets.get(asset).map_or(0, Asset::licences_used);
    if let Some(place) = changes.iter().position(|it| it.licence as usize >= used(it.asset)) {
        let place = format!("/assignments/changes/{place}/2");
        return Err(Flaw::new(place, "is a licence that nobody ever held"));
    }
    let mut assignments = Assignments::default();
    let mut before = 0;
    for (place, row) in rows.into_iter().enumerate() {
        let wrong = |what: String| Flaw::new(format!("/assignments/rows/{place}/3"), what);
        if row.created < before || row.created > seq {
            let what = format!("{} is not between {before} and {seq}", row.created);
            return Err(wrong(what));
        }
        before = row.created;
        if row.created > base {
            let change = changes.get((row.created - base - 1) as usize);
            let pair = (row.asset, row.holder, row.licence);
            if change.is_none_or(|it| (it.asset, it.holder, it.licence) != pair) {
                return Err(wrong(format!("change {} is of another pair", row.created)));
            }
        }
        let key: (_, PricingParam) = keys[row.asset.0 as usize];
        assignments.restore(key, row, location.is_active(row.holder));
    }
    assignments.restore_log(seq, changes);
    Ok(assignments)
}
