//! The journal of a universe: the numbered record of everything that happened in it.
//!
//! Entries are numbered in the order of turns. The journal is bounded in entries and bytes; what it had to drop
//! is a visible gap at its beginning, never a silent one.
//!
//! Not here: who appends (`engine::turn`), and how an entry looks on the wire (`api::control`).

mod attempt;
mod entry;

use std::collections::VecDeque;

pub use attempt::{Attempt, Outcome};
pub use entry::{Act, Answer, Entry, Exchange, Injected, Routed, What};

use crate::sim::Settings;

/// How much a journal keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Entries.
    pub entries: usize,
    /// Bytes, roughly.
    pub bytes: usize,
}

impl Bounds {
    /// What settings say.
    pub fn of(settings: &Settings) -> Self {
        let size = |number| usize::try_from(number).unwrap_or(usize::MAX);
        Self { entries: size(settings.journal_entries), bytes: size(settings.journal_bytes) }
    }
}

impl Default for Bounds {
    fn default() -> Self {
        Self { entries: 20_000, bytes: 64 << 20 }
    }
}

/// The record of a universe.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    kept: VecDeque<(Entry, usize)>,
    bytes: usize,
    last: u64,
    /// The last number that was forgotten because somebody asked for it.
    cleared: u64,
    bounds: Bounds,
}

impl Journal {
    /// The number of the latest entry; 0 before the first.
    pub const fn last(&self) -> u64 {
        self.last
    }

    /// The number of the first entry that is kept. Everything before it is gone.
    pub fn first(&self) -> u64 {
        self.last - self.kept.len() as u64 + 1
    }

    /// The number after which the journal begins: 0, or the latest that [`Journal::clear`] forgot. What is
    /// missing after it was dropped by the bounds.
    pub const fn begin(&self) -> u64 {
        self.cleared
    }

    /// The numbers after `since` that are gone, the first and the last of them.
    pub fn gap(&self, since: u64) -> Option<(u64, u64)> {
        let (from, first) = (since.saturating_add(1), self.first());
        (from < first).then(|| (from, first - 1))
    }

    /// Bounds it anew; what is too much goes with the next entry.
    pub const fn bound(&mut self, bounds: Bounds) {
        self.bounds = bounds;
    }

    /// Appends an entry under the next number.
    pub fn append(&mut self, entry: impl FnOnce(u64) -> Entry) -> u64 {
        self.last += 1;
        let entry = entry(self.last);
        let bytes = entry.bytes();
        self.bytes += bytes;
        self.kept.push_back((entry, bytes));
        self.trim();
        self.last
    }

    /// Counts an entry anew that has grown: its answer came.
    pub fn recount(&mut self, seq: u64) {
        let Some(place) = seq.checked_sub(self.first()) else { return };
        if let Some((entry, bytes)) = self.kept.get_mut(place as usize) {
            let now = entry.bytes();
            self.bytes = self.bytes + now - std::mem::replace(bytes, now);
            self.trim();
        }
    }

    fn trim(&mut self) {
        while self.kept.len() > self.bounds.entries
            || (self.bytes > self.bounds.bytes && self.kept.len() > 1)
        {
            if let Some((_, bytes)) = self.kept.pop_front() {
                self.bytes -= bytes;
            }
        }
    }

    /// The entries after `since` that are kept, in order.
    pub fn after(&self, since: u64) -> impl Iterator<Item = &Entry> {
        let skip = since.saturating_add(1).saturating_sub(self.first());
        self.kept.iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)).map(|(entry, _)| entry)
    }

    /// Goes on numbering after `last`, which nobody kept.
    pub fn continue_after(&mut self, last: u64) {
        self.clear();
        self.last = self.last.max(last);
    }

    /// Forgets all entries; their numbers are not given again.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.bytes = 0;
        self.cleared = self.last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::At;
    use crate::sim::Real;

    fn mark(seq: u64, length: usize) -> Entry {
        let act = Act::new("mark", String::new(), "x".repeat(length));
        Entry { seq, at: At(0), real: Real(0), what: What::Act(act), injected: Vec::new() }
    }

    #[test]
    fn what_is_dropped_leaves_a_gap_that_shows() {
        let bounds = Bounds { entries: 3, bytes: 10_000 };
        let mut journal = Journal { bounds, ..Journal::default() };
        assert_eq!((journal.first(), journal.last()), (1, 0));
        for _ in 0..5 {
            journal.append(|seq| mark(seq, 1));
        }
        assert_eq!((journal.first(), journal.last()), (3, 5));
        let seqs = |since| journal.after(since).map(|entry| entry.seq).collect::<Vec<_>>();
        assert_eq!(seqs(0), [3, 4, 5]);
        assert_eq!(seqs(3), [4, 5]);
        assert_eq!(seqs(9), [] as [u64; 0]);
        assert_eq!(seqs(u64::MAX), [] as [u64; 0]);
        assert_eq!((journal.gap(0), journal.gap(1)), (Some((1, 2)), Some((2, 2))));
        assert_eq!((journal.gap(2), journal.gap(u64::MAX)), (None, None));
    }

    #[test]
    fn what_is_forgotten_on_request_is_no_gap_for_who_starts_at_the_beginning() {
        let mut journal = Journal::default();
        journal.append(|seq| mark(seq, 1));
        assert_eq!(journal.begin(), 0);
        journal.clear();
        assert_eq!((journal.begin(), journal.gap(journal.begin())), (1, None));
        assert_eq!(journal.gap(0), Some((1, 1)));
    }

    #[test]
    fn bytes_are_bounded_but_the_latest_entry_stays() {
        let bounds = Bounds { entries: 100, bytes: 2_000 };
        let mut journal = Journal { bounds, ..Journal::default() };
        for _ in 0..10 {
            journal.append(|seq| mark(seq, 700));
        }
        assert_eq!(journal.first(), 9, "two of them fit");
        journal.append(|seq| mark(seq, 1 << 20));
        assert_eq!((journal.first(), journal.last()), (11, 11));
    }
}
