//! Tables that a run may lack; the report then leaves their chart out and says so.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};

use super::input::{Figure, Spread};
use super::manifest::RUN_AGAIN;
use super::reader::Reader;

/// Output of the focus country in the last year, percent, by option and sector.
pub type SectorOutput = BTreeMap<(usize, usize), Spread>;

/// Change of the exports of the focus country in the last year by option, partner and group of sectors.
pub type Exports = BTreeMap<(usize, usize, SectorGroup), Spread>;

/// Goods or services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SectorGroup {
    /// Goods.
    Goods,
    /// Services.
    Services,
}

impl SectorGroup {
    /// Both, in the order in which they are drawn.
    pub const ALL: [Self; 2] = [Self::Goods, Self::Services];

    /// Name in the tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Goods => "goods",
            Self::Services => "services",
        }
    }
}

/// A stretch of time with one tariff.
#[derive(Debug, Clone, PartialEq)]
pub struct TariffStep {
    /// Option.
    pub option: usize,
    /// Importer, who sets the tariff.
    pub importer: usize,
    /// First day.
    pub from: Date,
    /// First day of the next step; `None` where it lasts to the end.
    pub until: Option<Date>,
    /// Trade-weighted mean of the statutory tariff.
    pub statutory_pct: Figure,
}

/// `tariff_path.csv`, rows of the focus country as exporter.
pub fn tariff_path(reader: &mut Reader<'_>) -> Option<Vec<TariffStep>> {
    let columns =
        ["option", "exporter", "importer", "valid_from", "valid_until", "statutory_pct", "effective_pct"];
    let table = reader.optional_table("tariff_path.csv", &columns)?;
    let focus = reader.manifest.focus.clone();
    let mut steps = Vec::new();
    for row in
        table.rows().filter(|row| row.text("exporter") == focus && !row.text("statutory_pct").is_empty())
    {
        let (option, importer) = (reader.option(&row), reader.country(&row, "importer"));
        let mut day = |column: &str| {
            let parsed = row.text(column).parse::<Date>().ok();
            if parsed.is_none() {
                reader.faults.push(row.fault(column, "a date such as 2021-01-31", RUN_AGAIN));
            }
            parsed
        };
        let from = day("valid_from");
        let until = if row.text("valid_until").is_empty() { None } else { day("valid_until") };
        let tariff = reader.figure(&row, "statutory_pct");
        if let (Some(option), Some(importer), Some(from), Some(statutory_pct)) =
            (option, importer, from, tariff)
        {
            steps.push(TariffStep { option, importer, from, until, statutory_pct });
        }
    }
    steps.sort_by_key(|step| (step.importer, step.option, step.from));
    Some(steps)
}

/// `sectors.csv`, rows of the focus country, the last year and the measure `output`.
pub fn sectors(reader: &mut Reader<'_>) -> Option<SectorOutput> {
    let columns = ["option", "year", "iso3", "sector", "measure", "unit", "mean", "p05", "p50", "p95"];
    let table = reader.optional_table("sectors.csv", &columns)?;
    let (focus, last) = (reader.manifest.focus.clone(), reader.manifest.last_year().to_string());
    let mut found = SectorOutput::new();
    let wanted = |column: &str, value: &str| (column.to_owned(), value.to_owned());
    let wanted = [wanted("iso3", &focus), wanted("year", &last), wanted("measure", "output")];
    for row in table.rows().filter(|row| wanted.iter().all(|(column, value)| row.text(column) == value)) {
        let option = reader.option(&row);
        let sector = row.index("sector", &reader.sectors, "sector of manifest.json", &mut reader.faults);
        if let (Some(option), Some(sector), Some(spread)) = (option, sector, reader.spread(&row)) {
            found.insert((option, sector), spread);
        }
    }
    Some(found)
}

/// `bilateral.csv`, exports of the focus country in the last year in millions of dollars.
pub fn exports(reader: &mut Reader<'_>) -> Option<Exports> {
    let columns = [
        "option",
        "year",
        "exporter",
        "importer",
        "sector_group",
        "measure",
        "unit",
        "mean",
        "p05",
        "p50",
        "p95",
    ];
    let table = reader.optional_table("bilateral.csv", &columns)?;
    let (focus, last) = (reader.manifest.focus.clone(), reader.manifest.last_year().to_string());
    let wanted = [
        ("exporter", focus.as_str()),
        ("year", last.as_str()),
        ("measure", "imports_change"),
        ("unit", "musd"),
    ];
    let mut found = Exports::new();
    for row in table.rows().filter(|row| wanted.iter().all(|(column, value)| row.text(column) == *value)) {
        let (option, partner) = (reader.option(&row), reader.country(&row, "importer"));
        let group = SectorGroup::ALL.into_iter().find(|group| group.name() == row.text("sector_group"));
        if group.is_none() {
            reader.faults.push(row.fault("sector_group", "goods or services", RUN_AGAIN));
        }
        if let (Some(option), Some(partner), Some(group), Some(spread)) =
            (option, partner, group, reader.spread(&row))
        {
            found.insert((option, partner, group), spread);
        }
    }
    Some(found)
}

/// A date as a year with decimals, for the axis.
#[must_use]
pub fn decimal_year(day: Date) -> f64 {
    let days = f64::from(date(day.year(), 12, 31).day_of_year());
    f64::from(day.year()) + f64::from(day.day_of_year() - 1) / days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_july_is_the_middle_of_the_year() {
        assert_eq!(decimal_year(date(2025, 1, 1)), 2025.0);
        assert!((decimal_year(date(2025, 7, 2)) - 2025.5).abs() < 0.01);
    }
}
