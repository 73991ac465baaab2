//! What stores tell of apps and books, over a real socket; every answer is held against its schema.

mod access;
mod artwork;
mod careful;
mod catalog;
mod lookup;
mod odd;
mod search;

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::{Method, header};
use http_body_util::Full;
use quince::Quince;
use serde_json::{Value, json};

use crate::support::schema::Schemas;
use crate::support::{Answer, Fixture};

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::read("metadata/schemas"));

/// A world file with few products.
const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/metadata/shop.toml");

/// A client of the catalog, and the quince that it talks to.
struct Shop {
    fixture: Fixture,
    developer: String,
}

/// A developer token with these claims and this header; nobody looks at its signature.
fn signed(head: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(head), part(claims))
}

/// Seconds of real time.
fn today() -> i64 {
    quince::engine::real_time::today().0 / 1000
}

fn developer_token() -> String {
    let (head, now) = (json!({"alg": "ES256", "kid": "ABCDE12345"}), today());
    signed(&head, &json!({"iss": "TEAM567890", "iat": now, "exp": now + 60}))
}

impl Shop {
    /// With the token of the library.
    async fn open() -> Self {
        let fixture = Fixture::of(Quince::builder().world(SHOP), "library").await;
        Self { fixture, developer: developer_token() }
    }

    /// With a developer token, and the content token in its cookie.
    async fn get(&self, path: &str) -> Answer {
        self.send(path, Some(&self.developer), Some(&self.fixture.stoken)).await
    }

    async fn send(&self, path: &str, developer: Option<&str>, cookie: Option<&str>) -> Answer {
        let mut request = Fixture::bare(Method::GET, path);
        if let Some(token) = developer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(token) = cookie {
            request = request.header(header::COOKIE, format!("other=1; itvt={token}"));
        }
        self.ask(path, request).await
    }

    /// Sends a request and holds what comes back against its schema.
    async fn ask(&self, path: &str, request: http::request::Builder) -> Answer {
        let answer = self.fixture.send(request.body(Full::<Bytes>::default()).unwrap()).await;
        let schema = match answer.status.as_u16() {
            401 => {
                assert!(answer.body.is_empty(), "of a missing developer nothing is told");
                return answer;
            }
            200 if path.contains("/lookup") => "lookup",
            200 if path.contains("/search") => "catalog.search",
            200 if path.starts_with("/v1/test") => return answer,
            200 => "catalog.data",
            _ => "catalog.errors",
        };
        SCHEMAS.check(schema, &answer.json());
        answer
    }

    /// What is found there, with a developer token and the content token.
    async fn found(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {:?}", answer.body);
        answer.json()
    }

    /// The ids of what is found there.
    async fn ids(&self, path: &str) -> Vec<String> {
        let found = self.found(path).await;
        let list = found.pointer("/data").or_else(|| found.pointer("/results/contents")).unwrap();
        list.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Status and code of a refusal, and the parameter that it is about.
    async fn refused(&self, path: &str) -> (u16, String, Value) {
        let answer = self.get(path).await;
        let error = answer.json()["errors"][0].clone();
        assert_eq!(error["status"], answer.status.as_str());
        let code = error["code"].as_str().unwrap().to_owned();
        (answer.status.as_u16(), code, error["source"]["parameter"].clone())
    }
}
