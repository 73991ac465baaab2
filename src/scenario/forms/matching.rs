//! Which entries of the journal are meant, as it is written: `{ operation = "v2.assets.*", status = 200 }`.

use regex_lite::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::judge::{Expected, Matcher};
use crate::predicate::{Pattern, Place, Test, Where};
use crate::scenario::Wrongs;

/// Steps of a sequence, and conditions on a request.
const LIST_MAX: usize = 100;

/// How many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a number, or an object with at_least, at_most or both")]
pub enum Count {
    /// So many.
    Exactly(u64),
    /// Between two numbers.
    Between(Between),
}

/// Two numbers, either of which may be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// No fewer than these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    /// No more than these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
}

/// Which entries: those that meet every criterion that is there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MatchForm {
    /// `exchange`, `event-step`, `clock`, `verb`, ...
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What an act was called: a verb, a mark, a type of notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// An operation; its last segment may be `*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Key of a location.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// HTTP status of the answer; of a notification, what its receiver answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// `errorNumber` of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<i64>,
    /// Id of a rule that touched the call or the notification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What became of a notification after the attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<OutcomeWord>,
    /// What stands in the request; of a notification, in its body.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub r#where: Vec<WhereForm>,
}

/// What becomes of a notification after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OutcomeWord {
    /// Delivered: any status of 2xx.
    Delivered,
    /// It is tried again.
    Again,
    /// It was tried often enough, and is dropped.
    Dropped,
}

impl OutcomeWord {
    /// As it is written.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Again => "again",
            Self::Dropped => "dropped",
        }
    }
}

/// One of `body`, `query`, `header` and `path`; and one of `equals`, `matches` and `exists`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhereForm {
    /// A JSON pointer into the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// A query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// A header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// `true`: the path, without the universe's prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<bool>,
    /// This value.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// A text in which this regular expression is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
    /// Anything, or nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exists: Option<bool>,
}

/// Tells `null` from nothing.
pub(super) fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What is expected of the journal: exactly one of `match`, `sequence` and `never`, and `count` with `match` only.
#[derive(Debug, Clone, Copy)]
pub struct ExpectForm<'a> {
    /// Entries that match, as many as `count` says.
    pub of: Option<&'a MatchForm>,
    /// How many; at least one if not given.
    pub count: Option<Count>,
    /// Entries that match one after the other, whatever lies between.
    pub sequence: Option<&'a [MatchForm]>,
    /// No entry matches.
    pub never: Option<&'a MatchForm>,
}

impl ExpectForm<'_> {
    /// What it says; `at` points to where it stands.
    pub fn read(&self, at: &str, wrongs: &mut Wrongs) -> Option<Expected> {
        if self.count.is_some() && self.of.is_none() {
            return wrongs.none(format!("{at}/count"), "of what? `count` goes with `match`");
        }
        match (self.of, self.sequence, self.never) {
            (Some(of), None, None) => {
                let (at_least, at_most) = match self.count {
                    None => (1, u64::MAX),
                    Some(Count::Exactly(count)) => (count, count),
                    Some(Count::Between(Between { at_least, at_most })) => {
                        (at_least.unwrap_or(0), at_most.unwrap_or(u64::MAX))
                    }
                };
                if at_least > at_most || (at_least, at_most) == (0, u64::MAX) {
                    let text =
                        "`count` is a number, or has at_least, at_most or both, in this order";
                    return wrongs.none(format!("{at}/count"), text);
                }
                Some(Expected::Count {
                    of: of.matcher(&format!("{at}/match"), wrongs)?,
                    at_least,
                    at_most,
                })
            }
            (None, Some(steps), None) => {
                check_length(steps.len(), &format!("{at}/sequence"), wrongs)?;
                let steps: Vec<Option<Matcher>> = steps
                    .iter()
                    .enumerate()
                    .map(|(n, step)| step.matcher(&format!("{at}/sequence/{n}"), wrongs))
                    .collect();
                Some(Expected::Sequence(steps.into_iter().collect::<Option<_>>()?))
            }
            (None, None, Some(of)) => {
                Some(Expected::Never(of.matcher(&format!("{at}/never"), wrongs)?))
            }
            _ => wrongs.none(at, "say exactly one of `match`, `sequence` and `never`"),
        }
    }
}

impl MatchForm {
    /// Calls of these operations.
    pub fn operation(pattern: &str) -> Self {
        Self { operation: Some(pattern.to_owned()), ..Self::default() }
    }

    /// Which entries it means; `at` points to where it stands.
    pub fn matcher(&self, at: &str, wrongs: &mut Wrongs) -> Option<Matcher> {
        let before = wrongs.0.len();
        let operation = self.operation.as_deref();
        let operation =
            operation.and_then(|text| pattern(text, &format!("{at}/operation"), wrongs));
        if !self.r#where.is_empty() {
            check_length(self.r#where.len(), &format!("{at}/where"), wrongs)?;
        }
        let wheres = wheres(&self.r#where, &format!("{at}/where"), wrongs);
        (wrongs.0.len() == before).then(|| Matcher {
            kind: self.kind.clone(),
            name: self.name.clone(),
            operation,
            location: self.location.clone(),
            status: self.status,
            error: self.error,
            rule: self.rule.clone(),
            outcome: self.outcome.map(OutcomeWord::as_str),
            wheres,
        })
    }
}

/// Reads a name or pattern of operations.
pub(super) fn pattern(text: &str, at: &str, wrongs: &mut Wrongs) -> Option<Pattern> {
    Pattern::new(text).or_else(|| {
        let text = format!("`{text:.80}` is no operation; write v2.users.list or v2.*");
        wrongs.none(at, text)
    })
}

/// Reads conditions; those that are wrong are left out.
pub(super) fn wheres(forms: &[WhereForm], at: &str, wrongs: &mut Wrongs) -> Vec<Where> {
    let forms = forms.iter().enumerate();
    forms.filter_map(|(n, form)| form.condition(&format!("{at}/{n}"), wrongs)).collect()
}

/// Reads conditions on a notification, which has a body and nothing else.
pub(super) fn bodies(forms: &[WhereForm], at: &str, wrongs: &mut Wrongs) -> Vec<Where> {
    for (n, form) in forms.iter().enumerate() {
        let others = [
            ("query", form.query.is_some()),
            ("header", form.header.is_some()),
            ("path", form.path.is_some()),
        ];
        for (key, _) in others.iter().filter(|(_, is)| *is) {
            let text = "this is about requests; of a notification say what stands in its `body`";
            wrongs.add(format!("{at}/{n}/{key}"), text);
        }
    }
    wheres(forms, at, wrongs)
}

impl WhereForm {
    /// The condition that it says; `at` points to where it stands.
    pub fn condition(&self, at: &str, wrongs: &mut Wrongs) -> Option<Where> {
        let Self { body, query, header, path, equals, matches, exists } = self;
        let place = match (body, query, header, path) {
            (Some(body), None, None, None) if body.is_empty() || body.starts_with('/') => {
                Some(Place::Body(body.clone()))
            }
            (Some(_), None, None, None) => {
                wrongs.none(format!("{at}/body"), "a JSON pointer is empty or begins with `/`")
            }
            (None, Some(query), None, None) => Some(Place::Query(query.clone())),
            (None, None, Some(header), None) => Some(Place::Header(header.clone())),
            (None, None, None, Some(true)) => Some(Place::Path),
            _ => wrongs.none(at, "say exactly one of `body`, `query`, `header` and `path: true`"),
        };
        let test = match (equals, matches, exists) {
            (Some(value), None, None) => Some(Test::Equals(value.clone())),
            (None, Some(pattern), None) => match Regex::new(pattern) {
                Ok(pattern) => Some(Test::Matches(pattern)),
                Err(error) => {
                    let text = format!("no regular expression: {error}");
                    wrongs.none(format!("{at}/matches"), text)
                }
            },
            (None, None, Some(exists)) => Some(Test::Exists(*exists)),
            _ => wrongs.none(at, "say exactly one of `equals`, `matches` and `exists`"),
        };
        Some(Where { place: place?, test: test? })
    }
}

fn check_length(length: usize, at: &str, wrongs: &mut Wrongs) -> Option<()> {
    if (1..=LIST_MAX).contains(&length) {
        return Some(());
    }
    wrongs.none(at, format!("1 to {LIST_MAX}, not {length}"))
}
