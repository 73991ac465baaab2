//! Cursors: where reads of the lists of subscriptions go on (apple-subscriptions.md §7).
//!
//! A cursor is a place in an order of keys: the page after it begins with the first record beyond that key, as the
//! list stands when the page is read. So no record is read twice by one read, and what is there throughout is read
//! exactly once, whatever is written meanwhile. It keeps no state of the list, and can be followed again.
//!
//! Invariants: the cursors that are kept stay within a bound in number and in bytes; the oldest go first. A number is
//! never given twice. Not here: how a cursor is spelled, and what makes one fit a request.

use std::sync::Arc;

use super::kept::Kept;
use super::turn::Turn;
use crate::model::At;
use crate::model::subscription::{SeatFilter, SeatKey, SubscriptionFilter};
use crate::sim::SiteId;

/// Cursors that a universe keeps.
pub const CURSORS_MAX: usize = 10_000;

/// Bytes that the cursors of a universe may take, roughly.
pub const CURSOR_BYTES_MAX: usize = 16 << 20;

/// A place in a list, and what the list is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The location that is read.
    pub site: SiteId,
    /// The token that reads.
    pub serial: u32,
    /// What is read; shared by the cursors of one read.
    pub list: Arc<CursorList>,
    /// The last record of the page before; a subscription has no user.
    pub after: SeatKey,
    /// When it was given out.
    pub given: At,
}

/// A list that is read by cursors, and by what it is filtered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CursorList {
    /// Subscriptions.
    Subscriptions(SubscriptionFilter),
    /// Assignments of subscriptions.
    Seats(SeatFilter),
    /// Administrators.
    Administrators {
        /// Of these subscriptions; of all, if there are none.
        adam_ids: Vec<u64>,
        /// With the state of each user, if anything is said of that.
        user_state: Option<bool>,
    },
}

impl CursorList {
    /// Bytes that it takes, roughly.
    fn weight(&self) -> usize {
        let numbers = match self {
            Self::Subscriptions(filter) => filter.parent_adam_ids.len() + filter.adam_ids.len(),
            Self::Seats(filter) => filter.parent_adam_ids.len() + filter.adam_ids.len(),
            Self::Administrators { adam_ids, .. } => adam_ids.len(),
        };
        let users = match self {
            Self::Seats(filter) => filter.client_user_ids.iter().map(|id| id.len() + 32).sum(),
            _ => 0,
        };
        numbers * 8 + users
    }
}

impl Cursor {
    /// Bytes that it takes, roughly: filters that several share count for each of them.
    fn weight(&self) -> usize {
        128 + self.after.1.len() + self.list.weight()
    }
}

/// The cursors of a universe.
#[derive(Debug, Clone, Default)]
pub(super) struct Cursors {
    kept: Kept<Cursor>,
    bytes: usize,
}

impl Cursors {
    fn give(&mut self, cursor: Cursor, most: usize, most_bytes: usize) -> u64 {
        self.bytes += cursor.weight();
        let number = self.kept.push(Arc::new(cursor));
        while self.kept.len() > most || (self.bytes > most_bytes && self.kept.len() > 1) {
            let Some(oldest) = self.kept.pop() else { break };
            self.bytes -= oldest.weight();
        }
        number
    }

    fn get(&self, number: u64) -> Option<&Arc<Cursor>> {
        self.kept.get(number)
    }

    /// Keeps none of them, and goes on counting.
    pub(super) fn forget(&mut self) {
        self.kept.forget();
        self.bytes = 0;
    }
}

impl Turn<'_> {
    /// Gives out a cursor, and returns its number.
    pub fn give_cursor(&mut self, cursor: Cursor) -> u64 {
        self.state.cursors.give(cursor, CURSORS_MAX, CURSOR_BYTES_MAX)
    }

    /// The cursor with this number, if it is kept and was given out less than `subscriptions.cursor_lifetime` ago.
    pub fn cursor(&self, number: u64) -> Option<Arc<Cursor>> {
        let cursor = self.state.cursors.get(number)?;
        let is_good = self.now.since(cursor.given) < self.state.settings.cursor_lifetime;
        is_good.then(|| Arc::clone(cursor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(users: usize) -> Cursor {
        let client_user_ids = (0..users).map(|n| format!("user-{n:04}").into()).collect();
        let filter = SeatFilter { client_user_ids, ..SeatFilter::default() };
        Cursor {
            site: SiteId(0),
            serial: 1,
            list: Arc::new(CursorList::Seats(filter)),
            after: (1, "user-0001".into()),
            given: At(0),
        }
    }

    #[test]
    fn so_many_cursors_are_kept_and_no_number_is_given_twice() {
        let mut cursors = Cursors::default();
        let numbers: Vec<u64> = (0..5).map(|_| cursors.give(cursor(0), 3, 1 << 20)).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4]);
        let kept: Vec<bool> = (0..6).map(|number| cursors.get(number).is_some()).collect();
        assert_eq!(kept, [false, false, true, true, true, false]);
        let fork = cursors.clone();
        cursors.forget();
        assert_eq!(cursors.give(cursor(0), 3, 1 << 20), 5);
        assert!(cursors.get(4).is_none() && cursors.get(5).is_some());
        assert!(fork.get(4).is_some() && fork.get(5).is_none());
    }

    #[test]
    fn long_filters_make_old_cursors_go_earlier() {
        let mut cursors = Cursors::default();
        let most_bytes = 3 * cursor(100).weight();
        let last = (0..10).map(|_| cursors.give(cursor(100), 1000, most_bytes)).last();
        assert_eq!((last, cursors.kept.len()), (Some(9), 3));
        // One that is larger than all that is allowed is kept alone.
        assert_eq!(cursors.give(cursor(1000), 1000, most_bytes), 10);
        assert_eq!(cursors.kept.len(), 1);
        assert_eq!(cursors.bytes, cursor(1000).weight());
        cursors.give(cursor(0), 1000, most_bytes);
        assert_eq!(cursors.kept.len(), 1);
        assert!(cursors.get(11).is_some());
    }
}
