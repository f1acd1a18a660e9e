//! What is asked for: the sets and the windows of the hindcasts, from `data/sources/hindcasts`.

use crate::calibration::Reading;
use crate::data::{Files, Row};

/// How the tables of a set are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// By partner, industry and quarter, with duties.
    Customs,
    /// By area and heading, headings inside each other.
    Headings,
    /// All pairs, with agreements.
    Matrix,
}

/// A set as declared.
pub(super) struct SetRequest {
    pub id: String,
    pub layout: Layout,
    /// Importers; empty = all.
    pub importers: Vec<String>,
    pub years: Vec<i16>,
    /// Quarters that are added up.
    pub quarters: Vec<String>,
    /// Partner that stands for all.
    pub world: String,
    /// Partners that are groups or no economies.
    pub left_out: Vec<String>,
    /// Products that are totals or no products.
    pub left_products: Vec<String>,
    /// Code of what is left of the world.
    pub rest: String,
    pub unit: String,
    pub source: String,
    pub mark: String,
}

/// Years between which a hindcast asks for sizes.
pub(super) struct Window {
    pub hindcast: String,
    pub set: String,
    pub importers: Vec<String>,
    pub base_year: i16,
    pub target_year: i16,
}

pub(super) fn list(row: &Row<'_>, column: &str) -> Vec<String> {
    let parts = row.text(column).split(';').map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

const LAYOUTS: [(&str, Layout); 3] =
    [("customs", Layout::Customs), ("headings", Layout::Headings), ("matrix", Layout::Matrix)];

/// The sets; `None` if their table cannot be used.
pub(super) fn sets(own: &Files, reading: &mut Reading) -> Option<Vec<SetRequest>> {
    let columns = [
        "set",
        "layout",
        "importers",
        "years",
        "quarters",
        "world",
        "left_out",
        "left_products",
        "rest",
        "unit",
        "source",
        "mark",
    ];
    let table = reading.own(own, "sets.csv", &columns)?;
    let mut sets = Vec::new();
    for row in table.rows() {
        let layout = LAYOUTS.iter().find(|(name, _)| *name == row.text("layout"));
        let years: Option<Vec<i16>> = list(&row, "years").iter().map(|year| year.parse().ok()).collect();
        let (Some(&(_, layout)), Some(years)) = (layout, years.filter(|years| !years.is_empty())) else {
            let expected = "a layout (customs, headings, matrix) and years with ; between them";
            reading.faults.push(row.fault("layout", expected, "Correct the row."));
            continue;
        };
        let text = |column: &str| row.text(column).to_owned();
        let importers = list(&row, "importers");
        sets.push(SetRequest {
            id: text("set"),
            layout,
            importers: if importers == ["*"] { Vec::new() } else { importers },
            years,
            quarters: list(&row, "quarters"),
            world: text("world"),
            left_out: list(&row, "left_out"),
            left_products: list(&row, "left_products"),
            rest: text("rest"),
            unit: text("unit"),
            source: text("source"),
            mark: text("mark"),
        });
    }
    Some(sets)
}

/// The windows of `cases.csv`; `None` if it cannot be used. What else it says is checked where hindcasts are made.
pub(super) fn windows(own: &Files, reading: &mut Reading) -> Option<Vec<Window>> {
    let columns = [
        "hindcast",
        "title",
        "set",
        "economy",
        "value_added_share",
        "importers",
        "targets",
        "base_year",
        "target_year",
        "placebo_from",
        "placebo_to",
        "trend_from",
        "compared",
        "products",
        "least",
        "gravity",
        "note",
        "mark",
    ];
    let table = reading.own(own, "cases.csv", &columns)?;
    let window = |row: Row<'_>| {
        let year = |column: &str| row.text(column).parse::<i16>().ok();
        Some(Window {
            hindcast: row.text("hindcast").to_owned(),
            set: row.text("set").to_owned(),
            importers: list(&row, "importers"),
            base_year: year("base_year")?,
            target_year: year("target_year")?,
        })
    };
    Some(table.rows().filter_map(window).collect())
}
