//! Annual cut dates: in which year of an agreement a date lies.

use std::collections::HashMap;

use jiff::civil::Date;

use crate::data::Table;
use crate::error::{Fault, Faults};

/// Month and day on which each importer makes its annual cuts.
#[derive(Debug, Clone)]
pub struct CutDates {
    default: (i8, i8),
    by_importer: HashMap<String, (i8, i8)>,
}

impl CutDates {
    /// Reads `cut_dates.csv` (`importer,month,day,source,mark`; importer `*` = all others), whose cells have been
    /// checked before. Returns `None` and adds a fault if there is no row for `*`.
    #[must_use]
    pub fn read(table: &Table, faults: &mut Faults) -> Option<Self> {
        let (mut default, mut by_importer) = (None, HashMap::new());
        for row in table.rows() {
            let (Some(month), Some(day)) = (row.value("month"), row.value("day")) else { continue };
            match row.text("importer") {
                "*" => default = Some((month as i8, day as i8)),
                code => _ = by_importer.insert(code.to_owned(), (month as i8, day as i8)),
            }
        }
        if default.is_none() {
            faults.push(Fault {
                file: table.file().to_owned(),
                line: None,
                field: "importer".into(),
                found: "no row `*`".into(),
                expected: "a row `*` for all importers without one of their own".into(),
                remedy: "Add `*,1,1,...`.".into(),
            });
        }
        Some(Self { default: default?, by_importer })
    }

    /// Month and day of an importer.
    #[must_use]
    pub fn of(&self, importer: &str) -> (i8, i8) {
        self.by_importer.get(importer).copied().unwrap_or(self.default)
    }
}

/// Year of an agreement in which `date` lies. Year 1 begins on entry into force; each annual cut date after that
/// begins the next year (`docs/model.md` section 4).
///
/// ```
/// use jiff::civil::date;
/// use tradepath_model::schedules::calendar::agreement_year;
///
/// let (entry, first_of_january) = (date(2018, 12, 30), (1, 1));
/// assert_eq!(agreement_year(entry, date(2018, 12, 31), first_of_january), 1);
/// assert_eq!(agreement_year(entry, date(2019, 1, 1), first_of_january), 2);
/// ```
#[must_use]
pub fn agreement_year(entry: Date, date: Date, cut: (i8, i8)) -> u32 {
    let passed = |date: Date| i32::from(date.year()) - i32::from((date.month(), date.day()) < cut);
    // Before the entry the first year holds.
    1 + (passed(date) - passed(entry)).max(0).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::agreement_year;

    #[test]
    fn the_second_cut_came_two_days_after_entry_and_in_japan_on_1_april() {
        let entry = date(2018, 12, 30);
        assert_eq!(agreement_year(entry, date(2018, 12, 31), (1, 1)), 1);
        assert_eq!(agreement_year(entry, date(2019, 1, 1), (1, 1)), 2);
        assert_eq!(agreement_year(entry, date(2019, 3, 31), (4, 1)), 1);
        assert_eq!(agreement_year(entry, date(2019, 4, 1), (4, 1)), 2);
        assert_eq!(agreement_year(entry, date(2021, 4, 1), (4, 1)), 4);
        assert_eq!(agreement_year(date(2026, 1, 1), date(2026, 6, 1), (1, 1)), 1);
    }
}
