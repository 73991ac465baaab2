//! Reads scenarios: text in, [`Scenario`] out, or everything that is wrong with it, each where it is.
//!
//! Four passes: the text into a tree with places; the tree against the form's schema (`structure`); each part of it into
//! the value that it stands for (`forms`); what the parts say about each other (`check`). A part that is broken does not
//! keep the others from being looked at.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use thiserror::Error;

use super::check::{self, Draft, Part};
use super::forms::{ClockForm, SCHEMA, ScenarioForm};
use super::{Scenario, Wrongs, presets, structure};
use crate::faults::Rule;
use crate::model::At;
use crate::sim::spec::WorldSpec;
use crate::sim::{ClockMode, Settings};
use crate::snapshot::world_file;
use crate::text::source::{Problem, Problems};
use crate::text::tree::{Node, Value};
use crate::text::{self, Format};

/// Longer scenarios are refused.
pub const TEXT_BYTES_MAX: usize = 1 << 20;

/// Levels of a scenario; bodies of answers may be nested a little.
const DEPTH_MAX: usize = 32;

/// Rules, and steps.
pub(super) const ROWS_MAX: usize = 1000;

/// Presets that one scenario names.
const PRESETS_MAX: usize = 100;

/// The seed if nobody says one.
const SEED: u64 = 1;

/// Why there is no scenario.
#[derive(Debug, Error)]
pub enum ScenarioError {
    /// The file can't be read.
    #[error("cannot read scenario {path}: {cause}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The file is not text, or too long.
    #[error("cannot read scenario {path}: {reason}")]
    NotText {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// It says something that can't be.
    #[error("{}", text::source::listed(problems, *omitted))]
    Invalid {
        /// What is wrong, in order of the text.
        problems: Vec<Problem>,
        /// How many more there are.
        omitted: usize,
    },
}

impl ScenarioError {
    /// What is wrong with the text, each with its place; nothing if there was no text.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Invalid { problems, .. } => problems,
            Self::Unreadable { .. } | Self::NotText { .. } => &[],
        }
    }
}

/// Reads the scenario in a file: JSON if its name ends so, else TOML. A given seed wins over the file's.
pub fn load(path: &Path, seed: Option<u64>) -> Result<Scenario, ScenarioError> {
    let name = path.display().to_string();
    let text = text_of(path).map_err(|why| match why {
        NoText::Unreadable(cause) => ScenarioError::Unreadable { path: name.clone(), cause },
        NoText::Unfit(reason) => ScenarioError::NotText { path: name.clone(), reason },
    })?;
    let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let format = if is_json { Format::Json } else { Format::Toml };
    let scenario = read(&name, &text, format, seed)?;
    Ok(Scenario { file: Some(name), ..scenario })
}

/// Why a file has no text.
pub(super) enum NoText {
    /// It can't be read.
    Unreadable(std::io::Error),
    /// It is no text, or too long: why.
    Unfit(String),
}

/// The text of a file, which may still be a little too long.
pub(super) fn text_of(path: &Path) -> Result<String, NoText> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(NoText::Unreadable)?;
    let mut file = file.take(TEXT_BYTES_MAX as u64 + 1);
    file.read_to_end(&mut bytes).map_err(NoText::Unreadable)?;
    String::from_utf8(bytes)
        .map_err(|error| NoText::Unfit(format!("it is not UTF-8: {}", error.utf8_error())))
}

/// Why a text is too long; nothing if it is not.
pub(super) fn too_long(text: &str) -> Option<String> {
    (text.len() > TEXT_BYTES_MAX).then(|| format!("it is longer than {TEXT_BYTES_MAX} bytes"))
}

/// Reads a scenario. `name` is what messages call the text; a given seed wins over the scenario's.
pub fn read(
    name: &str,
    text: &str,
    format: Format,
    seed: Option<u64>,
) -> Result<Scenario, ScenarioError> {
    if let Some(reason) = too_long(text) {
        return Err(ScenarioError::NotText { path: name.to_owned(), reason });
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut problems = Problems::new(name, text);
    let root = text::read(text, format, DEPTH_MAX, &mut problems);
    // After a syntax error the rest may be misread: no guesses about it.
    let scenario = if problems.is_empty() { build(&root, seed, &mut problems) } else { None };
    match scenario {
        Some(scenario) if problems.is_empty() => Ok(scenario),
        _ => {
            problems.point(&root);
            let (problems, omitted) = problems.finish();
            Err(ScenarioError::Invalid { problems, omitted })
        }
    }
}

impl ScenarioForm {
    /// The scenario that it says. What is wrong is told with places in its JSON. A given seed wins over its own.
    ///
    /// ```
    /// use quince::scenario::forms::{ExpectItem, RuleForm, ScenarioForm, StepForm};
    ///
    /// let scenario = ScenarioForm::new("one hiccup")
    ///     .world("small-school")
    ///     .rule(RuleForm::on("v2.status.get").id("hiccup").nth(1).answer_error(9729))
    ///     .step(StepForm::new("asked again").wait("v2.status.get", "5s"))
    ///     .step(StepForm::new("in the end").wait_for_exit().expect(ExpectItem::at_least(
    ///         2,
    ///         "v2.status.get",
    ///     )))
    ///     .read(Some(7))?;
    /// assert_eq!((scenario.seed, scenario.rules.len(), scenario.steps.len()), (7, 1, 2));
    ///
    /// let broken = ScenarioForm::new("a slip").rule(RuleForm::on("v2.asset.list").nth(0).delay("1h"));
    /// let told = broken.read(None).unwrap_err().to_string();
    /// assert!(told.contains("did you mean `v2.assets.list`?") && told.contains("at most 10m"));
    /// # Ok::<(), quince::scenario::ScenarioError>(())
    /// ```
    pub fn read(&self, seed: Option<u64>) -> Result<Scenario, ScenarioError> {
        let path = format!("scenario `{}`", self.name);
        let text = serde_json::to_string_pretty(self).map_err(|error| ScenarioError::NotText {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        read(&path, &text, Format::Json, seed)
    }
}

/// The parts of a scenario while it is read.
struct Reader<'r, 'p, 't> {
    root: &'r Node,
    problems: &'p mut Problems<'t>,
    wrongs: Wrongs,
}

fn build(root: &Node, seed: Option<u64>, problems: &mut Problems<'_>) -> Option<Scenario> {
    if let Some(schema) = root.member("schema").filter(|node| node.text() != Some(SCHEMA)) {
        let text = format!("this quince reads schema = \"{SCHEMA}\" and no other");
        problems.add(&schema.span, text);
        return None;
    }
    structure::check(root, &structure::DOCUMENT, problems);
    problems.point(root);
    let mut reader = Reader { root, problems, wrongs: Wrongs::default() };
    let (name, seed) = (reader.name(), reader.seed(seed));
    let (profile, settings) = reader.settings();
    let (clock, start) = reader.clock();
    let world = reader.world(seed);
    let (rules, steps) = (reader.parts("rule"), reader.parts("step"));
    let presets = reader.presets();
    let gate = reader.form("gate");
    let mut wrongs = std::mem::take(&mut reader.wrongs);

    let rules: Vec<Part<_, _>> =
        rules.into_iter().map(|(at, form)| Part::new(at, form, check::rule, &mut wrongs)).collect();
    let steps: Vec<Part<_, _>> =
        steps.into_iter().map(|(at, form)| Part::new(at, form, check::step, &mut wrongs)).collect();
    let gate = gate.map(|form| Part::new("/gate".to_owned(), form, check::gate, &mut wrongs));
    let draft = Draft { root, rules, steps, gate, presets, world, start };
    check::check(&draft, &|span| problems.line_of(span), &mut wrongs);
    for wrong in wrongs.0 {
        let place = root.place(&wrong.pointer);
        // What the schema of a verb has told, its reader tells again.
        if !told_verb(&wrong.pointer, problems) {
            problems.add_at(&place, &wrong.pointer, wrong.text);
        }
    }
    if !problems.is_empty() {
        return None;
    }
    let Draft { rules, steps, gate, presets, world, .. } = draft;
    let rules = rules.into_iter().filter_map(|part| part.value).chain(presets);
    Some(Scenario {
        name: name?,
        file: None,
        seed,
        profile,
        settings,
        clock,
        start,
        world,
        rules: rules.map(Arc::new).collect(),
        steps: steps.into_iter().filter_map(|part| part.value).collect(),
        gate: gate.and_then(|part| part.value).unwrap_or_default(),
    })
}

/// Whether it is about a verb that was found wrong already.
fn told_verb(pointer: &str, problems: &Problems<'_>) -> bool {
    let Some(at) = pointer.find("/verb") else { return false };
    let end = at + "/verb".len();
    let digits = pointer[end..].strip_prefix('/').map_or(0, |rest| {
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        if count > 0 { count + 1 } else { 0 }
    });
    problems.is_below(&pointer[..end + digits])
}

impl Reader<'_, '_, '_> {
    fn name(&mut self) -> Option<String> {
        let name = self.text(self.root.member("name")?, "/name")?;
        super::forms::name(name, "/name", &mut self.wrongs)
    }

    /// A text. A bare date, which TOML has a type for, is none.
    fn text<'n>(&mut self, node: &'n Node, at: &str) -> Option<&'n str> {
        if let Value::DateTime(date) = &node.value {
            self.wrongs.add(at, format!("this is a date, not a text: write \"{date:.40}\""));
        }
        node.text()
    }

    fn seed(&self, given: Option<u64>) -> u64 {
        let own = self.root.member("seed").and_then(|node| node.to_json().as_u64());
        given.or(own).unwrap_or(SEED)
    }

    fn settings(&mut self) -> (Option<String>, Vec<(String, String)>) {
        let profile = self.root.member("profile");
        let profile = profile.and_then(|node| self.text(node, "/profile")).map(str::to_owned);
        if let Some(Err(error)) = profile.as_deref().map(Settings::profile) {
            self.wrongs.add("/profile", error.to_string());
        }
        let table = self.form("settings").unwrap_or_default();
        (profile, super::forms::settings(&table, "/settings", &mut self.wrongs))
    }

    fn clock(&mut self) -> (Option<ClockMode>, Option<At>) {
        match self.form::<ClockForm>("clock") {
            Some(form) => form.clock("/clock", &mut self.wrongs),
            None => (None, None),
        }
    }

    fn world(&mut self, seed: u64) -> Option<Arc<WorldSpec>> {
        let node = self.root.member("world")?;
        if let Some(name) = node.text() {
            let text =
                format!("`world` is a table: write [world], and name = \"{name:.60}\" below");
            return self.wrongs.none("/world", text);
        }
        world_file::of_node(node, ("name", "[world]"), seed, self.problems).map(Arc::new)
    }

    fn presets(&mut self) -> Vec<Rule> {
        let nodes = self.root.member("presets").map_or(&[][..], Node::items);
        if nodes.len() > PRESETS_MAX {
            self.wrongs.add("/presets", format!("at most {PRESETS_MAX} presets"));
        }
        let mut found: Vec<Rule> = Vec::new();
        for (n, node) in nodes.iter().enumerate().take(PRESETS_MAX) {
            let at = format!("/presets/{n}");
            let Some(text) = self.text(node, &at) else { continue };
            let Some((name, seed)) = presets::split(text) else {
                self.wrongs.add(at, "the seed after `@` is a whole number, such as `pages-move@7`");
                continue;
            };
            match presets::rules(name, seed) {
                Err(error) => self.wrongs.add(at, error.to_string()),
                Ok(rules) if rules.iter().any(|rule| found.iter().any(|it| it.id == rule.id)) => {
                    self.wrongs.add(at, format!("the rules of `{name}` are here already"));
                }
                Ok(rules) => found.extend(rules),
            }
        }
        found
    }

    /// A member as its form. One that does not have the form was told by the structure's check.
    fn form<F: DeserializeOwned>(&mut self, key: &str) -> Option<F> {
        let node = self.root.member(key)?;
        self.read(node, &format!("/{key}"))
    }

    /// The entries of a list that have their form, with their places.
    fn parts<F: DeserializeOwned>(&mut self, key: &str) -> Vec<(String, F)> {
        let nodes = self.root.member(key).map_or(&[][..], Node::items);
        if nodes.len() > ROWS_MAX {
            let text = format!("{} [[{key}]] are too many; at most {ROWS_MAX}", nodes.len());
            self.wrongs.add(format!("/{key}"), text);
        }
        let mut parts = Vec::new();
        for (n, node) in nodes.iter().enumerate().take(ROWS_MAX) {
            let at = format!("/{key}/{n}");
            if let Some(form) = self.read(node, &at) {
                parts.push((at, form));
            }
        }
        parts
    }

    fn read<F: DeserializeOwned>(&mut self, node: &Node, at: &str) -> Option<F> {
        match serde_json::from_value(node.to_json()) {
            Ok(form) => Some(form),
            Err(error) => {
                // The schema and the reader come from one definition; where they differ, nothing goes unseen.
                if self.problems.is_empty() {
                    self.wrongs.add(at, error.to_string());
                }
                None
            }
        }
    }
}
