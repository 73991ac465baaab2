//! Rules: listed with their counters, added, replaced, taken away.

use std::borrow::Cow;
use std::sync::Arc;

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::ask::json;
use super::{Ask, Outcome, Problem};
use crate::engine::Turn;
use crate::faults::{Rule, Standing};
use crate::nearest::nearest;
use crate::scenario::forms::RuleForm;
use crate::scenario::{Wrong, Wrongs};

/// A rule with its counters.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RuleView {
    /// As it was written.
    #[serde(flatten)]
    written: Map<String, Value>,
    /// How often it fired.
    fired: u64,
    /// How many calls met everything but `nth` and its like, and `odds`.
    matched: u64,
}

/// The rules of a universe.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RuleList {
    /// Number of the latest journal entry.
    seq: u64,
    /// In the order in which they apply.
    rules: Vec<RuleView>,
}

/// A rule that was read or taken.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RuleAt {
    /// Number of the journal entry that says so; of the latest one if the rule was only read.
    seq: u64,
    /// The rule.
    rule: RuleView,
}

impl RuleView {
    fn of(standing: &Standing) -> Self {
        let written = match &standing.rule.written {
            Value::Object(members) => members.clone(),
            // Rules are objects, however they came.
            other => Map::from_iter([("written".to_owned(), other.clone())]),
        };
        Self { written, fired: standing.fired, matched: standing.matched }
    }
}

/// Reads a rule; what is wrong with it is told with a pointer, all of it in the text.
fn read(form: &RuleForm, at: &str, wrongs: &mut Wrongs) -> Option<Arc<Rule>> {
    form.rule(at, wrongs).map(Arc::new)
}

fn refused(wrongs: Wrongs) -> Problem {
    let texts: Vec<String> = match wrongs.0.as_slice() {
        [only] => vec![only.text.clone()],
        several => several.iter().map(ToString::to_string).collect(),
    };
    let Wrong { pointer, .. } = wrongs.0.into_iter().next().unwrap_or_default();
    Problem::invalid(texts.join("\n")).at(pointer)
}

/// Reads the rules that a universe is to begin with.
pub(super) fn read_all(forms: &[RuleForm], at: &str) -> Result<Vec<Arc<Rule>>, Problem> {
    let mut wrongs = Wrongs::default();
    let forms = forms.iter().enumerate();
    let rules =
        forms.filter_map(|(n, form)| read(form, &format!("{at}/{n}"), &mut wrongs)).collect();
    if wrongs.0.is_empty() { Ok(rules) } else { Err(refused(wrongs)) }
}

fn of_body(ask: &Ask<'_>) -> Result<Arc<Rule>, Problem> {
    let mut wrongs = Wrongs::default();
    read(&ask.body::<RuleForm>()?, "", &mut wrongs).ok_or_else(|| refused(wrongs))
}

/// A name in a path, in which other letters than plain ones are written as bytes: a slash as `%2F`.
pub(super) fn decoded(written: &str) -> Cow<'_, str> {
    if !written.contains('%') {
        return written.into();
    }
    let bytes = written.as_bytes();
    let digit = |place: usize| char::from(*bytes.get(place)?).to_digit(16);
    let (mut read, mut place) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(place) {
        if let (b'%', Some(high), Some(low)) = (byte, digit(place + 1), digit(place + 2)) {
            read.push((high * 16 + low) as u8);
            place += 3;
        } else {
            read.push(*byte);
            place += 1;
        }
    }
    String::from_utf8_lossy(&read).into_owned().into()
}

fn no_such(turn: &Turn<'_>, id: &str) -> Problem {
    let known = turn.rules().list().iter().map(|standing| &*standing.rule.id);
    let detail = match nearest(id, known) {
        Some(near) => format!("there is no rule `{id:.80}`; did you mean `{near}`?"),
        None => format!("there is no rule `{id:.80}`"),
    };
    Problem::not_found("rule", detail)
}

fn find(turn: &Turn<'_>, id: &str) -> Result<RuleView, Problem> {
    turn.rules().get(id).map(RuleView::of).ok_or_else(|| no_such(turn, id))
}

/// `GET /universes/{u}/rules`
pub async fn list(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let list = ask.universe()?.turn(|turn| {
        let rules = turn.rules().list().iter().map(RuleView::of).collect();
        RuleList { seq: turn.seq(), rules }
    });
    json(StatusCode::OK, &list?)
}

/// `POST /universes/{u}/rules`
pub async fn add(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let rule = of_body(&ask)?;
    let added = universe.turn(|turn| {
        turn.rules_mut()
            .insert(Arc::clone(&rule))
            .map_err(|error| Problem::from(error).at("/id"))?;
        let seq = turn.note("rule", &rule.id, format!("rule {} added", rule.id));
        Ok::<_, Problem>(RuleAt { seq, rule: find(turn, &rule.id)? })
    });
    json(StatusCode::CREATED, &added??)
}

/// `GET /universes/{u}/rules/{id}`
pub async fn get(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let id = decoded(ask.parameter("id"));
    let found = ask
        .universe()?
        .turn(|turn| Ok::<_, Problem>(RuleAt { seq: turn.seq(), rule: find(turn, &id)? }));
    json(StatusCode::OK, &found??)
}

/// `PUT /universes/{u}/rules/{id}`
pub async fn put(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let universe = ask.universe()?;
    let rule = of_body(&ask)?;
    let id = decoded(ask.parameter("id"));
    if *rule.id != *id {
        let detail = format!("the path says `{id:.80}`, the body `{}`", rule.id);
        return Err(Problem::invalid(detail).at("/id"));
    }
    let put = universe.turn(|turn| {
        let was_there = turn.rules_mut().upsert(Arc::clone(&rule))?;
        let what = if was_there { "replaced" } else { "added" };
        let seq = turn.note("rule", &rule.id, format!("rule {} {what}", rule.id));
        Ok::<_, Problem>(RuleAt { seq, rule: find(turn, &rule.id)? })
    });
    json(StatusCode::OK, &put??)
}

/// `DELETE /universes/{u}/rules/{id}`
pub async fn remove(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let id = decoded(ask.parameter("id"));
    let gone = ask.universe()?.turn(|turn| {
        if turn.rules_mut().remove(&id).is_none() {
            return Err(no_such(turn, &id));
        }
        Ok(super::universes::Done { seq: turn.note("rule", &id, format!("rule {id} removed")) })
    });
    json(StatusCode::OK, &gone??)
}
