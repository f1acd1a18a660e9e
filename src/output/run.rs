//! The tables of `tradepath run` that come from the blocks of its draws (`docs/contract.md`).

use super::rows::{Text, columns, table};
use crate::ensemble::summaries::Summaries;
use crate::ensemble::summary::{Against, Cell, HEADLINE, Summary, value};
use crate::ensemble::{RunFrame, YearBlock};
use crate::numerics::parallel;
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
        /// Monte Carlo standard error of the mean; empty with one draw
        mc_se: Option<f64> ["unit"],
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
        /// Monte Carlo standard error of the mean; empty with one draw
        mc_se: Option<f64> ["unit"],
        /// 5 % quantile
        p05: Option<f64> ["unit"],
        /// Median
        p50: Option<f64> ["unit"],
        /// 95 % quantile
        p95: Option<f64> ["unit"],
    }
}

/// Declares a table over options and years by the place that a row is of: its key columns stand here alone.
macro_rules! measured {
    ($(#[doc = $text:literal])+ pub struct $Row:ident in $file:literal of a country { $($value:tt)+ }) => {
        $crate::output::rows::table! {
            $(#[doc = $text])+
            pub struct $Row<'a> in $file by (option, year, iso3, measure, against, unit) {
                /// Option
                option: Text<'a>,
                /// Year
                year: i16,
                /// Country
                iso3: Text<'a>,
                /// Measure
                measure: Text<'a>,
                /// baseline (of the same year) or reference (the reference option in the same draw)
                against: Text<'a>,
                /// pct, persons or musd2019 (million USD at consumer prices of 2019: own prices, for trade those of the world)
                unit: Text<'a>,
                $($value)+
            }
        }
    };
    ($(#[doc = $text:literal])+ pub struct $Row:ident in $file:literal of a sector { $($value:tt)+ }) => {
        $crate::output::rows::table! {
            $(#[doc = $text])+
            pub struct $Row<'a> in $file by (option, year, iso3, sector, measure, against, unit) {
                /// Option
                option: Text<'a>,
                /// Year
                year: i16,
                /// Country
                iso3: Text<'a>,
                /// Sector
                sector: Text<'a>,
                /// output, employment or jobs
                measure: Text<'a>,
                /// baseline or reference, as in projections.csv
                against: Text<'a>,
                /// pct or persons
                unit: Text<'a>,
                $($value)+
            }
        }
    };
    ($(#[doc = $text:literal])+ pub struct $Row:ident in $file:literal of a pair { $($value:tt)+ }) => {
        $crate::output::rows::table! {
            $(#[doc = $text])+
            pub struct $Row<'a> in $file
                by (option, year, exporter, importer, sector_group, measure, against, unit) {
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
                /// baseline or reference, as in projections.csv
                against: Text<'a>,
                /// musd2019 (million USD at the world's consumer prices of 2019) or pct
                unit: Text<'a>,
                $($value)+
            }
        }
    };
}
pub(super) use measured;

measured! {
    /// Deviation from the baseline of the same year and from the reference option of the same draw, over the draws. The
    /// reference option itself is listed against the baseline alone.
    pub struct Projection in "projections.csv" of a country {
        /// Over the draws
        value: Quantiles,
        /// Draws
        draws: u64 ["count"],
    }
}

measured! {
    /// Change of imports at border prices by partner, over the draws.
    pub struct BilateralChange in "bilateral.csv" of a pair {
        /// Over the draws
        value: OuterQuantiles,
    }
}

measured! {
    /// Change of sector output at constant prices, and of its workers at full employment, over the draws.
    pub struct SectorProjection in "sectors.csv" of a sector {
        /// Over the draws
        value: OuterQuantiles,
    }
}

table! {
    /// Real income of the focus country in every draw.
    pub struct DrawValue<'a> in "draws.csv" by (option, draw, year, iso3, measure, against, unit) {
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
        /// baseline or reference, as in projections.csv
        against: Text<'a>,
        /// pct or musd2019
        unit: Text<'a>,
        /// Value
        value: f64 ["unit"],
        /// What the draw counts for in means and quantiles: 1 on average over the draws, 1 throughout where they are plain
        weight: f64 ["ratio"],
    }
}

impl Quantiles {
    fn new(summary: &Summary) -> Self {
        let [p05, p25, p50, p75, p95] = summary.quantiles.map(Some);
        Self { mean: Some(summary.mean), mc_se: summary.mc_se, p05, p25, p50, p75, p95 }
    }
}

impl OuterQuantiles {
    fn new(summary: &Summary) -> Self {
        let [p05, _, p50, _, p95] = summary.quantiles.map(Some);
        Self { mean: Some(summary.mean), mc_se: summary.mc_se, p05, p50, p95 }
    }
}

impl From<OuterQuantiles> for Quantiles {
    fn from(OuterQuantiles { mean, mc_se, p05, p50, p95 }: OuterQuantiles) -> Self {
        Self { mean, mc_se, p05, p25: None, p50, p75: None, p95 }
    }
}

/// The rows of every option of a block, in the order of the options: for each cell one against each of what the option
/// is measured against.
fn by_option<C: Sync, R: Send>(
    frame: &RunFrame,
    block: &YearBlock,
    (cells, cell): (&[C], impl Fn(&C) -> Cell),
    row: impl Fn(usize, &C, Against, &Summary) -> R + Sync,
) -> Vec<R> {
    let places: Vec<Cell> = cells.iter().map(cell).collect();
    let summaries = Summaries::new(&frame.sample, block, &places);
    let of_option = |option: usize| {
        let against: Vec<Against> = against(frame, option).collect();
        let found = summaries.of(option, &against);
        let keys = cells.iter().flat_map(|cell| against.iter().map(move |against| (cell, *against)));
        keys.zip(&found).map(|((cell, against), found)| row(option, cell, against, found)).collect()
    };
    let options: Vec<Vec<R>> = parallel::map(frame.plan.options.len(), of_option);
    options.into_iter().flatten().collect()
}

/// What an option is measured against: the baseline, and the reference option unless it is that one.
pub(super) fn against(frame: &RunFrame, option: usize) -> impl Iterator<Item = Against> + Clone + use<> {
    let reference = frame.reference();
    Against::both(reference).into_iter().filter(move |against| *against != Against::Reference(option))
}

/// A country measure: its cell, country, name and unit.
pub(super) struct CountryCell<'a> {
    pub cell: Cell,
    pub iso3: Text<'a>,
    pub name: &'static str,
    pub unit: &'static str,
}

/// Every country measure, by country.
pub(super) fn country_cells(frame: &RunFrame) -> impl Iterator<Item = CountryCell<'_>> {
    frame.countries.iter().enumerate().flat_map(|(n, country)| {
        frame.measures().iter().enumerate().map(move |(measure, (name, unit))| CountryCell {
            cell: Cell::Country(measure, n),
            iso3: country.as_str().into(),
            name,
            unit,
        })
    })
}

/// Rows of `projections.csv` of one year.
#[must_use]
pub fn projections<'a>(frame: &'a RunFrame, block: &YearBlock) -> Vec<Projection<'a>> {
    let cells: Vec<CountryCell<'a>> = country_cells(frame).collect();
    by_option(frame, block, (&cells, |found| found.cell), |option, found, against, summary| Projection {
        option: frame.plan.options[option].as_str().into(),
        year: block.year,
        iso3: found.iso3.clone(),
        measure: found.name.into(),
        against: against.name().into(),
        unit: found.unit.into(),
        value: Quantiles::new(summary),
        draws: block.draws.len() as u64,
    })
}

/// A cell of trade by partner: where it is, and what it is of.
pub(super) struct PartnerCell {
    pub cell: Cell,
    pub group: usize,
    pub importer: usize,
    pub exporter: usize,
    pub unit: &'static str,
}

/// The cells of trade by partner in money and, where there is trade in the baseline, in percent.
pub(super) fn partner_cells(block: &YearBlock) -> impl Iterator<Item = PartnerCell> {
    let n = block.layout.n;
    let places = (0..block.layout.n_groups * n * n).map(move |at| (at, [at / (n * n), at / n % n, at % n]));
    places.filter(|(_, [_, n, i])| n != i).flat_map(|(at, [group, importer, exporter])| {
        let of = move |cell, unit| PartnerCell { cell, group, importer, exporter, unit };
        let pct = (block.base_imports_musd[at] > 0.0).then(|| of(Cell::ImportsPct(at), "pct"));
        [Some(of(Cell::Imports(at), "musd2019")), pct].into_iter().flatten()
    })
}

/// Rows of `bilateral.csv` of one year; none where trade by partner is not kept in that year.
#[must_use]
pub fn bilateral<'a>(frame: &'a RunFrame, block: &YearBlock) -> Vec<BilateralChange<'a>> {
    let cells: Vec<PartnerCell> = partner_cells(block).collect();
    by_option(frame, block, (&cells, |found| found.cell), |option, found, against, summary| BilateralChange {
        option: frame.plan.options[option].as_str().into(),
        year: block.year,
        exporter: frame.countries[found.exporter].as_str().into(),
        importer: frame.countries[found.importer].as_str().into(),
        sector_group: SECTOR_GROUPS[found.group].into(),
        measure: IMPORTS_CHANGE.into(),
        against: against.name().into(),
        unit: found.unit.into(),
        value: OuterQuantiles::new(summary),
    })
}

/// A measure of a sector: its cell, country, sector, name and unit.
pub(super) struct SectorCell<'a> {
    pub cell: Cell,
    pub iso3: Text<'a>,
    pub sector: Text<'a>,
    pub name: &'static str,
    pub unit: &'static str,
}

/// Every measure of every sector, by country.
pub(super) fn sector_cells(frame: &RunFrame) -> impl Iterator<Item = SectorCell<'_>> {
    let places = frame.countries.iter().enumerate().flat_map(|(n, country)| {
        frame.sectors.iter().enumerate().map(move |(j, sector)| (n, country.as_str(), j, sector.as_str()))
    });
    places.flat_map(|(n, country, j, sector)| {
        frame.sector_measures().iter().enumerate().map(move |(measure, (name, unit))| SectorCell {
            cell: Cell::Sector(measure, n, j),
            iso3: country.into(),
            sector: sector.into(),
            name,
            unit,
        })
    })
}

/// Rows of `sectors.csv` of one year.
#[must_use]
pub fn sectors<'a>(frame: &'a RunFrame, block: &YearBlock) -> Vec<SectorProjection<'a>> {
    let cells: Vec<SectorCell<'a>> = sector_cells(frame).collect();
    by_option(frame, block, (&cells, |found| found.cell), |option, found, against, summary| {
        SectorProjection {
            option: frame.plan.options[option].as_str().into(),
            year: block.year,
            iso3: found.iso3.clone(),
            sector: found.sector.clone(),
            measure: found.name.into(),
            against: against.name().into(),
            unit: found.unit.into(),
            value: OuterQuantiles::new(summary),
        }
    })
}

/// Rows of `draws.csv` of one year, one after another: there may be millions.
pub fn draws<'a>(frame: &'a RunFrame, block: &'a YearBlock) -> impl Iterator<Item = DrawValue<'a>> + use<'a> {
    let focus = frame.focus();
    let places = (0..frame.plan.options.len())
        .flat_map(|option| block.draws.iter().enumerate().map(move |(at, draw)| (option, at, *draw)));
    let places = places.flat_map(|place| HEADLINE.map(|measure| (place, measure)));
    places.flat_map(move |((option, at, draw), measure)| {
        let (name, unit) = Outcome::MEASURES[measure];
        against(frame, option).map(move |against| DrawValue {
            option: frame.plan.options[option].as_str().into(),
            draw,
            year: block.year,
            iso3: frame.plan.focus.as_str().into(),
            measure: name.into(),
            against: against.name().into(),
            unit: unit.into(),
            value: value(block, at, option, Cell::Country(measure, focus), against),
            weight: frame.sample.weight(at),
        })
    })
}
