//! What a step does.

use super::Timeline;
use crate::engine::marks::{NoMark, can_name};
use crate::engine::turn::Turn;
use crate::judge::report::{ExpectationReport, ExpectationState, JudgedBy};
use crate::model::{Failing, Failure, Targets};
use crate::scenario::{Act, Advance};
use crate::sim::Settings;
use crate::sim::SiteId;
use crate::sim::diff::{diff, to_text};

impl Timeline {
    /// Does one act of the step that comes next, or says why it cannot be done.
    pub(super) fn act(&mut self, turn: &mut Turn<'_>, act: &Act) -> Result<(), String> {
        match act {
            Act::Advance(advance) => advance_by(turn, *advance),
            Act::Verb(name, verb) => {
                turn.act(name, verb).map_err(|error| format!("{name}: {error}"))?;
                Ok(())
            }
            Act::Set(changes) => set(turn, changes),
            Act::EndEvent(rule, error) => end_events(turn, rule, *error),
            Act::Mark(name) | Act::Snapshot(name) => {
                if !can_name(name) {
                    return Err(NoMark::Unnameable(name.chars().take(80).collect()).to_string());
                }
                turn.mark(name);
                Ok(())
            }
            Act::Diff { from, to, is } => self.tell_difference(turn, from, to, is.as_deref()),
        }
    }

    fn tell_difference(
        &mut self,
        turn: &Turn<'_>,
        from: &str,
        to: &str,
        is: Option<&str>,
    ) -> Result<(), String> {
        let find = |what: &str| {
            if what == "now" {
                return Ok(turn.world().clone());
            }
            turn.marks()
                .find(what)
                .map(|mark| mark.world.clone())
                .map_err(|error| error.to_string())
        };
        let (one, other) = (find(from)?, find(to)?);
        let text = to_text(&diff(&one, &other), other.sites().len() > 1);
        let Some(step) = self.steps.get_mut(self.place) else { return Ok(()) };
        if let Some(expected) = is {
            let is_so = text.trim() == expected.trim();
            let same = step.expectations.iter().filter(|it| it.id.contains("/diff")).count();
            let id = if same == 0 { "diff".to_owned() } else { format!("diff-{}", same + 1) };
            step.expectations.push(ExpectationReport {
                id: format!("{}/{id}", step.name),
                expected: format!("from {from} to {to}: {}", expected.trim()),
                state: if is_so { ExpectationState::Met } else { ExpectationState::Failed },
                got: (!is_so).then(|| text.trim().to_owned()),
                clock: JudgedBy::Virtual,
                entries: Vec::new(),
                near_misses: Vec::new(),
            });
        }
        step.diffs.push((from.to_owned(), to.to_owned(), text));
        Ok(())
    }
}

fn advance_by(turn: &mut Turn<'_>, advance: Advance) -> Result<(), String> {
    let to = match advance {
        Advance::By(span) => turn.now().plus(span),
        Advance::To(at) => at,
        Advance::UntilIdle => {
            turn.advance_until_idle();
            return Ok(());
        }
    };
    turn.advance_to(to).map(|_| ()).map_err(|error| error.to_string())
}

fn set(turn: &mut Turn<'_>, changes: &[(String, String)]) -> Result<(), String> {
    let mut settings = Settings::clone(&turn.settings());
    for (key, value) in changes {
        settings.set(key, value).map_err(|error| error.to_string())?;
    }
    turn.set_settings(settings);
    let told = changes.iter().map(|(key, value)| format!("{key}: {value}"));
    turn.note("settings", "patch", told.collect::<Vec<_>>().join(", "));
    Ok(())
}

fn end_events(turn: &mut Turn<'_>, rule: &str, error: Option<u16>) -> Result<(), String> {
    let why = |error| Failing { why: Failure::Injected(error), chosen: Targets::default() };
    let (failing, what) = (error.map(why), if error.is_some() { "failed" } else { "completed" });
    let touched: Vec<(SiteId, u64)> = turn.rules().events_of(rule).collect();
    let ended = touched.iter().filter_map(|(site, number)| {
        let happening = turn.finish_event(*site, *number, failing.as_ref())?;
        let (_, id) = happening.event()?;
        turn.note("event", what, format!("event {id} {what} by a step"));
        Some(())
    });
    if ended.count() > 0 {
        return Ok(());
    }
    Err(match touched.len() {
        0 => format!("rule `{rule}` touched no event that could end"),
        _ => format!("every event that rule `{rule}` touched has ended already"),
    })
}
