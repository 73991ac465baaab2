//! Users, devices, and what other administrators do to them.

use std::collections::BTreeSet;

use super::{
    AssetChoice, HolderChoice, Outcome, Result, SiteId, VerbError, World, at_least_one, choose,
    name_of, some, spell,
};
use crate::model::{
    Asset, AssetId, Behaviour, DeviceId, Failure, Holder, Location, User, UserId, UserRequest,
    is_email,
};
use crate::sim::entropy::Stream;
use crate::store::Classes;

/// Users and devices that one verb may make.
const MADE_MAX: u32 = 1_000_000;

impl World {
    pub(super) fn assign(
        &mut self,
        id: SiteId,
        choice: &AssetChoice,
        holders: &HolderChoice,
        count: u32,
        behaviour: &Behaviour,
    ) -> Result<Outcome> {
        at_least_one(count)?;
        let location = &self.picked(id)?.location;
        let named = !holders.client_user_ids.is_empty() || !holders.serial_numbers.is_empty();
        let wanted = if named { all_of(location, holders)? } else { Vec::new() };
        let needed = if named { wanted.len() as u32 } else { count };
        let fits = |id, asset: &Asset| {
            asset.available() >= needed
                && if named {
                    wanted.iter().all(|to| takes(location, id, asset, to))
                } else {
                    lowest(location, id, asset, count).len() == count as usize
                }
        };
        let describe = format!("with {needed} free that as many could take");
        let asset = choose(location, choice, &describe, fits)?;
        let Some(found) = location.assets.get(asset) else {
            return Err(VerbError::conflict("adam_id", "the asset is gone"));
        };
        let name = name_of(location, found);
        let text = spell(&name.adam_id, name.pricing_param);
        let targets = if named { wanted } else { lowest(location, asset, found, count) };
        if targets.len() < needed as usize {
            let text = format!(
                "only {} more can take {text}; count is {count}: add some with add-devices or add-users",
                targets.len()
            );
            return Err(VerbError::conflict("count", text));
        }
        if let Some(to) = targets.iter().find(|to| !takes(location, asset, found, to)) {
            let text = if to.holder.is_some_and(|to| location.assignments.find(asset, to).is_some())
            {
                format!("{} holds {text} already; name somebody else", to.name)
            } else {
                format!("{text} is not for devices, so {} cannot hold it", to.name)
            };
            return Err(VerbError::conflict(to.argument(), text));
        }
        if found.available() < needed {
            let text = format!(
                "{text} has {} free, {needed} are wanted; buy some with buy-licenses",
                found.available()
            );
            return Err(VerbError::conflict("adam_id", text));
        }
        let (devices, users) = names(&targets);
        self.change(id, |location, _| {
            let known = |target: Target| match target.holder {
                Some(holder) => holder,
                None => location.add_device(&target.name).into(),
            };
            let holders: Vec<Holder> = targets.into_iter().map(known).collect();
            location.hand_out(asset, &holders, behaviour);
        });
        let told = [devices.as_slice(), users.as_slice()].concat();
        Ok(Outcome {
            text: format!("{text} assigned to {}", listed(&told)),
            assets: vec![name],
            client_user_ids: users,
            serial_numbers: devices,
            count: Some(needed),
            ..Outcome::default()
        })
    }

    pub(super) fn retire(
        &mut self,
        id: SiteId,
        client_user_id: Option<&str>,
        behaviour: &Behaviour,
    ) -> Result<Outcome> {
        let location = &self.picked(id)?.location;
        let user = match client_user_id {
            Some(name) => active(location, name)?,
            None => first_user(location, User::is_active).ok_or_else(|| {
                let text = "the location has no active user; make some with add-users";
                VerbError::conflict("client_user_id", text)
            })?,
        };
        let name = location.users.get(user).map(|user| location.users.client_user_id(user));
        let name = name.unwrap_or_default().to_owned();
        self.change(id, |location, _| location.retire(user, behaviour));
        let text = format!("user {name} retired");
        Ok(Outcome { text, client_user_ids: vec![name], ..Outcome::default() })
    }

    pub(super) fn add_devices(
        &mut self,
        id: SiteId,
        serials: &[String],
        count: u32,
    ) -> Result<Outcome> {
        let location = &self.picked(id)?.location;
        let mut serials = serials.to_vec();
        if serials.is_empty() {
            can_be_made(count)?;
            let made = (location.devices() as u64..).map(|n| self.serial_number(id, n));
            let free = made.filter(|serial| location.device(serial).is_none());
            serials = free.take(count as usize).collect();
        }
        let mut seen = BTreeSet::new();
        for serial in &serials {
            if serial.is_empty() || serial.len() > 100 || !seen.insert(serial) {
                let text = format!(
                    "`{serial:.40}` is no serial number or comes twice: name each once, in 1 to 100 letters"
                );
                return Err(VerbError::invalid("serial_numbers", text));
            }
            if location.device(serial).is_some() {
                let text = format!("{serial} is known already; leave it out");
                return Err(VerbError::conflict("serial_numbers", text));
            }
        }
        self.change(id, |location, _| {
            for serial in &serials {
                location.add_device(serial);
            }
        });
        Ok(Outcome {
            text: format!("{} added: {}", some(serials.len() as u64, "device"), listed(&serials)),
            count: Some(serials.len() as u32),
            serial_numbers: serials,
            ..Outcome::default()
        })
    }

    /// The `n`-th made-up serial number: 12 digits and capitals that are not mistaken for each other.
    fn serial_number(&self, id: SiteId, n: u64) -> String {
        const LETTERS: &[u8] = b"CDFGHJKLMNPQRTVWXY0123456789";
        let mut draw = Stream::new(self.seed, &self.key(id), "added-device", n);
        (0..12).filter_map(|_| draw.pick(LETTERS)).map(|letter| char::from(*letter)).collect()
    }

    pub(super) fn add_users(
        &mut self,
        id: SiteId,
        users: &[UserRequest],
        count: u32,
        behaviour: &Behaviour,
    ) -> Result<Outcome> {
        let location = &self.picked(id)?.location;
        let mut users = users.to_vec();
        if users.is_empty() {
            can_be_made(count)?;
            let made = (location.users.records().len() + 1..).map(|n| format!("user-{n}"));
            let free = made.filter(|name| location.users.records_of(name).next().is_none());
            let request = |name: String| UserRequest {
                client_user_id: name.into(),
                email: None,
                managed_apple_id: None,
            };
            users = free.take(count as usize).map(request).collect();
        }
        let (mut names, mut accounts) = (BTreeSet::new(), BTreeSet::new());
        for user in &users {
            user_fits(location, user, behaviour)?;
            let account = user.managed_apple_id.as_deref();
            if !names.insert(&user.client_user_id)
                || account.is_some_and(|account| !accounts.insert(account))
            {
                let text = format!(
                    "user `{}` or its account comes twice; name each once",
                    user.client_user_id
                );
                return Err(VerbError::invalid("users", text));
            }
        }
        // Looked at above: none of these is left out.
        self.change(id, |location, ids| location.create(&users, behaviour, ids));
        let names: Vec<String> = users.iter().map(|user| user.client_user_id.to_string()).collect();
        Ok(Outcome {
            text: format!("{} added: {}", some(names.len() as u64, "user"), listed(&names)),
            count: Some(names.len() as u32),
            client_user_ids: names,
            ..Outcome::default()
        })
    }
}

fn can_be_made(count: u32) -> Result<()> {
    at_least_one(count)?;
    if count <= MADE_MAX {
        return Ok(());
    }
    let text = format!("count is {count}; at most {MADE_MAX} are made at a time");
    Err(VerbError::invalid("count", text))
}

fn user_fits(location: &Location, user: &UserRequest, behaviour: &Behaviour) -> Result<()> {
    let name = &user.client_user_id;
    if name.is_empty() {
        return Err(VerbError::invalid("users", "a client_user_id is empty; give each user one"));
    }
    if user.email.as_deref().is_some_and(|email| !is_email(email)) {
        let email = user.email.as_deref().unwrap_or_default();
        let text = format!("`{email:.80}` of user {name} is no e-mail address");
        return Err(VerbError::invalid("users", text));
    }
    if location.users.active(name).is_some() {
        let text = format!("user {name} exists and is active; choose another client_user_id");
        return Err(VerbError::conflict("users", text));
    }
    let account = user.managed_apple_id.as_deref();
    location.account_is_free(account, behaviour).map_err(|why| {
        let account = account.unwrap_or_default();
        let why = match why {
            Failure::AccountTaken => "is linked to another user",
            _ => "cannot be used here (see the setting users.managed_accounts)",
        };
        VerbError::conflict("users", format!("`{account:.80}` of user {name} {why}"))
    })
}

pub(super) fn active(location: &Location, name: &str) -> Result<UserId> {
    location.users.active(name).ok_or_else(|| {
        let retired = location.users.records_of(name).next().is_some();
        let why = if retired { "is retired" } else { "does not exist" };
        let text = format!("user `{name:.80}` {why}; make it with add-users, or name another");
        VerbError::conflict("client_user_id", text)
    })
}

pub(super) fn first_user(location: &Location, fits: impl Fn(&User) -> bool) -> Option<UserId> {
    let mut users = location.users.records().walk(Classes::ALL, 0);
    users.find(|(_, user)| fits(user)).map(|(place, _)| UserId(place as u32))
}

/// Who shall get something; a device may not be known yet.
struct Target {
    holder: Option<Holder>,
    name: String,
    is_device: bool,
}

impl Target {
    fn new(location: &Location, holder: Holder) -> Self {
        let (name, is_device) = location.holder_name(holder);
        Self { holder: Some(holder), name: name.to_owned(), is_device }
    }

    const fn argument(&self) -> &'static str {
        if self.is_device { "serial_numbers" } else { "client_user_ids" }
    }
}

fn takes(location: &Location, id: AssetId, asset: &Asset, to: &Target) -> bool {
    (asset.device_assignable || !to.is_device)
        && to.holder.is_none_or(|holder| location.assignments.find(id, holder).is_none())
}

fn all_of(location: &Location, holders: &HolderChoice) -> Result<Vec<Target>> {
    let (mut targets, mut seen) = (Vec::new(), BTreeSet::new());
    for name in &holders.serial_numbers {
        let holder = location.device(name).map(Holder::from);
        targets.push(Target { holder, name: name.clone(), is_device: true });
    }
    for name in &holders.client_user_ids {
        let user = active(location, name)
            .map_err(|error| VerbError { argument: "client_user_ids", ..error })?;
        targets.push(Target::new(location, user.into()));
    }
    for to in &targets {
        if to.name.is_empty() || !seen.insert((to.is_device, &to.name)) {
            let text = format!("`{}` is empty or comes twice; name each once", to.name);
            return Err(VerbError::invalid(to.argument(), text));
        }
    }
    Ok(targets)
}

/// The lowest `count` that can take an asset: devices, then users.
fn lowest(location: &Location, id: AssetId, asset: &Asset, count: u32) -> Vec<Target> {
    let devices = (0..location.devices() as u32).map(|n| Holder::from(DeviceId(n)));
    let users = location.users.records().walk(Classes::ALL, 0);
    let users = users.filter(|(_, user)| user.is_active());
    let users = users.map(|(place, _)| Holder::from(UserId(place as u32)));
    let devices = devices.filter(|_| asset.device_assignable);
    let free = |holder: &Holder| location.assignments.find(id, *holder).is_none();
    let holders = devices.chain(users).filter(free).take(count as usize);
    holders.map(|holder| Target::new(location, holder)).collect()
}

/// Serial numbers, client user ids.
fn names(targets: &[Target]) -> (Vec<String>, Vec<String>) {
    let of = |device: bool| {
        targets.iter().filter(|to| to.is_device == device).map(|to| to.name.clone()).collect()
    };
    (of(true), of(false))
}

/// Names in a sentence, the first few of many.
pub(in crate::sim) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    const SHOWN: usize = 6;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(AsRef::as_ref).collect();
    match (shown.split_last(), names.len().saturating_sub(SHOWN)) {
        (None, _) => "nobody".to_owned(),
        (Some((only, [])), _) => (*only).to_owned(),
        (Some((last, before)), 0) => format!("{} and {last}", before.join(", ")),
        (Some(_), more) => format!("{} and {more} more", shown.join(", ")),
    }
}
