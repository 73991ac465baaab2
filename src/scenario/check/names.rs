//! Names: given once, and leading somewhere. Also the order of time.

use std::collections::HashMap;

use super::super::Wrongs;
use super::super::forms::{ExpectItem, MatchForm};
use super::Draft;
use crate::model::{At, Span};
use crate::nearest::nearest;
use crate::sim::date;
use crate::text::source::{Span as Place, quoted};
use crate::text::tree::Node;

/// What is known by name. Broken parts count, too: a reference to one of them is no second mistake.
struct Names<'r> {
    /// Whether the rule of this id says something about events.
    rules: HashMap<&'r str, bool>,
    /// The number of the step.
    steps: HashMap<&'r str, usize>,
    /// The number of the step that sets the mark.
    marks: HashMap<&'r str, usize>,
}

pub(super) fn check(draft: &Draft<'_>, line: &dyn Fn(&Place) -> usize, wrongs: &mut Wrongs) {
    let names = once(draft, line, wrongs);
    for step in &draft.steps {
        let (at, form) = (&step.at, &step.form);
        let number = at.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or_default();
        if let Some(after) = &form.after {
            let place = format!("{at}/after");
            if let Some(id) = &after.event {
                names.event(id, &format!("{place}/event"), wrongs);
            }
            if let Some(id) = &after.rule {
                names.rule(id, &format!("{place}/rule"), wrongs);
            }
            if let Some(name) = &after.step {
                names.step(name, number, &format!("{place}/step"), wrongs);
            }
        }
        if let Some(end) = &form.event {
            names.event(&end.rule, &format!("{at}/event/rule"), wrongs);
        }
        if let Some(diff) = &form.diff {
            for (key, text) in [("from", &diff.from), ("to", &diff.to)] {
                if text != "now" && text.parse::<u64>().is_err() {
                    names.mark(text, number, &format!("{at}/diff/{key}"), wrongs);
                }
            }
        }
        for (n, item) in form.expect.iter().enumerate() {
            names.expectation(item, number, &format!("{at}/expect/{n}"), wrongs);
        }
    }
    in_order(draft, wrongs);
}

/// Notes what is given twice.
fn once<'d>(
    draft: &'d Draft<'_>,
    line: &dyn Fn(&Place) -> usize,
    wrongs: &mut Wrongs,
) -> Names<'d> {
    let mut seen: HashMap<(&str, String), Place> = HashMap::new();
    let mut first = |what: &'static str, name: &str, node: &Node, at: String| {
        let known = seen.get(&(what, name.to_owned()));
        if let Some(known) = known {
            let name = quoted(name);
            wrongs.add(at, format!("{what} {name} is there already, in line {}", line(known)));
        } else {
            seen.insert((what, name.to_owned()), node.span.clone());
        }
    };
    let mut names = Names { rules: HashMap::new(), steps: HashMap::new(), marks: HashMap::new() };
    let list = |key: &str| draft.root.member(key).map_or(&[][..], Node::items).iter().enumerate();
    for rule in &draft.presets {
        names.rules.insert(&rule.id, rule.then.event.is_some());
    }
    for (n, rule) in list("rule") {
        let Some(id) = rule.member("id") else { continue };
        let Some(text) = id.text() else { continue };
        first("a rule with the id", text, id, format!("/rule/{n}/id"));
        let touches = rule.member("then").is_some_and(|then| then.member("event").is_some());
        names.rules.insert(text, touches);
    }
    for (n, step) in list("step") {
        let text = |key: &str| Some((step.member(key)?, step.member(key)?.text()?));
        if let Some((node, name)) = text("name") {
            first("a step with the name", name, node, format!("/step/{n}/name"));
            names.steps.entry(name).or_insert(n);
        }
        if let Some((node, mark)) = text("mark") {
            first("the mark", mark, node, format!("/step/{n}/mark"));
            names.marks.entry(mark).or_insert(n);
        }
        if let Some((node, snapshot)) = text("snapshot") {
            first("the snapshot", snapshot, node, format!("/step/{n}/snapshot"));
        }
        let items = step.member("expect").map_or(&[][..], Node::items);
        for (m, id) in items.iter().enumerate().filter_map(|(m, it)| Some((m, it.member("id")?))) {
            if let Some(text) = id.text() {
                let at = format!("/step/{n}/expect/{m}/id");
                first("an expectation with the id", text, id, at);
            }
        }
    }
    names
}

impl Names<'_> {
    fn expectation(&self, item: &ExpectItem, step: usize, at: &str, wrongs: &mut Wrongs) {
        if let Some(id) = &item.event {
            self.event(id, &format!("{at}/event"), wrongs);
        }
        if let Some(mark) = &item.since {
            self.mark(mark, step, &format!("{at}/since"), wrongs);
        }
        for (place, form) in matches(item, at) {
            if let Some(id) = &form.rule {
                self.rule(id, &format!("{place}/rule"), wrongs);
            }
        }
    }

    fn rule(&self, id: &str, at: &str, wrongs: &mut Wrongs) {
        if !self.rules.contains_key(id) {
            let text = dangling("rule", id, self.rules.keys().copied(), wrongs);
            wrongs.add(at, text);
        }
    }

    fn event(&self, id: &str, at: &str, wrongs: &mut Wrongs) {
        self.rule(id, at, wrongs);
        if self.rules.get(id) == Some(&false) {
            let text = format!("the rule `{id}` touches no event; give it `then.event`");
            wrongs.add(at, text);
        }
    }

    fn step(&self, name: &str, number: usize, at: &str, wrongs: &mut Wrongs) {
        match self.steps.get(name) {
            None => {
                let text = dangling("step", name, self.steps.keys().copied(), wrongs);
                wrongs.add(at, text);
            }
            Some(other) if *other >= number => {
                let name = quoted(name);
                let text =
                    format!("steps are done in order, so {name} is not done before this one");
                wrongs.add(at, text);
            }
            Some(_) => {}
        }
    }

    fn mark(&self, mark: &str, number: usize, at: &str, wrongs: &mut Wrongs) {
        match self.marks.get(mark) {
            // No name at all, which its reader told.
            None if mark.contains(['/', '\\']) => {}
            None => {
                let text = dangling("mark", mark, self.marks.keys().copied(), wrongs);
                wrongs.add(at, text);
            }
            Some(other) if *other > number => {
                let text = format!("the mark {} is set by a later step", quoted(mark));
                wrongs.add(at, text);
            }
            Some(_) => {}
        }
    }
}

/// What an expectation says of the journal, with places.
pub(super) fn matches<'f>(item: &'f ExpectItem, at: &str) -> Vec<(String, &'f MatchForm)> {
    let sequence = item.sequence.iter().flatten().enumerate();
    let one =
        |key: &str, form: &'f Option<MatchForm>| Some((format!("{at}/{key}"), form.as_ref()?));
    let steps = sequence.map(|(n, form)| (format!("{at}/sequence/{n}"), form));
    one("match", &item.of).into_iter().chain(one("never", &item.never)).chain(steps).collect()
}

fn dangling<'n>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'n str>,
    wrongs: &Wrongs,
) -> String {
    if wrongs.is_long() {
        return format!("there is no {what} {}", quoted(name));
    }
    let mut known: Vec<&str> = known.collect();
    known.sort_unstable();
    let hint = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("the scenario has no {what} at all"),
        None => {
            let rest = if known.len() > 10 { ", ..." } else { "" };
            known.truncate(10);
            format!("there are: {}{rest}", known.join(", "))
        }
    };
    format!("there is no {what} {}; {hint}", quoted(name))
}

/// Instants of the timeline do not go back.
fn in_order(draft: &Draft<'_>, wrongs: &mut Wrongs) {
    let mut last: Option<(At, String)> = draft.start.map(|at| (at, "the clock's start".to_owned()));
    let mut passed: Option<(Span, &str)> = None;
    for step in &draft.steps {
        let to = match &step.form.advance {
            Some(super::super::forms::AdvanceForm::Table(table)) => table.to.as_deref(),
            _ => None,
        };
        if let Some(span) = step.form.at.as_deref().and_then(date::parse_span) {
            match passed {
                Some((before, name)) if span < before => {
                    let (before, name) = (date::span(before), quoted(name));
                    let text = format!("time does not go back: step {name} waits for {before}");
                    wrongs.add(format!("{}/at", step.at), text);
                }
                _ => passed = Some((span, &step.form.name)),
            }
        }
        for (key, text) in [("at", step.form.at.as_deref()), ("advance/to", to)] {
            let Some(instant) = text.and_then(date::parse) else { continue };
            match &last {
                Some((before, what)) if instant < *before => {
                    let before = date::exact(*before).unwrap_or_default();
                    let text = format!("time does not go back: {what} is {before}");
                    wrongs.add(format!("{}/{key}", step.at), text);
                }
                _ => last = Some((instant, format!("that of step {}", quoted(&step.form.name)))),
            }
        }
    }
}
