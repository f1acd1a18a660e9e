//! Quantiles of distributions: a draw is the quantile of one uniform number.

/// Quantile of the standard normal distribution, absolute error below 4.5e-4.
///
/// Source: Abramowitz & Stegun (1964), 26.2.23; ample for durations in days and for parameters that are
/// known to two digits.
#[must_use]
pub fn normal_quantile(u: f64) -> f64 {
    let tail = u.min(1.0 - u);
    let t = (-2.0 * tail.ln()).sqrt();
    let z = t
        - (2.515_517 + t * (0.802_853 + t * 0.010_328))
            / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    if u < 0.5 { -z } else { z }
}

/// Quantile of the triangular distribution; `low` where the three are equal.
#[must_use]
pub fn triangular_quantile(low: f64, mode: f64, high: f64, u: f64) -> f64 {
    let range = high - low;
    if range <= 0.0 {
        return low;
    }
    let split = (mode - low) / range;
    if u < split {
        low + range * (u * split).sqrt()
    } else {
        high - range * ((1.0 - u) * (1.0 - split)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::{normal_quantile, triangular_quantile};

    #[test]
    fn quantiles_are_those_of_the_tables() {
        assert!((normal_quantile(0.975) - 1.959_964).abs() < 5e-4);
        assert!((normal_quantile(0.1) + 1.281_552).abs() < 5e-4);
        assert_eq!(triangular_quantile(0.0, 50.0, 100.0, 0.125), 25.0);
        assert_eq!(triangular_quantile(1.0, 1.0, 1.0, 0.7), 1.0);
    }
}
