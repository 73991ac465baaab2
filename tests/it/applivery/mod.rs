//! Applivery's MDM users, over a real socket; every answer is held against its operation's schema.

mod auth;
mod bodies;
mod example;
mod fuzz;
mod lists;
mod orders;
mod pages;
mod rules;
mod settings;
mod snapshots;
mod stories;
mod vpp;

use std::sync::LazyLock;

use bytes::Bytes;
use http::{Method, StatusCode, header};
use http_body_util::Full;
use quince::api::applivery::route::route;
use quince::sim::key::{Access, KeyClaims, mint};
use quince::sim::spec::{MdmOrganizationSpec, MdmUserSpec, WorldSpec};
use quince::{Builder, Quince};
use serde_json::Value;

use crate::support::lists::world;
use crate::support::schema::Schemas;
use crate::support::{Answer, Fixture};

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::read("applivery/schemas"));

/// The people of `acme`, in order of arrival: address, name, labels.
const PEOPLE: [(&str, &str, &[&str]); 6] = [
    ("bea@acme.example", "Bea Stone", &["staff", "north"]),
    ("ada@acme.example", "Ada Lovell", &["staff"]),
    ("emil@other.example", "emil gross", &[]),
    ("dora@acme.example", "Dora Lin", &["staff,north", "Staff"]),
    ("cleo@acme.example", "Cleo Vahl", &["north"]),
    ("finn@acme.example", "", &["guests"]),
];

/// An organization `acme` with people and the location `main`, and another one, `birch`, with nothing.
fn desk_world() -> WorldSpec {
    let mut spec = world("[[user]]\nlocation = \"main\"\nclient_user_id = \"u-1\"\n");
    let mut acme = MdmOrganizationSpec::new("acme", "Acme Works");
    acme.vpp_location = Some("main".to_owned());
    acme.users = PEOPLE
        .iter()
        .map(|(email, name, tags)| {
            let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
            MdmUserSpec { tags, ..MdmUserSpec::new(email, name) }
        })
        .collect();
    let cleo = &mut acme.users[4];
    cleo.managed_apple_id = Some("cleo@apple.acme.example".to_owned());
    r#"{"room":{"floor":2},"keys":[1.50,null]}"#.clone_into(&mut cleo.metadata);
    cleo.inferred_segment_ids = vec![0, 3];
    *cleo.counts.get_mut("apple.devices").unwrap() = 2;
    *cleo.counts.get_mut("android.enrollmentTokens.EXPIRED").unwrap() = 1;
    spec.mdm = vec![acme, MdmOrganizationSpec::new("birch", "Birch & Sons")];
    spec
}

/// A key of the default universe.
fn key(organization: &str, access: Access) -> String {
    let (universe, organization) = ("default".to_owned(), organization.to_owned());
    mint(1, &KeyClaims { universe, organization, access, serial: 1, expires: None })
}

/// A client of Applivery and the quince that it talks to.
struct Desk {
    fixture: Fixture,
    key: String,
}

impl Desk {
    async fn open() -> Self {
        Self::with(&[]).await
    }

    /// With these settings.
    async fn with(settings: &[(&str, &str)]) -> Self {
        let set = |builder: Builder, (key, value): &(&str, &str)| builder.setting(key, value);
        Self::of(settings.iter().fold(Quince::builder().world_spec(desk_world()), set)).await
    }

    async fn of(builder: Builder) -> Self {
        Self { fixture: Fixture::of(builder, "main").await, key: key("acme", Access::Admin) }
    }

    /// Sends a request below `/v1` as it is; what comes back is an answer of the operation that it is for.
    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send_below("", method, path, headers, body).await
    }

    async fn send_below(
        &self,
        prefix: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = Fixture::bare(method.clone(), &format!("{prefix}/v1/{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = Full::from(Bytes::from(body.to_owned()));
        let answer = self.fixture.send(request.body(body).unwrap()).await;
        if method != Method::HEAD && method != Method::OPTIONS {
            checked(path, &method, &answer);
        }
        answer
    }

    /// A call below `/v1/organizations/acme` with the key; a body of `null` is none.
    async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        let bearer = format!("Bearer {}", self.key);
        let mut headers = vec![("authorization", bearer.as_str())];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        if !body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        self.send(method, &format!("organizations/acme{path}"), &headers, &body).await
    }

    /// A GET that succeeds: `data`.
    async fn get(&self, path: &str) -> Value {
        self.done("GET", path, Value::Null).await
    }

    /// A call that succeeds: `data`.
    async fn done(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.call(method, path, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{method} {path}: {}", answer.text());
        answer.json()["data"].clone()
    }

    /// A call that fails: status, code and message.
    async fn refusal(&self, method: &str, path: &str, body: Value) -> String {
        refusal(&self.call(method, path, body).await)
    }

    /// The first word of the address of each user on a page.
    async fn names(&self, query: &str) -> String {
        let page = self.get(&format!("/mdm/users?{query}")).await;
        let email =
            |user: &Value| user["email"].as_str().unwrap().split('@').next().map(str::to_owned);
        let names = page["items"].as_array().unwrap().iter().map(|user| email(user).unwrap());
        names.collect::<Vec<_>>().join(" ")
    }

    /// The id of the user with this address.
    async fn id(&self, email: &str) -> String {
        let page = self.get(&format!("/mdm/users?email={email}")).await;
        page["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{page}")).to_owned()
    }

    /// Does something past the API.
    async fn verb(&self, verb: &str, arguments: Value) {
        let path = format!("/universes/default/verbs/{verb}");
        self.fixture.done_by("POST", &path, arguments).await;
    }
}

/// Status, code and message of a failure.
#[track_caller]
fn refusal(answer: &Answer) -> String {
    let body = answer.json();
    assert_eq!(body["status"], false, "{body}");
    let error = &body["error"];
    format!("{} {} {}", answer.status.as_u16(), error["code"], error["message"].as_str().unwrap())
}

/// An answer is one of the operation that its path leads to.
#[track_caller]
fn checked(path: &str, method: &Method, answer: &Answer) {
    let path = path.split('?').next().unwrap();
    let operation = route(path, method).map_or("applivery.unknown", |route| route.operation.name());
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json; charset=utf-8");
    assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    let value = answer.json();
    assert_eq!(value["status"], answer.status == StatusCode::OK, "{path}: {value}");
    SCHEMAS.check(operation, &value);
}
