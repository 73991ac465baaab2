//! What clients did that the service let pass, by name.

use std::collections::BTreeMap;

use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::ask::json;
use super::{Ask, Outcome};
use crate::journal::What;

/// What was noticed, as far as the journal reaches back.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LintList {
    /// Number of the latest journal entry.
    pub seq: u64,
    /// Number of the first journal entry that was looked at; the ones before are forgotten.
    pub since: u64,
    /// By name.
    pub lints: Vec<LintCount>,
}

/// How often something was noticed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LintCount {
    /// Its name, as in the header `Quince-Lint`.
    pub name: &'static str,
    /// In how many exchanges.
    pub count: u64,
    /// The first of them, by journal entry.
    pub first: u64,
    /// What it was about there.
    pub about: String,
}

/// `GET /universes/{u}/lints`
pub async fn get(ask: Ask<'_>) -> Outcome {
    ask.only(&[])?;
    let list = ask.universe()?.with_journal(|journal| {
        let mut lints: BTreeMap<&'static str, LintCount> = BTreeMap::new();
        for entry in journal.after(0) {
            let What::Exchange(exchange) = &entry.what else { continue };
            let Some(answer) = exchange.answer.get() else { continue };
            let mut seen: Vec<&str> = Vec::new();
            for (name, about) in &answer.lints {
                let first = entry.seq;
                let lint = lints.entry(name).or_insert_with(|| {
                    let about = about.chars().take(200).collect();
                    LintCount { name, count: 0, first, about }
                });
                if !seen.contains(name) {
                    lint.count += 1;
                    seen.push(name);
                }
            }
        }
        let (seq, since) = (journal.last(), journal.first());
        LintList { seq, since, lints: lints.into_values().collect() }
    });
    json(StatusCode::OK, &list)
}
