//! The control API in few words.

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use serde_json::Value;

use super::{Answer, Fixture};

impl Fixture {
    /// A request to `/_quince/v1{path}`; a body of `null` is none.
    pub(crate) async fn control(&self, method: &str, path: &str, body: Value) -> Answer {
        self.send(control_request(method, path, &body)).await
    }

    /// [`Fixture::control`], which must succeed.
    pub(crate) async fn done_by(&self, method: &str, path: &str, body: Value) -> Value {
        let told = format!("{method} {path} {body}");
        let answer = self.control(method, path, body).await;
        assert!(answer.status.is_success(), "{told}: {} {}", answer.status, answer.text());
        answer.json()
    }

    /// [`Fixture::control`], which must be refused: status, kind of the problem and pointer.
    pub(crate) async fn problem(&self, method: &str, path: &str, body: Value) -> String {
        let told = format!("{method} {path} {body}");
        let answer = self.control(method, path, body).await;
        assert!(!answer.status.is_success(), "{told}: {}", answer.text());
        let kind = answer.headers[header::CONTENT_TYPE].to_str().unwrap();
        assert_eq!(kind, "application/problem+json", "{told}");
        let problem = answer.json();
        assert_eq!(problem["status"], answer.status.as_u16(), "{told}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{told}");
        let slug = problem["type"].as_str().unwrap().trim_start_matches("/_quince/problems/");
        let pointer = problem["pointer"].as_str().unwrap_or("-");
        format!("{} {slug} {pointer}", answer.status.as_u16())
    }

    /// `GET` or, with a body, `POST` of `/u/{universe}/mdm/v2/{path}` with a token.
    pub(crate) async fn below(
        &self,
        universe: &str,
        stoken: &str,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        self.v2_at(&format!("/u/{universe}"), Some(stoken), path, body).await
    }

    /// `GET` or, with a body, `POST` of `{prefix}/mdm/v2/{path}`.
    pub(crate) async fn v2_at(
        &self,
        prefix: &str,
        stoken: Option<&str>,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let mut request = Self::bare(method, &format!("{prefix}/mdm/v2/{path}"));
        if let Some(stoken) = stoken {
            request = request.header(header::AUTHORIZATION, format!("Bearer {stoken}"));
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(request.body(Full::from(body)).unwrap()).await
    }
}

/// A request to `/_quince/v1{path}`; a body of `null` is none.
pub(crate) fn control_request(method: &str, path: &str, body: &Value) -> Request<Full<Bytes>> {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let request = Fixture::bare(method, &format!("/_quince/v1{path}"));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    request.header(header::CONTENT_TYPE, "application/json").body(Full::from(body)).unwrap()
}

/// Status and error number of an answer over v2.
pub(crate) fn told(answer: &Answer) -> (StatusCode, u64) {
    (answer.status, answer.json()["errorNumber"].as_u64().unwrap_or_default())
}
