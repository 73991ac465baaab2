//! The nine operations below `subscriptions`, over a real socket, every answer held against its schema.
//!
//! * [`bounds`]: what Service Config says, and how much is kept.
//! * [`endpoints`]: one of each, byte for byte. [`refusals`]: every number that only this family has.
//!   [`filters`]: arrays in queries. [`cursors`]: pages, whatever is written meanwhile. [`notifications`]: what
//!   receivers are told. [`portal`]: what happens past the API. [`shared`]: what works as everywhere else in v2. [`story`]: from the first call to the last.

mod bounds;
mod cursors;
mod endpoints;
mod filters;
mod notifications;
mod portal;
mod refusals;
mod shared;
mod story;

use std::sync::LazyLock;

use http::Method;
use http_body_util::Full;
use serde_json::{Value, json};

use crate::support::schema::Schemas;
use crate::support::{Answer, Fixture};

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::read("v2/schemas"));

/// The app and the subscription that most stories are about.
const PARENT: u64 = 1_501_000_001;
const PLAN: u64 = 6_740_000_017;

/// Users of whom all but `guest` have an Apple Account.
const PEOPLE: &str = r#"
[[user]]
client_user_id   = "staff-0007"
managed_apple_id = "staff7@org.example"
status           = "Associated"
[[user]]
client_user_id   = "staff-0021"
managed_apple_id = "staff21@org.example"
status           = "Associated"
[[user]]
client_user_id   = "staff-0099"
managed_apple_id = "staff99@org.example"
status           = "Associated"
[[user]]
client_user_id   = "lead-0001"
managed_apple_id = "lead1@org.example"
status           = "Associated"
[[user]]
client_user_id = "guest"
"#;

/// Users with an Apple Account, as tables of a world file.
fn crowd(client_user_ids: &[String]) -> String {
    let each = client_user_ids.iter().map(|id| {
        format!("client_user_id = \"{id}\"\nstatus = \"Associated\"\nmanaged_apple_id = \"{id}@org.example\"")
    });
    each.fold(String::new(), |rows, user| rows + "[[user]]\n" + &user + "\n")
}

/// A location with some people, and no subscription.
async fn office(settings: &[(&str, &str)]) -> Fixture {
    Fixture::written(PEOPLE, settings).await
}

/// [`office`], where subscriptions are enabled and so many renewing seats of [`PLAN`] were bought.
async fn office_with(seats: u32, settings: &[(&str, &str)]) -> Fixture {
    let office = office(settings).await;
    assert_eq!(office.tell("subscriptions/enable", Value::Null).await.status, 200);
    office.portal().buy(PLAN, Some(PARENT), seats);
    office
}

/// The name of the schema of a path's answers.
fn schema_of(path: &str) -> String {
    match path.split('?').next().unwrap() {
        "subscriptions" => "subscriptions.list".to_owned(),
        "subscriptions/admins" => "subscriptions.admins.list".to_owned(),
        other => other.replace('/', "."),
    }
}

impl Fixture {
    /// `GET`, its answer held against its schema.
    async fn look(&self, path: &str) -> Answer {
        let answer = self.get(path).await;
        SCHEMAS.check(&schema_of(path), &answer.json());
        answer
    }

    /// `POST`, its answer held against its schema. A body of `null` is none, without a content type.
    async fn tell(&self, path: &str, body: Value) -> Answer {
        let answer = if body.is_null() {
            self.send(self.request(Method::POST, path).body(Full::default()).unwrap()).await
        } else {
            self.post(path, body).await
        };
        SCHEMAS.check(&schema_of(path), &answer.json());
        answer
    }

    /// Posts what queues an event, lets it end, and returns its status, all held against their schemas.
    async fn carried_out(&self, path: &str, body: Value) -> Value {
        let accepted = self.tell(path, body).await.json();
        let id = accepted["eventId"].as_str().unwrap_or_else(|| panic!("refused: {accepted}"));
        self.advance("1h");
        self.look(&format!("status?eventId={id}")).await.json()
    }

    /// Reads a list as cursors lead, and returns all pages.
    async fn follow(&self, path: &str) -> Vec<Value> {
        let first = path.split('?').next().unwrap();
        let mut pages = vec![self.look(path).await.json()];
        while let Some(cursor) = pages[pages.len() - 1]["nextCursor"].as_str() {
            pages.push(self.look(&format!("{first}?cursor={cursor}")).await.json());
        }
        pages
    }

    /// The counts of a subscription, as in `assigned 12+3, available 6+4, total 20+5`: renewing and expiring.
    async fn counts(&self, adam_id: u64) -> String {
        let list = self.look(&format!("subscriptions?adamId={adam_id}")).await.json();
        let counts = &list["subscriptions"][0]["counts"];
        let each = ["assigned", "available", "total"].map(|name| {
            let part = &counts[name];
            format!("{name} {}+{}", part["renewing"], part["expiring"])
        });
        each.join(", ")
    }
}

/// Status and error number.
fn told(answer: &Answer) -> (u16, u64) {
    (answer.status.as_u16(), answer.json()["errorNumber"].as_u64().unwrap_or_default())
}

/// A request about one subscription.
fn seats(adam_id: u64, users: &[&str]) -> Value {
    json!({ "adamIds": [adam_id], "clientUserIds": users })
}
