//! The README of the scenarios: a line for each of them, and commands that do what it says.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::{SHOWS, has_python, root};

fn readme() -> String {
    fs::read_to_string(root().join("scenarios/README.md")).unwrap()
}

#[test]
fn the_readme_has_a_line_for_each_scenario_in_the_order_of_the_table() {
    let readme = readme();
    let lines = readme.lines().filter_map(|line| line.strip_prefix("| [`"));
    let names: Vec<&str> = lines.map(|line| line.split_once('`').unwrap().0).collect();
    assert_eq!(names, SHOWS.iter().map(|show| show.name).collect::<Vec<_>>());
}

/// Blocks of commands, each with the block of what they print after it, if there is one.
fn blocks(readme: &str) -> Vec<(String, Option<String>)> {
    let mut blocks: Vec<(String, Option<String>)> = Vec::new();
    for (n, part) in readme.split("\n```").enumerate() {
        let (language, text) = part.split_once('\n').unwrap_or((part, ""));
        match (n % 2, language) {
            (1, "sh") => blocks.push((text.to_owned(), None)),
            (1, "text") => blocks.last_mut().unwrap().1 = Some(format!("{text}\n")),
            _ => {}
        }
    }
    blocks
}

#[test]
fn every_command_of_the_readme_does_what_it_says() {
    if !has_python() {
        return;
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_quince")).parent().unwrap();
    #[allow(clippy::disallowed_methods, reason = "the README says `quince`, as a user would")]
    let path = env::var("PATH").unwrap();
    let path = format!("{}:{path}", binary.display());
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("scenarios");
    copy(&root().join("scenarios"), &home);
    let blocks = blocks(&readme());
    assert!(blocks.len() >= 3);
    for (commands, prints) in blocks {
        // As on a terminal, where the report comes after what the client printed.
        let commands = format!("exec 2>&1\n{commands}");
        let mut shell = Command::new("sh");
        shell.args(["-uc", &commands]).current_dir(folder.path()).env("PATH", &path);
        let output = shell.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let expected = prints.unwrap_or_default();
        // Lines of dots stand for what is left out.
        let mut rest = printed.as_str();
        for piece in expected.split("...\n") {
            let found = rest.find(piece);
            let found =
                found.unwrap_or_else(|| panic!("{commands}\nprinted\n{printed}\nand not\n{piece}"));
            rest = &rest[found + piece.len()..];
        }
    }
}

/// Copies a folder, so that a command which writes does not write here.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
