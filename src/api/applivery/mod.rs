//! Applivery's MDM users, and where they meet Apple's: everything below `/v1` that is no content metadata.
//!
//! * [`route`]: paths, operations and their permissions. [`call`]: what every call has in common. [`errors`]: the error
//!   table. [`wire`]: envelopes, and the user object.
//! * [`query`], [`body`]: what requests say, by type and bound. [`patterns`]: the documented patterns. [`problems`]: what is
//!   wrong with a request. [`pages`]: the envelope of lists.
//! * a file per noun: [`mdm_users`] and their [`list`], [`organizations`], [`vpp_locations`], [`vpp_users`].
//!
//! Not here: what a user is and how lists are found (`model::mdm`), keys (`sim::key`), other surfaces.

pub mod body;
pub mod call;
pub mod errors;
pub mod list;
pub mod mdm_users;
pub mod organizations;
pub mod pages;
pub mod patterns;
pub mod problems;
pub mod query;
pub mod route;
pub mod vpp_locations;
pub mod vpp_users;
pub mod wire;

use std::sync::Arc;

use http::{HeaderValue, Method, StatusCode, header};

use self::call::Call;
use self::errors::AppliveryError;
use self::route::{Operation, Route};
use crate::api::call::Call as Common;
use crate::api::changed::Errors;
use crate::exchange::{Reply, Request};
use crate::sim::KeyCredential;

/// How this surface spells the errors that rules order.
pub const ERRORS: Errors = Errors {
    reply: |code, settings| AppliveryError::Code(code).reply(settings),
    number_of_status: AppliveryError::code_of_status,
    keeps_status: false,
};

/// What an operation is called where no route matches.
pub const UNKNOWN: &str = "applivery.unknown";

/// What stands below `/v1` and is content metadata.
const METADATA: [&str; 3] = ["catalog", "storefronts", "test"];

/// What a call asks for, read before any turn.
#[derive(Debug)]
pub struct Asked {
    route: Option<Route>,
    key: Option<KeyCredential>,
}

impl Asked {
    /// Reads a request; nothing if its path is of another surface.
    pub fn read(request: &Request) -> Option<Self> {
        let path = request.path.strip_prefix("/v1")?;
        let path = if path.is_empty() { path } else { path.strip_prefix('/')? };
        if METADATA.contains(&path.split('/').next().unwrap_or_default()) {
            return None;
        }
        Some(Self { route: route::route(path, &request.method), key: call::key(request) })
    }

    /// The key, if one came.
    pub const fn key(&self) -> Option<&KeyCredential> {
        self.key.as_ref()
    }

    /// The operation's name.
    pub fn operation(&self) -> &'static str {
        self.route.as_ref().map_or(UNKNOWN, |route| route.operation.name())
    }
}

/// Answers one call.
pub fn answer(common: &mut Common<'_>, asked: &Asked) -> Reply {
    let exchange = Arc::clone(common.exchange);
    let outcome = match &asked.route {
        Some(route) => {
            let mut call = Call { common, key: asked.key(), route };
            carried_out(&mut call, &exchange.request)
        }
        None if exchange.request.method == Method::OPTIONS => Ok(preflight(&exchange.request)),
        None => Err(AppliveryError::Code(1002)),
    };
    if common.opened.is_none() && common.postponed.is_none() {
        // Who was answered before taking a turn takes it now: every call is in the journal.
        let _ = common.open(|_, _| Ok::<(), AppliveryError>(()));
    }
    outcome.unwrap_or_else(|error| match (&common.opened, error) {
        (Some(opened), error) => error.reply(&opened.settings),
        (None, AppliveryError::Fault(what)) => Reply::fault(&what),
        (None, _) => Reply::empty(StatusCode::OK),
    })
}

fn carried_out(call: &mut Call<'_, '_>, request: &Request) -> Result<Reply, AppliveryError> {
    match call.route.operation {
        Operation::Organization => organizations::get(call, request),
        Operation::List => list::answer(call, request),
        Operation::Create => mdm_users::create(call, request),
        Operation::Get => mdm_users::get(call, request),
        Operation::Update => mdm_users::update(call, request),
        Operation::Delete => mdm_users::delete(call, request),
        Operation::Tags => mdm_users::tags(call, request),
        Operation::CsvSample => mdm_users::csv_sample(call, request),
        Operation::VppLocation => vpp_locations::create(call, request),
        Operation::VppUsers => vpp_users::list(call, request),
    }
}

/// What a browser asks before it lets a page of another origin call: everything is allowed (applivery.md §2.3).
fn preflight(request: &Request) -> Reply {
    let mut reply = wire::open(Reply::empty(StatusCode::NO_CONTENT));
    let methods = HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE");
    reply.headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    let wanted = request.headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS);
    if let Some(wanted) = wanted {
        reply.headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    reply
}
