//! What the tokens of batches are refused for.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quince::Quince;
use serde_json::{Value, json};

use crate::support::Fixture;
use crate::support::lists::world;

const USERS: &str = "getVPPUsersSrv";
const LICENCES: &str = "getVPPLicensesSrv";

const ROWS: &str = r#"
[[user]]
client_user_id = "ada"

[[user]]
client_user_id = "bob"

[[asset]]
adam_id = "100"
total   = 3

[[location]]
key = "other"

[[user]]
location       = "other"
client_user_id = "ada"
"#;

async fn small() -> Fixture {
    let rows = ROWS.replace("[[user]]\nclient", "[[user]]\nlocation = \"main\"\nclient");
    let rows = rows.replace("[[asset]]\n", "[[asset]]\nlocation = \"main\"\n");
    let spec = world(&rows);
    Fixture::of(Quince::builder().world_spec(spec).setting("v1.batch_size", "1"), "main").await
}

/// A batch token and a since-token of a list.
async fn tokens(fixture: &Fixture, service: &str) -> (Value, Value) {
    let batch = fixture.v1(service, json!({})).await["batchToken"].take();
    let (_, since) = fixture.run(service, &json!({}), None).await;
    (batch, since.into())
}

#[tokio::test]
async fn a_text_that_is_no_token_of_this_list_is_an_invalid_argument() {
    ledger!("v1.batches.token-errors");
    let fixture = small().await;
    let ((batch, since), (other, other_since)) =
        (tokens(&fixture, USERS).await, tokens(&fixture, LICENCES).await);
    let garbled = |token: &Value| {
        let mut bytes = STANDARD.decode(token.as_str().unwrap()).unwrap();
        bytes[40] ^= 1;
        json!(STANDARD.encode(bytes))
    };
    for (name, wrong) in [
        ("batchToken", json!("nonsense")),
        ("batchToken", json!("H4sIAAAAAAAAAA==")),
        ("batchToken", garbled(&batch)),
        ("batchToken", since.clone()),
        ("batchToken", other),
        ("batchToken", json!(["a", "b"])),
        ("batchToken", json!("A".repeat(100_000))),
        ("sinceModifiedToken", json!("nonsense")),
        ("sinceModifiedToken", garbled(&since)),
        ("sinceModifiedToken", batch.clone()),
        ("sinceModifiedToken", other_since),
    ] {
        assert_eq!(fixture.v1_error(USERS, json!({name: wrong})).await, 9602, "{name} {wrong:.30}");
    }
    // Of two tokens the batch token counts, and the other one is not looked at.
    let both = json!({"batchToken": batch, "sinceModifiedToken": "nonsense"});
    assert_eq!(fixture.v1(USERS, both).await["users"][0]["clientUserIdStr"], "bob");
}

#[tokio::test]
async fn an_override_index_is_one_of_the_further_batches() {
    let fixture = small().await;
    let (batch, since) = tokens(&fixture, LICENCES).await;
    for (index, number) in [(-1, 9602), (0, 9602), (1, 0), (2, 0), (3, 9602)] {
        let asked = json!({"batchToken": batch, "overrideIndex": index});
        assert_eq!(fixture.v1_error(LICENCES, asked).await, number, "{index}");
    }
    for asked in [
        json!({"overrideIndex": 1}),
        json!({"overrideIndex": 1, "sinceModifiedToken": since}),
        json!({"overrideIndex": "one", "batchToken": batch}),
    ] {
        assert_eq!(fixture.v1_error(LICENCES, asked).await, 9602);
    }
}

#[tokio::test]
async fn a_token_of_another_location_is_inapplicable() {
    let fixture = small().await;
    let (batch, since) = tokens(&fixture, USERS).await;
    let other = fixture.quince.universe("default").stoken("other");
    for asked in [json!({"batchToken": batch}), json!({"sinceModifiedToken": since})] {
        let mut asked = asked;
        asked["sToken"] = other.clone().into();
        let answer = fixture.v1(USERS, asked).await;
        assert_eq!(answer["errorNumber"], 9629);
        assert_eq!(answer["errorMessage"], "The sToken is inapplicable to batchToken");
    }
}

#[tokio::test]
async fn the_data_of_a_batch_goes_after_an_hour() {
    ledger!("setting.v1.batch_lifetime");
    let fixture = small().await;
    let (batch, since) = tokens(&fixture, USERS).await;
    fixture.advance("59m");
    assert_eq!(fixture.v1_error(USERS, json!({"batchToken": batch})).await, 0);
    fixture.advance("1m");
    let answer = fixture.v1(USERS, json!({"batchToken": batch})).await;
    assert_eq!(answer["errorNumber"], 9633);
    assert_eq!(answer["errorMessage"], "No batch data recovered for token.");
    fixture.advance("100d");
    assert_eq!(fixture.v1_error(USERS, json!({"sinceModifiedToken": since})).await, 0);
}

#[tokio::test]
async fn the_oldest_of_too_many_runs_goes() {
    ledger!("bounds.v1-runs");
    let fixture = small().await;
    fixture.done_by("PATCH", "/universes/default/settings", json!({"v1.max_runs": 2})).await;
    let mut batches = Vec::new();
    for _ in 0..3 {
        batches.push(fixture.v1(USERS, json!({})).await["batchToken"].take());
    }
    // What fits into one answer is no run.
    fixture.v1("getAssignments", json!({})).await;
    let mut numbers = Vec::new();
    for batch in batches {
        numbers.push(fixture.v1_error(USERS, json!({"batchToken": batch})).await);
    }
    assert_eq!(numbers, [9633, 0, 0]);
}

#[tokio::test]
async fn a_reset_and_a_restored_state_forget_runs() {
    let fixture = small().await;
    let (batch, since) = tokens(&fixture, USERS).await;
    let state = fixture.done_by("GET", "/universes/default/state", json!(null)).await;
    fixture.done_by("PUT", "/universes/default/state", state).await;
    assert_eq!(fixture.v1_error(USERS, json!({"batchToken": batch})).await, 9633);
    assert_eq!(fixture.v1_error(USERS, json!({"sinceModifiedToken": since})).await, 0);
    let batch = fixture.v1(USERS, json!({})).await["batchToken"].take();
    fixture.done_by("POST", "/universes/default/reset", json!({"scope": "state"})).await;
    assert_eq!(fixture.v1_error(USERS, json!({"batchToken": batch})).await, 9633);
    assert_eq!(fixture.v1_error(USERS, json!({"sinceModifiedToken": since})).await, 9633);
}

#[tokio::test]
async fn a_since_token_that_looks_back_too_far_has_no_data() {
    let fixture = small().await;
    let (_, since) = tokens(&fixture, USERS).await;
    fixture.done_by("PATCH", "/universes/default/settings", json!({"v2.max_changes": 1})).await;
    for name in ["cyd", "dan"] {
        fixture.v1("registerVPPUserSrv", json!({"clientUserIdStr": name})).await;
    }
    assert_eq!(fixture.v1_error(USERS, json!({"sinceModifiedToken": since})).await, 9633);
}

#[tokio::test]
async fn a_fork_goes_on_with_the_run_of_its_origin() {
    let fixture = small().await;
    let (batch, _) = tokens(&fixture, USERS).await;
    fixture.done_by("POST", "/universes/default/fork", json!({"id": "copy"})).await;
    let stoken = fixture.quince.universe("copy").stoken("main");
    let asked = json!({"batchToken": batch, "sToken": stoken});
    assert_eq!(fixture.v1(USERS, asked).await["users"][0]["clientUserIdStr"], "bob");
}
