//! Keys with values in the order of the keys, in blocks of at most 512.
//!
//! A clone shares everything. The first write to a shared map copies one block and the directory, which has one
//! pointer and one count a block. An item is found by key or by place; a walk from either touches what it returns.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::sync::Arc;

const BLOCK: usize = 512;

type Block<K, V> = Arc<Vec<(K, V)>>;

/// A sorted map that is cloned in O(1), written copy-on-write by block, and knows the place of each key.
#[derive(Debug)]
pub struct Sorted<K, V> {
    /// Never an empty block; keys ascend within blocks and from block to block.
    blocks: Arc<Vec<Block<K, V>>>,
    len: usize,
}

impl<K, V> Clone for Sorted<K, V> {
    fn clone(&self) -> Self {
        Self { blocks: Arc::clone(&self.blocks), len: self.len }
    }
}

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Self { blocks: Arc::default(), len: 0 }
    }
}

impl<K, V> Sorted<K, V> {
    /// How many keys there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All items, in order of their keys; from both ends.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.walk((0, 0))
    }

    /// The items from the one at `place` on, in order. Costs one step a block before it, and what is taken.
    pub fn from_place(&self, place: usize) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        let mut left = place;
        let at = self.blocks.iter().position(|block| {
            let is_here = left < block.len();
            left -= if is_here { 0 } else { block.len() };
            is_here
        });
        self.walk(at.map_or((self.blocks.len(), 0), |block| (block, left)))
    }

    /// The items of blocks that `other` does not share, in order. Costs one step a block, and what is taken.
    pub fn unshared<'s>(&'s self, other: &Self) -> impl Iterator<Item = (&'s K, &'s V)> {
        let same = Arc::ptr_eq(&self.blocks, &other.blocks);
        let theirs: HashSet<*const Vec<(K, V)>> =
            if same { HashSet::new() } else { other.blocks.iter().map(Arc::as_ptr).collect() };
        let blocks = self.blocks.iter().filter(move |_| !same);
        let blocks = blocks.filter(move |block| !theirs.contains(&Arc::as_ptr(block)));
        blocks.flat_map(|block| block.iter()).map(|(key, value)| {
            super::touch(1);
            (key, value)
        })
    }

    fn walk(&self, (block, slot): (usize, usize)) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        let (first, others) = match self.blocks.get(block..) {
            Some([first, others @ ..]) => (first.get(slot..).unwrap_or_default(), others),
            _ => (Default::default(), Default::default()),
        };
        let items = first.iter().chain(others.iter().flat_map(|block| block.iter()));
        items.map(|(key, value)| {
            super::touch(1);
            (key, value)
        })
    }
}

impl<K: Ord, V> Sorted<K, V> {
    /// The block and the slot of the first key for which `before` is false.
    fn seek(&self, mut before: impl FnMut(&K) -> bool) -> (usize, usize) {
        let block =
            self.blocks.partition_point(|block| block.last().is_some_and(|(key, _)| before(key)));
        let slot =
            self.blocks.get(block).map_or(0, |block| block.partition_point(|(key, _)| before(key)));
        (block, slot)
    }

    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> ((usize, usize), bool)
    where
        K: Borrow<Q>,
    {
        let at = self.seek(|other| other.borrow() < key);
        let item = self.blocks.get(at.0).and_then(|block| block.get(at.1));
        (at, item.is_some_and(|(other, _)| other.borrow() == key))
    }

    /// The value of a key.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let ((block, slot), is_there) = self.find(key);
        super::touch(1);
        self.blocks.get(block)?.get(slot).filter(|_| is_there).map(|(_, value)| value)
    }

    /// The items from the first key on for which `before` is false, in order. `before` holds for a beginning of the
    /// keys and for no other.
    pub fn starting(
        &self,
        before: impl FnMut(&K) -> bool,
    ) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.walk(self.seek(before))
    }

    /// How many keys `before` holds for; it holds for a beginning of the keys and for no other.
    pub fn place(&self, before: impl FnMut(&K) -> bool) -> usize {
        let (block, slot) = self.seek(before);
        self.blocks.iter().take(block).map(|block| block.len()).sum::<usize>() + slot
    }
}

impl<K: Ord + Clone, V: Clone> Sorted<K, V> {
    /// The value of a key, to be changed; copies its block if it is shared.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let ((block, slot), is_there) = self.find(key);
        if !is_there {
            return None;
        }
        let block = Arc::make_mut(&mut self.blocks).get_mut(block)?;
        Arc::make_mut(block).get_mut(slot).map(|(_, value)| value)
    }

    /// Puts a value in, and returns the one that the key had.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let ((block, slot), is_there) = self.find(&key);
        let blocks = Arc::make_mut(&mut self.blocks);
        // Behind the last key: the last block takes it.
        let (block, slot) = match blocks.last() {
            None => {
                blocks.push(Arc::default());
                (0, 0)
            }
            Some(last) if block == blocks.len() => (block - 1, last.len()),
            Some(_) => (block, slot),
        };
        let place = blocks.get_mut(block)?;
        let items = Arc::make_mut(place);
        if is_there {
            return items.get_mut(slot).map(|(_, old)| std::mem::replace(old, value));
        }
        items.insert(slot, (key, value));
        self.len += 1;
        if items.len() > BLOCK {
            // Keys often arrive in order: then the block before stays full.
            let at = if slot + 1 == items.len() { BLOCK } else { BLOCK / 2 };
            let rest = items.split_off(at);
            blocks.insert(block + 1, Arc::new(rest));
        }
        None
    }

    /// Takes a key out, and returns its value.
    pub fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let ((block, slot), is_there) = self.find(key);
        if !is_there {
            return None;
        }
        let blocks = Arc::make_mut(&mut self.blocks);
        let items = Arc::make_mut(blocks.get_mut(block)?);
        let (_, value) = items.remove(slot);
        if items.is_empty() {
            blocks.remove(block);
        }
        self.len -= 1;
        Some(value)
    }
}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for Sorted<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(items: I) -> Self {
        let mut sorted = Self::default();
        for (key, value) in items {
            sorted.insert(key, value);
        }
        sorted
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::touched;
    use super::*;

    #[test]
    fn a_write_never_shows_in_a_clone() {
        let one: Sorted<u32, u32> = (0..100_000).map(|key| (key * 2, key)).collect();
        let mut two = one.clone();
        two.insert(5, 0);
        two.remove(&8);
        *two.get_mut(&10).unwrap() = 99;
        assert_eq!((one.get(&5), one.get(&8), one.get(&10)), (None, Some(&4), Some(&5)));
        assert_eq!((two.get(&5), two.get(&8), two.get(&10)), (Some(&0), None, Some(&99)));
        assert_eq!((one.len(), two.len()), (100_000, 100_000));
        assert_eq!(one.blocks.len(), 100_000_usize.div_ceil(BLOCK), "in order, blocks are full");
    }

    #[test]
    fn what_is_shared_is_not_looked_at() {
        let one: Sorted<u32, u32> = (0..100_000).map(|key| (key, key)).collect();
        let mut two = one.clone();
        assert_eq!(touched::during(|| one.unshared(&two).count()), (0, 0));
        *two.get_mut(&77_000).unwrap() = 0;
        two.insert(100_000, 0);
        let (touched, found) =
            touched::during(|| two.unshared(&one).map(|(key, _)| *key).collect::<Vec<_>>());
        assert!(found.contains(&77_000) && found.contains(&100_000) && touched < 3 * BLOCK);
        assert!(one.unshared(&two).any(|(key, _)| *key == 77_000));
    }

    #[test]
    fn a_page_costs_what_it_returns() {
        let map: Sorted<u32, u32> = (0..100_000).rev().map(|key| (key, key)).collect();
        let (touched, page) = touched::during(|| map.from_place(77_000).take(50).count());
        assert_eq!((touched, page), (50, 50));
        let (touched, last) = touched::during(|| map.iter().rev().take(2).count());
        assert_eq!((touched, last), (2, 2));
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_map(writes in prop::collection::vec((0_u16..600, any::<bool>()), 0..3000), at in 0_u16..700) {
            let (mut sorted, mut plain) = (Sorted::default(), BTreeMap::new());
            for (n, (key, puts)) in writes.into_iter().enumerate() {
                if puts {
                    prop_assert_eq!(sorted.insert(key, n), plain.insert(key, n));
                } else {
                    prop_assert_eq!(sorted.remove(&key), plain.remove(&key));
                }
                prop_assert_eq!(sorted.len(), plain.len());
            }
            prop_assert!(sorted.iter().eq(plain.iter()));
            prop_assert!(sorted.iter().rev().eq(plain.iter().rev()));
            prop_assert!(sorted.starting(|key| *key < at).eq(plain.range(at..)));
            let place = plain.range(..at).count();
            prop_assert_eq!(sorted.place(|key| *key < at), place);
            prop_assert!(sorted.from_place(place).eq(plain.range(at..)));
            prop_assert_eq!(sorted.get(&at), plain.get(&at));
            prop_assert!(sorted.blocks.iter().all(|block| !block.is_empty() && block.len() <= BLOCK));
        }
    }
}
