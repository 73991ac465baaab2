//! Scenarios made of Rust values, in few words.

use std::time::Duration;

use quince::judge::report::{ExpectationState, Report};
use quince::judge::{Expected, Gate, Matcher};
use quince::model::{AssetName, PricingParam, Span};
use quince::predicate::Pattern;
use quince::scenario::verbs::VerbCall;
use quince::scenario::{Act, Advance, Cause, Expect, Scenario, Step, Wanted, Window};
use quince::sim::date;
use quince::{ClockMode, Quince};
use serde_json::json;

use crate::support::{Answer, Fixture};

/// A scenario of these steps and nothing else, in the world `small-school` under a manual clock.
pub(super) fn scenario(steps: Vec<Step>) -> Scenario {
    let world = quince::snapshot::load("small-school", 7).unwrap();
    Scenario {
        name: "a test".to_owned(),
        file: None,
        seed: 7,
        profile: None,
        settings: Vec::new(),
        clock: Some(ClockMode::Manual),
        start: None,
        world: Some(world.into()),
        rules: Vec::new(),
        steps,
        gate: Gate::default(),
    }
}

/// A quince whose default universe is of this scenario.
pub(super) async fn running(scenario: Scenario) -> Fixture {
    let quince = Quince::builder().scenario(scenario).start().await.unwrap();
    let stoken = quince.universe("default").stoken("berlin");
    Fixture { quince, stoken }
}

/// [`running`], of these steps.
pub(super) async fn school(steps: Vec<Step>) -> Fixture {
    running(scenario(steps)).await
}

/// A step that does nothing yet.
pub(super) fn step(name: &str) -> Step {
    Step { name: name.to_owned(), cause: None, acts: Vec::new(), expects: Vec::new() }
}

/// Words for steps.
pub(super) trait Words: Sized {
    fn after(self, cause: Cause) -> Self;
    fn does(self, act: Act) -> Self;
    fn wants(self, wanted: Wanted) -> Self;
    fn at(self, at: &str) -> Self {
        self.after(Cause::At(date::parse(at).unwrap()))
    }
    fn waits_for(self, operation: &str) -> Self {
        self.after(call(operation, None))
    }
    fn advances(self, by: &str) -> Self {
        self.does(Act::Advance(Advance::By(span(by))))
    }
    fn buys(self, count: u32) -> Self {
        let verb = VerbCall::new("buy-licenses").with("adam_id", APP).with("count", count);
        self.does(Act::Verb(verb.name.clone(), verb.verb().unwrap()))
    }
    fn marks(self, name: &str) -> Self {
        self.does(Act::Mark(name.to_owned()))
    }
    fn finds_assigned(self, assigned: u32) -> Self {
        self.wants(asset(Some(assigned), None))
    }
}

impl Words for Step {
    fn after(mut self, cause: Cause) -> Self {
        self.cause = Some(cause);
        self
    }

    fn does(mut self, act: Act) -> Self {
        self.acts.push(act);
        self
    }

    fn wants(mut self, wanted: Wanted) -> Self {
        let n = self.expects.len() + 1;
        let written = written(&wanted);
        self.expects.push(Expect { id: format!("{}/{n}", self.name), wanted, written });
        self
    }
}

/// What is wanted, as a scenario says it.
fn written(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Asset { asset, assigned: Some(n), .. } => {
            format!("{{ asset = \"{}\", assigned = {n} }}", asset.adam_id)
        }
        Wanted::Holds { asset, .. } => format!("{{ holds = \"{}\" }}", asset.adam_id),
        Wanted::Journal { expected: Expected::Never(of), window, .. } => {
            let operation = of.operation.as_ref().map_or("*", Pattern::as_str);
            format!("{{ never = {{ operation = \"{operation}\" }}, {window:?} }}")
        }
        _ => "something else".to_owned(),
    }
}

/// The app that the world's examples name.
pub(super) const APP: &str = "361309726";

pub(super) fn app() -> AssetName {
    AssetName { adam_id: APP.to_owned(), pricing_param: PricingParam::Standard }
}

pub(super) fn span(text: &str) -> Span {
    date::parse_span(text).unwrap()
}

/// Counts of the app.
pub(super) fn asset(assigned: Option<u32>, total: Option<u32>) -> Wanted {
    let (location, available, retired) = (None, None, None);
    Wanted::Asset { location, asset: app(), assigned, available, total, retired }
}

/// One call of an operation.
pub(super) fn call(operation: &str, within: Option<Duration>) -> Cause {
    Cause::Call {
        operation: Pattern::new(operation).unwrap(),
        page: None,
        location: None,
        wheres: Vec::new(),
        count: 1,
        within,
    }
}

/// Entries of an operation.
pub(super) fn of(operation: &str) -> Matcher {
    Matcher { operation: Pattern::new(operation), ..Matcher::default() }
}

/// At least one entry, judged in a window.
pub(super) fn some(of: Matcher, window: Window) -> Wanted {
    let expected = Expected::Count { of, at_least: 1, at_most: u64::MAX };
    Wanted::Journal { expected, since: None, window }
}

/// No entry, judged in a window.
pub(super) fn never(of: Matcher, window: Window) -> Wanted {
    Wanted::Journal { expected: Expected::Never(of), since: None, window }
}

/// The app for a device.
pub(super) async fn associate(school: &Fixture, serial_number: &str) -> Answer {
    let body = json!({"assets": [{"adamId": APP}], "serialNumbers": [serial_number]});
    school.post("assets/associate", body).await
}

pub(super) fn report(school: &Fixture) -> Report {
    school.quince.universe("default").report().unwrap()
}

pub(super) fn finished(school: &Fixture) -> Report {
    school.quince.universe("default").finish().unwrap()
}

/// The steps with how far they are and how their expectations stand: `name done ++-?`.
pub(super) fn outline(report: &Report) -> String {
    let steps = report.steps.iter().map(|step| {
        let signs = step.expectations.iter().map(|expectation| match expectation.state {
            ExpectationState::Met => '+',
            ExpectationState::Failed => '-',
            ExpectationState::Open => '?',
        });
        let state = format!("{:?}", step.state).to_lowercase();
        format!("{} {state} {}", step.name, signs.collect::<String>()).trim_end().to_owned()
    });
    steps.collect::<Vec<_>>().join("; ")
}

/// What there is instead of what the n-th expectation of a step wants.
pub(super) fn got(report: &Report, step: usize, n: usize) -> String {
    report.steps[step].expectations[n].got.clone().unwrap_or_default()
}

/// Kinds and names of the journal's entries.
pub(super) fn journal(school: &Fixture) -> String {
    let universe = school.quince.engine().default_universe();
    universe.with_journal(|journal| {
        use quince::journal::What;
        let each = journal.after(0).map(|entry| match &entry.what {
            What::Exchange(exchange) => exchange.operation.to_owned(),
            What::Event(_) => "event".to_owned(),
            What::Act(act) => act.kind.to_owned(),
        });
        each.collect::<Vec<_>>().join(" ")
    })
}
