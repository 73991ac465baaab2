//! `serve`: from the ready line to the end.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use quince::cli::args::ServeArgs;
use quince::cli::environment::Environment;
use quince::cli::{banner, options};
use quince::{ClockMode, Quince};
use serde_json::{Value, json};

use crate::support::process::{Process, quince};

const SCHOOL: [&str; 6] = ["--world", "small-school", "--clock", "manual", "--seed", "7"];

#[test]
fn the_ready_line_has_what_a_program_needs_and_nothing_else_is_on_stdout() {
    let server = Process::serve(&SCHOOL);
    let (url, stoken) = (server.told("url").to_owned(), server.told("stoken").to_owned());
    let (organization, key) =
        (server.told("applivery_organization"), server.told("applivery_token"));
    assert_eq!(organization.len(), 24);
    let host = url.strip_prefix("http://127.0.0.1:").unwrap();
    assert!(host.parse::<u16>().unwrap() > 0);
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(
        r#"{{"ready":true,"url":"{url}","tls_url":null,"control_url":"{url}/_quince/v1","universe":"default","stoken":"{stoken}","stokens":{{"berlin":"{stoken}"}},"applivery_url":"{url}/v1","applivery_organization":"{organization}","applivery_token":"{key}","seed":7,"version":"{version}"}}"#
    );
    assert_eq!(server.line, expected + "\n");
    assert_eq!(server.get("/mdm/v2/assets", Some(&stoken)).0, 200);
    let ended = server.terminate();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""));
    assert!(ended.stderr.ends_with("INFO stopping\n"), "{}", ended.stderr);
}

#[test]
fn whoever_knows_that_it_is_ready_can_stop_it_at_once() {
    for signal in ["TERM", "INT"].into_iter().cycle().take(8) {
        let ended = Process::serve(&["--world", "empty"]).signal(signal);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "SIG{signal}");
    }
}

#[test]
fn the_ready_file_holds_the_same_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ready.json");
    let server = Process::serve(&["--world", "demo", "--ready-file", path.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), server.line);
    let locations: Vec<&String> = server.ready["stokens"].as_object().unwrap().keys().collect();
    assert_eq!(locations, ["hamburg", "leeds"]);
    assert_eq!(server.ready["stoken"], server.ready["stokens"]["hamburg"]);
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "nothing half-written is left behind");
}

#[test]
fn who_watches_a_server_can_ask_it() {
    let server = Process::serve(&["--world", "empty"]);
    let version =
        format!("{{\"name\":\"quince\",\"version\":\"{}\"}}\n", env!("CARGO_PKG_VERSION"));
    for (path, body) in [("/livez", "live\n"), ("/readyz", "ready\n"), ("/version", &version)] {
        assert_eq!(server.get(path, None), (200, body.to_owned()), "{path}");
        assert_eq!(server.post(path, "", &json!({})).0, 405, "{path}");
    }
    assert_eq!(server.get("/healthz", None).0, 404);
}

/// The lines of a log, without their times.
fn untimed(stderr: &str) -> Vec<&str> {
    stderr.lines().map(|line| line.split_once(' ').unwrap().1.trim_start()).collect()
}

#[test]
fn each_request_is_a_line_on_stderr() {
    let server = Process::serve(&SCHOOL);
    let stoken = server.told("stoken").to_owned();
    let bytes = server.get("/mdm/v2/assets?pageIndex=0", Some(&stoken)).1.len();
    let linted = server.get("/mdm/v2/users?pageSize=500", Some(&stoken)).1.len();
    server.get("/elsewhere", None);
    let ended = server.terminate();
    assert!(!ended.stderr.contains(&stoken), "no credential in a log");
    assert_eq!(
        untimed(&ended.stderr),
        [
            format!(
                "INFO GET /mdm/v2/assets?pageIndex=0 -> 200 operation=\"v2.assets.list\" universe=\"default\" bytes={bytes}"
            ),
            format!(
                "INFO GET /mdm/v2/users?pageSize=500 -> 200 operation=\"v2.users.list\" universe=\"default\" bytes={linted} lints=\"unknown-parameter (pageSize)\""
            ),
            "INFO GET /elsewhere -> 404 operation=\"unknown\" universe=\"default\" bytes=36"
                .to_owned(),
            "INFO stopping".to_owned(),
        ]
    );
}

#[test]
fn a_log_can_be_json_or_nothing() {
    let server = Process::serve(&["--world", "empty", "--log-format", "json"]);
    server.get("/mdm/v2/assets", None);
    let ended = server.terminate();
    let events: Vec<Value> =
        ended.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told = |name: &str| -> Vec<&str> {
        events.iter().map(|event| event[name].as_str().unwrap_or("-")).collect()
    };
    assert_eq!(told("message"), ["GET /mdm/v2/assets -> 401", "stopping"]);
    assert_eq!(told("operation"), ["v2.assets.list", "-"]);

    let server = Process::serve(&["--world", "empty", "--log", "off"]);
    server.get("/mdm/v2/assets", None);
    let ended = server.terminate();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[test]
fn options_come_from_flags_variables_and_a_file_in_this_order() {
    let mut file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    let text = "world = \"small-school\"\nseed = 5\n[set]\nv2.page_size = 3\n";
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    let mut command =
        quince(&["--listen", "127.0.0.1:0", "--config", file.path().to_str().unwrap()]);
    command.env("QUINCE_SEED", "6").env("QUINCE_SET", "v2.page_size=2").env("QUINCE_SED", "9");
    let server = Process::start(&mut command);
    assert_eq!(server.ready["seed"], 6);
    let page = server.get("/mdm/v2/assets", Some(server.told("stoken"))).1;
    assert_eq!(serde_json::from_str::<Value>(&page).unwrap()["size"], 2);
    let ended = server.terminate();
    let warning =
        "WARN environment variable QUINCE_SED is unknown and ignored; did you mean QUINCE_SEED?";
    assert_eq!(untimed(&ended.stderr)[0], warning);
}

#[test]
fn who_polls_under_a_manual_clock_is_warned_once() {
    ledger!("clock.manual-pending-warning");
    let warnings = |clock: &str| {
        let server = Process::serve(&[
            "--world",
            "small-school",
            "--clock",
            clock,
            "--set",
            "v2.event_delay=1d",
        ]);
        let stoken = server.told("stoken").to_owned();
        let body = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["C02NEW"]});
        let (_, accepted) = server.post("/mdm/v2/assets/associate", &stoken, &body);
        let accepted: Value = serde_json::from_str(&accepted).unwrap();
        let status = format!("/mdm/v2/status?eventId={}", accepted["eventId"].as_str().unwrap());
        for _ in 0..3 {
            assert!(server.get(&status, Some(&stoken)).1.contains("\"PENDING\""));
        }
        let stderr = server.terminate().stderr;
        let lines = untimed(&stderr);
        let warned = lines.into_iter().filter(|line| line.starts_with("WARN"));
        warned.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        warnings("manual"),
        [
            "WARN a pending event is polled, but the clock is manual: nothing completes until it is advanced"
        ]
    );
    assert_eq!(warnings("wall"), [""; 0]);
}

#[cfg(unix)]
#[test]
fn a_server_can_end_with_whoever_started_it() {
    // A shell starts it in the background, says its number, and ends when its stdin does.
    let script =
        r#""$0" serve --listen 127.0.0.1:0 --world empty --exit-with-parent & echo $!; read end"#;
    let mut shell = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_quince")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let stdout = BufReader::new(shell.stdout.take().unwrap());
    let (say, lines) = mpsc::channel();
    let reading =
        thread::spawn(move || stdout.lines().try_for_each(|line| say.send(line.unwrap())));
    let patience = Duration::from_secs(30);
    let mut both = [lines.recv_timeout(patience).unwrap(), lines.recv_timeout(patience).unwrap()];
    both.sort();
    let [number, ready] = both;
    assert!(ready.starts_with("{\"ready\":true"), "{ready}");

    drop(shell.stdin.take());
    assert!(shell.wait().is_ok());
    // The end of stdout is the end of the server: nobody else has it.
    let silence = lines.recv_timeout(patience);
    if silence == Err(mpsc::RecvTimeoutError::Timeout) {
        let _ = Command::new("kill").arg(&number).status();
    }
    assert_eq!(silence, Err(mpsc::RecvTimeoutError::Disconnected));
    assert!(reading.join().unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_banner_has_three_lines_to_try_and_they_work() {
    let builder = Quince::builder().world("demo").clock(ClockMode::Manual);
    let quince = builder.start().await.unwrap();
    let arguments = ServeArgs { clock: Some("manual".to_owned()), ..ServeArgs::default() };
    let options = options::serve(&arguments, &Environment::default()).unwrap();
    let text = banner::text(&quince, &options);
    let url = quince.url();
    let first =
        format!("quince {} at {url}/mdm/v2 · world demo · seed 1", env!("CARGO_PKG_VERSION"));
    let manual = "the clock is manual: events stay PENDING until it is advanced";
    assert_eq!(text.lines().take(2).collect::<Vec<_>>(), [&first, manual]);
    for (location, stoken) in quince.universe("default").stokens() {
        assert!(text.contains(&format!("\nlocation {location}:\n  {stoken}\n")), "{text}");
    }

    let token = text.lines().find(|line| line.trim().starts_with("TOKEN=")).unwrap();
    let curls: Vec<&str> = text.lines().filter(|line| line.trim().starts_with("curl ")).collect();
    assert_eq!(curls.len(), 3, "{text}");
    if Command::new("curl").arg("--version").output().is_err() {
        return; // Not everybody has it.
    }
    for curl in curls {
        let typed = format!("{token}\n{curl}");
        let output = Command::new("sh").args(["-c", &typed]).output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{curl}: {}", String::from_utf8_lossy(&output.stdout)));
        assert!(answer["uId"].is_string(), "{curl}: {answer}");
    }
    quince.stop().await;
}
