//! A client that is none of ours: Python's standard library, in every way in which real clients send.

use std::process::Command;

use serde_json::{Value, json};

use super::Library;

#[tokio::test(flavor = "multi_thread")]
async fn another_client_gets_through_however_it_sends() {
    ledger!("v1.transport.lenient", "v1.coercion");
    let library = Library::with(&[("v1.batch_size", "2")]).await;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/legacy.py");
    let (url, token) = (library.fixture.quince.url(), library.fixture.stoken.clone());
    let mut command = Command::new("python3");
    command.args([script, &url, &token, "900000001"]);
    let output = tokio::task::spawn_blocking(move || command.output().expect("python3 runs"));
    let output = output.await.unwrap();
    let (said, cried) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{cried}");
    let ways: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let wrong: Vec<&Value> = ways.iter().filter(|way| way["wrong"] != json!([])).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(ways.iter().all(|way| way["calls"].as_u64() > Some(19)), "{ways:#?}");
    let names: Vec<&str> = ways.iter().map(|way| way["way"].as_str().unwrap()).collect();
    let all = [
        "JSON",
        "JSON as a form",
        "form fields",
        "query",
        "query of a POST",
        "GET with JSON",
        "JSON without a type",
        "form fields without a type",
    ];
    assert_eq!(names, all);
    assert_eq!(library.counts("900000001").await, (2, 2), "everything is as it was");
}
