//! The registry: which universe a call is for, and how universes come and go.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::RwLock;
use tokio::runtime::Handle;

use super::deliver::Carrier;
use super::origin::Origin;
use super::real_time::RealTime;
use super::universe::{Broken, Universe};
use crate::faults::{Rule, RulesError};
use crate::journal::Routed;
use crate::sim::entropy::hash64;
use crate::sim::{Credential, KeyCredential, Saved};

/// The universe that always exists.
pub const DEFAULT: &str = "default";

/// Universes that unknown tokens may bring into being (`--auto-universe`).
const AUTOMATIC_MAX: usize = 1_000;

/// Universes at a time, all in all.
const UNIVERSES_MAX: usize = 100_000;

/// All universes, by id.
#[derive(Debug)]
pub struct Engine {
    default: Arc<Universe>,
    real_time: RealTime,
    /// Unknown but well-formed tokens get a universe of their own.
    auto_universe: bool,
    /// Written when a universe is made or dropped; a request takes the read side for one look-up.
    universes: RwLock<BTreeMap<String, Arc<Universe>>>,
    /// Who gets notifications to their receivers, once somebody does.
    carrier: OnceLock<(Arc<dyn Carrier>, Handle)>,
}

/// The universe that a call is for.
#[derive(Debug, Clone)]
pub struct Found {
    /// It.
    pub universe: Arc<Universe>,
    /// How it was found.
    pub routed: Routed,
}

/// Why no universe was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    /// Ids have a form.
    #[error("`{0}` is no universe id: use 1 to 64 characters of a-z, 0-9 and -")]
    Id(String),
    /// There is one of this id.
    #[error("there is a universe `{0}` already")]
    Exists(String),
    /// There are too many.
    #[error("there are {UNIVERSES_MAX} universes already; drop some")]
    Full,
    /// Its rules do not go together.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// The origin of a fork failed before.
    #[error(transparent)]
    Broken(#[from] Broken),
}

impl Engine {
    /// An engine with its default universe.
    pub fn new(origin: Origin, auto_universe: bool) -> Self {
        let real_time = RealTime::default();
        Self::with(Universe::new(DEFAULT, origin, None, real_time), real_time, auto_universe)
    }

    /// An engine whose default universe goes on where another one was saved, under these rules.
    pub fn from_state(saved: Saved, rules: Vec<Arc<Rule>>, auto_universe: bool) -> Self {
        let real_time = RealTime::default();
        let default = Universe::from_state(DEFAULT, saved, None, real_time).begun_with(rules);
        Self::with(default, real_time, auto_universe)
    }

    fn with(default: Universe, real_time: RealTime, auto_universe: bool) -> Self {
        let default = Arc::new(default);
        let universes = BTreeMap::from([(DEFAULT.to_owned(), Arc::clone(&default))]);
        Self {
            default,
            real_time,
            auto_universe,
            universes: RwLock::new(universes),
            carrier: OnceLock::new(),
        }
    }

    /// Gives the notifications of all universes, of those to come too, to `carrier`. Whoever does so first, does so for
    /// good.
    pub fn carry_with(&self, carrier: Arc<dyn Carrier>, runtime: Handle) {
        let (carrier, runtime) = self.carrier.get_or_init(|| (carrier, runtime));
        for universe in self.universes.read().values() {
            universe.carry_with(Arc::clone(carrier), runtime.clone());
        }
    }

    /// The universe that serves calls without a credential, or with an unknown one.
    pub const fn default_universe(&self) -> &Arc<Universe> {
        &self.default
    }

    /// The universe with this id.
    pub fn universe(&self, id: &str) -> Option<Arc<Universe>> {
        let found = self.universes.read().get(id).cloned()?;
        if found.is_over(self.real_time.now()) {
            self.remove(id);
            return None;
        }
        Some(found)
    }

    /// All universes, by id. What is over goes.
    pub fn universes(&self) -> Vec<Arc<Universe>> {
        self.sweep();
        self.universes.read().values().cloned().collect()
    }

    /// Finds the universe of a call: a prefix wins, then the credential, then the default universe. `None`
    /// if the prefix names none.
    pub fn route(&self, prefix: Option<&str>, credential: Option<&Credential>) -> Option<Found> {
        self.found(prefix, || credential.and_then(|credential| self.of_credential(credential)))
    }

    /// [`Engine::route`] of a call with an API key.
    pub fn route_key(&self, prefix: Option<&str>, key: Option<&KeyCredential>) -> Option<Found> {
        self.found(prefix, || self.universe(key?.universe()?))
    }

    fn found(
        &self,
        prefix: Option<&str>,
        named: impl FnOnce() -> Option<Arc<Universe>>,
    ) -> Option<Found> {
        if let Some(id) = prefix {
            return self.universe(id).map(|universe| Found { universe, routed: Routed::Prefix });
        }
        Some(match named() {
            Some(universe) => Found { universe, routed: Routed::Credential },
            None => Found { universe: Arc::clone(&self.default), routed: Routed::Fallback },
        })
    }

    fn of_credential(&self, credential: &Credential) -> Option<Arc<Universe>> {
        match credential.universe() {
            Some(id) => self.universe(id),
            None => self.of_literal(credential),
        }
    }

    /// Literal tokens are few; the first universe that registers one serves it, the default one before others.
    fn of_literal(&self, credential: &Credential) -> Option<Arc<Universe>> {
        if self.default.look(|world| world.knows_literal(credential)) {
            return Some(Arc::clone(&self.default));
        }
        let id =
            format!("auto-{:016x}", hash64(0, "", "auto-universe", credential.text().as_bytes()));
        if let Some(known) = self.universe(&id) {
            return Some(known);
        }
        if !self.auto_universe || !credential.is_well_formed() {
            return None;
        }
        self.drop_idle_automatic();
        let universe = self.default.begun_alike(&id);
        let _ = universe.turn(|turn| turn.world_mut().adopt_literal(credential));
        self.insert(universe).ok()
    }

    /// Makes room for one more automatic universe: the one that was called longest ago goes.
    fn drop_idle_automatic(&self) {
        let mut universes = self.universes.write();
        let automatic = universes.iter().filter(|(id, _)| id.starts_with("auto-"));
        if automatic.clone().count() >= AUTOMATIC_MAX
            && let Some((id, _)) = automatic.min_by_key(|(_, universe)| universe.last_call())
        {
            let id = id.clone();
            universes.remove(&id);
        }
    }

    /// Makes a universe.
    pub fn create(
        &self,
        id: Option<&str>,
        mut origin: Origin,
        ttl: Option<Duration>,
    ) -> Result<Arc<Universe>, CreateError> {
        let id = self.check_id(id)?;
        let rules = std::mem::take(&mut origin.rules);
        self.insert(Universe::new(&id, origin, ttl, self.real_time).with_rules(rules)?)
    }

    /// Makes a universe that goes on where another one was saved, under these rules.
    pub fn create_from_state(
        &self,
        id: Option<&str>,
        saved: Saved,
        rules: Vec<Arc<Rule>>,
        ttl: Option<Duration>,
    ) -> Result<Arc<Universe>, CreateError> {
        let id = self.check_id(id)?;
        let universe = Universe::from_state(&id, saved, ttl, self.real_time);
        self.insert(universe.with_rules(rules)?)
    }

    /// Makes a copy of a universe that shares everything with it until either is written to. Returns the
    /// origin's journal entry at which it was made, too.
    pub fn fork(
        &self,
        origin: &Universe,
        id: Option<&str>,
        ttl: Option<Duration>,
    ) -> Result<(Arc<Universe>, u64), CreateError> {
        let id = self.check_id(id)?;
        let (fork, seq) = origin.fork(&id, ttl)?;
        Ok((self.insert(fork)?, seq))
    }

    /// Drops a universe; the default one stays. Says whether there was one.
    pub fn remove(&self, id: &str) -> bool {
        id != DEFAULT && self.universes.write().remove(id).is_some()
    }

    fn insert(&self, universe: Universe) -> Result<Arc<Universe>, CreateError> {
        let universe = Arc::new(universe);
        if let Some((carrier, runtime)) = self.carrier.get() {
            universe.carry_with(Arc::clone(carrier), runtime.clone());
        }
        let mut universes = self.universes.write();
        if universes.len() >= UNIVERSES_MAX {
            return Err(CreateError::Full);
        }
        if universes.contains_key(universe.id()) {
            return Err(CreateError::Exists(universe.id().to_owned()));
        }
        universes.insert(universe.id().to_owned(), Arc::clone(&universe));
        Ok(universe)
    }

    /// A wanted id if it has the right form and is free, or the next free `u-<n>`.
    fn check_id(&self, wanted: Option<&str>) -> Result<String, CreateError> {
        self.sweep();
        let universes = self.universes.read();
        let Some(id) = wanted else {
            let free = (universes.len()..).map(|n| format!("u-{n}"));
            let mut free = free.filter(|id| !universes.contains_key(id));
            return free.next().ok_or(CreateError::Full);
        };
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if id.is_empty() || id.len() > 64 || !id.bytes().all(fits) {
            return Err(CreateError::Id(id.chars().take(80).collect()));
        }
        if universes.contains_key(id) {
            return Err(CreateError::Exists(id.to_owned()));
        }
        Ok(id.to_owned())
    }

    /// Drops what nobody called for longer than its time to live.
    fn sweep(&self) {
        let now = self.real_time.now();
        if self.universes.read().values().any(|universe| universe.is_over(now)) {
            self.universes.write().retain(|_, universe| !universe.is_over(now));
        }
    }
}
