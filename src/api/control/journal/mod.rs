//! The journal of a universe: read, waited for, streamed, exported, judged.
//!
//! * [`view`]: entries as JSON; [`har`]: as HAR.
//! * [`watch`]: waiting for more. [`stream`]: server-sent events. [`expect`]: expectations.
//!
//! Who reads takes no turn, but time goes on: what is due by the clock is done before the journal is looked at.
//! No reader keeps a universe alive. Not here: what of an exchange is told (`telling`).

pub mod expect;
pub mod har;
pub mod stream;
pub mod view;
pub mod watch;

use std::time::Duration;

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use self::view::{EntryView, Line};
use self::watch::Watcher;
use super::ask::json;
use super::routes::{Parameter, Takes};
use super::{Ask, Outcome, Problem};
use crate::engine::Universe;
use crate::journal::{Entry, Journal, What};
use crate::predicate::Pattern;
use crate::sim::date;
use crate::telling::Telling;

/// The query parameters; the first three select entries.
pub const QUERY: &[Parameter] = &[
    Parameter {
        name: "since",
        takes: Takes::Integer(0, 9_007_199_254_740_991),
        says: "Only entries after this number.",
    },
    Parameter {
        name: "operation",
        takes: Takes::Text,
        says: "Only this operation; `v2.*` for all of a surface.",
    },
    Parameter { name: "kind", takes: Takes::Text, says: "Only entries of this kind." },
    Parameter { name: "limit", takes: Takes::Integer(1, 100_000), says: "At most so many." },
    Parameter { name: "wait", takes: Takes::Text, says: "Waits so long for an entry, such as 5s." },
    Parameter {
        name: "canonical",
        takes: Takes::Words(&["true", "false"]),
        says: "The form that is the same on every machine.",
    },
    Parameter {
        name: "format",
        takes: Takes::Words(&["json", "har"]),
        says: "As JSON, or as HAR 1.2.",
    },
];

/// Entries that one answer tells unless asked for more or less.
const LIMIT: usize = 1_000;

/// Entries that one answer tells at most.
const LIMIT_MAX: usize = 1_000_000;

/// How long a reader waits at most.
const WAIT_MAX: Duration = Duration::from_mins(1);

/// A reading of the journal.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reading {
    /// Entries in the order of their numbers; before them a gap, if some that were asked for are gone.
    pub entries: Vec<Line>,
    /// `since` of the next reading: the number up to which this one has looked.
    pub last: u64,
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    operation: Option<Pattern>,
    kind: Option<String>,
}

impl Selection {
    /// What the query says.
    pub fn read(ask: &Ask<'_>) -> Result<Self, Problem> {
        let operation = ask.query("operation").map(|text| {
            Pattern::new(text)
                .ok_or_else(|| bad("operation", text, "a name such as v2.users.list or v2.*"))
        });
        Ok(Self { operation: operation.transpose()?, kind: ask.query("kind").map(str::to_owned) })
    }

    /// Whether an entry is wanted.
    pub fn wants(&self, entry: &Entry) -> bool {
        let operation_fits = |pattern: &Pattern| match &entry.what {
            What::Exchange(exchange) => pattern.fits(exchange.operation),
            What::Event(_) | What::Act(_) => false,
        };
        self.kind.as_ref().is_none_or(|kind| kind == entry.kind())
            && self.operation.as_ref().is_none_or(operation_fits)
    }
}

/// How a universe wants its entries told.
pub fn telling(universe: &Universe, canonical: bool, base_url: &str) -> Telling {
    let redact = canonical || universe.settings().journal_redact;
    Telling { redact, canonical, ..Telling::canonical(universe.id(), base_url) }
}

/// Whether an entry waits for its answer.
pub fn is_in_flight(entry: &Entry) -> bool {
    matches!(&entry.what, What::Exchange(exchange) if exchange.answer.get().is_none())
}

/// What came of a look at the journal.
struct Found {
    gap: Option<(u64, u64)>,
    entries: Vec<Entry>,
    last: u64,
}

/// What a reader asks for.
struct Wanted {
    since: Option<u64>,
    limit: usize,
    selection: Selection,
}

impl Wanted {
    fn since(&self, journal: &Journal) -> u64 {
        self.since.unwrap_or_else(|| journal.begin())
    }

    /// Whether there is something to tell, and none of it waits for its answer.
    fn is_there(&self, journal: &Journal) -> bool {
        let since = self.since(journal);
        let entries = journal.after(since).filter(|entry| self.selection.wants(entry));
        let mut entries = entries.take(self.limit).peekable();
        journal.gap(since).is_some() || (entries.peek().is_some() && !entries.any(is_in_flight))
    }

    fn find(&self, journal: &Journal) -> Found {
        let since = self.since(journal);
        let wanted = journal.after(since).filter(|entry| self.selection.wants(entry));
        let entries: Vec<Entry> = wanted.take(self.limit).cloned().collect();
        let cut = entries.last().filter(|_| entries.len() == self.limit);
        let last = cut.map_or(journal.last(), |entry| entry.seq);
        Found { gap: journal.gap(since), last, entries }
    }
}

/// `GET /universes/{u}/journal`
pub async fn get(ask: Ask<'_>) -> Outcome {
    ask.only(&["since", "operation", "kind", "limit", "wait", "canonical", "format"])?;
    let is_har = one_of(&ask, "format", &["json", "har"])? == Some("har");
    let canonical = one_of(&ask, "canonical", &["false", "true"])? == Some("true");
    let limit = number(&ask, "limit", 1, LIMIT_MAX as u64)?;
    let wanted = Wanted {
        since: number(&ask, "since", 0, u64::MAX)?,
        limit: match limit {
            Some(limit) => usize::try_from(limit).unwrap_or(LIMIT_MAX),
            None if is_har => LIMIT_MAX,
            None => LIMIT,
        },
        selection: Selection::read(&ask)?,
    };
    let wait = match ask.query("wait") {
        Some(text) => duration(text, WAIT_MAX)
            .ok_or_else(|| bad("wait", text, "a duration up to 60s, such as 5s"))?,
        None => Duration::ZERO,
    };
    let universe = ask.universe()?;
    let telling = telling(&universe, canonical, ask.base_url);
    let mut watcher = Watcher::new(&universe);
    drop(universe);
    watcher.until(wait, |universe| universe.with_journal(|journal| wanted.is_there(journal))).await;
    let found = watcher.universe()?.with_journal(|journal| wanted.find(journal));
    if is_har {
        return json(StatusCode::OK, &har::of(&found.entries, found.gap, &telling));
    }
    let gap = found.gap.map(|gap| Line::Gap(gap.into()));
    let entries = found.entries.iter().map(|entry| EntryView::of(entry, &telling));
    let entries = gap.into_iter().chain(entries.map(|entry| Line::Entry(Box::new(entry))));
    json(StatusCode::OK, &Reading { entries: entries.collect(), last: found.last })
}

/// A real duration up to `most`.
fn duration(text: &str, most: Duration) -> Option<Duration> {
    let span = date::parse_span(text)?;
    Some(Duration::from_millis(u64::try_from(span.0).ok()?)).filter(|span| *span <= most)
}

/// A number of the query.
fn number(ask: &Ask<'_>, name: &str, low: u64, high: u64) -> Result<Option<u64>, Problem> {
    let Some(text) = ask.query(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| (low..=high).contains(number));
    let wanted = if high == u64::MAX {
        format!("a number from {low}")
    } else {
        format!("a number from {low} to {high}")
    };
    number.map(Some).ok_or_else(|| bad(name, text, &wanted))
}

/// A word of the query.
fn one_of<'a>(
    ask: &Ask<'_>,
    name: &str,
    words: &'a [&'static str],
) -> Result<Option<&'a str>, Problem> {
    let Some(text) = ask.query(name) else { return Ok(None) };
    let word = words.iter().find(|word| **word == text).copied();
    word.map(Some).ok_or_else(|| bad(name, text, &words.join(" or ")))
}

fn bad(name: &str, text: &str, wanted: &str) -> Problem {
    Problem::invalid(format!(
        "query parameter `{name}` does not take `{text:.80}`; it takes {wanted}"
    ))
}
