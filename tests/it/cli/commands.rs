//! `token`, `ledger` and `healthcheck`.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use serde_json::Value;

use crate::support::process::{Process, run};

/// The `uId` that a token gets from a server.
fn uid(server: &Process, token: &str) -> Value {
    let (status, body) = server.get("/mdm/v2/client/config", Some(token));
    let answer: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 200, "{body}");
    answer["uId"].clone()
}

#[test]
fn a_token_made_without_a_server_is_accepted_by_one_with_the_same_seed() {
    let (code, token, stderr) = run(&["token", "--seed", "7"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let token = token.strip_suffix('\n').unwrap();
    assert!(!token.contains(char::is_whitespace), "one line: {token:?}");
    // Not even a lint: what it says of itself is consistent.
    let server = Process::serve(&["--seed", "7", "--strict"]);
    assert_eq!(uid(&server, token), uid(&server, server.told("stoken")));

    let leeds = run(&["token", "--seed", "7", "--location", "leeds"]).1;
    assert_eq!(
        uid(&server, leeds.trim()),
        uid(&server, server.ready["stokens"]["leeds"].as_str().unwrap())
    );
    assert_ne!(uid(&server, leeds.trim()), uid(&server, token));

    let other_seed = run(&["token", "--seed", "8"]).1;
    let (status, body) = server.get("/mdm/v2/assets", Some(other_seed.trim()));
    assert!(status == 200 && body.contains("\"errorNumber\":9622"), "{status} {body}");
}

#[test]
fn a_token_says_who_may_do_what_and_for_how_long() {
    ledger!("token.higher-serial-revokes", "v2.question.06-no-manage-rights");
    let server = Process::serve(&["--world", "small-school", "--clock", "manual"]);
    let mint = |more: &[&str]| {
        let fixed = ["token", "--location", "berlin", "--org", "Lindenhof-Schule"];
        run(&[&fixed[..], more].concat()).1.trim().to_owned()
    };
    let same = mint(&["--expires", "2036-01-13T09:00:00Z"]);
    assert_eq!(same, server.told("stoken"), "a pure function of its parts");

    let viewer = mint(&["--serial", "2", "--privileges", "view"]);
    assert_eq!(server.get("/mdm/v2/users", Some(&viewer)).0, 200);
    let body = serde_json::json!({"users": [{"clientUserId": "u"}]});
    let (status, refusal) = server.post("/mdm/v2/users/create", &viewer, &body);
    assert!(status == 403 && refusal.contains("9637"), "{status} {refusal}");

    let (status, refusal) = server.get("/mdm/v2/users", Some(&same));
    assert!(status == 401 && refusal.contains("9625"), "the newer one revoked it: {refusal}");
    let lapsed = mint(&["--serial", "3", "--expires", "2026-01-15"]);
    let (status, refusal) = server.get("/mdm/v2/users", Some(&lapsed));
    assert!(status == 401 && refusal.contains("9621"), "{refusal}");
}

#[test]
fn the_ledger_can_be_read_and_parsed() {
    let (code, text, _) = run(&["ledger"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("  v2.question.15-page-capacity\n    behaviour   "), "{text}");
    assert_eq!(run(&["ledger", "--format", "text"]).1, text);

    let (code, json, _) = run(&["ledger", "--format", "json"]);
    let ledger: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((code, &ledger["schema"]), (Some(0), &Value::from("quince.ledger/1")));
    for entry in ledger["entries"].as_array().unwrap() {
        let id = entry["id"].as_str().unwrap();
        assert!(text.contains(&format!("  {id}\n")), "{id}");
    }
    assert_eq!(ledger["entries"].as_array().unwrap().len(), quince::fidelity::entries().len());
}

#[test]
fn help_and_version_are_results() {
    let (code, stdout, stderr) = run(&["--version"]);
    let version = format!("quince {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!((code, stdout, stderr.as_str()), (Some(0), version, ""));
    let (code, help, stderr) = run(&["--help"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    for word in ["serve", "token", "healthcheck", "ledger", "--world", "QUINCE_READY_FILE"] {
        assert!(help.contains(word), "{word}: {help}");
    }
}

#[test]
fn a_healthcheck_speaks_https_with_whom_it_trusts() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let serve = |folder: &Path| {
        let folder = folder.to_str().unwrap();
        Process::serve(&["--world", "empty", "--tls-listen", "127.0.0.1:0", "--ca-dir", folder])
    };
    let (server, stranger) = (serve(folder.path()), serve(other.path()));
    let ca = folder.path().join("ca.pem");
    let check = |server: &Process| {
        run(&["healthcheck", "--url", server.told("tls_url"), "--ca", ca.to_str().unwrap()])
    };
    assert_eq!(check(&server), (Some(0), String::new(), String::new()));
    let (code, _, said) = check(&stranger);
    assert!(code == Some(1) && said.contains("invalid peer certificate"), "{said}");
    // Nobody vouches for a CA that was just made.
    let (code, _, said) = run(&["healthcheck", "--url", server.told("tls_url")]);
    assert!(code == Some(1) && said.contains("invalid peer certificate"), "{said}");
    let key = folder.path().join("nothing.pem");
    let url = server.told("tls_url");
    let (code, _, said) = run(&["healthcheck", "--url", url, "--ca", key.to_str().unwrap()]);
    assert!(code == Some(1) && said.contains("cannot read the CA"), "{said}");
}

/// A server that gives one answer per connection, in this order.
fn answers(statuses: &'static [&'static str]) -> (String, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let serving = thread::spawn(move || {
        for status in statuses {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request).unwrap();
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, serving)
}

#[test]
fn a_healthcheck_succeeds_where_a_server_is_ready() {
    let server = Process::serve(&["--world", "empty"]);
    let url = server.told("url");
    let nothing = (Some(0), String::new(), String::new());
    assert_eq!(run(&["healthcheck", "--url", url]), nothing);
    assert_eq!(run(&["healthcheck", "--url", url, "--wait", "10s"]), nothing);
}

#[test]
fn a_healthcheck_fails_where_none_is() {
    let (url, serving) = answers(&["503 Service Unavailable"]);
    let expected =
        format!("quince: {url}/readyz is not ready: it answers 503 Service Unavailable\n");
    assert_eq!(run(&["healthcheck", "--url", &url]), (Some(1), String::new(), expected));
    serving.join().unwrap();
    // Somebody who takes the call and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let (code, _, stderr) = run(&["healthcheck", "--url", &url, "--wait", "200ms"]);
    let expected = format!("quince: {url}/readyz is not ready: no time to ask\n");
    assert_eq!((code, stderr), (Some(1), expected));
}

#[test]
fn a_healthcheck_waits_if_told_to() {
    let (url, serving) = answers(&["503 Service Unavailable", "503 Busy", "200 OK"]);
    let outcome = run(&["healthcheck", "--url", &url, "--wait", "30s"]);
    assert_eq!(outcome, (Some(0), String::new(), String::new()));
    serving.join().unwrap();
}
