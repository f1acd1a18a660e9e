//! The files of `tradepath run` that come from the blocks of its draws (`contract.md`).

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::TableSpec;
use super::dir::number;
use super::events::Rows;
use crate::ensemble::{Experiment, Plan, SECTOR_MEASURES, YearBlock, summary};
use crate::numerics::quantiles::Summary;
use crate::projection::Outcome;

/// Sector groups of bilateral trade, in the order of blocks.
pub const SECTOR_GROUPS: [&str; 2] = ["goods", "services"];

/// `projections.csv`.
pub const PROJECTIONS: TableSpec = TableSpec {
    file: "projections.csv",
    description: "Deviation from the baseline of the same year, over the draws; measures with _vs_ are against that option in the same draw.",
    columns: &[
        ("option", "string", "", "Option"),
        ("year", "integer", "", "Year"),
        ("iso3", "string", "", "Country"),
        ("measure", "string", "", "Measure"),
        (
            "unit",
            "string",
            "",
            "pct, musd2019 (million USD at consumer prices of 2019) or musd (numeraire: world value added)",
        ),
        ("mean", "number", "unit", "Mean"),
        ("p05", "number", "unit", "5 % quantile"),
        ("p25", "number", "unit", "25 % quantile"),
        ("p50", "number", "unit", "Median"),
        ("p75", "number", "unit", "75 % quantile"),
        ("p95", "number", "unit", "95 % quantile"),
        ("draws", "integer", "count", "Draws"),
    ],
};

/// `bilateral.csv`.
pub const BILATERAL: TableSpec = TableSpec {
    file: "bilateral.csv",
    description: "Change of imports at border prices against the baseline of the same year, by partner, over the draws.",
    columns: &[
        ("option", "string", "", "Option"),
        ("year", "integer", "", "Year"),
        ("exporter", "string", "", "Country"),
        ("importer", "string", "", "Country"),
        ("sector_group", "string", "", "goods or services"),
        ("measure", "string", "", "imports_change"),
        ("unit", "string", "", "musd (numeraire: world value added) or pct"),
        ("mean", "number", "unit", "Mean"),
        ("p05", "number", "unit", "5 % quantile"),
        ("p50", "number", "unit", "Median"),
        ("p95", "number", "unit", "95 % quantile"),
    ],
};

/// `sectors.csv`.
pub const SECTORS: TableSpec = TableSpec {
    file: "sectors.csv",
    description: "Change of sector output at constant prices, and of its workers at full employment, against the baseline of the same year, over the draws.",
    columns: &[
        ("option", "string", "", "Option"),
        ("year", "integer", "", "Year"),
        ("iso3", "string", "", "Country"),
        ("sector", "string", "", "Sector"),
        ("measure", "string", "", "output or employment"),
        ("unit", "string", "", "pct"),
        ("mean", "number", "unit", "Mean"),
        ("p05", "number", "unit", "5 % quantile"),
        ("p50", "number", "unit", "Median"),
        ("p95", "number", "unit", "95 % quantile"),
    ],
};

/// `draws.csv`.
pub const DRAWS: TableSpec = TableSpec {
    file: "draws.csv",
    description: "Real income of the focus country in every draw.",
    columns: &[
        ("option", "string", "", "Option"),
        ("draw", "integer", "", "Draw, 0 = first"),
        ("year", "integer", "", "Year"),
        ("iso3", "string", "", "Country"),
        ("measure", "string", "", "Measure, as in projections.csv"),
        ("unit", "string", "", "pct or musd2019"),
        ("value", "number", "unit", "Value"),
    ],
};

/// What the blocks of a run need to become tables.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunFrame {
    /// The plan.
    pub plan: Plan,
    /// Country codes, in the order of blocks.
    pub countries: Vec<String>,
    /// Sector ids, in the order of blocks.
    pub sectors: Vec<String>,
}

impl RunFrame {
    /// The frame of an experiment.
    #[must_use]
    pub fn new(experiment: &Experiment) -> Self {
        Self {
            plan: experiment.plan.clone(),
            countries: experiment.axes.countries.iter().map(|country| country.iso3.clone()).collect(),
            sectors: experiment.axes.sectors.iter().map(|sector| sector.id.clone()).collect(),
        }
    }

    /// Position of the option that gains are also measured against.
    #[must_use]
    pub fn reference(&self) -> usize {
        self.plan.options.iter().position(|id| *id == self.plan.reference_option).unwrap_or(0)
    }

    /// Name of a measure against the reference option.
    #[must_use]
    pub fn against_name(&self, measure: usize) -> String {
        format!("{}_vs_{}", Outcome::MEASURES[measure].0, self.plan.reference_option)
    }

    fn focus(&self) -> usize {
        self.countries.iter().position(|code| *code == self.plan.focus).unwrap_or(0)
    }
}

/// Rows of one year for each of the tables of this module.
pub struct YearRows {
    /// Of [`PROJECTIONS`].
    pub projections: Rows,
    /// Of [`BILATERAL`].
    pub bilateral: Rows,
    /// Of [`SECTORS`].
    pub sectors: Rows,
    /// Of [`DRAWS`].
    pub draws: Rows,
}

/// All rows of a block.
#[must_use]
pub fn year_rows(frame: &RunFrame, block: &YearBlock) -> YearRows {
    let of_options = |rows: fn(&RunFrame, &YearBlock, usize) -> Rows| -> Rows {
        let options: Vec<Rows> =
            (0..frame.plan.options.len()).into_par_iter().map(|option| rows(frame, block, option)).collect();
        options.into_iter().flatten().collect()
    };
    YearRows {
        projections: of_options(projection_rows),
        bilateral: if block.layout.n_groups == 0 { Rows::new() } else { of_options(bilateral_rows) },
        sectors: of_options(sector_rows),
        draws: of_options(draw_rows),
    }
}

fn five(summary: &Summary) -> Vec<String> {
    let [p05, p25, p50, p75, p95] = summary.quantiles;
    [summary.mean, p05, p25, p50, p75, p95].map(number).to_vec()
}

fn three(summary: &Summary, scale: f64) -> Vec<String> {
    let [p05, _, p50, _, p95] = summary.quantiles;
    [summary.mean, p05, p50, p95].map(|value| number(scale * value)).to_vec()
}

fn projection_rows(frame: &RunFrame, block: &YearBlock, option: usize) -> Rows {
    let mut rows = Rows::new();
    let key = [frame.plan.options[option].clone(), block.year.to_string()];
    let draws = block.draws.len().to_string();
    for (n, country) in frame.countries.iter().enumerate() {
        let mut add = |measure: String, unit: &str, summary: Summary| {
            let mut row = [key.as_slice(), &[country.clone(), measure, unit.to_owned()]].concat();
            row.extend(five(&summary));
            row.push(draws.clone());
            rows.push(row);
        };
        for (measure, (name, unit)) in Outcome::MEASURES.iter().enumerate() {
            add((*name).to_owned(), unit, summary::country(block, option, measure, n));
        }
        for measure in summary::AGAINST_REFERENCE {
            let summary = summary::against(block, (option, frame.reference()), measure, n);
            add(frame.against_name(measure), Outcome::MEASURES[measure].1, summary);
        }
    }
    rows
}

fn bilateral_rows(frame: &RunFrame, block: &YearBlock, option: usize) -> Rows {
    let mut rows = Rows::new();
    let n_countries = frame.countries.len();
    for (group, group_name) in SECTOR_GROUPS.iter().enumerate() {
        for (n, importer) in frame.countries.iter().enumerate() {
            for (i, exporter) in frame.countries.iter().enumerate().filter(|(i, _)| *i != n) {
                let cell = (group * n_countries + n) * n_countries + i;
                let (summary, base) = (summary::imports(block, option, cell), block.base_imports_musd[cell]);
                let key = [frame.plan.options[option].clone(), block.year.to_string()];
                let names = [exporter, importer, &(*group_name).to_owned()].map(String::clone);
                let mut add = |unit: &str, cells: Vec<String>| {
                    let measure = ["imports_change".to_owned(), unit.to_owned()];
                    rows.push([key.as_slice(), &names, &measure, &cells].concat());
                };
                add("musd", three(&summary, 1.0));
                if base > 0.0 {
                    add("pct", three(&summary, 100.0 / base));
                }
            }
        }
    }
    rows
}

fn sector_rows(frame: &RunFrame, block: &YearBlock, option: usize) -> Rows {
    let mut rows = Rows::new();
    for (n, country) in frame.countries.iter().enumerate() {
        for (j, sector) in frame.sectors.iter().enumerate() {
            for (measure, name) in SECTOR_MEASURES.iter().enumerate() {
                let key = [frame.plan.options[option].clone(), block.year.to_string(), country.clone()];
                let names = [sector.clone(), (*name).to_owned(), "pct".to_owned()];
                let cells = three(&summary::sector(block, option, measure, (n, j)), 1.0);
                rows.push([key.as_slice(), &names, &cells].concat());
            }
        }
    }
    rows
}

fn draw_rows(frame: &RunFrame, block: &YearBlock, option: usize) -> Rows {
    let mut rows = Rows::new();
    let focus = frame.focus();
    for (at, draw) in block.draws.iter().enumerate() {
        let mut add = |measure: String, unit: &str, value: f64| {
            let key = [frame.plan.options[option].clone(), draw.to_string(), block.year.to_string()];
            let names = [frame.plan.focus.clone(), measure, unit.to_owned(), number(value)];
            rows.push([key.as_slice(), &names].concat());
        };
        for measure in summary::AGAINST_REFERENCE {
            let (name, unit) = Outcome::MEASURES[measure];
            add(name.to_owned(), unit, block.of(at, option)[measure * block.layout.n + focus]);
            let value = summary::against_in_draw(block, at, (option, frame.reference()), measure, focus);
            add(frame.against_name(measure), unit, value);
        }
    }
    rows
}
