//! All presets at once: every act within a thousand calls of one client, and the same acts every time.

use std::collections::BTreeSet;

use quince::scenario::presets;
use serde_json::{Value, json};

use super::clients::{Got, Lost, ask_as};
use super::{acted, put, school};
use crate::notifications::receiver::Receiver;
use crate::notifications::subscribe;
use crate::support::Fixture;

const CALLS: u32 = 1_000;

/// A client that carries on whatever comes, and asks a content manager for the new token where the old one is revoked.
struct Stubborn<'a> {
    school: &'a Fixture,
    stoken: String,
    calls: u32,
    /// The event that was accepted last.
    event: Option<String>,
    /// The page that comes next, of assignments and of users.
    pages: [u64; 2],
}

impl Stubborn<'_> {
    async fn ask(&mut self, path: &str, body: Value) -> Option<Got> {
        self.calls += 1;
        let got = match ask_as(self.school, &self.stoken, path, body).await {
            Ok(got) => got,
            Err(Lost) => return None,
        };
        if got.error() == Some(9625) {
            let universe = self.school.done_by("GET", "/universes/default", Value::Null).await;
            universe["stokens"]["berlin"].as_str().unwrap().clone_into(&mut self.stoken);
        }
        got.body["errorNumber"].is_null().then_some(got)
    }

    async fn page(&mut self, list: usize, path: &str) {
        let page = self.pages[list];
        let got = self.ask(&format!("{path}pageIndex={page}"), Value::Null).await;
        let next = got.and_then(|got| got.body["nextPageIndex"].as_u64());
        self.pages[list] = next.unwrap_or(0);
    }

    async fn queue(&mut self, path: &str, body: Value) {
        let got = self.ask(path, body).await;
        if let Some(id) = got.and_then(|got| got.body["eventId"].as_str().map(str::to_owned)) {
            self.event = Some(id);
        }
    }

    /// One round: it reads, writes, and looks what became of it.
    async fn round(&mut self, n: u32) {
        let device =
            json!({"assets": [{"adamId": "361309726"}], "serialNumbers": [format!("D{}", n % 7)]});
        self.ask("assets", Value::Null).await;
        self.page(0, "assignments?").await;
        self.page(1, "users?activeOnly=true&").await;
        self.queue("users/create", json!({"users": [{"clientUserId": format!("u{n}")}]})).await;
        self.poll().await;
        self.queue("assets/associate", device.clone()).await;
        self.poll().await;
        self.page(0, "assignments?").await;
        self.queue("assets/disassociate", device).await;
        self.page(1, "users?activeOnly=true&").await;
    }

    async fn poll(&mut self) {
        self.school.advance("1s");
        let path = match &self.event {
            Some(event) => format!("status?eventId={event}"),
            None => "client/config".to_owned(),
        };
        self.ask(&path, Value::Null).await;
    }
}

/// What a thousand calls under everything leave in the journal: the rules that it names, and all of it. With a receiver
/// the client is notified, too.
async fn thousand_calls(receiver: Option<&Receiver>) -> (BTreeSet<String>, String) {
    let bounds = [("journal.max_entries", "100000"), ("journal.max_bytes", "1000000000")];
    let school = school(&bounds).await;
    if let Some(receiver) = receiver {
        subscribe(&school, &receiver.url()).await;
    }
    put(&school, "everything@42").await;
    let stoken = school.stoken.clone();
    let mut client = Stubborn { school: &school, stoken, calls: 0, event: None, pages: [0, 0] };
    let mut rounds = 0;
    while client.calls < CALLS {
        client.round(rounds).await;
        rounds += 1;
    }
    assert_eq!(client.calls, CALLS);
    let path = "/universes/default/journal?canonical=true&limit=100000";
    let journal = school.control("GET", path, Value::Null).await;
    let entries = journal.json()["entries"].as_array().unwrap().clone();
    assert_eq!(entries[0]["seq"], 1, "all of it is there");
    assert!(entries.iter().all(|it| it["answer"]["headers"]["quince-fault"].is_null()));
    (acted(&school).await, journal.text())
}

#[tokio::test]
async fn each_act_is_seen_within_a_thousand_calls() {
    let receiver = Receiver::good().await;
    let (acted, _) = thousand_calls(Some(&receiver)).await;
    let all: BTreeSet<String> = presets::rules("everything", None)
        .unwrap()
        .iter()
        .map(|rule| rule.id.to_string())
        .collect();
    let missing: Vec<&String> = all.difference(&acted).collect();
    assert!(missing.is_empty(), "these did nothing: {missing:?}");
}

/// Deliveries are left out: when a receiver has answered is for the network to say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_client_sees_the_same_acts() {
    let (one, other) =
        tokio::join!(tokio::spawn(thousand_calls(None)), tokio::spawn(thousand_calls(None)));
    let ((_, one), (_, other)) = (one.unwrap(), other.unwrap());
    if one != other {
        let differ = one.lines().zip(other.lines()).find(|(one, other)| one != other);
        panic!("the journals differ: {differ:?}");
    }
}
