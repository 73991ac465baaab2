//! What a universe begins with, and how far a reset takes it back there.

use std::sync::Arc;

use crate::faults::Rule;
use crate::model::At;
use crate::scenario::Scenario;
use crate::sim::spec::WorldSpec;
use crate::sim::{ClockMode, Settings};

/// What a universe begins with, and what a reset goes back to.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The seed of everything that is made up.
    pub seed: u64,
    /// The world as data.
    pub spec: Arc<WorldSpec>,
    /// The settings.
    pub settings: Settings,
    /// Who moves time.
    pub clock: ClockMode,
    /// What the clock shows at first.
    pub start: At,
    /// The rules.
    pub rules: Vec<Arc<Rule>>,
    /// How all this was named, for people and for universes made after it.
    pub named: Named,
    /// The scenario that all this is of; its timeline begins with the universe, and anew with a reset.
    pub scenario: Option<Arc<Scenario>>,
}

/// How the origin of a universe was named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The world, by name or path; none if it was given as data.
    pub world: Option<String>,
    /// The profile of the settings.
    pub profile: String,
    /// Whether somebody chose the start; else it follows from the clock's mode.
    pub start: bool,
}

impl Origin {
    /// A world given as data, whose settings go by no profile's name, without rules.
    pub fn new(
        seed: u64,
        spec: Arc<WorldSpec>,
        settings: Settings,
        clock: ClockMode,
        start: At,
    ) -> Self {
        let named = Named { world: None, profile: "observed".to_owned(), start: true };
        Self { seed, spec, settings, clock, start, rules: Vec::new(), named, scenario: None }
    }
}

/// How far a reset goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// The world; tokens stay, and version ids of before are unknown.
    State,
    /// The journal.
    Journal,
    /// The rules: those that the universe began with, with fresh counters.
    Rules,
    /// The clock.
    Clock,
}

impl Scope {
    pub(super) const fn has_state(self) -> bool {
        matches!(self, Self::All | Self::State)
    }

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::State => "state",
            Self::Journal => "journal",
            Self::Rules => "rules",
            Self::Clock => "clock",
        }
    }
}
