//! From lines to product groups: three aggregates side by side, and the preferences that lines give.

use std::collections::BTreeMap;
use std::path::Path;

use clap::ValueEnum;

use super::lines::{self, WeighedLines};
use super::tables::Rows;
use crate::calibration::Reading;
use crate::data::{Files, Row, Table};
use crate::error::Fault;
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

/// Columns of `aggregation.csv`.
pub const COLUMNS: [&str; 14] = [
    "importer",
    "product_group",
    "lines",
    "missing_lines",
    "sigma",
    "simple_pct",
    "trade_weighted_pct",
    "price_pct",
    "revenue_pct",
    "largest_difference_pp",
    "used",
    "weights",
    "source",
    "mark",
];

/// Columns of `programmes.csv`: which agreement a code of the special column belongs to.
pub const PROGRAMME_COLUMNS: [&str; 6] = ["importer", "programme", "agreement", "exporter", "source", "mark"];

/// Columns of `preferences.csv`.
pub const PREFERENCE_COLUMNS: [&str; 9] = [
    "agreement",
    "importer",
    "exporter",
    "product_group",
    "left_share",
    "lines",
    "free_lines",
    "source",
    "mark",
];

/// What lines give.
#[derive(Default)]
pub struct FromLines {
    /// Rows of `aggregation.csv`.
    pub aggregation: Rows,
    /// Rows of `preferences.csv`.
    pub preferences: Rows,
}

/// Replaces the rates in `rates` (`importer,product_group,mfn_pct,collected_pct,source,mark`) that lines give.
pub fn apply(
    input: &Path,
    own: &Files,
    how: Aggregation,
    rates: &mut Rows,
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
                let of_group =
                    |row: &&mut Vec<String>| row[0] == importer.text("importer") && row[1] == *group;
                for row in rates.iter_mut().filter(of_group) {
                    row[2] = format!("{pct:.2}");
                    row[3] = collected_pct.map_or_else(String::new, |pct| format!("{pct:.2}"));
                    row[4] = summary.source(&importer, how);
                    row[5] = "public".into();
                }
            }
        }
        found.preferences.extend(preferences(&importer, &lines, (&programmes, &substitution), how, reading)?);
    }
    is_whole.then_some(found)
}

fn sigma(substitution: &Table, group: &str, reading: &mut Reading) -> Option<f64> {
    let find = |name: &str| substitution.rows().find(|row| row.text("product_group") == name);
    let Some(row) = find(group).or_else(|| find("*")) else {
        let expected = format!("a row of {group}, or one of *");
        let fault = Fault::of_file(substitution.file(), "product_group", "no such row", &expected, "Add it.");
        reading.faults.push(fault);
        return None;
    };
    reading.number(&row, "sigma", ("a number above 0", |sigma| sigma > 0.0))
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

    fn row(&self, importer: &Row<'_>, group: &str, sigma: f64, used: Option<&str>) -> Vec<String> {
        let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.3}"));
        let of = |value: fn(&Aggregates) -> f64| self.aggregates.as_ref().map(value);
        let values = [self.simple_pct, of(|a| a.weighted_pct), of(|a| a.price_pct), of(|a| a.revenue_pct)];
        let known = values.iter().flatten();
        let largest = known.clone().copied().fold(f64::MIN, f64::max);
        let smallest = known.copied().fold(f64::MAX, f64::min);
        let mut row = vec![importer.text("importer").to_owned(), group.to_owned()];
        row.extend([self.n_lines.to_string(), self.n_missing.to_string(), sigma.to_string()]);
        row.extend(values.map(number));
        row.push(number((largest >= smallest).then_some(largest - smallest)));
        row.push(used.unwrap_or("kept").to_owned());
        row.push(format!(
            "world exports by HS chapter {}, equal over HS6 and lines inside",
            importer.text("weights_year")
        ));
        row.extend([importer.text("source").to_owned(), "public".to_owned()]);
        row
    }
}

/// Rows of `preferences.csv`: what the programmes of each agreement leave of the duties on a group.
fn preferences(
    importer: &Row<'_>,
    lines: &WeighedLines,
    (programmes, substitution): (&Table, &Table),
    how: Aggregation,
    reading: &mut Reading,
) -> Option<Rows> {
    let mut agreements: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for row in programmes.rows().filter(|row| row.text("importer") == importer.text("importer")) {
        let codes = agreements.entry((row.text("agreement"), row.text("exporter"))).or_default();
        codes.push(row.text("programme").to_owned());
    }
    let mut rows = Rows::new();
    for ((agreement, exporter), codes) in agreements {
        for (g, group) in lines.groups.iter().enumerate() {
            if importer.text("except").split(';').any(|except| except == group) {
                continue;
            }
            let left = Left::new(lines, g, &codes, sigma(substitution, group, reading)?, how);
            let source =
                format!("{}: programmes {}; {}", importer.text("source"), codes.join(" "), left.basis);
            let names = [agreement, importer.text("importer"), exporter, group].map(str::to_owned);
            let counts = [left.n_lines.to_string(), left.n_free.to_string(), source, "public".to_owned()];
            rows.push([names.as_slice(), &[format!("{:.4}", left.share)], &counts].concat());
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
