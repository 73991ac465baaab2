//! Notifications are kept in mind and not sent.

use std::io::ErrorKind;
use std::net::TcpListener;

use serde_json::json;

use super::school::{ALEXANDER, RUTH, TEXTS, assets};
use crate::support::Fixture;

#[tokio::test]
async fn nobody_calls_the_receiver_and_nothing_waits_for_it() {
    ledger!(
        "v2.notifications-not-delivered",
        "v2.lint.notification-not-sent",
        "v2.question.20-when-the-test-is-sent",
        "v2.question.23-delivery-timing",
        "v2.question.24-failed-delivery-blocks",
        "v2.question.33-retire-notification",
        "v2.question.36-user-associated",
        "v2.question.43-unlimited-asset-payload",
    );
    let receiver = TcpListener::bind("127.0.0.1:0").unwrap();
    receiver.set_nonblocking(true).unwrap();
    let url = format!("http://{}/notify", receiver.local_addr().unwrap());
    let school = Fixture::school().await;
    let types = [
        "ASSET_MANAGEMENT",
        "USER_MANAGEMENT",
        "USER_ASSOCIATED",
        "ASSET_COUNT",
        "UNLIMITED_ASSET",
    ];
    let subscription = json!({
        "notificationUrl": url,
        "notificationAuthToken": "s3cr3t",
        "notificationTypes": types,
    });
    let set = school.post("client/config", &subscription).await;
    assert_eq!((set.status.as_u16(), set.lints()), (200, "notification-not-sent"));
    // Shown again, so that clients find what they set.
    let config = school.get("client/config").await.json();
    assert_eq!(config["notificationUrl"], url.as_str());
    assert_eq!(config["notificationAuthToken"], "s3cr3t");
    assert_eq!(config["subscribedNotificationTypes"], json!(types));
    let claim = json!({"mdmInfo": {"id": "1", "name": "n", "metadata": "m"}});
    assert_eq!(school.post("client/config", claim).await.lints(), "");

    // Whatever the service would tell about: it happens on time all the same.
    let free = "5401508366";
    for (path, body) in [
        ("assets/associate", json!({"assets": assets(&[TEXTS, free]), "clientUserIds": [RUTH]})),
        (
            "users/create",
            json!({"users": [{"clientUserId": "n", "managedAppleId": "n@lindenhof-schule.example"}]}),
        ),
        ("users/retire", json!({"users": [{"clientUserId": ALEXANDER}]})),
    ] {
        let accepted = school.post(path, body).await.json();
        school.advance("200ms");
        let status = format!("status?eventId={}", accepted["eventId"].as_str().unwrap());
        assert_eq!(school.get(&status).await.json()["eventStatus"], "COMPLETE", "{path}");
    }
    school.advance("1h");
    let nobody = receiver.accept().map(|_| ()).unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock);
}
