//! A client that has Apple's host built in.

use http::Version;
use quince::Quince;
use serde_json::{Value, json};

use super::Client;
use crate::support::Fixture;

/// All pages of a list, by the URL of the service configuration.
async fn all(client: &Client, url: &str, token: &str, member: &str) -> Vec<Value> {
    let (mut rows, mut index) = (Vec::new(), 0);
    loop {
        let page = client.get(&format!("{url}?pageIndex={index}"), token).await;
        rows.extend(page[member].as_array().unwrap().iter().cloned());
        match page["nextPageIndex"].as_u64() {
            Some(next) => index = next,
            None => return rows,
        }
    }
}

#[tokio::test]
async fn a_client_with_the_real_host_built_in_syncs_with_dns_and_trust_alone() {
    for (protocol, version) in [("h2", Version::HTTP_2), ("http/1.1", Version::HTTP_11)] {
        let builder =
            Quince::builder().world("small-school").setting("v2.page_size", "5").tls(true);
        let school = Fixture::of(builder, "berlin").await;
        let ca = school.control("GET", "/ca.pem", Value::Null).await.text();
        let client = Client::new(&ca, &[protocol])
            .resolve("vpp.itunes.apple.com", &school.quince.tls_url().unwrap());
        let token = &school.stoken;

        let start = "https://vpp.itunes.apple.com/mdm/v2/service/config";
        let (config, spoken) = client.call(start, None, None).await.unwrap();
        assert_eq!(spoken, version);
        let config = config.json();
        let url = |name: &str| {
            let url = config["urls"][name].as_str().unwrap();
            assert!(url.starts_with("https://vpp.itunes.apple.com/"), "{name}: {url}");
            url.to_owned()
        };
        for name in config["urls"].as_object().unwrap().keys() {
            url(name);
        }
        let own = client.get(&url("clientConfig"), token).await;
        assert!(own["uId"].is_string(), "{own}");
        assert_eq!(all(&client, &url("getAssets"), token, "assets").await.len(), 10);
        assert_eq!(all(&client, &url("getUsers"), token, "users").await.len(), 12);
        let before = all(&client, &url("getAssignments"), token, "assignments").await.len();

        let wanted = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["C02NEW"]});
        let accepted = client.post(&url("associateAssets"), token, wanted).await;
        let status =
            format!("{}?eventId={}", url("eventStatus"), accepted["eventId"].as_str().unwrap());
        assert_eq!(client.get(&status, token).await["eventStatus"], "PENDING");
        school.advance("1m");
        assert_eq!(client.get(&status, token).await["eventStatus"], "COMPLETE");
        let after = all(&client, &url("getAssignments"), token, "assignments").await;
        assert_eq!(after.len(), before + 1);
        assert_eq!(after[before]["serialNumber"], "C02NEW");
        school.quince.stop().await;
    }
}

#[tokio::test]
async fn urls_in_answers_are_those_of_the_listener_that_was_asked() {
    let school = Fixture::of(Quince::builder().world("small-school").tls(true), "berlin").await;
    let (plain, secure) = (school.quince.url(), school.quince.tls_url().unwrap());
    let client = Client::new(school.quince.ca_pem().unwrap(), &["h2"]);
    let made =
        client.post(&format!("{secure}/_quince/v1/universes"), "", json!({"id": "t1"})).await;
    assert_eq!(made["url"], format!("{secure}/u/t1"));
    assert_eq!(made["control_url"], format!("{secure}/_quince/v1/universes/t1"));
    let below = client.get(&format!("{secure}/u/t1/mdm/v2/service/config"), "").await;
    assert_eq!(below["urls"]["getAssets"], format!("{secure}/u/t1/mdm/v2/assets"));
    assert_eq!(school.quince.universe("t1").url(), format!("{plain}/u/t1"));
}
