//! The scenarios that ship with quince, each run with its careful client and with its careless one.

mod clients;
mod readme;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use super::support::process::quince;
use table::{SHOWS, Show};

/// Runs that go on at once. They sleep more than they work.
const AT_ONCE: usize = 4;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn scenario(name: &str) -> PathBuf {
    root().join("scenarios").join(format!("{name}.toml"))
}

/// Whether the clients can run. The gate installs Python; who has none can still run the other tests.
#[allow(clippy::print_stderr, reason = "who runs the tests should know")]
pub(crate) fn has_python() -> bool {
    let version = Command::new("python3").arg("--version").stdout(Stdio::null()).status();
    let has = version.is_ok_and(|status| status.success());
    #[allow(clippy::disallowed_methods, reason = "a test may ask where it runs")]
    let in_ci = std::env::var("CI").is_ok();
    assert!(has || !in_ci, "the shipped clients need python3");
    if !has {
        eprintln!("skipped: the shipped clients need python3");
    }
    has
}

/// What came of a run.
struct Run {
    code: Option<i32>,
    report: Value,
    /// What quince told people.
    told: String,
    /// What the client printed.
    printed: String,
}

/// An expectation that failed, or a check of the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    /// Step and expectation id, or the name of the check.
    what: String,
    /// The entries of the journal that show it, as the report tells them.
    entries: BTreeMap<u64, String>,
    /// What there was instead.
    got: String,
}

/// `quince run FILE --report json=... -- python3 CLIENT [careless]`.
fn run(file: &Path, client: &str, careless: bool) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let script = root().join("scenarios/clients").join(format!("{client}.py"));
    let mut command = quince(&["run"]);
    command.arg(file).arg("--report").arg(format!("json={}", report.display()));
    command.arg("--").arg("python3").arg(script).args(careless.then_some("careless"));
    let output = command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (printed, told) = (text(output.stdout), text(output.stderr));
    let report = std::fs::read_to_string(report);
    let report = report.unwrap_or_else(|error| panic!("{client}: no report ({error}):\n{told}"));
    let mut reports: Value = serde_json::from_str(&report).unwrap();
    Run { code: output.status.code(), report: reports["reports"][0].take(), told, printed }
}

impl Run {
    fn verdict(&self) -> &str {
        self.report["verdict"].as_str().unwrap()
    }

    fn fault(&self, what: String, told: &Value) -> Fault {
        let entries = told["entries"].as_array().unwrap().iter().map(|seq| seq.as_u64().unwrap());
        let line = |seq: u64| self.report["entries"][seq.to_string()].as_str().unwrap_or_default();
        let got = told["got"].as_str().or(told["text"].as_str()).unwrap_or_default();
        let entries = entries.map(|seq| (seq, line(seq).to_owned())).collect();
        Fault { what, entries, got: got.to_owned() }
    }

    /// Everything that is wrong: expectations, steps that did not come to their end, findings of the gate.
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for step in self.report["steps"].as_array().unwrap() {
            let name = step["name"].as_str().unwrap();
            let failed = |told: &&Value| told["state"] != "met";
            let expectations = step["expectations"].as_array().unwrap();
            let before = faults.len();
            faults.extend(expectations.iter().filter(failed).map(|told| {
                self.fault(format!("{name} / {}", told["id"].as_str().unwrap()), told)
            }));
            if step["state"] != "done" && faults.len() == before {
                let why = step["why"].as_str().unwrap_or_default();
                let (what, got) = (format!("{name}: {}", step["state"]), why.to_owned());
                faults.push(Fault { what, entries: BTreeMap::new(), got });
            }
        }
        let gate = self.report["gate"].as_array().unwrap();
        faults.extend(
            gate.iter().map(|told| {
                self.fault(format!("gate / {}", told["check"].as_str().unwrap()), told)
            }),
        );
        faults
    }

    /// Everything that is known of it, for who has to find out what went wrong.
    fn story(&self) -> String {
        let Self { code, told, printed, .. } = self;
        format!("exit code {code:?}\n{told}\nclient:\n{printed}")
    }
}

/// Does something with every scenario, some at once, and tells all that went wrong.
fn each(check: impl Fn(&Show) -> Result<(), String> + Sync) {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut wrong = Vec::new();
        while let Some(show) = SHOWS.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(text) = check(show) {
                wrong.push(format!("== {}\n{text}", show.name));
            }
        }
        wrong
    };
    let wrong: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
