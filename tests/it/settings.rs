//! Behaviour settings: what they take, what they refuse, and what the profiles make of them.

use std::collections::BTreeMap;

use quince::fidelity::settings;
use quince::sim::Settings;
use quince::{Builder, ClockMode, Quince};

use crate::support::Fixture;

fn with(key: &str, value: &str) -> Builder {
    Quince::builder().world("empty").clock(ClockMode::Manual).setting(key, value)
}

/// Values that a setting of this type takes, and some that it doesn't.
fn samples(takes: &str) -> (Vec<String>, Vec<String>) {
    let texts =
        |list: &[&str]| -> Vec<String> { list.iter().map(|text| (*text).to_owned()).collect() };
    let wrong = texts(&["", " ", "no-such-value", "-1", "null"]);
    let more = |list: &[&str]| [wrong.clone(), texts(list)].concat();
    match takes {
        "duration" => {
            (texts(&["0", "250ms", "90s", "5m", "2h", "36500d"]), more(&["never", "5", "36501d"]))
        }
        "duration|never" => (texts(&["0", "200ms", "never", "1d"]), more(&["Never", "1.5s"])),
        integer if integer.starts_with("integer ") => {
            let (low, high) = integer["integer ".len()..].split_once("..=").unwrap();
            let above = (high.parse::<u64>().unwrap() + 1).to_string();
            let below = (low.parse::<u64>().unwrap() - 1).to_string();
            (texts(&[low, high]), more(&[&below, &above, "many", "1.0", "1e2"]))
        }
        words => {
            let words: Vec<&str> = words.split('|').collect();
            let shouted = words[0].to_uppercase();
            // Digits have no upper case.
            let more = if shouted == words[0] { wrong } else { more(&[&shouted]) };
            let is_wrong = |text: &String| !words.contains(&text.as_str());
            (texts(&words), more.into_iter().filter(is_wrong).collect())
        }
    }
}

#[tokio::test]
async fn every_setting_takes_each_of_its_values_and_serves_under_it() {
    for row in settings() {
        for value in samples(&row.takes).0 {
            let served = with(&row.key, &value).start().await;
            let quince = served.unwrap_or_else(|error| panic!("{}={value}: {error}", row.key));
            let stoken = quince.universe("default").stoken("main");
            let fixture = Fixture { quince, stoken };
            let answer = fixture.get("assets").await;
            // A token that lives for no time at all has expired.
            let lifeless = row.key == "token.lifetime" && value == "0";
            let expected = if lifeless { 401 } else { 200 };
            assert_eq!(answer.status, expected, "{}={value}", row.key);
        }
    }
}

#[tokio::test]
async fn every_setting_refuses_other_values_and_says_what_it_takes() {
    for row in settings() {
        for value in samples(&row.takes).1 {
            let Err(error) = with(&row.key, &value).start().await else {
                panic!("{}={value} was taken", row.key)
            };
            let message = error.to_string();
            let begin = format!("setting {} does not take {value:?}; allowed: ", row.key);
            assert!(message.starts_with(&(begin + &row.takes)), "{message}");
        }
    }
}

#[tokio::test]
async fn a_setting_that_does_not_exist_is_refused_with_the_nearest() {
    for (key, message) in [
        (
            "v2.pagesize",
            r#"there is no setting v2.pagesize (for the value "1"); did you mean v2.page_size, which takes integer 1..=100000?"#,
        ),
        (
            "users.managed_account",
            r#"there is no setting users.managed_account (for the value "1"); did you mean users.managed_accounts, which takes any|listed?"#,
        ),
        (
            "colour",
            r#"there is no setting colour (for the value "1"); the fidelity ledger names every setting"#,
        ),
    ] {
        assert_eq!(with(key, "1").start().await.unwrap_err().to_string(), message);
    }
}

#[tokio::test]
async fn a_profile_that_does_not_exist_is_refused() {
    let error = Quince::builder().world("empty").profile("strict").start().await.unwrap_err();
    assert_eq!(error.to_string(), r#"there is no profile "strict"; allowed: observed|documented"#);
}

#[test]
fn the_profiles_differ_where_the_documentation_differs_from_what_clients_met() {
    let values = |name: &str| -> BTreeMap<&'static str, String> {
        Settings::profile(name).unwrap().values().collect()
    };
    let (observed, documented) = (values("observed"), values("documented"));
    for row in settings() {
        assert_eq!(observed[row.key.as_str()], row.observed, "{}", row.key);
        assert_eq!(documented[row.key.as_str()], row.documented, "{}", row.key);
    }
    let mut differences: Vec<String> = Vec::new();
    for (key, value) in &observed {
        if documented[key] != *value {
            differences.push(format!("{key}: {value}, {}", documented[key]));
        }
    }
    assert_eq!(
        differences,
        [
            "applivery.page_ends: null, integer",
            "applivery.unknown_key: 4004, 4001",
            "notifications.http: loopback, never",
            "token.expiration_date: always, 15d",
            "v1.invite_url: quince, apple-no-cc",
            "v2.numeric_adam_id: coerce, reject",
            "v2.service_config: extended, apple",
            "v2.unknown_token_status: 200, 401",
        ]
    );
}

#[tokio::test]
async fn the_later_of_two_values_counts_and_a_setting_wins_over_the_profile() {
    let builder = with("v2.page_size", "7").setting("v2.page_size", "3").profile("documented");
    let fixture = Fixture::of(builder.world("small-school"), "berlin").await;
    let page = fixture.get("assets").await.json();
    assert_eq!(page["size"], 3);
    assert!(page.get("tokenExpirationDate").is_none(), "the token lives for years");
    let shown = with("token.expiration_date", "always").profile("documented");
    let fixture = Fixture::of(shown, "main").await;
    assert!(fixture.get("assets").await.json()["tokenExpirationDate"].is_string());
}
