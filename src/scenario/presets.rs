//! Rules that ship with quince, by name: what the real service may do to anybody at any time.

use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::forms::RuleForm;
use super::{Wrong, Wrongs};
use crate::faults::Rule;
use crate::nearest::nearest;

/// The preset that is all others.
pub const EVERYTHING: &str = "everything";

/// Name and text of each, in order of their names.
const TEXTS: [(&str, &str); 16] = [
    ("ambiguous-commit", include_str!("../../fixtures/presets/ambiguous-commit.toml")),
    (
        "duplicate-notifications",
        include_str!("../../fixtures/presets/duplicate-notifications.toml"),
    ),
    ("error-in-200", include_str!("../../fixtures/presets/error-in-200.toml")),
    ("late-events", include_str!("../../fixtures/presets/late-events.toml")),
    ("limits-shrink", include_str!("../../fixtures/presets/limits-shrink.toml")),
    ("lost-notifications", include_str!("../../fixtures/presets/lost-notifications.toml")),
    (
        "notification-before-answer",
        include_str!("../../fixtures/presets/notification-before-answer.toml"),
    ),
    ("other-mdm", include_str!("../../fixtures/presets/other-mdm.toml")),
    ("pages-move", include_str!("../../fixtures/presets/pages-move.toml")),
    ("partial-events", include_str!("../../fixtures/presets/partial-events.toml")),
    ("retry-after-zoo", include_str!("../../fixtures/presets/retry-after-zoo.toml")),
    ("slow-service", include_str!("../../fixtures/presets/slow-service.toml")),
    ("small-pages", include_str!("../../fixtures/presets/small-pages.toml")),
    ("throttle-burst", include_str!("../../fixtures/presets/throttle-burst.toml")),
    ("token-rotation", include_str!("../../fixtures/presets/token-rotation.toml")),
    ("unknown-fields", include_str!("../../fixtures/presets/unknown-fields.toml")),
];

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    // A test reads each of them.
    TEXTS.iter().filter_map(|(name, text)| read(name, text).ok()).collect()
});

/// Rules under one name.
#[derive(Debug)]
pub struct Preset {
    /// Its name.
    pub name: &'static str,
    /// Why the real service may do this.
    pub because: String,
    /// As it was written: TOML.
    pub text: &'static str,
    /// Its rules. None of them must fire.
    pub rules: Vec<Rule>,
}

/// A preset's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PresetForm {
    because: String,
    rule: Vec<RuleForm>,
}

/// There is no preset of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no preset `{name}`; {}", hint(*.nearest))]
pub struct UnknownPreset {
    /// The name.
    pub name: String,
    /// What it may have been meant to be.
    pub nearest: Option<&'static str>,
}

/// Why a text such as `pages-move@7` names no preset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadPreset {
    /// What follows the `@` is no seed.
    #[error("`{0:.80}` has no number after its @; write it like pages-move@7")]
    Seed(String),
    /// There is no preset of this name.
    #[error(transparent)]
    Unknown(#[from] UnknownPreset),
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map_or_else(
        || format!("presets: {}", names().collect::<Vec<_>>().join(", ")),
        |nearest| format!("did you mean `{nearest}`?"),
    )
}

/// Every preset but `everything`, in order of their names.
pub fn all() -> &'static [Preset] {
    &PRESETS
}

/// Every name that [`rules`] knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    TEXTS.iter().map(|(name, _)| *name).chain([EVERYTHING])
}

/// The rules of a preset, with ids `preset/rule`, and with draws of their own if there is a seed.
pub fn rules(name: &str, seed: Option<u64>) -> Result<Vec<Rule>, UnknownPreset> {
    let mut found = all().iter().filter(|it| name == EVERYTHING || it.name == name).peekable();
    if found.peek().is_none() {
        let name = name.chars().take(80).collect::<String>();
        let nearest = nearest(&name, names());
        return Err(UnknownPreset { name, nearest });
    }
    let rules = found.flat_map(|preset| &preset.rules);
    Ok(rules.map(|rule| Rule { seed, ..rule.clone() }).collect())
}

/// The rules that `name` or `name@seed` stands for.
pub fn named(text: &str) -> Result<Vec<Rule>, BadPreset> {
    let (name, seed) = split(text).ok_or_else(|| BadPreset::Seed(text.to_owned()))?;
    Ok(rules(name, seed)?)
}

/// Puts the rules of a preset behind others; those that are there stay as they are.
pub fn add(rules: &mut Vec<Arc<Rule>>, more: impl IntoIterator<Item = Rule>) {
    for rule in more {
        if !rules.iter().any(|there| there.id == rule.id) {
            rules.push(Arc::new(rule));
        }
    }
}

/// Whether a rule is one of a preset: nobody wrote it for the scenario that it is in.
pub fn has(rule: &Rule) -> bool {
    let name = rule.id.split_once('/').map_or("", |(name, _)| name);
    let mut rules = all().iter().filter(|it| it.name == name).flat_map(|preset| &preset.rules);
    rules.any(|it| it.id == rule.id && it.written == rule.written)
}

/// Takes `name` or `name@seed` apart; `None` if the seed is no number.
pub fn split(text: &str) -> Option<(&str, Option<u64>)> {
    match text.split_once('@') {
        None => Some((text, None)),
        Some((name, seed)) => Some((name, Some(seed.parse().ok()?))),
    }
}

/// Reads a preset's file.
pub(crate) fn read(name: &'static str, text: &'static str) -> Result<Preset, Wrongs> {
    let wrong = |text: String| Wrongs(vec![Wrong { pointer: String::new(), text }]);
    let form: PresetForm = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let mut wrongs = Wrongs::default();
    let mut rules: Vec<Rule> = Vec::new();
    for (n, form_of_rule) in form.rule.iter().enumerate() {
        let Some(rule) = form_of_rule.rule(&format!("/rule/{n}"), &mut wrongs) else { continue };
        let id: Arc<str> = Arc::from(format!("{name}/{}", rule.id));
        let because = rule.because.clone().or_else(|| Some(form.because.clone()));
        let mut written = rule.written.clone();
        written["id"] = (*id).into();
        let rule = Rule { id: Arc::clone(&id), because, optional: true, written, ..rule };
        if rules.iter().any(|other| other.id == rule.id) {
            wrongs.add(format!("/rule/{n}/id"), format!("duplicate id `{}`", rule.id));
        }
        rules.push(rule);
    }
    if !wrongs.0.is_empty() {
        return Err(wrongs);
    }
    Ok(Preset { name, because: form.because, text, rules })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_is_read() {
        for (name, text) in TEXTS {
            let preset = read(name, text).unwrap_or_else(|wrongs| panic!("{name}: {wrongs:?}"));
            assert!(!preset.rules.is_empty(), "{name}");
            for rule in &preset.rules {
                assert!(rule.id.starts_with(&format!("{name}/")) && rule.optional);
                assert!(rule.because.is_some());
            }
        }
        assert!(TEXTS.is_sorted_by_key(|(name, _)| *name));
    }

    #[test]
    fn a_preset_is_found_by_name_with_a_seed_of_its_own() {
        let (name, seed) = split("small-pages@7").unwrap();
        assert_eq!(rules(name, seed).unwrap()[0].seed, Some(7));
        let count: usize = all().iter().map(|preset| preset.rules.len()).sum();
        assert_eq!(rules("everything", None).unwrap().len(), count);
        assert_eq!(
            rules("small-page", None).unwrap_err().to_string(),
            "there is no preset `small-page`; did you mean `small-pages`?"
        );
        assert_eq!(split("small-pages@seven"), None);
        assert_eq!(
            named("small-pages@seven").unwrap_err().to_string(),
            "`small-pages@seven` has no number after its @; write it like pages-move@7"
        );
    }

    #[test]
    fn a_rule_of_a_preset_is_known_and_added_once() {
        let mut together = Vec::new();
        add(&mut together, named("pages-move@1").unwrap());
        add(&mut together, named("everything@2").unwrap());
        assert_eq!(together.len(), rules(EVERYTHING, None).unwrap().len());
        assert!(together.iter().all(|rule| has(rule)));
        let moves = |rule: &&Arc<Rule>| rule.id.starts_with("pages-move/");
        assert!(together.iter().filter(moves).all(|rule| rule.seed == Some(1)));
        let own = Rule { id: "own/rule".into(), ..Rule::clone(&together[0]) };
        assert!(!has(&own));
    }
}
