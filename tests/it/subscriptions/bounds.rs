//! What Service Config says of subscriptions, and how much is kept.

use std::sync::Arc;

use quince::engine::cursors::{CURSORS_MAX, Cursor, CursorList};
use quince::model::subscription::SubscriptionFilter;
use quince::sim::SiteId;
use serde_json::Value;

use super::{PLAN, SCHEMAS, office_with, told};
use crate::support::Fixture;

#[tokio::test]
async fn service_config_lists_numbers_types_and_limits() {
    ledger!("subscriptions.question.25-error-codes");
    let office = office_with(1, &[]).await;
    let config = office.get("service/config").await.json();
    let numbers = config["errorCodes"].as_array().unwrap().iter();
    let numbers: Vec<u64> =
        numbers.filter_map(|code| code["errorNumber"].as_u64()).filter(|it| *it > 9800).collect();
    assert_eq!(numbers, (9811..=9818).collect::<Vec<_>>());
    assert_eq!(config["limits"]["maxSubscriptions"], 25);
    assert_eq!(config["limits"]["maxSubscriptionClientUserIds"], 1000);
    let types = config["notificationTypes"].to_string();
    assert!(types.contains("SUBSCRIPTION_MANAGEMENT") && types.contains("SUBSCRIPTION_COUNT"));
}

#[tokio::test]
async fn urls_are_listed_only_if_it_is_wanted_and_lead_here() {
    ledger!("subscriptions.question.24-urls");
    let names = async |settings: &[(&str, &str)]| {
        let office = office_with(1, settings).await;
        let urls = office.get("service/config").await.json()["urls"].clone();
        let urls = urls.as_object().unwrap().clone();
        (office, urls.into_iter().collect::<Vec<(String, Value)>>())
    };
    let (_, few) = names(&[]).await;
    assert!(few.iter().all(|(name, _)| !name.contains("ubscription")), "{few:?}");
    let (office, all) = names(&[("subscriptions.urls", "on")]).await;
    let added: Vec<String> = all
        .iter()
        .filter(|(name, _)| few.iter().all(|(known, _)| known != name))
        .map(|(name, url)| {
            let (base, path) = url.as_str().unwrap().split_once("/mdm/v2/").unwrap();
            assert!(base.starts_with("http://"), "{url}");
            format!("{name} {path}")
        })
        .collect();
    insta::assert_snapshot!(added.join("\n"), @r#"
    addSubscriptionAdmins subscriptions/admins/add
    associateSubscriptions subscriptions/associate
    disableSubscriptions subscriptions/disable
    disassociateSubscriptions subscriptions/disassociate
    enableSubscriptions subscriptions/enable
    getSubscriptionAdmins subscriptions/admins
    getSubscriptionAssignments subscriptions/assignments
    getSubscriptions subscriptions
    removeSubscriptionAdmins subscriptions/admins/remove
    "#);
    for line in added {
        let (name, path) = line.split_once(' ').unwrap();
        let answer = office.get(path).await;
        let expected = if name.starts_with("get") { 200 } else { 405 };
        assert_eq!(answer.status, expected, "{line}");
    }
}

/// Gives out so many cursors past the API.
fn give(office: &Fixture, count: usize) {
    let universe = office.quince.engine().universe("default").unwrap();
    let list = Arc::new(CursorList::Subscriptions(SubscriptionFilter::default()));
    let given = universe.turn(|turn| {
        for _ in 0..count {
            let list = Arc::clone(&list);
            let after = (PLAN, "".into());
            let given = turn.now();
            turn.give_cursor(Cursor { site: SiteId(0), serial: 1, list, after, given });
        }
    });
    given.unwrap();
}

#[tokio::test]
async fn the_oldest_cursors_are_forgotten() {
    ledger!("subscriptions.cursors-kept");
    let office = office_with(1, &[("subscriptions.page_size", "1")]).await;
    for plan in 1..3 {
        office.portal().buy(PLAN + plan, None, 1);
    }
    let first = office.look("subscriptions").await.json()["nextCursor"].clone();
    let path = format!("subscriptions?cursor={}", first.as_str().unwrap());
    give(&office, CURSORS_MAX - 1);
    let page = office.look(&path).await;
    assert_eq!(told(&page), (200, 0), "the last one of so many");
    assert_ne!(page.json()["nextCursor"], Value::Null);
    assert_eq!(told(&office.look(&path).await), (400, 9812), "that page gave out one more");
}

#[test]
fn the_schemas_find_what_is_wrong() {
    let good = serde_json::json!({
        "mdmInfo": null, "subscriptionManagement": true, "uId": "33",
        "tokenExpirationDate": "2031-03-05T07:08:09+0000",
    });
    SCHEMAS.check("subscriptions.enable", &good);
    for (name, value) in [
        ("mdmInfo", Some(serde_json::json!({"id": "1"}))),
        ("mdmInfo", None),
        ("subscriptionManagement", Some("true".into())),
        ("uId", Some(33.into())),
        ("versionId", Some("x".into())),
        ("tokenExpirationDate", Some(Value::Null)),
    ] {
        let mut bad = good.clone();
        match value {
            Some(value) => bad[name] = value,
            None => drop(bad.as_object_mut().unwrap().remove(name)),
        }
        SCHEMAS.try_check("subscriptions.enable", &bad).unwrap_err();
    }
}
