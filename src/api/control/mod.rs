//! The control API below `/_quince/v1`: the levers that the real services never had.
//!
//! * [`routes`]: every operation in one table, which also makes the OpenAPI document.
//! * [`ask`]: what a handler gets. [`problem`]: what it says when it cannot (RFC 9457).
//! * [`openapi`]: the document. [`values`]: durations, instants and settings in bodies.
//! * a file per noun.
//!
//! Invariants: each mutating call is atomic, is itself in the journal, and answers with the number of the journal entry
//! that it ended at; it can do no act that a scenario file could not say. A lock is held for one turn, never across an
//! await.

pub mod ask;
pub mod clock;
pub mod events;
pub mod journal;
pub mod lints;
pub mod marks;
pub mod notifications;
pub mod openapi;
mod origin;
pub mod presets;
pub mod problem;
pub mod routes;
pub mod rules;
pub mod scenario;
pub mod settings;
pub mod state;
pub mod tables;
pub mod universes;
pub mod values;
pub mod verbs;

use std::sync::Arc;

use http::header;

pub use self::ask::{Ask, Outcome};
pub use self::problem::Problem;
use crate::engine::Engine;
use crate::exchange::{Reply, Request};
use crate::snapshot::state::StateFile;

/// The prefix of the control API.
pub const PREFIX: &str = "/_quince/v1";

/// Options of the control API.
#[derive(Debug, Clone, Default)]
pub struct ControlOptions {
    /// Bearer token that it demands, if any.
    pub token: Option<String>,
    /// Whether it has a listener of its own; then the main one does not serve it.
    pub apart: bool,
    /// What clients have to trust.
    pub trust: Trust,
    /// Where the default universe's state is kept, if anywhere.
    pub state_file: Option<Arc<StateFile>>,
}

/// What clients have to trust to speak TLS with quince.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Trust {
    /// Nothing: there is no TLS.
    #[default]
    NoTls,
    /// quince's own CA, whose certificate in PEM form this is.
    Own(Arc<str>),
    /// Whatever the certificate of `--tls-cert` rests on, which quince does not know.
    Given,
}

/// How a caller reaches quince.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bases {
    /// The imitated services, without a slash at the end.
    pub services: String,
    /// The control API, with its prefix.
    pub control: String,
}

/// The control API over an engine.
#[derive(Debug)]
pub struct Control {
    /// All universes.
    pub engine: Arc<Engine>,
    options: ControlOptions,
    router: matchit::Router<usize>,
}

impl Control {
    /// The control API over an engine.
    pub fn new(engine: Arc<Engine>, options: ControlOptions) -> Self {
        Self { engine, options, router: routes::router() }
    }

    /// Answers a request whose path is `path` below the prefix. URLs in answers begin with `bases`.
    pub async fn answer(&self, request: &Request, path: &str, bases: &Bases) -> Reply {
        let outcome = match self.find(request, path, bases) {
            Ok((route, ask)) => (route.handler)(ask).await,
            Err(problem) => Err(problem),
        };
        outcome.unwrap_or_else(|problem| problem.reply())
    }

    fn find<'a>(
        &'a self,
        request: &'a Request,
        path: &'a str,
        bases: &'a Bases,
    ) -> Result<(&'static routes::Route, Ask<'a>), Problem> {
        self.check_token(request)?;
        let bare = path.strip_suffix('/').filter(|bare| !bare.is_empty()).unwrap_or(path);
        let found = self.router.at(bare).map_err(|_| Problem::no_such_path(path))?;
        let route = routes::of_path(*found.value, &request.method)?;
        let parameters =
            found.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok((route, Ask::new(self, request, parameters, bases)))
    }

    fn check_token(&self, request: &Request) -> Result<(), Problem> {
        let Some(token) = &self.options.token else { return Ok(()) };
        let given =
            request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let good =
            given.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|it| it == token);
        if good { Ok(()) } else { Err(Problem::unauthorized()) }
    }
}
