//! Quantiles of a sample.

use super::vectors::vectorised;

/// The quantile at `p` (0 to 1) of values in rising order; linear interpolation between order statistics
/// (Hyndman & Fan 1996, type 7).
///
/// # Panics
/// On an empty sample.
#[must_use]
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let at = p * (sorted.len() - 1) as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (at - below as f64) * (sorted[above] - sorted[below])
}

/// Quantiles at `ps` (0 to 1, rising or not) of values in rising order that have weights: linear between the middles of the
/// steps of the cumulative weight, stretched so that the first value is at 0 and the last at 1. With equal weights those
/// of [`quantile`].
///
/// # Panics
/// On an empty sample, or with a weight that is not positive.
#[must_use]
pub fn weighted_quantiles<const K: usize>(sorted: &[(f64, f64)], ps: [f64; K]) -> [f64; K] {
    let values: Vec<[f64; 1]> = sorted.iter().map(|(value, _)| [*value]).collect();
    let weights: Vec<[f64; 1]> = sorted.iter().map(|(_, weight)| [*weight]).collect();
    weighted_quantiles_of_lanes(&values, &weights, ps).map(|[quantile]| quantile)
}

/// [`weighted_quantiles`] of several lists side by side.
///
/// # Panics
/// As [`weighted_quantiles`].
#[must_use]
pub fn weighted_quantiles_of_lanes<const L: usize, const K: usize>(
    sorted: &[[f64; L]],
    weights: &[[f64; L]],
    ps: [f64; K],
) -> [[f64; L]; K] {
    let mut middles = vec![[0.0; L]; sorted.len()];
    let (targets, above) = vectorised(
        #[inline(always)]
        || {
            let mut below = [0.0; L];
            for (middle, weight) in middles.iter_mut().zip(weights) {
                let mut at = [0.0; L];
                for lane in 0..L {
                    below[lane] += weight[lane];
                    at[lane] = below[lane] - 0.5 * weight[lane];
                }
                *middle = at;
            }
            let (first, last) = (middles[0], middles[middles.len() - 1]);
            let (mut targets, mut above) = ([[0.0; L]; K], [[0_u64; L]; K]);
            for (target, p) in targets.iter_mut().zip(ps) {
                for lane in 0..L {
                    target[lane] = first[lane] + p * (last[lane] - first[lane]);
                }
            }
            // The middles rise, so that those that are not above a target are the first ones.
            for (target, above) in targets.iter().zip(&mut above) {
                let (target, mut count) = (*target, [0_u64; L]);
                for middle in &middles {
                    for lane in 0..L {
                        count[lane] += u64::from(middle[lane] <= target[lane]);
                    }
                }
                *above = count;
            }
            (targets, above)
        },
    );
    let quantile = |target: f64, above: u64, lane: usize| {
        let above = (above as usize).min(sorted.len() - 1);
        let below = above.saturating_sub(1);
        let [low, high] = [below, above].map(|at| middles[at][lane]);
        let step = high - low;
        let part = if step > 0.0 { ((target - low) / step).min(1.0) } else { 0.0 };
        sorted[below][lane] + part * (sorted[above][lane] - sorted[below][lane])
    };
    std::array::from_fn(|k| std::array::from_fn(|lane| quantile(targets[k][lane], above[k][lane], lane)))
}

#[cfg(test)]
mod tests {
    use super::{quantile, weighted_quantiles};

    #[test]
    fn equal_weights_give_the_quantiles_without_weights() {
        let values: Vec<f64> = (0..11).map(|k| f64::from(k * k)).collect();
        let weighted: Vec<(f64, f64)> = values.iter().map(|value| (*value, 0.3)).collect();
        let ps = [0.0, 0.05, 0.25, 0.5, 0.77, 0.95, 1.0];
        for (found, p) in weighted_quantiles(&weighted, ps).into_iter().zip(ps) {
            assert!((found - quantile(&values, p)).abs() < 1e-12, "{p}: {found}");
        }
        assert_eq!(weighted_quantiles(&[(7.0, 2.0)], [0.0, 0.3, 1.0]), [7.0; 3]);
    }

    /// A value of weight 3 is three values: away from the ends, where the steps are the same.
    #[test]
    fn a_value_counts_as_often_as_it_weighs() {
        let weighted: Vec<(f64, f64)> =
            (0..1000).map(|k| (f64::from(k) / 1000.0, if k < 500 { 3.0 } else { 1.0 })).collect();
        let [low, middle, high] = weighted_quantiles(&weighted, [0.375, 0.75, 0.875]);
        assert!((low - 0.25).abs() < 1e-3 && (middle - 0.5).abs() < 2e-3, "{low} {middle}");
        assert!((high - 0.75).abs() < 1e-3, "{high}");
    }

    #[test]
    fn quantiles_of_one_to_five_are_those_of_r() {
        let quantiles = [0.05, 0.25, 0.5, 0.75, 0.95].map(|p| quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], p));
        assert_eq!(quantiles, [1.2, 2.0, 3.0, 4.0, 4.8]);
        assert_eq!(quantile(&[7.0], 0.3), 7.0);
    }
}
