//! The state of a universe: exported, put in place of another, kept from day to day.

use http::Method;
use http_body_util::Full;
use quince::snapshot::state::{self, Form};
use quince::{ClockMode, Quince};
use serde_json::{Value, json};

use crate::support::process::{Process, quince};
use crate::support::{Answer, Fixture};

const STATE: &str = "/_quince/v1/universes/default/state";

/// `GET` of the default universe's state.
pub(super) async fn export(fixture: &Fixture, query: &str) -> Answer {
    let request = Fixture::bare(Method::GET, &format!("{STATE}{query}"));
    fixture.send(request.body(Full::default()).unwrap()).await
}

/// `PUT` of the default universe's state.
pub(super) async fn put(fixture: &Fixture, state: impl Into<bytes::Bytes>) -> Answer {
    let request = Fixture::bare(Method::PUT, STATE);
    fixture.send(request.body(Full::from(state.into())).unwrap()).await
}

/// Some writes, one event done and one pending.
pub(super) async fn story(fixture: &Fixture) -> (String, String) {
    let version = fixture.version("assignments").await;
    let targets = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["S-1", "S-2"]});
    fixture.done("assets/associate", &targets).await;
    let one = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["S-1"]});
    fixture.done("assets/disassociate", &one).await;
    let users = json!({"users": [{"clientUserId": "u-new", "email": "new@school.example"}]});
    fixture.done("users/create", &users).await;
    let info = json!({"mdmInfo": {"id": "m", "name": "M", "metadata": "of mine"}});
    assert_eq!(fixture.post("client/config", &info).await.status, 200);
    let verb = |name: &str| format!("/universes/default/verbs/{name}");
    let seats = json!({"adam_id": 6_740_000_017_u64, "parent_adam_id": 1_501_000_001, "count": 3, "force": true});
    fixture.done_by("POST", &verb("buy-seats"), seats).await;
    fixture.done_by("POST", &verb("assign-by-group"), json!({})).await;
    fixture.done_by("POST", &verb("cancel-renewal"), json!({"count": 1})).await;
    let pending = fixture.post("assets/associate", &one).await.json();
    (version, pending["eventId"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn what_is_put_goes_on_where_it_was_got() {
    let one = Fixture::school().await;
    let (version, pending) = story(&one).await;
    let got = export(&one, "").await;
    assert_eq!(got.status, 200);
    assert_eq!(got.headers["content-type"], "application/json");

    let other = Fixture::of(Quince::builder().world("demo").seed(5), "leeds").await;
    let answer = put(&other, got.body.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.json()), (200, json!({"seq": 1})));
    let other = Fixture { stoken: one.stoken.clone(), ..other };
    assert_eq!(
        export(&other, "?canonical=true").await.body,
        export(&one, "?canonical=true").await.body
    );

    let delta = format!("assignments?sinceVersionId={version}");
    let status = format!("status?eventId={pending}");
    assert_eq!(one.get(&status).await.json()["eventStatus"], "PENDING");
    for path in [&delta, &status, "users", "assets", "client/config"] {
        assert_eq!(one.get(path).await.transcript(), other.get(path).await.transcript(), "{path}");
    }
    one.advance("1h");
    other.advance("1h");
    assert_eq!(other.get(&status).await.json()["eventStatus"], "COMPLETE");
    for path in [&delta, &status, "users", "assets"] {
        assert_eq!(one.get(path).await.transcript(), other.get(path).await.transcript(), "{path}");
    }
}

#[tokio::test]
async fn the_canonical_form_has_neither_credentials_nor_a_journal() {
    let world = crate::support::lists::world(
        "[[token]]\nserial = 1\nliteral = \"top secret token\"\nexpires = 2030-01-01T00:00:00Z\n",
    );
    let builder = Quince::builder().world_spec(world).setting("notifications.deliver", "off");
    let fixture = Fixture::of(builder, "main").await;
    let config =
        json!({"notificationUrl": "http://127.0.0.1:9/x", "notificationAuthToken": "hush"});
    let answer = fixture.post("client/config", &config).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let text = export(&fixture, "?canonical=false").await.text();
    assert!(text.contains("top secret token") && text.contains("hush"), "{text}");
    assert!(text.contains("journal_last"));
    for query in ["?redact=true", "?canonical=true"] {
        let text = export(&fixture, query).await.text();
        assert!(!text.contains("top secret token") && !text.contains("hush"), "{text}");
        assert_eq!(text.contains("journal_last"), query == "?redact=true");
        assert_eq!(put(&fixture, text).await.status, 200, "{query}");
    }
    for query in ["?redact=yes", "?canon=true"] {
        let answer = export(&fixture, query).await;
        assert_eq!(answer.status, 400);
        assert_eq!(answer.headers["content-type"], "application/problem+json");
    }
}

#[tokio::test]
async fn a_state_file_is_a_world_and_single_settings_win_over_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("school.json");
    let one = Fixture::school().await;
    story(&one).await;
    std::fs::write(&path, &export(&one, "").await.body).unwrap();
    let builder = Quince::builder().world(path.to_str().unwrap()).setting("v2.page_size", "3");
    let other = Fixture::of(builder, "berlin").await;
    assert_eq!(other.stoken, one.stoken);
    assert_eq!(other.get("users").await.json()["users"].as_array().unwrap().len(), 3);
    let before = export(&other, "?canonical=true").await.text();
    assert!(before.contains("\"v2.page_size\":\"3\""));
}

#[tokio::test]
async fn without_a_file_there_is_nothing_to_save_to() {
    let fixture = Fixture::school().await;
    let request = Fixture::bare(Method::POST, &format!("{STATE}/save"));
    let answer = fixture.send(request.body(Full::default()).unwrap()).await;
    assert_eq!(answer.status, 409);
    assert_eq!(answer.json()["type"], "/_quince/problems/no-state-file");
}

#[tokio::test]
async fn every_world_is_read_back_as_it_was_written() {
    for world in quince::snapshot::names().into_iter().filter(|name| *name != "enterprise-50k") {
        let builder = Quince::builder().world(world).clock(ClockMode::Auto).seed(3);
        let quince = builder.start().await.unwrap();
        let location = quince.universe("default").stokens()[0].0.clone();
        let fixture = Fixture { stoken: quince.universe("default").stoken(&location), quince };
        let bytes = export(&fixture, "").await.body;
        let saved = state::read(&bytes).unwrap_or_else(|error| panic!("{world}: {error}"));
        let again = state::write(&saved, Form::default());
        assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&again), "{world}");
    }
}

#[test]
fn tokens_versions_and_pending_events_outlive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let file = path.to_str().unwrap();
    let arguments =
        ["--world", "small-school", "--clock", "manual", "--seed", "7", "--state", file];
    let server = Process::serve(&arguments);
    let stoken = server.told("stoken").to_owned();
    let get = |server: &Process, path: &str| -> Value {
        let (status, body) = server.get(&format!("/mdm/v2/{path}"), Some(&stoken));
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).unwrap()
    };
    let version = get(&server, "assignments")["versionId"].as_str().unwrap().to_owned();
    let body = json!({"assets": [{"adamId": "361309726"}], "serialNumbers": ["S-1"]});
    let (_, accepted) = server.post("/mdm/v2/assets/associate", &stoken, &body);
    let accepted: Value = serde_json::from_str(&accepted).unwrap();
    let status = format!("status?eventId={}", accepted["eventId"].as_str().unwrap());

    let (code, saved) = server.post(&format!("{STATE}/save"), "", &json!({}));
    let saved: Value = serde_json::from_str(&saved).unwrap();
    assert_eq!((code, &saved["path"]), (200, &json!(file)), "{saved}");
    let on_request = std::fs::read(&path).unwrap();
    let ended = server.terminate();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let on_stop = std::fs::read(&path).unwrap();
    assert_eq!(on_request, on_stop, "nothing happened in between");
    let files = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(files, 1, "nothing half-written is left behind");

    // The next day it goes on, whatever world and seed are asked for.
    let server = Process::serve(&["--state", file, "--seed", "8", "--set", "v2.event_delay=0"]);
    assert_eq!(server.told("stoken"), stoken);
    assert_eq!(server.ready["seed"], 7);
    assert_eq!(get(&server, &status)["eventStatus"], "PENDING", "a manual clock stands still");
    let delta = get(&server, &format!("assignments?sinceVersionId={version}"));
    assert_eq!(delta["assignments"], json!([]));
    let (_, second) = server.post("/mdm/v2/assets/associate", &stoken, &body);
    assert_ne!(serde_json::from_str::<Value>(&second).unwrap()["eventId"], accepted["eventId"]);
    assert_eq!(server.signal("INT").code, Some(0));
}

#[tokio::test]
async fn a_wall_clock_never_stays_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let start = |time: &'static str| {
        let builder = Quince::builder().world("empty").state(&path);
        async move { builder.start_at(time).start().await.unwrap() }
    };
    let now = |quince: &Quince| quince.universe("default").clock().now().unwrap();
    // Long ago, and it was stopped then: what passed since has passed.
    let past = start("2001-01-01T00:00:00Z").await;
    assert!(now(&past) < quince::VIRTUAL_START);
    past.stop().await;
    let present = start("2001-01-01T00:00:00Z").await;
    assert!(now(&present) > quince::VIRTUAL_START);
    present.universe("default").clock().advance("36500d").unwrap();
    let ahead = now(&present);
    present.stop().await;
    let future = start("2001-01-01T00:00:00Z").await;
    assert!(now(&future) >= ahead, "time does not go back");
    future.stop().await;
}

#[test]
fn a_file_that_cannot_be_used_refuses_to_start_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let file = path.to_str().unwrap();
    for (text, message) in [
        ("", "EOF while parsing"),
        ("not a state", "at the top: expected"),
        ("{\"name\":\"x\"}", "/schema: is missing"),
        ("{\"schema\":\"quince.state/2\"}", "/schema: \"quince.state/2\" is not known"),
        ("{\"schema\":\"quince.state/1\",\"seed\":\"x\"}", "/seed: invalid type"),
    ] {
        std::fs::write(&path, text).unwrap();
        let (code, stdout, stderr) = crate::support::process::run(&["serve", "--state", file]);
        assert_eq!((code, stdout.as_str()), (Some(65), ""), "{stderr}");
        assert!(stderr.contains(message) && stderr.contains(file), "{stderr}");
        assert!(stderr.contains("--state"), "{stderr}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
    let nowhere = folder.path().join("no-such-folder/state.json");
    let output = quince(&["serve", "--state", nowhere.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(65));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write state file"));
}

#[test]
fn the_schema_is_printed() {
    let (code, stdout, _) = crate::support::process::run(&["schema", "state"]);
    let schema: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &schema["$id"]), (Some(0), &json!("quince.state/1")));
    let (code, _, stderr) = crate::support::process::run(&["schema", "stat"]);
    assert_eq!(code, Some(64));
    assert!(stderr.contains("did you mean \"state\"?"), "{stderr}");
}
