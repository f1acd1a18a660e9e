//! Quantiles of a sample.

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

#[cfg(test)]
mod tests {
    use super::quantile;

    #[test]
    fn quantiles_of_one_to_five_are_those_of_r() {
        let quantiles = [0.05, 0.25, 0.5, 0.75, 0.95].map(|p| quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], p));
        assert_eq!(quantiles, [1.2, 2.0, 3.0, 4.0, 4.8]);
        assert_eq!(quantile(&[7.0], 0.3), 7.0);
    }
}
