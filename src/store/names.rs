//! Texts with dense numbers: an append-only dictionary.
//!
//! The texts of neighbouring numbers lie side by side, so that a page of rows that refer to
//! neighbours reads a few cache lines. The index is a linear hash: it grows by one bucket at a time, so
//! no insert pays for a rehash and a clone stays cheap to write.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::Blocks;

/// Texts per leaf.
const LEAF: usize = 64;

/// Some texts in a row.
#[derive(Debug, Clone, Default)]
struct Leaf {
    text: String,
    /// Where each text ends in `text`.
    ends: Vec<u32>,
}

/// An entry's place in its bucket's chain.
#[derive(Debug, Clone, Copy)]
struct Link {
    hash: u32,
    /// Number of the next entry plus one; 0 ends the chain.
    next: u32,
}

/// A dictionary of texts.
#[derive(Debug, Clone, Default)]
pub struct Names {
    leaves: Blocks<Leaf>,
    links: Blocks<Link>,
    /// Number of each bucket's first entry plus one; 0 for none.
    heads: Blocks<u32>,
}

impl Names {
    /// How many texts there are; the next one gets this number.
    pub const fn len(&self) -> usize {
        self.links.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// The text with this number; empty if there is none.
    pub fn text(&self, number: u32) -> &str {
        let (leaf, slot) = (number as usize / LEAF, number as usize % LEAF);
        self.leaves
            .get(leaf)
            .and_then(|leaf| {
                let start = if slot == 0 { 0 } else { *leaf.ends.get(slot - 1)? };
                leaf.text.get(start as usize..*leaf.ends.get(slot)? as usize)
            })
            .unwrap_or_default()
    }

    /// The number of this text.
    pub fn find(&self, text: &str) -> Option<u32> {
        if self.heads.is_empty() {
            return None;
        }
        let hash = hash(text);
        let mut entry = *self.heads.get(self.bucket(hash))?;
        while entry != 0 {
            let link = self.links.get(entry as usize - 1)?;
            if link.hash == hash && self.text(entry - 1) == text {
                return Some(entry - 1);
            }
            entry = link.next;
        }
        None
    }

    /// The number of this text, which is added if it is new.
    pub fn intern(&mut self, text: &str) -> u32 {
        if let Some(number) = self.find(text) {
            return number;
        }
        let number = self.links.len() as u32;
        self.append_text(text);
        let hash = hash(text);
        self.links.push(Link { hash, next: 0 });
        self.add_bucket();
        self.chain(number);
        number
    }

    fn append_text(&mut self, text: &str) {
        if self.links.len().is_multiple_of(LEAF) {
            self.leaves.push(Leaf::default());
        }
        if let Some(leaf) = self.leaves.get_mut(self.links.len() / LEAF) {
            leaf.text.push_str(text);
            leaf.ends.push(leaf.text.len() as u32);
        }
    }

    /// The bucket of a hash: its low bits, one bit fewer where that bucket does not exist yet.
    fn bucket(&self, hash: u32) -> usize {
        let buckets = self.heads.len().max(1);
        let mask = buckets.next_power_of_two() - 1;
        let bucket = hash as usize & mask;
        if bucket < buckets { bucket } else { bucket & (mask >> 1) }
    }

    /// Adds one bucket and moves to it what belongs there from the one bucket that is split.
    fn add_bucket(&mut self) {
        let new = self.heads.len();
        self.heads.push(0);
        if new == 0 {
            return;
        }
        // The bucket that held these hashes so far: the new number without its highest bit.
        let split = new - (1 << new.ilog2());
        let mut entry = self.heads.get(split).copied().unwrap_or(0);
        if let Some(head) = self.heads.get_mut(split) {
            *head = 0;
        }
        while entry != 0 {
            let number = entry - 1;
            entry = self.links.get(number as usize).map_or(0, |link| link.next);
            self.chain(number);
        }
    }

    /// Puts an entry in front of its bucket's chain.
    fn chain(&mut self, number: u32) {
        let Some(hash) = self.links.get(number as usize).map(|link| link.hash) else { return };
        let bucket = self.bucket(hash);
        if let Some(head) = self.heads.get_mut(bucket) {
            let next = std::mem::replace(head, number + 1);
            if let Some(link) = self.links.get_mut(number as usize) {
                link.next = next;
            }
        }
    }
}

/// The hash decides only where an entry is looked for; it never shows in an answer.
fn hash(text: &str) -> u32 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    #[test]
    fn numbers_are_dense_and_texts_come_back() {
        let mut names = Names::default();
        for n in 0..50_000 {
            assert_eq!(names.intern(&format!("C02{n:05}")), n);
        }
        for n in (0..50_000).step_by(997) {
            assert_eq!(names.find(&format!("C02{n:05}")), Some(n));
            assert_eq!(names.text(n), format!("C02{n:05}"));
        }
        assert_eq!(names.find("C0250000"), None);
        assert_eq!(names.text(50_000), "");
        assert_eq!(names.find(""), None);
    }

    proptest! {
        #[test]
        fn behaves_like_a_map(texts in prop::collection::vec("[a-c]{0,4}|\\PC{0,8}", 0..400)) {
            let mut names = Names::default();
            let mut map: HashMap<String, u32> = HashMap::new();
            for text in &texts {
                prop_assert_eq!(names.find(text), map.get(text).copied());
                let next = map.len() as u32;
                let number = *map.entry(text.clone()).or_insert(next);
                let before = names.clone();
                prop_assert_eq!(names.intern(text), number);
                prop_assert_eq!(names.text(number), text);
                if number == next {
                    prop_assert_eq!(before.find(text), None, "a clone must not see it");
                }
            }
            prop_assert_eq!(names.len(), map.len());
        }
    }
}
