//! The fidelity ledger and the tests agree: each entry is cited by a test, and nothing else is.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

/// The id of every entry.
fn known() -> BTreeSet<String> {
    quince::fidelity::entries().iter().map(|entry| entry.id.clone()).collect()
}

/// Appends the Rust sources below `folder` to `code`, without the lines that are comments.
fn sources(folder: &Path, code: &mut String) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, code)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path)?;
            for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
                code.push_str(line);
                code.push('\n');
            }
        }
    }
    Ok(())
}

/// Every literal inside a `ledger!(...)`.
fn citations(code: &str) -> BTreeSet<String> {
    // Put together here, so that this line is no citation.
    let call = concat!("ledger", "!(");
    code.split(call)
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .flat_map(|(arguments, _)| arguments.split('"').skip(1).step_by(2))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_entry_is_cited_and_every_citation_is_an_entry() {
    let mut code = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"), &mut code).unwrap();
    let (known, cited) = (known(), citations(&code));
    let uncited = known.difference(&cited).map(|id| format!("no test cites the entry {id}"));
    let unknown =
        cited.difference(&known).map(|id| format!("a test cites {id}, which is no entry"));
    let wrong: Vec<String> = uncited.chain(unknown).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn citations_are_found_on_one_line_and_on_several() {
    let call = concat!("ledger", "!");
    let code =
        format!("a(); {call}(\"x.one\"); {call}(\n    \"x.two\",\n    \"x.three\",\n); f(\"no\");");
    assert_eq!(citations(&code).into_iter().collect::<Vec<_>>(), ["x.one", "x.three", "x.two"]);
}

#[test]
#[should_panic = "the nearest is Some(\"v2.question.15-page-capacity\")"]
fn a_citation_of_no_entry_fails_with_the_nearest_id() {
    crate::support::ledger::exists("v2.question.15-page-capacty");
}

#[test]
fn an_editorial_slip_has_no_setting() {
    // Links between pages: there is nothing on the wire to look at.
    ledger!("v2.conflict.11-legacy-links");
    for entry in quince::fidelity::entries() {
        let slip = entry.behaviour.contains("editorial slip");
        assert!(!(slip && entry.setting.is_some()), "{}", entry.id);
    }
}

#[test]
fn all_14_conflicts_and_46_questions_are_there() {
    for (prefix, count) in [("v2.conflict.", 14), ("v2.question.", 46)] {
        let numbers: Vec<String> = quince::fidelity::entries()
            .iter()
            .filter_map(|entry| entry.id.strip_prefix(prefix)?.split('-').next())
            .map(str::to_owned)
            .collect();
        let wanted: Vec<String> = (1..=count).map(|number| format!("{number:02}")).collect();
        assert_eq!(numbers, wanted, "{prefix}NN-");
    }
}
