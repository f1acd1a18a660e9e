//! From lines to product groups: three aggregates side by side, and the preferences that lines give.

use std::collections::BTreeMap;
use std::path::Path;

use clap::ValueEnum;

use super::lines::{self, WeighedLines};
use super::rows::{AggregateRow, MfnRate, Preference};
use crate::calibration::{NumberRule, Reading};
use crate::data::{Files, Row, Table};
use crate::error::Fault;
use crate::output::rows::Verbatim;
use crate::policy::aggregate::{Aggregates, simple_mean_pct};

/// Share of the lines of a group that must be ad valorem or free; below it the group's rate is left as it is,
/// because specific rates have no ad-valorem equivalent in the lines.
const LEAST_AD_VALOREM_SHARE: f64 = 0.8;

/// How lines become the rate of a product group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Aggregation {
    /// Price aggregator of Laborde, Martin & van der Mensbrugghe (2017).
    Price,
    /// Mean weighted by world exports of the chapter.
    Trade,
    /// Simple mean within and over products.
    Simple,
}

/// Columns of `programmes.csv`: which agreement a code of the special column belongs to.
pub const PROGRAMME_COLUMNS: [&str; 6] = ["importer", "programme", "agreement", "exporter", "source", "mark"];

/// What lines give.
#[derive(Default)]
pub struct FromLines {
    /// Rows of `aggregation.csv`.
    pub aggregation: Vec<AggregateRow<'static>>,
    /// Rows of `preferences.csv`.
    pub preferences: Vec<Preference<'static>>,
}

/// Replaces the rates in `rates` that lines give.
pub fn apply(
    input: &Path,
    own: &Files,
    how: Aggregation,
    rates: &mut [MfnRate<'static>],
    reading: &mut Reading,
) -> Option<FromLines> {
    let importers = reading.own(own, "tariff_lines.csv", &lines::COLUMNS);
    let programmes = reading.own(own, "programmes.csv", &PROGRAMME_COLUMNS);
    let substitution = reading.own(own, "substitution.csv", &["product_group", "sigma", "source", "mark"]);
    let (importers, programmes, substitution) = (importers?, programmes?, substitution?);
    let mut found = FromLines::default();
    let mut is_whole = true;
    for importer in importers.rows() {
        let Some(lines) = lines::read(input, own, &importer, reading) else {
            is_whole = false;
            continue;
        };
        for (g, group) in lines.groups.iter().enumerate() {
            let sigma = sigma(&substitution, group, reading)?;
            let summary = Summary::new(&lines, g, sigma);
            let is_except = importer.text("except").split(';').any(|except| except == group);
            let used = summary.used(how, is_except);
            found.aggregation.push(summary.row(&importer, group, sigma, used.map(|(name, ..)| name)));
            if let Some((_, pct, collected_pct)) = used {
                let code = importer.text("importer");
                let of_group =
                    |rate: &&mut MfnRate<'_>| rate.importer == code && rate.product_group == *group;
                for rate in rates.iter_mut().filter(of_group) {
                    rate.mfn_pct = decimals(Some(pct), 2);
                    rate.collected_pct = decimals(collected_pct, 2);
                    rate.source = summary.source(&importer, how).into();
                    rate.mark = "public".into();
                }
            }
        }
        found.preferences.extend(preferences(&importer, &lines, (&programmes, &substitution), how, reading)?);
    }
    is_whole.then_some(found)
}

/// A number with fixed decimals, empty where there is none.
fn decimals(value: Option<f64>, decimals: usize) -> Verbatim<'static> {
    Verbatim(value.map_or_else(String::new, |value| format!("{value:.decimals$}")).into())
}

fn sigma(substitution: &Table, group: &str, reading: &mut Reading) -> Option<f64> {
    let find = |name: &str| substitution.rows().find(|row| row.text("product_group") == name);
    let Some(row) = find(group).or_else(|| find("*")) else {
        let expected = format!("a row of {group}, or one of *");
        let fault = Fault::of_file(substitution.file(), "product_group", "no such row", &expected, "Add it.");
        reading.faults.push(fault);
        return None;
    };
    reading.number(&row, "sigma", NumberRule::new("a number above 0", |sigma| sigma > 0.0))
}

/// The lines of one group.
struct Summary {
    n_lines: usize,
    n_missing: usize,
    simple_pct: Option<f64>,
    aggregates: Option<Aggregates>,
}

impl Summary {
    fn new(lines: &WeighedLines, group: usize, sigma: f64) -> Self {
        let of_group =
            || lines.schedule.lines.iter().zip(&lines.weights).filter(|(line, _)| line.group == group);
        let mut products: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        let mut rates = Vec::new();
        for (line, weight) in of_group() {
            if let Some(pct) = line.mfn_pct {
                products.entry(&line.code[..6]).or_default().push(pct);
                rates.push((*weight, pct));
            }
        }
        let n_lines = of_group().count();
        Self {
            n_lines,
            n_missing: n_lines - rates.len(),
            simple_pct: simple_mean_pct(products.values().map(Vec::as_slice)),
            aggregates: Aggregates::new(&rates, sigma),
        }
    }

    /// Name and rate of the aggregate in use, and with the price aggregate what is collected of it; `None` = the group
    /// keeps its rate.
    fn used(&self, how: Aggregation, is_except: bool) -> Option<(&'static str, f64, Option<f64>)> {
        let known = (self.n_lines - self.n_missing) as f64;
        if is_except || known < LEAST_AD_VALOREM_SHARE * self.n_lines as f64 {
            return None;
        }
        match how {
            Aggregation::Price => {
                let aggregates = self.aggregates?;
                Some(("price", aggregates.price_pct, Some(aggregates.collected_pct())))
            }
            Aggregation::Trade => Some(("trade_weighted", self.aggregates?.weighted_pct, None)),
            Aggregation::Simple => Some(("simple", self.simple_pct?, None)),
        }
    }

    fn source(&self, importer: &Row<'_>, how: Aggregation) -> String {
        let how = match how {
            Aggregation::Price => {
                "price aggregator (Laborde, Martin & van der Mensbrugghe 2017), weights by chapter"
            }
            Aggregation::Trade => "mean weighted by chapter",
            Aggregation::Simple => "simple mean within HS6 and over HS6",
        };
        let known = self.n_lines - self.n_missing;
        format!("{}: {known} of {} lines ad valorem, {how}", importer.text("source"), self.n_lines)
    }

    fn row(
        &self,
        importer: &Row<'_>,
        group: &str,
        sigma: f64,
        used: Option<&'static str>,
    ) -> AggregateRow<'static> {
        let of = |value: fn(&Aggregates) -> f64| self.aggregates.as_ref().map(value);
        let values = [self.simple_pct, of(|a| a.weighted_pct), of(|a| a.price_pct), of(|a| a.revenue_pct)];
        let known = values.iter().flatten();
        let largest = known.clone().copied().fold(f64::MIN, f64::max);
        let smallest = known.copied().fold(f64::MAX, f64::min);
        let [simple_pct, trade_weighted_pct, price_pct, revenue_pct] = values.map(|pct| decimals(pct, 3));
        AggregateRow {
            importer: importer.text("importer").to_owned().into(),
            product_group: group.to_owned().into(),
            lines: self.n_lines as u64,
            missing_lines: self.n_missing as u64,
            sigma: Verbatim(sigma.to_string().into()),
            simple_pct,
            trade_weighted_pct,
            price_pct,
            revenue_pct,
            largest_difference_pp: decimals((largest >= smallest).then_some(largest - smallest), 3),
            used: used.unwrap_or("kept").into(),
            weights: format!(
                "world exports by HS chapter {}, equal over HS6 and lines inside",
                importer.text("weights_year")
            )
            .into(),
            source: importer.text("source").to_owned().into(),
            mark: "public".into(),
        }
    }
}

/// Rows of `preferences.csv`: what the programmes of each agreement leave of the duties on a group.
fn preferences(
    importer: &Row<'_>,
    lines: &WeighedLines,
    (programmes, substitution): (&Table, &Table),
    how: Aggregation,
    reading: &mut Reading,
) -> Option<Vec<Preference<'static>>> {
    let mut agreements: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for row in programmes.rows().filter(|row| row.text("importer") == importer.text("importer")) {
        let codes = agreements.entry((row.text("agreement"), row.text("exporter"))).or_default();
        codes.push(row.text("programme").to_owned());
    }
    let mut rows = Vec::new();
    for ((agreement, exporter), codes) in agreements {
        for (g, group) in lines.groups.iter().enumerate() {
            if importer.text("except").split(';').any(|except| except == group) {
                continue;
            }
            let left = Left::new(lines, g, &codes, sigma(substitution, group, reading)?, how);
            let source =
                format!("{}: programmes {}; {}", importer.text("source"), codes.join(" "), left.basis);
            rows.push(Preference {
                agreement: agreement.to_owned().into(),
                importer: importer.text("importer").to_owned().into(),
                exporter: exporter.to_owned().into(),
                product_group: group.clone().into(),
                left_share: decimals(Some(left.share), 4),
                lines: left.n_lines as u64,
                free_lines: left.n_free as u64,
                source: source.into(),
                mark: "public".into(),
            });
        }
    }
    Some(rows)
}

/// What programmes leave of the duties on one group.
struct Left {
    share: f64,
    n_lines: usize,
    n_free: usize,
    basis: &'static str,
}

impl Left {
    fn new(lines: &WeighedLines, group: usize, codes: &[String], sigma: f64, how: Aggregation) -> Self {
        let of_group =
            || lines.schedule.lines.iter().zip(&lines.weights).filter(|(line, _)| line.group == group);
        let rate = |line: &crate::schedules::lines::Line| line.existing_pct(codes).max(0.0);
        let is_free = |line: &crate::schedules::lines::Line| line.preference_pct(codes) == Some(0.0);
        let n_lines = of_group().count();
        let n_free = of_group().filter(|(line, _)| is_free(line) || line.mfn_pct == Some(0.0)).count();
        let known: Vec<_> =
            of_group().filter_map(|(line, weight)| Some((line, *weight, line.mfn_pct?))).collect();
        let aggregate = |rates: Vec<(f64, f64)>| {
            let found = Aggregates::new(&rates, sigma)?;
            Some(if how == Aggregation::Price { found.price_pct } else { found.weighted_pct })
        };
        let mfn = aggregate(known.iter().map(|(_, weight, pct)| (*weight, *pct)).collect());
        let paid = aggregate(known.iter().map(|(line, weight, _)| (*weight, rate(line))).collect());
        if known.len() as f64 >= LEAST_AD_VALOREM_SHARE * n_lines as f64 {
            // Of a rate of 0 nothing can be cut.
            let share = mfn.zip(paid).filter(|(mfn, _)| *mfn > 0.0).map_or(1.0, |(mfn, paid)| paid / mfn);
            // Adding zero turns a negative zero into zero.
            return Self {
                share: share.clamp(0.0, 1.0) + 0.0,
                n_lines,
                n_free,
                basis: "duties left on ad-valorem lines",
            };
        }
        // Many rates are specific: count the dutiable lines that stay dutiable, as their duties are not known.
        let dutiable: Vec<_> = of_group().filter(|(line, _)| line.mfn_pct != Some(0.0)).collect();
        let left: f64 = dutiable.iter().filter(|(line, _)| !is_free(line)).map(|(_, weight)| **weight).sum();
        let all: f64 = dutiable.iter().map(|(_, weight)| **weight).sum();
        let share = if all > 0.0 { left / all } else { 1.0 };
        Self { share, n_lines, n_free, basis: "dutiable lines left, as many rates are specific" }
    }
}
