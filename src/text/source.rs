//! Problems of a text, shown where they are.

use std::fmt;
use std::ops::Range;

use super::tree::Node;

/// A place in the text, in bytes.
pub(crate) type Span = Range<usize>;

/// More problems than this are counted, not shown.
const SHOWN_MAX: usize = 50;

/// Characters of the offending line that are shown.
const EXCERPT_CHARS: usize = 100;

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as it was named.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
    /// Where, as a JSON pointer into what was written, if that is known.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub message: String,
    /// The line, or what fits of it.
    pub excerpt: String,
    /// Where the caret stands in the excerpt, from 0, and how long it is.
    pub caret: (usize, usize),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message, excerpt, caret: (indent, width), .. } = self;
        let number = line.to_string();
        let margin = number.len();
        writeln!(f, "{file}:{line}:{column}: {message}")?;
        writeln!(f, "{:margin$} |", "")?;
        writeln!(f, "{number} | {excerpt}")?;
        write!(f, "{:margin$} | {:indent$}{}", "", "", "^".repeat(*width))
    }
}

/// A problem whose line is not looked up yet: place, pointer, message.
type Found = (Span, String, String);

/// Problems below each other, for people.
pub(crate) fn listed(problems: &[Problem], omitted: usize) -> String {
    let mut texts: Vec<String> = problems.iter().map(Problem::to_string).collect();
    if omitted > 0 {
        texts.push(format!("and {omitted} more"));
    }
    texts.join("\n\n")
}

/// Gathers what is wrong with one text.
pub(crate) struct Problems<'t> {
    file: &'t str,
    text: &'t str,
    found: Vec<Found>,
    omitted: usize,
}

impl<'t> Problems<'t> {
    pub(crate) fn new(file: &'t str, text: &'t str) -> Self {
        Self { file, text, found: Vec::new(), omitted: 0 }
    }

    /// Notes a problem.
    pub(crate) fn add(&mut self, span: &Span, message: impl Into<String>) {
        self.add_at(span, "", message);
    }

    /// Notes a problem of what is at a JSON pointer.
    pub(crate) fn add_at(&mut self, span: &Span, pointer: &str, message: impl Into<String>) {
        if self.found.len() < SHOWN_MAX {
            self.found.push((span.clone(), pointer.to_owned(), message.into()));
        } else {
            self.omitted += 1;
        }
    }

    /// Notes a problem whose message takes work; not done where it wouldn't be shown.
    pub(crate) fn add_with(&mut self, span: &Span, message: impl FnOnce(&Self) -> String) {
        if self.found.len() < SHOWN_MAX {
            let message = message(self);
            self.found.push((span.clone(), String::new(), message));
        } else {
            self.omitted += 1;
        }
    }

    /// Gives each problem without a pointer the pointer of what has its place.
    pub(crate) fn point(&mut self, root: &Node) {
        for (span, pointer, _) in &mut self.found {
            if pointer.is_empty() {
                *pointer = root.pointer_of(span).unwrap_or_default();
            }
        }
    }

    /// Whether a problem is noted at this pointer or below.
    pub(crate) fn is_below(&self, pointer: &str) -> bool {
        let rests = self.found.iter().filter_map(|(_, it, _)| it.strip_prefix(pointer));
        rests.into_iter().any(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The line in which a place is, from 1.
    pub(crate) fn line_of(&self, span: &Span) -> usize {
        let start = self.text.floor_char_boundary(span.start);
        self.text[..start].matches('\n').count() + 1
    }

    /// All of it in order of the text, and how many more there were.
    pub(crate) fn finish(mut self) -> (Vec<Problem>, usize) {
        self.found.sort_by_key(|(span, ..)| span.start);
        let shown = self.found.iter().map(|found| self.show(found)).collect();
        (shown, self.omitted)
    }

    fn show(&self, (span, pointer, message): &Found) -> Problem {
        let start = self.text.floor_char_boundary(span.start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let before = self.text[line_start..start].chars().count();
        let line_end = (line_start + line.len()).max(start);
        let end = self.text.floor_char_boundary(span.end).clamp(start, line_end);
        let width = self.text[start..end].chars().count();

        // Of a long line, the part around the place.
        let skipped = before.saturating_sub(EXCERPT_CHARS / 2);
        let plain = |c: char| if c.is_control() { ' ' } else { c };
        let excerpt = line.chars().skip(skipped).take(EXCERPT_CHARS).map(plain);
        Problem {
            file: self.file.to_owned(),
            line: self.line_of(span),
            column: before + 1,
            pointer: pointer.clone(),
            message: message.clone(),
            excerpt: excerpt.collect::<String>().trim_end().to_owned(),
            caret: (before - skipped, width.clamp(1, EXCERPT_CHARS - EXCERPT_CHARS / 2)),
        }
    }
}

/// A value for a message: cut short, without control characters.
pub(crate) fn quoted(value: &str) -> String {
    let mut short = String::new();
    for letter in value.chars().take(40) {
        if letter.is_control() {
            short.extend(letter.escape_default());
        } else {
            short.push(letter);
        }
    }
    let rest = if value.chars().nth(40).is_some() { "…" } else { "" };
    format!("`{short}{rest}`")
}
