//! A vector in blocks of 256 items, two levels of directory above them.
//!
//! A clone shares everything. The first write to a shared vector copies one block and the two
//! directories above it: some kilobytes, whatever the length.

use std::ops::Range;
use std::sync::Arc;

const BLOCK: usize = 256;
const FAN: usize = 256;

type Block<T> = Arc<Vec<T>>;

/// A vector that is cloned in O(1) and written copy-on-write by block.
#[derive(Debug)]
pub struct Blocks<T> {
    branches: Arc<Vec<Arc<Vec<Block<T>>>>>,
    len: usize,
}

impl<T> Clone for Blocks<T> {
    fn clone(&self) -> Self {
        Self { branches: Arc::clone(&self.branches), len: self.len }
    }
}

impl<T> Default for Blocks<T> {
    fn default() -> Self {
        Self { branches: Arc::default(), len: 0 }
    }
}

impl<T> Blocks<T> {
    /// How many items there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The item at `index`.
    pub fn get(&self, index: usize) -> Option<&T> {
        super::touch(1);
        self.branches.get(index / (BLOCK * FAN))?.get(index / BLOCK % FAN)?.get(index % BLOCK)
    }

    /// All items in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.branches.iter().flat_map(|branch| branch.iter()).flat_map(|block| block.iter())
    }
}

impl<T> Blocks<T> {
    /// The indices at which this vector and another can differ, as ranges that ascend: all but those in blocks that
    /// both share.
    pub fn unshared(&self, other: &Self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for branch in 0..self.branches.len().max(other.branches.len()) {
            let (one, two) = (self.branches.get(branch), other.branches.get(branch));
            if one.zip(two).is_some_and(|(one, two)| Arc::ptr_eq(one, two)) {
                continue;
            }
            let length = |of: Option<&Arc<Vec<Block<T>>>>| of.map_or(0, |blocks| blocks.len());
            for block in 0..length(one).max(length(two)) {
                let part = |of: Option<&Arc<Vec<Block<T>>>>| {
                    of.and_then(|blocks| blocks.get(block)).map(Arc::as_ptr)
                };
                if part(one) != part(two) {
                    let start = (branch * FAN + block) * BLOCK;
                    found.push(start..start + BLOCK);
                }
            }
        }
        found
    }
}

impl<T: Clone> Blocks<T> {
    /// The item at `index`, to be changed; copies its block if it is shared.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        if index >= self.len {
            return None;
        }
        let branch = Arc::make_mut(&mut self.branches).get_mut(index / (BLOCK * FAN))?;
        let block = Arc::make_mut(branch).get_mut(index / BLOCK % FAN)?;
        Arc::make_mut(block).get_mut(index % BLOCK)
    }

    /// Appends an item and returns its index.
    pub fn push(&mut self, item: T) -> usize {
        let index = self.len;
        let branches = Arc::make_mut(&mut self.branches);
        if index.is_multiple_of(BLOCK * FAN) {
            branches.push(Arc::default());
        }
        if let Some(branch) = branches.last_mut() {
            let branch = Arc::make_mut(branch);
            if index.is_multiple_of(BLOCK) {
                branch.push(Arc::default());
            }
            if let Some(block) = branch.last_mut() {
                Arc::make_mut(block).push(item);
            }
        }
        self.len += 1;
        index
    }

    /// Appends as many copies of `item` as are needed for `len` items.
    pub fn grow(&mut self, len: usize, item: &T) {
        while self.len < len {
            self.push(item.clone());
        }
    }
}

impl<T: Clone> FromIterator<T> for Blocks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut blocks = Self::default();
        for item in items {
            blocks.push(item);
        }
        blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pushed_is_found_at_its_index() {
        let blocks: Blocks<usize> = (0..200_000).collect();
        assert_eq!(blocks.len(), 200_000);
        for index in [0, 1, 255, 256, 65_535, 65_536, 199_999] {
            assert_eq!(blocks.get(index), Some(&index));
        }
        assert_eq!(blocks.get(200_000), None);
        assert!(blocks.iter().copied().eq(0..200_000));
    }

    #[test]
    fn what_two_share_is_not_looked_at() {
        let one: Blocks<usize> = (0..100_000).collect();
        let mut two = one.clone();
        assert!(one.unshared(&two).is_empty());
        *two.get_mut(70_000).unwrap() = 1;
        two.push(2);
        let unshared = one.unshared(&two);
        assert_eq!(unshared.len(), 2);
        assert!(unshared[0].contains(&70_000) && unshared[1].contains(&100_000));
        assert_eq!(unshared, two.unshared(&one));
        assert_eq!(Blocks::default().unshared(&one).len(), 391);
    }

    #[test]
    fn a_write_never_shows_in_a_clone() {
        let mut one: Blocks<usize> = (0..100_000).collect();
        let mut two = one.clone();
        *one.get_mut(70_000).unwrap() = 1;
        two.push(2);
        assert_eq!((one.get(70_000), two.get(70_000)), (Some(&1), Some(&70_000)));
        assert_eq!((one.get(100_000), two.get(100_000)), (None, Some(&2)));
        assert_eq!(one.get_mut(100_000), None);
    }
}
