//! Client Config: who a location is, who claims it, and who is notified.

use quince::Quince;
use serde_json::{Value, json};

use super::school::{RUTH, TEXTS, assets};
use crate::support::Fixture;

/// The school, where no receiver is tried out: these are names that nobody has.
async fn silent() -> Fixture {
    let builder = Quince::builder().world("small-school").setting("notifications.deliver", "off");
    Fixture::of(builder, "berlin").await
}

fn mdm(name: &str) -> Value {
    json!({"id": format!("id-of-{name}"), "name": name, "metadata": format!("{name}.example")})
}

fn receiver(url: &str) -> Value {
    json!({"notificationUrl": url, "notificationAuthToken": "s3cr3t"})
}

/// What the location is configured to, without what never changes.
async fn config(fixture: &Fixture) -> Value {
    let mut config = fixture.get("client/config").await.json();
    let members = config.as_object_mut().unwrap();
    for fixed in ["countryISO2ACode", "defaultPlatform", "locationName", "websiteURL", "uId"] {
        assert!(members.remove(fixed).unwrap().is_string());
    }
    members.remove("tokenExpirationDate").unwrap();
    config
}

#[tokio::test]
async fn an_unclaimed_location_says_who_it_is() {
    let school = silent().await;
    insta::assert_snapshot!(school.get("client/config").await.transcript(), @r#"
    200 OK
    content-type: application/json
    date: Thu, 15 Jan 2026 09:00:00 GMT
    content-length: 245

    {"countryISO2ACode":"DE","defaultPlatform":"volumestore","locationName":"Lindenhof-Schule Berlin","subscribedNotificationTypes":[],"tokenExpirationDate":"2036-01-13T09:00:00+0000","uId":"4234202395784829","websiteURL":"https://school.apple.com"}
    "#);
    let lone = Fixture::of(Quince::builder().world("edge-cases"), "lone").await;
    let config = lone.get("client/config").await.json();
    assert_eq!(config["defaultPlatform"], "enterprisestore");
    assert_eq!(config["websiteURL"], "https://business.apple.com");
}

#[tokio::test]
async fn a_client_claims_a_location_and_subscribes_in_one_request() {
    ledger!("v2.lint.notification-not-sent");
    let school = silent().await;
    let body = json!({
        "mdmInfo": mdm("acme"),
        "notificationUrl": "https://mdm.acme.example/vpp/notify",
        "notificationAuthToken": "s3cr3t",
        "notificationTypes": ["ASSET_MANAGEMENT", "ASSET_COUNT"],
    });
    let set = school.post("client/config", body).await;
    insta::assert_snapshot!(set.transcript(), @r#"
    200 OK
    content-type: application/json
    date: Thu, 15 Jan 2026 09:00:00 GMT
    quince-lint: notification-not-sent
    content-length: 436

    {"countryISO2ACode":"DE","defaultPlatform":"volumestore","locationName":"Lindenhof-Schule Berlin","mdmInfo":{"id":"id-of-acme","name":"acme","metadata":"acme.example"},"notificationAuthToken":"s3cr3t","notificationUrl":"https://mdm.acme.example/vpp/notify","subscribedNotificationTypes":["ASSET_MANAGEMENT","ASSET_COUNT"],"tokenExpirationDate":"2036-01-13T09:00:00+0000","uId":"4234202395784829","websiteURL":"https://school.apple.com"}
    "#);
    let read = school.get("client/config").await;
    assert_eq!((read.text(), read.lints()), (set.text(), ""));
    // Only a request that brings a receiver would have made the service try it.
    let claimed = school.post("client/config", json!({"mdmInfo": mdm("acme")})).await;
    assert_eq!((claimed.status.as_u16(), claimed.lints()), (200, ""));
}

#[tokio::test]
async fn a_claim_is_seen_everywhere_and_overwritten_without_a_word() {
    ledger!("v2.question.42-mdm-info-elsewhere");
    let school = silent().await;
    assert_eq!(school.get("users").await.json().get("mdmInfo"), None);
    for owner in ["acme", "zeta"] {
        let set = school.post("client/config", json!({"mdmInfo": mdm(owner)})).await.json();
        assert_eq!(set["mdmInfo"], mdm(owner));
        let body = json!({"assets": assets(&[TEXTS]), "clientUserIds": [RUTH]});
        let accepted = school.post("assets/associate", body).await.json();
        assert_eq!(accepted["mdmInfo"], mdm(owner));
        let status = format!("status?eventId={}", accepted["eventId"].as_str().unwrap());
        for path in ["client/config", "assets", "assignments", "users", &status] {
            assert_eq!(school.get(path).await.json()["mdmInfo"], mdm(owner), "{path}");
        }
        for path in ["service/config", "users?pageIndex=9", "status?eventId=x"] {
            assert_eq!(school.get(path).await.json().get("mdmInfo"), None, "{path}");
        }
    }
}

#[tokio::test]
async fn what_a_request_leaves_out_stays() {
    ledger!("v2.question.18-client-config-absent-members");
    let school = silent().await;
    let full = json!({
        "mdmInfo": mdm("acme"),
        "notificationUrl": "https://acme.example/n",
        "notificationAuthToken": "s3cr3t",
        "notificationTypes": ["USER_MANAGEMENT", "ASSET_COUNT"],
    });
    school.post("client/config", &full).await;
    let mut expected = full;
    let types = expected.as_object_mut().unwrap().remove("notificationTypes").unwrap();
    expected["subscribedNotificationTypes"] = types;
    assert_eq!(config(&school).await, expected);
    let changes = [
        (json!({}), expected.clone()),
        (
            json!({"mdmInfo": null, "notificationUrl": null, "notificationTypes": null}),
            expected.clone(),
        ),
        (json!({"mdmInfo": mdm("zeta")}), {
            expected["mdmInfo"] = mdm("zeta");
            expected.clone()
        }),
        (json!({"notificationTypes": ["USER_ASSOCIATED"]}), {
            expected["subscribedNotificationTypes"] = json!(["USER_ASSOCIATED"]);
            expected.clone()
        }),
        (receiver("https://zeta.example/n"), {
            expected["notificationUrl"] = json!("https://zeta.example/n");
            expected.clone()
        }),
        (json!({"notificationTypes": []}), {
            expected["subscribedNotificationTypes"] = json!([]);
            expected.clone()
        }),
    ];
    for (change, expected) in changes {
        assert_eq!(school.post("client/config", &change).await.status, 200, "{change}");
        assert_eq!(config(&school).await, expected, "{change}");
    }
}

#[tokio::test]
async fn all_seven_types_can_be_subscribed_to_and_the_test_is_not_kept() {
    ledger!("v2.question.19-test-notification-type");
    let school = silent().await;
    let types = json!([
        "ASSET_MANAGEMENT",
        "USER_MANAGEMENT",
        "USER_ASSOCIATED",
        "ASSET_COUNT",
        "SUBSCRIPTION_MANAGEMENT",
        "SUBSCRIPTION_COUNT",
        "UNLIMITED_ASSET",
    ]);
    let mut body = receiver("https://acme.example/n");
    body["notificationTypes"] = types.clone();
    body["notificationTypes"].as_array_mut().unwrap().insert(0, json!("TEST_NOTIFICATION"));
    let set = school.post("client/config", body).await.json();
    assert_eq!(set["subscribedNotificationTypes"], types);
    // Twice is once; another word is none.
    let twice = json!({"notificationTypes": ["ASSET_COUNT", "ASSET_COUNT"]});
    let set = school.post("client/config", twice).await.json();
    assert_eq!(set["subscribedNotificationTypes"], json!(["ASSET_COUNT"]));
    for word in ["asset_count", "ASSET", ""] {
        let body = json!({"notificationTypes": [word]});
        assert_eq!(school.post("client/config", body).await.json()["errorNumber"], 9602, "{word}");
    }
}

#[tokio::test]
async fn a_subscription_needs_a_receiver_and_a_receiver_both_halves() {
    ledger!("v2.question.21-types-without-url");
    let school = silent().await;
    let types = json!({"notificationTypes": ["ASSET_COUNT"]});
    let url = json!({"notificationUrl": "https://acme.example/n"});
    let secret = json!({"notificationAuthToken": "s3cr3t"});
    for body in [&types, &url, &secret] {
        let refused = school.post("client/config", body).await;
        assert_eq!((refused.status.as_u16(), &refused.json()["errorNumber"]), (400, &json!(9710)));
    }
    // Nothing to subscribe to needs nothing; neither does the word that is not kept.
    for none in [json!([]), json!(["TEST_NOTIFICATION"])] {
        let body = json!({ "notificationTypes": none });
        assert_eq!(school.post("client/config", body).await.status, 200);
    }
    assert_eq!(school.post("client/config", receiver("https://acme.example/n")).await.status, 200);
    assert_eq!(school.post("client/config", types).await.status, 200, "there is a receiver now");
    for body in [&url, &secret] {
        assert_eq!(school.post("client/config", body).await.json()["errorNumber"], 9710);
    }
}

#[tokio::test]
async fn a_receiver_is_host_and_path_and_nothing_else() {
    ledger!("v2.question.22-url-parts");
    let school = silent().await;
    for url in [
        "https://mdm.example/notify",
        "https://mdm.example",
        "https://mdm.example:8443/a/b/",
        "https://192.0.2.7/n",
        "https://[2001:db8::1]:8443/n",
        "HTTPS://MDM.example/n",
        "https://mdm.example/%20n",
    ] {
        let set = school.post("client/config", receiver(url)).await;
        assert_eq!((set.status.as_u16(), &set.json()["notificationUrl"]), (200, &json!(url)));
    }
    let kept = config(&school).await;
    for url in [
        "https://mdm.example/n?x=1",
        "https://mdm.example/n?",
        "https://mdm.example/n#x",
        "https://mdm.example/n#",
        "https://user@mdm.example/n",
        "https://user:word@mdm.example/n",
        "http://mdm.example/n",
        "ftp://mdm.example/n",
        "mailto:mdm@mdm.example",
        "https:mdm.example",
        "https:///n",
        "https://",
        "https://:443/n",
        "https://mdm.example:port/n",
        "https://mdm.example:99999/n",
        "https://mdm example/n",
        "https://mdm.example/n\n",
        "https://[::1/n",
        "//mdm.example/n",
        "mdm.example/n",
        "/n",
        "",
    ] {
        let refused = school.post("client/config", receiver(url)).await;
        assert_eq!(refused.status, 400, "{url}");
        assert_eq!(refused.json()["errorNumber"], 9712, "{url}");
    }
    assert_eq!(config(&school).await, kept);
}

#[tokio::test]
async fn plain_http_goes_to_this_machine_and_to_hosts_that_were_allowed() {
    ledger!("setting.notifications.http");
    let world = || Quince::builder().world("small-school").setting("notifications.deliver", "off");
    let loopback = Fixture::of(world().allow_receiver("mdm.test"), "berlin").await;
    let never = world().setting("notifications.http", "never").allow_receiver("mdm.test");
    let never = Fixture::of(never, "berlin").await;
    for (url, fits) in [
        ("http://127.0.0.1:9/n", true),
        ("http://127.9.9.9/n", true),
        ("http://localhost:8080/n", true),
        ("http://[::1]:8080/n", true),
        ("http://mdm.test/n", true),
        ("http://MDM.test:8080/n", true),
        ("http://sub.mdm.test/n", false),
        ("http://127.0.0.1.example/n", false),
        ("http://192.0.2.7/n", false),
        ("http://0.0.0.0/n", false),
        ("http://localhost.example/n", false),
    ] {
        let status = loopback.post("client/config", receiver(url)).await.status;
        assert_eq!(status == 200, fits, "{url}");
        assert_eq!(never.post("client/config", receiver(url)).await.json()["errorNumber"], 9712);
    }
    assert_eq!(never.post("client/config", receiver("https://mdm.test/n")).await.status, 200);
}

#[tokio::test]
async fn the_longest_texts_fit_and_are_counted_in_characters() {
    let school = silent().await;
    for letter in ["x", "ü", "🍐"] {
        let body = json!({
            "mdmInfo": {"id": letter.repeat(100), "name": letter.repeat(100), "metadata": letter.repeat(255)},
            "notificationUrl": format!("https://mdm.example/{}", "x".repeat(492)),
            "notificationAuthToken": letter.repeat(512),
        });
        let set = school.post("client/config", &body).await;
        assert_eq!(set.status, 200, "{letter}: {}", set.text());
        assert_eq!(set.json()["mdmInfo"], body["mdmInfo"]);
    }
}

#[tokio::test]
async fn faults_are_told_one_by_one_in_order() {
    ledger!("v2.question.03-check-order");
    let school = silent().await;
    let mut body = json!({
        "mdmInfo": {"id": "x".repeat(101), "name": "x".repeat(101)},
        "notificationUrl": "x".repeat(513),
        "notificationTypes": 1,
    });
    let mut told = Vec::new();
    for (pointer, repaired) in [
        ("/notificationTypes", json!(["ASSET_COUNT"])),
        ("/mdmInfo/metadata", json!("x".repeat(256))),
        ("/notificationAuthToken", json!("s3cr3t")),
        ("/mdmInfo/id", json!("id")),
        ("/mdmInfo/name", json!("name")),
        ("/mdmInfo/metadata", json!("metadata")),
        ("/notificationUrl", json!("ftp://mdm.example")),
        ("/notificationUrl", json!("https://mdm.example")),
    ] {
        let refused = school.post("client/config", &body).await;
        told.push(refused.json()["errorNumber"].as_u64().unwrap());
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[member] = repaired;
        let unclaimed = json!({"subscribedNotificationTypes": []});
        assert_eq!(config(&school).await, unclaimed, "a refused request changes nothing");
    }
    assert_eq!(told, [9602, 9723, 9710, 9724, 9725, 9713, 9711, 9712]);
    assert_eq!(school.post("client/config", body).await.status, 200);
}
