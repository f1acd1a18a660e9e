//! The tables of `tradepath run` that come from the blocks of its draws (`docs/contract.md`).

use rayon::prelude::*;

use super::rows::{Text, columns, table};
use crate::ensemble::summary::Summary;
use crate::ensemble::{RunFrame, SECTOR_MEASURES, YearBlock, summary};
use crate::projection::Outcome;

/// Sector groups of bilateral trade, in the order of blocks.
pub const SECTOR_GROUPS: [&str; 2] = ["goods", "services"];
/// Name of the measure of [`BilateralChange`].
pub const IMPORTS_CHANGE: &str = "imports_change";

columns! {
    /// Distribution over the draws; empty where a measure does not apply.
    pub struct Quantiles {
        /// Mean
        mean: Option<f64> ["unit"],
        /// 5 % quantile
        p05: Option<f64> ["unit"],
        /// 25 % quantile
        p25: Option<f64> ["unit"],
        /// Median
        p50: Option<f64> ["unit"],
        /// 75 % quantile
        p75: Option<f64> ["unit"],
        /// 95 % quantile
        p95: Option<f64> ["unit"],
    }
}

columns! {
    /// Distribution over the draws without quartiles; empty where a measure does not apply.
    pub struct OuterQuantiles {
        /// Mean
        mean: Option<f64> ["unit"],
        /// 5 % quantile
        p05: Option<f64> ["unit"],
        /// Median
        p50: Option<f64> ["unit"],
        /// 95 % quantile
        p95: Option<f64> ["unit"],
    }
}

table! {
    /// Deviation from the baseline of the same year, over the draws; measures with _vs_ are against that option in the
    /// same draw.
    pub struct Projection<'a> in "projections.csv" by (option, year, iso3, measure, unit) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// Measure
        measure: Text<'a>,
        /// pct, musd2019 (million USD at consumer prices of 2019) or musd (numeraire: world value added)
        unit: Text<'a>,
        /// Over the draws
        value: Quantiles,
        /// Draws
        draws: u64 ["count"],
    }
}

table! {
    /// Change of imports at border prices against the baseline of the same year, by partner, over the draws.
    pub struct BilateralChange<'a> in "bilateral.csv"
        by (option, year, exporter, importer, sector_group, measure, unit) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        exporter: Text<'a>,
        /// Country
        importer: Text<'a>,
        /// goods or services
        sector_group: Text<'a>,
        /// imports_change
        measure: Text<'a>,
        /// musd (numeraire: world value added) or pct
        unit: Text<'a>,
        /// Over the draws
        value: OuterQuantiles,
    }
}

table! {
    /// Change of sector output at constant prices, and of its workers at full employment, against the baseline of the
    /// same year, over the draws.
    pub struct SectorProjection<'a> in "sectors.csv" by (option, year, iso3, sector, measure, unit) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// output or employment
        measure: Text<'a>,
        /// pct
        unit: Text<'a>,
        /// Over the draws
        value: OuterQuantiles,
    }
}

table! {
    /// Real income of the focus country in every draw.
    pub struct DrawValue<'a> in "draws.csv" by (option, draw, year, iso3, measure, unit) {
        /// Option
        option: Text<'a>,
        /// Draw, 0 = first
        draw: u64,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// Measure, as in projections.csv
        measure: Text<'a>,
        /// pct or musd2019
        unit: Text<'a>,
        /// Value
        value: f64 ["unit"],
    }
}

impl Quantiles {
    fn new(summary: &Summary) -> Self {
        let [p05, p25, p50, p75, p95] = summary.quantiles.map(Some);
        Self { mean: Some(summary.mean), p05, p25, p50, p75, p95 }
    }
}

impl OuterQuantiles {
    fn new(summary: &Summary, scale: f64) -> Self {
        let [p05, _, p50, _, p95] = summary.quantiles.map(|value| Some(scale * value));
        Self { mean: Some(scale * summary.mean), p05, p50, p95 }
    }
}

impl From<OuterQuantiles> for Quantiles {
    fn from(OuterQuantiles { mean, p05, p50, p95 }: OuterQuantiles) -> Self {
        Self { mean, p05, p25: None, p50, p75: None, p95 }
    }
}

/// The rows that `of_option` makes of every option of a block, in the order of the options.
fn by_option<R: Send>(frame: &RunFrame, of_option: impl Fn(usize) -> Vec<R> + Sync + Send) -> Vec<R> {
    let options: Vec<Vec<R>> = (0..frame.plan.options.len()).into_par_iter().map(of_option).collect();
    options.into_iter().flatten().collect()
}

/// Rows of `projections.csv` of one year.
#[must_use]
pub fn projections<'a>(frame: &'a RunFrame, block: &YearBlock) -> Vec<Projection<'a>> {
    let draws = block.draws.len() as u64;
    by_option(frame, |option| {
        let mut rows = Vec::new();
        for (n, country) in frame.countries.iter().enumerate() {
            let mut add = |measure: Text<'a>, unit: &'static str, summary: Summary| {
                rows.push(Projection {
                    option: frame.plan.options[option].as_str().into(),
                    year: block.year,
                    iso3: country.as_str().into(),
                    measure,
                    unit: unit.into(),
                    value: Quantiles::new(&summary),
                    draws,
                });
            };
            for (measure, (name, unit)) in Outcome::MEASURES.iter().enumerate() {
                add((*name).into(), unit, summary::country(block, option, measure, n));
            }
            for measure in summary::AGAINST_REFERENCE {
                let summary = summary::against(block, (option, frame.reference()), measure, n);
                add(frame.against_name(measure).into(), Outcome::MEASURES[measure].1, summary);
            }
        }
        rows
    })
}

/// Rows of `bilateral.csv` of one year; none where trade by partner is not kept in that year.
#[must_use]
pub fn bilateral<'a>(frame: &'a RunFrame, block: &YearBlock) -> Vec<BilateralChange<'a>> {
    if block.layout.n_groups == 0 {
        return Vec::new();
    }
    by_option(frame, |option| {
        let n = frame.countries.len();
        let cells =
            (0..SECTOR_GROUPS.len() * n * n).map(|cell| (cell, [cell / (n * n), cell / n % n, cell % n]));
        let mut rows = Vec::new();
        for (cell, [group, importer, exporter]) in cells.filter(|(_, [_, n, i])| n != i) {
            let (summary, base) = (summary::imports(block, option, cell), block.base_imports_musd[cell]);
            let row = |unit: &'static str, scale: f64| BilateralChange {
                option: frame.plan.options[option].as_str().into(),
                year: block.year,
                exporter: frame.countries[exporter].as_str().into(),
                importer: frame.countries[importer].as_str().into(),
                sector_group: SECTOR_GROUPS[group].into(),
                measure: IMPORTS_CHANGE.into(),
                unit: unit.into(),
                value: OuterQuantiles::new(&summary, scale),
            };
            rows.push(row("musd", 1.0));
            if base > 0.0 {
                rows.push(row("pct", 100.0 / base));
            }
        }
        rows
    })
}

/// Rows of `sectors.csv` of one year.
#[must_use]
pub fn sectors<'a>(frame: &'a RunFrame, block: &YearBlock) -> Vec<SectorProjection<'a>> {
    by_option(frame, |option| {
        let mut rows = Vec::new();
        for (n, country) in frame.countries.iter().enumerate() {
            for (j, sector) in frame.sectors.iter().enumerate() {
                for (measure, name) in SECTOR_MEASURES.iter().enumerate() {
                    rows.push(SectorProjection {
                        option: frame.plan.options[option].as_str().into(),
                        year: block.year,
                        iso3: country.as_str().into(),
                        sector: sector.as_str().into(),
                        measure: (*name).into(),
                        unit: "pct".into(),
                        value: OuterQuantiles::new(&summary::sector(block, option, measure, (n, j)), 1.0),
                    });
                }
            }
        }
        rows
    })
}

/// Rows of `draws.csv` of one year.
#[must_use]
pub fn draws<'a>(frame: &'a RunFrame, block: &YearBlock) -> Vec<DrawValue<'a>> {
    let focus = frame.focus();
    by_option(frame, |option| {
        let mut rows = Vec::new();
        for (at, draw) in block.draws.iter().enumerate() {
            let mut add = |measure: Text<'a>, unit: &'static str, value: f64| {
                rows.push(DrawValue {
                    option: frame.plan.options[option].as_str().into(),
                    draw: *draw,
                    year: block.year,
                    iso3: frame.plan.focus.as_str().into(),
                    measure,
                    unit: unit.into(),
                    value,
                });
            };
            for measure in summary::AGAINST_REFERENCE {
                let (name, unit) = Outcome::MEASURES[measure];
                add(name.into(), unit, block.of(at, option)[measure * block.layout.n + focus]);
                let value = summary::against_in_draw(block, at, (option, frame.reference()), measure, focus);
                add(frame.against_name(measure).into(), unit, value);
            }
        }
        rows
    })
}
