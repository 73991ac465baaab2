//! The binary as a process: started, asked, stopped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::Value;

/// A running `quince serve`. Killed, by its own handle, when dropped.
pub(crate) struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// The ready line, as it was printed.
    pub(crate) line: String,
    /// The ready line, read.
    pub(crate) ready: Value,
}

/// What a process left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    /// What it printed on stdout after the ready line.
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The binary, without any variable of ours from whoever runs the tests.
pub(crate) fn quince(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quince"));
    command.args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("QUINCE_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs the binary to its end: exit code, stdout, stderr.
pub(crate) fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = quince(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

impl Process {
    /// Starts `quince serve` on a free port and waits for the ready line.
    pub(crate) fn serve(arguments: &[&str]) -> Self {
        let mut command = quince(&["serve", "--listen", "127.0.0.1:0"]);
        command.args(arguments);
        Self::start(&mut command)
    }

    /// Starts a command that prints a ready line, and waits for that.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|_| {
            let mut stderr = String::new();
            child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
            panic!("no ready line but {line:?}; stderr: {stderr}")
        });
        Self { child, stdout, line, ready }
    }

    /// A text of the ready line.
    pub(crate) fn told(&self, member: &str) -> &str {
        self.ready[member].as_str().unwrap()
    }

    /// The number of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// `GET`, with a bearer token if one is given: status and body.
    pub(crate) fn get(&self, path: &str, token: Option<&str>) -> (u16, String) {
        self.send("GET", path, token, "")
    }

    /// `POST` of JSON: status and body.
    pub(crate) fn post(&self, path: &str, token: &str, body: &Value) -> (u16, String) {
        self.send("POST", path, Some(token), &body.to_string())
    }

    fn send(&self, method: &str, path: &str, token: Option<&str>, body: &str) -> (u16, String) {
        let host = self.told("url").strip_prefix("http://").unwrap();
        let token = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let mut stream = TcpStream::connect(host).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{}\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            token.unwrap_or_default(),
            body.len()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) fn terminate(self) -> Ended {
        self.signal("TERM")
    }

    /// Sends a signal, by its name, and waits for the end.
    pub(crate) fn signal(mut self, name: &str) -> Ended {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        Ended { code: self.child.wait().unwrap().code(), stdout, stderr }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
