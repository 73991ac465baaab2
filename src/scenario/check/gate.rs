//! Operations: known by name, and not asked for where they may not come.

use super::super::forms::{StepForm, WaitForm};
use super::super::{Step, Wrongs, operations};
use super::names::matches;
use super::{Draft, Part};
use crate::judge::Gate;
use crate::predicate::Pattern;

pub(super) fn check(draft: &Draft<'_>, wrongs: &mut Wrongs) {
    named(draft, wrongs);
    let Some(gate) = draft.gate.as_ref().and_then(|part| part.value.as_ref()) else { return };
    for (n, pattern) in gate.forbid.iter().enumerate() {
        if gate.allow.contains(pattern) {
            let text = format!("`{}` is allowed and forbidden", pattern.as_str());
            wrongs.add(format!("/gate/forbid/{n}"), text);
        }
    }
    for part in &draft.rules {
        let fires = !part.form.optional && forbidden(gate, &part.form.on.operation);
        if fires {
            let text = "the gate forbids these calls, so the rule never fires: allow them, or make \
                        the rule `optional`";
            wrongs.add(format!("{}/on/operation", part.at), text);
        }
    }
    let waits: Vec<(&Part<StepForm, Step>, &WaitForm, &str)> = draft
        .steps
        .iter()
        .filter_map(|part| {
            let wait = part.form.wait.as_ref()?;
            Some((part, wait, wait.operation.as_deref()?))
        })
        .collect();
    for (part, _, operation) in &waits {
        if forbidden(gate, operation) {
            let text = "the gate forbids the calls that this step waits for";
            wrongs.add(format!("{}/wait/operation", part.at), text);
        }
    }
    let waited = |fits: &dyn Fn(&str) -> bool| {
        let counts = waits.iter().filter(|(.., operation)| fits(operation));
        counts.fold(0_u64, |sum, (_, wait, _)| sum.saturating_add(wait.count.unwrap_or(1)))
    };
    let all = waited(&|_| true);
    if let Some(calls) = gate.budget.calls.filter(|calls| *calls < all) {
        let text = format!("the steps wait for {}, and the budget has {calls}", calls_of(all));
        wrongs.add("/gate/budget/calls", text);
    }
    for (pattern, count) in &gate.budget.per_operation {
        let place = place_of(draft, pattern.as_str());
        let needed = waited(&|operation| covers(pattern, operation));
        if *count < needed {
            let name = pattern.as_str();
            let text = format!(
                "the steps wait for {} of {name}, and the budget has {count}",
                calls_of(needed)
            );
            wrongs.add(&place, text);
        }
        if *count > 0 && forbidden(gate, pattern.as_str()) {
            let text = format!("a budget for `{}`, which the gate forbids", pattern.as_str());
            wrongs.add(&place, text);
        }
    }
}

fn calls_of(count: u64) -> String {
    if count == 1 { "1 call".to_owned() } else { format!("{count} calls") }
}

/// Where a budget stands: its key has dots in it, or is a table for each of them.
fn place_of(draft: &Draft<'_>, operation: &str) -> String {
    let at = "/gate/budget/per_operation";
    let nested = format!("{at}/{}", operation.replace('.', "/"));
    let table =
        draft.root.member("gate").and_then(|it| it.member("budget")?.member("per_operation"));
    let is_one_key = table.is_some_and(|table| table.member(operation).is_some());
    if is_one_key { format!("{at}/{operation}") } else { nested }
}

/// Whether every operation that the text stands for is one of the pattern's.
fn covers(pattern: &Pattern, text: &str) -> bool {
    pattern.as_str() == text || pattern.fits(text)
}

fn forbidden(gate: &Gate, operation: &str) -> bool {
    gate.forbid.iter().any(|pattern| covers(pattern, operation))
}

/// Notes operations that there are not.
fn named(draft: &Draft<'_>, wrongs: &mut Wrongs) {
    let mut check = |text: &str, at: String| {
        // What is no pattern at all was told by its reader.
        if let Some(told) = Pattern::new(text).as_ref().and_then(operations::unknown) {
            wrongs.add(at, told);
        }
    };
    for part in &draft.rules {
        check(&part.form.on.operation, format!("{}/on/operation", part.at));
    }
    for part in &draft.steps {
        let wait = part.form.wait.as_ref().and_then(|wait| wait.operation.as_deref());
        if let Some(operation) = wait {
            check(operation, format!("{}/wait/operation", part.at));
        }
        for (n, item) in part.form.expect.iter().enumerate() {
            for (place, form) in matches(item, &format!("{}/expect/{n}", part.at)) {
                if let Some(operation) = &form.operation {
                    check(operation, format!("{place}/operation"));
                }
            }
        }
    }
    let Some(gate) = &draft.gate else { return };
    for (key, list) in [("allow", &gate.form.allow), ("forbid", &gate.form.forbid)] {
        for (n, text) in list.iter().enumerate() {
            check(text, format!("/gate/{key}/{n}"));
        }
    }
    for (pattern, _) in gate.value.iter().flat_map(|gate| &gate.budget.per_operation) {
        check(pattern.as_str(), place_of(draft, pattern.as_str()));
    }
}
