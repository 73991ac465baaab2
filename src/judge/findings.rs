//! What a gate finds in a run.

use std::collections::BTreeMap;
use std::fmt::Display;

use super::gate::{Gate, Policy, Unfired};
use super::report::{Finding, RuleReport};
use crate::exchange::FAULT_HEADER;
use crate::journal::{Entry, Exchange, What};
use crate::predicate::Pattern;
use crate::telling::secrets::{self, Copying};

/// Findings of one kind that are told one by one.
const TOLD_MAX: usize = 20;

/// Characters of a path or of a lint that are told.
const TEXT_MAX: usize = 200;

/// What happened in a run, as far as a gate looks at it.
#[derive(Clone, Copy)]
pub struct Conduct<'a> {
    /// The journal since the run began, in order.
    pub entries: &'a [Entry],
    /// The entries that are gone, the first and the last of them.
    pub gap: Option<(u64, u64)>,
    /// Whether a `wait`, a rule's `on` or an expectation is about a call. What the gate allows need not be in it.
    pub is_expected: &'a dyn Fn(&Entry) -> bool,
    /// What became of the rules.
    pub rules: &'a [RuleReport],
    /// Which calls the rule of an id is about, for people: `v2.assets.list, nth 2`.
    pub on: &'a dyn Fn(&str) -> String,
}

/// What the gate finds: what quince itself did wrong first, which no gate lets pass. A long list of one kind ends with a
/// count of the others.
pub fn findings(gate: &Gate, conduct: &Conduct<'_>) -> Vec<Finding> {
    let calls: Vec<Call<'_>> = conduct.entries.iter().filter_map(Call::of).collect();
    let mut found = Vec::new();
    found.extend(told("quince-fault", calls.iter().filter_map(quince_fault)));
    found.extend(told("journal-gap", conduct.gap.map(journal_gap)));
    found.extend(told("forbidden-call", calls.iter().filter_map(|call| forbidden(gate, call))));
    if gate.unexpected_calls == Policy::Fail {
        let is_expected =
            |call: &Call<'_>| fits(&gate.allow, call) || (conduct.is_expected)(call.entry);
        let others = calls.iter().filter(|call| !is_expected(call));
        found.extend(told("unexpected-call", others.map(unexpected)));
    }
    if gate.unfired_rules == Unfired::Fail {
        let unfired = conduct.rules.iter().filter(|rule| !rule.optional && rule.fired == 0);
        found.extend(told("unfired-rule", unfired.map(|rule| self::unfired(rule, conduct.on))));
    }
    found.extend(told("budget", over_budget(gate, &calls)));
    if gate.lints == Policy::Fail {
        found.extend(told("lint", calls.iter().flat_map(lints)));
    }
    found
}

/// A call of the client.
#[derive(Clone, Copy)]
struct Call<'a> {
    entry: &'a Entry,
    exchange: &'a Exchange,
}

/// A finding before its check is named: its text, and the entries that show it.
type Found = (String, Vec<u64>);

impl<'a> Call<'a> {
    fn of(entry: &'a Entry) -> Option<Self> {
        match &entry.what {
            What::Exchange(exchange) => Some(Self { entry, exchange }),
            What::Event(_) | What::Act(_) => None,
        }
    }

    /// `v2.assets.list (berlin)`.
    fn name(&self) -> String {
        let operation = self.exchange.operation;
        match self.exchange.location.get() {
            Some(location) => format!("{operation} ({location})"),
            None => operation.to_owned(),
        }
    }

    /// `GET /mdm/v2/assets`, without the query, where v1 has credentials.
    fn line(&self) -> String {
        format!("{} {}", self.exchange.request.method, short(&self.exchange.request.path))
    }

    /// What two requests have in common that are one and the same.
    fn likeness(&self) -> impl Ord + use<'a> {
        let Exchange { operation, location, request, .. } = self.exchange;
        let body = str::from_utf8(&request.body).ok();
        let body = body.filter(|body| serde_json::from_str::<serde::de::IgnoredAny>(body).is_ok());
        let how = Copying { redact: false, compact: true };
        let body = body.map(|body| secrets::copy(body, how).into_bytes());
        let body = body.unwrap_or_else(|| request.body.to_vec());
        let head = (request.method.as_str(), &request.path, &request.query);
        (*operation, location.get(), head, body)
    }
}

fn quince_fault(call: &Call<'_>) -> Option<Found> {
    let answer = call.exchange.answer.get()?;
    let text = || {
        format!(
            "quince itself failed at {}, {}: nothing that came of it says anything about the client; please \
             report it",
            call.name(),
            call.line()
        )
    };
    answer.headers.contains_key(FAULT_HEADER).then(|| (text(), vec![call.entry.seq]))
}

fn journal_gap((from, to): (u64, u64)) -> Found {
    let text = format!(
        "entries {from} to {to} of the journal are gone, so nobody can tell what was in them; raise the settings \
         journal.max_entries or journal.max_bytes"
    );
    (text, Vec::new())
}

fn forbidden(gate: &Gate, call: &Call<'_>) -> Option<Found> {
    let pattern = gate.forbid.iter().find(|pattern| pattern.fits(call.exchange.operation))?;
    let text = format!(
        "{} was called, {}, and the gate forbids `{}`",
        call.name(),
        call.line(),
        pattern.as_str()
    );
    Some((text, vec![call.entry.seq]))
}

fn unexpected(call: &Call<'_>) -> Found {
    let text = format!(
        "{} was called, {}: no wait, no rule and no expectation is about it, and `allow` does not name it",
        call.name(),
        call.line()
    );
    (text, vec![call.entry.seq])
}

fn unfired(rule: &RuleReport, on: &dyn Fn(&str) -> String) -> Found {
    let matched = match rule.matched {
        0 => "no call met its conditions".to_owned(),
        1 => "1 call met its conditions, but was not the one that it is for".to_owned(),
        many => format!("{many} calls met its conditions, but none was the one that it is for"),
    };
    let text = format!(
        "rule `{}` never fired: it is about {}, and {matched}; if that may be, say `optional = true`",
        rule.id,
        on(&rule.id)
    );
    (text, Vec::new())
}

fn over_budget(gate: &Gate, calls: &[Call<'_>]) -> Vec<Found> {
    let mut found = Vec::new();
    let seqs = |calls: &[&Call<'_>]| calls.iter().map(|call| call.entry.seq).collect::<Vec<_>>();
    let all: Vec<&Call<'_>> = calls.iter().collect();
    if let Some(most) = gate.budget.calls
        && let Some(beyond) = beyond(&all, most)
    {
        let text = format!("{} calls, and the budget is {most} in all", all.len());
        found.push((text, seqs(beyond)));
    }
    for (pattern, most) in &gate.budget.per_operation {
        let of: Vec<&Call<'_>> =
            calls.iter().filter(|call| pattern.fits(call.exchange.operation)).collect();
        if let Some(beyond) = beyond(&of, *most) {
            let text =
                format!("{} calls of `{}`, and its budget is {most}", of.len(), pattern.as_str());
            found.push((text, seqs(beyond)));
        }
    }
    if let Some(most) = gate.budget.repeated {
        let mut alike = BTreeMap::<_, Vec<&Call<'_>>>::new();
        for call in calls {
            alike.entry(call.likeness()).or_default().push(call);
        }
        let mut often: Vec<_> = alike.into_values().filter(|of| of.len() as u64 > most).collect();
        often.sort_by_key(|of| of[0].entry.seq);
        found.extend(often.iter().map(|of| {
            let (count, name, line) = (of.len(), of[0].name(), of[0].line());
            let text = format!(
                "one and the same request came {count} times, and the budget is {most}: {name}, {line}"
            );
            (text, seqs(of))
        }));
    }
    found
}

/// The calls after the first `most`, if there are any.
fn beyond<'a, 'b>(calls: &'a [&'b Call<'b>], most: u64) -> Option<&'a [&'b Call<'b>]> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    calls.get(most..).filter(|beyond| !beyond.is_empty())
}

fn lints<'a>(call: &Call<'a>) -> impl Iterator<Item = Found> + use<'a> {
    let (name, seq) = (call.name(), call.entry.seq);
    let lints = call.exchange.answer.get().into_iter().flat_map(|answer| &answer.lints);
    lints.map(move |(lint, about)| (format!("{name}: lint {lint}: {}", short(about)), vec![seq]))
}

fn fits(patterns: &[Pattern], call: &Call<'_>) -> bool {
    patterns.iter().any(|pattern| pattern.fits(call.exchange.operation))
}

/// The findings of one check: the first ones, then how many others there are.
fn told(check: &str, found: impl IntoIterator<Item = Found>) -> Vec<Finding> {
    let mut found = found.into_iter();
    let finding = |text: String, mut entries: Vec<u64>| {
        entries.truncate(TOLD_MAX);
        Finding { check: check.to_owned(), text, entries }
    };
    let mut told: Vec<Finding> =
        found.by_ref().take(TOLD_MAX).map(|(text, entries)| finding(text, entries)).collect();
    let others = found.count();
    if others > 0 {
        told.push(finding(format!("and {others} more like these"), Vec::new()));
    }
    told
}

fn short(text: &str) -> impl Display {
    let mut chars = text.chars();
    let mut short: String = chars.by_ref().take(TEXT_MAX).collect();
    if chars.next().is_some() {
        short += "...";
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{act, call, entry};
    use crate::judge::{Budget, Policy};

    fn pattern(text: &str) -> Pattern {
        Pattern::new(text).unwrap()
    }

    fn rule(id: &str, matched: u64, fired: u64, optional: bool) -> RuleReport {
        RuleReport { id: id.to_owned(), matched, fired, optional, because: None }
    }

    /// What a gate finds where `v2.assets.*` is expected.
    fn found(
        gate: &Gate,
        entries: &[Entry],
        rules: &[RuleReport],
    ) -> Vec<(String, String, Vec<u64>)> {
        let assets = pattern("v2.assets.*");
        let conduct = Conduct {
            entries,
            gap: None,
            is_expected: &|entry| match &entry.what {
                What::Exchange(exchange) => assets.fits(exchange.operation),
                _ => false,
            },
            rules,
            on: &|id| format!("what {id} is about"),
        };
        let found = findings(gate, &conduct).into_iter();
        found.map(|Finding { check, text, entries }| (check, text, entries)).collect()
    }

    fn one(gate: &Gate, entries: &[Entry]) -> (String, String, Vec<u64>) {
        let mut found = found(gate, entries, &[]);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }

    #[test]
    fn a_gate_that_says_nothing_lets_everything_pass_but_quinces_own_faults() {
        let calls = [
            call("v2.users.list", "GET", "/mdm/v2/users").made(4),
            call("v2.assets.list", "GET", "/mdm/v2/assets")
                .lint("unknown-parameter", "foo")
                .made(5),
        ];
        assert_eq!(found(&Gate::default(), &calls, &[]), []);
        let broken = [call("v2.users.list", "GET", "/mdm/v2/users")
            .header("quince-fault", "internal")
            .made(4)];
        let (check, text, entries) = one(&Gate::default(), &broken);
        assert_eq!((check.as_str(), entries), ("quince-fault", vec![4]));
        assert!(text.contains("v2.users.list, GET /mdm/v2/users"), "{text}");
    }

    #[test]
    fn calls_that_nothing_is_about_are_unexpected_and_forbidden_ones_are_named() {
        let calls = [
            call("v2.assets.associate", "POST", "/mdm/v2/assets/associate").made(2),
            entry(3, act("verb", "buy-licenses")),
            call("v2.users.list", "GET", "/mdm/v2/users").at("berlin").made(4),
            call("v2.service.config", "GET", "/mdm/v2/service/config").made(5),
        ];
        let gate = Gate {
            unexpected_calls: Policy::Fail,
            allow: vec![pattern("v2.service.*")],
            forbid: vec![pattern("v2.service.config")],
            ..Gate::default()
        };
        let found = found(&gate, &calls, &[]);
        assert_eq!(found[0].0, "forbidden-call");
        assert!(found[0].1.contains("the gate forbids `v2.service.config`"), "{found:?}");
        assert_eq!((found[1].0.as_str(), &found[1].2), ("unexpected-call", &vec![4]));
        assert!(
            found[1].1.starts_with("v2.users.list (berlin) was called, GET /mdm/v2/users: no wait")
        );
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_rule_that_never_fired_says_what_it_waited_for() {
        let rules = [
            rule("a", 0, 0, false),
            rule("b", 2, 0, false),
            rule("c", 0, 0, true),
            rule("d", 9, 1, false),
        ];
        let found = found(&Gate::default(), &[], &rules);
        let texts: Vec<&str> = found.iter().map(|(_, text, _)| text.as_str()).collect();
        insta::assert_snapshot!(texts.join("\n"), @r"
        rule `a` never fired: it is about what a is about, and no call met its conditions; if that may be, say `optional = true`
        rule `b` never fired: it is about what b is about, and 2 calls met its conditions, but none was the one that it is for; if that may be, say `optional = true`
        ");
        let gate = Gate { unfired_rules: Unfired::Allow, ..Gate::default() };
        assert_eq!(self::found(&gate, &[], &rules), []);
    }

    #[test]
    fn budgets_name_the_calls_that_are_too_many() {
        let body = r#"{"eventIds": ["x"]}"#;
        let calls = [
            call("v2.assets.list", "GET", "/mdm/v2/assets").made(1),
            call("v2.status.get", "POST", "/s").body(body).made(2),
            call("v2.status.get", "POST", "/s").body(r#"{"eventIds":["x"]}"#).made(3),
            call("v2.status.get", "POST", "/s").body(r#"{"eventIds":["y"]}"#).made(4),
            call("v2.status.get", "POST", "/s").body(body).at("berlin").made(5),
        ];
        let budget = |budget| one(&Gate { budget, ..Gate::default() }, &calls);
        let (check, text, entries) = budget(Budget { calls: Some(3), ..Budget::default() });
        assert_eq!(
            (check.as_str(), text.as_str()),
            ("budget", "5 calls, and the budget is 3 in all")
        );
        assert_eq!(entries, [4, 5]);
        let per_operation = vec![(pattern("v2.status.*"), 3), (pattern("v2.assets.list"), 1)];
        let (_, text, entries) = budget(Budget { per_operation, ..Budget::default() });
        assert_eq!(
            (text.as_str(), entries),
            ("4 calls of `v2.status.*`, and its budget is 3", vec![5])
        );
        let (_, text, entries) = budget(Budget { repeated: Some(1), ..Budget::default() });
        assert!(text.starts_with(
            "one and the same request came 2 times, and the budget is 1: v2.status.get"
        ));
        assert_eq!(entries, [2, 3], "blanks make no difference, another location does");
        let nothing = Budget { calls: Some(5), repeated: Some(2), ..Budget::default() };
        assert_eq!(found(&Gate { budget: nothing, ..Gate::default() }, &calls, &[]), []);
    }

    #[test]
    fn lints_and_long_lists() {
        let lint =
            |seq| call("v2.assets.list", "GET", "/a").lint("unknown-parameter", "foo").made(seq);
        let calls: Vec<Entry> = (1..=33).map(lint).collect();
        let gate = Gate { lints: Policy::Fail, ..Gate::default() };
        let found = found(&gate, &calls, &[]);
        assert_eq!(found.len(), 21);
        assert_eq!(found[0].1, "v2.assets.list: lint unknown-parameter: foo");
        assert_eq!(found[20], ("lint".to_owned(), "and 13 more like these".to_owned(), Vec::new()));
    }

    #[test]
    fn a_gap_fails_any_gate_because_nobody_can_tell() {
        let conduct = Conduct {
            entries: &[],
            gap: Some((1, 7)),
            is_expected: &|_| true,
            rules: &[],
            on: &|_| String::new(),
        };
        let found = findings(&Gate::default(), &conduct);
        assert_eq!(found[0].check, "journal-gap");
        assert!(found[0].text.starts_with("entries 1 to 7 of the journal are gone"));
    }
}
