//! Subscriptions (apple-subscriptions.md): the nine operations below `/mdm/v2/subscriptions`.
//!
//! * `wire`: the data sheet of requests. `pages`: cursors, and what the three lists have in common.
//! * `lists`: subscriptions, assignments and administrators. `manage`: who gets and loses what.
//! * `declare`: whether subscriptions are supported.
//!
//! Everything else of v2 (tokens, order of checks, events, notifications, errors) is shared. Not here: seats and
//! billing periods (`model::subscription`), and where cursors are kept (`engine::cursors`).

mod declare;
mod lists;
mod manage;
mod pages;
mod wire;

pub(super) use self::lists::{write_product, write_seat, write_split};

use http::Method;

use self::wire::Body;
use super::Route;
use super::errors::ApiError;
use crate::api::call::Call;
use crate::exchange::{Reply, Request};

/// An operation of this family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `subscriptions.enable`
    Enable,
    /// `subscriptions.disable`
    Disable,
    /// `subscriptions.list`
    List,
    /// `subscriptions.assignments`
    Assignments,
    /// `subscriptions.associate`
    Associate,
    /// `subscriptions.disassociate`
    Disassociate,
    /// `subscriptions.admins.list`
    Administrators,
    /// `subscriptions.admins.add`
    AddAdministrators,
    /// `subscriptions.admins.remove`
    RemoveAdministrators,
}

/// What an operation of this family is called where no route matches.
pub const UNKNOWN: &str = "subscriptions.unknown";

/// Path, whether it is written to, operation and name (apple-subscriptions.md §3).
const ROUTES: [(&str, bool, Operation, &str); 9] = [
    ("subscriptions", false, Operation::List, "subscriptions.list"),
    ("subscriptions/enable", true, Operation::Enable, "subscriptions.enable"),
    ("subscriptions/disable", true, Operation::Disable, "subscriptions.disable"),
    ("subscriptions/assignments", false, Operation::Assignments, "subscriptions.assignments"),
    ("subscriptions/associate", true, Operation::Associate, "subscriptions.associate"),
    ("subscriptions/disassociate", true, Operation::Disassociate, "subscriptions.disassociate"),
    ("subscriptions/admins", false, Operation::Administrators, "subscriptions.admins.list"),
    ("subscriptions/admins/add", true, Operation::AddAdministrators, "subscriptions.admins.add"),
    (
        "subscriptions/admins/remove",
        true,
        Operation::RemoveAdministrators,
        "subscriptions.admins.remove",
    ),
];

/// The routes of this family.
pub(super) fn routes() -> impl Iterator<Item = Route> {
    ROUTES.into_iter().map(|(path, writes, operation, name)| {
        let method = if writes { Method::POST } else { Method::GET };
        (path, method, super::Operation::Subscriptions(operation), name)
    })
}

impl Operation {
    /// Whether a request has a body that must say that it is JSON. Enable and disable need none, and then no content
    /// type either (apple-subscriptions.md §4).
    pub(super) fn has_body(self, request: &Request) -> bool {
        match self {
            Self::List | Self::Assignments | Self::Administrators => false,
            Self::Enable | Self::Disable => !request.body.is_empty(),
            _ => true,
        }
    }

    /// Answers a call of this operation.
    pub(super) fn answer(self, call: &mut Call<'_>, request: &Request) -> Result<Reply, ApiError> {
        match self {
            Self::Enable => declare::declare(call, request, true),
            Self::Disable => declare::declare(call, request, false),
            Self::List => lists::subscriptions(call, request),
            Self::Assignments => lists::assignments(call, request),
            Self::Administrators => lists::administrators(call, request),
            Self::Associate => manage::queue(call, request, Body::Associate),
            Self::Disassociate => manage::queue(call, request, Body::Disassociate),
            Self::AddAdministrators => manage::administrators(call, request, true),
            Self::RemoveAdministrators => manage::administrators(call, request, false),
        }
    }
}
