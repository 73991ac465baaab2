//! Notifications on their way to receivers.
//!
//! * [`receiver`]: one in this process. [`configuring`]: it is tried out first. [`order`]: what comes, and in which order.
//!   [`retries`]: attempts in virtual time. [`bad_receivers`]: nobody holds quince up. [`rules`]: what rules make of them.
//!   [`expecting`]: what expectations say of them. [`before_counts`]: told before anything has changed. [`secure`]: over TLS. [`python`]: a receiver that is none
//!   of ours. [`stock`]: 25 assets for many devices. [`weight`]: what bad receivers cost.

mod bad_receivers;
mod before_counts;
mod configuring;
mod expecting;
mod order;
mod python;
pub(crate) mod receiver;
mod retries;
mod rules;
mod secure;
mod stock;
mod weight;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use self::receiver::Receiver;
use crate::support::Fixture;

/// Subscribes a location to everything.
pub(crate) async fn subscribe(fixture: &Fixture, url: &str) {
    let set = fixture.post("client/config", subscription(url)).await;
    assert_eq!(set.status.as_u16(), 200, "{}", set.text());
}

pub(crate) fn subscription(url: &str) -> Value {
    json!({
        "notificationUrl": url,
        "notificationAuthToken": "s3cr3t",
        "notificationTypes": ["ASSET_MANAGEMENT", "USER_MANAGEMENT", "USER_ASSOCIATED", "ASSET_COUNT"],
    })
}

/// Waits until it is so: what happens in the background takes no virtual time and little real time.
async fn until(mut is_so: impl FnMut() -> bool) {
    let waiting = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), waiting).await.expect("it never happened");
}

/// Advances the clock over the control API, which delivers on the way.
async fn advance(fixture: &Fixture, by: &str) {
    fixture.quince.universe("default").clock().advance_delivering(by).await.unwrap();
}

/// The text of each journal entry of a kind.
async fn journal(fixture: &Fixture, kind: &str) -> Vec<Value> {
    let path = "/universes/default/journal?limit=1000";
    let journal = fixture.done_by("GET", path, Value::Null).await;
    let entries = journal["entries"].as_array().unwrap().iter();
    entries.filter(|entry| entry["kind"] == kind).cloned().collect()
}

/// What the receiver was told of the event types, in order.
fn kinds(receiver: &Receiver) -> Vec<String> {
    let told = receiver.told();
    told.iter().map(|body| body["notificationType"].as_str().unwrap().to_owned()).collect()
}
