//! A receiver is tried out while it is configured.

use quince::Quince;
use serde_json::{Value, json};

use super::receiver::{Does, Receiver};
use super::{journal, subscription};
use crate::support::Fixture;

#[tokio::test]
async fn a_receiver_gets_a_test_before_the_configuration_is_answered() {
    ledger!("v2.question.20-when-the-test-is-sent");
    let (school, receiver) = (Fixture::school().await, Receiver::good().await);
    let set = school.post("client/config", subscription(&receiver.url())).await;
    assert_eq!((set.status.as_u16(), set.lints()), (200, "receiver-plain-http"));
    let [got] = &receiver.got()[..] else { panic!("{:?}", receiver.got()) };
    assert_eq!((got.secret.as_str(), got.path.as_str()), ("Bearer s3cr3t", "/notify"));
    assert_eq!(got.content_type, "application/json");
    let id = got.body["notificationId"].clone();
    let uid = set.json()["uId"].clone();
    let expected = json!({
        "notification": {}, "notificationId": id, "notificationType": "TEST_NOTIFICATION", "uId": uid,
    });
    assert_eq!(got.body, expected);

    // The call and the attempt are both in the journal, the call first.
    let exchange = &journal(&school, "exchange").await[0];
    let [attempt] = &journal(&school, "notification").await[..] else { panic!() };
    assert!(exchange["seq"].as_u64() < attempt["seq"].as_u64());
    assert_eq!(attempt["name"], "TEST_NOTIFICATION");
    assert_eq!(attempt["notification"]["status"], 200);

    // A claim without a receiver sends none.
    let claim = json!({"mdmInfo": {"id": "1", "name": "n", "metadata": "m"}});
    assert_eq!(school.post("client/config", claim).await.lints(), "");
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test]
async fn a_receiver_that_fails_is_refused_and_nothing_changes() {
    ledger!("v2.notifications.one-test");
    let school = Fixture::school().await;
    let does = [Does::Answers(404), Does::Closes, Does::Redirects];
    let receiver = Receiver::doing(move |n, _| does[n % 3].clone()).await;
    let before = school.get("client/config").await.json();
    for _ in 0..3 {
        let mut body = subscription(&receiver.url());
        body["mdmInfo"] = json!({"id": "1", "name": "n", "metadata": "m"});
        let set = school.post("client/config", body).await;
        assert_eq!((set.status.as_u16(), &set.json()["errorNumber"]), (400, &json!(9728)));
    }
    assert_eq!(school.get("client/config").await.json(), before);
    assert_eq!(receiver.got().len(), 3, "each was tried once, no redirection was followed");
    let dropped = journal(&school, "notification").await;
    assert!(dropped.iter().all(|it| it["notification"]["outcome"] == "dropped"), "{dropped:?}");
}

#[tokio::test]
async fn nobody_listens_there() {
    let school = Fixture::school().await;
    let gone = Receiver::good().await.url();
    let set = school.post("client/config", subscription(&gone)).await;
    assert_eq!(set.json()["errorNumber"], 9728);
}

#[tokio::test]
async fn nothing_goes_to_the_neighbourhood() {
    ledger!("v2.notifications.addresses");
    let builder = Quince::builder().world("small-school");
    let builder = builder.allow_receiver("169.254.169.254").allow_receiver("[fe80::1]");
    let school = Fixture::of(builder, "berlin").await;
    for host in ["169.254.169.254", "[::ffff:169.254.169.254]", "0.0.0.0"] {
        let mut body = subscription(&format!("https://{host}/n"));
        if host.starts_with("169") {
            body = subscription(&format!("http://{host}/n"));
        }
        let set = school.post("client/config", body).await;
        assert_eq!(set.json()["errorNumber"], 9728, "{host}");
    }
    let attempts = journal(&school, "notification").await;
    for attempt in &attempts {
        let error = attempt["notification"]["error"].as_str().unwrap();
        assert!(error.contains("notifications do not go there"), "{error}");
    }
    assert_eq!(attempts.len(), 3);
}

#[tokio::test]
async fn a_universe_can_keep_the_state_alone() {
    ledger!("setting.notifications.deliver", "v2.lint.notification-not-sent");
    let builder = Quince::builder().world("small-school").setting("notifications.deliver", "off");
    let school = Fixture::of(builder, "berlin").await;
    let receiver = Receiver::good().await;
    let set = school.post("client/config", subscription(&receiver.url())).await;
    assert_eq!((set.status.as_u16(), set.lints()), (200, "notification-not-sent"));
    school
        .done_by(
            "POST",
            "/universes/default/verbs/buy-licenses",
            json!({"adam_id": "361309726", "count": 5}),
        )
        .await;
    school.advance("1h");
    assert_eq!(receiver.got().len(), 0);
    let told = school.done_by("GET", "/universes/default/notifications", Value::Null).await;
    assert_eq!((&told["attempts"], &told["queued"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn rules_and_the_test_go_together() {
    let (school, receiver) = (Fixture::school().await, Receiver::good().await);
    let universe = school.quince.universe("default");
    // The call is counted once, though it takes two turns.
    universe
        .rule_json(r#"{"id": "second", "on": {"operation": "v2.client.config.set", "nth": 2}, "then": {"answer": {"status": 503}}}"#)
        .unwrap();
    universe
        .rule_json(r#"{"id": "late", "on": {"operation": "v2.client.config.set", "first": 1}, "then": {"delay": "1ms"}}"#)
        .unwrap();
    let statuses = [200, 503, 200];
    for status in statuses {
        let set = school.post("client/config", subscription(&receiver.url())).await;
        assert_eq!(set.status.as_u16(), status);
    }
    assert_eq!(receiver.got().len(), 2);
    universe
        .rule_json(r#"{"id": "lost", "on": {"operation": "notification.TEST_NOTIFICATION"}, "then": {"notification": {"drop": true}}}"#)
        .unwrap();
    let set = school.post("client/config", subscription(&receiver.url())).await;
    assert_eq!(set.json()["errorNumber"], 9728);
    assert_eq!(receiver.got().len(), 2);
}
