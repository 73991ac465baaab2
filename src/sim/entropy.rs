//! Where all randomness of a universe comes from; the only place that makes a generator.
//!
//! Everything is a pure function of a key (seed, location, purpose, n), so that one more draw in
//! one place never changes a draw in another, and the same seed gives the same bytes on every
//! platform and in every build. Universe ids are no part of a key.
//!
//! Two tools: [`Stream`]s for things that are drawn one after the other, and keyed functions for
//! things that are looked up: [`hash64`], [`hash128`] and the permutation [`seal`] / [`open`].
//! None of it is cryptography; nobody is meant to be kept out.
//!
//! Not here: sampling by the libraries (their algorithms may change between versions), floating
//! point, the operating system's entropy.

use rand::rngs::ChaCha12Rng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

/// A child generator: draws depend on its key and on the number of earlier draws only.
#[derive(Debug)]
pub struct Stream {
    generator: ChaCha12Rng,
}

impl Stream {
    /// The stream of one key. Purposes are dotted words, such as `event.id`.
    pub fn new(seed: u64, location: &str, purpose: &str, n: u64) -> Self {
        let mut state = Absorber::new(seed).text(location).text(purpose).word(n).finish();
        let mut child = [0; 32];
        for lane in child.chunks_exact_mut(8) {
            lane.copy_from_slice(&split_mix(&mut state).to_le_bytes());
        }
        Self { generator: ChaCha12Rng::from_seed(child) }
    }

    /// 64 random bits.
    pub fn u64(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// A number below `n`, each as likely as any other; 0 if `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        // The high half of a product is uniform once the few low halves that would favour some
        // numbers are drawn again.
        let unfair_below = n.wrapping_neg().checked_rem(n).unwrap_or(0);
        loop {
            let product = u128::from(self.u64()) * u128::from(n);
            if product as u64 >= unfair_below {
                return (product >> 64) as u64;
            }
        }
    }

    /// True `ppm` times in a million. Draws once or more whatever `ppm` is.
    pub fn chance(&mut self, ppm: u32) -> bool {
        self.below(1_000_000) < u64::from(ppm)
    }

    /// One of the items, each as likely as any other.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// Brings the items into a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u64 + 1) as usize);
        }
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.u64().to_le_bytes()[..chunk.len()]);
        }
        bytes
    }
}

/// A keyed hash of some bytes.
pub fn hash64(seed: u64, location: &str, purpose: &str, bytes: &[u8]) -> u64 {
    Absorber::new(seed).text(location).text(purpose).bytes(bytes).finish()
}

/// A wider keyed hash of some bytes. Its halves have nothing to do with [`hash64`].
pub fn hash128(seed: u64, location: &str, purpose: &str, bytes: &[u8]) -> u128 {
    let half = |lane: u64| {
        Absorber::new(seed).word(lane).text(location).text(purpose).bytes(bytes).finish()
    };
    u128::from(half(1)) << 64 | u128::from(half(2))
}

/// Bits of a UUID that its version and variant leave free.
const PAYLOAD_BITS: u32 = 122;
const HALF_BITS: u32 = PAYLOAD_BITS / 2;
const HALF_MASK: u64 = (1 << HALF_BITS) - 1;
const ROUNDS: u64 = 8;

/// Hides a payload in a UUID that looks random (version 4). Bits from 122 up are dropped.
///
/// A permutation for each key: different payloads give different ids, and [`open`] gets the
/// payload back, so that ids need no table.
pub fn seal(key: u64, payload: u128) -> Uuid {
    let mut left = (payload >> HALF_BITS) as u64 & HALF_MASK;
    let mut right = payload as u64 & HALF_MASK;
    for round in 0..ROUNDS {
        (left, right) = (right, left ^ scramble(key, round, right));
    }
    let bits = u128::from(left) << HALF_BITS | u128::from(right);
    // From the top: 48 bits, version, 12 bits, variant, 62 bits.
    let id = (bits >> 74) << 80 | 0x4 << 76 | (bits >> 62 & 0xFFF) << 64 | 0b10 << 62;
    Uuid::from_u128(id | bits & ((1 << 62) - 1))
}

/// The payload that [`seal`] hid with the same key; none if the id is not of version 4.
///
/// With another key, or an id made elsewhere, the payload is noise: its owner checks what it says.
pub fn open(key: u64, id: Uuid) -> Option<u128> {
    let id = id.as_u128();
    if id >> 76 & 0xF != 0x4 || id >> 62 & 0b11 != 0b10 {
        return None;
    }
    let bits = (id >> 80) << 74 | (id >> 64 & 0xFFF) << 62 | id & ((1 << 62) - 1);
    let mut left = (bits >> HALF_BITS) as u64 & HALF_MASK;
    let mut right = bits as u64 & HALF_MASK;
    for round in (0..ROUNDS).rev() {
        (left, right) = (right ^ scramble(key, round, left), left);
    }
    Some(u128::from(left) << HALF_BITS | u128::from(right))
}

/// The round function of the permutation.
fn scramble(key: u64, round: u64, half: u64) -> u64 {
    mix(mix(key ^ round.wrapping_mul(GOLDEN)) ^ half) & HALF_MASK
}

/// 2^64 divided by the golden ratio: the step of `SplitMix64`.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
const FNV_OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01B3;

/// Gathers the parts of a key (FNV-1a); lengths go in too, so that parts can't run together.
struct Absorber(u64);

impl Absorber {
    fn new(seed: u64) -> Self {
        Self(FNV_OFFSET ^ mix(seed))
    }

    fn raw(mut self, bytes: &[u8]) -> Self {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(FNV_PRIME);
        }
        self
    }

    fn word(self, word: u64) -> Self {
        self.raw(&word.to_le_bytes())
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        self.word(bytes.len() as u64).raw(bytes)
    }

    fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    fn finish(self) -> u64 {
        mix(self.0)
    }
}

/// The next output of a `SplitMix64` generator.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(GOLDEN);
    mix(*state)
}

/// The finalizer of `SplitMix64`: a permutation of 64 bits in which each bit of the input turns
/// about half of the output.
fn mix(word: u64) -> u64 {
    let word = (word ^ word >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ word >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ word >> 31
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn first_draws_are_pinned() {
        let mut stream = Stream::new(7, "berlin", "event.id", 3);
        let mut items = [1, 2, 3, 4, 5, 6, 7, 8];
        stream.shuffle(&mut items);
        let rolls = [0; 8].map(|_: u8| stream.below(6));
        let draws = (stream.u64(), rolls, items, stream.bytes::<3>());
        let rolled = [3, 4, 3, 5, 2, 4, 5, 2];
        let shuffled = [8, 4, 6, 7, 5, 3, 1, 2];
        assert_eq!(draws, (1_440_833_630_762_833_478, rolled, shuffled, [204, 127, 63]));
    }

    #[test]
    fn keyed_functions_are_pinned() {
        let narrow = hash64(7, "berlin", "stoken", b"abc");
        let wide = hash128(7, "berlin", "stoken", b"abc");
        assert_eq!(narrow, 10_923_379_001_820_544_817);
        assert_eq!(wide, 84_985_361_267_431_606_000_607_522_295_298_550_281);
        assert_eq!(seal(7, 0).to_string(), "bb3632cc-abc6-4de5-aea5-517ac0a91c28");
        assert_eq!(seal(7, 1).to_string(), "9f8bf483-1c6e-493c-8acf-07abe5931bd7");
    }

    #[test]
    fn every_part_of_a_key_counts() {
        let first = |mut stream: Stream| stream.u64();
        let draws = [
            first(Stream::new(1, "a", "b", 0)),
            first(Stream::new(2, "a", "b", 0)),
            first(Stream::new(1, "ab", "", 0)),
            first(Stream::new(1, "", "ab", 0)),
            first(Stream::new(1, "a", "b", 1)),
        ];
        for (index, draw) in draws.iter().enumerate() {
            assert!(!draws[..index].contains(draw), "{draws:?}");
        }
        assert_ne!(hash64(1, "a", "", b"b"), hash64(1, "", "a", b"b"));
    }

    #[test]
    fn below_reaches_each_number_about_equally_often() {
        let mut stream = Stream::new(1, "", "test", 0);
        let mut seen = [0; 6];
        for _ in 0..6000 {
            seen[stream.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|n| (850..1150).contains(n)), "{seen:?}");
    }

    #[test]
    fn extremes_are_harmless() {
        let mut stream = Stream::new(0, "", "", 0);
        assert_eq!(stream.below(0), 0);
        assert_eq!(stream.below(1), 0);
        stream.below(u64::MAX);
        assert_eq!(stream.pick::<u8>(&[]), None);
        stream.shuffle::<u8>(&mut []);
        assert!(!stream.chance(0));
        assert!(stream.chance(1_000_000));
        assert!(stream.bytes::<0>().is_empty());
    }

    #[test]
    fn only_version_4_opens() {
        assert_eq!(open(1, Uuid::nil()), None);
        assert_eq!(open(1, Uuid::max()), None);
        let id = seal(1, 5);
        assert_eq!(id.get_version_num(), 4);
        assert_eq!(open(1, Uuid::from_u128(id.as_u128() ^ 1 << 76)), None);
        assert_eq!(open(1, Uuid::from_u128(id.as_u128() ^ 1 << 62)), None);
    }

    proptest! {
        #[test]
        fn sealed_payloads_open(key: u64, payload in 0_u128..1 << PAYLOAD_BITS) {
            prop_assert_eq!(open(key, seal(key, payload)), Some(payload));
        }

        #[test]
        fn opened_ids_seal(key: u64, bits: u128) {
            let id = bits & !(0xF << 76 | 0b11 << 62) | 0x4 << 76 | 0b10 << 62;
            let id = Uuid::from_u128(id);
            prop_assert_eq!(open(key, id).map(|payload| seal(key, payload)), Some(id));
        }

        #[test]
        fn below_stays_below(seed: u64, n in 1_u64..) {
            prop_assert!(Stream::new(seed, "", "", 0).below(n) < n);
        }
    }
}
