//! What all draws of a run share of the costs of pairs.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::open_year::OpenYear;
use super::rates::Offers;
use crate::data::checksum_128;
use crate::numerics::sorted_lanes::Lanes;

/// Bytes that are kept in all. A shelf that asks for more forgets what it held.
const MOST_BYTES: usize = 128 << 20;
/// More than threads, so that they seldom wait for each other.
const SHELVES: usize = 512;

/// What pairs have come to in the situations met so far, kept for all draws and years: joined strengths of texts, and
/// rates with the use of preferences and who may claim left open. Both depend on what is in force and in which of its
/// years, and on nothing that is drawn. Threads may share it: what it holds changes no result.
#[derive(Debug)]
pub struct SharedCosts {
    n: usize,
    most_bytes: usize,
    bytes: AtomicUsize,
    /// Each holds what has a number of its own remainder.
    shelves: Vec<Mutex<Shelf>>,
    /// Years under the memberships known at the start, which are those of all draws.
    starts: Mutex<Vec<(i16, AllPairs)>>,
}

/// A year by importer and exporter; of each pair as soon as somebody has worked it out.
pub(super) type AllPairs = Arc<[OnceLock<OpenYear>]>;

/// A part of what is known.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    /// Joined strengths of texts, `[j]`.
    pub texts: ByKey<[f64]>,
    /// What an agreement offers a pair.
    pub offers: ByKey<Offers>,
    /// Additional duties of a pair.
    pub duties: ByKey<[Lanes]>,
    bytes: usize,
}

/// What is known, by a number that tells the situation: [`checksum_128`] of what it hangs on.
pub(super) type ByKey<T> = HashMap<u128, Arc<T>, BuildHasherDefault<OfNumber>>;

/// The number of words.
pub(super) fn number_of(words: &[u32]) -> u128 {
    checksum_128(pulp::bytemuck::cast_slice(words))
}

/// Takes the number as it is: its bits are mixed already.
#[derive(Debug, Default)]
pub(super) struct OfNumber(u64);

impl Hasher for OfNumber {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u128(&mut self, number: u128) {
        self.0 = number as u64;
    }

    fn finish(&self) -> u64 {
        self.0
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
        let shelves = (0..SHELVES).map(|_| Mutex::default()).collect();
        Self { n, most_bytes, bytes: AtomicUsize::new(0), shelves, starts: Mutex::default() }
    }

    /// What `key` tells; `make` works it out where nobody has, and says how many bytes it takes.
    ///
    /// Others may ask for the same meanwhile: what two of them work out is the same.
    pub(super) fn get<T: ?Sized>(
        &self,
        of: fn(&mut Shelf) -> &mut ByKey<T>,
        key: u128,
        make: impl FnOnce() -> (Arc<T>, usize),
    ) -> Arc<T> {
        let at = (key >> 64) as usize % self.shelves.len();
        if let Some(found) = of(&mut self.lock(at)).get(&key) {
            return Arc::clone(found);
        }
        let (made, bytes) = make();
        let mut known = self.lock(at);
        if let Some(found) = of(&mut known).get(&key) {
            return Arc::clone(found);
        }
        self.make_room(&mut known, bytes + size_of::<u128>());
        of(&mut known).insert(key, Arc::clone(&made));
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

    fn lock(&self, at: usize) -> MutexGuard<'_, Shelf> {
        self.shelves[at].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an entry that a shelf adds. Where all together have no room, the shelf forgets the others that it has.
    fn make_room(&self, known: &mut Shelf, bytes: usize) {
        let all = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if all > self.most_bytes {
            self.bytes.fetch_sub(known.bytes, Ordering::Relaxed);
            *known = Shelf::default();
        }
        known.bytes += bytes;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::SharedCosts;

    /// Asks for an entry of 24 bytes on one of the shelves and says whether it was known.
    fn is_known(costs: &SharedCosts, shelf: u8, key: u8) -> bool {
        let mut is_known = true;
        let found = costs.get(
            |known| &mut known.texts,
            (u128::from(shelf) << 64) | u128::from(key),
            || {
                is_known = false;
                (Arc::new([f64::from(key)]), 8)
            },
        );
        assert_eq!(found[0], f64::from(key));
        is_known
    }

    #[test]
    fn what_is_known_is_not_worked_out_again() {
        let costs = SharedCosts::new(2);
        assert_eq!([1, 2, 1, 2].map(|key| is_known(&costs, 0, key)), [false, false, true, true]);
        assert!(!is_known(&costs, 1, 1), "another number is another entry");
    }

    #[test]
    fn a_shelf_without_room_forgets_what_it_held_and_the_others_keep_theirs() {
        let costs = SharedCosts::with_room(2, 3 * 24);
        assert_eq!([1, 2].map(|key| is_known(&costs, 0, key)), [false, false]);
        assert_eq!([1, 1].map(|key| is_known(&costs, 1, key)), [false, true]);
        assert_eq!([3, 1, 3].map(|key| is_known(&costs, 0, key)), [false, false, true]);
        assert!(is_known(&costs, 1, 1));
    }
}
