//! A tariff-rate quota as a complementarity: which of three regimes holds, what imports cost, who earns the rent.
//!
//! Imports `M` fall with the wedge `t` between the inside and the world price. With the quota `Q` and the rates
//! inside and outside it, `a <= b`, the wedge `t` in `[a, b]` solves
//!
//! ```text
//! inside    M(a) <= Q            t = a
//! binding   M(b) <= Q <= M(a)    M(t) = Q
//! outside   Q <= M(b)            t = b
//! ```
//!
//! which is the mixed complementarity `a <= t <= b  _|_  Q - M(t)`. Duties are `a` on what is inside the quota and
//! `b` on the rest; the rent is `(t - a)` on what is inside. The module knows neither prices nor agreements: the
//! equilibrium calls [`resolve`] with its own import demand, of one product at given prices of everything else.

/// Terms of a quota in one year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuotaTerms {
    /// Rate inside the quota, percent.
    pub in_quota_pct: f64,
    /// Rate outside the quota, percent; at least the rate inside.
    pub out_of_quota_pct: f64,
    /// Quota, in the unit of the demand, at world prices.
    pub volume: f64,
}

/// Which of the three regimes holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuotaRegime {
    /// The quota is not filled; the rate inside it decides.
    Inside,
    /// The quota is filled and nobody pays the rate outside it; scarcity decides.
    Binding,
    /// Imports exceed the quota; the rate outside it decides.
    Outside,
}

/// What a quota comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuotaOutcome {
    /// Regime.
    pub regime: QuotaRegime,
    /// Wedge between the inside and the world price, percent.
    pub wedge_pct: f64,
    /// Imports.
    pub imports: f64,
    /// Duties collected, in the unit of the demand.
    pub duties: f64,
    /// Rent on what is inside the quota, in the unit of the demand.
    pub rent: f64,
}

impl QuotaOutcome {
    /// The part of the rent that exporters keep, and the part that stays with the importer.
    #[must_use]
    pub fn split_rent(&self, exporter_share: f64) -> (f64, f64) {
        (self.rent * exporter_share, self.rent * (1.0 - exporter_share))
    }
}

/// A quota without a solution.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum QuotaError {
    /// The rates are not rates, or the one inside exceeds the one outside.
    #[error(
        "quota with {in_quota_pct} % inside and {out_of_quota_pct} % outside on {volume}: expected 0 <= inside <= outside and a quota of 0 or more"
    )]
    Terms {
        /// Rate inside, percent.
        in_quota_pct: f64,
        /// Rate outside, percent.
        out_of_quota_pct: f64,
        /// Quota.
        volume: f64,
    },
    /// Imports do not fall as the wedge rises, or are no number.
    #[error(
        "imports of {low} at a wedge of {low_pct} % and of {high} at {high_pct} %: expected numbers that do not rise"
    )]
    Demand {
        /// Lower wedge, percent.
        low_pct: f64,
        /// Imports there.
        low: f64,
        /// Higher wedge, percent.
        high_pct: f64,
        /// Imports there.
        high: f64,
    },
}

/// Bisection ends at this width of the wedge, percentage points.
const WEDGE_TOLERANCE_PP: f64 = 1e-11;
/// Steps that halve any sensible wedge to the tolerance.
const MOST_STEPS: u32 = 200;

/// Solves the quota for the import demand `demand(wedge in percent)`, which must not rise.
///
/// # Errors
/// [`QuotaError`] where the terms contradict each other, or the demand rises or is no number.
pub fn resolve(terms: QuotaTerms, demand: impl Fn(f64) -> f64) -> Result<QuotaOutcome, QuotaError> {
    let QuotaTerms { in_quota_pct, out_of_quota_pct, volume } = terms;
    let is_valid = in_quota_pct >= 0.0 && in_quota_pct <= out_of_quota_pct && volume >= 0.0;
    if !is_valid || !out_of_quota_pct.is_finite() {
        return Err(QuotaError::Terms { in_quota_pct, out_of_quota_pct, volume });
    }
    let (most, least) = (demand(in_quota_pct), demand(out_of_quota_pct));
    if !(least.is_finite() && most.is_finite() && least <= most) {
        let (low_pct, high_pct) = (in_quota_pct, out_of_quota_pct);
        return Err(QuotaError::Demand { low_pct, low: most, high_pct, high: least });
    }
    let (regime, wedge_pct, imports) = if most <= volume {
        (QuotaRegime::Inside, in_quota_pct, most)
    } else if least >= volume {
        (QuotaRegime::Outside, out_of_quota_pct, least)
    } else {
        (QuotaRegime::Binding, clearing_wedge(terms, demand), volume)
    };
    let inside = imports.min(volume);
    let outside = imports - inside;
    Ok(QuotaOutcome {
        regime,
        wedge_pct,
        imports,
        duties: (in_quota_pct * inside + out_of_quota_pct * outside) / 100.0,
        rent: (wedge_pct - in_quota_pct) * inside / 100.0,
    })
}

/// Wedge at which imports equal the quota, by bisection.
fn clearing_wedge(terms: QuotaTerms, demand: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (terms.in_quota_pct, terms.out_of_quota_pct);
    for _ in 0..MOST_STEPS {
        let middle = f64::midpoint(low, high);
        if high - low <= WEDGE_TOLERANCE_PP {
            break;
        }
        if demand(middle) > terms.volume { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{QuotaError, QuotaOutcome, QuotaRegime, QuotaTerms, resolve};

    /// Demand 100 (1 + t)^-2.
    fn demand(wedge_pct: f64) -> f64 {
        100.0 / (1.0 + wedge_pct / 100.0).powi(2)
    }

    fn with(volume: f64) -> QuotaOutcome {
        resolve(QuotaTerms { in_quota_pct: 0.0, out_of_quota_pct: 100.0, volume }, demand).unwrap()
    }

    #[test]
    fn a_generous_quota_leaves_the_rate_inside() {
        let outcome = with(150.0);
        assert_eq!((outcome.regime, outcome.wedge_pct, outcome.imports), (QuotaRegime::Inside, 0.0, 100.0));
        assert_eq!((outcome.duties, outcome.rent), (0.0, 0.0));
    }

    #[test]
    fn a_filled_quota_is_priced_by_scarcity() {
        // 64 = 100 / 1.25^2: the wedge is 25 %, the rent a quarter of 64.
        let outcome = with(64.0);
        assert_eq!(outcome.regime, QuotaRegime::Binding);
        assert!((outcome.wedge_pct - 25.0).abs() < 1e-9 && (outcome.rent - 16.0).abs() < 1e-9);
        assert_eq!((outcome.imports, outcome.duties), (64.0, 0.0));
        assert_eq!(outcome.split_rent(0.75), (0.75 * outcome.rent, 0.25 * outcome.rent));
    }

    #[test]
    fn a_small_quota_leaves_the_rate_outside_and_a_rent_on_the_quota() {
        // Imports 25 at 100 %: 10 inside free with a rent of 10, 15 outside pay 15.
        let outcome = with(10.0);
        assert_eq!((outcome.regime, outcome.wedge_pct, outcome.imports), (QuotaRegime::Outside, 100.0, 25.0));
        assert_eq!((outcome.duties, outcome.rent), (15.0, 10.0));
    }

    #[test]
    fn contradicting_terms_and_rising_demand_are_refused() {
        let terms = QuotaTerms { in_quota_pct: 5.0, out_of_quota_pct: 2.0, volume: 1.0 };
        assert!(matches!(resolve(terms, demand), Err(QuotaError::Terms { .. })));
        let terms = QuotaTerms { in_quota_pct: 1.0, out_of_quota_pct: 2.0, volume: 1.0 };
        assert!(matches!(resolve(terms, |wedge| wedge), Err(QuotaError::Demand { .. })));
        assert!(matches!(resolve(terms, |_| f64::NAN), Err(QuotaError::Demand { .. })));
    }

    proptest! {
        #[test]
        fn wedge_and_quota_are_complementary(
            inside in 0.0..50.0_f64, more in 0.0..200.0_f64, volume in 0.0..120.0_f64, power in 0.2..8.0_f64,
        ) {
            let demand = |wedge: f64| 100.0 * (1.0 + wedge / 100.0).powf(-power);
            let terms = QuotaTerms { in_quota_pct: inside, out_of_quota_pct: inside + more, volume };
            let outcome = resolve(terms, demand).unwrap();
            let slack = volume - outcome.imports;
            prop_assert!((demand(outcome.wedge_pct) - outcome.imports).abs() < 1e-6);
            // Above the rate inside only where the quota is filled; below the one outside only where not exceeded.
            prop_assert!((outcome.wedge_pct - inside) * slack.max(0.0) < 1e-6);
            prop_assert!((inside + more - outcome.wedge_pct) * (-slack).max(0.0) < 1e-6);
            // What buyers pay above the world price is duties and rent.
            let paid = outcome.wedge_pct / 100.0 * outcome.imports;
            prop_assert!((paid - outcome.duties - outcome.rent).abs() < 1e-9 * (1.0 + paid));
        }
    }
}
