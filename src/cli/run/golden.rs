//! The file of a golden conversation: read, compared, accepted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::judge::conversation;
use crate::judge::report::Finding;

/// Longer files are no conversations.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// What became of a conversation.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is the reviewed one.
    Same,
    /// It was accepted: this file is new or changed.
    Updated(PathBuf),
    /// It is another one, or nobody can tell.
    Found(Finding),
}

/// Holds a conversation against the file next to the scenario's, or accepts it.
pub fn judge(scenario: &Path, name: &str, actual: &str, update: bool) -> Outcome {
    let found = |text: String| {
        Outcome::Found(Finding { check: "conversation".to_owned(), text, entries: Vec::new() })
    };
    let Some(file) = file(scenario, name) else {
        return found(format!(
            "`{name}` is no name for a conversation: it is a file next to the scenario's"
        ));
    };
    let shown = file.display();
    let expected = match read(&file) {
        Ok(expected) => expected,
        Err(cause) => return found(format!("cannot read {shown}: {cause}")),
    };
    if expected.as_ref().is_some_and(|expected| conversation::compare(expected, actual).is_none()) {
        return Outcome::Same;
    }
    if update {
        return match replace(&file, actual) {
            Ok(()) => Outcome::Updated(file),
            Err(cause) => found(format!("cannot write {shown}: {cause}")),
        };
    }
    let difference = expected.and_then(|expected| conversation::compare(&expected, actual));
    found(match difference {
        Some(difference) => format!(
            "the conversation is not the one in {shown}; if it is right, accept it with --update:\n{difference}"
        ),
        None => format!("{shown} is not there; write it with --update, and review it"),
    })
}

/// Where the conversation of this name is; nothing if the name leads elsewhere.
fn file(scenario: &Path, name: &str) -> Option<PathBuf> {
    let leads_elsewhere =
        name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0', ':']);
    (!leads_elsewhere).then(|| scenario.with_file_name(format!("{name}.conversation")))
}

/// What is in the file; nothing if it is not there.
fn read(file: &Path) -> io::Result<Option<String>> {
    let length = match fs::metadata(file) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?.len(),
    };
    if length > FILE_BYTES_MAX {
        return Err(io::Error::other(format!(
            "it has {length} bytes, {FILE_BYTES_MAX} is the limit"
        )));
    }
    fs::read_to_string(file).map(Some)
}

/// Writes it so that nobody ever sees half of it.
fn replace(file: &Path, text: &str) -> io::Result<()> {
    let mut partial = file.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    let written = fs::write(&partial, text).and_then(|()| fs::rename(&partial, file));
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_missing_then_accepted_then_the_same_then_another() {
        let folder = tempfile::tempdir().unwrap();
        let scenario = folder.path().join("s.toml");
        let judge = |actual: &str, update| judge(&scenario, "late", actual, update);
        let text = |outcome| match outcome {
            Outcome::Found(finding) => finding.text,
            other => panic!("{other:?}"),
        };
        assert!(
            text(judge("a\n", false))
                .ends_with("late.conversation is not there; write it with --update, and review it")
        );
        let file = folder.path().join("late.conversation");
        assert_eq!(judge("a\n", true), Outcome::Updated(file.clone()));
        assert_eq!(judge("a\n", false), Outcome::Same);
        assert_eq!(judge("a\n", true), Outcome::Same);
        assert!(
            text(judge("b\n", false)).ends_with(
                "accept it with --update:\n--- expected\n+++ actual\n@@ -1 +1 @@\n-a\n+b"
            )
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), "a\n");
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert!(text(judge("a\n", true)).starts_with("cannot read "));
    }

    #[test]
    fn a_name_leads_nowhere_else() {
        let scenario = Path::new("scenarios/s.toml");
        for name in ["", "../x", "/etc/x", "a/b", "..", "c:x", "a\\b"] {
            assert_eq!(file(scenario, name), None, "{name}");
        }
        assert_eq!(file(scenario, "late 2"), Some("scenarios/late 2.conversation".into()));
    }
}
