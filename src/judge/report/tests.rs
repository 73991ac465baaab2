//! Renderers, over reports made by hand.

use std::collections::BTreeMap;

use super::*;

fn expectation(id: &str, state: ExpectationState) -> ExpectationReport {
    ExpectationReport {
        id: id.to_owned(),
        expected: "{ asset = \"361309726\", assigned = 2 }".to_owned(),
        state,
        got: (state == ExpectationState::Failed).then(|| "assigned is 0".to_owned()),
        clock: JudgedBy::Virtual,
        entries: Vec::new(),
        near_misses: Vec::new(),
    }
}

fn step(name: &str, state: StepState, expectations: Vec<ExpectationReport>) -> StepReport {
    let seq = (state == StepState::Done).then_some(7);
    StepReport { name: name.to_owned(), state, why: None, seq, expectations, diffs: Vec::new() }
}

/// A run in which all is well.
fn passed() -> Report {
    Report {
        scenario: "late association".to_owned(),
        file: Some("scenarios/late.toml".to_owned()),
        seed: 137,
        verdict: Verdict::Passed,
        steps: vec![step(
            "client associates",
            StepState::Done,
            vec![expectation("client associates/1", ExpectationState::Met)],
        )],
        gate: Vec::new(),
        rules: vec![RuleReport {
            id: "slow-event".to_owned(),
            matched: 3,
            fired: 1,
            optional: false,
            because: Some("the service is busy in the morning".to_owned()),
        }],
        acts: vec![ActReport {
            seq: 4,
            rule: "slow-event".to_owned(),
            act: "the event ends after 90s".to_owned(),
        }],
        calls: BTreeMap::from([
            ("v2.assets.associate".to_owned(), 1),
            ("v2.status.get".to_owned(), 12),
        ]),
        entries: BTreeMap::from([(4, "POST /mdm/v2/assets/associate 200".to_owned())]),
        client: Some(ClientReport {
            command: vec!["sh".to_owned(), "client.sh".to_owned()],
            code: Some(0),
            text: "exited with 0".to_owned(),
        }),
        again: "quince run scenarios/late.toml --seed 137 -- sh client.sh".to_owned(),
    }
}

/// A run in which everything goes wrong that can.
fn failed() -> Report {
    let mut report = passed();
    let mut late = expectation("ninety seconds later/1", ExpectationState::Failed);
    late.near_misses = vec![(4, "status: expected 200, got 503".to_owned()); 12];
    late.near_misses[1] = (5, "operation: expected v2.assets.list\nand got nothing".to_owned());
    late.entries = (4..20).collect();
    late.clock = JudgedBy::Real;
    report.steps[0].diffs = vec![
        ("accepted".to_owned(), "now".to_owned(), "2 licences of A moved\n1 user came".to_owned()),
        ("accepted".to_owned(), "now".to_owned(), String::new()),
    ];
    let mut failed = step("ninety seconds later", StepState::Failed, vec![late]);
    failed.why = Some("no call of v2.assets.associate came within 5s of real time".to_owned());
    report.steps.push(failed);
    report.steps.push(step(
        "takeover, 100%: <odd> & \"quoted\"",
        StepState::NotReached,
        vec![expectation("takeover/1", ExpectationState::Open)],
    ));
    let finding = |check: &str, text: &str, entries: &[u64]| Finding {
        check: check.to_owned(),
        text: text.to_owned(),
        entries: entries.to_vec(),
    };
    report.gate = vec![
        finding(
            "unexpected-call",
            "v2.users.list was called, GET /mdm/v2/users: nothing is about it",
            &[4],
        ),
        finding("budget", "13 calls, and the budget is 12 in all", &[18]),
        finding("budget", "12 calls of `v2.status.get`, and its budget is 5\u{1}", &[]),
        finding(
            "conversation",
            "differs from late.conversation:\n--- expected\n+++ actual\n-> GET /a\n+> GET /b",
            &[],
        ),
    ];
    report.calls = (0..25).map(|n| (format!("v2.made.up{n:02}"), n)).collect();
    if let Some(client) = &mut report.client {
        (client.code, client.text) = (None, "ran out of time after 60s (--timeout)".to_owned());
    }
    report.verdict = report.judged();
    report
}

#[test]
fn people_read_the_verdict_first() {
    insta::assert_snapshot!("passed_text", text::render(&passed()));
    insta::assert_snapshot!("failed_text", text::render(&failed()));
}

#[test]
fn junit_has_a_case_for_everything_that_can_fail() {
    insta::assert_snapshot!("junit", junit::render(&[passed(), failed()]));
}

#[test]
fn github_gets_a_line_for_everything_that_failed() {
    assert_eq!(github::render(&[passed()]), "");
    insta::assert_snapshot!("github", github::render(&[passed(), failed()]));
}

#[test]
fn json_is_the_report_itself() {
    insta::assert_json_snapshot!("json", failed());
}

#[test]
fn the_verdict_is_the_first_that_applies() {
    let mut report = failed();
    assert_eq!(report.judged(), Verdict::ExpectationFailed);
    report.steps.truncate(1);
    assert_eq!(report.judged(), Verdict::GateFailed);
    report.gate.clear();
    assert_eq!(report.judged(), Verdict::ClientFailed);
    report.client = None;
    assert_eq!(report.judged(), Verdict::Passed);
    report.steps.push(step("later", StepState::Waiting, Vec::new()));
    assert_eq!(report.judged(), Verdict::Open);
    report.steps[1].state = StepState::NotReached;
    assert_eq!(report.judged(), Verdict::ExpectationFailed);
    assert!(
        text::render(&Report { verdict: report.judged(), ..report })
            .contains("FAILED: step `later`: not reached")
    );
}
