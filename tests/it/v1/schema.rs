//! Holds answers against the schemas in `fixtures/v1/schemas`.

use std::sync::LazyLock;

use serde_json::Value;

use crate::support::schema::Schemas;

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::read("v1/schemas"));

/// Fails unless an answer of this service is as its schema says.
#[track_caller]
pub(crate) fn check(service: &str, answer: &Value) {
    SCHEMAS.check(service, answer);
}

#[test]
fn every_schema_is_closed_and_the_checker_finds_what_is_wrong() {
    let good =
        serde_json::json!({"errorMessage": "Result not found", "errorNumber": 9604, "status": -1});
    check("getVPPUserSrv", &good);
    let wrong = |pointer: &str, with: Value| {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = with;
        SCHEMAS.try_check("getVPPUserSrv", &bad).unwrap_err()
    };
    wrong("/errorNumber", "9604".into());
    wrong("/errorNumber", 9647.into());
    wrong("/status", 0.into());
    let mut more = good.clone();
    more["uId"] = "1".into();
    SCHEMAS.try_check("getVPPUserSrv", &more).unwrap_err();
}
