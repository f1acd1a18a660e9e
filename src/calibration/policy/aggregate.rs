//! From lines to product groups: three aggregates side by side, and the preferences that lines give.

use std::path::Path;

use super::claims;
pub use super::importer::Aggregation;
use super::importer::Importer;
use super::lines::{self, WeighedLines};
use super::rows::{AggregateRow, Claim, MfnRate, Preference, decimals};
use crate::calibration::{NumberRule, Reading};
use crate::data::{Files, Row, Table};
use crate::error::Fault;
use crate::output::rows::Verbatim;
use crate::policy::aggregate::{Aggregates, simple_mean_pct};
use crate::schedules::lines::Line;
use crate::sorted::SortedMap;

/// Share of the imports of a group whose lines must have a rate; below it the group's rate is left as it is.
const LEAST_KNOWN_SHARE: f64 = 0.6;
/// Lines that a group must have: fewer say little.
const LEAST_LINES: usize = 3;
/// Share of the duties that estimates of specific duties may bear before the rate is marked as an assumption.
const LARGEST_ESTIMATED_SHARE: f64 = 0.5;

/// Columns of `programmes.csv`: which agreement a code of the special column belongs to.
pub const PROGRAMME_COLUMNS: [&str; 6] = ["importer", "programme", "agreement", "exporter", "source", "mark"];

/// Layout of files that hold a part of the lines.
const PARTIAL: &str = "hs6";
/// Partner that stands for all others.
pub(super) const ALL: &str = "*";

/// What lines give.
#[derive(Default)]
pub struct FromLines {
    /// Lines by importer.
    pub lines: SortedMap<String, WeighedLines>,
    /// Importers whose lines are only a part of their tariff.
    pub partial: Vec<String>,
    /// Rows of `claims.csv`.
    pub claims: Vec<Claim<'static>>,
    /// Rows of `aggregation.csv`.
    pub aggregation: Vec<AggregateRow<'static>>,
    /// Rows of `preferences.csv`.
    pub preferences: Vec<Preference<'static>>,
}

/// Replaces the rates in `rates` that lines give; adds those towards partners whose trade by line is known.
pub fn apply(
    input: &Path,
    own: &Files,
    how: Aggregation,
    rates: &mut Vec<MfnRate<'static>>,
    reading: &mut Reading,
) -> Option<FromLines> {
    let importers = reading.own(own, "tariff_lines.csv", &lines::COLUMNS);
    let programmes = reading.own(own, "programmes.csv", &PROGRAMME_COLUMNS);
    let substitution = reading.own(own, "substitution.csv", &["product_group", "sigma", "source", "mark"]);
    let claims = reading.own(own, "claims.csv", &claims::COLUMNS);
    let (importers, programmes, substitution) = (importers?, programmes?, substitution?);
    let claims = claims?;
    let mut found = FromLines::default();
    let mut is_whole = true;
    for importer in importers.rows() {
        let Some(lines) = lines::read(input, own, &importer, reading) else {
            is_whole = false;
            continue;
        };
        let place = Importer { row: importer, lines, how };
        place.rates(&substitution, rates, &mut found, reading)?;
        let preferences = preferences(&place, &programmes, &substitution, reading)?;
        found.claims.extend(claims::rows(input, &place, &claims, &preferences, reading)?);
        found.preferences.extend(preferences);
        if place.row.text("layout") == PARTIAL {
            found.partial.push(place.row.text("importer").to_owned());
        }
        found.lines.insert(place.row.text("importer").to_owned(), place.lines);
    }
    is_whole.then_some(found)
}

impl Importer<'_> {
    /// Groups whose rate is left as it is.
    pub(super) fn is_except(&self, group: &str) -> bool {
        self.row.text("except").split(';').any(|except| except == group)
    }

    /// Rates towards everybody and towards each partner whose trade by line is known.
    fn rates(
        &self,
        substitution: &Table,
        rates: &mut Vec<MfnRate<'static>>,
        found: &mut FromLines,
        reading: &mut Reading,
    ) -> Option<()> {
        let code = self.row.text("importer");
        for (g, group) in self.lines.groups.iter().enumerate() {
            let sigma = sigma(substitution, group, reading)?;
            let summary = Summary::new(&self.lines, g, &self.lines.weights.world, sigma);
            // Files that hold a part of the lines have none of some groups.
            if summary.n_lines == 0 {
                continue;
            }
            let used = summary.used(self.how, self.is_except(group));
            found.aggregation.push(summary.row(&self.row, group, sigma, used.map(|(name, ..)| name)));
            let Some(used) = used else { continue };
            let of_group = |rate: &&mut MfnRate<'_>| rate.importer == code && rate.product_group == *group;
            for rate in rates.iter_mut().filter(of_group) {
                *rate = self.rate(ALL, group, used, &summary);
            }
            for (partner, weights) in &self.lines.weights.of_partner {
                let of_partner = Summary::new(&self.lines, g, weights, sigma);
                if let Some(used) = of_partner.used(self.how, false) {
                    rates.push(self.rate(partner, group, used, &of_partner));
                }
            }
        }
        Some(())
    }

    fn rate(
        &self,
        exporter: &str,
        group: &str,
        (_, pct, collected_pct): (&'static str, f64, Option<f64>),
        summary: &Summary,
    ) -> MfnRate<'static> {
        MfnRate {
            importer: self.row.text("importer").to_owned().into(),
            exporter: exporter.to_owned().into(),
            product_group: group.to_owned().into(),
            mfn_pct: decimals(Some(pct), 2),
            collected_pct: decimals(collected_pct, 2),
            source: summary.source(&self.row, self.how).into(),
            mark: summary.mark().into(),
        }
    }
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

/// The lines of one group, under one set of weights.
struct Summary {
    n_lines: usize,
    n_missing: usize,
    n_estimates: usize,
    /// Share of the imports whose lines have a rate.
    known_share: f64,
    /// Share of the duties that rests on estimates of specific duties.
    estimated_share: f64,
    simple_pct: Option<f64>,
    aggregates: Option<Aggregates>,
}

impl Summary {
    fn new(lines: &WeighedLines, group: usize, weights: &[f64], sigma: f64) -> Self {
        let mut products: SortedMap<&str, Vec<f64>> = SortedMap::new();
        let mut rates = Vec::new();
        let (mut n_lines, mut n_estimates, mut all, mut duties, mut estimated) = (0, 0, 0.0, 0.0, 0.0);
        let of_group = lines.schedule.lines.iter().zip(weights).filter(|(line, _)| line.group == group);
        for (line, weight) in of_group {
            n_lines += 1;
            all += weight;
            let Some(pct) = line.mfn_pct else { continue };
            products.entry(&line.code[..6]).or_default().push(pct);
            rates.push((*weight, pct));
            duties += weight * pct;
            if line.is_estimate {
                n_estimates += 1;
                estimated += weight * pct;
            }
        }
        let known: f64 = rates.iter().map(|(weight, _)| weight).sum();
        Self {
            n_lines,
            n_missing: n_lines - rates.len(),
            n_estimates,
            known_share: if all > 0.0 { known / all } else { 0.0 },
            estimated_share: if duties > 0.0 { estimated / duties } else { 0.0 },
            simple_pct: simple_mean_pct(products.values().map(Vec::as_slice)),
            aggregates: Aggregates::new(&rates, sigma),
        }
    }

    /// Name and rate of the aggregate in use, and with the price aggregate what is collected of it; `None` = the group
    /// keeps its rate.
    fn used(&self, how: Aggregation, is_except: bool) -> Option<(&'static str, f64, Option<f64>)> {
        if is_except || self.n_lines < LEAST_LINES || self.known_share < LEAST_KNOWN_SHARE {
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
            Aggregation::Price => "price aggregator (Laborde, Martin & van der Mensbrugghe 2017)",
            Aggregation::Trade => "mean weighted by imports",
            Aggregation::Simple => "simple mean within HS6 and over HS6",
        };
        let known = self.n_lines - self.n_missing;
        let estimates = match self.n_estimates {
            0 => String::new(),
            n => format!(", {n} of them from unit values"),
        };
        format!(
            "{}: {known} of {} lines with a rate{estimates}; {how}",
            importer.text("source"),
            self.n_lines
        )
    }

    /// A rate that rests on estimates of specific duties for the most part is an assumption.
    fn mark(&self) -> &'static str {
        if self.estimated_share > LARGEST_ESTIMATED_SHARE { "assumption" } else { "public" }
    }

    fn row(
        &self,
        importer: &Row<'_>,
        group: &str,
        sigma: f64,
        used: Option<&'static str>,
    ) -> AggregateRow<'static> {
        let weights = if importer.text("pair_weights").is_empty() {
            let year = importer.text("weights_year");
            format!("world exports by HS chapter {year}, inside a chapter US imports by product 2012-14")
        } else {
            "imports by line, 2024".to_owned()
        };
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
            weights: weights.into(),
            estimated_lines: self.n_estimates as u64,
            source: importer.text("source").to_owned().into(),
            mark: self.mark().into(),
        }
    }
}

/// Rows of `preferences.csv`: what the programmes of each agreement leave of the duties on a group.
fn preferences(
    Importer { row: importer, lines, how }: &Importer<'_>,
    programmes: &Table,
    substitution: &Table,
    reading: &mut Reading,
) -> Option<Vec<Preference<'static>>> {
    let mut agreements: SortedMap<(&str, &str), Vec<String>> = SortedMap::new();
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
            let sigma = sigma(substitution, group, reading)?;
            let left = Left::new(lines, (g, exporter), &codes, sigma, *how);
            if left.n_lines == 0 {
                continue;
            }
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
    /// By the imports from the partner; by those of the world where it sells nothing that pays a duty.
    fn new(
        lines: &WeighedLines,
        (group, partner): (usize, &str),
        codes: &[String],
        sigma: f64,
        how: Aggregation,
    ) -> Self {
        let (mut n_lines, mut n_free) = (0, 0);
        let of_group = || lines.schedule.lines.iter().enumerate().filter(|(_, line)| line.group == group);
        for (_, line) in of_group() {
            n_lines += 1;
            let is_free = line.preference_pct(codes) == Some(0.0) || line.mfn_pct == Some(0.0);
            n_free += usize::from(is_free);
        }
        let share = |weights: &[f64]| {
            let rates = |rate: &dyn Fn(&Line, f64) -> f64| -> Vec<(f64, f64)> {
                let known = of_group().filter_map(|(l, line)| Some((weights[l], rate(line, line.mfn_pct?))));
                known.collect()
            };
            let aggregate = |rates: Vec<(f64, f64)>| {
                let found = Aggregates::new(&rates, sigma)?;
                Some(if how == Aggregation::Price { found.price_pct } else { found.weighted_pct })
            };
            let mfn = aggregate(rates(&|_, pct| pct)).filter(|pct| *pct > 0.0)?;
            let paid = aggregate(rates(&|line, _| line.existing_pct(codes).max(0.0)))?;
            Some(paid / mfn)
        };
        let (weights, basis) = (lines.weights.of(partner), "duties left on lines with a rate");
        // Of a rate of 0 nothing can be cut. Adding zero turns a negative zero into zero.
        let share = share(weights).or_else(|| share(&lines.weights.world)).unwrap_or(1.0);
        Self { share: share.clamp(0.0, 1.0) + 0.0, n_lines, n_free, basis }
    }
}
