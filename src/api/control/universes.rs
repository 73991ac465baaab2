//! Universes: made, listed, told about, forked, taken back, dropped.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ask::json;
use super::clock::ClockView;
use super::origin;
use super::rules::read_all;
use super::values::{SettingsByKey, Texts, real_duration};
use super::{Ask, Outcome, Problem};
use crate::engine::{DEFAULT, Engine, Scope, Universe};
use crate::journal::Journal;
use crate::model::Span;
use crate::scenario::forms::{RuleForm, ScenarioForm};
use crate::sim::{Access, Settings, SiteId, WorkspaceId, date};
use crate::snapshot;

/// All universes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct List {
    /// By id.
    pub universes: Vec<Brief>,
}

/// A universe in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Brief {
    /// Its id.
    pub id: String,
    /// Number of its latest journal entry.
    pub seq: u64,
    /// Below it every surface is served for this universe alone.
    pub url: String,
    /// Below it this universe is controlled.
    pub control_url: String,
}

/// A universe.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UniverseView {
    /// Who and where.
    #[serde(flatten)]
    pub brief: Brief,
    /// The content token of each location, in world order.
    pub stokens: Texts,
    /// The first organization of MDM users, and how it is reached.
    pub applivery: Option<AppliveryView>,
    /// The seed of everything that is made up.
    pub seed: u64,
    /// Its clock.
    pub clock: ClockView,
    /// The name of the world that it began with; null if that was given as data.
    pub world: Option<String>,
    /// The profile that its settings began with.
    pub profile: String,
    /// The settings that differ from the profile.
    pub settings: Texts,
    /// How long it lives without a call, in real time.
    pub ttl: Option<String>,
}

/// A universe that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Created {
    /// Who and where.
    #[serde(flatten)]
    pub brief: Brief,
    /// The content token of each location, in world order.
    pub stokens: Texts,
    /// The first organization of MDM users, and how it is reached.
    pub applivery: Option<AppliveryView>,
    /// Of a fork: where it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<ForkedFrom>,
}

/// An organization of MDM users.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AppliveryView {
    /// The base URL of Applivery's API.
    pub url: String,
    /// Id of the organization.
    pub organization: String,
    /// Its slug, which can stand in paths in place of the id.
    pub slug: String,
    /// The API key of each role.
    pub tokens: Texts,
}

/// Where a fork comes from.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ForkedFrom {
    /// The universe.
    pub id: String,
    /// The journal entry after which it was forked.
    pub seq: u64,
}

/// A universe to be made. What is left out is as in the default universe.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// `[a-z0-9-]{1,64}`; the next free `u-<n>` if nothing is said.
    #[schemars(regex(pattern = "^[a-z0-9-]{1,64}$"))]
    pub(super) id: Option<String>,
    /// The world: by name or path, or as a world file in JSON.
    #[schemars(with = "Option<World>")]
    pub(super) world: Option<Value>,
    /// An exported state to go on from, instead of a world; it brings its seed, clock and settings along.
    #[schemars(with = "Option<serde_json::Map<String, Value>>")]
    pub(super) state: Option<Value>,
    /// A scenario that it is made for, instead of a world; what that leaves out is as said here.
    #[schemars(with = "Option<ScenarioForm>")]
    pub(super) scenario: Option<Value>,
    /// The seed of everything that is made up.
    pub(super) seed: Option<u64>,
    /// `wall`, `manual`, `auto` or `scaled:FACTOR`.
    #[schemars(regex(pattern = "^(wall|manual|auto|scaled:[1-9][0-9]{0,5})$"))]
    pub(super) clock: Option<String>,
    /// What the clock shows at first.
    #[schemars(extend("format" = "date-time"))]
    pub(super) start: Option<String>,
    /// The profile that its settings begin with: `observed` or `documented`.
    #[schemars(regex(pattern = "^(observed|documented)$"))]
    pub(super) profile: Option<String>,
    /// Settings on top of that.
    #[schemars(with = "Option<SettingsByKey>")]
    pub(super) settings: Option<BTreeMap<String, Value>>,
    /// The rules that it begins with.
    #[serde(default)]
    pub(super) rules: Option<Vec<RuleForm>>,
    /// How long it lives without a call, in real time, such as `10m`.
    #[schemars(regex(pattern = "^[1-9][0-9]{0,8}(ms|s|m|h|d)$"))]
    pub(super) ttl: Option<String>,
}

/// A world, for its schema.
#[derive(Debug, JsonSchema)]
#[serde(untagged)]
#[allow(dead_code, reason = "only its schema is used")]
enum World {
    /// A name, or the path of a world file.
    Named(String),
    /// A world file in JSON.
    Given(serde_json::Map<String, Value>),
}

/// A fork to be made.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fork {
    /// `[a-z0-9-]{1,64}`; the next free `u-<n>` if nothing is said.
    #[schemars(regex(pattern = "^[a-z0-9-]{1,64}$"))]
    id: Option<String>,
    /// How long it lives without a call, in real time, such as `10m`.
    #[schemars(regex(pattern = "^[1-9][0-9]{0,8}(ms|s|m|h|d)$"))]
    ttl: Option<String>,
}

/// What shall be taken back.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reset {
    /// How far.
    scope: ScopeName,
}

/// What a reset takes back.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum ScopeName {
    /// Everything.
    All,
    /// The world; tokens stay, and version ids of before are unknown.
    State,
    /// The journal.
    Journal,
    /// Rules and their counters: those that the universe began with are there again.
    Rules,
    /// The clock.
    Clock,
}

/// What an act answers that changes a universe.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Done {
    /// The journal entry that it ended at.
    pub seq: u64,
}

/// What dropping a universe answers.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Dropped {
    /// The universe that is gone.
    pub id: String,
    /// Number of its last journal entry.
    pub seq: u64,
}

impl Brief {
    fn of(universe: &Universe, ask: &Ask<'_>) -> Self {
        let seq = universe.with_journal(Journal::last);
        let id = universe.id().to_owned();
        let url = format!("{}/u/{id}", ask.base_url);
        Self { url, control_url: format!("{}/universes/{id}", ask.control_url), seq, id }
    }
}

/// The content token of each location.
fn stokens(universe: &Universe) -> Result<Texts, Problem> {
    let stokens = universe.turn(|turn| {
        let sites = turn.world().sites().iter().enumerate();
        let each = sites.filter_map(|(place, site)| {
            Some((site.location.profile.key.clone(), turn.stoken(SiteId(place))?))
        });
        Texts(each.collect())
    });
    Ok(stokens?)
}

/// The first organization of MDM users.
fn applivery(universe: &Universe, url: &str) -> Result<Option<AppliveryView>, Problem> {
    let view = universe.turn(|turn| {
        let first = WorkspaceId(0);
        let organization = turn.workspace(first)?.organization;
        let key = |(role, access): &(&str, Access)| {
            Some(((*role).to_owned(), turn.api_key(first, access)?))
        };
        Some(AppliveryView {
            url: format!("{url}/v1"),
            organization: organization.id.to_string(),
            slug: organization.slug.clone(),
            tokens: Texts(Access::ROLES.iter().filter_map(key).collect()),
        })
    });
    Ok(view?)
}

/// `GET /universes`
pub async fn list(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universes = ask.engine().universes();
    let universes = universes.iter().map(|universe| Brief::of(universe, &ask)).collect();
    json(StatusCode::OK, &List { universes })
}

/// `GET /universes/{u}`
pub async fn get(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let origin = universe.origin();
    let (clock, settings) = universe.turn(|turn| (ClockView::of(turn), turn.settings()))?;
    let profile = Settings::profile(&origin.named.profile).unwrap_or_else(|_| (*settings).clone());
    let differing = settings.values().zip(profile.values()).filter(|(is, was)| is != was);
    let differing = differing.map(|((key, value), _)| (key.to_owned(), value)).collect();
    let ttl = universe
        .ttl()
        .map(|ttl| date::span(Span(i64::try_from(ttl.as_millis()).unwrap_or(i64::MAX))));
    let brief = Brief::of(&universe, &ask);
    let view = UniverseView {
        stokens: stokens(&universe)?,
        applivery: applivery(&universe, &brief.url)?,
        seed: universe.seed(),
        clock,
        world: origin.named.world.clone(),
        profile: origin.named.profile.clone(),
        settings: Texts(differing),
        ttl,
        brief,
    };
    json(StatusCode::OK, &view)
}

/// `POST /universes`
pub async fn create(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let body: Create = ask.body()?;
    let ttl = body.ttl.as_deref().map(|ttl| real_duration(ttl, "/ttl")).transpose()?;
    let engine = Arc::clone(ask.engine());
    // A large world takes seconds to build; other calls need this thread.
    let made = tokio::task::spawn_blocking(move || {
        if let Some(state) = &body.state {
            return from_state(&engine, &body, state, ttl);
        }
        let origin = origin::of(&body, engine.default_universe().origin())?;
        let scenario = origin.scenario.as_ref().map(|scenario| scenario.name.clone());
        let label = scenario.or_else(|| origin.named.world.clone());
        let label = label.unwrap_or_else(|| "given".to_owned());
        let universe = engine.create(body.id.as_deref(), origin, ttl)?;
        universe.turn(|turn| turn.note("created", &label, format!("created with {label}")))?;
        universe.begin_own()?;
        Ok::<_, Problem>(universe)
    });
    let universe = made.await.map_err(|error| {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Problem::new(status, "internal", "quince failed", error.to_string())
    })??;
    let stokens = stokens(&universe)?;
    let brief = Brief::of(&universe, &ask);
    let applivery = applivery(&universe, &brief.url)?;
    json(StatusCode::CREATED, &Created { brief, stokens, applivery, origin: None })
}

/// A universe that goes on from an exported state.
fn from_state(
    engine: &Engine,
    body: &Create,
    state: &Value,
    ttl: Option<Duration>,
) -> Result<Arc<Universe>, Problem> {
    let Create { world, scenario, seed, clock, start, profile, settings, .. } = body;
    let more = [
        ("/world", world.is_some()),
        ("/scenario", scenario.is_some()),
        ("/seed", seed.is_some()),
        ("/clock", clock.is_some()),
        ("/start", start.is_some()),
        ("/profile", profile.is_some()),
        ("/settings", settings.is_some()),
    ];
    if let Some((pointer, _)) = more.iter().find(|(_, given)| *given) {
        return Err(
            Problem::invalid("a state brings this along; leave one of them out").at(*pointer)
        );
    }
    let saved = snapshot::state::read(state.to_string().as_bytes()).map_err(|error| {
        let problem = Problem::from(error);
        let pointer = format!("/state{}", problem.pointer.as_deref().unwrap_or_default());
        problem.at(pointer)
    })?;
    let rules = body.rules.as_deref().map(|rules| read_all(rules, "/rules")).transpose()?;
    let rules = rules.unwrap_or_default();
    let universe = engine.create_from_state(body.id.as_deref(), saved, rules, ttl)?;
    universe.turn(|turn| turn.note("created", "state", "created from a state".to_owned()))?;
    Ok(universe)
}

/// `POST /universes/{u}/fork`
pub async fn fork(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let body: Fork = ask.body()?;
    let ttl = body.ttl.as_deref().map(|ttl| real_duration(ttl, "/ttl")).transpose()?;
    let (fork, seq) = ask.engine().fork(&universe, body.id.as_deref(), ttl)?;
    let origin = Some(ForkedFrom { id: universe.id().to_owned(), seq });
    let stokens = stokens(&fork)?;
    let brief = Brief::of(&fork, &ask);
    let applivery = applivery(&fork, &brief.url)?;
    json(StatusCode::CREATED, &Created { brief, stokens, applivery, origin })
}

/// `POST /universes/{u}/reset`
pub async fn reset(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let scope = match ask.body::<Reset>()?.scope {
        ScopeName::All => Scope::All,
        ScopeName::State => Scope::State,
        ScopeName::Journal => Scope::Journal,
        ScopeName::Rules => Scope::Rules,
        ScopeName::Clock => Scope::Clock,
    };
    json(StatusCode::OK, &Done { seq: universe.reset(scope)? })
}

/// `DELETE /universes/{u}`
pub async fn remove(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    if universe.id() == DEFAULT {
        let detail = "the default universe cannot be dropped; POST .../reset takes it back";
        return Err(Problem::conflict("default-universe", detail));
    }
    let id = universe.id().to_owned();
    ask.engine().remove(&id);
    json(StatusCode::OK, &Dropped { seq: universe.with_journal(Journal::last), id })
}
