//! The Authorization header: which tokens are let in, and what the others hear.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, header};
use http_body_util::Full;
use quince::Quince;
use quince::model::{At, Privileges};
use quince::sim::token::{TokenClaims, mint};
use serde_json::{Value, json};

use super::school::{RUTH, TEXTS, assets};
use crate::support::{Answer, Fixture};

/// `GET client/config` with this header, or without one.
async fn ask(fixture: &Fixture, authorization: Option<&str>) -> Answer {
    let mut request = fixture.bare(Method::GET, "/mdm/v2/client/config");
    if let Some(value) = authorization {
        request = request.header(header::AUTHORIZATION, value);
    }
    fixture.send(request.body(Full::default()).unwrap()).await
}

async fn bearing(fixture: &Fixture, token: &str) -> Answer {
    ask(fixture, Some(&format!("Bearer {token}"))).await
}

/// Status and error number.
fn refusal(answer: &Answer) -> (u16, Value) {
    (answer.status.as_u16(), answer.json()["errorNumber"].clone())
}

/// The JSON inside a token.
fn opened(stoken: &str) -> Value {
    serde_json::from_slice(&STANDARD.decode(stoken).unwrap()).unwrap()
}

/// A token of the default universe that ends in 2031.
fn minted(seed: u64, location: &str, serial: u32) -> String {
    let claims = TokenClaims {
        universe: "default".to_owned(),
        location: location.to_owned(),
        serial,
        expires: At(1_932_887_700_000),
        privileges: Privileges::ALL,
    };
    mint(seed, &claims, "Lindenhof-Schule")
}

#[tokio::test]
async fn a_token_is_read_by_its_meaning() {
    ledger!("token.decoded-by-meaning");
    let school = Fixture::school().await;
    let uid = bearing(&school, &school.stoken).await.json()["uId"].clone();
    let outer = opened(&school.stoken);
    let text = |name: &str| outer[name].as_str().unwrap().to_owned();
    let (token, expires, org) = (text("token"), text("expDate"), text("orgName"));
    // A slash that a JSON encoder escapes: in this token there is one.
    let escaped = org.replace('-', "\\u002d");
    for json in [
        format!(
            "{{\n    \"token\": \"{token}\",\n    \"expDate\": \"{expires}\",\n    \"orgName\": \"{org}\"\n}}\n"
        ),
        format!("{{\"orgName\":\"{escaped}\",\"expDate\":\"{expires}\",\"token\":\"{token}\"}}"),
        format!(
            "{{\"token\":\"{}\",\"expDate\":\"{expires}\",\"orgName\":\"{org}\"}}",
            token.replace('=', "\\u003d").replace('/', "\\/")
        ),
    ] {
        for encoded in [
            STANDARD.encode(&json),
            STANDARD.encode(&json).replace('=', ""),
            STANDARD.encode(&json).replace('/', "\\/"),
            STANDARD.encode(&json).replace('+', "-").replace('/', "_"),
        ] {
            let answer = bearing(&school, &encoded).await;
            assert_eq!(answer.json()["uId"], uid, "{json}");
            assert_eq!(answer.lints(), "", "{json}");
        }
    }
    // What stands around the inner token decides nothing; that it differs is a lint.
    for json in [
        json!({ "token": token }),
        json!({"token": token, "expDate": "1999-01-01T00:00:00+0000", "orgName": org}),
        json!({"token": token, "expDate": expires, "orgName": "Another"}),
    ] {
        let answer = bearing(&school, &STANDARD.encode(json.to_string())).await;
        assert_eq!(answer.json()["uId"], uid, "{json}");
        assert_eq!(answer.json()["tokenExpirationDate"], expires.as_str());
        assert_eq!(answer.lints(), "token-outer-differs", "{json}");
    }
}

/// Everything that has the form of a header and is no token of this universe.
fn unknown_tokens(stoken: &str) -> Vec<(&'static str, String)> {
    let inner = opened(stoken)["token"].as_str().unwrap().to_owned();
    let claims = String::from_utf8(STANDARD.decode(&inner).unwrap()).unwrap();
    let wrapped = |claims: &str| {
        STANDARD.encode(
            json!({"token": STANDARD.encode(claims), "expDate": "", "orgName": ""}).to_string(),
        )
    };
    assert!(claims.contains(".berlin.1."), "{claims}");
    vec![
        ("the inner token alone", inner),
        ("no base64", "not-a-token!".to_owned()),
        ("several words", "not a token".to_owned()),
        ("base64 of no JSON", STANDARD.encode("hello")),
        ("JSON without a token", STANDARD.encode("{}")),
        ("half a token", stoken[..stoken.len() / 2].to_owned()),
        ("a token of another seed", minted(2, "berlin", 1)),
        ("a token of no location", minted(1, "munich", 1)),
        ("a serial number put in by hand", wrapped(&claims.replace(".berlin.1.", ".berlin.2."))),
        ("another location put in by hand", wrapped(&claims.replace("berlin", "munich"))),
        ("a token of no universe", wrapped(&claims.replace("default", "other"))),
        ("a very long one", "A".repeat(20_000)),
    ]
}

#[tokio::test]
async fn an_unknown_token_is_told_inside_a_success() {
    ledger!(
        "v2.conflict.14-token-error-status",
        "v2.question.01-unknown-token-status",
        "token.inner-alone-9622",
    );
    let school = Fixture::school().await;
    for (what, token) in unknown_tokens(&school.stoken) {
        assert_eq!(refusal(&bearing(&school, &token).await), (200, json!(9622)), "{what}");
    }
    insta::assert_snapshot!(bearing(&school, "bm9ib2R5").await.transcript(), @r#"
    200 OK
    content-type: application/json
    date: Thu, 15 Jan 2026 09:00:00 GMT
    content-length: 66

    {"errorMessage":"Invalid authentication token","errorNumber":9622}
    "#);
}

#[tokio::test]
async fn an_unknown_token_is_not_logged_in_where_the_pages_are_taken_by_their_letter() {
    ledger!("v2.conflict.14-token-error-status");
    let documented = Quince::builder().world("small-school").profile("documented");
    let school = Fixture::of(documented, "berlin").await;
    for (what, token) in unknown_tokens(&school.stoken) {
        assert_eq!(refusal(&bearing(&school, &token).await), (401, json!(9601)), "{what}");
    }
    assert_eq!(bearing(&school, &school.stoken).await.status, 200);
}

#[tokio::test]
async fn a_header_of_another_form_is_refused_as_such() {
    ledger!("v2.question.02-authorization-header");
    let school = Fixture::school().await;
    let stoken = school.stoken.clone();
    for header in [
        None,
        Some(String::new()),
        Some("Bearer".to_owned()),
        Some("Bearer ".to_owned()),
        Some("Basic x".to_owned()),
        Some(format!("Basic {stoken}")),
        Some(format!("Token {stoken}")),
        Some(format!("Bearer: {stoken}")),
        Some(format!("Bearer{stoken}")),
        Some(stoken.clone()),
        Some("Bearer \u{e9}".to_owned()),
    ] {
        let answer = ask(&school, header.as_deref()).await;
        assert_eq!(refusal(&answer), (401, json!(9722)), "{header:?}");
    }
    for header in [
        format!("bearer {stoken}"),
        format!("BEARER {stoken}"),
        format!("Bearer   {stoken}"),
        format!("  Bearer {stoken}  "),
    ] {
        assert_eq!(ask(&school, Some(&header)).await.status, 200, "{header}");
    }
    // Not decodable is unknown, not ill-formed.
    assert_eq!(refusal(&bearing(&school, "%%%").await), (200, json!(9622)));
}

#[tokio::test]
async fn a_newer_download_revokes_the_older_one() {
    ledger!(
        "token.higher-serial-revokes",
        "v2.question.02-authorization-header",
        "v2.conflict.14-token-error-status",
    );
    let school = Fixture::school().await;
    let newer = minted(1, "berlin", 5);
    assert_eq!(bearing(&school, &school.stoken).await.status, 200, "nobody has seen the newer one");
    let first = bearing(&school, &newer).await;
    assert_eq!((first.status.as_u16(), first.lints()), (200, ""));
    assert_eq!(refusal(&bearing(&school, &school.stoken).await), (401, json!(9625)));
    assert_eq!(refusal(&bearing(&school, &minted(1, "berlin", 4)).await), (401, json!(9625)));
    assert_eq!(bearing(&school, &newer).await.status, 200);
    // What quince itself hands out now is good too.
    let handed_out = school.quince.universe("default").stoken("berlin");
    assert_ne!(handed_out, school.stoken);
    assert_eq!(bearing(&school, &handed_out).await.status, 200);
}

#[tokio::test]
async fn who_may_only_read_changes_nothing() {
    ledger!("v2.question.06-no-manage-rights");
    let room = Fixture::of(Quince::builder().world("edge-cases"), "reading-room").await;
    let reads = ["client/config", "assets", "assignments", "users"];
    let mut before = Vec::new();
    for path in reads {
        let answer = room.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        before.push(answer.text());
    }
    let asset = json!({"assets": assets(&["200000002"]), "clientUserIds": ["reader"]});
    let reader = json!({"users": [{"clientUserId": "reader", "email": "new@edge.example"}]});
    for (path, body) in [
        ("assets/associate", &asset),
        ("assets/disassociate", &asset),
        ("assets/revoke", &asset),
        ("users/create", &json!({"users": [{"clientUserId": "new"}]})),
        ("users/update", &reader),
        ("users/retire", &reader),
        ("client/config", &json!({"mdmInfo": {"id": "1", "name": "n", "metadata": "m"}})),
        ("client/config", &json!("nonsense")),
    ] {
        assert_eq!(refusal(&room.post(path, body).await), (403, json!(9637)), "{path}");
    }
    let later = room.quince.universe("default").clock().advance("1h").unwrap();
    assert_eq!(later.happened, [], "something was queued");
    for (path, before) in reads.iter().zip(before) {
        assert_eq!(room.get(path).await.text(), before, "{path}");
    }
    // An event of somebody who may: looking at it is reading.
    let status = room.get("status?eventId=3d0c7a0e-51f5-4f0b-8a35-5d6f0f6c2b77").await;
    assert_eq!(refusal(&status), (400, json!(9708)));
}

#[tokio::test]
async fn the_tokens_of_the_documents_are_let_in() {
    let world = Quince::builder().world("seed-examples");
    let main = Fixture::of(world.clone(), "main").await;
    assert!(main.stoken.starts_with("ewogICAgInRva2VuIjogIlZGZHdR"));
    let answer = main.get("client/config").await;
    assert_eq!(answer.json()["uId"], "2049025000431439");
    assert_eq!(answer.json()["tokenExpirationDate"], "2030-11-08T22:33:22+0000");
    assert_eq!(answer.lints(), "");
    // Encoded again without the line breaks of the sample, it is the same token.
    let compact = STANDARD.encode(opened(&main.stoken).to_string());
    assert_ne!(compact, main.stoken);
    assert_eq!(bearing(&main, &compact).await.json()["uId"], "2049025000431439");
    // The older one is opaque and has a blank inside.
    let legacy = Fixture::of(world, "legacy").await;
    assert!(legacy.stoken.contains("h2 a5"));
    assert_eq!(legacy.get("users").await.json()["uId"], "100978");
    assert_eq!(bearing(&legacy, &legacy.stoken.replace(' ', "")).await.json()["errorNumber"], 9622);
}

#[tokio::test]
async fn another_token_of_the_location_sees_its_events_and_no_other_does() {
    ledger!("v2.question.38-event-of-another-token");
    let mut school = Fixture::school().await;
    let body = json!({"assets": assets(&[TEXTS]), "clientUserIds": [RUTH]});
    let accepted = school.post("assets/associate", body).await.json();
    let status = format!("status?eventId={}", accepted["eventId"].as_str().unwrap());
    school.stoken = minted(1, "berlin", 2);
    assert_eq!(school.get(&status).await.json()["eventStatus"], "PENDING");

    let mut edges = Fixture::of(Quince::builder().world("edge-cases"), "edges").await;
    let body = json!({"assets": assets(&["100000006"]), "serialNumbers": ["S"]});
    let accepted = edges.post("assets/associate", body).await.json();
    let status = format!("status?eventId={}", accepted["eventId"].as_str().unwrap());
    assert_eq!(edges.get(&status).await.status, 200);
    edges.stoken = edges.quince.universe("default").stoken("lone");
    assert_eq!(refusal(&edges.get(&status).await), (400, json!(9708)));
}
