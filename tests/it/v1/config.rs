//! Service Config and Client Config.

use http::Method;
use insta::assert_json_snapshot;
use serde_json::{Value, json};

use super::{Library, checked};

#[tokio::test]
async fn service_config_tells_urls_limits_and_errors_without_a_token() {
    ledger!("v1.question.42-service-config-envelope", "v1.conflict.batch-maxima");
    let library = Library::open().await;
    let config = library.send("VPPServiceConfigSrv", "{}").await;
    assert_eq!(config["errorCodes"].as_array().unwrap().len(), 46);
    assert_json_snapshot!(config);
    for body in ["", "what?", r#"{"sToken":"no token at all"}"#] {
        let path = "/WebObjects/MZFinance.woa/wa/VPPServiceConfigSrv";
        let again = library.bare(Method::GET, path, &[], body.to_owned()).await;
        assert_eq!(checked("VPPServiceConfigSrv", &again), config, "{body}");
    }
}

#[tokio::test]
async fn solidi_are_escaped() {
    ledger!("v1.question.41-solidus");
    let library = Library::open().await;
    let config = library.bare(Method::GET, "/mdm/VPPServiceConfigSrv", &[], "").await;
    assert!(config.text().contains(r#""vppWebsiteUrl":"https:\/\/vpp.itunes.apple.com\/""#));
}

#[tokio::test]
async fn errors_are_worded_as_in_2020_or_in_2025() {
    ledger!("setting.v1.error_texts");
    let old = Library::with(&[("v1.error_texts", "2020")]).await;
    let config = old.send("VPPServiceConfigSrv", "{}").await;
    let codes = config["errorCodes"].as_array().unwrap();
    assert_eq!(codes.len(), 45);
    let text = |number: u16| {
        let found = codes.iter().find(|code| code["errorNumber"] == number);
        found.map(|code| code["errorMessage"].as_str().unwrap())
    };
    assert_eq!(text(9601), Some("Login required"));
    assert_eq!(text(9729), None);
    assert_eq!(old.send("VPPClientConfigSrv", "{}").await["errorMessage"], "Login required");
    let new = Library::open().await;
    assert_eq!(new.send("VPPClientConfigSrv", "{}").await["errorMessage"], "Login required.");
}

#[tokio::test]
async fn the_template_of_invitations_leads_where_the_setting_wants_it() {
    ledger!("setting.v1.invite_url");
    for (value, url) in [
        (
            "quince",
            "http://quince.test/WebObjects/MZFinance.woa/wa/associateVPPUserWithITSAccount?cc=us&inviteCode=",
        ),
        (
            "apple",
            "https://buy.itunes.apple.com/WebObjects/MZFinance.woa/wa/associateVPPUserWithITSAccount?cc=us&inviteCode=",
        ),
        (
            "apple-no-cc",
            "https://buy.itunes.apple.com/WebObjects/MZFinance.woa/wa/associateVPPUserWithITSAccount?inviteCode=",
        ),
    ] {
        let library = Library::with(&[("v1.invite_url", value)]).await;
        let config = library.send("VPPServiceConfigSrv", "{}").await;
        assert_eq!(config["invitationEmailUrl"], format!("{url}%25inviteCode%25&mt=8"));
        let user = library.user("cu-0041").await;
        assert_eq!(user["inviteUrl"], format!("{url}0123456789abcdef0123456789abcdef&mt=8"));
    }
    let library = Library::with(&[("v1.invite_url", "vppsim")]).await;
    let config = library.send("VPPServiceConfigSrv", "{}").await;
    let mail = "http://buy.itunes.apple.com/us/vpp-associate?inviteCode=%25inviteCode%25&mt=8";
    assert_eq!(config["invitationEmailUrl"], mail);
    let user = library.user("cu-0041").await;
    assert_eq!(user["inviteUrl"], "http://quince.test/0123456789abcdef0123456789abcdef");
}

#[tokio::test]
async fn client_config_tells_whose_the_token_is() {
    let library = Library::open().await;
    assert_json_snapshot!(library.call("VPPClientConfigSrv", json!({})).await);
}

#[tokio::test]
async fn what_clients_keep_is_told_byte_for_byte_by_every_answer() {
    ledger!("v1.question.39-apn-token", "v1.question.40-notification-members");
    let library = Library::open().await;
    let context = "{\"hostname\": \"mdm.example.edu\", \"guid\":\"1\\/é\"}\n";
    let kept = library
        .call(
            "VPPClientConfigSrv",
            json!({"clientContext": context, "apnToken": "apn", "notificationToken": "secret",
                   "notificationUrl": "https://mdm.example.edu/v1", "verbose": true}),
        )
        .await;
    assert_eq!(kept["clientContext"], context);
    assert_json_snapshot!(kept);
    assert_eq!(library.call("VPPClientConfigSrv", json!({})).await, kept, "a read");
    let user = library.call("getVPPUserSrv", json!({"userId": 41})).await;
    assert_eq!(user["clientContext"], context);
    let v2 = library.fixture.get("client/config").await.json();
    assert!(v2.get("notificationUrl").is_none(), "v2 keeps its own");
    let ended =
        library.call("VPPClientConfigSrv", json!({"clientContext": "", "apnToken": ""})).await;
    assert!(ended.get("clientContext").is_none() && ended.get("apnToken").is_none());
    assert_eq!(ended["notificationToken"], "secret");
}

#[tokio::test]
async fn a_context_has_at_most_255_bytes() {
    ledger!("v1.question.35-context-too-long");
    let library = Library::open().await;
    let set = async |context: String| {
        library.call("VPPClientConfigSrv", json!({"clientContext": context})).await
    };
    assert_eq!(set("x".repeat(255)).await["status"], 0);
    assert_eq!(set("é".repeat(128)).await["errorNumber"], 9602);
    let now = library.call("VPPClientConfigSrv", json!({})).await;
    assert_eq!(now["clientContext"], "x".repeat(255), "unchanged");
}

#[tokio::test]
async fn who_uses_v2_has_no_context_any_more() {
    ledger!("v1.context-once-v2-wrote");
    let library = Library::open().await;
    library.call("VPPClientConfigSrv", json!({"clientContext": "mine"})).await;
    library.fixture.get("client/config").await;
    let read = library.call("getVPPUserSrv", json!({"userId": 41})).await;
    assert_eq!(read["clientContext"], "mine", "reading alone claims nothing");
    library.fixture.done("users/create", json!({"users": [{"clientUserId": "new"}]})).await;
    let context = |answer: Value| answer["clientContext"].as_str().map(str::to_owned);
    let read = library.call("getVPPUserSrv", json!({"userId": 41})).await;
    assert_eq!(context(read).as_deref(), Some("token being used in v2"));
    let set = library.call("VPPClientConfigSrv", json!({"clientContext": "mine again"})).await;
    assert_eq!(context(set).as_deref(), Some("token being used in v2"));
}

#[tokio::test]
async fn who_manages_subscriptions_uses_v2() {
    ledger!("v1.context-once-v2-wrote");
    let library = Library::open().await;
    library.call("VPPClientConfigSrv", json!({"clientContext": "mine"})).await;
    library.fixture.get("subscriptions").await;
    let read = library.call("VPPClientConfigSrv", json!({})).await;
    assert_eq!(read["clientContext"], "mine", "reading alone claims nothing");
    library.fixture.post("subscriptions/enable", json!({})).await;
    let read = library.call("VPPClientConfigSrv", json!({})).await;
    assert_eq!(read["clientContext"], "token being used in v2");
}

#[tokio::test]
async fn the_end_of_a_token_is_told_fifteen_days_before() {
    let library = Library::open().await;
    let answer = library.call("VPPClientConfigSrv", json!({})).await;
    assert!(answer.get("tokenExpDate").is_none());
    let end = answer["expirationMillis"].as_i64().unwrap();
    library.fixture.advance("3635d");
    let answer = library.call("VPPClientConfigSrv", json!({})).await;
    assert_eq!(answer["expirationMillis"], end);
    assert!(answer["tokenExpDate"].is_string());
    library.fixture.advance("15d");
    assert_eq!(library.call("VPPClientConfigSrv", json!({})).await["errorNumber"], 9621);
}

#[tokio::test]
async fn what_clients_keep_is_part_of_the_state() {
    let library = Library::open().await;
    library.call("VPPClientConfigSrv", json!({"clientContext": "mine"})).await;
    let before = library.call("VPPClientConfigSrv", json!({})).await;
    let state = "/_quince/v1/universes/default/state";
    let saved = library.bare(Method::GET, state, &[], "").await;
    library.call("VPPClientConfigSrv", json!({"clientContext": "another's"})).await;
    let put = library.bare(Method::PUT, state, &[], saved.body).await;
    assert!(put.status.is_success(), "{}", put.text());
    assert_eq!(library.call("VPPClientConfigSrv", json!({})).await, before);
}
