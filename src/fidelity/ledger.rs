//! The fidelity ledger: `fixtures/ledger.toml`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// One behaviour: what quince does, and how sure anybody can be that the real service does it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Dotted, and never reused for something else.
    pub id: String,
    /// What the service does, or the question about it.
    pub behaviour: String,
    /// What quince does, and what the setting changes.
    pub default: String,
    /// The key of the setting that changes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<String>,
    /// What it rests on.
    pub evidence: Evidence,
    /// Where that stands in the fact sheets.
    pub source: String,
    /// That the real service does what quince does by default.
    pub confidence: Confidence,
}

/// What a behaviour rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The documentation says so.
    Doc,
    /// An example in the documentation shows it.
    DocEx,
    /// A client met it.
    Seen,
    /// Nobody knows.
    Guess,
}

/// That the real service does what quince does by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// It would surprise us if it didn't.
    High,
    /// It is the better reading of two.
    Medium,
    /// It had to be something.
    Low,
}

impl Evidence {
    /// As it stands in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Doc => "doc",
            Self::DocEx => "doc-ex",
            Self::Seen => "seen",
            Self::Guess => "guess",
        }
    }
}

impl Confidence {
    /// As it stands in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    entry: Vec<Entry>,
}

#[expect(clippy::expect_used, reason = "embedded; the test below reads it")]
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    toml::from_str(include_str!("../../fixtures/ledger.toml"))
        .expect("the_ledger_reads_and_its_ids_are_unique reads fixtures/ledger.toml")
});

/// Every entry, in the order of the ledger.
pub fn entries() -> &'static [Entry] {
    &TABLE.entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fidelity::settings;

    #[test]
    fn the_ledger_reads_and_its_ids_are_unique() {
        let mut ids: Vec<_> = entries().iter().map(|entry| entry.id.as_str()).collect();
        ids.sort_unstable();
        for pair in ids.windows(2) {
            assert_ne!(pair[0], pair[1]);
        }
    }

    #[test]
    fn ids_are_dotted_words_and_no_text_is_empty() {
        for entry in entries() {
            let word = |word: &str| {
                !word.is_empty()
                    && word.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
            };
            assert!(entry.id.contains('.') && entry.id.split('.').all(word), "{}", entry.id);
            for text in [&entry.behaviour, &entry.default] {
                assert!(text.ends_with('.') && text.len() > 1, "{}: {text}", entry.id);
            }
            assert!(!entry.source.is_empty(), "{}", entry.id);
        }
    }

    #[test]
    fn an_entry_of_a_setting_is_about_that_setting() {
        for row in settings() {
            let entry = entries().iter().find(|entry| entry.id == row.ledger);
            assert_eq!(
                entry.and_then(|entry| entry.setting.as_ref()),
                Some(&row.key),
                "the entry {} of setting {}",
                row.ledger,
                row.key
            );
        }
    }

    #[test]
    fn a_setting_that_an_entry_names_exists() {
        for entry in entries() {
            if let Some(key) = &entry.setting {
                assert!(settings().iter().any(|row| row.key == *key), "{}: {key}", entry.id);
            }
        }
    }
}
