//! Bodies that are broken, strange or too large. After each of them quince still answers.

use http::{Method, header};
use http_body_util::Full;
use quince::Quince;
use serde_json::{Value, json};

use super::school::{RUTH, TEXTS, assets, serials};
use crate::support::{Answer, Fixture};

/// The endpoints that take a body.
const POSTS: [&str; 7] = [
    "assets/associate",
    "assets/disassociate",
    "assets/revoke",
    "users/create",
    "users/update",
    "users/retire",
    "client/config",
];

async fn post_bytes(fixture: &Fixture, path: &str, body: impl Into<bytes::Bytes>) -> Answer {
    let request = fixture
        .request(Method::POST, path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::from(body.into()))
        .unwrap();
    fixture.send(request).await
}

#[track_caller]
fn assert_9602(answer: &Answer, what: &str) {
    let expected = json!({"errorMessage": "Invalid argument.", "errorNumber": 9602});
    assert_eq!((answer.status.as_u16(), answer.json()), (400, expected), "{what}");
}

/// Nothing that was refused left anything behind.
async fn assert_untouched(fixture: &Fixture) {
    let later = fixture.quince.universe("default").clock().advance("1h").unwrap();
    assert_eq!(later.happened, [], "something was queued");
    let config = fixture.get("client/config").await;
    assert_eq!(config.status, 200);
    assert_eq!(config.json().get("mdmInfo"), None);
}

#[tokio::test]
async fn what_is_no_json_object_is_an_invalid_argument() {
    ledger!("v2.question.04-malformed-input");
    let school = Fixture::school().await;
    let deep = format!("{{\"x\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    for path in POSTS {
        for body in [
            &b""[..],
            b" ",
            b"{",
            b"{}}",
            b"{}{}",
            b"{\"users\":[}",
            b"{'users':[]}",
            b"{\"users\":[],}",
            b"[]",
            b"null",
            b"true",
            b"7",
            b"\"text\"",
            b"NaN",
            b"users=1",
            b"\0",
            b"{\"x\":\"\0\"}",
            b"\xff\xfe{\0}\0",
            b"{\"x\":\"\xff\"}",
            b"{\"x\":\"\xed\xa0\x80\"}",
            b"{\"x\":\"\\ud800\"}",
            b"{\"x\":\"\\udc00\\ud800\"}",
            b"{\"x\":\"\\q\"}",
            b"{\"x\":1e999}",
            deep.as_bytes(),
        ] {
            let shown = String::from_utf8_lossy(&body[..body.len().min(40)]);
            let answer = post_bytes(&school, path, body.to_vec()).await;
            assert_9602(&answer, &format!("{path} {shown}"));
        }
    }
    assert_untouched(&school).await;
}

#[tokio::test]
async fn a_member_of_the_wrong_type_is_an_invalid_argument() {
    ledger!("v2.question.04-malformed-input");
    let school = Fixture::school().await;
    let wrong_arrays =
        [json!("x"), json!(1), json!(true), json!({}), json!([1]), json!([null]), json!([["x"]])];
    let wrong_texts = [json!(1), json!(true), json!([]), json!({}), json!(["x"])];
    let mut bodies = Vec::new();
    for path in ["assets/associate", "assets/disassociate", "assets/revoke"] {
        for member in ["assets", "clientUserIds", "serialNumbers"] {
            // Revoke does not look at assets.
            if (path, member) == ("assets/revoke", "assets") {
                continue;
            }
            for value in &wrong_arrays {
                let mut body = json!({"assets": assets(&[TEXTS]), "serialNumbers": ["S"]});
                body[member] = value.clone();
                bodies.push((path, body));
            }
        }
    }
    for quality in [json!("stdq"), json!(""), json!("OTHER"), json!(1)] {
        let asset = json!({"adamId": TEXTS, "pricingParam": quality});
        bodies.push(("assets/associate", json!({"assets": [asset], "serialNumbers": ["S"]})));
    }
    for path in ["users/create", "users/update", "users/retire"] {
        for value in wrong_arrays.iter().chain([&json!(["x"])]) {
            bodies.push((path, json!({ "users": value })));
        }
        for member in ["clientUserId", "email", "managedAppleId"] {
            for value in &wrong_texts {
                let mut user = json!({"clientUserId": RUTH});
                user[member] = value.clone();
                bodies.push((path, json!({"users": [user]})));
            }
        }
    }
    for member in ["mdmInfo", "notificationUrl", "notificationAuthToken", "notificationTypes"] {
        for value in &wrong_texts {
            // An empty object lacks members (9723), an empty array ends subscriptions.
            let is_fine = [("mdmInfo", json!({})), ("notificationTypes", json!([]))];
            if !is_fine.contains(&(member, value.clone())) {
                bodies.push(("client/config", json!({ member: value })));
            }
        }
    }
    bodies.push(("client/config", json!({"mdmInfo": {"id": 1, "name": "n", "metadata": "m"}})));
    bodies.push(("client/config", json!({"notificationTypes": [1]})));
    for (path, body) in bodies {
        assert_9602(&school.post(path, &body).await, &format!("{path} {body}"));
    }
    assert_untouched(&school).await;
}

#[tokio::test]
async fn a_missing_member_without_a_number_is_an_invalid_argument() {
    ledger!("v2.missing-member-9602");
    let school = Fixture::school().await;
    for asset in [json!({}), json!({"pricingParam": "STDQ"}), json!({"adamId": null})] {
        let body = json!({"assets": [{"adamId": TEXTS}, asset], "serialNumbers": ["S"]});
        assert_9602(&school.post("assets/associate", &body).await, &body.to_string());
    }
    for user in [
        json!({}),
        json!({"email": "a@b.example"}),
        json!({"clientUserId": null}),
        json!({"clientUserId": ""}),
    ] {
        for path in ["users/create", "users/update", "users/retire"] {
            let body = json!({"users": [{"clientUserId": RUTH}, user]});
            assert_9602(&school.post(path, &body).await, &body.to_string());
        }
    }
    assert_9602(&school.get("status").await, "no eventId");
    assert_untouched(&school).await;
}

#[tokio::test]
async fn null_is_absence() {
    let school = Fixture::school().await;
    for (path, body, number) in [
        ("assets/associate", json!({"assets": null, "serialNumbers": ["S"]}), 9718),
        ("assets/associate", json!({"assets": assets(&[TEXTS]), "clientUserIds": null}), 9719),
        ("users/create", json!({"users": null}), 9720),
    ] {
        assert_eq!(school.post(path, body).await.json()["errorNumber"], number, "{path}");
    }
    let body = json!({"assets": [{"adamId": TEXTS, "pricingParam": null}], "clientUserIds": null, "serialNumbers": ["S"]});
    assert_eq!(school.post("assets/associate", body).await.status, 200);
    let user = json!({"clientUserId": "n", "email": null, "managedAppleId": null});
    assert_eq!(school.post("users/create", json!({"users": [user]})).await.status, 200);
}

#[tokio::test]
async fn an_address_is_good_or_bad_by_its_form() {
    ledger!("v2.email-form");
    let school = Fixture::school().await;
    let domain = "@lindenhof-schule.example";
    let longest = format!("{}{domain}", "x".repeat(254 - domain.len()));
    let create =
        |email: &str| json!({"users": [{"clientUserId": format!("of {email}"), "email": email}]});
    for good in [
        "a@b.c",
        "o'brien+vpp@edge.example",
        "grüße@xn--bcher-kva.example",
        "a@b.c.d",
        ".@b.c",
        &longest,
    ] {
        let done = school.done("users/create", create(good)).await;
        assert_eq!(done["eventStatus"], "COMPLETE", "{good}");
    }
    for bad in [
        "",
        "a",
        "@",
        "a@",
        "@b.c",
        "a@b",
        "a@b.",
        "a@.c",
        "a@b..c",
        "a@b@c.d",
        "a b@c.d",
        "a@b .c",
        " a@b.c",
        "a@b.c\n",
        "a\t@b.c",
        &format!("x{longest}"),
    ] {
        let refused = school.post("users/create", create(bad)).await.json();
        assert_eq!(refused["errorNumber"], 9717, "{bad:?}");
        assert_eq!(refused["errorInfo"], json!({"clientUserIds": [format!("of {bad}")]}));
    }
}

#[tokio::test]
async fn a_numeric_id_is_read_as_its_digits_or_refused() {
    ledger!("v2.question.44-numeric-adam-id");
    let body = |id: Value| json!({"assets": [{"adamId": id}], "serialNumbers": ["S"]});
    let school = Fixture::school().await;
    let answer = school.post("assets/associate", body(json!(361_309_726))).await;
    assert_eq!((answer.status.as_u16(), answer.lints()), (200, "numeric-adam-id"));
    school.advance("1h");
    let list = school.get("assignments?serialNumber=S").await.json();
    assert_eq!(list["assignments"][0]["adamId"], TEXTS);
    for no_digits in [json!(-1), json!(1.5), json!(361_309_726.0), json!(1e30), json!(true)] {
        assert_9602(
            &school.post("assets/associate", body(no_digits.clone())).await,
            &no_digits.to_string(),
        );
    }
    let builder = Quince::builder().world("small-school").setting("v2.numeric_adam_id", "reject");
    let strict = Fixture::of(builder, "berlin").await;
    assert_9602(&strict.post("assets/associate", body(json!(361_309_726))).await, "reject");
    assert_eq!(strict.post("assets/associate", body(json!(TEXTS))).await.status, 200);
}

#[tokio::test]
async fn limits_are_counted_before_duplicates() {
    ledger!("v2.question.30-limit-before-duplicate");
    let school = Fixture::school().await;
    let twice = |count: usize| vec!["S"; count];
    for (path, body, number) in [
        (
            "assets/associate",
            json!({"assets": vec![json!({"adamId": TEXTS}); 26], "serialNumbers": ["S"]}),
            9700,
        ),
        (
            "assets/associate",
            json!({"assets": vec![json!({"adamId": TEXTS}); 25], "serialNumbers": ["S"]}),
            9703,
        ),
        (
            "assets/associate",
            json!({"assets": assets(&[TEXTS]), "clientUserIds": twice(1001)}),
            9701,
        ),
        (
            "assets/associate",
            json!({"assets": assets(&[TEXTS]), "clientUserIds": twice(1000)}),
            9704,
        ),
        (
            "assets/associate",
            json!({"assets": assets(&[TEXTS]), "serialNumbers": twice(1001)}),
            9702,
        ),
        (
            "assets/associate",
            json!({"assets": assets(&[TEXTS]), "serialNumbers": twice(1000)}),
            9705,
        ),
        ("assets/revoke", json!({"clientUserIds": twice(101)}), 9701),
        ("assets/revoke", json!({"clientUserIds": twice(100)}), 9704),
        ("users/create", json!({"users": vec![json!({"clientUserId": "n"}); 101]}), 9714),
        ("users/create", json!({"users": vec![json!({"clientUserId": "n"}); 100]}), 9715),
    ] {
        assert_eq!(school.post(path, body).await.json()["errorNumber"], number, "{path}");
    }
    // As much as is allowed is allowed: 25 assets, a thousand devices.
    let ids: Vec<Value> = serials("", 1..26).iter().map(|id| json!({ "adamId": id })).collect();
    let most = json!({"assets": ids, "serialNumbers": serials("S", 0..1000)});
    assert_eq!(school.done("assets/associate", most).await["numRequested"], 25_000);
}

#[tokio::test]
async fn faults_of_a_request_are_told_one_by_one_in_order() {
    ledger!("v2.question.03-check-order");
    let school = Fixture::school().await;
    let mut body =
        json!({"assets": 1, "clientUserIds": vec!["x"; 1001], "serialNumbers": vec!["S"; 1001]});
    let some: Vec<Value> = [TEXTS; 26].iter().map(|id| json!({ "adamId": id })).collect();
    let different = json!([{"adamId": "4488263536"}, {"adamId": "4229444263"}]);
    let mut told = Vec::new();
    for (member, repaired) in [
        ("assets", json!([])),
        ("assets", json!(some)),
        ("assets", json!(some[..25])),
        ("clientUserIds", json!(["x", "x"])),
        ("serialNumbers", json!(["S", "S"])),
        ("assets", different),
        ("clientUserIds", json!(["x"])),
        ("serialNumbers", json!(["S"])),
        ("serialNumbers", json!([])),
        ("assets", assets(&[TEXTS])),
        ("clientUserIds", json!([RUTH])),
    ] {
        let refused = school.post("assets/disassociate", &body).await.json();
        told.push(refused["errorNumber"].as_u64().unwrap());
        body[member] = repaired;
    }
    assert_eq!(told, [9602, 9718, 9700, 9701, 9702, 9703, 9704, 9705, 9707, 9706, 9609]);
    assert_eq!(school.post("assets/disassociate", body).await.status, 200);
}

#[tokio::test]
async fn odd_texts_are_texts() {
    let school = Fixture::school().await;
    for id in ["\u{0}", "\u{feff}", "\u{202e}x", "🧑‍🏫", " ", "a\"b\\c/d", &"x".repeat(5000)]
    {
        let user = json!({"users": [{"clientUserId": id}]});
        assert_eq!(school.done("users/create", user).await["eventStatus"], "COMPLETE", "{id:?}");
        let encoded: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
        let list = school.get(&format!("users?clientUserId={encoded}")).await.json();
        assert_eq!(list["users"][0]["clientUserId"], id);
    }
}

#[tokio::test]
async fn a_body_has_at_most_four_mebibytes() {
    ledger!("bounds.body");
    let school = Fixture::school().await;
    let whole = json!({"assets": assets(&[TEXTS]), "serialNumbers": ["S"]}).to_string();
    let padded = |bytes: usize| whole.clone() + &" ".repeat(bytes - whole.len());
    assert_eq!(post_bytes(&school, "assets/associate", padded(4 << 20)).await.status, 200);
    for bytes in [(4 << 20) + 1, 10 << 20] {
        let refused = post_bytes(&school, "assets/associate", padded(bytes)).await;
        assert_eq!(refused.status, 413);
        assert_eq!(refused.headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            refused.text(),
            format!("quince {version} takes bodies of up to 4194304 bytes\n")
        );
    }
    assert_eq!(school.get("assets").await.status, 200);
}
