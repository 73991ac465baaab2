//! Clients of Apple's own simulator (apple-legacy-v1.md §20): its paths, and what its configuration makes happen.

use std::fmt::Write as _;
use std::fs;

use http::Method;
use quince::scenario::vppsim;
use quince::sim::spec::WorldSpec;
use quince::text::Format;
use quince::{Quince, scenario};
use serde_json::{Value, json};

use super::schema;
use crate::support::process::{Process, run};
use crate::support::{Answer, Fixture};

/// The configuration that ships as an example.
const CONFIG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vppsim/library.json");

/// A client of the simulator.
struct Client {
    fixture: Fixture,
}

impl Client {
    /// Asks for its token where the simulator has it.
    async fn of(scenario: scenario::Scenario) -> Self {
        let fixture = Fixture::of(Quince::builder().scenario(scenario), "vppsim").await;
        let got = Self::get(&fixture, "/internal/get_stoken").await;
        let stoken = got.json()["sToken"].as_str().unwrap().to_owned();
        Self { fixture: Fixture { stoken, ..fixture } }
    }

    async fn get(fixture: &Fixture, path: &str) -> Answer {
        let request = Fixture::bare(Method::GET, path);
        fixture.send(request.body(http_body_util::Full::default()).unwrap()).await
    }

    /// Calls a service at the root.
    async fn ask(&self, service: &str, mut members: Value) -> Answer {
        members["sToken"] = self.fixture.stoken.as_str().into();
        let request = Fixture::bare(Method::POST, &format!("/{service}"));
        self.fixture.send(request.body(members.to_string().into()).unwrap()).await
    }

    async fn call(&self, service: &str, members: Value) -> Value {
        let answer = self.ask(service, members).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        schema::check(service, &answer.json());
        answer.json()
    }

    /// The free licences of each product, as v1 counts them.
    async fn assets(&self) -> Vec<(String, i64)> {
        let answer = self.call("getVPPAssetsSrv", json!({"includeLicenseCounts": true})).await;
        let assets = answer["assets"].as_array().unwrap().iter();
        assets
            .map(|it| {
                let id = it["adamIdStr"].as_str().unwrap().to_owned();
                (id, it["availableCount"].as_i64().unwrap())
            })
            .collect()
    }

    async fn status_of(&self, users: &[&str]) -> Vec<String> {
        let mut told = Vec::new();
        for id in users {
            let user = self.call("getVPPUserSrv", json!({"clientUserIdStr": id})).await;
            told.push(user["user"]["status"].as_str().unwrap().to_owned());
        }
        told
    }

    /// What the client sees on the way through the example, in words.
    async fn story(&self) -> Vec<String> {
        let mut seen = Vec::new();
        for id in ["one", "two", "three"] {
            let made = json!({"clientUserIdStr": id, "email": format!("{id}@example.edu")});
            self.call("registerVPPUserSrv", made).await;
        }
        let users = ["one", "two", "three"];
        for passes in ["0", "30s", "30s", "30s", "30s", "1d"] {
            self.fixture.advance(passes);
            let (assets, users) = (self.assets().await, self.status_of(&users).await);
            seen.push(format!("+{passes}: {assets:?} {users:?}"));
        }
        for _ in 0..4 {
            let refused = self.ask("getVPPLicensesSrv", json!({})).await;
            let retry = refused.headers.get("retry-after").map(|it| it.to_str().unwrap());
            seen.push(format!("{} {retry:?} {:?}", refused.status, refused.text()));
        }
        let first = self.call("getVPPLicensesSrv", json!({})).await;
        let counts = ["batchCount", "totalBatchCount", "totalCount"].map(|key| &first[key]);
        seen.push(format!("licences: {counts:?}"));
        seen
    }
}

#[tokio::test]
async fn what_the_configuration_says_happens() {
    ledger!("v1.vppsim.first-event", "v1.vppsim.associations", "v1.vppsim.responses");
    ledger!("v1.vppsim.library");
    let translated = vppsim::load(CONFIG.as_ref(), None).unwrap();
    assert_eq!(translated.notes, [""; 0]);
    let client = Client::of(translated.scenario(None).unwrap()).await;
    let seen = client.story().await;
    insta::assert_snapshot!(seen.join("\n"), @r#"
    +0: [("525463029", 2000)] ["Registered", "Registered", "Registered"]
    +30s: [("361309726", 5), ("525463029", 2000)] ["Registered", "Registered", "Registered"]
    +30s: [("361309726", 10), ("525463029", 2000)] ["Associated", "Associated", "Registered"]
    +30s: [("361309726", 15), ("525463029", 2000)] ["Associated", "Associated", "Registered"]
    +30s: [("361309726", 15), ("525463029", 2000)] ["Associated", "Associated", "Associated"]
    +1d: [("361309726", 15), ("525463029", 2000)] ["Associated", "Associated", "Associated"]
    503 Service Unavailable Some("20") ""
    503 Service Unavailable Some("20") ""
    503 Service Unavailable Some("Thu, 15 Jan 2026 09:05:00 GMT") ""
    503 Service Unavailable None ""
    licences: [Number(600), String("3"), Number(2015)]
    "#);

    // What is printed, read as any scenario, is the same to a client.
    let printed = translated.form.to_toml().unwrap();
    let again = scenario::read("printed.toml", &printed, Format::Toml, None).unwrap();
    assert_eq!(Client::of(again).await.story().await, seen);
}

#[tokio::test]
async fn the_token_has_the_simulators_address() {
    ledger!("v1.vppsim.paths");
    let school = Fixture::of(Quince::builder().world("demo"), "hamburg").await;
    let got = Client::get(&school, "/internal/get_stoken").await;
    assert_eq!(got.text(), format!("{{\"sToken\":\"{}\"}}", school.stoken), "the first location's");
    let fork = school.quince.fork("default", Some("other")).unwrap();
    let there = Client::get(&school, "/u/other/internal/get_stoken").await.json();
    assert_eq!(there["sToken"], fork.stoken("hamburg"));
    assert_eq!(Client::get(&school, "/u/nobody/internal/get_stoken").await.status, 404);
    let posted = Fixture::bare(Method::POST, "/internal/get_stoken");
    let posted = school.send(posted.body(http_body_util::Full::default()).unwrap()).await;
    assert_eq!(posted.status, 405);
    let empty = Quince::builder().world_spec(WorldSpec::default()).start().await.unwrap();
    let empty = Fixture { quince: empty, stoken: String::new() };
    assert_eq!(Client::get(&empty, "/internal/get_stoken").await.status, 404);
}

#[tokio::test]
async fn the_code_of_an_invitation_is_a_path() {
    let translated = vppsim::translate("{}", "{}", None).unwrap();
    let client = Client::of(translated.scenario(None).unwrap()).await;
    let made = client.call("registerVPPUserSrv", json!({"clientUserIdStr": "one"})).await;
    let (url, code) = (&made["user"]["inviteUrl"], made["user"]["inviteCode"].as_str().unwrap());
    assert_eq!(url, &format!("http://quince.test/{code}"));
    let opened = Client::get(&client.fixture, &format!("/{code}")).await;
    assert_eq!(opened.status, 200, "{}", opened.text());
    assert_eq!(client.status_of(&["one"]).await, ["Associated"]);
    let again = Client::get(&client.fixture, &format!("/{code}/")).await;
    assert!(again.status == 404 && again.text().contains("no open invitation"));
    let short = Client::get(&client.fixture, "/0123456789ABCDEF01").await;
    assert!(short.status == 404 && short.text().contains("no open invitation"));
    let other = Client::get(&client.fixture, "/favicon").await;
    assert!(other.text().contains("serves nothing"));
}

#[test]
fn a_server_takes_a_configuration_and_prints_what_it_means() {
    let printing = ["serve", "--vppsim-config", CONFIG, "--print-scenario"];
    let (code, printed, stderr) = run(&printing);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let expected = vppsim::load(CONFIG.as_ref(), None).unwrap().form.to_toml().unwrap();
    assert_eq!(printed, expected);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("printed.toml");
    fs::write(&file, printed).unwrap();
    let clock = ["--clock", "manual", "--set", "v1.batch_size=7"];
    let mut answers = Vec::new();
    for option in [["--vppsim-config", CONFIG], ["--scenario", file.to_str().unwrap()]] {
        let server = Process::serve(&[&option[..], &clock].concat());
        let (status, got) = server.get("/internal/get_stoken", None);
        let token = serde_json::from_str::<Value>(&got).unwrap()["sToken"].clone();
        assert_eq!((status, &token), (200, &server.ready["stoken"]));
        let asked = json!({"sToken": token, "includeLicenseCounts": true});
        let assets = server.post("/getVPPAssetsSrv", "", &asked).1;
        assert!(assets.contains("\"availableCount\":2000"), "{assets}");
        let refused = server.post("/getVPPLicensesSrv", "", &asked).0;
        let users = server.post("/getVPPUsersSrv", "", &asked).1;
        answers.push((refused, assets, users));
    }
    assert_eq!(answers[0].0, 503);
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn under_a_wall_clock_things_happen_by_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("soon.json");
    let text = r#"{"license_insertions": [{"license": {"adamId": 7}, "licenses_per_event": 3,
                   "interval_in_seconds": 0.02, "max_event_count": 2}]}"#;
    fs::write(&file, text).unwrap();
    let mut command = crate::support::process::quince(&["--listen", "127.0.0.1:0"]);
    command.env("QUINCE_VPPSIM_CONFIG", &file);
    let server = Process::start(&mut command);
    let asked = json!({"sToken": server.ready["stoken"], "includeLicenseCounts": true});
    let mut looks = 0;
    while !server.post("/getVPPAssetsSrv", "", &asked).1.contains("\"availableCount\":6") {
        looks += 1;
        assert!(looks < 10_000, "the second event never came");
    }
}

#[test]
fn what_a_server_cannot_take_is_told_with_its_place() {
    ledger!("v1.vppsim.endless-events");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let slip = path("slip.json", "{\n  \"associate_user\": {}\n}\n");
    let good = path("good.json", "{}");
    let endless = path(
        "endless.json",
        r#"{"associate_users": {"users_per_event": 1, "interval_in_seconds": 60}}"#,
    );
    let mut told = String::new();
    for arguments in [
        &["--vppsim-config", &slip][..],
        &["--vppsim-config", "does/not/exist.json"],
        &["--vppsim-config", &good, "--scenario", "s.toml"],
        &["--print-scenario"],
        &["--vppsim-config", &good, "--world", "smal-school", "--print-scenario"],
        &["--vppsim-config", &endless, "--print-scenario"],
    ] {
        let (code, _, stderr) = run(arguments);
        let code = code.unwrap();
        let stderr = stderr.replace(&format!("{}/", folder.path().display()), "");
        let stderr: Vec<&str> = stderr
            .lines()
            .map(|line| line.find(" WARN ").map_or(line, |at| &line[at + 1..]))
            .collect();
        let _ = write!(told, "{code}\n{}\n\n", stderr.join("\n"));
    }
    insta::assert_snapshot!(told, @r#"
    65
    quince: --vppsim-config: vppsim configuration slip.json cannot be used
    slip.json:2:3: unknown key `associate_user` in a vppsim configuration; did you mean `associate_users`?
      |
    2 |   "associate_user": {}
      |   ^^^^^^^^^^^^^^^^

    65
    quince: --vppsim-config: vppsim configuration does/not/exist.json cannot be used
    cannot read does/not/exist.json: No such file or directory (os error 2)

    64
    quince: --vppsim-config: a vppsim configuration is a scenario, and --scenario names one already; leave out one of the two

    64
    quince: --print-scenario: there is no vppsim configuration to print as a scenario; name it with --vppsim-config FILE

    64
    quince: --world: a scenario names a world that quince has, and `smal-school` is none of them (demo, empty, small-school, edge-cases, enterprise-50k, seed-examples); print the scenario and write your world into it

    0
    WARN There is no max_event_count in associate_users: a scenario has no loop and room for 1000 steps, so this goes on until 1000m after the start and ends there.
    "#);
}
