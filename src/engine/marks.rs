//! Marks: states of a universe's world that can be gone back to and compared. Keeping one costs a handful of
//! pointers, and whatever is written afterwards.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::model::At;
use crate::sim::World;

/// Automatic marks that are kept: the states after the latest writes.
const AUTOMATIC_MAX: usize = 256;

/// Named marks that are kept; the oldest goes first.
const NAMED_MAX: usize = 1_000;

/// A state of a world.
#[derive(Debug)]
pub struct Mark {
    /// The journal entry at which it was so.
    pub seq: u64,
    /// When.
    pub at: At,
    /// The world as it stood.
    pub world: World,
}

/// The marks of a universe.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    named: Arc<BTreeMap<String, Arc<Mark>>>,
    automatic: Arc<VecDeque<Arc<Mark>>>,
}

impl Marks {
    /// Names a state; a name that was given before moves.
    pub fn put(&mut self, name: &str, seq: u64, at: At, world: World) {
        let named = Arc::make_mut(&mut self.named);
        named.insert(name.to_owned(), Arc::new(Mark { seq, at, world }));
        if named.len() > NAMED_MAX
            && let Some(oldest) = named.iter().min_by_key(|(_, mark)| mark.seq)
        {
            let oldest = oldest.0.clone();
            named.remove(&oldest);
        }
    }

    /// Marks the state after a write.
    pub fn put_automatic(&mut self, seq: u64, at: At, world: World) {
        let automatic = Arc::make_mut(&mut self.automatic);
        automatic.push_back(Arc::new(Mark { seq, at, world }));
        if automatic.len() > AUTOMATIC_MAX {
            automatic.pop_front();
        }
    }

    /// The mark of this name.
    pub fn named(&self, name: &str) -> Option<&Arc<Mark>> {
        self.named.get(name)
    }

    /// The mark at exactly this journal entry.
    pub fn at_seq(&self, seq: u64) -> Option<&Arc<Mark>> {
        self.all().find(|mark| mark.seq == seq)
    }

    /// The mark whose journal entry is nearest to this one.
    pub fn nearest(&self, seq: u64) -> Option<&Arc<Mark>> {
        self.all().min_by_key(|mark| mark.seq.abs_diff(seq))
    }

    /// Names and journal entries of the named marks.
    pub fn names(&self) -> impl Iterator<Item = (&str, u64)> {
        self.named.iter().map(|(name, mark)| (name.as_str(), mark.seq))
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Mark>> {
        self.automatic.iter().chain(self.named.values())
    }
}
