//! Every number that only this family has, by a plain request; and by the line of a rule.

use http::{Method, header};
use http_body_util::Full;
use quince::model::subscription::SubscriptionStatus;
use serde_json::{Value, json};

use super::{PARENT, PLAN, SCHEMAS, office, office_with, seats, told};
use crate::rules::rule;
use crate::support::Fixture;

const QUEUES: [&str; 2] = ["subscriptions/associate", "subscriptions/disassociate"];
const WRITES: [&str; 4] = [
    "subscriptions/associate",
    "subscriptions/disassociate",
    "subscriptions/admins/add",
    "subscriptions/admins/remove",
];

/// Everything that the lists show.
async fn seen(office: &Fixture) -> String {
    let mut seen = String::new();
    for path in ["subscriptions", "subscriptions/assignments", "subscriptions/admins"] {
        seen += &office.look(path).await.text();
    }
    seen
}

/// Posts what is refused; nothing changes by it.
async fn refused(office: &Fixture, path: &str, body: Value) -> (u16, u64, Value) {
    let before = seen(office).await;
    let answer = office.tell(path, body).await;
    office.advance("1h");
    assert_eq!(seen(office).await, before, "{path}");
    let (status, number) = told(&answer);
    (status, number, answer.json()["errorInfo"]["clientUserIds"].clone())
}

#[tokio::test]
async fn a_request_that_is_none_is_9811() {
    ledger!("subscriptions.request-types");
    let office = office_with(3, &[]).await;
    let broken = [
        json!({}),
        json!([]),
        json!("adamIds"),
        json!({"adamIds": [PLAN]}),
        json!({"clientUserIds": ["lead-0001"]}),
        json!({"adamIds": [], "clientUserIds": ["lead-0001"]}),
        json!({"adamIds": [PLAN], "clientUserIds": []}),
        json!({"adamIds": PLAN, "clientUserIds": ["lead-0001"]}),
        json!({"adamIds": [PLAN.to_string()], "clientUserIds": ["lead-0001"]}),
        json!({"adamIds": [0.5], "clientUserIds": ["lead-0001"]}),
        json!({"adamIds": [PLAN], "clientUserIds": [7]}),
        json!({"adamIds": [PLAN], "clientUserIds": null}),
    ];
    for path in WRITES {
        for body in &broken {
            assert_eq!(refused(&office, path, body.clone()).await, (400, 9811, Value::Null));
        }
    }
    for path in QUEUES {
        for (switch, value) in [("renewing", json!("true")), ("deferred", json!(1))] {
            let mut body = seats(PLAN, &["lead-0001"]);
            body[switch] = value;
            assert_eq!(refused(&office, path, body).await, (400, 9811, Value::Null), "{switch}");
        }
    }
}

#[tokio::test]
async fn what_is_paused_or_over_cannot_be_given() {
    ledger!("subscriptions.question.18-not-active");
    for status in [SubscriptionStatus::Paused, SubscriptionStatus::Inactive] {
        let office = office_with(3, &[]).await;
        office.portal().set(PLAN, status);
        let request = seats(PLAN, &["lead-0001"]);
        let answer = refused(&office, "subscriptions/associate", request).await;
        assert_eq!(answer, (400, 9811, Value::Null), "{status:?}");
    }
}

#[tokio::test]
async fn what_is_no_json_is_9602_and_another_type_9727() {
    ledger!("subscriptions.question.17-malformed-body");
    let office = office_with(3, &[]).await;
    for path in WRITES {
        for body in ["", "{", "adamIds=1", "{\"adamIds\":[1],}"] {
            let answer = office.post(path, body).await;
            assert_eq!(told(&answer), (400, 9602), "{path} {body}");
        }
        for kind in [None, Some("text/plain"), Some("application/x-www-form-urlencoded")] {
            let mut request = office.request(Method::POST, path);
            if let Some(kind) = kind {
                request = request.header(header::CONTENT_TYPE, kind);
            }
            let body = seats(PLAN, &["lead-0001"]).to_string();
            let answer = office.send(request.body(Full::from(body)).unwrap()).await;
            assert_eq!(told(&answer), (415, 9727), "{path} {kind:?}");
        }
    }
}

#[tokio::test]
async fn what_the_unit_does_not_own_is_9813() {
    ledger!("subscriptions.question.14-unowned-adam-id", "subscriptions.question.19-before-enable");
    let office = office_with(3, &[]).await;
    for path in WRITES {
        for id in [1, 0, -1, i64::MIN, i64::MAX] {
            // One that it owns does not help, and nobody gets that one either.
            let body = json!({"adamIds": [PLAN, id], "clientUserIds": ["lead-0001"]});
            assert_eq!(refused(&office, path, body).await, (400, 9813, Value::Null), "{path} {id}");
        }
    }
    let fresh = super::office(&[]).await;
    for path in WRITES {
        let body = seats(PLAN, &["lead-0001"]);
        assert_eq!(refused(&fresh, path, body).await, (400, 9813, Value::Null), "{path}");
    }
}

#[tokio::test]
async fn who_has_no_account_or_is_unknown_is_9814() {
    ledger!("subscriptions.question.15-unknown-user");
    let office = office_with(3, &[]).await;
    office.done("users/retire", json!({"users": [{"clientUserId": "staff-0099"}]})).await;
    for path in ["subscriptions/associate", "subscriptions/admins/add"] {
        let users = ["staff-0007", "guest", "nobody", "staff-0099"];
        let answer = refused(&office, path, seats(PLAN, &users)).await;
        assert_eq!(answer, (400, 9814, json!(["guest", "nobody", "staff-0099"])), "{path}");
    }
}

#[tokio::test]
async fn who_holds_nothing_can_give_nothing_back() {
    let office = office_with(3, &[]).await;
    office.carried_out("subscriptions/associate", seats(PLAN, &["staff-0007"])).await;
    let users = seats(PLAN, &["staff-0007", "staff-0021"]);
    let answer = refused(&office, "subscriptions/disassociate", users).await;
    assert_eq!(answer, (400, 9815, json!(["staff-0021"])));
}

#[tokio::test]
async fn both_limits_are_9816() {
    ledger!("subscriptions.question.22-administrator-limits");
    let office = office_with(3, &[]).await;
    office.portal().buy(PLAN + 1, Some(PARENT), 3);
    let limits = json!({"maxSubscriptions": 1, "maxSubscriptionClientUserIds": 2});
    office.act("change-limits", limits).await;
    for path in WRITES {
        let users = seats(PLAN, &["staff-0007", "staff-0021", "lead-0001"]);
        assert_eq!(refused(&office, path, users).await, (400, 9816, Value::Null), "{path}");
        let plans = json!({"adamIds": [PLAN, PLAN + 1], "clientUserIds": ["lead-0001"]});
        assert_eq!(refused(&office, path, plans).await, (400, 9816, Value::Null), "{path}");
    }
    // Subscriptions named twice count once.
    let twice = json!({"adamIds": [PLAN, PLAN], "clientUserIds": ["staff-0007", "lead-0001"]});
    let done = office.carried_out("subscriptions/associate", twice).await;
    assert_eq!((&done["eventStatus"], &done["numRequested"]), (&json!("COMPLETE"), &json!(2)));
}

#[tokio::test]
async fn users_named_twice_are_9704() {
    ledger!("subscriptions.question.16-duplicates");
    let office = office_with(3, &[]).await;
    for path in WRITES {
        let users = seats(PLAN, &["staff-0007", "lead-0001", "staff-0007"]);
        let answer = refused(&office, path, users).await;
        assert_eq!(answer, (400, 9704, json!(["staff-0007"])), "{path}");
    }
}

#[tokio::test]
async fn who_has_it_through_a_group_is_9817() {
    let office = office_with(3, &[]).await;
    office.portal().give_by_group(PLAN, "staff-0007");
    let users = seats(PLAN, &["staff-0021", "staff-0007"]);
    let answer = refused(&office, "subscriptions/associate", users).await;
    assert_eq!(answer, (400, 9817, json!(["staff-0007"])));
}

#[tokio::test]
async fn disabling_is_too_late_once_there_are_subscriptions() {
    ledger!("subscriptions.question.20-empty-and-disable");
    let office = office_with(1, &[]).await;
    assert_eq!(
        refused(&office, "subscriptions/disable", Value::Null).await,
        (400, 9818, Value::Null)
    );
    // Once the last seat has lapsed, it is possible again.
    office.portal().cancel_renewal(PLAN, 1);
    office.advance("60d");
    assert_eq!(office.counts(PLAN).await, "assigned 0+0, available 0+0, total 0+0");
    assert_eq!(office.tell("subscriptions/disable", Value::Null).await.status, 200);
}

#[tokio::test]
async fn too_few_seats_are_9709_in_the_event_only() {
    ledger!("subscriptions.question.08-no-renewing-licence");
    let office = office_with(1, &[]).await;
    let users = seats(PLAN, &["staff-0007", "staff-0021", "lead-0001"]);
    let status = office.carried_out("subscriptions/associate", users).await;
    assert_eq!(status["eventStatus"], "FAILED");
    assert_eq!((&status["numCompleted"], &status["numRequested"]), (&json!(1), &json!(3)));
    let failure = &status["failures"][0];
    assert_eq!(failure["errorNumber"], 9709);
    assert_eq!(failure["errorInfo"], json!({"clientUserIds": ["staff-0021", "lead-0001"]}));
}

#[tokio::test]
async fn each_number_is_one_rule_away() {
    let office = office(&[]).await;
    for number in [9704, 9709].into_iter().chain(9811..=9818) {
        let then = json!({"answer": {"error": number}});
        let on = json!({"operation": "subscriptions.*"});
        rule(&office, &json!({"id": format!("r{number}"), "on": on, "then": then}));
        for path in ["subscriptions", "subscriptions/assignments", "subscriptions/admins"] {
            assert_eq!(told(&office.look(path).await), (400, number), "{path}");
        }
        let enabled = office.tell("subscriptions/enable", Value::Null).await;
        assert_eq!(told(&enabled), (400, number));
        SCHEMAS.check("subscriptions.enable", &enabled.json());
        office.lever(Method::DELETE, &format!("rules/r{number}"), &Value::Null).await;
    }
}
