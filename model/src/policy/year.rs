//! Trade costs of a year: means of rates and barriers, weighted by the days in force.

use jiff::civil::{Date, date};
use ndarray::Array3;

use super::PolicyParameters;
use super::barriers::add_barriers;
use super::book::PolicyBook;
use super::cuts::Cut;
use super::open_year::OpenYear;
use super::pair_work::{PairWork, Wants};
use super::rates::SectorRates;
use super::regime::Situation;
use super::regimes::Regimes;
use crate::data::Pair;

/// The year that costs are asked of, and the parameters drawn for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<'a> {
    pub year: i16,
    pub parameters: PolicyParameters<'a>,
}

/// Trade costs of one year.
#[derive(Debug, Clone)]
pub struct YearCosts {
    /// 1 + the duties collected, as a share of the border value, `[j,n,i]`; 1 at home and in services.
    pub tariff_factor: Array3<f64>,
    /// `(1 + AVE left) (1 + cost of proving origin) (1 + rate paid) / (1 + duties collected)`, `[j,n,i]`; 1 at home.
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
    /// Duties collected, percent of the border value, `[j]`.
    pub collected_pct: Vec<f64>,
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
            collected_pct: zeros(),
            utilisation_share: zeros(),
            compliance_pct: zeros(),
        }
    }
}

/// Costs of a pair over a year.
#[derive(Debug, Clone)]
pub(super) struct PairCosts {
    /// By sector; empty if they were not asked for, and then as if there were none.
    pub rates: Vec<SectorRates>,
    /// Barrier factors `1 + AVE_0 - removed`, `[j]`.
    pub barriers: Vec<f64>,
}

impl PairCosts {
    /// Rates of a sector.
    pub fn rates_of(&self, j: usize) -> SectorRates {
        self.rates.get(j).copied().unwrap_or_default()
    }
}

impl PolicyBook {
    /// Divides `year` into stretches without a change for a pair; returns the first day and the share of the year of each.
    #[must_use]
    pub fn stretches(&self, regimes: &Regimes, pair: Pair, year: i16) -> Vec<(Date, f64)> {
        let (mut days, mut stretches) = (Vec::new(), Vec::new());
        self.note_stretches(regimes, pair, year, (&mut days, &mut stretches));
        stretches
    }

    /// Writes the stretches of a year; `days` is working memory.
    pub(super) fn note_stretches(
        &self,
        regimes: &Regimes,
        pair: Pair,
        year: i16,
        (days, stretches): (&mut Vec<Date>, &mut Vec<(Date, f64)>),
    ) {
        let first = date(year, 1, 1);
        let (month, day) = self.concessions.cut_dates[pair.importer];
        days.clear();
        days.extend([first, date(year, month, day)]);
        regimes.members().changes(pair, year, days);
        days.extend(self.duties.days_in(pair.importer, year));
        days.extend(self.agreements.entry_days(pair).filter(|day| day.year() == year));
        regimes.measures().days_in(year, days);
        days.sort();
        days.dedup();
        stretches.clear();
        if let [only] = days[..] {
            stretches.push((only, 1.0));
            return;
        }
        let length = f64::from(first.days_in_year());
        let passed = |day: &Date| f64::from(day.day_of_year() - 1);
        let ends = days.iter().skip(1).map(passed).chain([length]);
        stretches.extend(days.iter().zip(ends).map(|(from, end)| (*from, (end - passed(from)) / length)));
    }

    /// Tariffs of a pair on one date, by sector.
    #[must_use]
    pub fn pair_tariffs_on(
        &self,
        regimes: &Regimes,
        pair: Pair,
        date: Date,
        parameters: PolicyParameters,
    ) -> PairTariffs {
        let mut tariffs = PairTariffs::zeros(self.axes.n_sectors());
        self.add_tariffs(&self.situation(regimes, pair, date), 1.0, parameters, &mut tariffs);
        tariffs
    }

    /// Tariffs of a pair over a year, by sector.
    #[must_use]
    pub fn pair_tariffs(
        &self,
        regimes: &Regimes,
        pair: Pair,
        year: i16,
        parameters: PolicyParameters,
    ) -> PairTariffs {
        let mut tariffs = PairTariffs::zeros(self.axes.n_sectors());
        let mut situations = Vec::new();
        for (from, share_of_year) in self.stretches(regimes, pair, year) {
            add_stretch(&mut situations, self.situation(regimes, pair, from), share_of_year);
        }
        for (situation, share_of_year) in &situations {
            self.add_tariffs(situation, *share_of_year, parameters, &mut tariffs);
        }
        tariffs
    }

    fn add_tariffs(
        &self,
        situation: &Situation<'_>,
        share_of_year: f64,
        parameters: PolicyParameters,
        tariffs: &mut PairTariffs,
    ) {
        for (g, group) in self.groups.iter().enumerate() {
            let rate = self.group_rate(situation, g, parameters);
            let (j, weight) = (group.sector, group.weight * share_of_year);
            tariffs.mfn_pct[j] += weight * rate.mfn_pct;
            tariffs.statutory_pct[j] += weight * rate.statutory_pct;
            tariffs.effective_pct[j] += weight * rate.effective_pct;
            tariffs.collected_pct[j] += weight * rate.collected_pct;
            tariffs.utilisation_share[j] += weight * rate.utilisation_share;
            tariffs.compliance_pct[j] += weight * rate.compliance_pct;
        }
    }

    /// `1 + AVE_0 - removed` of a pair over a year, by sector, without the cost of proving origin.
    #[must_use]
    pub fn pair_barriers(
        &self,
        regimes: &Regimes,
        pair: Pair,
        year: i16,
        parameters: PolicyParameters,
    ) -> Vec<f64> {
        let mut work = PairWork::new(self, regimes, year, None);
        self.pair_costs(regimes, pair, Terms { year, parameters }, &mut work, false).barriers
    }

    /// Rates (none unless `wants_rates`) and barrier factors of a pair over the year of `work`, whose regimes are these.
    pub(super) fn pair_costs(
        &self,
        regimes: &Regimes,
        pair: Pair,
        Terms { year, parameters }: Terms<'_>,
        work: &mut PairWork<'_>,
        wants_rates: bool,
    ) -> PairCosts {
        let found = work.find(pair, Wants { rates: wants_rates, barriers: true }, None);
        let cuts = self.barriers.cuts(parameters);
        let without = self.barriers.without_agreements(pair, &cuts);
        let (mut rates, mut barriers) = (Vec::new(), Vec::new());
        self.barriers_of((found, regimes), pair, year, (&cuts, &without), &mut barriers);
        found.by_sector((self, regimes), (pair, parameters), &mut rates);
        PairCosts { rates, barriers }
    }

    /// Writes the barrier factors of a pair over a year, `[j]`, where the full text removes `cuts` and `without` any
    /// agreement the barriers are these.
    pub(super) fn barriers_of(
        &self,
        (found, regimes): (&OpenYear, &Regimes),
        pair: Pair,
        year: i16,
        cuts: (&[Cut], &[f64]),
        factors: &mut Vec<f64>,
    ) {
        factors.clear();
        factors.extend(&found.levels);
        for (joined, share_of_year) in &found.texts {
            add_barriers(cuts, (joined, *share_of_year), factors);
        }
        let between = (pair.importer, pair.exporter);
        self.barrier_changes.apply_trends(regimes.measures(), between, year, factors);
    }

    /// Tariffs and icebergs of every pair in a year.
    #[must_use]
    pub fn year_costs(&self, regimes: &Regimes, year: i16, parameters: PolicyParameters) -> YearCosts {
        let (n, s) = (self.n(), self.axes.n_sectors());
        let mut costs =
            YearCosts { tariff_factor: Array3::ones((s, n, n)), iceberg_factor: Array3::ones((s, n, n)) };
        let mut work = PairWork::new(self, regimes, year, None);
        for importer in 0..n {
            for exporter in (0..n).filter(|&exporter| exporter != importer) {
                let pair = Pair { importer, exporter };
                let found = self.pair_costs(regimes, pair, Terms { year, parameters }, &mut work, true);
                for (j, (barrier, rates)) in found.barriers.iter().zip(&found.rates).enumerate() {
                    let at = [j, importer, exporter];
                    costs.tariff_factor[at] = 1.0 + rates.collected_pct / 100.0;
                    costs.iceberg_factor[at] = barrier * rates.iceberg_factor();
                }
            }
        }
        costs
    }
}

/// Adds a stretch of days, or lengthens the last one if what holds in it is the same.
fn add_stretch<T: PartialEq>(stretches: &mut Vec<(T, f64)>, what: T, share_of_year: f64) {
    match stretches.last_mut() {
        Some((before, share)) if *before == what => *share += share_of_year,
        _ => stretches.push((what, share_of_year)),
    }
}
