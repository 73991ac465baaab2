//! What is no verb, and what does not fit.

use http::Method;
use serde_json::json;

use crate::support::Fixture;

#[tokio::test]
async fn verbs_are_listed_with_their_schemas() {
    let school = Fixture::school().await;
    let request = Fixture::bare(Method::GET, "/_quince/v1/verbs");
    let list = school.send(request.body(http_body_util::Full::default()).unwrap()).await.json();
    let verbs = list["verbs"].as_array().unwrap();
    assert_eq!(verbs.len(), 28);
    for verb in verbs {
        let name = verb["name"].as_str().unwrap();
        assert!(verb["description"].as_str().unwrap().ends_with('.'), "{name}");
        let schema = &verb["schema"];
        assert_eq!(schema["additionalProperties"], json!(false), "{name}");
        for (argument, shape) in schema["properties"].as_object().unwrap() {
            let limit = name == "change-limits" && argument.starts_with("max");
            assert!(limit || shape["description"].is_string(), "{name}.{argument}");
        }
    }
}

#[tokio::test]
async fn errors_point_at_the_argument() {
    let school = Fixture::school().await;
    let nothing = school.version("assets").await;
    for (verb, arguments, status, pointer, detail) in [
        ("buy-licenses", json!({"count": 0}), 400, "/count", "count is 0"),
        ("buy-licenses", json!({"count": "many"}), 400, "/count", "invalid type"),
        ("buy-licenses", json!({"cuont": 1}), 400, "/cuont", "unknown field `cuont`"),
        ("buy-licenses", json!([]), 400, "", "must be a JSON object"),
        ("buy-licenses", json!({"location": "bonn"}), 400, "/location", "there are: berlin"),
        ("buy-licenses", json!({"adam_id": "x1"}), 400, "/adam_id", "`x1` is no product id"),
        ("buy-licenses", json!({"count": 4_000_000_000_u32}), 400, "/count", "at most"),
        ("buy-licenses", json!({"as_token": 9}), 409, "/as_token", "knows no token of serial 9"),
        ("refund-licenses", json!({"adam_id": "1"}), 409, "/adam_id", "does not own 1"),
        ("refund-licenses", json!({"count": 1000}), 409, "/adam_id", "no asset with 1000 free"),
        ("transfer-licenses", json!({"to": "bonn"}), 400, "/to", "there is no location `bonn`"),
        (
            "accept-invitation",
            json!({"client_user_id": "x"}),
            409,
            "/client_user_id",
            "`x` does not exist",
        ),
        (
            "other-admin-assigns",
            json!({"client_user_ids": ["x"]}),
            409,
            "/client_user_ids",
            "`x` does not exist",
        ),
        (
            "other-admin-assigns",
            json!({"serial_numbers": ["A", "A"]}),
            400,
            "/serial_numbers",
            "comes twice",
        ),
        (
            "other-admin-retires-user",
            json!({"client_user_id": "x"}),
            409,
            "/client_user_id",
            "`x` does not exist",
        ),
        (
            "add-devices",
            json!({"serial_numbers": ["12E45678"]}),
            409,
            "/serial_numbers",
            "12E45678 is known already",
        ),
        ("add-devices", json!({"count": 1_000_001}), 400, "/count", "at most 1000000"),
        ("add-users", json!({"users": [{"client_user_id": ""}]}), 400, "/users", "is empty"),
        ("add-users", json!({"users": [{}]}), 400, "/users/0", "missing field `client_user_id`"),
        (
            "restrict-token",
            json!({"privileges": ["buy"]}),
            400,
            "/privileges/0",
            "unknown variant `buy`",
        ),
        ("restrict-token", json!({}), 400, "", "missing field `privileges`"),
        ("move-service", json!({"error": 9600}), 400, "/error", "9600 is no way to move"),
        ("buy-licences", json!({}), 404, "-", "did you mean buy-licenses?"),
    ] {
        let (got, at, text) = school.unfit(verb, arguments.clone()).await;
        assert_eq!((got, at.as_str()), (status, pointer), "{verb} {arguments}: {text}");
        assert!(text.contains(detail), "{verb} {arguments}: {text}");
    }
    assert_eq!(school.version("assets").await, nothing, "who fails changes nothing");
    let answer = school.lever(Method::POST, "verbs/buy-licences", &json!({})).await;
    assert_eq!(answer.json()["nearest"], "buy-licenses");
    let diff = school.quince.universe("default");
    diff.mark("end").unwrap();
    assert_eq!(school.since("end"), "no difference\n");
}
