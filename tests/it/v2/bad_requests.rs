//! Requests that are wrong around their body: paths, methods, media types, queries; and what is only a lint.

use http::{Method, header};
use http_body_util::Full;
use quince::Quince;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::school::{RUTH, TEXTS, assets, serials};
use crate::support::{Answer, Fixture};

const GETS: [&str; 5] = ["client/config", "service/config", "assets", "assignments", "users"];

async fn send(fixture: &Fixture, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = fixture.request(method, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = json!({"users": [{"clientUserId": RUTH}]}).to_string();
    fixture.send(request.body(Full::from(body)).unwrap()).await
}

#[tokio::test]
async fn other_methods_are_told_which_one_is_right() {
    let school = Fixture::school().await;
    for (path, allowed) in [
        ("assets", "GET"),
        ("assignments", "GET"),
        ("users", "GET"),
        ("status", "GET"),
        ("service/config", "GET"),
        ("client/config", "GET, POST"),
        ("assets/associate", "POST"),
        ("assets/disassociate", "POST"),
        ("assets/revoke", "POST"),
        ("users/create", "POST"),
        ("users/update", "POST"),
        ("users/retire", "POST"),
    ] {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"] {
            if allowed.split(", ").any(|allowed| allowed == method) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = send(&school, method.clone(), path, &[]).await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.json()["errorNumber"], 9726, "{method} {path}");
            assert_eq!(answer.headers[header::ALLOW], allowed, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    ledger!("http.head");
    let school = Fixture::school().await;
    for path in GETS {
        let (get, head) = (school.get(path).await, send(&school, Method::HEAD, path, &[]).await);
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.headers, get.headers, "{path}");
        assert!(head.body.is_empty() && !get.body.is_empty(), "{path}");
    }
    let wrong = send(&school, Method::HEAD, "assets/associate", &[]).await;
    assert_eq!(
        (wrong.status.as_u16(), &wrong.headers[header::ALLOW]),
        (405, &"POST".parse().unwrap())
    );
}

#[tokio::test]
async fn a_body_says_that_it_is_json() {
    ledger!("v2.question.03-check-order");
    let school = Fixture::school().await;
    for good in [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "Application/JSON",
        "application/json ; x=y",
    ] {
        let headers = [("content-type", good)];
        assert_eq!(
            send(&school, Method::POST, "users/update", &headers).await.status,
            200,
            "{good}"
        );
    }
    for bad in [
        "",
        "json",
        "text/plain",
        "text/json",
        "application/jsonp",
        "application/json-seq",
        "application/vnd.api+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=application/json",
    ] {
        let headers = [("content-type", bad)];
        let answer = send(&school, Method::POST, "users/update", &headers).await;
        assert_eq!(answer.status, 415, "{bad}");
        assert_eq!(answer.json()["errorNumber"], 9727, "{bad}");
    }
    assert_eq!(send(&school, Method::POST, "users/update", &[]).await.status, 415, "none at all");
    // Looked at before the token, after the path and the method; on GET it is harmless.
    let request =
        Fixture::bare(Method::POST, "/mdm/v2/users/update").body(Full::default()).unwrap();
    assert_eq!(school.send(request).await.json()["errorNumber"], 9727);
    let plain = [("content-type", "text/plain")];
    assert_eq!(send(&school, Method::POST, "users", &plain).await.json()["errorNumber"], 9726);
    assert_eq!(send(&school, Method::GET, "users", &plain).await.status, 200);
}

#[tokio::test]
async fn a_token_is_looked_at_before_the_body_and_the_query() {
    ledger!("v2.question.03-check-order");
    let mut school = Fixture::school().await;
    "bm9ib2R5".clone_into(&mut school.stoken);
    for path in ["users?pageIndex=x", "status", "users?sinceVersionId=x"] {
        assert_eq!(school.get(path).await.json()["errorNumber"], 9622, "{path}");
    }
    assert_eq!(school.post("users/create", "{").await.json()["errorNumber"], 9622);
    // Too many requests are told before what is wrong with them.
    let limited = Quince::builder().world("small-school").setting("v2.rate_limit", "on");
    let limited = Fixture::of(limited, "berlin").await;
    let mut last = 9602;
    for _ in 0..1000 {
        last = limited.post("users/create", "{").await.json()["errorNumber"].as_u64().unwrap();
        if last != 9602 {
            break;
        }
    }
    assert_eq!(last, 9646);
}

#[tokio::test]
async fn a_path_that_is_no_endpoint_is_not_found() {
    ledger!("v2.question.05-unknown-path");
    let school = Fixture::school().await;
    for path in [
        "",
        "asset",
        "Assets",
        "assets//",
        "assets/361309726",
        "assets%2Fassociate",
        "client",
        "licenses",
        "../v2/assets",
        "subscription",
        "subscriptions/renew",
        "subscriptions/admins/list",
        "subscriptions//enable",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let answer = send(&school, method, path, &[("content-type", "application/json")]).await;
            assert_eq!((answer.status.as_u16(), answer.text().as_str()), (404, ""), "{path}");
            assert_eq!(answer.headers.get(header::CONTENT_TYPE), None, "{path}");
        }
    }
    // Nobody needs a token to learn that.
    let request = Fixture::bare(Method::GET, "/mdm/v2/nothing").body(Full::default()).unwrap();
    assert_eq!(school.send(request).await.status, 404);
    // Outside the surface quince speaks for itself.
    for path in ["/", "/mdm/v2", "/mdm/v3/assets", "/mdm/v1/assets", "/favicon.ico"] {
        let request = Fixture::bare(Method::GET, path).body(Full::default()).unwrap();
        let answer = school.send(request).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.text(), format!("quince serves nothing at {path}\n"));
    }
}

#[tokio::test]
async fn a_parameter_that_cannot_be_read_is_an_invalid_argument() {
    ledger!("v2.question.04-malformed-input");
    let school = Fixture::school().await;
    for query in [
        "assets?pageIndex=x",
        "assets?pageIndex=",
        "assets?pageIndex=1.0",
        "assets?pageIndex=2147483648",
        "assets?pricingParam=stdq",
        "assets?productType=app",
        "assets?revocable=yes",
        "assets?revocable=1",
        "assets?deviceAssignable=TRUE",
        "assets?unlimited=",
        "assets?minAvailableCount=none",
        "assets?maxAssignedCount=99999999999",
        "assignments?pricingParam=X",
        "assignments?excludeInactiveUsers=0",
        "assignments?includeUserState=True",
        "users?activeOnly=1",
        "users?retiredOnly=no",
    ] {
        let answer = school.get(query).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["errorNumber"]),
            (400, &json!(9602)),
            "{query}"
        );
    }
    assert_eq!(school.get("assets?pageIndex=-1").await.json()["errorNumber"], 9650);
}

#[tokio::test]
async fn a_query_may_be_long_but_not_endless() {
    let school = Fixture::school().await;
    let many = serials("&p", 0..5000).concat();
    let answer = school.get(&format!("assets?adamId={TEXTS}{many}")).await;
    assert_eq!((answer.status.as_u16(), answer.lints()), (200, "unknown-parameter"));
    assert_eq!(answer.json()["size"], 1);
    let nulls = school.get(&format!("users?clientUserId={}", "%00".repeat(10_000))).await;
    assert_eq!((nulls.status.as_u16(), &nulls.json()["size"]), (200, &json!(0)));
    let broken = school.get("users?clientUserId=%FF%ZZ%&&&=&%").await;
    assert_eq!(broken.status, 200);
    // Beyond 64 KiB the transport refuses, and goes on with the next client.
    let address = school.quince.url().replace("http://", "");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let endless = "x".repeat(70_000);
    let request = format!("GET /mdm/v2/users?clientUserId={endless} HTTP/1.1\r\nhost: q\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 431");
    assert_eq!(school.get("assets").await.status, 200);
}

/// What a client may get away with, and the lint that says so.
fn lenient() -> Vec<(&'static str, Option<serde_json::Value>, &'static str)> {
    let given = |asset: serde_json::Value| json!({"assets": [asset], "serialNumbers": ["S"]});
    vec![
        ("assets?pageSize=500", None, "unknown-parameter"),
        ("assets?adamId=1&adamId=2", None, "repeated-parameter"),
        ("assets?sinceVersionId=x", None, "sinceVersionId-on-assets"),
        ("users/", None, "trailing-slash"),
        ("users/?pageSize=1", None, "trailing-slash, unknown-parameter"),
        ("users?managedAppleId=a@b.c", None, "undocumented-parameter"),
        ("users?includeRetired=0", None, "includeRetired"),
        ("client/config?x", None, "unknown-parameter"),
        ("service/config?x=1", None, "unknown-parameter"),
        (
            "assets/associate",
            Some(given(json!({"adamId": TEXTS, "availableCount": 5}))),
            "unknown-member",
        ),
        ("assets/associate?x=1", Some(given(json!({"adamId": TEXTS}))), "unknown-parameter"),
        (
            "assets/associate",
            Some(
                json!({"assets": [{"adamId": 1, "x": 1}, {"adamId": 2, "x": 1}], "serialNumbers": ["S"]}),
            ),
            "numeric-adam-id, unknown-member",
        ),
        (
            "assets/revoke",
            Some(json!({"assets": assets(&[TEXTS]), "serialNumbers": ["S"]})),
            "assets-in-revoke",
        ),
        (
            "users/create",
            Some(json!({"users": [{"clientUserId": "n", "status": "x"}]})),
            "unknown-member",
        ),
        ("client/config", Some(json!({"clientContext": "x"})), "unknown-member"),
        (
            "client/config",
            Some(json!({"mdmInfo": {"id": "1", "name": "n", "metadata": "m", "x": 1}})),
            "unknown-member",
        ),
    ]
}

#[tokio::test]
async fn what_the_service_lets_pass_is_a_lint() {
    let school = Fixture::school().await;
    for (path, body, lints) in lenient() {
        let answer = match &body {
            None => school.get(path).await,
            Some(body) => school.post(path, body).await,
        };
        assert_eq!((answer.status.as_u16(), answer.lints()), (200, lints), "{path} {body:?}");
    }
    assert_eq!(school.get("users?activeOnly=true").await.lints(), "");
}

#[tokio::test]
async fn a_strict_server_refuses_what_is_a_lint() {
    let world = || Quince::builder().world("small-school").strict(true);
    for (path, body, lints) in lenient() {
        let school = Fixture::of(world(), "berlin").await;
        let answer = match &body {
            None => school.get(path).await,
            Some(body) => school.post(path, body).await,
        };
        let error = json!({"errorMessage": "Invalid argument.", "errorNumber": 9602});
        assert_eq!((answer.status.as_u16(), answer.json()), (400, error), "{path} {body:?}");
        assert_eq!(answer.lints(), lints, "{path} {body:?}");
        let later = school.quince.universe("default").clock().advance("1h").unwrap();
        assert_eq!(later.happened, [], "{path}");
    }
    let school = Fixture::of(world(), "berlin").await;
    for path in GETS {
        assert_eq!(school.get(path).await.status, 200, "{path}");
    }
    // That no notification was sent is not the client's fault.
    let silent = world().setting("notifications.deliver", "off");
    let school = Fixture::of(silent, "berlin").await;
    let body = json!({"notificationUrl": "https://mdm.example/n", "notificationAuthToken": "s"});
    assert_eq!(school.post("client/config", body).await.status, 200);
}
