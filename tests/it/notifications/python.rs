//! A receiver that is none of ours: Python's standard library.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use super::{advance, subscribe};
use crate::support::Fixture;

struct Python {
    child: Child,
    lines: BufReader<ChildStdout>,
    url: String,
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Python {
    fn start(options: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/receiver.py");
        let mut command = Command::new("python3");
        command.arg(script).args(["--secret", "s3cr3t"]).args(options).stdout(Stdio::piped());
        let mut child = command.spawn().expect("python3 runs");
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut url = String::new();
        lines.read_line(&mut url).unwrap();
        Self { child, lines, url: url.trim().to_owned() }
    }

    /// The next thing that it got, with what it has against it.
    fn next(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("it said {line:?}"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_finds_nothing_wrong() {
    let (school, mut python) = (Fixture::school().await, Python::start(&["--fail", "2"]));
    subscribe(&school, &python.url).await;
    assert_eq!(python.next()["type"], "TEST_NOTIFICATION");
    let users: Vec<Value> =
        (0..50).map(|n| json!({"clientUserId": format!("n{n}"), "email": "a@b.example"})).collect();
    school.post("users/create", json!({"users": users})).await;
    advance(&school, "10m").await;
    let got: Vec<Value> = (0..3).map(|_| python.next()).collect();
    let statuses: Vec<&Value> = got.iter().map(|it| &it["answered"]).collect();
    assert_eq!(statuses, [503, 503, 200], "{got:?}");
    assert!(got.iter().all(|it| it["wrong"] == json!([]) && it["id"] == got[0]["id"]), "{got:?}");
    assert_eq!(got[0]["elements"], 50);
}
