//! The tables of a run as the script of the page reads them: dense cubes, short numbers.
//!
//! A cube has one value for each combination of its dimensions, the last dimension running fastest; a combination that
//! the table lacks is `null`. A table that is shown as it is keeps its cells as text.

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord};
use serde_json::{Value, json};

use crate::data::{Files, plain_rows};
use crate::error::{Fault, InputErrors};
use crate::numerics::parallel;
use crate::output::dir::MANIFEST;

/// Significant digits of the numbers on the page; the tables of the run have more.
const DIGITS: usize = 6;
/// Rows of a table that is shown as it is.
const MOST_ROWS: usize = 5000;

/// A table of the run and what of it becomes a cube.
struct Cube {
    /// Name in the script.
    name: &'static str,
    file: &'static str,
    dimensions: &'static [&'static str],
    values: &'static [&'static str],
    /// Column and the one value of it that is kept.
    only: &'static [(&'static str, &'static str)],
}

const REFERENCE: (&str, &str) = ("against", "reference");
const CUBES: [Cube; 7] = [
    Cube {
        name: "summary",
        file: "summary.csv",
        dimensions: &["option", "iso3", "measure"],
        values: &[
            "chance",
            "chance_se",
            "if_in_force_mean",
            "if_in_force_p05",
            "if_in_force_p95",
            "expected_mean",
            "expected_se",
            "own_effect",
            "unlocked_effect",
        ],
        only: &[],
    },
    Cube {
        name: "projections",
        file: "projections.csv",
        dimensions: &["option", "iso3", "measure", "year"],
        values: &["mean", "p05", "p25", "p50", "p75", "p95"],
        only: &[REFERENCE],
    },
    Cube {
        name: "reference",
        file: "reference.csv",
        dimensions: &["option", "iso3", "measure", "year"],
        values: &["value"],
        only: &[REFERENCE],
    },
    Cube {
        name: "by_year",
        file: "by_year.csv",
        dimensions: &["option", "milestone", "year"],
        values: &["probability"],
        only: &[("milestone", "in_force")],
    },
    Cube {
        name: "parts",
        file: "decomposition.csv",
        dimensions: &["option", "iso3", "year", "told_by", "part"],
        values: &["real_income_pct"],
        only: &[],
    },
    Cube {
        name: "sectors",
        file: "reference_sectors.csv",
        dimensions: &["option", "iso3", "measure", "year", "sector"],
        values: &["value"],
        only: &[REFERENCE],
    },
    Cube {
        name: "trade",
        file: "reference_bilateral.csv",
        dimensions: &["option", "year", "exporter", "importer", "sector_group"],
        values: &["value"],
        only: &[REFERENCE, ("unit", "musd2019"), ("measure", "imports_change")],
    },
];

/// Years apart of the sectors, whose table is by far the largest; the last year is kept as well.
const SECTOR_YEARS: i64 = 5;

/// Tables that are shown as they are, with what they say. They lie in the run or in a folder given beside it.
const LISTS: [(&str, &str); 10] = [
    ("tariff_path.csv", "Tariffs by pair over dates"),
    ("dates.csv", "Dates of the milestones, given that they come"),
    ("tornado.csv", "Assumptions: how far each moves the result, one at a time"),
    ("variance.csv", "Assumptions: shares of the variance of the result"),
    ("studies.csv", "Published results beside ours"),
    ("bridge.csv", "From our result to that of a study, one named step at a time"),
    ("hindcast_scores.csv", "Hindcasts: scores"),
    ("hindcasts.csv", "Hindcasts: predicted beside actual"),
    ("data_checks.csv", "Data checks: known figures beside ours"),
    ("assumptions.csv", "Assumptions: cells of the data that no source gives"),
];

/// Names of the tables that a folder beside the run may add to the page.
pub fn addable() -> impl Iterator<Item = &'static str> {
    LISTS.iter().map(|(file, _)| *file)
}

/// Keys of the manifest that are not on the page.
const NOT_SHOWN: [&str; 2] = ["files", "part"];

/// Everything that the script of the page reads, beside the manifest.
#[derive(Debug, Clone, Default)]
pub struct PageData {
    cubes: serde_json::Map<String, Value>,
    lists: Vec<Value>,
    /// `manifest.json` as it is.
    manifest: Value,
}

impl PageData {
    /// Reads the tables of a run, and those shown as they are from the run or from the folders `beside` it.
    ///
    /// # Errors
    /// [`InputErrors`] if a file cannot be read. Cells are checked where the charts read the same tables.
    pub fn read(run: &Files, beside: &[Files], last_year: i16) -> Result<Self, InputErrors> {
        let mut data = Self::default();
        // A manifest that is no JSON was refused before.
        let text = run.read_optional(MANIFEST)?;
        data.manifest = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        if let Some(manifest) = data.manifest.as_object_mut() {
            // The files are listed when this page is one of them; the parts of a joined run are not in its result.
            NOT_SHOWN.iter().for_each(|key| drop(manifest.shift_remove(*key)));
        }
        let of_cube = |cube: &Cube| -> Result<Option<Value>, Fault> {
            let text = run.read_optional(cube.file)?;
            text.map(|text| cube.of_text(&run.display(cube.file), &text, last_year)).transpose()
        };
        let cubes = parallel::try_map_each(&CUBES, of_cube)?;
        let found = CUBES.iter().zip(cubes).filter_map(|(cube, found)| Some((cube.name.to_owned(), found?)));
        data.cubes = found.collect();
        for (file, title) in LISTS {
            for files in std::iter::once(run).chain(beside) {
                if let Some(text) = files.read_optional(file)? {
                    data.lists.push(list(file, title, (&files.display(file), &text))?);
                    break;
                }
            }
        }
        Ok(data)
    }

    /// The data and `more` as JSON that may stand in a `script` element: no letter opens a tag.
    #[must_use]
    pub fn json(&self, more: Value) -> String {
        let mut all = json!({ "manifest": self.manifest, "cubes": self.cubes, "lists": self.lists });
        if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
            all.extend(more);
        }
        all.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
    }
}

/// The cells of one dimension in the order in which they first occur.
#[derive(Default)]
struct Keys {
    names: Vec<String>,
    at: HashMap<String, usize>,
    /// Position that was asked for last.
    last: usize,
}

impl Keys {
    fn position(&mut self, name: &str) -> usize {
        // A row mostly has the cell of the row before, or the one after that.
        let near = [self.last, self.last + 1]
            .into_iter()
            .find(|&at| self.names.get(at).is_some_and(|known| known == name));
        self.last = near.or_else(|| self.at.get(name).copied()).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.at.insert(name.to_owned(), self.names.len() - 1);
            self.names.len() - 1
        });
        self.last
    }
}

/// Where a cube finds its columns in a table, and which rows it takes.
struct Found<'c> {
    dimensions: Vec<usize>,
    values: Vec<usize>,
    only: Vec<(usize, &'c str)>,
    /// Column of the year where only some years are taken.
    year: Option<usize>,
    last_year: i16,
}

/// The rows of a cube: places in its dimensions and values, row after row.
struct Rows {
    keys: Vec<Keys>,
    places: Vec<usize>,
    cells: Vec<Value>,
}

impl Rows {
    fn of(found: &Found<'_>) -> Self {
        let keys = found.dimensions.iter().map(|_| Keys::default()).collect();
        Self { keys, places: Vec::new(), cells: Vec::new() }
    }

    fn add<'t>(&mut self, found: &Found<'_>, cell: impl Fn(usize) -> &'t str) {
        let is_kept = found.only.iter().all(|(at, value)| cell(*at) == *value);
        if is_kept && found.year.is_none_or(|at| is_sector_year(cell(at), found.last_year)) {
            let places = found.dimensions.iter().zip(&mut self.keys);
            self.places.extend(places.map(|(&at, keys)| keys.position(cell(at))));
            self.cells.extend(found.values.iter().map(|&at| short(cell(at))));
        }
    }
}

impl Cube {
    fn of_text(&self, file: &str, text: &str, last_year: i16) -> Result<Value, Fault> {
        let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| broken(file, &error))?.clone();
        let column = |name: &str| header.iter().position(|found| found == name);
        let columns = |names: &[&str]| names.iter().map(|name| column(name)).collect::<Option<Vec<usize>>>();
        let only: Option<Vec<(usize, &str)>> =
            self.only.iter().map(|(name, value)| Some((column(name)?, *value))).collect();
        let (Some(dimensions), Some(values), Some(only)) =
            (columns(self.dimensions), columns(self.values), only)
        else {
            return Ok(Value::Null);
        };
        let year = column("year").filter(|_| self.name == "sectors");
        let found = Found { dimensions, values, only, year, last_year };
        let mut rows = Rows::of(&found);
        if plain_rows(text, |_, cells| rows.add(&found, |at| cells[at])).is_none() {
            rows = Rows::of(&found);
            let mut record = StringRecord::new();
            while reader.read_record(&mut record).map_err(|error| broken(file, &error))? {
                rows.add(&found, |at| &record[at]);
            }
        }
        Ok(self.dense(&rows))
    }

    fn dense(&self, Rows { keys, places, cells }: &Rows) -> Value {
        let size: usize = keys.iter().map(|keys| keys.names.len()).product();
        let mut values = vec![vec![Value::Null; size]; self.values.len()];
        let places = places.chunks_exact(keys.len().max(1));
        for (place, cells) in places.zip(cells.chunks_exact(self.values.len().max(1))) {
            let at = place.iter().zip(keys).fold(0, |at, (place, keys)| at * keys.names.len() + place);
            for (column, cell) in values.iter_mut().zip(cells) {
                column[at] = cell.clone();
            }
        }
        let values: serde_json::Map<String, Value> = self
            .values
            .iter()
            .zip(values)
            .map(|(name, values)| ((*name).to_owned(), Value::Array(values)))
            .collect();
        let dimensions: Vec<Value> =
            self.dimensions.iter().zip(keys).map(|(name, keys)| json!([name, keys.names])).collect();
        json!({ "file": self.file, "dimensions": dimensions, "values": values })
    }
}

fn is_sector_year(cell: &str, last_year: i16) -> bool {
    let year = cell.parse::<i64>().ok();
    year.is_some_and(|year| year % SECTOR_YEARS == 0 || year == i64::from(last_year))
}

/// A number with [`DIGITS`] significant digits; `null` for an empty cell.
fn short(cell: &str) -> Value {
    match cell.parse::<f64>().ok().map(rounded) {
        // Whole numbers without a point are shorter.
        Some(value) if value == value.trunc() && value.abs() < 1e15 => json!(value as i64),
        Some(value) => json!(value),
        None => Value::Null,
    }
}

/// `value` with [`DIGITS`] significant digits; half of the last one goes either way.
fn rounded(value: f64) -> f64 {
    let decimals = (DIGITS as i32 - 1).saturating_sub(value.abs().log10().floor() as i32);
    // Powers of ten to this one are exact, so that a whole number over one of them is the number nearest to its decimals.
    if (0..=22).contains(&decimals) {
        let power = 10f64.powi(decimals);
        return (value * power).round() / power;
    }
    format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value)
}

/// A table as it is.
fn list(name: &str, title: &str, (file, text): (&str, &str)) -> Result<Value, Fault> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| broken(file, &error))?.clone();
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut n = 0;
    for record in reader.records() {
        let record = record.map_err(|error| broken(file, &error))?;
        n += 1;
        if rows.len() < MOST_ROWS {
            rows.push(record.iter().map(str::to_owned).collect());
        }
    }
    let columns: Vec<&str> = header.iter().collect();
    Ok(json!({ "file": name, "title": title, "columns": columns, "rows": rows, "n": n }))
}

fn broken(file: &str, error: &csv::Error) -> Fault {
    Fault::of_file(
        file,
        "csv",
        &error.to_string(),
        "a table as tradepath writes it",
        "Make the table again, or take it out of the folder.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cube_is_dense_and_its_last_dimension_runs_fastest() {
        let cube = Cube {
            name: "x",
            file: "x.csv",
            dimensions: &["a", "b"],
            values: &["v"],
            only: &[("against", "reference")],
        };
        let text = "a,b,against,v\nq,1,reference,0.123456789\nq,1,baseline,9\nr,2,reference,-3.0\n";
        let found = cube.of_text("x.csv", text, 2035).unwrap();
        assert_eq!(found["dimensions"], json!([["a", ["q", "r"]], ["b", ["1", "2"]]]));
        assert_eq!(found["values"]["v"], json!([0.123457, null, null, -3]));
    }

    #[test]
    fn numbers_have_six_digits_and_are_the_nearest_to_them() {
        for value in
            [0.123456789, -4.87654321, 12.3456789, 99_999.96, 1234567.8, 1e-9 / 3.0, -2.5e-14, 0.0, 7.0]
        {
            let wanted: f64 = format!("{value:.5e}").parse().unwrap();
            assert_eq!(rounded(value), wanted, "{value}");
        }
    }

    #[test]
    fn no_text_of_the_data_opens_a_tag() {
        let data = PageData::default();
        let text = data.json(json!({ "title": "</script><script>alert(1)</script>" }));
        assert!(!text.contains('<'), "{text}");
        let back: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back["title"], "</script><script>alert(1)</script>");
    }
}
