//! Every way in which real clients send a request (apple-legacy-v1.md §1.2, §1.3).

use base64::Engine as _;
use http::Method;
use serde_json::{Value, json};

use super::{Library, checked};

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// What it is called, method, path, headers and body.
type Way<'a> = (&'a str, Method, &'a str, Vec<(&'a str, &'a str)>, String);

/// As it stands in a form.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn a_request_is_understood_however_it_comes() {
    ledger!("v1.transport.lenient", "v1.question.01-content-type");
    let library = Library::open().await;
    let path = "/mdm/getVPPUserSrv";
    let token = library.fixture.stoken.clone();
    let body = json!({"sToken": token, "userId": 41}).to_string();
    let fields = format!("userId=41&sToken={}", encoded(&token));
    let with_query = format!("{path}?{fields}");
    let (get, post) = (Method::GET, Method::POST);
    let ways: Vec<Way<'_>> = vec![
        ("as documented", post.clone(), path, vec![JSON], body.clone()),
        (
            "JSON with a charset",
            post.clone(),
            path,
            vec![
                ("content-type", "application/json;charset=UTF8"),
                ("x-server-protocol-version", "3"),
            ],
            body.clone(),
        ),
        ("JSON as a form", post.clone(), path, vec![FORM], body.clone()),
        ("JSON, encoded as a form", post.clone(), path, vec![FORM], encoded(&body)),
        ("JSON without a type", post.clone(), path, vec![], body.clone()),
        (
            "JSON with a mark of its byte order",
            post.clone(),
            path,
            vec![JSON],
            format!("\u{feff}{body}\n"),
        ),
        ("a GET with JSON", get.clone(), path, vec![], body.clone()),
        ("form fields", post.clone(), path, vec![FORM], fields.clone()),
        ("form fields without a type", post.clone(), path, vec![], fields.clone()),
        ("a query", get.clone(), &with_query, vec![], String::new()),
        ("a query of a POST", post.clone(), &with_query, vec![], String::new()),
        ("a trailing solidus", post.clone(), "/mdm/getVPPUserSrv/", vec![JSON], body.clone()),
        (
            "the older folder",
            post.clone(),
            "/WebObjects/MZFinance.woa/wa/getVPPUserSrv",
            vec![JSON],
            body.clone(),
        ),
        ("the root", post.clone(), "/getVPPUserSrv", vec![JSON], body.clone()),
        ("below v2", post, "/mdm/v2/getVPPUserSrv", vec![JSON], body.clone()),
        ("with its universe", get, "/u/default/mdm/getVPPUserSrv", vec![], body),
    ];
    for (way, method, path, headers, body) in ways {
        let answer = library.bare(method, path, &headers, body).await;
        let user = checked("getVPPUserSrv", &answer);
        assert_eq!(user["user"]["clientUserIdStr"], "cu-0041", "{way}: {user}");
    }
    // However it comes, the journal tells it without the token.
    let journal = library.fixture.done_by("GET", "/universes/default/journal", Value::Null).await;
    let journal = journal.to_string();
    assert!(journal.contains("redacted") && !journal.contains(&token[..20]), "{journal}");
}

#[tokio::test]
async fn pluses_that_a_form_lost_are_put_back_into_the_token() {
    let library = Library::open().await;
    let token = library.fixture.stoken.clone();
    // Made so that its base64 has pluses: the same token with another outer text.
    let base64 = base64::engine::general_purpose::STANDARD;
    let text = String::from_utf8(base64.decode(&token).unwrap()).unwrap();
    let plussed = (0..500)
        .map(|n| {
            base64.encode(
                text.replacen('{', &format!("{{\"x\":\"{}>>>>\",", "~".repeat(n % 7)), 1)
                    + &" ".repeat(n),
            )
        })
        .find(|token| token.contains('+'))
        .unwrap();
    let path = format!("/mdm/getVPPUserSrv?userId=41&sToken={plussed}");
    let answer = library.bare(Method::GET, &path, &[], "").await;
    assert_eq!(checked("getVPPUserSrv", &answer)["user"]["userId"], 41);
}

#[tokio::test]
async fn values_are_read_as_what_a_service_wants() {
    ledger!("v1.coercion");
    let library = Library::open().await;
    let get = async |members: Value| library.call("getVPPUserSrv", members).await;
    for id in [json!(41), json!("41"), json!(" 41 ")] {
        assert_eq!(get(json!({"userId": id})).await["user"]["userId"], 41);
    }
    for id in
        [json!(true), json!("4x"), json!(""), json!(41.5), json!([41]), json!({}), json!(1e30)]
    {
        assert_eq!(get(json!({"userId": id})).await["errorNumber"], 9602, "{id}");
    }
    assert_eq!(get(json!({"userId": -1})).await["errorNumber"], 9604);
    let null = json!({"userId": null, "clientUserIdStr": "cu-0041", "itsIdHash": null, "facilitatorMemberId": null});
    assert_eq!(get(null).await["user"]["userId"], 41);
    let one = json!({"adamIdStr": 900_000_001, "pricingParam": null, "associateSerialNumbers": "MOCKSN000009",
                     "disassociateSerialNumbers": [], "notifyDisassociation": "false"});
    let one = library.call("manageVPPLicensesByAdamIdSrv", one).await;
    assert_eq!(one["associations"][0]["serialNumber"], "MOCKSN000009");
    assert!(one.get("disassociations").is_none());
}

#[tokio::test]
async fn fields_that_come_more_than_once_are_a_list() {
    let library = Library::open().await;
    let token = encoded(&library.fixture.stoken);
    let path = format!(
        "/mdm/manageVPPLicensesByAdamIdSrv?sToken={token}&adamIdStr=900000001&pricingParam=STDQ&associateSerialNumbers=S1&associateSerialNumbers=S2"
    );
    let answer = library.bare(Method::GET, &path, &[], "").await;
    let answer = checked("manageVPPLicensesByAdamIdSrv", &answer);
    assert_eq!(answer["status"], 0);
    assert_eq!(answer["associations"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn unknown_members_are_nothing_but_a_lint() {
    ledger!("v1.transport.unknown-members");
    let library = Library::open().await;
    let body =
        json!({"sToken": library.fixture.stoken, "userId": 41, "associateClientIdStrs": ["x"]});
    let answer = library.bare(Method::POST, "/mdm/getVPPUserSrv", &[JSON], body.to_string()).await;
    assert_eq!(answer.lints(), "unknown-member");
    assert_eq!(checked("getVPPUserSrv", &answer)["status"], 0);
}

#[tokio::test]
async fn what_cannot_be_read_is_an_invalid_argument() {
    ledger!("v1.question.04-unparsable-body", "v1.question.03-missing-token");
    let library = Library::open().await;
    let token = encoded(&library.fixture.stoken);
    let path = format!("/mdm/getVPPUserSrv?sToken={token}");
    for body in ["{", "[1]", "\"x\"", "{\"userId\":41}}", "nonsense"] {
        let answer = library.bare(Method::POST, &path, &[JSON], body).await;
        assert_eq!(checked("getVPPUserSrv", &answer)["errorNumber"], 9602, "{body}");
        let answer = library.bare(Method::POST, "/mdm/getVPPUserSrv", &[JSON], body).await;
        assert_eq!(checked("getVPPUserSrv", &answer)["errorNumber"], 9602, "{body}, no token");
    }
    let nothing = library.bare(Method::POST, "/mdm/getVPPUserSrv", &[JSON], "").await;
    assert_eq!(checked("getVPPUserSrv", &nothing)["errorNumber"], 9601);
}

#[tokio::test]
async fn other_methods_and_other_services_are_refused_by_http() {
    ledger!("v1.question.05-methods", "v1.question.06-unknown-service");
    let library = Library::open().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = library.bare(method, "/mdm/getVPPUserSrv", &[], "").await;
        assert_eq!((answer.status.as_u16(), answer.text().as_str()), (405, ""));
        assert_eq!(answer.headers["allow"], "GET, HEAD, POST");
    }
    for path in [
        "/mdm/getVPPDevicesSrv",
        "/mdm/other",
        "/getVPPDevicesSrv",
        "/mdm/v2/getVPPDevicesSrv",
        "/WebObjects/MZFinance.woa/wa/buy",
    ] {
        let answer = library.bare(Method::POST, path, &[JSON], "{}").await;
        assert_eq!((answer.status.as_u16(), answer.text().as_str()), (404, ""), "{path}");
        assert!(answer.headers.get("quince-fault").is_none());
    }
    let journal = library.fixture.done_by("GET", "/universes/default/journal", Value::Null).await;
    assert!(journal.to_string().contains("v1.unknown"), "{journal}");
    let head = library.bare(Method::HEAD, "/mdm/VPPServiceConfigSrv", &[], "").await;
    assert_eq!((head.status.as_u16(), head.text().as_str()), (200, ""));
}

#[tokio::test]
async fn nonsense_never_breaks_a_service() {
    let library = Library::open().await;
    let token = library.fixture.stoken.clone();
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1e308),
        json!(""),
        json!("\u{0}"),
        json!("9".repeat(400)),
        json!([]),
        json!([[]]),
        json!({"a": 1}),
        json!([null]),
        json!(vec!["x"; 11]),
        json!("900000001"),
        json!("cu-0041"),
    ];
    let services = [
        "VPPServiceConfigSrv",
        "VPPClientConfigSrv",
        "registerVPPUserSrv",
        "getVPPUserSrv",
        "editVPPUserSrv",
        "retireVPPUserSrv",
        "manageVPPLicensesByAdamIdSrv",
        "associateVPPLicenseSrv",
        "disassociateVPPLicenseSrv",
    ];
    let names = [
        "userId",
        "clientUserIdStr",
        "itsIdHash",
        "email",
        "managedAppleIDStr",
        "clientContext",
        "adamIdStr",
        "adamId",
        "licenseId",
        "pricingParam",
        "associateSerialNumbers",
        "associateClientUserIdStrs",
        "disassociateLicenseIdStrs",
    ];
    for service in services {
        for (at, value) in values.iter().enumerate() {
            for (n, name) in names.iter().enumerate() {
                let other = &values[(at + n) % values.len()];
                let mut body = json!({"sToken": token, "clientUserIdStr": "cu-0041", "adamIdStr": "900000001"});
                body[name] = value.clone();
                body[names[(n + 5) % names.len()]] = other.clone();
                // The checks of status, schema and type are in here.
                library.send(service, &body.to_string()).await;
            }
        }
    }
}
