//! The ways of a preset into a universe, the way back, and what a gate makes of its rules.

use std::fs;

use quince::scenario::forms::{GateForm, PolicyWord, RuleForm, ScenarioForm, StepForm};
use quince::{Quince, StartError};
use serde_json::{Value, json};

use super::{acted, put, school};
use crate::support::Fixture;
use crate::support::process::{Process, quince, run};

/// How many assets stand on the first page.
async fn on_a_page(fixture: &Fixture) -> usize {
    fixture.get("assets").await.json()["assets"].as_array().unwrap().len()
}

async fn rules(fixture: &Fixture) -> Vec<Value> {
    let rules = fixture.done_by("GET", "/universes/default/rules", Value::Null).await;
    rules["rules"].as_array().unwrap().iter().map(|rule| rule["id"].clone()).collect()
}

#[tokio::test]
async fn a_preset_comes_over_the_control_api_with_a_seed_of_its_own() {
    let refused = async |preset: &str| {
        let school = school(&[]).await;
        put(&school, preset).await;
        let mut refused = Vec::new();
        for n in 0..100 {
            if school.get("assets").await.status == 500 {
                refused.push(n);
            }
        }
        refused
    };
    let first = refused("retry-after-zoo@1").await;
    assert!(!first.is_empty());
    assert_eq!(first, refused("retry-after-zoo@1").await);
    assert_ne!(first, refused("retry-after-zoo@2").await);
}

#[tokio::test]
async fn a_preset_comes_with_a_scenario_behind_its_own_rules() {
    let scenario = ScenarioForm::new("small pages")
        .world("small-school")
        .preset("small-pages")
        .rule(RuleForm::on("v2.users.list").id("own").answer_status(503));
    let scenario = scenario.read(None).unwrap();
    let quince = Quince::builder().scenario(scenario);
    let school = Fixture::of(quince, "berlin").await;
    assert_eq!(rules(&school).await, ["own", "small-pages/three-a-page"]);
    assert_eq!(on_a_page(&school).await, 3);
    assert!(acted(&school).await.contains("small-pages/three-a-page"));
}

#[tokio::test]
async fn a_preset_comes_with_the_builder_and_a_reset_goes_back_to_it() {
    let builder = Quince::builder().world("small-school").preset("small-pages@3");
    let school = Fixture::of(builder.preset("unknown-fields"), "berlin").await;
    let both = ["small-pages/three-a-page", "unknown-fields/one-more-member"];
    assert_eq!(rules(&school).await, both);
    assert_eq!(on_a_page(&school).await, 3);
    let path = "/universes/default/rules/small-pages%2Fthree-a-page";
    school.done_by("DELETE", path, Value::Null).await;
    put(&school, "pages-move").await;
    school.done_by("POST", "/universes/default/reset", json!({"scope": "rules"})).await;
    assert_eq!(rules(&school).await, both);
    let error = Quince::builder().preset("small-page").start().await.unwrap_err();
    assert!(matches!(error, StartError::Preset(_)), "{error}");
    assert_eq!(error.to_string(), "there is no preset `small-page`; did you mean `small-pages`?");
}

#[tokio::test]
async fn who_goes_on_from_a_state_does_so_under_the_preset() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept.json");
    for _ in 0..2 {
        let builder = Quince::builder().world("small-school").state(&file).preset("small-pages");
        let school = Fixture::of(builder, "berlin").await;
        school.done_by("POST", "/universes/default/reset", json!({"scope": "rules"})).await;
        assert_eq!(rules(&school).await, ["small-pages/three-a-page"]);
        school.quince.close().await.unwrap();
    }
}

#[tokio::test]
async fn the_rules_of_a_preset_do_not_make_a_call_expected() {
    let gate = GateForm { unexpected_calls: Some(PolicyWord::Fail), ..GateForm::default() };
    let verdict = async |scenario: ScenarioForm| {
        let scenario = scenario.gate(gate.clone());
        let scenario = scenario.world("small-school").read(None).unwrap();
        let school = Fixture::of(Quince::builder().scenario(scenario), "berlin").await;
        school.get("assets").await;
        school.get("users").await;
        match school.quince.universe("default").verify() {
            Ok(_) => "passed".to_owned(),
            Err(unmet) => unmet.to_string(),
        }
    };
    let waits =
        || ScenarioForm::new("strict").step(StepForm::new("listed").wait("v2.assets.list", "5s"));
    let told = verdict(waits().preset("everything")).await;
    assert!(told.contains("unexpected-call: v2.users.list (berlin) was called"), "{told}");
    assert_eq!(told.matches("was called, GET").count(), 1, "{told}");
    let own = RuleForm::on("v2.users.list").id("own").delay("1ms");
    assert_eq!(verdict(waits().preset("everything").rule(own)).await, "passed");
}

/// A scenario in a file of its own.
fn written(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.toml");
    fs::write(&path, text).unwrap();
    let path = path.display().to_string();
    (folder, path)
}

const QUIET: &str = r#"
schema = "quince.scenario/1"
name = "quiet"
seed = 9
settings = { "v2.page_size" = 5 }
clock = { mode = "manual", start = 2026-03-01T00:00:00Z }
world = { name = "small-school" }

[[rule]]
id = "own"
on.operation = "v2.users.list"
then.answer.status = 503
"#;

#[test]
fn a_preset_comes_with_run() {
    let (_folder, path) = written(QUIET);
    let script = r#"for n in 1 2; do curl -s -H "Authorization: Bearer $QUINCE_STOKEN" $QUINCE_URL/mdm/v2/assets; done
        curl -s -o /dev/null -H "Authorization: Bearer $QUINCE_STOKEN" $QUINCE_URL/mdm/v2/users"#;
    let arguments = ["run", &path, "--preset", "small-pages", "--", "sh", "-c", script];
    let (code, stdout, stderr) = run(&arguments);
    assert_eq!(code, Some(0), "{stderr}");
    assert_eq!(stdout.matches("\"adamId\"").count(), 6, "{stdout}");
    assert!(stderr.contains("small-pages/three-a-page once"), "{stderr}");
}

#[test]
fn serve_begins_with_a_scenario_and_presets_and_what_was_typed_wins() {
    let (_folder, path) = written(QUIET);
    let server = Process::serve(&["--scenario", &path, "--preset", "unknown-fields"]);
    assert_eq!(server.ready["seed"], 9);
    let stoken = server.told("stoken");
    let (_, body) = server.get("/mdm/v2/assets", Some(stoken));
    let page: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(page["assets"].as_array().unwrap().len(), 5);
    assert!(page["quinceUnknownField"].is_object());
    assert_eq!(server.get("/mdm/v2/users", Some(stoken)).0, 503);
    let (_, report) = server.get("/_quince/v1/universes/default/report", None);
    assert!(report.contains(r#""scenario":"quiet""#), "{report}");

    let server = Process::start(
        quince(&["serve", "--listen", "127.0.0.1:0", "--seed", "4", "--set", "v2.page_size=2"])
            .env("QUINCE_SCENARIO", &path)
            .env("QUINCE_PRESET", "late-events, unknown-fields@7"),
    );
    assert_eq!(server.ready["seed"], 4);
    let (_, body) = server.get("/mdm/v2/assets", Some(server.told("stoken")));
    assert_eq!(body.matches("\"adamId\"").count(), 2, "{body}");
    let (_, rules) = server.get("/_quince/v1/universes/default/rules", None);
    for id in ["own", "late-events/four-polls", "unknown-fields/one-more-member"] {
        assert!(rules.contains(&format!(r#""id":"{id}""#)), "{rules}");
    }
}

#[test]
fn serve_does_not_start_with_what_makes_no_sense() {
    let (folder, path) = written(&QUIET.replace("v2.users.list", "v2.user.list"));
    let (code, stdout, stderr) = run(&["serve", "--listen", "127.0.0.1:0", "--scenario", &path]);
    assert_eq!((code, stdout.as_str()), (Some(65), ""), "{stderr}");
    assert!(
        stderr.starts_with(&format!("quince: --scenario: scenario {path} cannot be used\n")),
        "{stderr}"
    );
    assert!(
        stderr.contains(":11:16: ") && stderr.contains("did you mean `v2.users.list`?"),
        "{stderr}"
    );
    let (code, _, stderr) = run(&["serve", "--preset", "no-such-preset"]);
    assert_eq!(code, Some(64), "{stderr}");
    assert!(
        stderr.starts_with("quince: --preset: there is no preset `no-such-preset`"),
        "{stderr}"
    );
    let config = folder.path().join("quince.toml");
    fs::write(&config, "preset = [\"small-pages@x\"]\n").unwrap();
    let config = config.display().to_string();
    let (code, _, stderr) = run(&["serve", "--config", &config]);
    assert_eq!(code, Some(65), "{stderr}");
    assert!(stderr.contains("quince.toml:1:11: `small-pages@x` has no number"), "{stderr}");
}
