//! A receiver that is none of ours: Python's standard library, over HTTP and over TLS with a certificate of quince's CA.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use quince::certificates::Authority;
use quince::engine::RealTime;
use quince::{Builder, Quince};
use serde_json::{Value, json};

use super::stock::Stock;
use super::{advance, subscribe};
use crate::shipped::has_python;
use crate::support::Fixture;

/// The receiver; gone when dropped.
pub(super) struct Python {
    child: Child,
    lines: mpsc::Receiver<String>,
    pub(super) url: String,
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Python {
    pub(super) fn start(options: &[&str]) -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/receiver.py");
        let mut command = Command::new("python3");
        command.arg(script).args(["--secret", "s3cr3t"]).args(options).stdout(Stdio::piped());
        let mut child = command.spawn().expect("python3 runs");
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        // It is read all the time: a full pipe would hold the receiver up.
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let url = lines.recv_timeout(Duration::from_secs(20)).expect("it says its URL");
        Self { child, lines, url }
    }

    /// The next thing that it got, with what it has against it.
    pub(super) fn next(&mut self) -> Value {
        let line = self.lines.recv_timeout(Duration::from_secs(20)).expect("there is more");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("it said {line:?}"))
    }
}

/// How a receiver is reached.
struct Way {
    folder: tempfile::TempDir,
    certificate: Option<PathBuf>,
}

impl Way {
    fn plain() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), certificate: None }
    }

    /// Over TLS, with a certificate of quince's own kind of CA.
    fn secure() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_millisecond(quince::engine::real_time::today().0).unwrap();
        Authority::keep(folder.path(), now).unwrap();
        let certificate = Some(issued(folder.path()));
        Self { folder, certificate }
    }

    fn start(&self, options: &[&str]) -> Python {
        let certificate = self.certificate.iter().flat_map(|path| ["--certificate", text(path)]);
        Python::start(&certificate.chain(options.iter().copied()).collect::<Vec<_>>())
    }

    /// A quince that takes its certificate.
    fn quince(&self) -> Builder {
        let builder = Quince::builder();
        match self.certificate {
            Some(_) => builder.receiver_ca(self.folder.path().join("ca.pem")),
            None => builder,
        }
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A certificate for 127.0.0.1 with its key, in one PEM file, issued by the CA in this folder.
fn issued(folder: &Path) -> PathBuf {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let key = rcgen::KeyPair::from_pem(&read("ca.key")).unwrap();
    let issuer = rcgen::Issuer::from_ca_cert_pem(&read("ca.pem"), key).unwrap();
    let own = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&own, &issuer).unwrap();
    let path = folder.join("receiver.pem");
    fs::write(&path, leaf.pem() + &own.serialize_pem()).unwrap();
    path
}

/// 25 assets for 1000 devices, of which the first three notifications fail at first. How many milliseconds it took.
async fn everything_is_told(way: Way) -> u64 {
    let stock = Stock::bought(way.quince()).await;
    let mut python = way.start(&["--fail", "3"]);
    subscribe(&stock.demo, &python.url).await;
    let test = python.next();
    assert_eq!((&test["type"], &test["wrong"]), (&json!("TEST_NOTIFICATION"), &json!([])));
    let real = RealTime::default();
    let first = stock.associate(1000).await;
    let users = json!({"users": [{"clientUserId": "n", "email": "a@b.example"}]});
    let second = stock.demo.post("users/create", users).await.json()["eventId"].clone();
    advance(&stock.demo, "10m").await;
    let took = real.now().0 / 1000;

    let got: Vec<Value> = (0..254).map(|_| python.next()).collect();
    assert!(got.iter().all(|it| it["wrong"] == json!([])), "{got:#?}");
    // In the order of the events; what failed comes once more a minute later, all at a time.
    let events: Vec<&Value> = got.iter().map(|it| &it["event"]).collect();
    let expected = [vec![&first; 250], vec![&second], vec![&first; 3]].concat();
    assert_eq!(events, expected);
    let ids = |range: Range<usize>| -> BTreeSet<&str> {
        got[range].iter().map(|it| it["id"].as_str().unwrap()).collect()
    };
    assert_eq!(ids(0..3), ids(251..254));
    let failed: Vec<usize> = (0..254).filter(|n| got[*n]["answered"] == 503).collect();
    assert_eq!(failed, [0, 1, 2]);
    // What was delivered adds up to what stands.
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for it in got.iter().filter(|it| it["answered"] == 200) {
        assert!(it["elements"].as_u64() <= Some(100) && it["result"] == "SUCCESS", "{it}");
        for (product, count) in it["products"].as_object().unwrap() {
            *counts.entry(product.clone()).or_default() += count.as_u64().unwrap();
        }
    }
    assert_eq!(counts, stock.assigned().await);
    assert!(counts.len() == 25 && counts.values().all(|count| *count == 1000), "{counts:?}");
    took
}

#[tokio::test(flavor = "multi_thread")]
async fn another_server_finds_nothing_wrong() {
    if has_python() {
        let took = everything_is_told(Way::plain()).await;
        eprintln!("251 notifications and 3 retries over HTTP in {took} ms");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_it_over_tls() {
    if has_python() {
        let took = everything_is_told(Way::secure()).await;
        eprintln!("251 notifications and 3 retries over TLS in {took} ms");
    }
}

/// What a receiver in this mode gets of one purchase, and what quince says came of each attempt.
async fn told_to(way: &Way, options: &[&str], settings: &[(&str, &str)]) -> (Vec<Value>, Value) {
    let school = Fixture::of(way.quince().world("small-school"), "berlin").await;
    let mut options = options.to_vec();
    let back = format!("{}/mdm/v2/assets", school.quince.url());
    if options.contains(&"--token") {
        options.extend([school.stoken.as_str(), "--call-back", &back]);
    }
    let mut python = way.start(&options);
    subscribe(&school, &python.url).await;
    python.next();
    let settings: serde_json::Map<String, Value> =
        settings.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    school.done_by("PATCH", "/universes/default/settings", Value::Object(settings)).await;
    let bought = json!({"adam_id": "361309726", "count": 1});
    school.done_by("POST", "/universes/default/verbs/buy-licenses", bought).await;
    advance(&school, "10m").await;
    let told = school.done_by("GET", "/universes/default/notifications", Value::Null).await;
    assert_eq!(told["waiting"], 0, "{told}");
    let mut attempts = told["attempts"].as_array().unwrap().clone();
    attempts.pop();
    attempts.reverse();
    let got = attempts.iter().map(|_| python.next()).collect::<Vec<_>>();
    assert!(got.iter().all(|it| it["wrong"] == json!([])), "{got:#?}");
    if options.contains(&"endless") {
        let written = python.next()["written"].as_u64().unwrap();
        // What the kernels of both sides buffer comes on top of what was read.
        assert!(written < 32 << 20, "{written} bytes");
    }
    (got, json!(attempts))
}

const BRIEF: (&str, &str) = ("notifications.timeout", "300ms");

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_drips_or_closes_is_tried_three_times() {
    if !has_python() {
        return;
    }
    ledger!("setting.notifications.timeout");
    for way in [Way::plain(), Way::secure()] {
        for (mode, settings, error) in [
            ("hang", &[BRIEF][..], "no answer within 300 ms"),
            // Each byte comes in time, and the answer does not.
            ("drip", &[BRIEF], "no answer within 300 ms"),
            ("close", &[], ""),
        ] {
            let real = RealTime::default();
            let (got, attempts) = told_to(&way, &["--mode", mode], settings).await;
            eprintln!("{mode}: three attempts in {} ms", real.now().0 / 1000);
            assert_eq!(got.len(), 3, "{mode}");
            for (n, at) in ["09:00", "09:01", "09:04"].into_iter().enumerate() {
                // An attempt that runs into its end in real time takes no virtual time.
                assert_eq!(attempts[n]["at"], format!("2026-01-15T{at}:00.000Z"), "{mode}");
                let said = attempts[n]["error"].as_str().unwrap();
                assert!(said.contains(error), "{mode}: {said}");
            }
            assert_eq!(attempts[2]["outcome"], "dropped", "{mode}");
            assert!(real.now().0 < 10_000_000, "{mode} took {} us", real.now().0);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_back_or_answers_without_end_is_heard_once() {
    if !has_python() {
        return;
    }
    for way in [Way::plain(), Way::secure()] {
        for options in [&["--token"][..], &["--mode", "endless"], &["--mode", "drip"]] {
            let (got, attempts) = told_to(&way, options, &[]).await;
            let [attempt] = &attempts.as_array().unwrap()[..] else { panic!("{attempts}") };
            let came = (&attempt["status"], &attempt["outcome"]);
            assert_eq!(came, (&json!(200), &json!("delivered")), "{options:?}");
            if options == ["--token"] {
                assert!(got[0]["called_back"]["assets"].is_array(), "{}", got[0]);
            }
        }
    }
}
