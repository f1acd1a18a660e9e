//! `exposure.csv`: essential goods, and the country whose share in their imports is watched.

use crate::data::{Axes, Files, Holds, MARK, Names, SOURCE, TableRule, column};
use crate::error::{Faults, InputErrors};

const COUNTRY: &str = "country of the baseline";
const SECTOR: &str = "sector of the baseline";

const RULE: TableRule = TableRule {
    file: "exposure.csv",
    columns: &[
        column("good", Holds::Id),
        column("title", Holds::Text),
        column("sectors", Holds::Known(&[SECTOR])).list(),
        column("exporter", Holds::Known(&[COUNTRY])),
        SOURCE,
        MARK,
    ],
    key: &["good"],
};

/// An essential good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Essential {
    /// Name.
    pub good: String,
    /// Its sectors.
    pub sectors: Vec<usize>,
    /// Country whose share in imports is watched.
    pub exporter: usize,
}

/// Reads `exposure.csv` of a data folder; none where it has no such file.
///
/// # Errors
/// [`InputErrors`] with every fault of the table.
pub fn read(files: &Files, axes: &Axes) -> Result<Vec<Essential>, InputErrors> {
    let Some(text) = files.read_optional(RULE.file)? else { return Ok(Vec::new()) };
    let (mut faults, mut names) = (Faults::new(), Names::default());
    names.add(COUNTRY, axes.countries.iter().map(|country| country.iso3.as_str()));
    names.add(SECTOR, axes.sectors.iter().map(|sector| sector.id.as_str()));
    let table = RULE.parse(&files.display(RULE.file), &text, &mut faults);
    let rows = table.iter().flat_map(|table| RULE.check(table, &names, &mut faults)).collect::<Vec<_>>();
    let of_row = |row: &crate::data::Row<'_>| {
        let sectors = row.text("sectors").split(';').map(str::trim);
        Some(Essential {
            good: row.text("good").to_owned(),
            sectors: sectors.map(|id| axes.sector_idx.get(id).copied()).collect::<Option<_>>()?,
            exporter: row.position("exporter", &axes.country_idx)?,
        })
    };
    let found = rows.iter().filter_map(of_row).collect();
    faults.into_result(found)
}
