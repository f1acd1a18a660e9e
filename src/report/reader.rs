//! Typed rows of the tables of a run, with options, countries and sectors as positions in the manifest.

use std::collections::HashMap;

use crate::data::{Files, Only, Row, Table};
use crate::error::Faults;
use crate::output::rows::{self, TableRow, column};
use crate::output::run::{Projection, Quantiles};

use super::input::Spread;
use super::manifest::{Manifest, RUN_AGAIN, missing_file};

/// Reads tables and collects their faults.
pub struct Reader<'a> {
    /// Folder of the run.
    pub files: &'a Files,
    /// Its manifest.
    pub manifest: &'a Manifest,
    /// Faults so far.
    pub faults: Faults,
    options: HashMap<String, usize>,
    countries: HashMap<String, usize>,
    sectors: HashMap<String, usize>,
}

impl<'a> Reader<'a> {
    /// A reader that has found no fault yet.
    #[must_use]
    pub fn new(files: &'a Files, manifest: &'a Manifest) -> Self {
        let positions = |ids: Vec<&String>| -> HashMap<String, usize> {
            ids.into_iter().enumerate().map(|(at, id)| (id.clone(), at)).collect()
        };
        Self {
            files,
            manifest,
            faults: Faults::new(),
            options: positions(manifest.options.iter().map(|option| &option.id).collect()),
            countries: positions(manifest.countries.iter().map(|country| &country.iso3).collect()),
            sectors: positions(manifest.sectors.iter().map(|sector| &sector.id).collect()),
        }
    }

    /// A table that may be absent; `None` also where its header is unusable.
    pub fn optional<'t, R: TableRow<'t>>(&mut self) -> Option<Table> {
        rows::open::<R>(self.files, &mut self.faults)
    }

    /// The same with the rows alone that `only` asks for.
    pub fn optional_rows<'t, R: TableRow<'t>>(&mut self, only: &[Only<'_>]) -> Option<Table> {
        rows::open_only::<R>(self.files, only, &mut self.faults)
    }

    /// A table that every run has.
    pub fn required<'t, R: TableRow<'t>>(&mut self) -> Option<Table> {
        self.required_rows::<R>(&[])
    }

    /// The same with the rows alone that `only` asks for.
    pub fn required_rows<'t, R: TableRow<'t>>(&mut self, only: &[Only<'_>]) -> Option<Table> {
        let before = self.faults.as_slice().len();
        let table = self.optional_rows::<R>(only);
        if table.is_none() && self.faults.as_slice().len() == before {
            self.faults.push(missing_file(self.files, R::FILE));
        }
        table
    }

    /// The rows of a table, each with its place.
    pub fn rows<'t, R: TableRow<'t>>(&mut self, table: &'t Option<Table>) -> Vec<(Row<'t>, R)> {
        table.as_ref().map(|table| rows::read(table, &mut self.faults)).unwrap_or_default()
    }

    /// Position of the option of a row.
    pub fn option(&mut self, row: &Row<'_>) -> Option<usize> {
        let column = column!(Projection<'_>, option);
        row.index(column, &self.options, "policy option of manifest.json", &mut self.faults)
    }

    /// Position of the country in `column` of a row.
    pub fn country(&mut self, row: &Row<'_>, column: &str) -> Option<usize> {
        row.index(column, &self.countries, "country of manifest.json", &mut self.faults)
    }

    /// Position of the sector in `column` of a row.
    pub fn sector(&mut self, row: &Row<'_>, column: &str) -> Option<usize> {
        row.index(column, &self.sectors, "sector of manifest.json", &mut self.faults)
    }

    /// The distribution of a row; `None` if its mean is empty (not applicable).
    pub fn spread(&mut self, row: &Row<'_>, found: &Quantiles) -> Option<Spread> {
        let mean = found.mean?;
        let mut filled = |value: Option<f64>, column: &str| {
            if value.is_none() {
                self.faults.push(row.fault(column, "a finite number", RUN_AGAIN));
            }
            value
        };
        let p05 = filled(found.p05, column!(Quantiles, p05));
        let p50 = filled(found.p50, column!(Quantiles, p50));
        let p95 = filled(found.p95, column!(Quantiles, p95));
        Some(Spread { mean, p05: p05?, p25: found.p25, p50: p50?, p75: found.p75, p95: p95? })
    }
}
