//! The gate, as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::matching::pattern;
use super::read::{LIST_MAX, dotted, length, quoted};
use crate::judge::{Budget, Gate, Policy, Unfired};
use crate::predicate::Pattern;
use crate::scenario::Wrongs;

/// Letters of the name of a conversation.
const CONVERSATION_MAX: usize = 100;

/// What fails the run besides its expectations.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateForm {
    /// Calls that no `wait`, `on`, `expect` or `allow` is about; `allow` if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unexpected_calls: Option<PolicyWord>,
    /// Rules that never fired and are not optional; `fail` if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unfired_rules: Option<PolicyWord>,
    /// Lints; `allow` if not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lints: Option<PolicyWord>,
    /// Operations that are expected though nothing else is about them; the last segment may be `*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
    /// Operations that may not be called; the last segment may be `*`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forbid: Vec<String>,
    /// How much the client may call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<BudgetForm>,
    /// Name of the golden record of what the client sent, next to the scenario's file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
}

/// Whether something fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PolicyWord {
    /// It does.
    Fail,
    /// It does not.
    Allow,
}

/// How much the client may call: at most so many.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetForm {
    /// Calls in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls: Option<u64>,
    /// Calls by operation, whose last segment may be `*`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub per_operation: BTreeMap<String, Value>,
    /// How often one and the same request may come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeated: Option<u64>,
}

impl PolicyWord {
    const fn policy(self) -> Policy {
        match self {
            Self::Fail => Policy::Fail,
            Self::Allow => Policy::Allow,
        }
    }
}

impl GateForm {
    /// The gate that it says; `at` points to where it stands.
    pub fn gate(&self, at: &str, wrongs: &mut Wrongs) -> Option<Gate> {
        let before = wrongs.0.len();
        let place = |key: &str| format!("{at}/{key}");
        let policy =
            |word: Option<PolicyWord>| word.map_or_else(Policy::default, PolicyWord::policy);
        let gate = Gate {
            unexpected_calls: policy(self.unexpected_calls),
            allow: patterns(&self.allow, &place("allow"), wrongs),
            forbid: patterns(&self.forbid, &place("forbid"), wrongs),
            unfired_rules: match self.unfired_rules {
                Some(PolicyWord::Allow) => Unfired::Allow,
                Some(PolicyWord::Fail) | None => Unfired::Fail,
            },
            lints: policy(self.lints),
            budget: match &self.budget {
                Some(form) => form.budget(&place("budget"), wrongs),
                None => Budget::default(),
            },
            conversation: self.conversation.clone(),
        };
        if let Some(name) = &self.conversation {
            check_conversation(name, &place("conversation"), wrongs);
        }
        (wrongs.0.len() == before).then_some(gate)
    }
}

impl BudgetForm {
    fn budget(&self, at: &str, wrongs: &mut Wrongs) -> Budget {
        let mut per_operation = Vec::new();
        for (key, place, value) in
            dotted(&self.per_operation, &format!("{at}/per_operation"), wrongs)
        {
            let operation = pattern(&key, &place, wrongs);
            let Some(count) = value.as_u64() else {
                wrongs.add(place, format!("how many calls of {key}? write a number from 0"));
                continue;
            };
            per_operation.extend(operation.map(|operation| (operation, count)));
        }
        Budget { calls: self.calls, per_operation, repeated: self.repeated }
    }
}

fn patterns(texts: &[String], at: &str, wrongs: &mut Wrongs) -> Vec<Pattern> {
    if length(texts.len(), LIST_MAX, at, wrongs).is_none() {
        return Vec::new();
    }
    let texts = texts.iter().enumerate();
    texts.filter_map(|(n, text)| pattern(text, &format!("{at}/{n}"), wrongs)).collect()
}

/// The name becomes a file's: no way out of its folder.
fn check_conversation(name: &str, at: &str, wrongs: &mut Wrongs) {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let fits = (1..=CONVERSATION_MAX).contains(&name.len())
        && name.bytes().all(letter)
        && !name.starts_with('.');
    if !fits {
        let text = format!(
            "{} is no name of a conversation; it becomes a file next to the scenario's: letters, \
             digits, `-`, `_` and `.` only, such as \"late-partial\"",
            quoted(name)
        );
        wrongs.add(at, text);
    }
}
