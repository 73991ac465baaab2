//! `/internal/get_stoken`: where clients that were made for Apple's own simulator get their token
//! (apple-legacy-v1.md §20). It is that of the universe's first location.
//!
//! Not here: the simulator's services, which are those of [`super::v1`] at the root, and its configuration (`scenario`).

use http::{HeaderValue, Method, StatusCode, header};

use super::exchange::{Reply, Request};
use super::json::Json;
use crate::engine::Universe;
use crate::sim::SiteId;

/// The path, below the universe's prefix if there is one.
const PATH: &str = "/internal/get_stoken";

/// What the log calls it.
pub(super) const NAME: &str = "internal.get_stoken";

/// Whether a path is this one.
pub(super) fn is_path(path: &str) -> bool {
    path.strip_suffix('/').unwrap_or(path) == PATH
}

/// Answers `{"sToken": "..."}`. No service was called, so the journal has nothing of it.
pub(super) fn answer(request: &Request, universe: &Universe) -> Reply {
    if ![Method::GET, Method::HEAD].contains(&request.method) {
        let mut reply = Reply::text(StatusCode::METHOD_NOT_ALLOWED, "quince: only GET here\n");
        reply.headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return reply;
    }
    match universe.turn(|turn| turn.stoken(SiteId(0))) {
        Ok(Some(token)) => {
            let mut json = Json::default();
            json.object(|json| json.text("sToken", &token));
            Reply::json(StatusCode::OK, json.finish())
        }
        Ok(None) => Reply::text(StatusCode::NOT_FOUND, "quince: this world has no location\n"),
        Err(broken) => Reply::fault(&broken.to_string()),
    }
}
