//! The house rules that a text search can see: which room may name which, and how long a file may get.

use std::fs;
use std::path::{Path, PathBuf};

/// Room, and the rooms that it may name. As in ARCHITECTURE.md.
const TABLE: &[(&str, &[&str])] = &[
    ("store", &[]),
    ("model", &["store"]),
    ("sim", &["model", "store"]),
    ("journal", &["exchange", "model", "sim"]),
    ("faults", &["exchange", "predicate", "journal", "sim", "model"]),
    (
        "engine",
        &["journal", "exchange", "predicate", "faults", "scenario", "judge", "sim", "model"],
    ),
    ("api/applivery", &["engine", "faults", "journal", "exchange", "sim", "model", "api"]),
    ("api/v1", &["engine", "faults", "journal", "exchange", "sim", "model", "api"]),
    ("api/metadata", &["engine", "faults", "journal", "exchange", "sim", "model", "api"]),
    ("api/v2", &["engine", "faults", "journal", "exchange", "sim", "model", "api"]),
    (
        "api/control",
        &[
            "engine",
            "faults",
            "journal",
            "exchange",
            "predicate",
            "sim",
            "model",
            "snapshot",
            "text",
            "fidelity",
            "judge",
            "scenario",
            "telling",
            "api",
        ],
    ),
    ("notify", &[]),
    ("http", &["exchange"]),
    ("certificates", &[]),
    ("scenario", &["model", "sim", "exchange", "predicate", "faults", "judge", "snapshot", "text"]),
    ("telling", &["journal", "exchange"]),
    ("judge", &["journal", "exchange", "predicate", "telling", "model", "sim"]),
    ("snapshot", &["sim", "model", "text"]),
    ("text", &["sim", "model"]),
    ("fidelity", &["sim"]),
];

/// What the innermost rooms must not know.
const PURE: &[&str] =
    &["async ", "serde", "tokio", "hyper", "http::", "std::time", "rand::", "std::env"];

const LINES_MAX: usize = 400;

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Path below `src`, and the code without comments and without what only tests see.
fn code() -> Vec<(String, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let code = files.iter().map(|path| {
        let name = path.strip_prefix(&src).unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        (name, lines.collect::<Vec<_>>().join("\n"))
    });
    code.filter(|(name, _)| !name.contains("test")).collect()
}

#[test]
fn each_room_names_only_rooms_that_it_may() {
    let mut wrong = Vec::new();
    for (name, text) in code() {
        let Some((room, allowed)) =
            TABLE.iter().find(|(room, _)| name.starts_with(&format!("{room}/")))
        else {
            continue;
        };
        for part in text.split("crate::").skip(1) {
            let named: String = part
                .chars()
                .take_while(|char| char.is_ascii_alphanumeric() || *char == '_')
                .collect();
            let own = room.split('/').next().unwrap_or_default();
            if named != own && named != "nearest" && !allowed.contains(&named.as_str()) {
                wrong.push(format!("src/{name} names crate::{named}; {room} may name {allowed:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "see ARCHITECTURE.md, Who may name whom:\n{}", wrong.join("\n"));
}

#[test]
fn the_model_is_pure() {
    let mut wrong = Vec::new();
    for (name, text) in code() {
        if name.starts_with("model/") || name.starts_with("store/") {
            for word in PURE.iter().filter(|word| text.contains(**word)) {
                wrong.push(format!("src/{name} has `{word}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "see ARCHITECTURE.md, Invariants:\n{}", wrong.join("\n"));
}

#[test]
fn no_file_hides_a_noun() {
    let long = code().into_iter().filter_map(|(name, text)| {
        let lines = text.lines().count();
        (lines > LINES_MAX)
            .then(|| format!("src/{name} has {lines} lines of code, {LINES_MAX} is the limit"))
    });
    let long: Vec<String> = long.collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
