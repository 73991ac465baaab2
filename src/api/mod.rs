//! The surfaces: one folder per wire API, the only places that know JSON.
//!
//! Surfaces do not know each other. What they share is the engine's turn, and [`exchange`], [`json`] and
//! [`lint`]. Not here: sockets and HTTP parsing (`http`).

pub mod exchange;
pub mod json;
pub mod lint;
pub mod operations;
pub mod v2;

use std::sync::Arc;

use http::{HeaderValue, StatusCode, header};

use self::exchange::{Door, Reply, Request};
use self::lint::Lints;
use crate::engine::{Engine, Universe};
use crate::model::At;
use crate::sim::date;

/// Options of a server that more than one surface looks at.
#[derive(Debug, Clone, Default)]
pub struct ApiOptions {
    /// Lints are errors.
    pub strict: bool,
    /// Base of URLs written into answers; from the request if absent.
    pub public_url: Option<String>,
    /// Hosts that may receive notifications over plain http.
    pub receivers: Vec<String>,
}

/// The front door: finds the surface of a request.
#[derive(Debug)]
pub struct Api {
    engine: Arc<Engine>,
    options: ApiOptions,
}

/// An answer with what the log says of it.
struct Answered {
    reply: Reply,
    operation: &'static str,
    universe: Option<Arc<Universe>>,
    /// The universe's time at the turn of the exchange, if it took one.
    now: Option<At>,
}

impl Answered {
    const fn without_turn(reply: Reply, operation: &'static str) -> Self {
        Self { reply, operation, universe: None, now: None }
    }
}

impl Api {
    /// The surfaces over an engine.
    pub const fn new(engine: Arc<Engine>, options: ApiOptions) -> Self {
        Self { engine, options }
    }

    /// Answers one request. Does not wait for anything.
    pub fn respond(&self, request: &Request) -> Reply {
        let mut lints = Lints::default();
        let Answered { mut reply, operation, universe, now } = self.dispatch(request, &mut lints);
        let universe = universe.as_ref().unwrap_or_else(|| self.engine.default_universe());
        // A broken universe has no time any more; its answers do without a date.
        if let Some(now) = now.or_else(|| universe.turn(|turn| turn.now()).ok())
            && let Ok(date) = HeaderValue::from_str(&date::http(now))
        {
            reply.headers.insert(header::DATE, date);
        }
        lints.tell(&mut reply.headers);
        log(request, &reply, operation, universe.id(), &lints);
        reply
    }

    fn dispatch(&self, request: &Request, lints: &mut Lints) -> Answered {
        if let Some(reply) = operations::answer(request) {
            return Answered::without_turn(reply, "operations");
        }
        if let Some(path) = request.path.strip_prefix("/mdm/v2/") {
            return self.v2(request, path, lints);
        }
        let what = format!("quince serves nothing at {:.200}\n", request.path);
        Answered::without_turn(Reply::text(StatusCode::NOT_FOUND, what), "unknown")
    }

    fn v2(&self, request: &Request, path: &str, lints: &mut Lints) -> Answered {
        let bare = path.strip_suffix('/').unwrap_or(path);
        if bare.len() < path.len() {
            lints.note("trailing-slash", path);
        }
        let credential = v2::call::bearer(request);
        let universe = self.engine.route(credential.as_ref());
        let ((reply, now), operation) = match v2::route(bare, &request.method) {
            Err(error) => ((error.reply(), None), v2::UNKNOWN),
            Ok((operation, name)) => {
                let base_url = self.base_url(request);
                let place = v2::Place {
                    universe: &universe,
                    base_url: &base_url,
                    strict: self.options.strict,
                    receivers: &self.options.receivers,
                };
                (v2::answer(place, request, operation, credential.as_ref(), lints), name)
            }
        };
        Answered { reply, operation, universe: Some(universe), now }
    }

    /// The base of URLs written into answers: `--public-url`, or what the client called.
    fn base_url(&self, request: &Request) -> String {
        self.options.public_url.clone().unwrap_or_else(|| {
            let authority = request.authority.as_deref().unwrap_or("localhost");
            format!("{}://{authority}", request.scheme.as_str())
        })
    }
}

impl Door for Api {
    async fn answer(&self, request: Request) -> Reply {
        self.respond(&request)
    }
}

/// One line per request.
fn log(request: &Request, reply: &Reply, operation: &str, universe: &str, lints: &Lints) {
    if !tracing::enabled!(tracing::Level::INFO) {
        return;
    }
    let (status, bytes) = (reply.status.as_u16(), reply.body.len());
    let query = request.query.as_deref().map(|query| format!("?{query:.200}")).unwrap_or_default();
    let line = format!("{} {:.200}{query} -> {status}", request.method, request.path);
    if lints.is_empty() {
        tracing::info!(operation, universe, bytes, "{line}");
    } else {
        tracing::info!(operation, universe, bytes, lints = lints.to_text(), "{line}");
    }
}
