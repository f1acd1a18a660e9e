//! Trade costs of a year: rates and barriers weighted by the days in force.

use jiff::civil::{Date, date};
use ndarray::Array3;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::regimes::Regimes;

/// Trade costs of one year.
#[derive(Debug, Clone)]
pub struct YearCosts {
    /// 1 + effective tariff, `[j,n,i]`; 1 at home and in services.
    pub tariff_factor: Array3<f64>,
    /// (1 + ad-valorem equivalent of barriers) (1 + cost of proving origin), `[j,n,i]`; 1 at home.
    pub iceberg_factor: Array3<f64>,
}

/// Rates of one pair by sector, percent, weighted over a stretch of days.
#[derive(Debug, Clone, PartialEq)]
pub struct PairTariffs {
    /// Most-favoured-nation rate, `[j]`.
    pub mfn_pct: Vec<f64>,
    /// Lowest rate that the goods qualify for, with additional duties, `[j]`.
    pub statutory_pct: Vec<f64>,
    /// Rate paid on average, with additional duties, `[j]`.
    pub effective_pct: Vec<f64>,
    /// Share of trade that claims a preference, `[j]`.
    pub utilisation_share: Vec<f64>,
    /// Cost of proving origin, averaged over all trade, `[j]`.
    pub compliance_pct: Vec<f64>,
}

impl PairTariffs {
    fn zeros(n_sectors: usize) -> Self {
        let zeros = || vec![0.0; n_sectors];
        Self {
            mfn_pct: zeros(),
            statutory_pct: zeros(),
            effective_pct: zeros(),
            utilisation_share: zeros(),
            compliance_pct: zeros(),
        }
    }
}

impl PolicyBook {
    /// First days of the stretches of `year` in which nothing changes for a pair, with their share of the year.
    #[must_use]
    pub fn stretches(&self, regimes: &Regimes, pair: (usize, usize), year: i16) -> Vec<(Date, f64)> {
        let (first, next) = (date(year, 1, 1), date(year + 1, 1, 1));
        let (month, day) = self.cut_dates[pair.0];
        let mut days = vec![first, date(year, month, day)];
        regimes.changes(pair, year, &mut days);
        for duty in self.duties.iter().filter(|duty| duty.importer == pair.0) {
            days.extend([Some(duty.from), duty.until].into_iter().flatten().filter(|day| day.year() == year));
        }
        days.sort();
        days.dedup();
        let length = days_between(first, next);
        let ends = days.iter().skip(1).copied().chain([next]);
        days.iter().zip(ends).map(|(from, to)| (*from, days_between(*from, to) / length)).collect()
    }

    /// Tariffs of a pair on one date, by sector.
    #[must_use]
    pub fn pair_tariffs_on(
        &self,
        regimes: &Regimes,
        pair: (usize, usize),
        date: Date,
        parameters: PolicyParameters,
    ) -> PairTariffs {
        let mut tariffs = PairTariffs::zeros(self.axes.n_sectors());
        self.add_tariffs(regimes, pair, (date, 1.0), parameters, &mut tariffs);
        tariffs
    }

    /// Tariffs of a pair over a year, by sector.
    #[must_use]
    pub fn pair_tariffs(
        &self,
        regimes: &Regimes,
        pair: (usize, usize),
        year: i16,
        parameters: PolicyParameters,
    ) -> PairTariffs {
        let mut tariffs = PairTariffs::zeros(self.axes.n_sectors());
        for stretch in self.stretches(regimes, pair, year) {
            self.add_tariffs(regimes, pair, stretch, parameters, &mut tariffs);
        }
        tariffs
    }

    fn add_tariffs(
        &self,
        regimes: &Regimes,
        pair: (usize, usize),
        (from, share_of_year): (Date, f64),
        parameters: PolicyParameters,
        tariffs: &mut PairTariffs,
    ) {
        let bindings: Vec<_> = regimes.bindings(self, pair, from).collect();
        for (g, group) in self.groups.iter().enumerate() {
            let rate = self.group_rate(pair, g, &bindings, from, parameters);
            let (j, weight) = (group.sector, group.weight * share_of_year);
            tariffs.mfn_pct[j] += weight * rate.mfn_pct;
            tariffs.statutory_pct[j] += weight * rate.statutory_pct;
            tariffs.effective_pct[j] += weight * rate.effective_pct;
            tariffs.utilisation_share[j] += weight * rate.utilisation_share;
            tariffs.compliance_pct[j] += weight * rate.compliance_pct;
        }
    }

    /// `1 + AVE (1 - cut)` of a pair over a year, by sector, without the cost of proving origin.
    #[must_use]
    pub fn pair_barriers(
        &self,
        regimes: &Regimes,
        pair: (usize, usize),
        year: i16,
        parameters: PolicyParameters,
    ) -> Vec<f64> {
        let n_sectors = self.axes.n_sectors();
        let (mut factors, mut cuts) = (vec![1.0; n_sectors], vec![0.0; n_sectors]);
        for (from, share_of_year) in self.stretches(regimes, pair, year) {
            self.cut_shares(regimes, pair, from, parameters, &mut cuts);
            for (j, factor) in factors.iter_mut().enumerate() {
                *factor += share_of_year * self.barrier_ave_pct[[pair.0, j]] / 100.0 * (1.0 - cuts[j]);
            }
        }
        factors
    }

    /// Tariffs and icebergs of every pair in a year.
    #[must_use]
    pub fn year_costs(&self, regimes: &Regimes, year: i16, parameters: PolicyParameters) -> YearCosts {
        let (n, s) = (self.n(), self.axes.n_sectors());
        let mut costs =
            YearCosts { tariff_factor: Array3::ones((s, n, n)), iceberg_factor: Array3::ones((s, n, n)) };
        for importer in 0..n {
            for exporter in (0..n).filter(|&exporter| exporter != importer) {
                self.fill_pair(regimes, (importer, exporter), year, parameters, &mut costs);
            }
        }
        costs
    }

    /// Puts the costs of one pair into `costs`.
    pub fn fill_pair(
        &self,
        regimes: &Regimes,
        (importer, exporter): (usize, usize),
        year: i16,
        parameters: PolicyParameters,
        costs: &mut YearCosts,
    ) {
        let tariffs = self.pair_tariffs(regimes, (importer, exporter), year, parameters);
        let barriers = self.pair_barriers(regimes, (importer, exporter), year, parameters);
        for (j, barrier) in barriers.into_iter().enumerate() {
            costs.tariff_factor[[j, importer, exporter]] = 1.0 + tariffs.effective_pct[j] / 100.0;
            costs.iceberg_factor[[j, importer, exporter]] =
                barrier * (1.0 + tariffs.compliance_pct[j] / 100.0);
        }
    }
}

fn days_between(from: Date, to: Date) -> f64 {
    f64::from(from.until(to).map_or(0, |span| span.get_days()))
}
