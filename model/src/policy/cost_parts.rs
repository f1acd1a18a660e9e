//! Trade costs of a year by where they come from: duties, the cost of proving origin, barriers that the texts of a pair
//! leave, and what the importer's texts open to everybody.

use ndarray::Array3;

use super::PolicyParameters;
use super::barriers::add_barriers;
use super::book::PolicyBook;
use super::pair_work::PairWork;
use super::regimes::Regimes;
use super::texts::OpenTexts;
use super::year::Terms;
use crate::data::Pair;

/// Logs of trade-cost factors by source, `[j,n,i]`; 0 at home. They sum to the log of all costs of a cell.
#[derive(Debug, Clone)]
pub struct CostParts {
    /// `1 + duties collected`.
    pub ln_tariff: Array3<f64>,
    /// Rate paid over duties collected: rates differ between lines.
    pub ln_dispersion: Array3<f64>,
    /// Cost of proving origin.
    pub ln_origin: Array3<f64>,
    /// Barriers that the importer's texts leave for somebody who shares none of them.
    pub ln_open: Array3<f64>,
    /// Barriers of the pair over these: its own texts, and what events did.
    pub ln_own: Array3<f64>,
}

impl CostParts {
    fn zeros(shape: (usize, usize, usize)) -> Self {
        let zeros = || Array3::zeros(shape);
        Self {
            ln_tariff: zeros(),
            ln_dispersion: zeros(),
            ln_origin: zeros(),
            ln_open: zeros(),
            ln_own: zeros(),
        }
    }

    /// Log changes from `before` to these.
    #[must_use]
    pub fn since(self, before: &Self) -> Self {
        Self {
            ln_tariff: self.ln_tariff - &before.ln_tariff,
            ln_dispersion: self.ln_dispersion - &before.ln_dispersion,
            ln_origin: self.ln_origin - &before.ln_origin,
            ln_open: self.ln_open - &before.ln_open,
            ln_own: self.ln_own - &before.ln_own,
        }
    }
}

impl PolicyBook {
    /// Trade costs of every pair in a year by source.
    #[must_use]
    pub fn cost_parts(&self, regimes: &Regimes, year: i16, parameters: PolicyParameters<'_>) -> CostParts {
        let (n, s) = (self.n(), self.axes.n_sectors());
        let terms = Terms { year, parameters };
        let mut parts = CostParts::zeros((s, n, n));
        let mut work = PairWork::new(self, regimes, year, None);
        for importer in 0..n {
            for exporter in (0..n).filter(|&exporter| exporter != importer) {
                let pair = Pair { importer, exporter };
                let found = self.pair_costs(regimes, pair, terms, &mut work, true);
                let open = self.open_barriers(regimes, pair, terms, &mut work.texts);
                for (j, &open) in open.iter().enumerate() {
                    let at = [j, importer, exporter];
                    let rates = found.rates_of(j);
                    parts.ln_tariff[at] = (rates.collected_pct / 100.0).ln_1p();
                    parts.ln_dispersion[at] = rates.dispersion().ln();
                    parts.ln_origin[at] = (rates.compliance_pct / 100.0).ln_1p();
                    parts.ln_open[at] = open.ln();
                    parts.ln_own[at] = (found.barriers[j] / open).ln();
                }
            }
        }
        parts
    }

    /// Barrier factors of a pair as if none of its agreements bound it, `[j]`.
    fn open_barriers(
        &self,
        regimes: &Regimes,
        pair: Pair,
        Terms { year, parameters }: Terms<'_>,
        open: &mut OpenTexts<'_>,
    ) -> Vec<f64> {
        let cuts = self.barriers.cuts(parameters);
        let without = self.barriers.without_agreements(pair, &cuts);
        let mut factors = vec![1.0; cuts.len()];
        for (from, share_of_year) in self.stretches(regimes, pair, year) {
            let joined = open.joined(self, regimes, (pair, from), &[]);
            add_barriers((&cuts, &without), (&joined, share_of_year), &mut factors);
        }
        factors
    }
}
