//! The page behind an `inviteUrl`: opening it accepts the invitation.

use http::Method;
use serde_json::json;

use super::Library;
use crate::support::Fixture;

#[tokio::test]
async fn whoever_opens_the_url_accepts() {
    ledger!("v1.invitation-page");
    let library = Library::open().await;
    let url = library.user("cu-0041").await["inviteUrl"].as_str().unwrap().to_owned();
    let path = url.strip_prefix("http://quince.test").unwrap();
    let looked = library.bare(Method::HEAD, path, &[], "").await;
    assert_eq!(looked.status, 200);
    assert_eq!(library.user("cu-0041").await["status"], "Registered", "looking is not opening");
    let opened = library.bare(Method::GET, path, &[], "").await;
    assert_eq!(opened.status, 200);
    assert!(opened.text().contains("user cu-0041 accepted the invitation with `a@example.edu`"));
    let user = library.user("cu-0041").await;
    assert_eq!(user["status"], "Associated");
    assert!(user["itsIdHash"].is_string() && user.get("inviteCode").is_none());
    let again = library.bare(Method::GET, path, &[], "").await;
    assert_eq!(again.status, 404);
    assert!(again.text().contains("no open invitation"));
}

#[tokio::test]
async fn an_account_can_be_named() {
    let library = Library::open().await;
    let path = "/WebObjects/MZFinance.woa/wa/associateVPPUserWithITSAccount?inviteCode=0123456789abcdef0123456789abcdef";
    let opened = library
        .bare(Method::GET, &format!("{path}&appleAccount=home%40example.com"), &[], "")
        .await;
    assert!(opened.text().contains("home@example.com"), "{}", opened.text());
}

#[tokio::test]
async fn who_comes_back_with_the_same_account_takes_the_place_of_the_former_self() {
    let library = Library::open().await;
    let register = json!({"clientUserIdStr": "cu-7", "email": "p@example.edu"});
    for _ in 0..2 {
        let user = library.call("registerVPPUserSrv", register.clone()).await["user"].clone();
        let url = user["inviteUrl"].as_str().unwrap().to_owned();
        library.bare(Method::GET, url.strip_prefix("http://quince.test").unwrap(), &[], "").await;
        assert_eq!(library.user("cu-7").await["status"], "Associated");
        if library.call("getVPPUserSrv", json!({"userId": user["userId"]})).await["user"]["userId"]
            == user["userId"]
        {
            library.call("retireVPPUserSrv", json!({"clientUserIdStr": "cu-7"})).await;
        }
    }
}

#[tokio::test]
async fn the_url_of_another_universe_leads_there() {
    let library = Library::open().await;
    let fork = library.fixture.quince.fork("default", Some("other")).unwrap();
    let body = json!({"sToken": fork.stoken("north"), "userId": 41}).to_string();
    let answer = library.bare(Method::POST, "/mdm/getVPPUserSrv", &[], body.clone()).await.json();
    let url = answer["user"]["inviteUrl"].as_str().unwrap();
    assert!(url.starts_with("http://quince.test/u/other/WebObjects/"), "{url}");
    let request = Fixture::bare(Method::GET, url.strip_prefix("http://quince.test").unwrap());
    let opened = library.fixture.send(request.body(http_body_util::Full::default()).unwrap()).await;
    assert_eq!(opened.status, 200);
    let there = library.bare(Method::POST, "/mdm/getVPPUserSrv", &[], body).await.json();
    assert_eq!(there["user"]["status"], "Associated");
    assert_eq!(library.user("cu-0041").await["status"], "Registered", "here nobody accepted");
}
