//! Mean and quantiles of a sample.

/// Mean and the five quantiles that the outputs carry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Arithmetic mean.
    pub mean: f64,
    /// Quantiles at 5, 25, 50, 75 and 95 percent.
    pub quantiles: [f64; 5],
}

/// Summary of `values`, which are sorted in place; linear interpolation between order statistics
/// (Hyndman & Fan 1996, type 7).
///
/// # Panics
/// On an empty sample.
#[must_use]
pub fn summarise(values: &mut [f64]) -> Summary {
    values.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    Summary { mean, quantiles: [0.05, 0.25, 0.5, 0.75, 0.95].map(|p| quantile(values, p)) }
}

fn quantile(sorted: &[f64], p: f64) -> f64 {
    let at = p * (sorted.len() - 1) as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (at - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::summarise;

    #[test]
    fn quantiles_of_one_to_five_are_those_of_r() {
        let summary = summarise(&mut [5.0, 1.0, 3.0, 2.0, 4.0]);
        assert_eq!(summary.mean, 3.0);
        assert_eq!(summary.quantiles, [1.2, 2.0, 3.0, 4.0, 4.8]);
    }
}
