//! Waiting for a clock: the client's, or a universe's. Nobody waits under a lock.

use std::sync::Weak;
use std::time::Duration;

use super::real_time;
use super::universe::{State, Universe};
use crate::faults::{ClockUsed, Wait};
use crate::model::{At, Span};
use crate::sim::ClockMode;

/// How long somebody who waits for an instant of a universe's time has to wait.
enum Until {
    /// It has come.
    Over,
    /// So long in real time, if nobody moves the clock.
    Real(Duration),
    /// Until somebody moves the clock.
    Moved,
}

/// Lets time pass: real time, or that of the universe, in which it is `now`. Ends early if the universe is dropped.
pub async fn pass(universe: &Weak<Universe>, now: At, waits: &[Wait]) {
    let mut at = now;
    for wait in waits {
        match wait.clock {
            ClockUsed::Real => {
                real_time::pass(wait.span).await;
                at = universe.upgrade().map_or(at, |universe| universe.shown());
            }
            ClockUsed::Virtual => {
                let span = i64::try_from(wait.span.as_millis()).unwrap_or(i64::MAX);
                at = at.plus(Span(span));
                until(universe, at).await;
            }
        }
    }
}

/// Waits until a universe's clock shows an instant. A clock of mode `auto` jumps there.
async fn until(universe: &Weak<Universe>, at: At) {
    loop {
        let (mut moves, wait) = {
            let Some(universe) = universe.upgrade() else { return };
            // Asked for before the look, so that no move in between is missed.
            (universe.journal_grows(), universe.until(at))
        };
        match wait {
            Until::Over => return,
            Until::Real(span) => {
                let _ = tokio::time::timeout(span, moves.changed()).await;
            }
            Until::Moved => {
                if moves.changed().await.is_err() {
                    return;
                }
            }
        }
    }
}

impl Universe {
    /// What the clock shows; nothing happens by looking.
    fn shown(&self) -> At {
        let real = self.real_time.now();
        self.state.lock().clock.now(real)
    }

    /// How long it takes until the clock shows `at`. A clock of mode `auto` jumps there.
    fn until(&self, at: At) -> Until {
        let real = self.real_time.now();
        let (shown, missing, mode) = {
            let State { clock, .. } = &mut *self.state.lock();
            (clock.now(real), clock.real_until(at, real), clock.mode())
        };
        if shown >= at {
            return Until::Over;
        }
        match missing {
            // A millisecond more, so that who wakes up need not look again.
            Some(missing) => Until::Real(Duration::from_micros(missing.0.saturating_add(1_000))),
            None if mode == ClockMode::Auto => {
                // Whoever failed before stays as it is, and nobody waits for it.
                let _ = self.turn(|turn| turn.jump(at));
                Until::Over
            }
            None => Until::Moved,
        }
    }
}
