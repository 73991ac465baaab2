//! Expectations: judged over a journal, at once or as soon as they can be.

use std::time::Duration;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::duration;
use super::watch::Watcher;
use crate::api::control::ask::json;
use crate::api::control::{Ask, Outcome, Problem};
use crate::engine::Universe;
use crate::journal::Entry;
use crate::judge::{Evidence, Expected, Failed, NearMiss, Verdict};
use crate::predicate::Place;
use crate::scenario::forms::{Count, ExpectForm, MatchForm};
use crate::scenario::{Wrong, Wrongs};
use crate::telling::Telling;

/// How long an expectation is waited for at most.
const WITHIN_MAX: Duration = Duration::from_mins(10);

/// Entries that are taken under one lock.
const BATCH: usize = 512;

/// What is expected: exactly one of `match`, `sequence` and `never`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Entries that match, as many as `count` says.
    pub r#match: Option<MatchForm>,
    /// How many; at least one if not given.
    pub count: Option<Count>,
    /// Entries that match one after the other, whatever lies between.
    pub sequence: Option<Vec<MatchForm>>,
    /// No entry matches.
    pub never: Option<MatchForm>,
    /// Only entries after this number; all since the beginning of the journal if not given.
    pub since: Option<u64>,
    /// How long to wait for it in real time, such as `5s`; not at all if not given.
    pub within: Option<String>,
}

/// It is as expected.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Met {
    /// Number of the latest entry that was looked at.
    pub seq: u64,
    /// Numbers of the entries that match.
    pub matched: Vec<u64>,
}

/// `POST /universes/{u}/journal/expect`
pub async fn post(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let body: Expectation = ask.body()?;
    let (since, within) = (body.since, body.within()?);
    let universe = ask.universe()?;
    let telling = super::telling(&universe, false, ask.base_url);
    let mut trial = Trial { evidence: Evidence::new(body.expected()?), since, seq: 0, gap: None };
    let mut watcher = Watcher::new(&universe);
    drop(universe);
    let mut is_over = false;
    watcher
        .until(within, |universe| {
            is_over = trial.hear(universe);
            is_over
        })
        .await;
    if !is_over {
        // The time is up. What came with its last moment counts.
        trial.hear(&*watcher.universe()?);
    }
    trial.judgement(&telling)
}

/// An expectation on trial.
struct Trial {
    evidence: Evidence,
    since: Option<u64>,
    /// The number up to which the journal was heard.
    seq: u64,
    gap: Option<(u64, u64)>,
}

impl Trial {
    /// Takes what the journal holds by now; says whether waiting is of no use any more.
    fn hear(&mut self, universe: &Universe) -> bool {
        loop {
            let (last, entries) = universe.with_journal(|journal| {
                let since = *self.since.get_or_insert_with(|| journal.begin());
                let place = self.evidence.last().unwrap_or(since);
                self.gap = journal.gap(place);
                (journal.last(), journal.after(place).take(BATCH).cloned().collect::<Vec<Entry>>())
            });
            self.seq = last;
            if self.gap.is_some() {
                return true;
            }
            let was_last = entries.len() < BATCH;
            self.evidence.add(entries);
            if was_last {
                break;
            }
        }
        match self.evidence.verdict() {
            Verdict::Holds => !self.evidence.is_about_absence(),
            Verdict::Broken => true,
            Verdict::Open => false,
        }
    }

    fn judgement(&self, telling: &Telling) -> Outcome {
        if let Some((from, to)) = self.gap {
            let detail = format!(
                "entries {from} to {to} are gone, so nobody can tell; ask with `since`, or raise journal.max_entries or \
                 journal.max_bytes"
            );
            let problem = Problem::conflict("journal-gap", detail);
            return Err(problem.with("from", from.into()).with("to", to.into()));
        }
        let matched = self.evidence.matched().to_vec();
        if self.evidence.verdict() == Verdict::Holds {
            return json(StatusCode::OK, &Met { seq: self.seq, matched });
        }
        let misses: Vec<Value> =
            self.evidence.near_misses().iter().map(|miss| near_miss(miss, telling)).collect();
        let problem = Problem::conflict("expectation", self.evidence.text())
            .with("seq", self.seq.into())
            .with("matched", matched.into())
            .with("near_misses", misses.into());
        Err(match self.evidence.missing_step() {
            Some(step) => problem.with("step", step.into()),
            None => problem,
        })
    }
}

fn near_miss(miss: &NearMiss, telling: &Telling) -> Value {
    let failed = miss.failed.iter().map(|failed| {
        let Failed { criterion, place, expected, got } = failed;
        let (member, name) = match place {
            Some(Place::Body(pointer)) => ("body", pointer.as_str()),
            Some(Place::Query(name)) => ("query", name.as_str()),
            Some(Place::Header(name)) => ("header", name.as_str()),
            Some(Place::Path) => ("path", ""),
            None => ("", ""),
        };
        let mut told = Map::from_iter([
            ("criterion".to_owned(), criterion.as_str().into()),
            ("expected".to_owned(), expected.clone()),
            ("got".to_owned(), telling.found(name, got)),
        ]);
        if !member.is_empty() {
            let name = if member == "path" { true.into() } else { Value::from(name) };
            told.insert(member.to_owned(), name);
        }
        Value::Object(told)
    });
    json!({ "seq": miss.seq, "failed": failed.collect::<Vec<Value>>() })
}

impl Expectation {
    fn within(&self) -> Result<Duration, Problem> {
        let Some(text) = &self.within else { return Ok(Duration::ZERO) };
        duration(text, WITHIN_MAX).ok_or_else(|| {
            let detail = format!("`{text:.80}` is no duration up to 10m; write 5s, 200ms or 2m");
            Problem::invalid(detail).at("/within")
        })
    }

    fn expected(&self) -> Result<Expected, Problem> {
        let form = ExpectForm {
            of: self.r#match.as_ref(),
            count: self.count,
            sequence: self.sequence.as_deref(),
            never: self.never.as_ref(),
        };
        let mut wrongs = Wrongs::default();
        let expected = form.read("", &mut wrongs);
        match (expected, wrongs.0.into_iter().next()) {
            (Some(expected), None) => Ok(expected),
            (_, wrong) => {
                let Wrong { pointer, text } = wrong.unwrap_or_default();
                Err(Problem::invalid(text).at(pointer))
            }
        }
    }
}
