//! Every error number of the fact sheet, provoked over a socket.

mod table;

use std::collections::BTreeSet;

use http::{HeaderValue, Method, header};
use http_body_util::Full;
use quince::Quince;
use quince::api::v2::errors::TABLE;
use serde_json::{Value, json};

use self::table::{Ask, Bearer, Row, Shows, rows};
use crate::support::{Answer, Fixture};

/// The numbers of apple-v2.md §13.4.
fn numbers() -> BTreeSet<u16> {
    let single =
        [9601, 9602, 9603, 9609, 9621, 9622, 9623, 9625, 9634, 9635, 9637, 9641, 9644, 9646, 9647];
    single.into_iter().chain([9650]).chain(9700..=9729).chain(9811..=9818).collect()
}

/// `ErrorResponse` (apple-v2.md §13.1): `errorInfo` is left out when there is nothing to name.
fn error(row: &Row, info: &Value) -> Value {
    let mut error = json!({"errorNumber": row.number, "errorMessage": row.text});
    if !info.is_null() {
        error["errorInfo"] = info.clone();
    }
    error
}

impl Ask {
    async fn fixture(&self) -> Fixture {
        let mut builder = Quince::builder().world(self.world).profile(self.profile);
        for (key, value) in &self.settings {
            builder = builder.setting(key, value);
        }
        let fixture = Fixture::of(builder, self.location).await;
        for (path, body) in &self.before {
            assert_eq!(fixture.done(path, body).await["eventStatus"], "COMPLETE", "{path} {body}");
        }
        fixture
    }

    async fn send(&self, fixture: &Fixture) -> Answer {
        let mut request = Fixture::bare(self.method.clone(), &format!("/mdm/v2/{}", self.path));
        request = match self.bearer {
            Bearer::Own => {
                request.header(header::AUTHORIZATION, format!("Bearer {}", fixture.stoken))
            }
            Bearer::Is(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            Bearer::Missing => request,
        };
        if self.method == Method::POST {
            request = request.header(header::CONTENT_TYPE, self.content_type);
        }
        let body = if self.body.is_null() { String::new() } else { self.body.to_string() };
        fixture.send(request.body(Full::from(body)).unwrap()).await
    }
}

#[test]
fn every_number_has_a_row_and_the_product_knows_the_same() {
    let covered: BTreeSet<u16> = rows().iter().map(|row| row.number).collect();
    assert_eq!(covered, numbers(), "rows of this test, numbers of the sheet");
    let product: BTreeSet<u16> = TABLE.iter().map(|row| row.number).collect();
    assert_eq!(product, numbers(), "table of the product, numbers of the sheet");
    for row in rows() {
        let known = TABLE.iter().find(|known| known.number == row.number).unwrap();
        assert_eq!(known.text, row.text, "text of {}", row.number);
        let status = match &row.shows {
            Shows::Answer { status, .. } => Some(*status),
            Shows::Failure { .. } => continue,
            Shows::Ordered(status, why) => {
                assert!(!why.is_empty(), "{} needs a rule for no reason", row.number);
                *status
            }
        };
        assert_eq!(known.status, status, "status of {}", row.number);
    }
}

#[tokio::test]
async fn every_number_that_can_be_met_looks_as_it_should() {
    ledger!("v2.question.41-empty-error-info", "v2.question.39-rate-limit-answer");
    for row in rows() {
        match &row.shows {
            Shows::Ordered(status, _) => {
                let fixture = Fixture::school().await;
                let then = json!({ "answer": { "error": row.number } });
                let rule = json!({ "id": "r", "on": { "operation": "*" }, "then": then });
                fixture.quince.universe("default").rule_json(&rule.to_string()).unwrap();
                let answer = fixture.get("assets").await;
                assert_eq!(answer.json(), error(&row, &Value::Null), "{}", row.number);
                assert_eq!(answer.status.as_u16(), status.unwrap_or(400), "{}", row.number);
            }
            Shows::Answer { ask, status, info } => {
                let fixture = ask.fixture().await;
                let mut answer = ask.send(&fixture).await;
                for _ in 1..ask.times {
                    if answer.status.as_u16() == *status {
                        break;
                    }
                    answer = ask.send(&fixture).await;
                }
                assert_eq!(answer.json(), error(&row, info), "{} {}", row.number, ask.path);
                assert_eq!(answer.status.as_u16(), *status, "{}", row.number);
                assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
                let retry = answer.headers.get(header::RETRY_AFTER).map(HeaderValue::as_bytes);
                assert_eq!(retry, (row.number == 9646).then_some(&b"1"[..]), "{}", row.number);
                let later = fixture.quince.universe("default").clock().advance("1h").unwrap();
                assert_eq!(later.happened, [], "{}: something was queued", row.number);
            }
            Shows::Failure { ask, info } => {
                let fixture = ask.fixture().await;
                let done = fixture.done(&ask.path, &ask.body).await;
                assert_eq!(done["eventStatus"], "FAILED", "{}", row.number);
                assert_eq!(done["failures"], json!([error(&row, info)]), "{}", row.number);
            }
        }
    }
}

#[tokio::test]
async fn what_only_events_tell_is_never_an_answer() {
    ledger!("v2.conflict.04-asynchronous-only");
    for row in rows().iter().filter(|row| [9709, 9716].contains(&row.number)) {
        assert_eq!(TABLE.iter().find(|known| known.number == row.number).unwrap().status, None);
        let Shows::Failure { ask, .. } = &row.shows else { panic!("{} is answered", row.number) };
        let fixture = ask.fixture().await;
        let answer = ask.send(&fixture).await;
        assert_eq!(answer.status, 200, "{}", row.number);
        assert!(answer.json()["eventId"].is_string());
    }
}

#[test]
fn no_message_stands_for_two_numbers() {
    ledger!("v2.conflict.13-messages-per-number");
    let texts: BTreeSet<&str> = TABLE.iter().map(|row| row.text).collect();
    assert_eq!(texts.len(), TABLE.len());
    for wording in ["Unable to find registered user.", "Registered user not found"] {
        assert!(!texts.contains(wording), "another wording of 9609 is the text of a number");
    }
}

#[tokio::test]
async fn an_unknown_user_has_three_wordings_and_one_number() {
    ledger!("v2.conflict.12-unknown-user-texts");
    for (word, text) in [
        ("live", "Unable to find the registered user."),
        ("short", "Unable to find registered user."),
        ("not-found", "Registered user not found"),
    ] {
        for timing in ["sync", "async"] {
            let builder = Quince::builder().world("small-school");
            let builder = builder.setting("v2.unknown_user_text", word);
            let school = Fixture::of(builder.setting("v2.unknown_user", timing), "berlin").await;
            let nobody = json!({"users": [{"clientUserId": "nobody"}]});
            let error = match timing {
                "sync" => {
                    let answer = school.post("users/retire", nobody).await;
                    assert_eq!(answer.status, 400);
                    answer.json()
                }
                _ => school.done("users/retire", nobody).await["failures"][0].clone(),
            };
            assert_eq!(
                error,
                json!({"errorInfo": {"clientUserIds": ["nobody"]}, "errorMessage": text, "errorNumber": 9609}),
            );
        }
    }
}
