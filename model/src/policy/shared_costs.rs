//! What all draws of a run share of the costs of pairs.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::open_year::OpenYear;
use super::rates::SituationRates;
use crate::data::Pair;

/// Bytes that are kept of all pairs together. A pair that asks for more forgets what it knew.
const MOST_BYTES: usize = 128 << 20;

/// What pairs have come to in the situations met so far, kept for all draws and years: joined strengths of texts, and
/// rates with the use of preferences and who may claim left open. Both depend on what is in force and in which of its
/// years, and on nothing that is drawn. Threads may share it: what it holds changes no result.
#[derive(Debug)]
pub struct SharedCosts {
    n: usize,
    most_bytes: usize,
    bytes: AtomicUsize,
    by_pair: Vec<Mutex<KnownOfPair>>,
    /// Years under the memberships known at the start, which are those of all draws.
    starts: Mutex<Vec<(i16, AllPairs)>>,
}

/// A year by importer and exporter; of each pair as soon as somebody has worked it out.
pub(super) type AllPairs = Arc<[OnceLock<OpenYear>]>;

/// By what is in force.
#[derive(Debug, Default)]
pub(super) struct KnownOfPair {
    /// Joined strengths, `[j]`.
    pub texts: ByKey<[f64]>,
    pub rates: ByKey<SituationRates>,
    bytes: usize,
}

/// What is known, by the words that tell the situation.
pub(super) type ByKey<T> = HashMap<Box<[u32]>, Arc<T>, BuildHasherDefault<OfWords>>;

/// A hash of words that the program makes itself: nobody picks them so that they collide.
#[derive(Debug, Default)]
pub(super) struct OfWords(u64);

impl Hasher for OfWords {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|&word| self.write_u64(u64::from_le_bytes(word)));
        rest.iter().for_each(|&byte| self.write_u64(u64::from(byte)));
    }

    fn write_u64(&mut self, word: u64) {
        // The multiplier of Fibonacci hashing.
        self.0 = (self.0.rotate_left(26) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

/// A year of the pairs of `n` countries of which nothing is known.
pub(super) fn unknown_year(n: usize) -> AllPairs {
    (0..n * n).map(|_| OnceLock::new()).collect()
}

impl SharedCosts {
    /// Nothing yet, for `n` countries.
    #[must_use]
    pub fn new(n: usize) -> Self {
        Self::with_room(n, MOST_BYTES)
    }

    /// Nothing yet, with room for so many bytes.
    pub(super) fn with_room(n: usize, most_bytes: usize) -> Self {
        let by_pair = (0..n * n).map(|_| Mutex::default()).collect();
        Self { n, most_bytes, bytes: AtomicUsize::new(0), by_pair, starts: Mutex::default() }
    }

    /// What a pair comes to where `key` holds; `make` works it out where nobody has, and says how many bytes it takes.
    ///
    /// Others may ask for the same pair meanwhile: what two of them work out is the same.
    pub(super) fn get<T: ?Sized>(
        &self,
        pair: Pair,
        of: fn(&mut KnownOfPair) -> &mut ByKey<T>,
        key: &[u32],
        make: impl FnOnce() -> (Arc<T>, usize),
    ) -> Arc<T> {
        let at = pair.importer * self.n + pair.exporter;
        if let Some(found) = of(&mut self.lock(at)).get(key) {
            return Arc::clone(found);
        }
        let (made, bytes) = make();
        let mut known = self.lock(at);
        if let Some(found) = of(&mut known).get(key) {
            return Arc::clone(found);
        }
        self.make_room(&mut known, bytes + size_of_val(key));
        of(&mut known).insert(key.into(), Arc::clone(&made));
        made
    }

    /// A year under the memberships known at the start.
    pub(super) fn start(&self, year: i16) -> AllPairs {
        let mut known = self.starts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, found)) = known.iter().find(|(one, _)| *one == year) {
            return Arc::clone(found);
        }
        let made = unknown_year(self.n);
        known.push((year, Arc::clone(&made)));
        made
    }

    fn lock(&self, at: usize) -> MutexGuard<'_, KnownOfPair> {
        self.by_pair[at].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an entry that a pair adds. Where all pairs together have no room, the pair forgets the others that it has.
    fn make_room(&self, known: &mut KnownOfPair, bytes: usize) {
        let all = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if all > self.most_bytes {
            self.bytes.fetch_sub(known.bytes, Ordering::Relaxed);
            *known = KnownOfPair::default();
        }
        known.bytes += bytes;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::SharedCosts;
    use crate::data::Pair;

    const PAIR: Pair = Pair { importer: 0, exporter: 1 };

    /// Asks for an entry of 24 bytes and says whether it was known.
    fn is_known(costs: &SharedCosts, pair: Pair, key: u32) -> bool {
        let mut is_known = true;
        let found = costs.get(
            pair,
            |known| &mut known.texts,
            &[key],
            || {
                is_known = false;
                (Arc::new([f64::from(key)]), 20)
            },
        );
        assert_eq!(found[0], f64::from(key));
        is_known
    }

    #[test]
    fn what_is_known_is_not_worked_out_again() {
        let costs = SharedCosts::new(2);
        assert_eq!([1, 2, 1, 2].map(|key| is_known(&costs, PAIR, key)), [false, false, true, true]);
        assert!(!is_known(&costs, Pair { importer: 1, exporter: 0 }, 1), "pairs know nothing of each other");
    }

    #[test]
    fn a_pair_without_room_forgets_what_it_knew_and_the_others_keep_theirs() {
        let other = Pair { importer: 1, exporter: 0 };
        let costs = SharedCosts::with_room(2, 3 * 24);
        assert_eq!([1, 2].map(|key| is_known(&costs, PAIR, key)), [false, false]);
        assert_eq!([1, 1].map(|key| is_known(&costs, other, key)), [false, true]);
        assert_eq!([3, 1, 3].map(|key| is_known(&costs, PAIR, key)), [false, false, true]);
        assert!(is_known(&costs, other, 1));
    }
}
