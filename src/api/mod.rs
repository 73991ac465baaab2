//! The surfaces: one folder per wire API, the only places that know JSON.
//!
//! Surfaces do not know each other. What they share is the engine's turn, [`call`], [`changed`],
//! [`exchange`], [`json`] and [`lint`]. Not here: sockets and HTTP parsing (`http`).

pub mod applivery;
pub mod call;
pub mod changed;
pub mod control;
pub mod json;
pub mod lint;
pub mod metadata;
pub mod operations;
pub mod patch;
mod served;
mod simulator;
pub mod v1;
pub mod v2;

pub use crate::exchange;

use std::net::SocketAddr;
use std::sync::Arc;

use http::{HeaderValue, StatusCode, header};
use tokio::sync::Semaphore;

use self::control::{Bases, Control, ControlOptions};
use self::lint::Lints;
use self::served::{Served, Surface};
use crate::engine::{DEFAULT, Engine, Found};
use crate::exchange::{Door, Reply, Request};
use crate::journal::Routed;
use crate::model::At;
use crate::sim::date;
use crate::telling::secrets;

/// Calls that wait to be applied, all in all; more go at once.
const WAITING_MAX: usize = 10_000;

/// Options of a server that more than one surface looks at.
#[derive(Debug, Clone, Default)]
pub struct ApiOptions {
    /// Lints are errors.
    pub strict: bool,
    /// Base of URLs written into answers; from the request if absent.
    pub public_url: Option<String>,
    /// Hosts that may receive notifications over plain http.
    pub receivers: Vec<String>,
    /// Receivers of notifications may show any certificate.
    pub receiver_insecure: bool,
    /// Options of the control API.
    pub control: ControlOptions,
}

/// The front door: finds the surface of a request.
#[derive(Debug)]
pub struct Api {
    engine: Arc<Engine>,
    options: Arc<ApiOptions>,
    control: Control,
    /// Places for calls that wait to be applied.
    waiting: Arc<Semaphore>,
}

impl Api {
    /// The surfaces over an engine.
    pub fn new(engine: Arc<Engine>, options: ApiOptions) -> Self {
        let control = Control::new(Arc::clone(&engine), options.control.clone());
        let waiting = Arc::new(Semaphore::new(WAITING_MAX));
        Self { engine, options: Arc::new(options), control, waiting }
    }

    /// Answers one request to an imitated service. Does not wait for anything, even where rules say so.
    pub fn respond(&self, request: Request) -> Reply {
        match self.find(request) {
            Ok(call) => call.at_once(),
            Err(reply) => reply,
        }
    }

    /// Finds the surface and the universe of a request; or answers it, if it is of none.
    fn find(&self, request: Request) -> Result<Served, Reply> {
        if let Some(reply) = operations::answer(&request) {
            return Err(self.undated(&request, reply, "operations"));
        }
        let (prefix, mut request) = take_prefix(request);
        if simulator::is_path(&request.path)
            && let Some(found) = self.engine.route(prefix.as_deref(), None)
        {
            let mut reply = simulator::answer(&request, &found.universe);
            if let Ok(now) = found.universe.turn(|turn| turn.now()) {
                set_date(&mut reply, now);
            }
            let id = found.universe.id();
            log(&request, &reply, simulator::NAME, id, &Lints::default());
            return Err(reply);
        }
        let base_url = self.base_url(&request, prefix.as_deref());
        let mut lints = Lints::default();
        if let Some(service) = v1::find(&request.path) {
            let asked = v1::Asked::read(service, &request, &mut lints);
            let credential = asked.credential();
            if let Some(found) = self.engine.route(prefix.as_deref(), credential.as_ref()) {
                let (name, options) = (asked.operation(), &self.options);
                let base_url = base_of(base_url, &found);
                let what = (Surface::V1(Arc::new(asked)), name);
                return Ok(Served::new(
                    &found, request, what, credential, lints, base_url, options,
                ));
            }
        } else if let Some(target) = metadata::find(&request.path) {
            let credential = metadata::credential(&request);
            if let Some(found) = self.engine.route(prefix.as_deref(), credential.as_ref()) {
                let asked = metadata::Asked::read(target, &request, &mut lints);
                let (name, options) = (asked.target.operation(), &self.options);
                let base_url = base_of(base_url, &found);
                let what = (Surface::Metadata(Arc::new(asked)), name);
                return Ok(Served::new(
                    &found, request, what, credential, lints, base_url, options,
                ));
            }
        } else if let Some(path) = request.path.strip_prefix("/mdm/v2/") {
            let bare = path.strip_suffix('/').unwrap_or(path).to_owned();
            if bare.len() < path.len() {
                lints.note("trailing-slash", path);
            }
            let credential = v2::call::bearer(&request);
            if let Some(found) = self.engine.route(prefix.as_deref(), credential.as_ref()) {
                let (what, options) = (Served::v2(&bare, &request), &self.options);
                return Ok(Served::new(
                    &found, request, what, credential, lints, base_url, options,
                ));
            }
        }
        if let Some(asked) = applivery::Asked::read(&request)
            && let Some(found) = self.engine.route_key(prefix.as_deref(), asked.key())
        {
            let (name, options) = (asked.operation(), &self.options);
            let what = (Surface::Applivery(Arc::new(asked)), name);
            return Ok(Served::new(&found, request, what, None, lints, base_url, options));
        }
        let what = match &prefix {
            Some(id) if self.engine.universe(id).is_none() => format!("has no universe `{id:.64}`"),
            _ => format!("serves nothing at {:.200}", request.path),
        };
        request.path.truncate(200);
        let reply = Reply::text(StatusCode::NOT_FOUND, format!("quince {what}\n"));
        Err(self.undated(&request, reply, "unknown"))
    }

    /// An answer that belongs to no universe: the default one's date, and no journal entry.
    fn undated(&self, request: &Request, mut reply: Reply, operation: &str) -> Reply {
        let universe = self.engine.default_universe();
        if let Ok(now) = universe.turn(|turn| turn.now()) {
            set_date(&mut reply, now);
        }
        log(request, &reply, operation, universe.id(), &Lints::default());
        reply
    }

    /// Answers a request to the control API; `None` if the path is none of its.
    async fn control(&self, request: &Request, services: String) -> Option<Reply> {
        let path = request.path.strip_prefix(control::PREFIX)?;
        if !path.is_empty() && !path.starts_with('/') {
            return None;
        }
        let own = format!("{}://{}", request.scheme.as_str(), authority(request));
        let own = if self.options.control.apart { own } else { services.clone() };
        let bases = Bases { services, control: own + control::PREFIX };
        let reply = self.control.answer(request, path, &bases).await;
        Some(self.undated(request, reply, "control"))
    }

    /// The base of URLs written into answers: `--public-url`, or what the client called; with the prefix
    /// of the universe that it called.
    fn base_url(&self, request: &Request, prefix: Option<&str>) -> String {
        let mut base = self
            .options
            .public_url
            .clone()
            .unwrap_or_else(|| format!("{}://{}", request.scheme.as_str(), authority(request)));
        if let Some(id) = prefix {
            base += "/u/";
            base += id;
        }
        base
    }
}

impl Door for Api {
    async fn answer(&self, request: Request) -> Reply {
        if !self.options.control.apart {
            let services = self.base_url(&request, None);
            if let Some(reply) = self.control(&request, services).await {
                return reply;
            }
        }
        match self.find(request) {
            Ok(call) => call.in_time(&self.waiting).await,
            Err(reply) => reply,
        }
    }
}

/// The door of a listener that serves the control API and nothing else.
#[derive(Debug)]
pub struct ControlDoor {
    /// The surfaces.
    pub api: Arc<Api>,
    /// Where the imitated services are served.
    pub services: SocketAddr,
}

impl Door for ControlDoor {
    async fn answer(&self, request: Request) -> Reply {
        let api = &self.api;
        if let Some(reply) = operations::answer(&request) {
            return api.undated(&request, reply, "operations");
        }
        let public = api.options.public_url.clone();
        let services = public.unwrap_or_else(|| {
            let host = authority(&request);
            let port = host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']'));
            let host = port.map_or(host, |(host, _)| host);
            // Who listens everywhere is reached under the name under which this listener was.
            if self.services.ip().is_unspecified() {
                format!("http://{host}:{}", self.services.port())
            } else {
                format!("http://{}", self.services)
            }
        });
        if let Some(reply) = api.control(&request, services).await {
            return reply;
        }
        let text = format!("quince serves the control API here, below {}\n", control::PREFIX);
        api.undated(&request, Reply::text(StatusCode::NOT_FOUND, text), "unknown")
    }
}

/// What the caller takes the listener to be called.
fn authority(request: &Request) -> &str {
    request.authority.as_deref().unwrap_or("localhost")
}

/// Takes `/u/<id>` off the path: below it every surface is served for that universe alone.
fn take_prefix(mut request: Request) -> (Option<String>, Request) {
    let Some(rest) = request.path.strip_prefix("/u/") else { return (None, request) };
    let (id, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (id, path) = (id.to_owned(), path.to_owned());
    request.path = path;
    (Some(id), request)
}

/// The base of URLs written into answers of a universe: whoever follows one brings no token that names it.
fn base_of(base_url: String, found: &Found) -> String {
    let id = found.universe.id();
    if found.routed == Routed::Prefix || id == DEFAULT {
        return base_url;
    }
    format!("{base_url}/u/{id}")
}

fn set_date(reply: &mut Reply, now: At) {
    if let Ok(date) = HeaderValue::from_str(&date::http(now)) {
        reply.headers.insert(header::DATE, date);
    }
}

/// One line per request.
fn log(request: &Request, reply: &Reply, operation: &str, universe: &str, lints: &Lints) {
    if !tracing::enabled!(tracing::Level::INFO) {
        return;
    }
    let (status, bytes) = (reply.status.as_u16(), reply.body.len());
    let query = request
        .query
        .as_deref()
        .map(|query| format!("?{:.200}", secrets::form(query)))
        .unwrap_or_default();
    let line = format!("{} {:.200}{query} -> {status}", request.method, request.path);
    if lints.is_empty() {
        tracing::info!(operation, universe, bytes, "{line}");
    } else {
        tracing::info!(operation, universe, bytes, lints = lints.to_text(), "{line}");
    }
}
