//! Marks: states of a universe's world that can be gone back to and compared. Keeping one costs a handful of
//! pointers, and whatever is written afterwards.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::model::At;
use crate::sim::World;
use crate::sim::diff::{Difference, to_text};

/// Automatic marks that are kept: the states after the latest writes.
const AUTOMATIC_MAX: usize = 256;

/// Bytes that they may hold for themselves.
const AUTOMATIC_BYTES: usize = 16 << 20;

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

/// Why there is no state to compare with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoMark {
    /// No mark has this name.
    #[error("there is no mark `{name}`; there are: {}", spell(known))]
    Name {
        /// The name.
        name: String,
        /// Names that there are.
        known: Vec<String>,
    },
    /// No state was kept at this journal entry.
    #[error("no state is kept at journal entry {seq}; {}", spell_nearest(*nearest))]
    Seq {
        /// The entry.
        seq: u64,
        /// The nearest entry that has one.
        nearest: Option<u64>,
    },
    /// A mark cannot have this name.
    #[error(
        "`{0}` is no name for a mark: use 1 to 64 of A-Z a-z 0-9 . _ -, not all digits, not now"
    )]
    Unnameable(String),
    /// The universe failed before.
    #[error(transparent)]
    Broken(#[from] super::Broken),
}

fn spell(known: &[String]) -> String {
    if known.is_empty() { "none".to_owned() } else { known.join(", ") }
}

fn spell_nearest(nearest: Option<u64>) -> String {
    nearest.map_or_else(
        || "none is kept: set a mark, or the setting marks.automatic".to_owned(),
        |seq| format!("the nearest is {seq}"),
    )
}

/// Whether a mark can have this name: not one that reads as a sequence number or as the present.
pub(super) fn can_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&name.len())
        && name != "now"
        && name.bytes().all(fits)
        && !name.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is different between two states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// The journal entry of the one.
    pub from: u64,
    /// The journal entry of the other.
    pub to: u64,
    /// There are several locations, which texts must tell apart.
    pub several_locations: bool,
    /// What is different, in order.
    pub differences: Vec<Difference>,
}

impl Diff {
    /// As people read it, a line for each difference.
    pub fn to_text(&self) -> String {
        to_text(&self.differences, self.several_locations)
    }
}

/// The marks of a universe.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    named: Arc<BTreeMap<String, Arc<Mark>>>,
    automatic: Arc<VecDeque<Arc<Mark>>>,
    /// What the automatic ones hold for themselves, roughly.
    bytes: usize,
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
        self.bytes += weight(&world);
        automatic.push_back(Arc::new(Mark { seq, at, world }));
        while automatic.len() > AUTOMATIC_MAX
            || (self.bytes > AUTOMATIC_BYTES && automatic.len() > 1)
        {
            if let Some(mark) = automatic.pop_front() {
                self.bytes = self.bytes.saturating_sub(weight(&mark.world));
            }
        }
    }

    /// The state that a name or a number stands for.
    pub fn find(&self, what: &str) -> Result<&Arc<Mark>, NoMark> {
        let Ok(seq) = what.parse::<u64>() else {
            return self.named(what).ok_or_else(|| NoMark::Name {
                name: what.chars().take(80).collect(),
                known: self.names().take(20).map(|(name, _)| name.to_owned()).collect(),
            });
        };
        let nearest = || self.nearest(seq).map(|mark| mark.seq);
        self.at_seq(seq).ok_or_else(|| NoMark::Seq { seq, nearest: nearest() })
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

    /// The state that was in force at an instant, as far as one was marked then or before.
    pub fn at_instant(&self, at: At) -> Option<&Arc<Mark>> {
        self.all().filter(|mark| mark.at <= at).max_by_key(|mark| mark.seq)
    }

    /// Names and journal entries of the named marks.
    pub fn names(&self) -> impl Iterator<Item = (&str, u64)> {
        self.named.iter().map(|(name, mark)| (name.as_str(), mark.seq))
    }

    /// The named marks, by name.
    pub fn all_named(&self) -> impl Iterator<Item = (&str, &Mark)> {
        self.named.iter().map(|(name, mark)| (name.as_str(), &**mark))
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Mark>> {
        self.automatic.iter().chain(self.named.values())
    }
}

/// What a mark holds for itself, roughly: the blocks that a write to the largest location copies.
fn weight(world: &World) -> usize {
    const BLOCK: usize = 256;
    // A write copies a block and a directory in each of about a dozen structures.
    const STRUCTURES: usize = 12;
    const ROW: usize = 32;
    let rows = |site: &crate::sim::Site| {
        let location = &site.location;
        location.assignments.rows().len().max(location.users.records().len())
    };
    let rows = world.sites().iter().map(rows).max().unwrap_or(0);
    let directory = (rows / BLOCK).min(BLOCK);
    1024 + world.sites().len() * 512 + STRUCTURES * ROW * (rows.min(BLOCK) + directory)
}
