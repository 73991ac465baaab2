//! `/livez`, `/readyz` and `/version`: for whoever starts and watches quince.

use http::{HeaderValue, Method, StatusCode, header};

use super::exchange::{Reply, Request};

/// Answers, if the path is one of these. A server that answers at all is ready: it listens only once its
/// worlds are loaded.
pub fn answer(request: &Request) -> Option<Reply> {
    let body = match request.path.as_str() {
        "/livez" => "live\n".to_owned(),
        "/readyz" => "ready\n".to_owned(),
        "/version" => {
            format!("{{\"name\":\"quince\",\"version\":\"{}\"}}\n", env!("CARGO_PKG_VERSION"))
        }
        _ => return None,
    };
    if request.method != Method::GET && request.method != Method::HEAD {
        let mut reply = Reply::text(StatusCode::METHOD_NOT_ALLOWED, "quince: only GET here\n");
        reply.headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return Some(reply);
    }
    let json = body.starts_with('{');
    Some(if json { Reply::json(StatusCode::OK, body) } else { Reply::text(StatusCode::OK, body) })
}
