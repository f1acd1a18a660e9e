//! Many short lists sorted side by side, one in each lane of a vector.
//!
//! A table has hundreds of thousands of cells, and each needs the order of a few hundred draws. Sorting them one by one
//! waits for branches that no machine can guess. A network of comparisons is the same for every list, so that eight
//! lists take its steps together.
//!
//! The order is exact. A value carries its place in the last bits, which makes near values change places; the lists are
//! looked through afterwards, and the few that are not in order are sorted again.
//!
//! Source of the network: Batcher's merge exchange, Knuth (1998), The Art of Computer Programming 3, 5.2.2, algorithm M.

use pulp::{Arch, Simd, WithSimd};

use super::vectors::{Number, vectorised};

/// Lists side by side.
pub const LANES: usize = 8;
/// One number of each list.
pub type Lanes = [f64; LANES];
/// Longest lists: with more bits taken from the values too many would change places.
pub const LONGEST: usize = 1 << 12;

/// Sorts lists of the same length.
#[derive(Debug, Clone)]
pub struct LaneSorter {
    /// Second key of each place: of equal values the one with the smaller key comes first.
    ties: Vec<f64>,
    /// Places by rising second key.
    order: Vec<u32>,
    /// Second keys in that order.
    ordered_ties: Vec<f64>,
    /// Rank of each place in that order.
    ranks: Vec<u64>,
    /// The last bits of a number, which hold the rank.
    mask: u64,
}

/// Lists in rising order.
#[derive(Debug, Clone, PartialEq)]
pub struct SortedLanes {
    /// Their values.
    pub values: Vec<Lanes>,
    /// The second key of each.
    pub ties: Vec<Lanes>,
}

impl LaneSorter {
    /// For lists as long as `ties`, all of them numbers; `None` where they are longer than [`LONGEST`].
    #[must_use]
    pub fn new(ties: Vec<f64>) -> Option<Self> {
        if ties.len() > LONGEST {
            return None;
        }
        let mut order: Vec<u32> = (0..ties.len() as u32).collect();
        order.sort_by(|&a, &b| ties[a as usize].total_cmp(&ties[b as usize]));
        let ordered_ties = order.iter().map(|&at| ties[at as usize]).collect();
        let mut ranks = vec![0; ties.len()];
        order.iter().enumerate().for_each(|(rank, &at)| ranks[at as usize] = rank as u64);
        // One more than there are ranks: no key is 0 below zero, which equals 0.
        let mask = ((ties.len() + 1).next_power_of_two() as u64) - 1;
        Some(Self { ties, order, ordered_ties, ranks, mask })
    }

    /// The lists in rising order. Every number must be finite.
    #[must_use]
    pub fn sorted(&self, values: &[Lanes]) -> SortedLanes {
        debug_assert!(values.iter().flatten().all(|value| value.is_finite()));
        let zeros = || vec![[0.0; LANES]; values.len()];
        let mut found = SortedLanes { values: zeros(), ties: zeros() };
        let mut keys = zeros();
        vectorised(
            #[inline(always)]
            || {
                for ((key, value), rank) in keys.iter_mut().zip(values).zip(&self.ranks) {
                    *key = self.key(value, *rank);
                }
            },
        );
        Arch::new().dispatch(Exchange(&mut keys));
        let is_rising = vectorised(
            #[inline(always)]
            || {
                self.fill(&keys, values, &mut found);
                are_rising(&found)
            },
        );
        for (lane, _) in is_rising.iter().enumerate().filter(|(_, is_rising)| !**is_rising) {
            self.sort_lane(lane, values, &mut found);
        }
        found
    }

    /// The values with their rank in the last bits. Among numbers below zero larger bits come first.
    #[inline(always)]
    fn key(&self, values: &Lanes, rank: u64) -> Lanes {
        let mut keys = [0.0; LANES];
        for lane in 0..LANES {
            let bits = values[lane].to_bits();
            keys[lane] = f64::from_bits(bits & !self.mask | (rank ^ (self.mask & sign(bits))));
        }
        keys
    }

    /// Whole values and second keys in the order of the keys.
    #[inline(always)]
    fn fill(&self, keys: &[Lanes], values: &[Lanes], found: &mut SortedLanes) {
        let places = found.values.iter_mut().zip(&mut found.ties);
        for (keys, (to_values, to_ties)) in keys.iter().zip(places) {
            for lane in 0..LANES {
                let bits = keys[lane].to_bits();
                let rank = ((bits ^ sign(bits)) & self.mask) as usize;
                to_values[lane] = values[self.order[rank] as usize][lane];
                to_ties[lane] = self.ordered_ties[rank];
            }
        }
    }

    /// One list sorted by whole values.
    fn sort_lane(&self, lane: usize, values: &[Lanes], found: &mut SortedLanes) {
        let mut list: Vec<(f64, f64)> =
            values.iter().map(|of| of[lane]).zip(self.ties.iter().copied()).collect();
        list.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for ((value, tie), (to_values, to_ties)) in
            list.into_iter().zip(found.values.iter_mut().zip(&mut found.ties))
        {
            (to_values[lane], to_ties[lane]) = (value, tie);
        }
    }
}

/// All bits of a number below zero, else none.
#[inline(always)]
fn sign(bits: u64) -> u64 {
    ((bits as i64) >> 63) as u64
}

/// A number whose order is that of [`f64::total_cmp`].
#[inline(always)]
fn in_total_order(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

/// For each list whether its values rise, in the order of [`f64::total_cmp`], and the second keys of equal ones.
#[inline(always)]
fn are_rising(lists: &SortedLanes) -> [bool; LANES] {
    let mut falls = [false; LANES];
    let mut before = [i64::MIN; LANES];
    let mut before_ties = [f64::NEG_INFINITY; LANES];
    for (values, ties) in lists.values.iter().zip(&lists.ties) {
        let mut order = [0; LANES];
        for lane in 0..LANES {
            order[lane] = in_total_order(values[lane]);
        }
        for lane in 0..LANES {
            falls[lane] |= (before[lane] > order[lane])
                | ((before[lane] == order[lane]) & (before_ties[lane] > ties[lane]));
        }
        (before, before_ties) = (order, *ties);
    }
    falls.map(|falls| !falls)
}

/// Algorithm M. The places whose bit `p` is that of `r` come in runs of length `p`.
///
/// In explicit vectors: of what the compiler makes of comparisons a half stores some lanes alone, for which the next load waits.
struct Exchange<'k>(&'k mut [Lanes]);

impl WithSimd for Exchange<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let n = self.0.len();
        let keys = self.0.as_flattened_mut();
        let top = n.next_power_of_two() / 2;
        let mut p = top;
        while p > 0 {
            let (mut q, mut r, mut d) = (top, 0, p);
            loop {
                let mut start = r;
                while start + d < n {
                    let (low, high) = keys.split_at_mut(LANES * (start + d));
                    let run = LANES * p.min(n - start - d);
                    put_in_order(simd, &mut low[LANES * start..][..run], &mut high[..run]);
                    start += 2 * p;
                }
                if q == p {
                    break;
                }
                (d, q, r) = (q - p, q / 2, p);
            }
            p /= 2;
        }
    }
}

/// No key is NaN or 0 below zero, so that the smaller and the larger of two are both of them.
#[inline(always)]
fn put_in_order<S: Simd>(simd: S, low: &mut [f64], high: &mut [f64]) {
    let (low, high) = (f64::vectors_mut::<S>(low), f64::vectors_mut::<S>(high));
    for (low, high) in low.iter_mut().zip(high) {
        (*low, *high) = (simd.min_f64s(*low, *high), simd.max_f64s(*low, *high));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(values: &[Lanes], ties: &[f64]) {
        let sorter = LaneSorter::new(ties.to_vec()).unwrap();
        let found = sorter.sorted(values);
        for lane in 0..LANES {
            let mut wanted: Vec<(f64, f64)> =
                values.iter().zip(ties).map(|(values, tie)| (values[lane], *tie)).collect();
            wanted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let bits = |list: &mut dyn Iterator<Item = (f64, f64)>| -> Vec<_> {
                list.map(|(value, tie)| (value.to_bits(), tie.to_bits())).collect()
            };
            let mut found =
                found.values.iter().zip(&found.ties).map(|(values, ties)| (values[lane], ties[lane]));
            assert_eq!(
                bits(&mut found),
                bits(&mut wanted.into_iter()),
                "{} values, lane {lane}",
                values.len()
            );
        }
    }

    #[test]
    fn lists_of_every_length_come_out_in_order() {
        for n in [1, 2, 3, 5, 8, 13, 31, 64, 100, 200, 257] {
            let number = |at: usize| ((at * 7919 + 13) % 10_007) as f64 / 5000.0 - 1.0;
            let values: Vec<Lanes> =
                (0..n).map(|at| std::array::from_fn(|lane| number(at * LANES + lane))).collect();
            let ties: Vec<f64> = (0..n).map(|at| f64::from(at as u32 * 5 % 7)).collect();
            checked(&values, &ties);
        }
    }

    #[test]
    fn equal_and_near_values_and_both_zeros_keep_the_order_of_their_ties() {
        let near = 1.0 + f64::EPSILON;
        let some = [0.0, -0.0, 1.0, near, -1.0, -near, f64::MIN_POSITIVE, f64::MAX];
        let values: Vec<Lanes> =
            (0..40).map(|at| std::array::from_fn(|lane| some[(at * 3 + lane * at) % some.len()])).collect();
        let ties: Vec<f64> = (0..40).map(|at| f64::from(at * 11 % 5)).collect();
        checked(&values, &ties);
    }

    #[test]
    fn longer_lists_are_left_to_others() {
        assert!(LaneSorter::new(vec![0.0; LONGEST + 1]).is_none());
    }
}
