//! A universe's clock: a pure function from real time to virtual time. Who asks the operating system for the
//! real time is `engine::real_time`, and nobody else.
//!
//! Invariant: what `now` returns never goes back.

use crate::model::{At, Span};

/// When clocks start that do not start at the present: 2026-01-15T09:00:00Z.
pub const VIRTUAL_START: At = At(1_768_467_600_000);

/// A moment of real time: microseconds since the process began to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Real(pub u64);

/// Who moves a universe's time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ClockMode {
    /// Real time does, at its own pace.
    Wall,
    /// Only an advance does.
    Manual,
    /// Real time does, so many times as fast.
    Scaled(f64),
    /// Between two requests it jumps through everything that falls due soon.
    Auto,
}

impl ClockMode {
    /// As it is written: `wall`, `manual`, `auto`, or `scaled` with its factor apart.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wall => "wall",
            Self::Manual => "manual",
            Self::Scaled(_) => "scaled",
            Self::Auto => "auto",
        }
    }

    /// Reads `wall`, `manual`, `auto` or `scaled:FACTOR`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "wall" => Some(Self::Wall),
            "manual" => Some(Self::Manual),
            "auto" => Some(Self::Auto),
            _ => {
                let factor: f64 = text.strip_prefix("scaled:")?.parse().ok()?;
                (factor.is_finite() && factor > 0.0).then_some(Self::Scaled(factor))
            }
        }
    }

    /// How fast time passes by itself; none if it does not.
    pub const fn factor(self) -> Option<f64> {
        match self {
            Self::Wall => Some(1.0),
            Self::Scaled(factor) => Some(factor),
            Self::Manual | Self::Auto => None,
        }
    }
}

/// A universe's clock.
#[derive(Debug, Clone)]
pub struct Clock {
    mode: ClockMode,
    start: At,
    /// Virtual time at `since`.
    base: At,
    since: Real,
    last: At,
}

impl Clock {
    /// A clock that shows `start` now.
    pub const fn new(mode: ClockMode, start: At, real: Real) -> Self {
        Self { mode, start, base: start, since: real, last: start }
    }

    /// A clock that was begun at `start` and shows `now`.
    pub const fn resumed(mode: ClockMode, start: At, now: At, real: Real) -> Self {
        Self { mode, start, base: now, since: real, last: now }
    }

    /// Who moves it.
    pub const fn mode(&self) -> ClockMode {
        self.mode
    }

    /// What it showed at first.
    pub const fn start(&self) -> At {
        self.start
    }

    /// What it shows.
    pub fn now(&mut self, real: Real) -> At {
        let elapsed = real.0.saturating_sub(self.since.0);
        let shown = match self.mode {
            ClockMode::Wall => self.base.plus(Span((elapsed / 1000).cast_signed())),
            // Rounding is harmless here: a factor is not exact in the first place.
            #[allow(clippy::cast_precision_loss)]
            ClockMode::Scaled(factor) => {
                self.base.plus(Span((elapsed as f64 * factor / 1000.0) as i64))
            }
            ClockMode::Manual | ClockMode::Auto => self.base,
        };
        self.last = self.last.max(shown);
        self.last
    }

    /// Gives it another mode; it goes on from what it shows.
    pub fn set_mode(&mut self, mode: ClockMode, real: Real) {
        self.base = self.now(real);
        self.since = real;
        self.mode = mode;
    }

    /// Moves it on to `to`, whatever its mode; never back.
    pub fn advance_to(&mut self, to: At, real: Real) {
        let to = self.now(real).max(to);
        self.base = to;
        self.since = real;
        self.last = to;
    }

    /// How much real time will pass until it shows `at` by itself; `None` if it never will.
    pub fn real_until(&mut self, at: At, real: Real) -> Option<Real> {
        let missing = at.since(self.now(real)).0.max(0);
        match self.mode {
            ClockMode::Wall => Some(Real(missing.unsigned_abs().saturating_mul(1000))),
            #[allow(clippy::cast_precision_loss, clippy::cast_sign_loss)]
            ClockMode::Scaled(factor) => Some(Real((missing as f64 * 1000.0 / factor) as u64)),
            ClockMode::Manual | ClockMode::Auto => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: At = At(1_000_000);

    #[test]
    fn a_wall_clock_follows_real_time_and_an_advance_adds_to_it() {
        let mut clock = Clock::new(ClockMode::Wall, START, Real(500));
        assert_eq!(clock.now(Real(2_500)), At(1_000_002));
        clock.advance_to(At(2_000_000), Real(2_500));
        assert_eq!(clock.now(Real(3_500)), At(2_000_001));
        assert_eq!(clock.real_until(At(2_000_011), Real(3_500)), Some(Real(10_000)));
    }

    #[test]
    fn a_manual_clock_stands_still() {
        let mut clock = Clock::new(ClockMode::Manual, START, Real(0));
        assert_eq!(clock.now(Real(u64::MAX)), START);
        clock.advance_to(At(5), Real(1));
        assert_eq!(clock.now(Real(2)), START, "nothing goes back");
        assert_eq!(clock.real_until(At(i64::MAX), Real(2)), None);
    }

    #[test]
    fn a_scaled_clock_runs_so_many_times_as_fast() {
        let mut clock = Clock::new(ClockMode::Scaled(60.0), START, Real(0));
        assert_eq!(clock.now(Real(1_000_000)), At(1_060_000));
        assert_eq!(clock.real_until(At(1_120_000), Real(1_000_000)), Some(Real(1_000_000)));
    }
}
