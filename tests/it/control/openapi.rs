//! What the control API tells about itself and about quince.

use serde_json::{Value, json};

use crate::support::Fixture;
use crate::support::process::run;

#[tokio::test]
async fn the_document_is_served_and_printed() {
    let school = Fixture::school().await;
    let served = school.done_by("GET", "/openapi.json", Value::Null).await;
    assert_eq!(served["openapi"], "3.1.0");
    let (code, printed, stderr) = run(&["schema", "control"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(serde_json::from_str::<Value>(&printed).unwrap(), served);
    let (code, _, stderr) = run(&["schema", "contrl"]);
    assert_eq!(code, Some(64), "{stderr}");
    assert!(stderr.contains("did you mean \"control\"?"), "{stderr}");
    let advance = &served["paths"]["/universes/{u}/clock/advance"]["post"];
    assert_eq!(advance["operationId"], "clock.advance");
    let problem = &advance["responses"]["409"]["content"]["application/problem+json"]["schema"];
    assert_eq!(*problem, json!({"$ref": "#/components/schemas/Problem"}));
}

#[tokio::test]
async fn worlds_ledger_and_lints_are_told() {
    let school = Fixture::school().await;
    let worlds = school.done_by("GET", "/worlds", Value::Null).await;
    assert!(worlds["worlds"].as_array().unwrap().contains(&json!("small-school")));
    let ledger = school.done_by("GET", "/ledger", Value::Null).await;
    assert_eq!(ledger["entries"].as_array().unwrap().len(), quince::fidelity::entries().len());

    for _ in 0..2 {
        school.get("users?pageSize=1").await;
    }
    let told = school.done_by("GET", "/universes/default/lints", Value::Null).await;
    let lint = &told["lints"][0];
    assert_eq!((&lint["name"], &lint["count"]), (&json!("unknown-parameter"), &json!(2)));
    assert_eq!((&lint["first"], &told["since"]), (&json!(1), &json!(1)));
}
