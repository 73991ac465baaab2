//! Problems: what the control API says when it cannot do what was asked (RFC 9457).

use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::engine::{Broken, CreateError};
use crate::exchange::Reply;
use crate::faults::RulesError;

/// An `application/problem+json` document.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Problem {
    /// What kind of problem, as a URI reference that does not change: `/_quince/problems/<slug>`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind, for people.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What exactly, and what to do.
    pub detail: String,
    /// Where in the body, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// More members, by problem: near misses, known names.
    #[serde(flatten)]
    pub more: serde_json::Map<String, Value>,
}

impl Problem {
    /// A problem of a kind: `slug` ends its type URI, `title` is the same for all of the kind.
    pub fn new(status: StatusCode, slug: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/_quince/problems/{slug}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            pointer: None,
            more: serde_json::Map::new(),
        }
    }

    /// 400: the request says something that cannot be.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid", "The request is not valid", detail)
    }

    /// 404: there is no such thing.
    pub fn not_found(what: &str, detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            &format!("no-such-{what}"),
            &format!("There is no such {what}"),
            detail,
        )
    }

    /// 409: it does not go with how things are.
    pub fn conflict(slug: &str, detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            slug,
            "The request does not go with the present state",
            detail,
        )
    }

    /// 404: nothing is served at this path.
    pub fn no_such_path(path: &str) -> Self {
        let detail = format!(
            "nothing is at `{path:.200}`; GET /_quince/v1/openapi.json lists what there is"
        );
        Self::not_found("path", detail)
    }

    /// 401: the control token is missing or wrong.
    pub fn unauthorized() -> Self {
        let detail = "send `Authorization: Bearer <token>` with the token of --control-token";
        Self::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "The control token is missing or wrong",
            detail,
        )
    }

    /// Points into the body.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, name: &str, value: Value) -> Self {
        self.more.insert(name.to_owned(), value);
        self
    }

    /// The reply that carries it.
    pub fn reply(&self) -> Reply {
        let body = serde_json::to_vec(self).unwrap_or_default();
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut reply = Reply::new(status, "application/problem+json", body);
        if status == StatusCode::UNAUTHORIZED {
            reply.headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        let allow = self.more.get("allow").and_then(Value::as_str);
        if let Some(allow) = allow.and_then(|allow| HeaderValue::from_str(allow).ok()) {
            reply.headers.insert(header::ALLOW, allow);
        }
        reply
    }
}

impl From<Broken> for Problem {
    fn from(broken: Broken) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "broken-universe",
            "The universe failed before",
            broken.to_string(),
        )
    }
}

impl From<RulesError> for Problem {
    fn from(error: RulesError) -> Self {
        let slug = match error {
            RulesError::Exists(_) => "rule-exists",
            RulesError::Full => "too-many-rules",
        };
        Self::conflict(slug, error.to_string())
    }
}

impl From<CreateError> for Problem {
    fn from(error: CreateError) -> Self {
        let detail = error.to_string();
        match error {
            CreateError::Id(_) => Self::invalid(detail).at("/id"),
            CreateError::Exists(_) => Self::conflict("universe-exists", detail).at("/id"),
            CreateError::Full => Self::conflict("too-many-universes", detail),
            CreateError::Rules(error) => Self::from(error).at("/rules"),
            CreateError::Broken(broken) => broken.into(),
        }
    }
}
