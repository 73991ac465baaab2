//! quince in this process: what tests hold in their hands, and what the binary runs.
//!
//! [`Quince::builder`] says what shall run, [`Builder::start`] loads the world and listens, and the
//! [`Quince`] that comes back serves until it is stopped or dropped.

mod applivery;
mod carrier;
mod error;
mod handles;
mod listeners;
mod runs;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Handle;

use crate::api::control::{PREFIX, Trust};
use crate::api::json::Json;
use crate::api::{Api, ApiOptions, ControlDoor};
use crate::engine::{
    BadScenario, Broken, CreateError, DEFAULT, Engine, Named, Origin, Universe, real_time,
};
use crate::faults::Rule;
use crate::http::{Limits, Server};
use crate::scenario::{Scenario, presets};
use crate::sim::spec::WorldSpec;
use crate::sim::{ClockMode, Settings, date};
use crate::snapshot::state::{FileError, StateFile};
use crate::snapshot::{self, Loaded};

pub use self::applivery::Applivery;
use self::carrier::Postal;
pub use self::error::StartError;
pub use self::handles::{ActError, ClockHandle, RuleError, SettingsError, UniverseHandle};
use self::listeners::{TlsPlan, bind, bind_tls};
pub use self::runs::{BeginError, FinishError, Unmet};
pub use crate::sim::VIRTUAL_START;

/// What shall run. Every value has the default of the command line, but that the port is any free one.
#[derive(Debug, Clone)]
pub struct Builder {
    listen: SocketAddr,
    control_listen: Option<SocketAddr>,
    tls: TlsPlan,
    world: World,
    seed: u64,
    clock: ClockMode,
    start: Option<String>,
    profile: String,
    settings: Vec<(String, String)>,
    state: Option<PathBuf>,
    scenario: Option<Arc<Scenario>>,
    presets: Vec<String>,
    options: ApiOptions,
    auto_universe: bool,
    limits: Limits,
    /// CAs of receivers.
    receiver_authorities: Vec<PathBuf>,
}

#[derive(Debug, Clone)]
enum World {
    Named(String),
    Given(Box<WorldSpec>),
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            control_listen: None,
            tls: TlsPlan::default(),
            world: World::Named("demo".to_owned()),
            seed: 1,
            clock: ClockMode::Wall,
            start: None,
            profile: "observed".to_owned(),
            settings: Vec::new(),
            state: None,
            scenario: None,
            presets: Vec::new(),
            options: ApiOptions::default(),
            auto_universe: false,
            limits: Limits::default(),
            receiver_authorities: Vec::new(),
        }
    }
}

impl Builder {
    /// Where to listen; port 0 is any free one.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// The world, by name or by the path of a world file; or the path of a state file, which also brings its
    /// seed, clock and settings.
    #[must_use]
    pub fn world(mut self, name_or_path: &str) -> Self {
        self.world = World::Named(name_or_path.to_owned());
        self
    }

    /// The world as data.
    #[must_use]
    pub fn world_spec(mut self, spec: WorldSpec) -> Self {
        self.world = World::Given(Box::new(spec));
        self
    }

    /// Where the default universe is kept from day to day: it goes on from this state file if it is there, and is
    /// saved to it on a clean stop. Then world, seed, clock, start and profile say how it is to begin only; single
    /// settings win over those in the file, and a wall clock never stays behind real time.
    #[must_use]
    pub fn state(mut self, file: impl Into<PathBuf>) -> Self {
        self.state = Some(file.into());
        self
    }

    /// A scenario that the default universe is made for; what it leaves out is as said otherwise. It begins when quince
    /// is ready; see [`UniverseHandle::verify`].
    #[must_use]
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.seed = scenario.seed;
        self.scenario = Some(Arc::new(scenario));
        self
    }

    /// Rules that ship with quince, for the default universe to begin with: `pages-move`, or `pages-move@7` with a seed of
    /// its own. They come behind those of the scenario, and a reset of the rules goes back to them.
    #[must_use]
    pub fn preset(mut self, name: &str) -> Self {
        self.presets.push(name.to_owned());
        self
    }

    /// The seed of everything that is made up.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Who moves time.
    #[must_use]
    pub const fn clock(mut self, mode: ClockMode) -> Self {
        self.clock = mode;
        self
    }

    /// Virtual start, as RFC 3339; the present for a wall clock and [`VIRTUAL_START`] for others if not
    /// given.
    #[must_use]
    pub fn start_at(mut self, time: &str) -> Self {
        self.start = Some(time.to_owned());
        self
    }

    /// The profile that settings begin with: `observed` or `documented`.
    #[must_use]
    pub fn profile(mut self, name: &str) -> Self {
        name.clone_into(&mut self.profile);
        self
    }

    /// One setting on top of the profile, as `fixtures/profiles.toml` spells it.
    #[must_use]
    pub fn setting(mut self, key: &str, value: &str) -> Self {
        self.settings.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Makes lints errors.
    #[must_use]
    pub const fn strict(mut self, strict: bool) -> Self {
        self.options.strict = strict;
        self
    }

    /// Gives an unknown but well-formed token a universe of its own, with this world.
    #[must_use]
    pub const fn auto_universe(mut self, auto: bool) -> Self {
        self.auto_universe = auto;
        self
    }

    /// Base of the URLs written into answers, without a slash at its end.
    #[must_use]
    pub fn public_url(mut self, url: &str) -> Self {
        self.options.public_url = Some(url.to_owned());
        self
    }

    /// Bounds of the transport.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Loads the world and listens. Ready when it returns.
    pub async fn start(mut self) -> Result<Quince, StartError> {
        let mut settings = Settings::profile(&self.profile).map_err(StartError::Profile)?;
        for (key, value) in &self.settings {
            settings.set(key, value).map_err(StartError::Setting)?;
        }
        let mut rules = Vec::new();
        for preset in &self.presets {
            presets::add(&mut rules, presets::named(preset)?);
        }
        if let Some(scenario) = &mut self.scenario
            && !rules.is_empty()
        {
            let scenario = Arc::make_mut(scenario);
            presets::add(&mut scenario.rules, rules.iter().map(|rule| Rule::clone(rule)));
        }
        let start = match (&self.start, self.clock) {
            (Some(text), _) => date::parse(text).ok_or_else(|| StartError::Start(text.clone()))?,
            (None, ClockMode::Wall) => real_time::today(),
            (None, _) => VIRTUAL_START,
        };
        let file = self.state.map(StateFile::new).transpose()?.map(Arc::new);
        let saved = file.as_ref().map(|file| file.load()).transpose()?.flatten();
        let mut named = Named { world: None, profile: self.profile, start: self.start.is_some() };
        let given = self.scenario.as_ref().and_then(|scenario| scenario.world.as_deref());
        let loaded = match (saved, self.world) {
            (Some(saved), _) => Loaded::State(Box::new(saved)),
            // The scenario brings its world along.
            (None, _) if given.is_some() => Loaded::World(WorldSpec::default()),
            (None, World::Named(name)) => {
                let loaded = snapshot::open(&name, self.seed)?;
                named.world = Some(name);
                loaded
            }
            (None, World::Given(spec)) => Loaded::World(*spec),
        };
        let engine = match loaded {
            Loaded::State(mut saved) => {
                for (key, value) in &self.settings {
                    saved.settings.set(key, value).map_err(StartError::Setting)?;
                }
                if saved.clock == ClockMode::Wall {
                    saved.now = saved.now.max(real_time::today());
                }
                Engine::from_state(*saved, rules, self.auto_universe)
            }
            Loaded::World(spec) => {
                let (seed, clock, spec) = (self.seed, self.clock, Arc::new(spec));
                let mut origin =
                    Origin { seed, spec, settings, clock, start, rules, named, scenario: None };
                if let Some(scenario) = &self.scenario {
                    origin =
                        Origin::of_scenario(scenario, &origin).map_err(BadScenario::Setting)?;
                }
                Engine::new(origin, self.auto_universe)
            }
        };
        let engine = Arc::new(engine);
        let secured = self.tls.prepare()?;
        if let Some(secured) = &secured {
            self.options.control.trust = secured.trust.clone();
        }
        let trust = self.options.control.trust.clone();
        let carrier = Postal::new(&trust, self.receiver_authorities, &self.options)?;
        engine.carry_with(Arc::new(carrier), Handle::current());
        self.options.control.apart = self.control_listen.is_some();
        self.options.control.state_file.clone_from(&file);
        let api = Arc::new(Api::new(Arc::clone(&engine), self.options));
        let server = bind(self.listen, Arc::clone(&api), self.limits).await?;
        let tls = match secured {
            Some(secured) => Some(bind_tls(secured, Arc::clone(&api), self.limits).await?),
            None => None,
        };
        let control = match self.control_listen {
            Some(address) => {
                let (api, services) = (Arc::clone(&api), server.local_addr());
                let door = Arc::new(ControlDoor { api, services });
                Some(bind(address, door, self.limits).await?)
            }
            None => None,
        };
        let universe = engine.default_universe();
        match self.scenario {
            // Who goes on from a state gets the scenario on top of it.
            Some(scenario) if universe.origin().scenario.is_none() => universe.apply(scenario)?,
            _ => universe.begin_own().map_err(BadScenario::Broken)?.unwrap_or_default(),
        };
        Ok(Quince { engine, api, server, tls, trust, control, file })
    }
}

/// A running quince. Dropping it stops it at once.
#[derive(Debug)]
pub struct Quince {
    engine: Arc<Engine>,
    api: Arc<Api>,
    server: Server,
    /// The listener that speaks TLS, if there is one.
    tls: Option<Server>,
    /// What clients of that one have to trust.
    trust: Trust,
    /// The listener of the control API, if it has one of its own.
    control: Option<Server>,
    file: Option<Arc<StateFile>>,
}

/// Why the state was not saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The default universe failed before.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The file could not be written.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Quince {
    /// What shall run, to be said.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The base of every path, without a slash at its end: `http://127.0.0.1:8080`.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.local_addr())
    }

    /// The base of the control API: `http://127.0.0.1:8080/_quince/v1`.
    pub fn control_url(&self) -> String {
        format!("http://{}{PREFIX}", self.control_addr())
    }

    /// Where the control API is served.
    pub fn control_addr(&self) -> SocketAddr {
        self.control.as_ref().unwrap_or(&self.server).local_addr()
    }

    /// Makes a universe that begins as the default one did, with the scenario of that one if it has one, under this id or under the next free one.
    pub fn create_universe(&self, id: Option<&str>) -> Result<UniverseHandle, CreateError> {
        let origin = self.engine.default_universe().origin().clone();
        let universe = self.engine.create(id, origin, None)?;
        universe.begin_own()?;
        Ok(self.handle(universe))
    }

    /// Makes a copy of a universe as it is now. Writes in either never show in the other.
    ///
    /// # Panics
    ///
    /// If there is no universe of the id `origin`.
    #[track_caller]
    pub fn fork(&self, origin: &str, id: Option<&str>) -> Result<UniverseHandle, CreateError> {
        let (fork, _) = self.engine.fork(&self.universe(origin).universe, id, None)?;
        Ok(self.handle(fork))
    }

    fn handle(&self, universe: Arc<Universe>) -> UniverseHandle {
        UniverseHandle::new(self.url(), universe)
    }

    /// A universe by its id; `default` always exists.
    ///
    /// # Panics
    ///
    /// If there is no universe of this id.
    #[track_caller]
    pub fn universe(&self, id: &str) -> UniverseHandle {
        match self.engine.universe(id) {
            Some(universe) => self.handle(universe),
            None => panic!("there is no universe `{id}`"),
        }
    }

    /// The surfaces without a socket, for tests and benchmarks of what happens behind it.
    pub fn api(&self) -> &Arc<Api> {
        &self.api
    }

    /// All universes, for what the handles do not offer.
    pub const fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Stops: no new connections, and some seconds for the exchanges in flight. Then the state is saved, if it is
    /// kept in a file; should that fail, the log says so. See also [`Quince::close`].
    pub async fn stop(self) {
        if let Err(error) = self.close().await {
            tracing::error!(%error, "the state was not saved");
        }
    }

    /// Stops like [`Quince::stop`], and says whether the state could be saved.
    pub async fn close(self) -> Result<(), SaveError> {
        if let Some(control) = self.control {
            control.stop().await;
        }
        let tls = async {
            if let Some(tls) = self.tls {
                tls.stop().await;
            }
        };
        tokio::join!(self.server.stop(), tls);
        let Some(file) = &self.file else { return Ok(()) };
        file.save(|| Ok::<_, SaveError>(self.engine.default_universe().save()?))?;
        tracing::info!("saved the state to {}", file.path().display());
        Ok(())
    }

    /// The ready line: one JSON object for whoever started quince. Members of what the world does not
    /// have are `null`.
    pub fn ready_line(&self) -> String {
        let universe = self.universe(DEFAULT);
        let stokens = universe.stokens();
        let mut json = Json::default();
        json.object(|json| {
            json.flag("ready", true);
            json.text("url", &self.url());
            match self.tls_url() {
                Some(url) => json.text("tls_url", &url),
                None => json.null("tls_url"),
            }
            json.text("control_url", &self.control_url());
            json.text("universe", DEFAULT);
            match stokens.first() {
                Some((_, stoken)) => json.text("stoken", stoken),
                None => json.null("stoken"),
            }
            json.name("stokens").object(|json| {
                for (location, stoken) in &stokens {
                    json.text(location, stoken);
                }
            });
            let applivery = universe.applivery();
            for (member, value) in [
                ("applivery_url", applivery.as_ref().map(Applivery::url)),
                ("applivery_organization", applivery.as_ref().map(Applivery::organization)),
                ("applivery_token", applivery.as_ref().map(Applivery::key)),
            ] {
                match value {
                    Some(value) => json.text(member, value),
                    None => json.null(member),
                }
            }
            json.name("seed").unsigned(universe.universe.seed());
            json.text("version", env!("CARGO_PKG_VERSION"));
        });
        String::from_utf8_lossy(&json.finish()).into_owned()
    }
}
