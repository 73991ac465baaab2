//! The ledger as text for people and as JSON for programs.

use std::fmt::Write;

use serde::Serialize;

use super::ledger::{Entry, entries};
use super::profiles::{SettingRow, settings};

/// The parts of the ledger: how the ids in it begin, and what it is called. The first that fits counts.
const GROUPS: [(&str, &str); 19] = [
    ("v2.conflict.", "Where the documentation of v2 differs from itself or from what clients met"),
    ("v2.question.", "What the documentation of v2 leaves open"),
    ("v2.lint.", "What the journal notes about doubtful requests to v2"),
    ("v2.", "More about v2"),
    ("subscriptions.question.", "What the documentation of subscriptions leaves open"),
    ("subscriptions.", "More about subscriptions"),
    ("v1.conflict.", "Where sources of the older API, v1, differ"),
    ("v1.question.", "What sources of v1 leave open"),
    ("v1.", "More about v1"),
    ("metadata.question.", "What is open about the catalog and the lookup"),
    ("catalog.", "More about the catalog"),
    ("applivery.", "Applivery's MDM users"),
    ("token.", "Tokens"),
    ("bounds.", "Bounds"),
    ("clock.", "Clocks"),
    ("http.", "HTTP"),
    ("quince.", "What only quince has"),
    ("setting.", "More settings"),
    ("verb.", "Verbs: what happens past an MDM"),
];

/// The index of the part that an entry belongs to.
fn group(entry: &Entry) -> Option<usize> {
    GROUPS.iter().position(|(prefix, _)| entry.id.starts_with(prefix))
}

/// The whole ledger, one line a fact, not wrapped to any width.
pub fn to_text() -> String {
    let mut text = String::new();
    for (index, (_, title)) in GROUPS.iter().enumerate() {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{title}\n");
        for entry in entries().iter().filter(|entry| group(entry) == Some(index)) {
            let _ = writeln!(text, "  {}", entry.id);
            let _ = writeln!(text, "    behaviour   {}", entry.behaviour);
            let _ = writeln!(text, "    quince      {}", entry.default);
            for row in settings().iter().filter(|row| Some(&row.key) == entry.setting.as_ref()) {
                let _ = writeln!(text, "    setting     {}", choice(row));
            }
            let _ = writeln!(
                text,
                "    evidence    {}, confidence {}, {}\n",
                entry.evidence.as_str(),
                entry.confidence.as_str(),
                entry.source
            );
        }
    }
    text
}

/// A setting with what it takes, and its values.
fn choice(row: &SettingRow) -> String {
    let SettingRow { key, takes, observed, documented, .. } = row;
    format!("{key}={takes} (observed: {observed}, documented: {documented})")
}

/// What `to_json` writes.
#[derive(Serialize)]
struct Document {
    schema: &'static str,
    entries: &'static [Entry],
    settings: &'static [SettingRow],
}

/// The whole ledger and the settings, with members in the order of the tables.
#[expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "texts and lists of texts; the test below writes them"
)]
pub fn to_json() -> String {
    let document = Document { schema: "quince.ledger/1", entries: entries(), settings: settings() };
    let mut json = serde_json::to_string_pretty(&document)
        .expect("the_json_has_every_entry_and_setting writes the tables");
    json.push('\n');
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stand_together_with_their_group() {
        let groups: Vec<_> = entries().iter().map(|entry| (group(entry), &entry.id)).collect();
        assert!(groups.iter().all(|(group, _)| group.is_some()), "{groups:?}");
        assert!(groups.is_sorted_by_key(|(group, _)| group), "{groups:?}");
    }

    #[test]
    fn the_text_has_every_entry_and_setting_once() {
        let text = to_text();
        for entry in entries() {
            assert_eq!(text.matches(&format!("  {}\n", entry.id)).count(), 1, "{}", entry.id);
        }
        for row in settings() {
            assert!(text.contains(&choice(row)), "{}", row.key);
        }
    }

    #[test]
    fn the_text_of_an_entry_reads_like_this() {
        let text = to_text();
        let start = text.find("  v2.question.15-page-capacity").unwrap();
        assert_eq!(
            text[start..].split("\n\n").next().unwrap(),
            "  v2.question.15-page-capacity
    behaviour   How many records a page holds: several hundred, say the pages; examples show up to 1000.
    quince      500.
    setting     v2.page_size=integer 1..=100000 (observed: 500, documented: 500)
    evidence    doc-ex, confidence medium, apple-v2.md §18 #15, §5.1"
        );
    }

    #[test]
    fn the_json_has_every_entry_and_setting() {
        let json: serde_json::Value = serde_json::from_str(&to_json()).unwrap();
        assert_eq!(json["entries"].as_array().unwrap().len(), entries().len());
        assert_eq!(json["settings"].as_array().unwrap().len(), settings().len());
        assert_eq!(json["entries"][0]["id"], "v2.conflict.01-token-expiration-date");
        assert_eq!(json["entries"][0]["evidence"], entries()[0].evidence.as_str());
        assert_eq!(json["entries"][0]["confidence"], entries()[0].confidence.as_str());
    }
}
