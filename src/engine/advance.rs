//! Advancing the clock step by step, and delivering on the way.
//!
//! An advance is a sequence of turns, not one: at each instant at which something is due it lets go of the lock and waits for
//! the attempts of that instant (their time-out is real), so that retries come at their own virtual times and take no
//! real one. A second advance of the same universe meanwhile is refused.

use std::sync::Arc;

use super::turn::{Advance, AdvanceError, Turn};
use super::universe::Universe;
use crate::journal::{Act, Entry, What};
use crate::model::{At, Span};
use crate::sim::SiteId;

/// Instants of one advance at most that has no instant for a goal: who is told something may cause something new.
const STEPS_MAX: usize = 100_000;

/// Where an advance goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// So far.
    By(Span),
    /// To this instant.
    To(At),
    /// Until nothing is left that falls due by itself.
    Idle,
    /// Until this event has ended.
    Event(SiteId, u64),
}

/// Something that happened because its time had come: a step of an event, the end of a billing period, or an attempt to
/// deliver a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Its journal entry.
    pub seq: u64,
    /// When.
    pub at: At,
    /// What kind of entry it is: `event-step`, `period-end` or `notification`.
    pub kind: &'static str,
    /// The location's key.
    pub location: String,
    /// The id on the wire of the event that it is about; none for a notification of a change from outside.
    pub event: Option<String>,
    /// The first rule that had to do with it.
    pub rule: Option<Arc<str>>,
    /// For people.
    pub text: String,
}

impl Happened {
    /// What an entry of the journal says; nothing if it says something else.
    pub(super) fn of(entry: &Entry) -> Option<Self> {
        let (kind, location, event, text) = match &entry.what {
            What::Event(step) => (
                step.kind(),
                &step.location,
                step.event().map(|(_, id)| id.to_owned()),
                step.text(),
            ),
            What::Act(Act { kind, attempt: Some(attempt), .. }) => {
                (*kind, &attempt.location, attempt.event.clone(), attempt.text())
            }
            What::Exchange(_) | What::Act(_) => return None,
        };
        let rule = entry.injected.first().map(|injected| Arc::clone(&injected.rule));
        let (seq, at, location) = (entry.seq, entry.at, location.clone());
        Some(Self { seq, at, kind, location, event, rule, text })
    }
}

/// While it is there, nobody else advances the clock, and the driver delivers nothing.
struct Claim(Arc<Universe>);

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.state.lock().is_advancing = false;
        self.0.poke();
    }
}

impl Turn<'_> {
    /// Moves time on to a goal in this one turn. Notifications leave afterwards.
    pub fn advance(&mut self, goal: Goal) -> Result<Advance, AdvanceError> {
        match goal {
            Goal::By(span) => Ok(self.advance_by(span)),
            Goal::To(to) => self.advance_to(to),
            Goal::Idle => Ok(self.advance_until_idle()),
            Goal::Event(..) => Ok(self.advance_while(|world| !goal.is_over(world))),
        }
    }

    /// Where an advance goes to that has an instant for a goal.
    fn instant_of(&self, goal: Goal) -> Result<Option<At>, AdvanceError> {
        match goal {
            Goal::By(span) => Ok(Some(self.now().plus(span))),
            Goal::To(to) => self.check_forward(to).map(|()| Some(to)),
            Goal::Idle | Goal::Event(..) => Ok(None),
        }
    }
}

impl Goal {
    /// Whether the event has ended that is waited for.
    fn is_over(self, world: &crate::sim::World) -> bool {
        let Self::Event(site, number) = self else { return false };
        let site = world.site(site);
        site.is_none_or(|site| site.location.events.unfinished(number).is_none())
    }
}

impl Universe {
    /// Moves time on to a goal; where there is a receiver, in steps, with the deliveries of each. Goes on to its end though
    /// nobody waits for it any more.
    pub async fn advance(self: &Arc<Self>, goal: Goal) -> Result<Advance, AdvanceError> {
        {
            let mut state = self.state.lock();
            if state.is_advancing {
                return Err(AdvanceError::Busy);
            }
            if !state.has_receiver || !state.delivers() {
                drop(state);
                return self.turn(|turn| turn.advance(goal))?;
            }
            state.is_advancing = true;
        }
        let claim = Claim(Arc::clone(self));
        let advancing = tokio::spawn(async move { claim.0.go_through(goal).await });
        advancing.await.unwrap_or(Err(AdvanceError::Broken(super::Broken)))
    }

    async fn go_through(&self, goal: Goal) -> Result<Advance, AdvanceError> {
        let (before, from, to) = self.turn(|turn| {
            let to = turn.instant_of(goal)?;
            Ok::<_, AdvanceError>((turn.seq(), turn.now(), to))
        })??;
        let mut steps = 0;
        loop {
            self.deliver_due().await;
            let goes_on = self.turn(|turn| {
                let is_over = goal.is_over(turn.world()) || (to.is_none() && steps >= STEPS_MAX);
                !is_over && turn.pass_to_next(to)
            })?;
            if !goes_on {
                break;
            }
            steps += 1;
        }
        self.turn(|turn| {
            if let Some(to) = to {
                turn.pass_to(to);
            }
            Ok(turn.arrived(before, from))
        })?
    }
}
