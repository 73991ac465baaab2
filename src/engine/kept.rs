//! Things that a universe keeps for those who come back with their number: the latest ones, the oldest go first.
//!
//! Invariant: a number is never given twice. Not here: how many are kept, and for how long they are good.

use std::collections::VecDeque;
use std::sync::Arc;

/// The latest things, by number.
#[derive(Debug)]
pub(super) struct Kept<T> {
    /// Shared by forks until one keeps another.
    list: Arc<VecDeque<Arc<T>>>,
    /// The number of the first that is kept.
    first: u64,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self { list: Arc::clone(&self.list), first: self.first }
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { list: Arc::default(), first: 0 }
    }
}

impl<T> Kept<T> {
    /// How many are kept.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Keeps one more, and returns its number.
    pub(super) fn push(&mut self, one: Arc<T>) -> u64 {
        let list = Arc::make_mut(&mut self.list);
        list.push_back(one);
        self.first + list.len() as u64 - 1
    }

    /// Lets the oldest go.
    pub(super) fn pop(&mut self) -> Option<Arc<T>> {
        let oldest = Arc::make_mut(&mut self.list).pop_front()?;
        self.first += 1;
        Some(oldest)
    }

    /// The one with this number, if it is kept.
    pub(super) fn get(&self, number: u64) -> Option<&Arc<T>> {
        self.list.get(usize::try_from(number.checked_sub(self.first)?).ok()?)
    }

    /// Keeps none of them, and goes on counting.
    pub(super) fn forget(&mut self) {
        self.first += self.list.len() as u64;
        self.list = Arc::default();
    }
}
