//! Judging: whether a journal shows what was expected, and if not, what came nearest.
//!
//! * [`Matcher`]: which entries are meant. [`Expected`]: how many of them, or in which order.
//! * [`Evidence`]: entries held against it, one after the other.
//! * [`Gate`]: what fails a run besides its expectations; [`findings()`]: what it finds. [`conversation`]: what the client
//!   sent and got, to be compared with what was reviewed.
//! * [`report`]: what became of a run, and how that is rendered.
//!
//! Invariants: pure; an exchange counts once its answer is complete, and not before. Not here: waiting, how
//! expectations are written (`scenario::forms`), files (`cli::run`).

pub mod conversation;
mod findings;
mod gate;
mod layout;
mod matcher;
pub mod report;
#[cfg(test)]
pub(crate) mod testing;

use std::collections::VecDeque;

use crate::journal::{Entry, What};

pub use findings::{Conduct, findings};
pub use gate::{Budget, Gate, Policy, Unfired};
pub use matcher::{Failed, Matcher, error_number};

/// How many near misses are told.
const NEAR_MISSES_MAX: usize = 10;

/// What is expected of a journal.
#[derive(Debug, Clone)]
pub enum Expected {
    /// So many entries match.
    Count {
        /// Which.
        of: Matcher,
        /// No fewer than these.
        at_least: u64,
        /// No more than these.
        at_most: u64,
    },
    /// One entry after the other matches, whatever lies between.
    Sequence(Vec<Matcher>),
    /// No entry matches.
    Never(Matcher),
}

/// What the evidence so far says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is as expected.
    Holds,
    /// It is not yet as expected.
    Open,
    /// It will never be as expected, whatever comes.
    Broken,
}

/// An entry that does not match, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct NearMiss {
    /// Its number.
    pub seq: u64,
    /// Which criteria failed.
    pub failed: Vec<Failed>,
}

/// Entries of a journal, held against what is expected. Each is looked at once, or twice if it had no answer at first.
#[derive(Debug, Clone)]
pub struct Evidence {
    expected: Expected,
    /// In order of their numbers.
    seen: VecDeque<Seen>,
    /// Of a sequence: which of its steps those fit that were let go and fit any.
    let_go: Vec<(u64, Vec<bool>)>,
    /// The numbers of the exchanges that have no answer yet.
    open: Vec<u64>,
    /// The numbers of the entries that match: all of them, or one for each step that was found.
    found: Vec<u64>,
    last: Option<u64>,
}

#[derive(Debug, Clone)]
struct Seen {
    entry: Entry,
    is_complete: bool,
    /// For each matcher, whether the entry fits it.
    fits: Vec<bool>,
}

impl Expected {
    /// Which entries it is about: one matcher, or one for each step of a sequence.
    pub fn matchers(&self) -> &[Matcher] {
        match self {
            Self::Count { of, .. } | Self::Never(of) => std::slice::from_ref(of),
            Self::Sequence(steps) => steps,
        }
    }
}

impl Seen {
    fn new(entry: Entry, matchers: &[Matcher]) -> Self {
        let mut seen = Self { entry, is_complete: false, fits: Vec::new() };
        seen.look(matchers);
        seen
    }

    /// Looks at an exchange again that had no answer.
    fn look(&mut self, matchers: &[Matcher]) {
        if !self.is_complete {
            self.is_complete = match &self.entry.what {
                What::Exchange(exchange) => exchange.answer.get().is_some(),
                What::Event(_) | What::Act(_) => true,
            };
            self.fits = matchers
                .iter()
                .map(|matcher| self.is_complete && matcher.fits(&self.entry))
                .collect();
        }
    }
}

impl Evidence {
    /// No evidence yet.
    pub const fn new(expected: Expected) -> Self {
        let seen = VecDeque::new();
        Self { expected, seen, let_go: Vec::new(), open: Vec::new(), found: Vec::new(), last: None }
    }

    /// Takes the entries that came since, in the order of their numbers, and looks again at what had no
    /// answer.
    pub fn add(&mut self, entries: impl IntoIterator<Item = Entry>) {
        let mut answered = Vec::new();
        let (seen, matchers) = (&mut self.seen, self.expected.matchers());
        self.open.retain(|seq| {
            let place = seen.binary_search_by_key(seq, |seen| seen.entry.seq);
            let Some(seen) = place.ok().and_then(|place| seen.get_mut(place)) else { return false };
            seen.look(matchers);
            if seen.fits.contains(&true) {
                answered.push(*seq);
            }
            !seen.is_complete
        });
        for seq in answered {
            self.find_late(seq);
        }
        for entry in entries {
            let seen = Seen::new(entry, self.expected.matchers());
            let seq = seen.entry.seq;
            self.last = Some(seq);
            if !seen.is_complete {
                self.open.push(seq);
            }
            find(&self.expected, &mut self.found, seq, &seen.fits);
            self.seen.push_back(seen);
        }
    }

    /// Counts an entry that others came after before it had an answer.
    fn find_late(&mut self, seq: u64) {
        let Expected::Sequence(steps) = &self.expected else {
            if let Err(place) = self.found.binary_search(&seq) {
                self.found.insert(place, seq);
            }
            return;
        };
        if self.found.len() < steps.len() {
            self.found.clear();
            let let_go = self.let_go.iter().map(|(seq, fits)| (*seq, fits));
            let seen = self.seen.iter().map(|seen| (seen.entry.seq, &seen.fits));
            for (seq, fits) in let_go.chain(seen) {
                find(&self.expected, &mut self.found, seq, fits);
            }
        }
    }

    /// Lets the entries before `first` go, which nobody else keeps: what matched counts on, but they are no near
    /// misses any more, and an answer that comes later does not count.
    pub fn let_go(&mut self, first: u64) {
        while let Some(seen) = self.seen.pop_front_if(|seen| seen.entry.seq < first) {
            if matches!(self.expected, Expected::Sequence(_)) && seen.fits.contains(&true) {
                self.let_go.push((seen.entry.seq, seen.fits));
            }
        }
    }

    /// The number of the latest entry.
    pub const fn last(&self) -> Option<u64> {
        self.last
    }

    /// The numbers of the entries that match: all of them, or one for each step that was found.
    pub fn matched(&self) -> &[u64] {
        &self.found
    }

    /// What the evidence says.
    pub fn verdict(&self) -> Verdict {
        let found = self.matched().len() as u64;
        match &self.expected {
            Expected::Count { at_most, .. } if found > *at_most => Verdict::Broken,
            Expected::Count { at_least, .. } if found < *at_least => Verdict::Open,
            Expected::Sequence(steps) if found < steps.len() as u64 => Verdict::Open,
            Expected::Never(_) if found > 0 => Verdict::Broken,
            Expected::Count { .. } | Expected::Sequence(_) | Expected::Never(_) => Verdict::Holds,
        }
    }

    /// Whether what holds now may still break: then whoever waits waits to the end.
    pub const fn is_about_absence(&self) -> bool {
        matches!(self.expected, Expected::Never(_))
    }

    /// For people: what was expected, and what there is instead.
    pub fn text(&self) -> String {
        let found = self.matched().len();
        let entries =
            |count: u64| if count == 1 { "1 entry".into() } else { format!("{count} entries") };
        match &self.expected {
            Expected::Count { at_least, at_most, .. } => {
                let expected = match (at_least, at_most) {
                    (low, high) if low == high => format!("exactly {}", entries(*low)),
                    (low, &u64::MAX) => format!("at least {}", entries(*low)),
                    (0, high) => format!("at most {}", entries(*high)),
                    (low, high) => format!("{low} to {high} entries"),
                };
                format!("expected {expected} to match, and {found} did")
            }
            Expected::Sequence(steps) => {
                format!("found {found} of {} steps; /sequence/{found} is missing", steps.len())
            }
            Expected::Never(_) => format!("expected no entry to match, and {found} did"),
        }
    }

    /// The step of a sequence that was not found.
    pub fn missing_step(&self) -> Option<usize> {
        let Expected::Sequence(steps) = &self.expected else { return None };
        Some(self.matched().len()).filter(|found| *found < steps.len())
    }

    /// What came nearest to what is missing, the nearest first. Nothing where too much is there.
    pub fn near_misses(&self) -> Vec<NearMiss> {
        if self.verdict() != Verdict::Open {
            return Vec::new();
        }
        let step = self.missing_step().unwrap_or_default();
        let Some(matcher) = self.expected.matchers().get(step) else { return Vec::new() };
        let after = match self.expected {
            Expected::Sequence(_) => self.matched().last().copied().unwrap_or_default(),
            Expected::Count { .. } | Expected::Never(_) => 0,
        };
        let candidates = self.seen.iter().filter(|seen| seen.entry.seq > after && !seen.fits[step]);
        let candidates = candidates.filter(|seen| matcher.may_mean(&seen.entry));
        let mut misses: Vec<NearMiss> = candidates
            .map(|seen| NearMiss { seq: seen.entry.seq, failed: matcher.misses(&seen.entry) })
            .collect();
        misses.sort_by_key(|miss| (miss.failed.len(), miss.seq));
        misses.truncate(NEAR_MISSES_MAX);
        misses
    }
}

/// Counts an entry that comes after all others.
fn find(expected: &Expected, found: &mut Vec<u64>, seq: u64, fits: &[bool]) {
    let place = match expected {
        Expected::Sequence(_) => found.len(),
        Expected::Count { .. } | Expected::Never(_) => 0,
    };
    if fits.get(place) == Some(&true) {
        found.push(seq);
    }
}
