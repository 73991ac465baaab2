//! What the gate of a scenario finds in a run, and which calls the scenario is about.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use super::Timeline;
use super::report::line;
use super::wait::{is_for, page_of};
use crate::faults::{Asked, On, Which, is_about};
use crate::journal::{Entry, Journal, What};
use crate::judge::report::{ActReport, Report};
use crate::judge::{Conduct, findings};
use crate::predicate::LookedAt;
use crate::scenario::{Scenario, Wanted, presets};

/// Acts of rules that a report tells.
const ACTS_MAX: usize = 1_000;

/// What a gate judges: taken under the lock, looked at without it.
pub(super) struct Evidence {
    universe: String,
    scenario: Arc<Scenario>,
    entries: Vec<Entry>,
    gap: Option<(u64, u64)>,
    is_over: bool,
}

impl Timeline {
    /// What a gate judges of it.
    pub(super) fn evidence(&self, universe: &str, journal: &Journal) -> Evidence {
        Evidence {
            universe: universe.to_owned(),
            scenario: Arc::clone(&self.scenario),
            entries: journal.after(self.began).cloned().collect(),
            gap: journal.gap(self.began),
            is_over: self.is_over(),
        }
    }
}

impl Evidence {
    /// Adds to a report what rules did, and once all is over what the gate finds and what it comes to.
    pub(super) fn complete(&self, report: &mut Report) {
        let acts = self.entries.iter().flat_map(|entry| {
            entry.injected.iter().map(|injected| ActReport {
                seq: entry.seq,
                rule: injected.rule.to_string(),
                act: injected.act.clone(),
            })
        });
        report.acts = acts.take(ACTS_MAX).collect();
        if !self.is_over {
            return;
        }
        let conduct = Conduct {
            entries: &self.entries,
            gap: self.gap,
            is_expected: &|entry| self.is_expected(entry),
            rules: &report.rules,
            on: &|id| {
                let rule = self.scenario.rules.iter().find(|rule| *rule.id == *id);
                rule.map(|rule| told(&rule.on)).unwrap_or_default()
            },
        };
        report.gate = findings(&self.scenario.gate, &conduct);
        let named = report.gate.iter().flat_map(|finding| &finding.entries).copied();
        let named: BTreeSet<u64> = named.collect();
        let named = self.entries.iter().filter(|entry| named.contains(&entry.seq));
        report.entries.extend(named.map(|entry| (entry.seq, line(entry))));
        report.verdict = report.judged();
    }

    /// Whether a wait, a rule or an expectation is about a call. The rules of presets are about anybody's calls, so they
    /// say nothing about which ones the scenario expects.
    fn is_expected(&self, entry: &Entry) -> bool {
        let What::Exchange(exchange) = &entry.what else { return true };
        let mut causes = self.scenario.steps.iter().filter_map(|step| step.cause.as_ref());
        let mut wanted = self.scenario.steps.iter().flat_map(|step| &step.expects);
        let looked_at = LookedAt::new(&exchange.request);
        let asked = Asked {
            operation: exchange.operation,
            universe: &self.universe,
            location: exchange.location.get().map(String::as_str),
            page: Some(page_of(exchange)),
            request: &exchange.request,
        };
        let mut own = self.scenario.rules.iter().filter(|rule| !presets::has(rule));
        causes.any(|cause| is_for(cause, exchange))
            || own.any(|rule| is_about(&rule.on, &asked, &looked_at))
            || wanted.any(|expect| match &expect.wanted {
                Wanted::Journal { expected, .. } => {
                    expected.matchers().iter().any(|matcher| matcher.fits(entry))
                }
                _ => false,
            })
    }
}

/// Which calls a rule is about, for people.
fn told(on: &On) -> String {
    let mut text = format!("`{}`", on.operation.as_str());
    if let Some(page) = on.page {
        let _ = write!(text, ", page {page}");
    }
    if let Some(location) = &on.location {
        let _ = write!(text, ", location `{location}`");
    }
    if let Some(universe) = &on.universe {
        let _ = write!(text, ", universe `{universe}`");
    }
    if !on.wheres.is_empty() {
        let _ = write!(text, ", {} conditions on the request", on.wheres.len());
    }
    match on.which {
        Which::All => {}
        Which::Nth(n) => _ = write!(text, ", nth = {n}"),
        Which::Every(n) => _ = write!(text, ", every = {n}"),
        Which::First(n) => _ = write!(text, ", first = {n}"),
        Which::From(n) => _ = write!(text, ", from = {n}"),
    }
    if let Some(odds) = on.odds {
        let _ = write!(text, ", odds = {}", f64::from(odds) / 1e6);
    }
    text
}
