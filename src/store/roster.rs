//! Rows in order of arrival, each in one of `C` classes or in none.
//!
//! Every block knows how many of its rows are in each class, and which: so the k-th row of any set of
//! classes is found by adding up counts, and a walk touches no row that it does not return. A row in
//! no class is a tombstone; a full block of tombstones gives its memory back, but for its first row,
//! which still tells where the block stands among sorted rows.
//!
//! Cloning and writing cost what they cost for [`super::Blocks`].

use std::ops::Range;
use std::sync::Arc;

const LEAF: usize = 256;
const FAN: usize = 256;
const WORDS: usize = LEAF / 64;

/// A set of classes, for queries: bit `c` stands for class `c`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Classes(pub u8);

impl Classes {
    /// Every class.
    pub const ALL: Self = Self(u8::MAX);

    const fn has(self, class: usize) -> bool {
        self.0 >> class & 1 == 1
    }

    fn sum<const C: usize>(self, counts: &[u32; C]) -> usize {
        (0..C).filter(|class| self.has(*class)).map(|class| counts[class] as usize).sum()
    }
}

#[derive(Debug, Clone)]
struct Leaf<T, const C: usize> {
    rows: Vec<T>,
    /// Rows that ever arrived here; stays when the rows are given back.
    len: usize,
    members: [[u64; WORDS]; C],
}

impl<T, const C: usize> Leaf<T, C> {
    fn word(&self, word: usize, classes: Classes) -> u64 {
        let sets = self.members.iter().enumerate();
        sets.filter(|(class, _)| classes.has(*class)).fold(0, |bits, (_, set)| bits | set[word])
    }

    fn class(&self, slot: usize) -> Option<usize> {
        self.members.iter().position(|set| set[slot / 64] >> (slot % 64) & 1 == 1)
    }

    fn put(&mut self, slot: usize, class: Option<usize>) {
        for (index, set) in self.members.iter_mut().enumerate() {
            let bit = 1 << (slot % 64);
            if class == Some(index) { set[slot / 64] |= bit } else { set[slot / 64] &= !bit }
        }
    }

    fn is_spent(&self) -> bool {
        self.len == LEAF && self.members.iter().flatten().all(|word| *word == 0)
    }
}

/// A part of the tree, with how many of its rows are in each class.
#[derive(Debug)]
struct Counted<N, const C: usize> {
    counts: [u32; C],
    part: Arc<N>,
}

impl<N, const C: usize> Clone for Counted<N, C> {
    fn clone(&self) -> Self {
        Self { counts: self.counts, part: Arc::clone(&self.part) }
    }
}

impl<N, const C: usize> Counted<N, C> {
    fn moved(&mut self, from: Option<usize>, to: Option<usize>) {
        if let Some(class) = from {
            self.counts[class] -= 1;
        }
        if let Some(class) = to {
            self.counts[class] += 1;
        }
    }
}

type Branch<T, const C: usize> = Vec<Counted<Leaf<T, C>, C>>;

/// Rows in order of arrival, in classes.
#[derive(Debug)]
pub struct Roster<T, const C: usize> {
    branches: Arc<Vec<Counted<Branch<T, C>, C>>>,
    counts: [u32; C],
    len: usize,
}

impl<T, const C: usize> Clone for Roster<T, C> {
    fn clone(&self) -> Self {
        Self { branches: Arc::clone(&self.branches), counts: self.counts, len: self.len }
    }
}

impl<T, const C: usize> Default for Roster<T, C> {
    fn default() -> Self {
        Self { branches: Arc::default(), counts: [0; C], len: 0 }
    }
}

impl<T, const C: usize> Roster<T, C> {
    /// How many rows ever arrived: the position of the next one.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether none ever arrived.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many rows are in these classes.
    pub fn count(&self, classes: Classes) -> usize {
        classes.sum(&self.counts)
    }

    /// The row at `position`, unless its block was given back.
    pub fn get(&self, position: usize) -> Option<&T> {
        super::touch(1);
        self.leaf(position)?.rows.get(position % LEAF)
    }

    /// The class of the row at `position`.
    pub fn class(&self, position: usize) -> Option<usize> {
        self.leaf(position)?.class(position % LEAF)
    }

    fn leaf(&self, position: usize) -> Option<&Leaf<T, C>> {
        let branch = self.branches.get(position / (LEAF * FAN))?;
        branch.part.get(position / LEAF % FAN).map(|leaf| &*leaf.part)
    }

    /// How many rows of these classes stand before `position`.
    pub fn rank(&self, position: usize, classes: Classes) -> usize {
        let (branch, leaf, slot) =
            (position / (LEAF * FAN), position / LEAF % FAN, position % LEAF);
        let whole = |counts: &[u32; C]| classes.sum(counts);
        let before =
            self.branches.iter().take(branch).map(|part| whole(&part.counts)).sum::<usize>();
        let Some(branch) = self.branches.get(branch) else { return before };
        let before =
            before + branch.part.iter().take(leaf).map(|part| whole(&part.counts)).sum::<usize>();
        let Some(leaf) = branch.part.get(leaf) else { return before };
        let inside = (0..=slot / 64).filter(|word| *word < WORDS).map(|word| {
            let bits = leaf.part.word(word, classes);
            let cut = if word < slot / 64 { bits } else { bits & ((1 << (slot % 64)) - 1) };
            cut.count_ones() as usize
        });
        before + inside.sum::<usize>()
    }

    /// In rows that are sorted so that `before` holds for the first ones only: the position of the
    /// first row for which it does not hold. Where that row's block was given back, the position is
    /// at an edge of the block, so that no row of any class stands on the wrong side.
    pub fn partition(&self, before: impl Fn(&T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low + (high - low) / 2;
            let start = middle / LEAF * LEAF;
            match self.get(middle) {
                Some(row) if before(row) => low = middle + 1,
                Some(_) => high = middle,
                None if self.get(start).is_some_and(&before) => low = start + LEAF,
                None => high = start,
            }
        }
        low
    }

    /// Walks the rows of these classes in order, beginning with the `skip`-th.
    pub fn walk(&self, classes: Classes, skip: usize) -> Walk<'_, T, C> {
        let mut walk =
            Walk { roster: self, classes, branch: 0, leaf: 0, word: 0, bits: 0, current: None };
        walk.seek(skip);
        walk
    }
}

impl<T, const C: usize> Roster<T, C> {
    /// The positions at which this roster and another can differ, as ranges that ascend: all but those in blocks
    /// that both share. Costs as many steps as there are such blocks, and some for the whole.
    pub fn unshared(&self, other: &Self) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        for branch in 0..self.branches.len().max(other.branches.len()) {
            let (one, two) = (self.branches.get(branch), other.branches.get(branch));
            if one.zip(two).is_some_and(|(one, two)| Arc::ptr_eq(&one.part, &two.part)) {
                continue;
            }
            let (one, two) = (one.map(|one| &one.part), two.map(|two| &two.part));
            let length = |part: Option<&Arc<Branch<T, C>>>| part.map_or(0, |part| part.len());
            for leaf in 0..length(one).max(length(two)) {
                let part = |of: Option<&Arc<Branch<T, C>>>| {
                    of.and_then(|of| of.get(leaf)).map(|counted| Arc::as_ptr(&counted.part))
                };
                if part(one) != part(two) {
                    let start = (branch * FAN + leaf) * LEAF;
                    found.push(start..start + LEAF);
                }
            }
        }
        found
    }
}

impl<T: Clone, const C: usize> Roster<T, C> {
    /// Appends a row and returns its position.
    pub fn push(&mut self, row: T, class: usize) -> usize {
        let position = self.len;
        let branches = Arc::make_mut(&mut self.branches);
        if position.is_multiple_of(LEAF * FAN) {
            branches.push(Counted { counts: [0; C], part: Arc::default() });
        }
        if let Some(branch) = branches.last_mut() {
            branch.moved(None, Some(class));
            let leaves = Arc::make_mut(&mut branch.part);
            if position.is_multiple_of(LEAF) {
                let leaf = Leaf { rows: Vec::new(), len: 0, members: [[0; WORDS]; C] };
                leaves.push(Counted { counts: [0; C], part: Arc::new(leaf) });
            }
            if let Some(counted) = leaves.last_mut() {
                counted.moved(None, Some(class));
                let leaf = Arc::make_mut(&mut counted.part);
                leaf.put(leaf.len, Some(class));
                leaf.rows.push(row);
                leaf.len += 1;
            }
        }
        self.counts[class] += 1;
        self.len += 1;
        position
    }

    /// Appends so many tombstones: rows that came and went before anybody looks. `row` stands for them among
    /// sorted rows. Whole blocks of them are shared, so that any number costs little.
    pub fn push_spent(&mut self, mut count: usize, row: &T) {
        let leaf = Leaf { rows: vec![row.clone()], len: LEAF, members: [[0; WORDS]; C] };
        let leaf = Counted { counts: [0; C], part: Arc::new(leaf) };
        let branch = Counted { counts: [0; C], part: Arc::new(vec![leaf.clone(); FAN]) };
        while count > 0 {
            let branches = Arc::make_mut(&mut self.branches);
            if self.len.is_multiple_of(LEAF * FAN) && count >= LEAF * FAN {
                let whole = count / (LEAF * FAN);
                branches.extend(std::iter::repeat_n(branch.clone(), whole));
                self.len += whole * LEAF * FAN;
                count -= whole * LEAF * FAN;
            } else if self.len.is_multiple_of(LEAF) && count >= LEAF {
                if self.len.is_multiple_of(LEAF * FAN) {
                    branches.push(Counted { counts: [0; C], part: Arc::default() });
                }
                if let Some(last) = branches.last_mut() {
                    Arc::make_mut(&mut last.part).push(leaf.clone());
                }
                self.len += LEAF;
                count -= LEAF;
            } else {
                let position = self.push(row.clone(), 0);
                self.put(position, None);
                count -= 1;
            }
        }
    }

    /// The row at `position`, to be changed.
    pub fn get_mut(&mut self, position: usize) -> Option<&mut T> {
        self.leaf(position)?.rows.get(position % LEAF)?;
        let branch = Arc::make_mut(&mut self.branches).get_mut(position / (LEAF * FAN))?;
        let leaf = Arc::make_mut(&mut branch.part).get_mut(position / LEAF % FAN)?;
        Arc::make_mut(&mut leaf.part).rows.get_mut(position % LEAF)
    }

    /// Puts the row at `position` into a class, or into none.
    pub fn put(&mut self, position: usize, class: Option<usize>) {
        let from = self.class(position);
        if from == class || position >= self.len {
            return;
        }
        let branches = Arc::make_mut(&mut self.branches);
        let Some(branch) = branches.get_mut(position / (LEAF * FAN)) else { return };
        branch.moved(from, class);
        let Some(counted) = Arc::make_mut(&mut branch.part).get_mut(position / LEAF % FAN) else {
            return;
        };
        counted.moved(from, class);
        let leaf = Arc::make_mut(&mut counted.part);
        leaf.put(position % LEAF, class);
        if leaf.is_spent() {
            leaf.rows.truncate(1);
            leaf.rows.shrink_to_fit();
        }
        for (moved, change) in [(from, u32::MAX), (class, 1)] {
            if let Some(class) = moved {
                self.counts[class] = self.counts[class].wrapping_add(change);
            }
        }
    }
}

/// A walk over the rows of some classes. Yields position and row.
#[derive(Debug)]
pub struct Walk<'a, T, const C: usize> {
    roster: &'a Roster<T, C>,
    classes: Classes,
    branch: usize,
    leaf: usize,
    word: usize,
    /// What is left of the current word.
    bits: u64,
    current: Option<&'a Leaf<T, C>>,
}

impl<'a, T, const C: usize> Walk<'a, T, C> {
    /// Goes to the `skip`-th row by counts alone.
    fn seek(&mut self, mut skip: usize) {
        let mut pass = |count: usize| {
            let passed = count <= skip;
            if passed {
                skip -= count;
            }
            passed
        };
        let branches = &self.roster.branches;
        self.branch =
            branches.iter().take_while(|part| pass(self.classes.sum(&part.counts))).count();
        let Some(branch) = branches.get(self.branch) else { return };
        self.leaf =
            branch.part.iter().take_while(|part| pass(self.classes.sum(&part.counts))).count();
        let Some(leaf) = branch.part.get(self.leaf) else { return };
        self.word = (0..WORDS)
            .take_while(|word| pass(leaf.part.word(*word, self.classes).count_ones() as usize))
            .count();
        self.current = Some(&leaf.part);
        self.bits = leaf.part.word(self.word, self.classes);
        for _ in 0..skip {
            self.bits &= self.bits - 1;
        }
    }

    /// Goes to the next word that has a row; false at the end.
    fn advance(&mut self) -> bool {
        while self.bits == 0 {
            self.word += 1;
            if self.word == WORDS || self.current.is_none() {
                let Some(leaf) = self.next_leaf() else { return false };
                self.current = Some(leaf);
                self.word = 0;
            }
            if let Some(leaf) = self.current {
                self.bits = leaf.word(self.word, self.classes);
            }
        }
        true
    }

    /// The next leaf that has a row.
    fn next_leaf(&mut self) -> Option<&'a Leaf<T, C>> {
        self.current?;
        self.leaf += 1;
        loop {
            let branch = self.roster.branches.get(self.branch)?;
            let mut rest = branch.part.iter().skip(self.leaf);
            if self.classes.sum(&branch.counts) > 0
                && let Some(skipped) = rest.position(|leaf| self.classes.sum(&leaf.counts) > 0)
            {
                self.leaf += skipped;
                return branch.part.get(self.leaf).map(|leaf| &*leaf.part);
            }
            self.branch += 1;
            self.leaf = 0;
        }
    }
}

impl<'a, T, const C: usize> Iterator for Walk<'a, T, C> {
    type Item = (usize, &'a T);

    fn next(&mut self) -> Option<Self::Item> {
        if !self.advance() {
            return None;
        }
        let slot = self.word * 64 + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        super::touch(1);
        let row = self.current?.rows.get(slot)?;
        Some(((self.branch * FAN + self.leaf) * LEAF + slot, row))
    }
}

#[cfg(test)]
mod tests {
    use super::super::touched;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_touches_only_its_rows_wherever_it_is() {
        let mut roster = Roster::<u32, 2>::default();
        for n in 0..300_000 {
            roster.push(n, (n % 2) as usize);
        }
        for n in (0..300_000).filter(|n| n % 3 == 0) {
            roster.put(n, None);
        }
        let page = |classes, skip: usize| -> (usize, Vec<u32>) {
            touched::during(|| roster.walk(classes, skip).take(500).map(|(_, row)| *row).collect())
        };
        let (rows, got) = page(Classes(1), 90_000);
        let even = (0..300_000).filter(|n| n % 2 == 0 && n % 3 != 0);
        assert_eq!(got, even.skip(90_000).take(500).collect::<Vec<_>>());
        assert_eq!(rows, 500);
        assert_eq!(page(Classes::ALL, 200_000).1, [] as [u32; 0]);
        assert_eq!(page(Classes::ALL, 199_999).1, [299_999]);
    }

    #[test]
    fn a_block_of_tombstones_gives_its_memory_back() {
        let mut roster = Roster::<String, 1>::default();
        for n in 0..1_000 {
            roster.push(n.to_string(), 0);
        }
        for n in 0..300 {
            roster.put(n, None);
        }
        assert_eq!(roster.get(255), None, "its block is gone");
        assert_eq!(roster.get(256).map(String::as_str), Some("256"), "its block still lives");
        assert_eq!(roster.walk(Classes::ALL, 0).next().map(|(at, _)| at), Some(300));
    }

    #[derive(Debug, Clone)]
    enum Act {
        Push(usize),
        Put(usize, Option<usize>),
        Fork,
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            (0..3usize).prop_map(Act::Push),
            (0..3usize).prop_map(Act::Push),
            (0..2_000usize, prop::option::of(0..3usize)).prop_map(|(at, to)| Act::Put(at, to)),
            Just(Act::Fork),
        ];
        prop::collection::vec(act, 0..1_500)
    }

    #[test]
    fn tombstones_in_bulk_are_tombstones() {
        for before in [0, 1, 255, 300, 65_535] {
            for count in [0, 1, 255, 256, 257, 65_537, 140_000] {
                let (mut bulk, mut single) = (Roster::<usize, 2>::default(), Roster::default());
                for row in 0..before {
                    bulk.push(row, row % 2);
                    single.push(row, row % 2);
                }
                bulk.push_spent(count, &before);
                for _ in 0..count {
                    let position = single.push(before, 0);
                    single.put(position, None);
                }
                for roster in [&mut bulk, &mut single] {
                    roster.push(before + 1, 1);
                }
                let rows = |roster: &Roster<usize, 2>| {
                    roster.walk(Classes::ALL, 0).map(|(at, row)| (at, *row)).collect::<Vec<_>>()
                };
                assert_eq!(rows(&bulk), rows(&single), "{count} after {before}");
                assert_eq!((bulk.len(), bulk.counts), (single.len(), single.counts));
                let last = before + count;
                assert_eq!(bulk.rank(last, Classes::ALL), single.rank(last, Classes::ALL));
                assert_eq!(bulk.partition(|row| *row <= before), last);
            }
        }
        let mut long = Roster::<usize, 2>::default();
        long.push_spent(1 << 36, &0);
        long.push(7, 0);
        assert_eq!(long.walk(Classes::ALL, 0).next(), Some((1 << 36, &7)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn behaves_like_a_list(acts in acts(), mask in 0u8..8, skip in 0usize..800) {
            let mut roster = Roster::<usize, 3>::default();
            let mut list: Vec<Option<usize>> = Vec::new();
            let mut forks = Vec::new();
            for act in acts {
                match act {
                    Act::Push(class) => {
                        let position = roster.push(list.len() * 10, class);
                        prop_assert_eq!(position, list.len());
                        list.push(Some(class));
                    }
                    Act::Put(at, to) => {
                        // What is in no class is never put back: its block may be gone.
                        if list.get(at).is_some_and(Option::is_some) {
                            roster.put(at, to);
                            list[at] = to;
                        }
                    }
                    Act::Fork if forks.len() < 3 => forks.push((roster.clone(), list.clone())),
                    Act::Fork => {}
                }
            }
            forks.push((roster, list));
            for (roster, list) in forks {
                let living: Vec<usize> = list.iter().enumerate()
                    .filter(|(_, class)| class.is_some_and(|class| mask >> class & 1 == 1))
                    .map(|(at, _)| at).collect();
                prop_assert_eq!(roster.count(Classes(mask)), living.len());
                let walked: Vec<(usize, usize)> =
                    roster.walk(Classes(mask), skip).map(|(at, row)| (at, *row)).collect();
                let expected: Vec<(usize, usize)> =
                    living.iter().skip(skip).map(|at| (*at, at * 10)).collect();
                prop_assert_eq!(walked, expected);
                for at in [skip, skip * 2] {
                    let place = roster.partition(|row| *row < at * 10);
                    let before = living.iter().filter(|living| **living < at).count();
                    prop_assert_eq!(roster.rank(place, Classes(mask)), before);
                }
                for at in [0, 63, 64, 255, 256, 300, skip] {
                    let before = living.iter().filter(|living| **living < at).count();
                    prop_assert_eq!(roster.rank(at, Classes(mask)), before);
                }
            }
        }
    }
}
