//! A living world: locations, their tokens, and what falls due in them. One universe owns one.
//!
//! `next_due` and `step_to` are all that time can do to it. It knows neither faults nor journal, no lock and
//! no clock.

mod foretold;
mod happening;
mod tokens;
pub mod workspaces;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use self::happening::{Happened, Happening};
use self::workspaces::Workspace;
use super::catalog::Catalog;
use super::ids::{DataSet, LocationIds};
use super::saved::SiteParts;
use super::settings::Settings;
use super::token::{self, TokenClaims};
use super::told::{Outbox, Told};
use crate::model::{At, Command, Delay, Failing, Limits, Location, Privileges, Refusal, Seq};

/// A location of a world, by its place in world order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SiteId(pub usize);

/// A location with what it needs to be served.
#[derive(Debug, Clone)]
pub struct Site {
    /// The model's location; readers hold on to it while writers go on.
    pub location: Arc<Location>,
    /// Makes and reads its ids.
    pub ids: Arc<LocationIds>,
    /// How much one request may carry.
    pub limits: Limits,
    /// The service has gone from here.
    pub moved: Option<Moved>,
    /// Shared by every copy: each call takes one.
    pub(super) tokens: Arc<BTreeMap<u32, TokenRecord>>,
    pub(super) latest_serial: u32,
    /// Notifications that were numbered so far.
    pub(super) notified: u64,
    /// When something falls due, and when something of an event.
    due: (Option<At>, Option<At>),
}

/// How a service is gone (verb `move-service`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moved {
    /// To another URL, which Service Config would tell.
    Url,
    /// For good.
    Removed,
    /// To another server, which DNS would tell.
    Server,
}

/// What the world knows of a content token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRecord {
    /// End of life.
    pub expires: At,
    /// Revoked before its time.
    pub revoked: bool,
    /// What its manager may do.
    pub privileges: Privileges,
    /// The text that names it, if it is not quince's own form.
    pub literal: Option<String>,
}

/// Why a content token is not accepted (apple-v2.md §18 question 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefusal {
    /// Not a token, or not one of this universe.
    Unknown,
    /// Past its end.
    Expired,
    /// Revoked, or replaced by a newer download.
    Revoked,
}

/// An accepted content token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The location that it manages.
    pub site: SiteId,
    /// Which of the location's tokens it is.
    pub serial: u32,
    /// End of the token's life.
    pub expires: At,
    /// What its manager may do.
    pub privileges: Privileges,
    /// The token's outer text says another expiry date or organization than the world knows.
    pub outer_differs: bool,
}

/// A content token as a client presents it, read as far as that needs no world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    bearer: String,
    outer: Option<token::Outer>,
    claims: Option<(TokenClaims, u64)>,
}

impl Credential {
    /// Reads a bearer token. Whether it is accepted, a world says.
    pub fn read(bearer: &str) -> Self {
        let outer = token::unwrap_outer(bearer);
        let claims = outer.as_ref().and_then(|outer| token::read(&outer.token));
        Self { bearer: bearer.to_owned(), outer, claims }
    }

    /// The universe that the token says it is of.
    pub fn universe(&self) -> Option<&str> {
        self.claims.as_ref().map(|(claims, _)| claims.universe.as_str())
    }

    /// The token as it was presented.
    pub fn text(&self) -> &str {
        &self.bearer
    }

    /// Whether it has the form of a content token, whoever made it.
    pub const fn is_well_formed(&self) -> bool {
        self.outer.is_some()
    }
}

/// The locations of one universe.
#[derive(Debug, Clone)]
pub struct World {
    pub(super) seed: u64,
    pub(super) epoch: u16,
    pub(super) sites: Vec<Site>,
    pub(super) by_key: Arc<BTreeMap<String, SiteId>>,
    /// Literal tokens, whole and by their inner token.
    pub(super) literals: Arc<BTreeMap<String, (SiteId, u32)>>,
    pub(super) workspaces: Arc<Vec<Workspace>>,
    dues: BTreeSet<(At, SiteId)>,
    /// Events that were told and wait to count: one of a location at most.
    foretold: BTreeMap<SiteId, u64>,
    /// The same without ends of periods.
    queues: BTreeSet<(At, SiteId)>,
    /// Writes so far, of whatever kind.
    pub(super) revision: u64,
    pub(super) outbox: Outbox,
    pub(super) catalog: Catalog,
}

impl World {
    /// A world without locations.
    pub(super) fn empty(seed: u64) -> Self {
        Self {
            seed,
            epoch: 0,
            sites: Vec::new(),
            by_key: Arc::default(),
            literals: Arc::default(),
            workspaces: Arc::default(),
            dues: BTreeSet::new(),
            foretold: BTreeMap::new(),
            queues: BTreeSet::new(),
            revision: 0,
            outbox: Outbox::default(),
            catalog: Catalog::default(),
        }
    }

    pub(super) fn add_site(&mut self, location: Location, ids: LocationIds) -> SiteId {
        let id = SiteId(self.sites.len());
        Arc::make_mut(&mut self.by_key).insert(location.profile.key.clone(), id);
        self.sites.push(Site {
            location: Arc::new(location),
            ids: Arc::new(ids),
            limits: Limits::DOCUMENTED,
            moved: None,
            tokens: Arc::default(),
            latest_serial: 1,
            notified: 0,
            due: (None, None),
        });
        id
    }

    /// A world that goes on from where another one stood. Keys are unique.
    pub fn restore(seed: u64, epoch: u16, sites: Vec<SiteParts>) -> Self {
        let mut world = Self { epoch, ..Self::empty(seed) };
        for parts in sites {
            let mut ids = LocationIds::new(seed, &parts.location.profile.key);
            for (set, seq, id) in parts.pinned {
                ids.pin(set, seq, id);
            }
            let id = world.add_site(parts.location, ids);
            if let Some(site) = world.sites.get_mut(id.0) {
                site.limits = parts.limits;
                site.tokens = Arc::new(parts.tokens);
                site.latest_serial = parts.latest_serial;
                site.moved = parts.moved;
                site.notified = parts.notified;
            }
            // Finds out what is due.
            world.change(id, |_, _| ());
        }
        world.index_literals();
        world
    }

    /// Finds the literal tokens, whole and by their inner token.
    pub(super) fn index_literals(&mut self) {
        let mut literals = BTreeMap::new();
        for (place, site) in self.sites.iter().enumerate() {
            for (serial, record) in site.tokens.iter() {
                let Some(literal) = &record.literal else { continue };
                literals.insert(literal.clone(), (SiteId(place), *serial));
                if let Some(outer) = token::unwrap_outer(literal) {
                    literals.insert(outer.token, (SiteId(place), *serial));
                }
            }
        }
        self.literals = Arc::new(literals);
    }

    /// The seed of everything that is made up.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The locations, in world order.
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// What the store has beyond what the locations own.
    pub const fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Gives the store other products.
    pub fn list_products(&mut self, catalog: Catalog) {
        self.revision += 1;
        self.catalog = catalog;
    }

    /// The location with this key.
    pub fn site_of(&self, key: &str) -> Option<SiteId> {
        self.by_key.get(key).copied()
    }

    /// A location by its place; places come from this world and stay.
    pub fn site(&self, id: SiteId) -> Option<&Site> {
        self.sites.get(id.0)
    }

    /// This world as the next life of `old`: tokens stay, version ids of before are unknown.
    #[must_use]
    pub fn in_place_of(mut self, old: &Self) -> Self {
        self.epoch = old.epoch.wrapping_add(1);
        self.revision = old.revision + 1;
        for site in &mut self.sites {
            let before = old.site_of(&site.location.profile.key).and_then(|id| old.site(id));
            if let Some(before) = before {
                site.tokens.clone_from(&before.tokens);
                site.latest_serial = before.latest_serial;
            }
        }
        self.keep_keys(old);
        self.index_literals();
        self
    }

    /// This world in the place of `old`, which counts as a write. Numbers of notifications are not given again.
    #[must_use]
    pub fn following(mut self, old: &Self) -> Self {
        self.revision = old.revision + 1;
        for site in &mut self.sites {
            let before = old.site_of(&site.location.profile.key).and_then(|id| old.site(id));
            site.notified = site.notified.max(before.map_or(0, |before| before.notified));
        }
        self
    }

    /// The number of the next notification of a location, from 1; each is given once in a life of the world. Nothing
    /// if there is no such location.
    pub fn number_notification(&mut self, id: SiteId) -> Option<u64> {
        let site = self.sites.get_mut(id.0)?;
        site.notified += 1;
        Some(site.notified)
    }

    /// Changes a location; afterwards knows when something falls due in it, and what is to be told of it.
    pub fn change<R>(
        &mut self,
        id: SiteId,
        change: impl FnOnce(&mut Location, &LocationIds) -> R,
    ) -> Option<R> {
        self.revision += 1;
        let site = self.sites.get_mut(id.0)?;
        let location = Arc::make_mut(&mut site.location);
        let result = change(location, &site.ids);
        let notices = location.take_notices();
        if let Some(receiver) = location.config.receiver.as_ref().filter(|_| !notices.is_empty()) {
            let at = self.outbox.now;
            let told = |notice| Told { site: id, at, receiver: receiver.clone(), notice };
            self.outbox.told.extend(notices.into_iter().map(told));
        }
        match site.location.foretold() {
            Some(number) => self.foretold.insert(id, number),
            None => self.foretold.remove(&id),
        };
        let due = (site.location.next_due(), site.location.events.next_due());
        if due != site.due {
            let before = std::mem::replace(&mut site.due, due);
            for (set, before, due) in
                [(&mut self.dues, before.0, due.0), (&mut self.queues, before.1, due.1)]
            {
                if let Some(before) = before {
                    set.remove(&(before, id));
                }
                set.extend(due.map(|at| (at, id)));
            }
        }
        Some(result)
    }

    /// [`World::change`] at this moment, for what is to be told of it.
    pub fn change_at<R>(
        &mut self,
        id: SiteId,
        now: At,
        change: impl FnOnce(&mut Location, &LocationIds) -> R,
    ) -> Option<R> {
        self.outbox.now = now;
        self.change(id, change)
    }

    /// Accepts a command for a location, or refuses it.
    pub fn accept(
        &mut self,
        id: SiteId,
        command: Command,
        now: At,
        settings: &Settings,
    ) -> Option<Result<u64, Refusal>> {
        let limits = self.sites.get(id.0)?.limits;
        self.change(id, |location, _| location.accept(command, now, &settings.behaviour, &limits))
    }

    /// Takes what subscribers are to be told of all that was done since this was last called; of each location in the
    /// order in which it happened. Who acts on a world calls this afterwards: until then it is kept.
    pub fn take_notices(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.outbox.told)
    }

    /// When the next thing falls due.
    pub fn next_due(&self) -> Option<At> {
        self.dues.first().map(|(at, _)| *at)
    }

    /// When the next part of an event falls due: what is left once the world is idle, billing periods go on for ever.
    pub fn next_of_events(&self) -> Option<At> {
        self.queues.first().map(|(at, _)| *at)
    }

    /// Ends an event now, whatever its delay; the tasks that `failing` chooses fail. `None` if there is no such
    /// event or it has ended.
    pub fn finish_event(
        &mut self,
        id: SiteId,
        number: u64,
        failing: Option<&Failing>,
        now: At,
        settings: &Settings,
    ) -> Option<Happening> {
        self.outbox.now = now;
        let finished = self.change(id, |location, ids| {
            location.finish_event(number, now, failing, &settings.behaviour, ids)
        });
        finished.filter(|finished| *finished).and_then(|_| self.happening(now, id, number))
    }

    /// Takes an event out of the queue; it stays pending. False if there is no such event or it has ended.
    pub fn hold_event(&mut self, id: SiteId, number: u64, now: At) -> bool {
        self.change(id, |location, _| location.events.hold(number, now)).unwrap_or(false)
    }

    /// Gives an event that has not ended another delay, if any, and tasks that are to fail. False if there is no such
    /// event or it has ended.
    pub fn steer_event(
        &mut self,
        id: SiteId,
        number: u64,
        delay: Option<Delay>,
        failing: Vec<Failing>,
        now: At,
    ) -> bool {
        let steered =
            self.change(id, |location, _| location.events.steer(number, delay, failing, now));
        steered.unwrap_or(false)
    }

    /// The location and the number of the event that has this id on the wire.
    pub fn find_event(&self, event_id: &str) -> Option<(SiteId, u64)> {
        self.sites.iter().enumerate().find_map(|(place, site)| {
            let number = site.ids.read_event(event_id)?;
            site.location.events.get(number).map(|_| (SiteId(place), number))
        })
    }

    /// A number that grows with every write to the world.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// The life of the world that version ids belong to; a reset begins a new one.
    pub const fn epoch(&self) -> u16 {
        self.epoch
    }
}

impl Site {
    /// The content tokens that the world knows, by the number of the download.
    pub fn tokens(&self) -> &BTreeMap<u32, TokenRecord> {
        &self.tokens
    }

    /// The highest number of a download that was seen; lower ones are revoked.
    pub const fn latest_serial(&self) -> u32 {
        self.latest_serial
    }

    /// How many of its notifications were numbered so far.
    pub const fn notified(&self) -> u64 {
        self.notified
    }

    /// Writes to a data set so far.
    pub fn seq(&self, set: DataSet) -> Seq {
        match set {
            DataSet::Assets => self.location.assets.seq(),
            DataSet::Assignments => self.location.assignments.seq(),
            DataSet::Users => self.location.users.seq(),
            DataSet::Subscriptions => self.location.subscriptions.seq(),
            DataSet::Seats => self.location.subscriptions.seats_seq(),
            DataSet::Administrators => self.location.subscriptions.administrators_seq(),
        }
    }
}
