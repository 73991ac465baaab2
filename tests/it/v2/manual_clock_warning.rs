//! The binary under a manual clock warns whoever only polls.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::school::{TEXTS, assets};

/// A running quince; ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the binary; returns it with its address and token.
fn start(clock: &str) -> (Running, String, String) {
    let child = Command::new(env!("CARGO_BIN_EXE_quince"))
        .args(["serve", "--listen", "127.0.0.1:0", "--world", "small-school", "--clock", clock])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut running = Running(child);
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let text = |name: &str| ready[name].as_str().unwrap().to_owned();
    (running, text("url").replace("http://", ""), text("stoken"))
}

/// Sends one request, and returns the answer's body.
fn ask(address: &str, stoken: &str, line: &str, body: &str) -> Value {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "{line} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {stoken}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// What a run writes to its log in which a client polls a pending event three times.
fn log_of(clock: &str) -> String {
    let (mut running, address, stoken) = start(clock);
    let body = json!({"assets": assets(&[TEXTS]), "serialNumbers": ["S"]}).to_string();
    let accepted = ask(&address, &stoken, "POST /mdm/v2/assets/associate", &body);
    let poll = format!("GET /mdm/v2/status?eventId={}", accepted["eventId"].as_str().unwrap());
    for _ in 0..3 {
        let status = ask(&address, &stoken, &poll, "");
        assert!(status["eventStatus"].is_string(), "{status}");
    }
    let mut stderr = running.0.stderr.take().unwrap();
    drop(running);
    let mut log = String::new();
    stderr.read_to_string(&mut log).unwrap();
    log
}

#[test]
fn polling_a_pending_event_under_a_manual_clock_is_warned_about_once() {
    ledger!("clock.manual-pending-warning");
    let warning = "a pending event is polled, but the clock is manual";
    let log = log_of("manual");
    let warned: Vec<&str> = log.lines().filter(|line| line.contains(warning)).collect();
    assert_eq!(warned.len(), 1, "{log}");
    assert!(warned[0].contains("WARN"), "{log}");
    assert!(!log_of("auto").contains(warning));
}
