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

use super::vectors::vectorised;

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
    order: Vec<usize>,
    /// Rank of each place in that order.
    ranks: Vec<u64>,
    /// The last bits of a number, which hold the rank.
    mask: u64,
}

impl LaneSorter {
    /// For lists as long as `ties`; `None` where they are longer than [`LONGEST`].
    #[must_use]
    pub fn new(ties: Vec<f64>) -> Option<Self> {
        if ties.len() > LONGEST {
            return None;
        }
        let mut order: Vec<usize> = (0..ties.len()).collect();
        order.sort_by(|&a, &b| ties[a].total_cmp(&ties[b]));
        let mut ranks = vec![0; ties.len()];
        order.iter().enumerate().for_each(|(rank, &at)| ranks[at] = rank as u64);
        let mask = (ties.len().max(1).next_power_of_two() as u64) - 1;
        Some(Self { ties, order, ranks, mask })
    }

    /// Calls `use_list` with the number of each list and its values in rising order, each with its second key.
    /// Every number must be finite.
    pub fn each_sorted(&self, values: &[Lanes], mut use_list: impl FnMut(usize, &[(f64, f64)])) {
        debug_assert!(values.iter().flatten().all(|value| value.is_finite()));
        let mut keys = self.keys(values);
        vectorised(
            #[inline(always)]
            || exchange(&mut keys),
        );
        let mut sorted: Vec<(f64, f64)> = Vec::with_capacity(values.len());
        for lane in 0..LANES {
            sorted.clear();
            sorted.extend(keys.iter().map(|key| {
                let at = self.place(key[lane]);
                (values[at][lane], self.ties[at])
            }));
            let rising = |a: &(f64, f64), b: &(f64, f64)| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1));
            if !sorted.is_sorted_by(|a, b| rising(a, b).is_le()) {
                sorted.sort_unstable_by(rising);
            }
            use_list(lane, &sorted);
        }
    }

    /// The values with their ranks in the last bits.
    fn keys(&self, values: &[Lanes]) -> Vec<Lanes> {
        let key = |value: f64, rank: u64| {
            // Among numbers below zero larger bits come first.
            let rank = if value.is_sign_negative() { self.mask - rank } else { rank };
            f64::from_bits(value.to_bits() & !self.mask | rank)
        };
        values.iter().zip(&self.ranks).map(|(values, &rank)| values.map(|value| key(value, rank))).collect()
    }

    fn place(&self, key: f64) -> usize {
        let rank = key.to_bits() & self.mask;
        self.order[if key.is_sign_negative() { self.mask - rank } else { rank } as usize]
    }
}

/// Algorithm M. The places whose bit `p` is that of `r` come in runs of length `p`.
#[inline(always)]
fn exchange(keys: &mut [Lanes]) {
    let n = keys.len();
    let top = n.next_power_of_two() / 2;
    let mut p = top;
    while p > 0 {
        let (mut q, mut r, mut d) = (top, 0, p);
        loop {
            let mut start = r;
            while start + d < n {
                let (low, high) = keys.split_at_mut(start + d);
                low[start..].iter_mut().take(p).zip(high).for_each(
                    #[inline(always)]
                    |(low, high)| put_in_order(low, high),
                );
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

#[inline(always)]
fn put_in_order(low: &mut Lanes, high: &mut Lanes) {
    for (low, high) in low.iter_mut().zip(high) {
        let (a, b) = (*low, *high);
        *low = if a < b { a } else { b };
        *high = if b > a { b } else { a };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(values: &[Lanes], ties: &[f64]) {
        let sorter = LaneSorter::new(ties.to_vec()).unwrap();
        let mut lanes = 0;
        sorter.each_sorted(values, |lane, found| {
            let mut wanted: Vec<(f64, f64)> =
                values.iter().zip(ties).map(|(values, tie)| (values[lane], *tie)).collect();
            wanted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let bits = |list: &[(f64, f64)]| -> Vec<_> {
                list.iter().map(|(value, tie)| (value.to_bits(), tie.to_bits())).collect()
            };
            assert_eq!(bits(found), bits(&wanted), "{} values, lane {lane}", values.len());
            lanes += 1;
        });
        assert_eq!(lanes, LANES);
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
