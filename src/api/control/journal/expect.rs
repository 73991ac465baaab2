//! Expectations: judged over a journal, at once or as soon as they can be.

use std::time::Duration;

use http::StatusCode;
use regex_lite::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use super::duration;
use super::telling::Telling;
use super::watch::Watcher;
use crate::api::control::ask::json;
use crate::api::control::{Ask, Outcome, Problem};
use crate::engine::Universe;
use crate::journal::Entry;
use crate::judge::{
    Evidence, Expected, Failed, Matcher, NearMiss, Pattern, Place, Test, Verdict, Where,
};

/// How long an expectation is waited for at most.
const WITHIN_MAX: Duration = Duration::from_mins(10);

/// Steps of a sequence, and conditions on a request.
const LIST_MAX: usize = 100;

/// Entries that are taken under one lock.
const BATCH: usize = 512;

/// What is expected: exactly one of `match`, `sequence` and `never`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Entries that match, as many as `count` says.
    pub r#match: Option<MatchBody>,
    /// How many; at least one if not given.
    pub count: Option<Count>,
    /// Entries that match one after the other, whatever lies between.
    pub sequence: Option<Vec<MatchBody>>,
    /// No entry matches.
    pub never: Option<MatchBody>,
    /// Only entries after this number; all since the beginning of the journal if not given.
    pub since: Option<u64>,
    /// How long to wait for it in real time, such as `5s`; not at all if not given.
    pub within: Option<String>,
}

/// How many.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a number, or an object with at_least, at_most or both")]
pub enum Count {
    /// So many.
    Exactly(u64),
    /// Between two numbers.
    Between(Between),
}

/// Two numbers, either of which may be left out.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// No fewer than these.
    pub at_least: Option<u64>,
    /// No more than these.
    pub at_most: Option<u64>,
}

/// Which entries: those that meet every criterion that is there.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchBody {
    /// `exchange`, `event-step`, `clock`, `verb`, ...
    pub kind: Option<String>,
    /// An operation; its last segment may be `*`.
    pub operation: Option<String>,
    /// Key of a location.
    pub location: Option<String>,
    /// HTTP status of the answer.
    pub status: Option<u16>,
    /// `errorNumber` of the answer.
    pub error: Option<i64>,
    /// Id of a rule that touched the call.
    pub rule: Option<String>,
    /// What stands in the request.
    #[serde(default)]
    pub r#where: Vec<WhereBody>,
}

/// One of `body`, `query`, `header` and `path`; and one of `equals`, `matches` and `exists`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhereBody {
    /// A JSON pointer into the body.
    pub body: Option<String>,
    /// A query parameter.
    pub query: Option<String>,
    /// A header.
    pub header: Option<String>,
    /// `true`: the path, without the universe's prefix.
    pub path: Option<bool>,
    /// This value.
    #[serde(default, deserialize_with = "given")]
    pub equals: Option<Value>,
    /// A text in which this regular expression is found.
    pub matches: Option<String>,
    /// Anything, or nothing.
    pub exists: Option<bool>,
}

/// It is as expected.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Met {
    /// Number of the latest entry that was looked at.
    pub seq: u64,
    /// Numbers of the entries that match.
    pub matched: Vec<u64>,
}

/// Tells `null` from nothing.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// `POST /universes/{u}/journal/expect`
pub async fn post(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let body: Expectation = ask.body()?;
    let (since, within) = (body.since, body.within()?);
    let universe = ask.universe()?;
    let telling = Telling::new(&universe, false, ask.base_url);
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
        let matched = self.evidence.matched();
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

    fn expected(self) -> Result<Expected, Problem> {
        if let Some(count) = self.count
            && self.r#match.is_none()
        {
            let detail = format!("{count:?} of what? `count` goes with `match`");
            return Err(Problem::invalid(detail).at("/count"));
        }
        match (self.r#match, self.sequence, self.never) {
            (Some(of), None, None) => {
                let (at_least, at_most) = match self.count {
                    None => (1, u64::MAX),
                    Some(Count::Exactly(count)) => (count, count),
                    Some(Count::Between(Between { at_least, at_most })) => {
                        (at_least.unwrap_or(0), at_most.unwrap_or(u64::MAX))
                    }
                };
                if at_least > at_most || (at_least, at_most) == (0, u64::MAX) {
                    let detail =
                        "`count` is a number, or has at_least, at_most or both, in this order";
                    return Err(Problem::invalid(detail).at("/count"));
                }
                Ok(Expected::Count { of: of.matcher("/match")?, at_least, at_most })
            }
            (None, Some(steps), None) => {
                check_length(steps.len(), "/sequence")?;
                let steps = steps.into_iter().enumerate();
                let steps = steps.map(|(n, step)| step.matcher(&format!("/sequence/{n}")));
                Ok(Expected::Sequence(steps.collect::<Result<_, _>>()?))
            }
            (None, None, Some(of)) => Ok(Expected::Never(of.matcher("/never")?)),
            _ => {
                let detail = "say exactly one of `match`, `sequence` and `never`";
                Err(Problem::invalid(detail).at(""))
            }
        }
    }
}

impl MatchBody {
    fn matcher(self, pointer: &str) -> Result<Matcher, Problem> {
        let operation = self.operation.map(|text| {
            Pattern::new(&text).ok_or_else(|| {
                let detail = format!("`{text:.80}` is no operation; write v2.users.list or v2.*");
                Problem::invalid(detail).at(format!("{pointer}/operation"))
            })
        });
        if self.r#where.len() > LIST_MAX {
            check_length(self.r#where.len(), &format!("{pointer}/where"))?;
        }
        let wheres = self.r#where.into_iter().enumerate();
        let wheres = wheres.map(|(n, body)| body.condition(&format!("{pointer}/where/{n}")));
        Ok(Matcher {
            kind: self.kind,
            operation: operation.transpose()?,
            location: self.location,
            status: self.status,
            error: self.error,
            rule: self.rule,
            wheres: wheres.collect::<Result<_, _>>()?,
        })
    }
}

impl WhereBody {
    fn condition(self, pointer: &str) -> Result<Where, Problem> {
        let invalid = |detail: &str, member: &str| {
            Err(Problem::invalid(detail).at(format!("{pointer}{member}")))
        };
        let place = match (self.body, self.query, self.header, self.path) {
            (Some(body), None, None, None) if body.is_empty() || body.starts_with('/') => {
                Place::Body(body)
            }
            (Some(_), None, None, None) => {
                return invalid("a JSON pointer is empty or begins with `/`", "/body");
            }
            (None, Some(query), None, None) => Place::Query(query),
            (None, None, Some(header), None) => Place::Header(header),
            (None, None, None, Some(true)) => Place::Path,
            _ => {
                return invalid(
                    "say exactly one of `body`, `query`, `header` and `path: true`",
                    "",
                );
            }
        };
        let test = match (self.equals, self.matches, self.exists) {
            (Some(value), None, None) => Test::Equals(value),
            (None, Some(pattern), None) => match Regex::new(&pattern) {
                Ok(pattern) => Test::Matches(pattern),
                Err(error) => return invalid(&error.to_string(), "/matches"),
            },
            (None, None, Some(exists)) => Test::Exists(exists),
            _ => return invalid("say exactly one of `equals`, `matches` and `exists`", ""),
        };
        Ok(Where { place, test })
    }
}

fn check_length(length: usize, pointer: &str) -> Result<(), Problem> {
    if (1..=LIST_MAX).contains(&length) {
        return Ok(());
    }
    Err(Problem::invalid(format!("1 to {LIST_MAX}, not {length}")).at(pointer))
}
