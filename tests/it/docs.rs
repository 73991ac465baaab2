//! The README is run: its walk, block by block, against a quince that is started as it says.

use std::fmt::Write as _;
use std::process::{Command, Stdio};

/// A fenced block: what it is written in, and its text.
struct Block {
    language: String,
    text: String,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (n, part) in markdown.split("\n```").enumerate() {
        if n % 2 == 1 {
            let (language, text) = part.split_once('\n').unwrap_or((part, ""));
            blocks.push(Block { language: language.to_owned(), text: text.to_owned() });
        }
    }
    blocks
}

const START: &str = "cargo run --release -- ";
const MARK: &str = "--- end of block ---";

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// A child that does not outlive the test.
struct Child(std::process::Child);

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where a shell finds `quince`, as the README says it should.
#[allow(clippy::disallowed_methods, reason = "a test may ask where it runs")]
fn path_with_quince() -> String {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_quince"));
    let folder = binary.parent().unwrap().display();
    format!("{folder}:{}", std::env::var("PATH").unwrap())
}

#[test]
fn the_walk_of_the_readme_prints_what_it_says() {
    // The gate installs both; who has neither can still run the other tests.
    #[allow(clippy::disallowed_methods, reason = "a test may ask where it runs")]
    let in_ci = std::env::var("CI").is_ok();
    let has_tools = has("curl") && has("jq");
    if !in_ci && !has_tools {
        eprintln!("skipped: the README's walk needs curl and jq");
        return;
    }
    let readme = include_str!("../../README.md");
    let blocks = blocks(readme);
    let start = blocks.iter().position(|block| block.text.starts_with(START)).unwrap();
    let (options, walk) = (blocks[start].text.trim_start_matches(START), &blocks[start + 1..]);
    let folder = tempfile::tempdir().unwrap();
    let mut quince = Command::new(env!("CARGO_BIN_EXE_quince"));
    let quince = quince
        .args(options.split_whitespace())
        .env("QUINCE_LISTEN", "127.0.0.1:0")
        .env("QUINCE_LOG", "warn")
        .current_dir(folder.path())
        .stdout(Stdio::piped());
    let mut quince = Child(quince.spawn().unwrap());
    let mut ready = String::new();
    let stdout = quince.0.stdout.take().unwrap();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut ready).unwrap();

    let mut script = String::new();
    let mut expected = Vec::new();
    for (block, next) in walk.iter().zip(walk.iter().skip(1)) {
        if block.language == "sh" {
            let _ = writeln!(script, "{}\necho '{MARK}'", block.text);
            expected.push((&block.text, next));
        }
    }
    assert!(expected.len() >= 8, "the walk has become short");
    let mut shell = Command::new("sh");
    shell.arg("-euc").arg(&script).current_dir(folder.path());
    let output = shell.env("PATH", path_with_quince()).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap().replace('\r', "");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}\n{errors}");
    let mut parts = printed.split(MARK);
    for (commands, shown) in expected {
        assert!(
            ["json", "text"].contains(&shown.language.as_str()),
            "no output shown:\n{commands}"
        );
        assert_eq!(parts.next().unwrap().trim(), shown.text.trim(), "printed by:\n{commands}");
    }
}
