//! Fits of records: shares of cases, rates of spells, lengths of talks. What they give are the weights of politics.
//!
//! ```text
//! share   (happened + 1/2) / (of + 1), standard error sqrt(p (1 - p) / (of + 2))                    Jeffreys
//! rate    exp(E ln h) with h ~ Gamma(d, T): d spells that were over in T years, flat in ln h;
//!         the logarithm of h has the standard deviation sqrt(trigamma(d))
//! length  log-normal: mean and standard deviation of the logarithms
//! ```

use statrs::function::gamma::digamma;

/// Days between two looks of the stages that take such a rate, and days of a year.
const LOOK_DAYS: f64 = 91.0;
const DAYS_OF_YEAR: f64 = 365.25;

/// A quantity fitted to a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Name, such as `vote_democrat`.
    pub name: String,
    /// Value.
    pub value: f64,
    /// Standard error, where the record gives one.
    pub std_error: Option<f64>,
    /// Cases.
    pub n: u64,
    /// How it was fitted, in words.
    pub method: &'static str,
}

impl Quantity {
    /// A quantity with its error.
    #[must_use]
    pub(super) fn new(
        name: String,
        value: f64,
        std_error: Option<f64>,
        n: u64,
        method: &'static str,
    ) -> Self {
        Self { name, value, std_error, n, method }
    }
}

/// Logarithm of the odds.
#[must_use]
pub(super) fn logit(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// Share of cases in which something happened, and its logit (`NAME_logit`).
#[must_use]
pub fn share(name: &str, happened: u64, of: u64) -> [Quantity; 2] {
    let p = (happened as f64 + 0.5) / (of as f64 + 1.0);
    let se = (p * (1.0 - p) / (of as f64 + 2.0)).sqrt();
    let method = "Jeffreys";
    [
        Quantity::new(name.to_owned(), p, Some(se), of, method),
        Quantity::new(format!("{name}_logit"), logit(p), Some(se / (p * (1.0 - p))), of, method),
    ]
}

/// Rate a year at which spells end, and the logit of ending between two looks (`NAME_logit`). Spells that are not over
/// count with their time; none where no spell is over.
#[must_use]
pub fn rate(name: &str, spells: &[(f64, bool)]) -> Vec<Quantity> {
    let n_over = spells.iter().filter(|(_, is_over)| *is_over).count();
    let years = spells.iter().map(|(days, _)| days).sum::<f64>() / DAYS_OF_YEAR;
    if n_over == 0 || years <= 0.0 {
        return Vec::new();
    }
    let d = n_over as f64;
    let (per_year, spread) = (digamma(d).exp() / years, trigamma(d).sqrt());
    let at_a_look = -(-per_year * LOOK_DAYS / DAYS_OF_YEAR).exp_m1();
    let (n, method) = (spells.len() as u64, "gamma posterior of the rate, flat in its logarithm");
    vec![
        Quantity::new(format!("{name}_per_year"), per_year, Some(per_year * spread), n, method),
        Quantity::new(format!("{name}_logit"), logit(at_a_look), Some(spread), n, method),
    ]
}

/// Median length and standard deviation of its logarithm (`NAME_median`, `NAME_log_sd`); none of fewer than two.
#[must_use]
pub fn length(name: &str, lengths: &[f64]) -> Vec<Quantity> {
    let n = lengths.len() as f64;
    if lengths.len() < 2 || lengths.iter().any(|one| *one <= 0.0) {
        return Vec::new();
    }
    let mean = lengths.iter().map(|one| one.ln()).sum::<f64>() / n;
    let sd = (lengths.iter().map(|one| (one.ln() - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    let (median, method) = (mean.exp(), "log-normal");
    let of = lengths.len() as u64;
    vec![
        Quantity::new(format!("{name}_median"), median, Some(median * sd / n.sqrt()), of, method),
        Quantity::new(format!("{name}_log_sd"), sd, Some(sd / (2.0 * (n - 1.0)).sqrt()), of, method),
    ]
}

/// Second derivative of `ln Gamma`: recurrence up to 10, then the asymptotic series (Abramowitz & Stegun 6.4.12).
fn trigamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < 10.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    sum + 1.0 / x + y / 2.0 + y / x * (1.0 / 6.0 - y * (1.0 / 30.0 - y * (1.0 / 42.0 - y / 30.0)))
}

#[cfg(test)]
mod tests {
    use super::{length, rate, share, trigamma};

    #[test]
    fn the_trigamma_function_has_its_known_values() {
        let pi2 = std::f64::consts::PI.powi(2);
        for (x, expected) in [(1.0, pi2 / 6.0), (2.0, pi2 / 6.0 - 1.0), (0.5, pi2 / 2.0)] {
            assert!((trigamma(x) - expected).abs() < 1e-10, "{x}: {}", trigamma(x));
        }
    }

    #[test]
    fn shares_rates_and_lengths_are_those_of_their_formulas() {
        let [p, logit] = share("exit", 1, 6);
        assert!((p.value - 1.5 / 7.0).abs() < 1e-12 && (logit.value - (1.5_f64 / 5.5).ln()).abs() < 1e-12);
        // Two spells of 3,035 and 2,920 days: 0.094 a year, standard deviation of the logarithm 0.80.
        let found = rate("lapse", &[(3035.0, true), (2920.0, true)]);
        assert!((found[0].value - 0.0936).abs() < 1e-3 && (found[1].std_error.unwrap() - 0.803).abs() < 1e-3);
        // A spell that is not over lowers the rate.
        let longer = rate("lapse", &[(3035.0, true), (2920.0, true), (1000.0, false)]);
        assert!(longer[0].value < found[0].value && rate("none", &[(10.0, false)]).is_empty());
        let found = length("talks", &[10.0, 40.0]);
        assert!((found[0].value - 20.0).abs() < 1e-12, "{found:?}");
    }
}
