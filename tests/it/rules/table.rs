//! Every error number of the surface, each by one line.

use quince::api::v2::errors::TABLE;
use serde_json::json;

use super::school;

#[tokio::test]
async fn every_number_of_the_table_is_one_rule_away() {
    for row in TABLE {
        let school = school(&[json!({"id": "r", "on": {"operation": "v2.assets.list"}, "then": {"answer": {"error": row.number}}})]).await;
        let answer = school.get("assets").await;
        assert_eq!(answer.status.as_u16(), row.status.unwrap_or(400), "{}", row.number);
        let expected = json!({"errorMessage": row.text, "errorNumber": row.number});
        assert_eq!(answer.json(), expected);
    }
}

#[tokio::test]
async fn events_tell_every_number_that_they_can_tell() {
    for number in quince::api::v2::errors::EVENT_NUMBERS {
        let then = json!({"event": {"after": "1s", "outcome": "failure", "error": number}});
        let school =
            school(&[json!({"id": "r", "on": {"operation": "v2.assets.associate"}, "then": then})])
                .await;
        let body = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["C02A"]});
        let status = school.done("assets/associate", body).await;
        assert_eq!(status["eventStatus"], "FAILED");
        assert_eq!(status["failures"][0]["errorNumber"], number);
    }
}

#[tokio::test]
async fn a_bare_status_brings_the_body_that_the_surface_has_for_it() {
    ledger!("quince.rule-status-body");
    let mut told = Vec::new();
    for status in [200, 204, 400, 401, 403, 404, 405, 410, 415, 418, 429, 500, 502, 503] {
        let school = school(&[
            json!({"id": "r", "on": {"operation": "*"}, "then": {"answer": {"status": status}}}),
        ])
        .await;
        let answer = school.get("assets").await;
        assert_eq!(answer.status, status);
        let number = if answer.body.is_empty() {
            "-".to_owned()
        } else {
            answer.json()["errorNumber"].to_string()
        };
        told.push(format!("{status} {number}"));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    200 -
    204 -
    400 9602
    401 9601
    403 9637
    404 -
    405 9726
    410 9634
    415 9727
    418 -
    429 9646
    500 9603
    502 -
    503 9729
    "#);
}
