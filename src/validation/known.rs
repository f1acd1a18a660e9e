//! The table of known figures, and the reasons for what differs.

use crate::data::{Files, Holds, MARK, Names, Row, SOURCE, Table, TableRule, column};
use crate::error::{Faults, InputErrors};
use crate::output::rows::{Text, table};
use crate::sorted::SortedSet;

/// Units of known figures.
pub const UNITS: [&str; 2] = ["musd", "pct"];
/// What a figure is to the calibration: what it aims at, or what it does not use in this form.
pub const KINDS: [&str; 2] = ["target", "independent"];

const STATISTICS: [&str; 9] = [
    "gdp",
    "exports",
    "imports",
    "exports_of_gdp",
    "balance_of_gdp",
    "exports_share",
    "imports_share",
    "duties_of_imports",
    "value_added_share",
];

const FIGURE: Holds = Holds::Number(-1e12, 1e12, "a number of at most 1e12 in size");

const KNOWN: TableRule = TableRule {
    file: "known.csv",
    columns: &[
        column("statistic", Holds::Word).or(&STATISTICS),
        column("iso3", Holds::Id),
        column("partner", Holds::Id).or_empty(),
        column("sector", Holds::Id).list().or_empty(),
        column("year", Holds::YEAR),
        column("value", FIGURE),
        column("unit", Holds::Word).or(&UNITS),
        column("kind", Holds::Word).or(&KINDS),
        SOURCE,
        MARK,
    ],
    key: &["statistic", "iso3", "partner", "sector", "year", "source"],
};

const REASONS: TableRule = TableRule {
    file: "reasons.csv",
    columns: &[
        column("statistic", Holds::Word).or(&STATISTICS),
        column("iso3", Holds::Id).or(&["*"]),
        column("partner", Holds::Id).or(&["*"]).or_empty(),
        column("sector", Holds::Id).or(&["*"]).list().or_empty(),
        column("reason", Holds::Text),
        MARK,
    ],
    key: &["statistic", "iso3", "partner", "sector"],
};

table! {
    /// Known figures that a baseline is compared with.
    pub struct KnownRow<'a> in "known.csv" by (statistic, iso3, partner, sector, year, source) {
        /// Statistic
        statistic: Text<'a>,
        /// Country
        iso3: Text<'a>,
        /// Partner; empty = all
        partner: Text<'a>,
        /// Sectors with ; between them, goods or services; empty = all
        sector: Text<'a>,
        /// Year
        year: i16,
        /// Figure
        value: f64,
        /// musd or pct
        unit: Text<'a>,
        /// target: the calibration aims at it; independent: it does not use it in this form
        kind: Text<'a>,
        /// Where it comes from
        source: Text<'a>,
        /// How sure it is
        mark: Text<'a>,
    }
}

/// Known figures and reasons as files give them.
pub(super) struct KnownFigures {
    known: Table,
    reasons: Table,
}

impl KnownFigures {
    /// Reads `known.csv` and `reasons.csv` of a folder.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault of both.
    pub fn read(files: &Files) -> Result<Self, InputErrors> {
        let mut faults = Faults::new();
        let mut table = |rule: &TableRule| -> Result<Option<Table>, InputErrors> {
            let text = files.read(rule.file).map_err(InputErrors::from)?;
            let table = rule.parse(&files.display(rule.file), &text, &mut faults);
            if let Some(table) = &table {
                rule.check(table, &Names::default(), &mut faults);
            }
            Ok(table)
        };
        let (known, reasons) = (table(&KNOWN)?, table(&REASONS)?);
        let both = known.zip(reasons).map(|(known, reasons)| Self { known, reasons });
        match both {
            Some(both) => {
                if faults.is_empty() {
                    faults = both.unused_reasons();
                }
                faults.into_result(both)
            }
            None => Err(InputErrors(faults.as_slice().to_vec())),
        }
    }

    /// The known figures.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.known.rows()
    }

    /// The first reason that fits a figure.
    pub fn reason(&self, known: &Row<'_>) -> Option<Row<'_>> {
        self.reasons.rows().find(|reason| fits(reason, known))
    }

    /// A fault for each reason that is the one of no figure.
    fn unused_reasons(&self) -> Faults {
        let used: SortedSet<u64> =
            self.rows().filter_map(|known| self.reason(&known)).map(|reason| reason.line).collect();
        let mut faults = Faults::new();
        for reason in self.reasons.rows().filter(|reason| !used.contains(&reason.line)) {
            let expected = match self.rows().any(|known| fits(&reason, &known)) {
                true => "a figure of known.csv that no row above explains",
                false => "a figure of known.csv with these cells, `*` for any",
            };
            faults.push(reason.fault(
                "statistic,iso3,partner,sector",
                expected,
                "Correct the cells, or delete the row.",
            ));
        }
        faults
    }
}

/// True if a reason is about a figure.
fn fits(reason: &Row<'_>, known: &Row<'_>) -> bool {
    let fits = |column: &&str| reason.text(column) == "*" || reason.text(column) == known.text(column);
    reason.text("statistic") == known.text("statistic") && ["iso3", "partner", "sector"].iter().all(fits)
}

#[cfg(test)]
mod tests {
    use super::STATISTICS;
    use crate::validation::Statistic;

    #[test]
    fn the_table_knows_every_statistic() {
        assert_eq!(STATISTICS.to_vec(), Statistic::NAMES.map(|(name, _)| name).to_vec());
    }
}
