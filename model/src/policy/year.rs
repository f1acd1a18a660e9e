//! Trade costs of a year: means of rates and barriers, weighted by the days in force.

use std::sync::Arc;

use jiff::civil::{Date, date};
use ndarray::Array3;

use super::PolicyParameters;
use super::book::PolicyBook;
use super::open_year::OpenYear;
use super::rates::SectorRates;
use super::regime::Situation;
use super::regimes::Regimes;
use super::texts::OpenTexts;
use super::year_rates::YearRates;
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
        let first = date(year, 1, 1);
        let (month, day) = self.concessions.cut_dates[pair.importer];
        let mut days = vec![first, date(year, month, day)];
        regimes.members().changes(pair, year, &mut days);
        days.extend(self.duties.days_in(pair.importer, year));
        days.extend(self.agreements.entry_days(pair).filter(|day| day.year() == year));
        regimes.measures().days_in(year, &mut days);
        days.sort();
        days.dedup();
        let length = f64::from(first.days_in_year());
        let passed = |day: &Date| f64::from(day.day_of_year() - 1);
        let ends = days.iter().skip(1).map(passed).chain([length]);
        days.iter().zip(ends).map(|(from, end)| (*from, (end - passed(from)) / length)).collect()
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
        self.pair_costs(regimes, pair, Terms { year, parameters }, &mut OpenTexts::default(), false).barriers
    }

    /// Rates (none unless `wants_rates`) and barrier factors of a pair over a year.
    ///
    /// `open` is working memory that all partners of an importer share. Neighbouring stretches that do not differ are
    /// merged, so that their rates are computed once.
    pub(super) fn pair_costs(
        &self,
        regimes: &Regimes,
        pair: Pair,
        Terms { year, parameters }: Terms<'_>,
        open: &mut OpenTexts<'_>,
        wants_rates: bool,
    ) -> PairCosts {
        let found = self.pair_year(regimes, pair, year, open, wants_rates);
        self.costs_of(&found, regimes, pair, Terms { year, parameters })
    }

    /// What holds between the two of a pair in a year.
    pub(super) fn pair_year(
        &self,
        regimes: &Regimes,
        pair: Pair,
        year: i16,
        open: &mut OpenTexts<'_>,
        wants_rates: bool,
    ) -> OpenYear {
        let between = (pair.importer, pair.exporter);
        let mut levels = vec![1.0; self.axes.n_sectors()];
        let mut texts: Vec<(Arc<[f64]>, f64)> = Vec::new();
        let mut situations = YearRates::new(self, regimes, pair, open.shared);
        for (from, share_of_year) in self.stretches(regimes, pair, year) {
            let bindings = situations.bind(from);
            add_stretch(&mut texts, open.joined(self, regimes, (pair, from), bindings), share_of_year);
            let state = (regimes.members(), regimes.measures());
            self.barrier_changes.add_levels(state, between, (from, share_of_year), &mut levels);
            if wants_rates {
                situations.add(share_of_year);
            }
        }
        OpenYear { levels, texts, rates: wants_rates.then(|| situations.found()) }
    }

    /// The costs under the parameters of a draw.
    pub(super) fn costs_of(
        &self,
        found: &OpenYear,
        regimes: &Regimes,
        pair: Pair,
        Terms { year, parameters }: Terms<'_>,
    ) -> PairCosts {
        let mut barriers = found.levels.clone();
        for (joined, share_of_year) in &found.texts {
            self.barriers.add(pair, *share_of_year, joined, parameters, &mut barriers);
        }
        let between = (pair.importer, pair.exporter);
        self.barrier_changes.apply_trends(regimes.measures(), between, year, &mut barriers);
        PairCosts { rates: found.by_sector(self, parameters), barriers }
    }

    /// Tariffs and icebergs of every pair in a year.
    #[must_use]
    pub fn year_costs(&self, regimes: &Regimes, year: i16, parameters: PolicyParameters) -> YearCosts {
        let (n, s) = (self.n(), self.axes.n_sectors());
        let mut costs =
            YearCosts { tariff_factor: Array3::ones((s, n, n)), iceberg_factor: Array3::ones((s, n, n)) };
        for importer in 0..n {
            let mut open = OpenTexts::default();
            for exporter in (0..n).filter(|&exporter| exporter != importer) {
                let pair = Pair { importer, exporter };
                let found = self.pair_costs(regimes, pair, Terms { year, parameters }, &mut open, true);
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
