//! Reading over v1: users, licences, assets and assignments, all at once or in batches.

mod assets;
mod assignments;
mod every_change;
mod large;
mod licences;
mod tokens;
mod users;

use http::{Method, header};
use http_body_util::Full;
use serde_json::{Value, json};

use crate::support::Fixture;

impl Fixture {
    /// Calls a service of v1 with the token; the answer fits its schema.
    pub(super) async fn v1(&self, service: &str, mut members: Value) -> Value {
        if members.get("sToken").is_none() {
            members["sToken"] = self.stoken.as_str().into();
        }
        let request = Self::bare(Method::POST, &format!("/mdm/{service}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::from(members.to_string()))
            .unwrap();
        let answer = self.send(request).await;
        assert_eq!(answer.status, 200, "{service} {members}");
        super::schema::check(service, &answer.json());
        answer.json()
    }

    /// The number of the error with which a service answers; 0 if it does not.
    async fn v1_error(&self, service: &str, members: Value) -> i64 {
        self.v1(service, members).await["errorNumber"].as_i64().unwrap_or_default()
    }

    /// Reads a list to its end, batch after batch: the records, and the since-token. `asked` goes with each request.
    async fn run(&self, service: &str, asked: &Value, since: Option<&str>) -> (Vec<Value>, String) {
        let mut token = since.map(|since| ("sinceModifiedToken", since.to_owned()));
        let mut records = Vec::new();
        loop {
            let mut members = asked.clone();
            if let Some((name, text)) = &token {
                members[*name] = text.as_str().into();
            }
            let answer = self.v1(service, members).await;
            records.extend(list(&answer).iter().cloned());
            if let Some(since) = answer["sinceModifiedToken"].as_str() {
                return (records, since.to_owned());
            }
            let next = answer["batchToken"].as_str().unwrap_or_else(|| panic!("{answer}"));
            token = Some(("batchToken", next.to_owned()));
        }
    }

    /// Does something past the MDM.
    async fn verb(&self, name: &str, arguments: Value) -> Value {
        self.done_by("POST", &format!("/universes/default/verbs/{name}"), arguments).await
    }
}

/// The records of an answer.
#[track_caller]
fn list(answer: &Value) -> &Vec<Value> {
    let list = ["users", "licenses", "assets", "assignments"].into_iter();
    let mut lists = list.filter_map(|name| answer[name].as_array());
    lists.next().unwrap_or_else(|| panic!("no list: {answer}"))
}

/// One member of each record, blank separated; `-` where a record lacks it.
fn column(records: &[Value], name: &str) -> String {
    crate::support::lists::column(&json!(records), name)
}

/// An answer, for a snapshot.
fn shown(answer: &Value) -> String {
    serde_json::to_string_pretty(answer).unwrap()
}
