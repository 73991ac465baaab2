//! The older API, over a real socket; every answer is held against its service's schema.

mod config;
mod errors;
mod invitation;
mod manage;
mod mixed;
mod notices;
mod python;
mod reads;
mod rules;
mod schema;
mod single;
mod story;
mod transport;
mod users;
mod vppsim;

use bytes::Bytes;
use http::{Method, header};
use http_body_util::Full;
use quince::{Builder, Quince};
use serde_json::{Value, json};

use crate::support::{Answer, Fixture};

/// A world file with few things, whose ids are fixed.
const LIBRARY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/v1/library.toml");

/// A client of v1 and the quince that it talks to.
struct Library {
    fixture: Fixture,
}

impl Library {
    async fn open() -> Self {
        Self::with(&[]).await
    }

    /// With these settings.
    async fn with(settings: &[(&str, &str)]) -> Self {
        let builder = Quince::builder().world(LIBRARY);
        let set = |builder: Builder, (key, value): &(&str, &str)| builder.setting(key, value);
        let fixture = Fixture::of(settings.iter().fold(builder, set), "north").await;
        Self { fixture }
    }

    /// Calls a service with the token, as it is documented.
    async fn call(&self, service: &str, mut members: Value) -> Value {
        if members.get("sToken").is_none() {
            members["sToken"] = self.fixture.stoken.as_str().into();
        }
        self.send(service, &members.to_string()).await
    }

    /// Posts a JSON text.
    async fn send(&self, service: &str, body: &str) -> Value {
        let request = Fixture::bare(Method::POST, &format!("/mdm/{service}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(body.to_owned()))
            .unwrap();
        checked(service, &self.fixture.send(request).await)
    }

    /// Sends what is no documented call.
    async fn bare(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Fixture::bare(method, path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.fixture.send(request.body(Full::from(body.into())).unwrap()).await
    }

    /// Gives or takes back one asset.
    async fn manage(&self, adam_id: &str, mut members: Value) -> Value {
        members["adamIdStr"] = adam_id.into();
        self.call("manageVPPLicensesByAdamIdSrv", members).await
    }

    /// A user by its client user id.
    async fn user(&self, client_user_id: &str) -> Value {
        self.call("getVPPUserSrv", json!({"clientUserIdStr": client_user_id})).await["user"].clone()
    }

    /// What v2 says of an asset.
    async fn counts(&self, adam_id: &str) -> (i64, i64) {
        let page = self.fixture.get(&format!("assets?adamId={adam_id}")).await.json();
        let asset = &page["assets"][0];
        (asset["assignedCount"].as_i64().unwrap(), asset["availableCount"].as_i64().unwrap())
    }

    /// A token of the location whose manager may not manage.
    fn reader() -> String {
        use quince::model::{At, Privileges};
        use quince::sim::token::{TokenClaims, mint};
        let claims = TokenClaims {
            universe: "default".to_owned(),
            location: "north".to_owned(),
            serial: 2,
            expires: At(2_000_000_000_000),
            privileges: Privileges { manage: false, purchase: false },
        };
        mint(1, &claims, "Example Schools")
    }
}

/// The answer, which is one of that service.
#[track_caller]
fn checked(service: &str, answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json;charset=UTF-8");
    let value = answer.json();
    schema::check(service, &value);
    value
}
