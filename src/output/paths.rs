//! The tables of `tradepath run` that do not depend on draws: baseline levels and tariffs.

use jiff::civil::Date;

use super::rows::{Text, table};
use crate::data::{Pair, SectorKind};
use crate::ensemble::{Experiment, RunFrame};
use crate::numerics::parallel;
use crate::policy::{PairTariffs, PolicyParameters, Regimes, TariffStep, goods_weights};
use crate::projection::BaselineYear;

table! {
    /// Levels of the baseline: what is in force or dated on the first day, and the growth table.
    pub struct BaselineLevel<'a> in "baseline.csv" by (year, iso3, measure, unit) {
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// Measure
        measure: Text<'a>,
        /// musd2019: at consumer prices of the base year, trade at those of the world
        unit: Text<'a>,
        /// Level
        value: f64 ["unit"],
    }
}

table! {
    /// Tariffs on goods along the reference path, day-weighted; options other than the reference option are listed
    /// where they differ from it.
    pub struct TariffRow<'a> in "tariffs.csv" by (option, year, importer, exporter, sector) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        importer: Text<'a>,
        /// Country
        exporter: Text<'a>,
        /// Goods sector
        sector: Text<'a>,
        /// Most-favoured-nation rate
        mfn_pct: f64 ["pct"],
        /// Lowest rate that the goods qualify for, with additional duties
        statutory_pct: f64 ["pct"],
        /// Rate paid on average, with additional duties
        effective_pct: f64 ["pct"],
    }
}

table! {
    /// Mean tariff on the goods of the focus country between two dates, along the reference path; weights: its exports
    /// to the partner in the base year.
    pub struct TariffPathStep<'a> in "tariff_path.csv" by (option, exporter, importer, valid_from) {
        /// Option
        option: Text<'a>,
        /// Focus country
        exporter: Text<'a>,
        /// Partner
        importer: Text<'a>,
        /// First day
        valid_from: Date,
        /// First day of the next rate; empty = end of the run
        valid_until: Option<Date>,
        /// Lowest rate that the goods qualify for, with additional duties
        statutory_pct: Option<f64> ["pct"],
        /// Rate paid on average, with additional duties
        effective_pct: Option<f64> ["pct"],
    }
}

/// Rows of `baseline.csv`.
pub fn baseline(experiment: &Experiment) -> impl Iterator<Item = BaselineLevel<'_>> {
    let years = experiment.plan.year_range().filter_map(|year| experiment.path.year(year));
    years.flat_map(of_baseline_year)
}

fn of_baseline_year(year: &BaselineYear) -> Vec<BaselineLevel<'_>> {
    let levels = year.levels();
    let countries = year.prepared.economy().axes.countries.iter().enumerate();
    let mut rows = Vec::new();
    for (n, country) in countries {
        rows.extend(levels.iter().map(|level| BaselineLevel {
            year: year.year,
            iso3: country.iso3.as_str().into(),
            measure: level.measure.into(),
            unit: level.unit.into(),
            value: level.values[n],
        }));
    }
    rows
}

/// Rows of `tariffs.csv`.
#[must_use]
pub fn tariffs<'a>(experiment: &'a Experiment, frame: &'a RunFrame) -> Vec<TariffRow<'a>> {
    let regimes = regimes(experiment);
    let years: Vec<i16> = experiment.plan.year_range().collect();
    let of_year = |&year: &i16| -> Vec<TariffRow<'a>> {
        let mut rows = Vec::new();
        for pair in pairs(experiment) {
            let of = |at: usize| {
                experiment.book.pair_tariffs(&regimes[at], pair, year, PolicyParameters::default())
            };
            let status_quo = of(frame.reference());
            for option in 0..regimes.len() {
                let found = if option == frame.reference() { status_quo.clone() } else { of(option) };
                if option == frame.reference() || found != status_quo {
                    let option = frame.plan.options[option].as_str();
                    rows.extend(of_pair(experiment, (option, year), pair, &found));
                }
            }
        }
        rows
    };
    parallel::map_each(&years, of_year).into_iter().flatten().collect()
}

fn of_pair<'a>(
    experiment: &'a Experiment,
    (option, year): (&'a str, i16),
    Pair { importer, exporter }: Pair,
    found: &PairTariffs,
) -> impl Iterator<Item = TariffRow<'a>> {
    let code = |n: usize| experiment.axes.countries[n].iso3.as_str();
    let sectors = experiment.axes.sectors.iter().enumerate();
    let goods = sectors.filter(|(_, sector)| sector.kind == SectorKind::Goods);
    goods.map(move |(j, sector)| TariffRow {
        option: option.into(),
        year,
        importer: code(importer).into(),
        exporter: code(exporter).into(),
        sector: sector.id.as_str().into(),
        mfn_pct: found.mfn_pct[j],
        statutory_pct: found.statutory_pct[j],
        effective_pct: found.effective_pct[j],
    })
}

/// Rows of `tariff_path.csv`.
#[must_use]
pub fn tariff_path(experiment: &Experiment) -> Vec<TariffPathStep<'_>> {
    let regimes = regimes(experiment);
    let Some(&exporter) = experiment.axes.country_idx.get(&experiment.plan.focus) else { return Vec::new() };
    let (base, code) = (experiment.path.years[0].prepared.economy(), |n: usize| {
        experiment.axes.countries[n].iso3.as_str().into()
    });
    let mut rows = Vec::new();
    for (option, regimes) in experiment.options.iter().zip(&regimes) {
        for importer in (0..experiment.axes.n_countries()).filter(|&importer| importer != exporter) {
            let pair = Pair { importer, exporter };
            let weights = goods_weights(base, pair);
            let steps = TariffStep::of_pair(&experiment.book, regimes, pair, &weights, experiment.plan.years);
            for (at, step) in steps.iter().enumerate() {
                rows.push(TariffPathStep {
                    option: option.spec.id.as_str().into(),
                    exporter: code(exporter),
                    importer: code(importer),
                    valid_from: step.from,
                    valid_until: steps.get(at + 1).map(|next| next.from),
                    statutory_pct: Some(step.statutory_pct),
                    effective_pct: Some(step.effective_pct),
                });
            }
        }
    }
    rows
}

fn regimes(experiment: &Experiment) -> Vec<Regimes> {
    experiment.options.iter().map(|option| Regimes::new(&experiment.book, &option.reference.policy)).collect()
}

fn pairs(experiment: &Experiment) -> impl Iterator<Item = Pair> {
    let n = experiment.axes.n_countries();
    (0..n).flat_map(move |importer| {
        (0..n).filter(move |&exporter| exporter != importer).map(move |exporter| Pair { importer, exporter })
    })
}
