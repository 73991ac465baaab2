//! Generic containers that keep three promises at once: cloning is O(1), the first write after a clone
//! copies a bounded number of small blocks, and reading costs what is returned.
//!
//! * [`Blocks`]: a vector in blocks.
//! * [`Roster`]: rows in order of arrival, each in one of a few classes or in none; finds the k-th row
//!   of any set of classes without touching the rows before it.
//! * [`Names`]: texts with small dense numbers, found by text or by number.
//! * [`Sorted`]: keys with values in the order of the keys, found by key or by place.
//!
//! Invariants: nothing of the domain, no clock, no randomness, no serialization, no I/O.

mod blocks;
mod names;
mod roster;
mod sorted;

pub use blocks::Blocks;
pub use names::Names;
pub use roster::{Classes, Roster, Walk};
pub use sorted::Sorted;

/// Notes that rows were touched: counted in tests, nothing elsewhere.
#[inline]
#[cfg_attr(not(test), expect(unused_variables, reason = "counted in tests only"))]
fn touch(rows: usize) {
    #[cfg(test)]
    touched::add(rows);
}

/// Counts the rows that queries touch, so that tests can show what a read costs.
#[cfg(test)]
pub(crate) mod touched {
    use std::cell::Cell;

    thread_local!(static ROWS: Cell<usize> = const { Cell::new(0) });

    pub(crate) fn add(rows: usize) {
        ROWS.with(|count| count.set(count.get() + rows));
    }

    /// The rows touched by `work` on this thread, and what it returned.
    pub(crate) fn during<R>(work: impl FnOnce() -> R) -> (usize, R) {
        let before = ROWS.with(Cell::get);
        let result = work();
        (ROWS.with(Cell::get) - before, result)
    }
}
