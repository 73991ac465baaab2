//! Changes of an answer, as they are written.

use std::collections::BTreeMap;
use std::ops::Not;

use http::{HeaderName, HeaderValue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::matching::given;
use super::read::{LIST_MAX, escaped, length, number, quoted, virtual_span};
use crate::faults::{AnswerChange, Patch, RetryAfter};
use crate::scenario::Wrongs;

/// What becomes of an answer. With `status`, `error` or `body` another one comes in place of the service's own, and the
/// call is not applied unless `applied` says so; else the service's own is changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerForm {
    /// Another status. Alone, it brings the surface's own error body of that status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The surface's error of this number, with its status and text; `status` wins over the number's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<u16>,
    /// Just the status, without the surface's body.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub raw: bool,
    /// Whether the call is applied although the answer says otherwise.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub applied: bool,
    /// Another body: JSON, or a text as it is.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// `Retry-After`: how long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<String>,
    /// `Retry-After`: how it is told; in seconds if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_form: Option<RetryAfterForm>,
    /// Headers that get another value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Headers that go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_headers: Vec<String>,
    /// Changes of a JSON body, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patch: Vec<PatchForm>,
    /// Short for patches that add: JSON pointer and value.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub add: BTreeMap<String, Value>,
    /// Short for patches that remove: JSON pointers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drop: Vec<String>,
}

/// How `Retry-After` is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RetryAfterForm {
    /// A number of seconds.
    Seconds,
    /// A date.
    HttpDate,
    /// Not at all, though the error has it by itself.
    Absent,
}

/// A change of a JSON body (RFC 6902). One whose place is not there changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchForm {
    /// What happens.
    pub op: PatchWord,
    /// Where: a JSON pointer.
    pub path: String,
    /// What is added, or put in place of what is there.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// What a patch does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PatchWord {
    /// A member or an element is added; a member that is there gets the value.
    Add,
    /// A value is replaced.
    Replace,
    /// A member or an element goes.
    Remove,
}

impl AnswerForm {
    /// What it says; `at` points to where it stands.
    pub fn change(&self, at: &str, wrongs: &mut Wrongs) -> Option<AnswerChange> {
        let before = wrongs.0.len();
        let place = |key: &str| format!("{at}/{key}");
        if *self == Self::default() {
            let text = "what about the answer? say status, error, body, headers, patch, ...";
            return wrongs.none(at, text);
        }
        if let Some(status) = self.status {
            number(status.into(), 200, 599, &place("status"), wrongs);
        }
        if let Some(error) = self.error {
            number(error.into(), 1, u16::MAX.into(), &place("error"), wrongs);
        }
        if self.raw && self.status.is_none() {
            wrongs.add(place("raw"), "a raw answer is a `status` without a body: say which");
        } else if self.raw && (self.error.is_some() || self.body.is_some()) {
            wrongs.add(place("raw"), "a raw answer has no body: say no `error` and no `body`");
        }
        if self.error.is_some() && self.body.is_some() {
            wrongs.add(place("body"), "`error` brings its own body; say only one of them");
        }
        let change = AnswerChange {
            status: self.status,
            error: self.error,
            raw: self.raw,
            applied: self.applied,
            body: self.body.clone(),
            retry_after: self.retry_after(at, wrongs),
            headers: self.headers(at, wrongs),
            patch: self.patches(at, wrongs),
        };
        if self.applied && !change.replaces() {
            let text = "it goes with `status`, `error` or `body`; without them the call is applied";
            wrongs.add(place("applied"), text);
        }
        (wrongs.0.len() == before).then_some(change)
    }

    fn retry_after(&self, at: &str, wrongs: &mut Wrongs) -> Option<RetryAfter> {
        let form = self.retry_after_form;
        let Some(text) = &self.retry_after else {
            return match form? {
                RetryAfterForm::Absent => Some(RetryAfter::Absent),
                RetryAfterForm::Seconds | RetryAfterForm::HttpDate => {
                    let text = "after how long? say `retry_after`, such as \"2s\"";
                    wrongs.none(format!("{at}/retry_after_form"), text)
                }
            };
        };
        let span = virtual_span(text, &format!("{at}/retry_after"), wrongs)?;
        match form.unwrap_or(RetryAfterForm::Seconds) {
            RetryAfterForm::Seconds => Some(RetryAfter::Seconds(span)),
            RetryAfterForm::HttpDate => Some(RetryAfter::Date(span)),
            RetryAfterForm::Absent => {
                let text = "`retry_after` says how long, `absent` says not to tell: one of them";
                wrongs.none(format!("{at}/retry_after_form"), text)
            }
        }
    }

    fn headers(&self, at: &str, wrongs: &mut Wrongs) -> Vec<(String, Option<String>)> {
        let count = self.headers.len() + self.without_headers.len();
        if length(count, LIST_MAX, &format!("{at}/headers"), wrongs).is_none() {
            return Vec::new();
        }
        let mut headers = Vec::new();
        for (name, value) in &self.headers {
            let place = format!("{at}/headers/{}", escaped(name));
            if HeaderValue::from_str(value).is_err() {
                wrongs.add(&place, format!("{} is no value of a header", quoted(value)));
            }
            check_header(name, &place, wrongs);
            headers.push((name.clone(), Some(value.clone())));
        }
        for (n, name) in self.without_headers.iter().enumerate() {
            check_header(name, &format!("{at}/without_headers/{n}"), wrongs);
            headers.push((name.clone(), None));
        }
        headers
    }

    fn patches(&self, at: &str, wrongs: &mut Wrongs) -> Vec<Patch> {
        let count = self.patch.len() + self.add.len() + self.drop.len();
        if length(count, LIST_MAX, &format!("{at}/patch"), wrongs).is_none() {
            return Vec::new();
        }
        let mut patches = Vec::new();
        for (n, form) in self.patch.iter().enumerate() {
            patches.extend(form.patch(&format!("{at}/patch/{n}"), wrongs));
        }
        for (path, value) in &self.add {
            check_pointer(path, &format!("{at}/add/{}", escaped(path)), wrongs);
            patches.push(Patch::Add(path.clone(), value.clone()));
        }
        for (n, path) in self.drop.iter().enumerate() {
            check_pointer(path, &format!("{at}/drop/{n}"), wrongs);
            patches.push(Patch::Remove(path.clone()));
        }
        patches
    }
}

impl PatchForm {
    fn patch(&self, at: &str, wrongs: &mut Wrongs) -> Option<Patch> {
        let Self { op, path, value } = self;
        check_pointer(path, &format!("{at}/path"), wrongs);
        match (op, value) {
            (PatchWord::Add, Some(value)) => Some(Patch::Add(path.clone(), value.clone())),
            (PatchWord::Replace, Some(value)) => Some(Patch::Replace(path.clone(), value.clone())),
            (PatchWord::Remove, None) => Some(Patch::Remove(path.clone())),
            (PatchWord::Remove, Some(_)) => {
                wrongs.none(format!("{at}/value"), "what is removed needs no `value`")
            }
            (PatchWord::Add | PatchWord::Replace, None) => {
                wrongs.none(at, "which value? `add` and `replace` need `value`")
            }
        }
    }
}

fn check_header(name: &str, at: &str, wrongs: &mut Wrongs) {
    match HeaderName::from_bytes(name.as_bytes()) {
        Err(_) => wrongs.add(at, format!("{} is no name of a header", quoted(name))),
        Ok(http::header::CONTENT_LENGTH | http::header::TRANSFER_ENCODING) => {
            let text = format!("`{name}` belongs to the wire; `cut` breaks off what was announced");
            wrongs.add(at, text);
        }
        Ok(_) => {}
    }
}

fn check_pointer(path: &str, at: &str, wrongs: &mut Wrongs) {
    if !path.is_empty() && !path.starts_with('/') {
        let text = format!("{} is no JSON pointer; write \"/{path:.60}\"", quoted(path));
        wrongs.add(at, text);
    }
}
