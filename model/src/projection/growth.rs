//! Real-GDP growth by country and year.

use ndarray::{Array1, Array2};

use crate::data::{Axes, Files, Holds, MARK, Names, SOURCE, TableRule, column};
use crate::error::{Fault, Faults, InputErrors};

const COUNTRY: &str = "country of countries.csv";

const GROWTH: TableRule = TableRule {
    file: "growth.csv",
    columns: &[
        column("iso3", Holds::Known(&[COUNTRY])),
        column("year_from", Holds::YEAR),
        column("year_to", Holds::YEAR),
        column("growth_pct", Holds::Number(-50.0, 100.0, "percent a year, -50 to 100")),
        SOURCE.may_be_missing(),
        MARK.may_be_missing(),
    ],
    key: &["iso3", "year_from"],
};

/// Growth of real GDP, complete for a range of years.
#[derive(Debug, Clone)]
pub struct Growth {
    first_year: i16,
    /// Ratio to the year before, `[year, n]`.
    ratios: Array2<f64>,
}

impl Growth {
    /// Reads `growth.csv` (`iso3,year_from,year_to,growth_pct,source,mark`) for the years given.
    ///
    /// # Errors
    /// [`InputErrors`]: unknown country, overlapping years, a country and year without growth.
    pub fn read(files: &Files, axes: &Axes, first_year: i16, last_year: i16) -> Result<Self, InputErrors> {
        let mut faults = Faults::new();
        let text = files.read("growth.csv").map_err(InputErrors::from)?;
        let name = files.display("growth.csv");
        let n_years = (i32::from(last_year) - i32::from(first_year) + 1).max(0) as usize;
        let mut ratios = Array2::from_elem((n_years, axes.n_countries()), f64::NAN);
        let mut names = Names::default();
        names.add(COUNTRY, axes.countries.iter().map(|country| country.iso3.as_str()));
        let table = GROWTH.parse(&name, &text, &mut faults);
        let rows =
            table.iter().flat_map(|table| GROWTH.check(table, &names, &mut faults)).collect::<Vec<_>>();
        let is_sound = faults.is_empty();
        for row in rows {
            let cells = (row.position("iso3", &axes.country_idx), row.value("growth_pct"));
            let (Some(n), Some(pct)) = cells else { continue };
            let (Some(from), Some(to)) = (row.value("year_from"), row.value("year_to")) else { continue };
            if to < from {
                faults.push(row.fault("year_to", "year_from or a later year", "Correct one of the two."));
            }
            for year in (from as i16).max(first_year)..=(to as i16).min(last_year) {
                let cell = &mut ratios[[(year - first_year) as usize, n]];
                if !cell.is_nan() {
                    faults.push(row.fault("year_from", "each country and year once", "Shorten a range."));
                }
                *cell = 1.0 + pct / 100.0;
            }
        }
        for ((at, n), _) in ratios.indexed_iter().filter(|(_, ratio)| is_sound && ratio.is_nan()) {
            faults.push(Fault {
                file: name.clone(),
                line: None,
                field: axes.countries[n].iso3.clone(),
                found: format!("no growth for {}", first_year + at as i16),
                expected: "a row for every country and year of the run".into(),
                remedy: "Add the row; missing is not zero.".into(),
            });
        }
        faults.into_result(Self { first_year, ratios })
    }

    /// Ratio of real GDP to the year before, `[n]`.
    ///
    /// # Panics
    /// For a year outside those read.
    #[must_use]
    pub fn ratios(&self, year: i16) -> Array1<f64> {
        self.ratios.row((year - self.first_year) as usize).to_owned()
    }
}
