//! `quince run`: clients inside scenarios, and what becomes of them.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::process::{quince, run};

/// A scenario in which the first listing of assets fails, and the second must succeed.
const HICCUP: &str = r#"
schema = "quince.scenario/1"
name = "hiccup"
seed = 7
clock = { mode = "manual", start = 2026-01-15T09:00:00Z }
world = { name = "small-school" }

[[rule]]
id = "one-hiccup"
on = { operation = "v2.assets.list", nth = 1 }
then.answer = { status = 503, error = 9729, retry_after = "2s" }
because = "the service may be busy"

[[step]]
name = "client tries again"
wait = { operation = "v2.assets.list", count = 2 }
expect = [{ match = { operation = "v2.assets.list", status = 200 } }]
snapshot = "listed"
"#;

/// Lists the assets so many times.
const LIST: &str = r#"list() { curl -s -o /dev/null -H "Authorization: Bearer $QUINCE_STOKEN" "$QUINCE_URL/mdm/v2/assets?x=$1"; };"#;

/// A folder with scenarios.
struct Folder(TempDir);

impl Folder {
    /// With a scenario, and what else is in its gate.
    fn new(gate: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("hiccup.toml", &format!("{HICCUP}\n[gate]\n{gate}\n"));
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs a shell script inside the scenario: exit code, stdout, stderr.
    fn run(&self, options: &[&str], script: &str) -> (Option<i32>, String, String) {
        self.run_all(&["hiccup.toml"], options, script)
    }

    fn run_all(
        &self,
        scenarios: &[&str],
        options: &[&str],
        script: &str,
    ) -> (Option<i32>, String, String) {
        let script = format!("{LIST} {script}");
        let paths: Vec<String> =
            scenarios.iter().map(|name| self.path(name).display().to_string()).collect();
        let mut arguments = vec!["run"];
        arguments.extend(paths.iter().map(String::as_str));
        arguments.extend(options);
        arguments.extend(["--", "sh", "-c", &script]);
        run(&arguments)
    }
}

/// Whether a process of this number runs.
fn runs(id: &str) -> bool {
    let state = fs::read_to_string(format!("/proc/{}/stat", id.trim()));
    state.is_ok_and(|state| !state.contains(") Z "))
}

#[test]
fn a_client_that_does_its_part_passes() {
    let folder = Folder::new("");
    let (code, stdout, stderr) = folder.run(&[], "list; list; echo done");
    assert_eq!((code, stdout.as_str()), (Some(0), "done\n"), "{stderr}");
    assert!(stderr.contains("verdict: passed\n"), "{stderr}");
    assert!(stderr.contains("one-hiccup once: the service may be busy"), "{stderr}");
    assert!(stderr.contains("--seed 7 -- sh -c "), "{stderr}");
}

#[test]
fn the_exit_code_says_what_failed_first() {
    let folder = Folder::new("budget = { calls = 2 }");
    let code = |script: &str| folder.run(&[], script).0;
    assert_eq!(code("list; list"), Some(0));
    assert_eq!(code("list"), Some(1), "the second call did not come");
    assert_eq!(code("list; exit 9"), Some(1), "an expectation comes before the client");
    assert_eq!(code("list; list; list; exit 9"), Some(2), "the budget, too");
    let (code, _, stderr) = folder.run(&[], "list; list; exit 9");
    assert_eq!(code, Some(3));
    assert!(stderr.contains("client: exited with 9"), "{stderr}");
    let path = folder.path("hiccup.toml").display().to_string();
    let (code, _, stderr) = run(&["run", &path, "--", "does-not-exist"]);
    assert_eq!(code, Some(3));
    assert!(stderr.contains("client: `does-not-exist` was not found"), "{stderr}");
}

#[test]
fn nothing_runs_unless_everything_makes_sense() {
    let folder = Folder::new("");
    folder.write("odd.toml", "schema = \"quince.scenario/1\"\nnaem = \"x\"\n");
    let witness = folder.path("witness");
    let script = format!("touch {}", witness.display());
    let (code, _, stderr) = folder.run_all(&["hiccup.toml", "odd.toml", "none.toml"], &[], &script);
    assert_eq!(code, Some(65));
    assert!(stderr.starts_with("quince: 2 of 3 scenarios cannot be used\n"), "{stderr}");
    assert!(stderr.contains("naem") && stderr.contains("none.toml"), "{stderr}");
    for options in [
        &["--timeout", "soon"][..],
        &["--report", "xml=x"],
        &["--env", "A={nothing}"],
        &["--env", "A={stoken:nowhere}"],
        &["--preset", "no-such-preset"],
        &["--set", "v2.page_sise=2"],
    ] {
        let (code, _, stderr) = folder.run(options, &script);
        assert_eq!(code, Some(64), "{options:?}: {stderr}");
        assert!(stderr.starts_with(&format!("quince: {}: ", options[0])), "{stderr}");
    }
    let (code, _, stderr) = folder.run(&["--report", "json=/does/not/exist/x"], &script);
    assert_eq!(code, Some(65), "{stderr}");
    let path = folder.path("hiccup.toml").display().to_string();
    assert_eq!(run(&["run", &path]).0, Some(64), "no client");
    assert!(!witness.exists());
}

#[test]
fn a_client_finds_quince_through_its_environment() {
    let folder = Folder::new("");
    let script = "list; list; echo $QUINCE_URL; echo $QUINCE_CONTROL_URL; echo $BASE; \
                  curl -s --cacert $QUINCE_CA_FILE $QUINCE_TLS_URL/livez; test $CA = $QUINCE_CA_FILE; echo $CA; \
                  test $QUINCE_STOKEN = $QUINCE_STOKEN_BERLIN && test $QUINCE_STOKEN = $TOKEN && echo same";
    let options =
        ["--env", "BASE={url}/mdm/v2", "--env", "TOKEN={stoken:berlin}", "--env", "CA={ca_file}"];
    let (code, stdout, stderr) = folder.run(&options, script);
    assert_eq!(code, Some(0), "{stderr}");
    let lines: Vec<&str> = stdout.lines().collect();
    assert!(lines[0].starts_with("http://127.0.0.1:"), "{stdout}");
    assert_eq!(lines[1], format!("{}/_quince/v1", lines[0]));
    assert_eq!(lines[2], format!("{}/mdm/v2", lines[0]));
    assert_eq!((lines[3], lines[5]), ("live", "same"));
    assert!(!Path::new(lines[4]).exists(), "the file of the CA goes with the run");
}

#[test]
fn a_client_that_takes_too_long_is_stopped_with_all_its_children() {
    let folder = Folder::new("");
    let (code, stdout, stderr) =
        folder.run(&["--timeout", "300ms"], "list; list; sleep 1000 & echo $!; wait");
    assert_eq!(code, Some(3), "{stderr}");
    assert!(stderr.contains("client: ran out of time after 300ms (--timeout)"), "{stderr}");
    assert!(!runs(&stdout), "{stdout}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_signal_stops_the_client_too() {
    use rustix::process::{Pid, Signal, kill_process};
    let folder = Folder::new("");
    let path = folder.path("hiccup.toml").display().to_string();
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let script = "sleep 1000 & echo $!; wait";
        let mut command = quince(&["run", &path, "--", "sh", "-c", script]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut id = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut id).unwrap();
        assert!(runs(&id));
        let process = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        kill_process(process, signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert!(!runs(&id), "{id}");
    }
}

#[test]
fn a_conversation_is_written_reviewed_and_held_against() {
    let folder = Folder::new("conversation = \"talk\"");
    let (code, _, stderr) = folder.run(&[], "list; list");
    assert_eq!(code, Some(2), "{stderr}");
    assert!(stderr.contains("talk.conversation is not there; write it with --update"), "{stderr}");
    assert_eq!(folder.run(&["--update"], "list; list; exit 1").0, Some(2), "it failed");
    let (code, _, stderr) = folder.run(&["--update"], "list; list");
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.starts_with("quince: wrote "), "{stderr}");
    let talk = folder.read("talk.conversation");
    insta::assert_snapshot!(talk.lines().take(14).collect::<Vec<_>>().join("\n"));
    assert!(!talk.contains("127.0.0.1"), "{talk}");

    assert_eq!(folder.run(&[], "list; list").0, Some(0), "the same again");
    let (code, _, stderr) = folder.run(&[], "list; list other");
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("\n    -> GET /mdm/v2/assets?x=\n    +> GET /mdm/v2/assets?x=other\n"),
        "{stderr}"
    );
    assert_eq!(folder.read("talk.conversation"), talk);
}

#[test]
fn scenarios_run_one_after_the_other_or_side_by_side() {
    let folder = Folder::new("");
    folder.write(
        "second.toml",
        &HICCUP.replace("hiccup", "second").replace("count = 2", "count = 3"),
    );
    let both = ["hiccup.toml", "second.toml"];
    let report = folder.path("report.json");
    let junit = folder.path("report.xml");
    let options = [
        format!("--report=json={}", report.display()),
        format!("--report=junit={}", junit.display()),
        "--report=github=-".to_owned(),
    ];
    let mut options: Vec<&str> = options.iter().map(String::as_str).collect();
    for parallel in [false, true] {
        if parallel {
            options.push("--parallel");
        }
        let (code, stdout, stderr) = folder.run_all(&both, &options, "list; echo a; list; echo b");
        assert_eq!(code, Some(1), "{stderr}");
        let printed = stdout.lines().filter(|line| !line.starts_with("::")).collect::<String>();
        assert_eq!(printed, "abab", "each client's output is whole: {stdout}");
        assert!(stdout.contains("::error file="), "{stdout}");
        assert!(stderr.ends_with("(1 of 2 scenarios did not pass)\n"), "{stderr}");
        let report: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
        let verdicts: Vec<&Value> =
            report["reports"].as_array().unwrap().iter().map(|it| &it["verdict"]).collect();
        assert_eq!(verdicts, ["passed", "expectation-failed"], "in the order of the call");
        assert!(folder.read("report.xml").starts_with("<?xml"), "{}", junit.display());
    }
}

#[test]
fn what_was_typed_wins_over_the_scenario_and_snapshots_are_kept() {
    let folder = Folder::new("");
    let states = folder.path("states").display().to_string();
    let options = ["--seed", "9", "--set", "v2.page_size=1", "--snapshots", &states];
    let script = r#"list; list; curl -s -H "Authorization: Bearer $QUINCE_STOKEN" $QUINCE_URL/mdm/v2/assets"#;
    let (code, stdout, stderr) = folder.run(&options, script);
    assert_eq!(code, Some(0), "{stderr}");
    let page: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&page["size"], page["assets"].as_array().unwrap().len()), (&1.into(), 1));
    assert!(
        stderr.contains("seed 9") && stderr.contains("--seed 9 --set v2.page_size=1"),
        "{stderr}"
    );
    let state = Path::new(&states).join("hiccup.listed.json");
    let state: Value = serde_json::from_slice(&fs::read(state).unwrap()).unwrap();
    assert!(state["schema"].as_str().unwrap().starts_with("quince.state/"), "{}", state["schema"]);
}
