//! Apple's App and Book Management API, version 2: the surface below `/mdm/v2`.
//!
//! * [`wire`]: the data sheet of requests. [`errors`]: the error table.
//! * [`call`]: what every call has in common; [`pages`]: what the three lists have in common.
//! * a file per noun: assets, assignments, users, events, client and service configuration, notifications.
//! * [`subscriptions`]: the family below `subscriptions`, which has numbers for ids, cursors for pages, and errors of its own.
//!
//! Not here: what a command does (`model`), tokens (`sim::token`), other surfaces.

pub mod assets;
pub mod assignments;
pub mod call;
pub mod client_config;
pub mod errors;
pub mod events;
pub mod notifications;
pub mod pages;
pub mod query;
pub mod service_config;
pub mod subscriptions;
pub mod users;
pub mod wire;

use std::sync::Arc;

use http::Method;

use self::errors::ApiError;
use crate::api::call::Call;
use crate::api::changed::Errors;
use crate::exchange::Reply;
use crate::model::EventKind;

/// An operation of this surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `v2.service.config`
    ServiceConfig,
    /// `v2.client.config.get`
    ClientConfigGet,
    /// `v2.client.config.set`
    ClientConfigSet,
    /// `v2.assets.list`
    Assets,
    /// `v2.assignments.list`
    Assignments,
    /// `v2.users.list`
    Users,
    /// `v2.status.get`
    Status,
    /// `v2.assets.associate` and the other POSTs that queue an event
    Queue(EventKind),
    /// `subscriptions.list` and the others of that family
    Subscriptions(subscriptions::Operation),
}

/// Path below `/mdm/v2`, method, operation, and the name of it.
type Route = (&'static str, Method, Operation, &'static str);

/// The routes but those of subscriptions.
const ROUTES: &[Route] = &[
    ("service/config", Method::GET, Operation::ServiceConfig, "v2.service.config"),
    ("client/config", Method::GET, Operation::ClientConfigGet, "v2.client.config.get"),
    ("client/config", Method::POST, Operation::ClientConfigSet, "v2.client.config.set"),
    ("assets", Method::GET, Operation::Assets, "v2.assets.list"),
    ("assignments", Method::GET, Operation::Assignments, "v2.assignments.list"),
    ("users", Method::GET, Operation::Users, "v2.users.list"),
    ("status", Method::GET, Operation::Status, "v2.status.get"),
    (
        "assets/associate",
        Method::POST,
        Operation::Queue(EventKind::Associate),
        "v2.assets.associate",
    ),
    (
        "assets/disassociate",
        Method::POST,
        Operation::Queue(EventKind::Disassociate),
        "v2.assets.disassociate",
    ),
    ("assets/revoke", Method::POST, Operation::Queue(EventKind::Revoke), "v2.assets.revoke"),
    ("users/create", Method::POST, Operation::Queue(EventKind::Create), "v2.users.create"),
    ("users/update", Method::POST, Operation::Queue(EventKind::Update), "v2.users.update"),
    ("users/retire", Method::POST, Operation::Queue(EventKind::Retire), "v2.users.retire"),
];

/// How this surface spells the errors that rules order.
pub const ERRORS: Errors = Errors {
    reply: |number, settings| ApiError::ordered(number, settings).reply(),
    number_of_status: ApiError::number_of_status,
    keeps_status: false,
};

/// What an operation is called where no route matches this path below `/mdm/v2/`.
pub fn unknown(path: &str) -> &'static str {
    let family = path.split('/').next();
    if family == Some("subscriptions") { subscriptions::UNKNOWN } else { "v2.unknown" }
}

/// Finds the operation of a path below `/mdm/v2/`, and its name. HEAD is served as GET.
pub fn route(path: &str, method: &Method) -> Result<(Operation, &'static str), ApiError> {
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let mut allowed = Vec::new();
    let routes = ROUTES.iter().cloned().chain(subscriptions::routes());
    for (_, known, operation, name) in routes.filter(|(known, ..)| *known == path) {
        if known == method {
            return Ok((operation, name));
        }
        allowed.push(known);
    }
    Err(if allowed.is_empty() { ApiError::NoSuchPath } else { ApiError::Method(allowed) })
}

/// How a call is answered, whatever it is.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Base of URLs written into answers.
    pub base_url: &'a str,
    /// Hosts that may receive notifications over plain http.
    pub receivers: &'a [String],
    /// Receivers may show any certificate.
    pub takes_any_certificate: bool,
}

/// Answers one call.
pub fn answer(place: Place<'_>, call: &mut Call<'_>, route: Result<Operation, ApiError>) -> Reply {
    let exchange = Arc::clone(call.exchange);
    let request = &exchange.request;
    let outcome = route.and_then(|operation| {
        let has_body = match operation {
            Operation::Queue(_) | Operation::ClientConfigSet => true,
            Operation::Subscriptions(operation) => operation.has_body(request),
            _ => false,
        };
        if has_body && !call::is_json(request) {
            return Err(ApiError::number(9727));
        }
        match operation {
            Operation::ServiceConfig => service_config::get(call, request, place.base_url),
            Operation::ClientConfigGet => client_config::get(call, request),
            Operation::ClientConfigSet => client_config::set(call, request, place),
            Operation::Assets => assets::list(call, request),
            Operation::Assignments => assignments::list(call, request),
            Operation::Users => users::list(call, request),
            Operation::Status => events::status(call, request),
            Operation::Queue(kind) => events::queue(call, request, kind),
            Operation::Subscriptions(operation) => operation.answer(call, request),
        }
    });
    outcome.unwrap_or_else(|error| error.reply())
}
