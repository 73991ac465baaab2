//! Careful clients get through, careless ones do not, and for the right reason.

use std::collections::BTreeSet;
use std::fs;

use toml::{Table, Value};

use super::table::{Culprit, Show, Without};
use super::{Fault, SHOWS, each, has_python, root, run, scenario};

#[test]
fn the_careful_client_gets_through_every_scenario() {
    if !has_python() {
        return;
    }
    each(|show| {
        let run = run(&scenario(show.name), show.name, false);
        let rules = run.report["rules"].as_array().unwrap();
        let all_fired = rules.iter().all(|rule| rule["fired"].as_u64() > Some(0));
        let done = run.code == Some(0) && run.verdict() == "passed" && all_fired;
        if done && run.faults().is_empty() { Ok(()) } else { Err(run.story()) }
    });
}

#[test]
fn the_report_names_what_the_careless_client_does_wrong() {
    if !has_python() {
        return;
    }
    each(|show| {
        let run = run(&scenario(show.name), show.name, true);
        let faults = run.faults();
        let names: Vec<&str> = faults.iter().map(|fault| fault.what.as_str()).collect();
        let expected: Vec<&str> = [&[show.fault][..], show.besides].concat();
        // What the client itself thinks: all is well.
        let content = run.report["client"]["code"] == 0;
        if run.code != Some(show.code) || names != expected || !content {
            return Err(format!("{names:?}\n{}", run.story()));
        }
        let shown = shows(&faults[0], &show.culprit);
        if shown { Ok(()) } else { Err(format!("{:#?}\n{}", faults[0], run.story())) }
    });
}

/// Whether the report shows the culprit.
fn shows(fault: &Fault, culprit: &Culprit) -> bool {
    match culprit {
        Culprit::State(text, seqs) => fault.got == *text && fault.entries.keys().eq(*seqs),
        Culprit::Entries(seqs, text) => {
            fault.entries.keys().eq(*seqs)
                && fault.entries.values().all(|entry| entry.contains(text))
        }
    }
}

#[test]
fn without_its_cause_nobody_would_notice_the_careless_client() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    each(|show| {
        let text = fs::read_to_string(scenario(show.name)).unwrap();
        let mut table: Table = text.parse().unwrap();
        match show.without {
            Without::Rules | Without::Itself(_) => without_rules(&mut table),
            Without::Act(step, act) => without_act(&mut table, step, act),
        }
        let file = folder.path().join(format!("{}.toml", show.name));
        fs::write(&file, toml::to_string(&table).unwrap()).unwrap();
        let run = run(&file, show.name, true);
        let as_expected = match show.without {
            Without::Rules | Without::Act(..) => run.code == Some(0) && run.faults().is_empty(),
            // It shows without any rule, too.
            Without::Itself(_) => run.faults().iter().any(|fault| fault.what == show.fault),
        };
        if as_expected { Ok(()) } else { Err(run.story()) }
    });
}

/// Takes the rules out, what refers to them, and the conversation, which is one with rules.
fn without_rules(scenario: &mut Table) {
    let rules = scenario.remove("rule").map(|rules| rules.as_array().unwrap().clone());
    let id = |rule: &Value| rule["id"].as_str().unwrap().to_owned();
    let ids: BTreeSet<String> = rules.iter().flatten().map(id).collect();
    let mentions = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_str).is_some_and(|id| ids.contains(id))
    };
    let steps = scenario["step"].as_array_mut().unwrap();
    steps.retain(|step| !step.get("after").is_some_and(|after| mentions(after, "rule")));
    for step in steps {
        if let Some(expect) = step.get_mut("expect") {
            let is_about = |item: &Value| {
                let matched = ["match", "never"].into_iter().filter_map(|key| item.get(key));
                mentions(item, "event") || matched.into_iter().any(|it| mentions(it, "rule"))
            };
            expect.as_array_mut().unwrap().retain(|item| !is_about(item));
        }
    }
    scenario["gate"].as_table_mut().unwrap().remove("conversation");
}

fn without_act(scenario: &mut Table, name: &str, act: &str) {
    let steps = scenario["step"].as_array_mut().unwrap();
    let step = steps.iter_mut().find(|step| step["name"].as_str() == Some(name)).unwrap();
    assert!(step.as_table_mut().unwrap().remove(act).is_some(), "{name} has no {act}");
}

#[test]
fn the_folder_and_the_table_hold_the_same() {
    let names = |folder: &str, ending: &str| -> BTreeSet<String> {
        let files = fs::read_dir(root().join(folder)).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names.filter_map(|name| Some(name.strip_suffix(ending)?.to_owned())).collect()
    };
    let shows: BTreeSet<String> = SHOWS.iter().map(|show| show.name.to_owned()).collect();
    assert_eq!(shows.len(), SHOWS.len());
    assert_eq!(names("scenarios", ".toml"), shows);
    let mut clients = names("scenarios/clients", ".py");
    assert!(clients.remove("mdm") && clients.remove("receiver"));
    assert_eq!(clients, shows);
    let conversations = names("scenarios", ".conversation");
    assert!(conversations.len() >= 3 && conversations.is_subset(&shows), "{conversations:?}");
}

#[test]
fn every_scenario_tells_its_story() {
    for Show { name, .. } in SHOWS {
        let text = fs::read_to_string(scenario(name)).unwrap();
        let table: Table = text.parse().unwrap();
        let told =
            |key: &str| table.get(key).and_then(Value::as_str).is_some_and(|text| text.len() > 10);
        assert!(text.starts_with("# ") && told("about") && table.contains_key("seed"), "{name}");
        let clock = table["clock"]["mode"].as_str();
        assert!(matches!(clock, Some("manual" | "auto")), "{name}");
        let rules = table.get("rule").and_then(Value::as_array).cloned().unwrap_or_default();
        assert!(rules.iter().all(|rule| rule.get("because").is_some()), "{name}");
        assert!(table["gate"].get("budget").is_some(), "{name}");
    }
}
