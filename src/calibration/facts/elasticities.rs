//! Trade elasticities by sector: many studies, one scale, shrunk to a pooled value by their precision.
//!
//! Studies publish `theta` (the model's), substitution elasticities or tariff coefficients of flows before duty; the
//! last two are `1 + theta`, and so is what Caliendo & Parro's method gives on customs values. All are put on
//! `ln(1 + theta)`: positive, alike in spread, and small estimates with wide errors get small weights. A study that is
//! high in all sectors is brought to the level of all (`study_effects`); how sure that level is adds to every error.
//! What is left within a sector differs by more than its errors: one variance between studies for all sectors. Then
//! the means of the sectors are shrunk to the pooled value of all goods (`shrink`).
//!
//! Which studies and which of their sectors are taken stands in `data/sources/facts`.

use std::collections::HashMap;
use std::path::Path;

use super::rows::{ElasticityRow, StudyRow};
use super::shrinkage::{Estimate, Shrunk, mean, shrink, study_effects, variance_between};
use crate::calibration::{NumberRule, Reading};
use crate::data::{Axes, Files, Row, Table};
use crate::error::Fault;
use crate::sorted::sort_by_key;

/// Columns of `sector_codes.csv` beside `sector`.
const CODES: [&str; 5] =
    ["caliendo_parro", "gtap", "lashkaripour_lugovskyy", "wiod16", "farrokhi_lashkaripour"];
/// Standard errors from the middle to the ends of a range that holds nine tenths of a normal distribution.
const NINE_TENTHS: f64 = 1.644_853_626_951_472_6;

const VALUE: NumberRule = NumberRule::new("a number above 0, at most 1000", |v| v > 0.0 && v <= 1000.0);

/// How a study's figures are read.
struct Study {
    name: String,
    /// Start of the cell `source` of the facts.
    source: String,
    classification: String,
    measure: String,
    /// Column of `sector_codes.csv`.
    codes: usize,
    /// True if the figure is `1 + theta`, false if it is `theta`.
    is_one_more: bool,
    /// True if it stands beside the others only.
    is_beside: bool,
}

/// A figure of a study for a sector of its own.
struct Figure {
    ln: f64,
    se_ln: Option<f64>,
    theta_printed: f64,
    se_printed: Option<f64>,
    is_public: bool,
}

/// Elasticities of the sectors of a set.
pub struct Elasticities {
    /// One row for each sector that the facts know, in the order of the set.
    pub rows: Vec<ElasticityRow<'static>>,
    /// What each study says of each sector.
    pub studies: Vec<StudyRow<'static>>,
}

impl Elasticities {
    /// Reads `facts/elasticities_by_sector.csv` below `input`; `own` has the tables that say what is taken.
    pub fn read(input: &Path, own: &Files, axes: &Axes, reading: &mut Reading) -> Option<Self> {
        let studies = read_studies(own, reading)?;
        let columns: Vec<&str> = std::iter::once("sector").chain(CODES).collect();
        let codes = reading.own(own, "sector_codes.csv", &columns)?;
        let ranges = reading.own(own, "sector_ranges.csv", &["sector", "low", "high", "source", "mark"])?;
        let columns = ["source", "classification", "sector_code", "measure", "value", "se", "confidence"];
        let table = reading.table(&input.join("facts/elasticities_by_sector.csv"), &columns)?;
        let figures: Vec<_> = studies.iter().map(|study| study.figures(&table, reading)).collect();
        let usual_se = usual_se(&figures);
        let goods = Goods::gather(&studies, &figures, &codes, usual_se, reading);
        // The pooled value is that of all goods, also where a set has fewer sectors.
        let is_known = |sector: &str| axes.sector_idx.contains_key(sector);
        let mut rows = goods.rows()?;
        rows.retain(|row| is_known(&row.sector));
        rows.extend(ranges.rows().filter_map(|row| of_range(&row, axes, reading)));
        sort_by_key(&mut rows, |row| axes.sector_idx[row.sector.as_ref()]);
        let mut studies = goods.studies;
        studies.retain(|row| is_known(&row.sector));
        Some(Self { rows, studies })
    }
}

impl Elasticities {
    /// The row of a sector.
    #[must_use]
    pub fn of(&self, sector: &str) -> Option<&ElasticityRow<'static>> {
        self.rows.iter().find(|row| row.sector == sector)
    }
}

fn read_studies(own: &Files, reading: &mut Reading) -> Option<Vec<Study>> {
    let columns = ["study", "source_starts", "classification", "measure", "codes", "figure_is", "use", "why"];
    let table = reading.own(own, "studies.csv", &columns)?;
    let mut studies = Vec::new();
    for row in table.rows() {
        let of = |column: &str, words: [&str; 2], reading: &mut Reading| {
            let is_second = words.iter().position(|word| *word == row.text(column));
            if is_second.is_none() {
                reading.faults.push(row.fault(column, &words.join(" or "), "Correct the cell."));
            }
            Some(is_second? == 1)
        };
        let is_one_more = of("figure_is", ["theta", "one_plus_theta"], reading);
        let is_beside = of("use", ["pooled", "beside"], reading);
        let codes = CODES.iter().position(|column| *column == row.text("codes"));
        if codes.is_none() {
            reading.faults.push(row.fault("codes", &CODES.join(", "), "Name a column of sector_codes.csv."));
        }
        let (Some(is_one_more), Some(is_beside), Some(codes)) = (is_one_more, is_beside, codes) else {
            continue;
        };
        let text = |column: &str| row.text(column).to_owned();
        let (name, source) = (text("study"), text("source_starts"));
        let (classification, measure) = (text("classification"), text("measure"));
        studies.push(Study { name, source, classification, measure, codes, is_one_more, is_beside });
    }
    Some(studies)
}

impl Study {
    /// Figures of the study by its own codes; a study without any is a fault.
    fn figures(&self, table: &Table, reading: &mut Reading) -> HashMap<String, Figure> {
        let is_mine = |row: &Row<'_>| {
            row.text("source").starts_with(&self.source)
                && row.text("classification").starts_with(&self.classification)
                && row.text("measure") == self.measure
        };
        let mut figures = HashMap::new();
        for row in table.rows().filter(is_mine) {
            let Some(value) = reading.number(&row, "value", VALUE) else { continue };
            // A standard error of nothing is that of one or two figures alike.
            let se = row.value("se").filter(|se| se.is_finite() && *se > 0.0);
            let border = if self.is_one_more { value } else { 1.0 + value };
            let figure = Figure {
                ln: border.ln(),
                se_ln: se.map(|se| se / border),
                theta_printed: value,
                se_printed: se,
                is_public: row.text("confidence") == "public",
            };
            // Later lists of one source only add sectors that were split.
            figures.entry(row.text("sector_code").to_owned()).or_insert(figure);
        }
        if figures.is_empty() {
            let found = format!("no row of {}, {}, {}", self.source, self.classification, self.measure);
            let remedy = "Correct data/sources/facts/studies.csv, or fetch the table again.";
            let expected = format!("rows of the study {}", self.name);
            reading.faults.push(Fault::of_file(table.file(), "source", &found, &expected, remedy));
        }
        figures
    }
}

/// The middle standard error of those that were published, for studies that print none.
fn usual_se(figures: &[HashMap<String, Figure>]) -> f64 {
    let mut errors: Vec<f64> = figures.iter().flat_map(HashMap::values).filter_map(|f| f.se_ln).collect();
    errors.sort_by(f64::total_cmp);
    errors.get(errors.len() / 2).copied().unwrap_or(0.5)
}

/// What the studies say of one sector.
struct SectorFigures {
    sector: String,
    /// Study and its estimate.
    estimates: Vec<(usize, Estimate)>,
    is_public: bool,
    /// Of the study beside the others: as printed.
    beside: (Option<f64>, Option<f64>),
}

/// What the studies say of each goods sector of the set.
struct Goods {
    sectors: Vec<SectorFigures>,
    studies: Vec<StudyRow<'static>>,
}

impl Goods {
    fn gather(
        studies: &[Study],
        figures: &[HashMap<String, Figure>],
        codes: &Table,
        usual_se: f64,
        reading: &mut Reading,
    ) -> Self {
        let mut all = Self { sectors: Vec::new(), studies: Vec::new() };
        reading.each_once(codes, &["sector"]);
        for row in codes.rows() {
            let sector = row.text("sector");
            let (mut estimates, mut is_public, mut beside) = (Vec::new(), true, (None, None));
            for (at, (study, figures)) in studies.iter().zip(figures).enumerate() {
                let of: Vec<&Figure> = row
                    .text(CODES[study.codes])
                    .split(';')
                    .filter_map(|codes| first(codes, figures))
                    .collect();
                if of.is_empty() {
                    continue;
                }
                if study.is_beside {
                    beside = printed(&of);
                    continue;
                }
                let estimate = together(&of, usual_se);
                is_public &= of.iter().all(|figure| figure.is_public);
                all.studies.push(StudyRow::new(sector, &study.name, estimate));
                estimates.push((at, estimate));
            }
            if estimates.is_empty() {
                let expected = "codes that a study of studies.csv has";
                reading.faults.push(row.fault("sector", expected, "Correct the codes of the sector."));
            }
            all.sectors.push(SectorFigures { sector: sector.to_owned(), estimates, is_public, beside });
        }
        all
    }

    /// Random-effects means of the sectors, shrunk to the pooled value; `None` where nothing is left to pool.
    fn rows(&self) -> Option<Vec<ElasticityRow<'static>>> {
        let (groups, level) = self.on_one_level();
        let of_groups: Vec<&[Estimate]> = groups.iter().map(Vec::as_slice).collect();
        let between_studies = variance_between(&of_groups);
        let own: Option<Vec<Estimate>> = groups.iter().map(|group| mean(group, between_studies)).collect();
        let own = own?;
        if own.is_empty() {
            return Some(Vec::new());
        }
        let (shrunk, pooled) = shrink(&own)?;
        let rows = self.sectors.iter().zip(&own).zip(shrunk);
        Some(
            rows.map(|((of, own), mut shrunk)| {
                shrunk.estimate.variance += level;
                let mark = if of.is_public { "public" } else { "recalled" };
                let n = of.estimates.len();
                ElasticityRow::of_goods((&of.sector, mark), (n, *own), shrunk, pooled, of.beside)
            })
            .collect(),
        )
    }

    /// Estimates by sector less the level of their study, and the variance of the common level.
    fn on_one_level(&self) -> (Vec<Vec<Estimate>>, f64) {
        let of_sectors = || self.sectors.iter().enumerate();
        let rows: Vec<(usize, usize, f64)> = of_sectors()
            .flat_map(|(j, of)| of.estimates.iter().map(move |(s, e)| (j, *s, e.value)))
            .collect();
        // Studies without a figure, and the one beside, take no part.
        let mut taking_part: Vec<usize> = rows.iter().map(|row| row.1).collect();
        taking_part.sort_unstable();
        taking_part.dedup();
        let place = |s: usize| taking_part.binary_search(&s).unwrap_or(0);
        let rows: Vec<_> = rows.into_iter().map(|(j, s, value)| (j, place(s), value)).collect();
        let (effects, level) = study_effects(&rows, taking_part.len());
        let less = |(s, e): &(usize, Estimate)| Estimate { value: e.value - effects[place(*s)], ..*e };
        (of_sectors().map(|(_, of)| of.estimates.iter().map(less).collect()).collect(), level)
    }
}

/// The figure of the first of `codes` (`a/b`) that the study has.
fn first<'f>(codes: &str, figures: &'f HashMap<String, Figure>) -> Option<&'f Figure> {
    codes.split('/').find_map(|code| figures.get(code.trim()))
}

/// Mean in logs; the errors of sectors of one study are taken to go together.
fn together(figures: &[&Figure], usual_se: f64) -> Estimate {
    let n = figures.len() as f64;
    let value = figures.iter().map(|figure| figure.ln).sum::<f64>() / n;
    let variance = figures.iter().map(|figure| figure.se_ln.unwrap_or(usual_se).powi(2)).sum::<f64>() / n;
    Estimate { value, variance }
}

/// Mean of figures as printed.
fn printed(figures: &[&Figure]) -> (Option<f64>, Option<f64>) {
    let n = figures.len() as f64;
    let squares: Option<f64> = figures.iter().map(|figure| Some(figure.se_printed?.powi(2))).sum();
    (Some(figures.iter().map(|f| f.theta_printed).sum::<f64>() / n), squares.map(|sum| sum.sqrt() / n))
}

/// Geometric mean of the ends, which are taken to hold nine tenths of what is likely.
fn of_range(row: &Row<'_>, axes: &Axes, reading: &mut Reading) -> Option<ElasticityRow<'static>> {
    let sector = row.text("sector");
    if !axes.sector_idx.contains_key(sector) {
        return None;
    }
    let (low, high) = (reading.number(row, "low", VALUE)?, reading.number(row, "high", VALUE)?);
    if high <= low {
        reading.faults.push(row.fault("high", "more than low", "Correct one of the two."));
        return None;
    }
    let (theta, theta_se) = middle(low, high);
    Some(ElasticityRow::of_range(sector, (theta, theta_se), row.text("source"), row.text("mark")))
}

fn middle(low: f64, high: f64) -> (f64, f64) {
    let theta = (low * high).sqrt();
    (theta, theta * (high / low).ln() / (2.0 * NINE_TENTHS))
}

impl Shrunk {
    /// `theta` and its standard error, from `ln(1 + theta)`.
    pub(super) fn theta(&self) -> (f64, f64) {
        let border = self.estimate.value.exp();
        (border - 1.0, border * self.estimate.variance.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::{Figure, middle, printed, together};

    fn figure(border: f64, se: Option<f64>) -> Figure {
        Figure {
            ln: border.ln(),
            se_ln: se.map(|se| se / border),
            theta_printed: border,
            se_printed: se,
            is_public: true,
        }
    }

    #[test]
    fn sectors_of_one_study_are_one_estimate() {
        let (a, b) = (figure(2.0, Some(0.2)), figure(8.0, None));
        let of = together(&[&a, &b], 0.3);
        assert!((of.value.exp() - 4.0).abs() < 1e-12);
        assert!((of.variance - (0.01 + 0.09) / 2.0).abs() < 1e-12);
        assert_eq!(printed(&[&a, &b]), (Some(5.0), None));
        assert_eq!(printed(&[&figure(3.0, Some(3.0)), &figure(5.0, Some(4.0))]), (Some(4.0), Some(2.5)));
    }

    #[test]
    fn nine_tenths_of_draws_lie_in_the_range() {
        let (theta, se) = middle(2.0, 8.0);
        assert!((theta - 4.0).abs() < 1e-12);
        assert!((4.0 * (1.644_853_626_951_472_6 * se / theta).exp() - 8.0).abs() < 1e-9);
    }
}
