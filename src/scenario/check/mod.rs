//! What the parts of a scenario say about each other: names that lead nowhere, names given twice, and what can never be.

mod gate;
mod names;
mod world;

use std::sync::Arc;

use super::forms::{GateForm, RuleForm, StepForm, VerbsForm};
use super::verbs::VerbCall;
use super::{Step, Wrongs};
use crate::faults::Rule;
use crate::judge::Gate;
use crate::model::At;
use crate::sim::spec::WorldSpec;
use crate::text::source::Span;
use crate::text::tree::Node;

/// A part as it is written, and what it stands for.
pub(super) struct Part<F, T> {
    /// Where it stands.
    pub(super) at: String,
    /// As it is written.
    pub(super) form: F,
    /// What it stands for; none if something is wrong with it.
    pub(super) value: Option<T>,
}

impl<F, T> Part<F, T> {
    /// Reads a part.
    pub(super) fn new(
        at: String,
        form: F,
        read: impl FnOnce(&F, &str, &mut Wrongs) -> Option<T>,
        wrongs: &mut Wrongs,
    ) -> Self {
        let value = read(&form, &at, wrongs);
        Self { at, form, value }
    }
}

/// The parts of a scenario that have their forms.
pub(super) struct Draft<'r> {
    /// All of it.
    pub(super) root: &'r Node,
    /// The rules.
    pub(super) rules: Vec<Part<RuleForm, Rule>>,
    /// The steps.
    pub(super) steps: Vec<Part<StepForm, Step>>,
    /// The gate.
    pub(super) gate: Option<Part<GateForm, Gate>>,
    /// The rules of presets.
    pub(super) presets: Vec<Rule>,
    /// The world, if it says one.
    pub(super) world: Option<Arc<WorldSpec>>,
    /// What the clock shows at first.
    pub(super) start: Option<At>,
}

pub(super) fn rule(form: &RuleForm, at: &str, wrongs: &mut Wrongs) -> Option<Rule> {
    form.rule(at, wrongs)
}

pub(super) fn step(form: &StepForm, at: &str, wrongs: &mut Wrongs) -> Option<Step> {
    form.step(at, wrongs)
}

pub(super) fn gate(form: &GateForm, at: &str, wrongs: &mut Wrongs) -> Option<Gate> {
    form.gate(at, wrongs)
}

/// Notes what is wrong. `line` tells in which line a place is.
pub(super) fn check(draft: &Draft<'_>, line: &dyn Fn(&Span) -> usize, wrongs: &mut Wrongs) {
    names::check(draft, line, wrongs);
    gate::check(draft, wrongs);
    if let Some(spec) = &draft.world {
        world::check(draft, spec, wrongs);
    }
}

/// The verbs of a step, with their places.
fn verbs(step: &Part<StepForm, Step>) -> Vec<(String, &VerbCall)> {
    let at = format!("{}/verb", step.at);
    match &step.form.verb {
        None => Vec::new(),
        Some(VerbsForm::One(call)) => vec![(at, call)],
        Some(VerbsForm::Several(calls)) => {
            calls.iter().enumerate().map(|(n, call)| (format!("{at}/{n}"), call)).collect()
        }
    }
}
