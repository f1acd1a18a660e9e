//! The files of `tradepath run` that do not depend on draws: baseline levels, reference paths, tariffs.

use jiff::civil::{Date, date};
use ndarray::Array1;
use rayon::prelude::*;

use super::TableSpec;
use super::dir::number;
use super::events::Rows;
use super::run::RunFrame;
use crate::data::SectorKind;
use crate::ensemble::{Experiment, summary};
use crate::policy::{PairTariffs, PolicyParameters, Regimes};
use crate::projection::{BaselineYear, Outcome};

/// `baseline.csv`.
pub const BASELINE: TableSpec = TableSpec {
    file: "baseline.csv",
    description: "Levels of the baseline: what is in force or dated on the first day, and the growth table.",
    columns: &[
        ("year", "integer", "", "Year"),
        ("iso3", "string", "", "Country"),
        ("measure", "string", "", "Measure"),
        (
            "unit",
            "string",
            "",
            "musd2019 (at consumer prices of the base year) or musd (numeraire: world value added)",
        ),
        ("value", "number", "unit", "Level"),
    ],
};

/// `reference.csv`.
pub const REFERENCE: TableSpec = TableSpec {
    file: "reference.csv",
    description: "Deviation from the baseline along the reference path of an option: it happens, after median durations, with central parameters.",
    columns: &[
        ("option", "string", "", "Option"),
        ("year", "integer", "", "Year"),
        ("iso3", "string", "", "Country"),
        ("measure", "string", "", "Measure, as in projections.csv"),
        ("unit", "string", "", "Unit"),
        ("value", "number", "unit", "Value"),
    ],
};

/// `tariffs.csv`.
pub const TARIFFS: TableSpec = TableSpec {
    file: "tariffs.csv",
    description: "Tariffs on goods along the reference path, day-weighted; options other than the reference option are listed where they differ from it.",
    columns: &[
        ("option", "string", "", "Option"),
        ("year", "integer", "", "Year"),
        ("importer", "string", "", "Country"),
        ("exporter", "string", "", "Country"),
        ("sector", "string", "", "Goods sector"),
        ("mfn_pct", "number", "pct", "Most-favoured-nation rate"),
        ("statutory_pct", "number", "pct", "Lowest rate that the goods qualify for, with additional duties"),
        ("effective_pct", "number", "pct", "Rate paid on average, with additional duties"),
    ],
};

/// `tariff_path.csv`.
pub const TARIFF_PATH: TableSpec = TableSpec {
    file: "tariff_path.csv",
    description: "Mean tariff on the goods of the focus country between two dates, along the reference path; weights: its exports to the partner in the base year.",
    columns: &[
        ("option", "string", "", "Option"),
        ("exporter", "string", "", "Focus country"),
        ("importer", "string", "", "Partner"),
        ("valid_from", "date", "", "First day"),
        ("valid_until", "date", "", "First day of the next rate; empty = end of the run"),
        ("statutory_pct", "number", "pct", "Lowest rate that the goods qualify for, with additional duties"),
        ("effective_pct", "number", "pct", "Rate paid on average, with additional duties"),
    ],
};

/// Rows of `baseline.csv`.
#[must_use]
pub fn baseline_rows(experiment: &Experiment) -> Rows {
    let mut rows = Rows::new();
    for year in experiment.plan.year_range().filter_map(|year| experiment.path.year(year)) {
        let base = year.prepared.economy();
        let deflator = year.ln_price_level.mapv(f64::exp);
        let measures: [(&str, &str, Array1<f64>); 5] = [
            ("real_gdp", "musd2019", &base.va_musd / &deflator),
            ("real_income", "musd2019", &year.accounts.income / &deflator),
            ("exports", "musd", year.accounts.totals.exports.clone()),
            ("imports", "musd", year.accounts.totals.imports.clone()),
            ("tariff_revenue", "musd", year.accounts.revenue.clone()),
        ];
        for (n, country) in base.axes.countries.iter().enumerate() {
            for (measure, unit, values) in &measures {
                let key = [year.year.to_string(), country.iso3.clone()];
                let cells = [(*measure).to_owned(), (*unit).to_owned(), number(values[n])];
                rows.push([key.as_slice(), &cells].concat());
            }
        }
    }
    rows
}

/// Rows of `reference.csv` for one year; `outcomes` in the order of the options.
#[must_use]
pub fn reference_rows(frame: &RunFrame, year: i16, outcomes: &[Outcome]) -> Rows {
    let mut rows = Rows::new();
    let status_quo = &outcomes[frame.reference()];
    for (id, outcome) in frame.plan.options.iter().zip(outcomes) {
        for (n, country) in frame.countries.iter().enumerate() {
            let mut add = |measure: String, unit: &str, value: f64| {
                let key = [id.clone(), year.to_string(), country.clone()];
                rows.push([key.as_slice(), &[measure, unit.to_owned(), number(value)]].concat());
            };
            for (measure, (name, unit)) in Outcome::MEASURES.iter().enumerate() {
                add((*name).to_owned(), unit, outcome.countries[[measure, n]]);
            }
            for measure in summary::AGAINST_REFERENCE {
                let values = (outcome.countries[[measure, n]], status_quo.countries[[measure, n]]);
                let value = summary::difference(measure, values.0, values.1);
                add(frame.against_name(measure), Outcome::MEASURES[measure].1, value);
            }
        }
    }
    rows
}

/// Rows of `tariffs.csv`.
#[must_use]
pub fn tariff_rows(experiment: &Experiment, frame: &RunFrame) -> Rows {
    let regimes = regimes(experiment);
    let years: Vec<i16> = experiment.plan.year_range().collect();
    let of_year = |&year: &i16| -> Rows {
        let mut rows = Rows::new();
        for pair in pairs(experiment) {
            let of = |at: usize| {
                experiment.book.pair_tariffs(&regimes[at], pair, year, PolicyParameters::default())
            };
            let status_quo = of(frame.reference());
            for option in 0..regimes.len() {
                let found = if option == frame.reference() { status_quo.clone() } else { of(option) };
                if option == frame.reference() || found != status_quo {
                    push_tariffs(experiment, &frame.plan.options[option], year, (pair, &found), &mut rows);
                }
            }
        }
        rows
    };
    let by_year: Vec<Rows> = years.par_iter().map(of_year).collect();
    by_year.into_iter().flatten().collect()
}

fn push_tariffs(
    experiment: &Experiment,
    option: &str,
    year: i16,
    (pair, found): ((usize, usize), &PairTariffs),
    rows: &mut Rows,
) {
    let code = |n: usize| experiment.axes.countries[n].iso3.clone();
    let sectors = experiment.axes.sectors.iter().enumerate();
    for (j, sector) in sectors.filter(|(_, sector)| sector.kind == SectorKind::Goods) {
        let key = [option.to_owned(), year.to_string(), code(pair.0), code(pair.1), sector.id.clone()];
        let rates = [found.mfn_pct[j], found.statutory_pct[j], found.effective_pct[j]].map(number);
        rows.push([key.as_slice(), &rates].concat());
    }
}

/// Rows of `tariff_path.csv`.
#[must_use]
pub fn tariff_path_rows(experiment: &Experiment) -> Rows {
    let regimes = regimes(experiment);
    let Some(&exporter) = experiment.axes.country_idx.get(&experiment.plan.focus) else { return Rows::new() };
    let mut rows = Rows::new();
    for (option, regimes) in experiment.options.iter().zip(&regimes) {
        for importer in (0..experiment.axes.n_countries()).filter(|&importer| importer != exporter) {
            let steps = steps(experiment, regimes, (importer, exporter));
            for (at, (from, statutory, effective)) in steps.iter().enumerate() {
                let until = steps.get(at + 1).map_or_else(String::new, |(until, ..)| until.to_string());
                let code = |n: usize| experiment.axes.countries[n].iso3.clone();
                let key = [option.spec.id.clone(), code(exporter), code(importer), from.to_string(), until];
                rows.push([key.as_slice(), &[number(*statutory), number(*effective)]].concat());
            }
        }
    }
    rows
}

/// Dates on which the mean tariff of a pair changes, with the statutory and the effective mean from then on.
fn steps(experiment: &Experiment, regimes: &Regimes, pair: (usize, usize)) -> Vec<(Date, f64, f64)> {
    let weights = export_weights(&experiment.path.years[0], pair);
    let mean = |rates: &[f64]| rates.iter().zip(&weights).map(|(rate, weight)| rate * weight).sum::<f64>();
    let mut steps: Vec<(Date, f64, f64)> = Vec::new();
    for year in experiment.plan.year_range() {
        for (from, _) in experiment.book.stretches(regimes, pair, year) {
            let found = experiment.book.pair_tariffs_on(regimes, pair, from, PolicyParameters::default());
            let (statutory, effective) = (mean(&found.statutory_pct), mean(&found.effective_pct));
            if steps.last().is_none_or(|last| (last.1 - statutory).abs() + (last.2 - effective).abs() > 1e-9)
            {
                steps.push((from.max(date(experiment.plan.years[0], 1, 1)), statutory, effective));
            }
        }
    }
    steps
}

/// Shares of the goods sectors in what `importer` buys from `exporter`, `[j]`; 0 in services.
fn export_weights(base: &BaselineYear, (importer, exporter): (usize, usize)) -> Vec<f64> {
    let economy = base.prepared.economy();
    let flow = |j: usize| economy.flow_musd([j, importer, exporter]);
    let is_goods = |j: usize| economy.axes.sectors[j].kind == SectorKind::Goods;
    let flows: Vec<f64> = (0..economy.s()).map(|j| if is_goods(j) { flow(j) } else { 0.0 }).collect();
    let total: f64 = flows.iter().sum();
    flows.iter().map(|flow| if total > 0.0 { flow / total } else { 0.0 }).collect()
}

fn regimes(experiment: &Experiment) -> Vec<Regimes> {
    experiment.options.iter().map(|option| Regimes::new(&experiment.book, &option.reference.policy)).collect()
}

fn pairs(experiment: &Experiment) -> impl Iterator<Item = (usize, usize)> {
    let n = experiment.axes.n_countries();
    (0..n).flat_map(move |importer| {
        (0..n).filter(move |&exporter| exporter != importer).map(move |exporter| (importer, exporter))
    })
}
