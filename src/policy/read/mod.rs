//! Reads the policy tables of a folder; every fault of every table is reported.
//!
//! One module a family of files: [`rates`], [`agreements`], [`provisions`], [`depths`] and [`depth_effect`], [`origin`],
//! [`duties`], [`carbon`], [`schedules`]; [`intervals`] checks that dated rows follow each other.

mod agreements;
mod carbon;
mod depth_effect;
mod depths;
mod duties;
mod intervals;
mod origin;
pub(super) mod provisions;
mod rates;
mod schedules;

use std::collections::HashMap;

use jiff::civil::Date;

use super::book::{Indices, PolicyBook};
use super::depth_effect::price_cuts;
use crate::data::{Axes, Files, Row, Table};
use crate::error::{Fault, Faults, InputErrors};
use crate::schedules::{CutDates, ScheduleBook};

/// Columns that say where a figure comes from.
const PROVENANCE: [&str; 2] = ["source", "mark"];
/// Largest distance of shares from the sum that they must have.
const SHARE_TOLERANCE: f64 = 1e-6;

/// Positions of each product group: a group may lie in two sectors (fish is landed and processed).
type Places = HashMap<String, Vec<usize>>;

struct Reader<'a> {
    files: Files,
    axes: &'a Axes,
    faults: Faults,
    /// Depth classes by position.
    classes: Vec<String>,
}

impl PolicyBook {
    /// Reads `policy/` and `schedules/` below `files` for the countries and sectors of a data set.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault of every table.
    pub fn read(files: &Files, axes: &Axes) -> Result<Self, InputErrors> {
        let folder = files.folder("policy");
        let mut reader = Reader { files: folder, axes, faults: Faults::new(), classes: Vec::new() };
        let groups = reader.groups();
        let group_ids: Vec<String> = groups.iter().map(|group| group.id.clone()).collect();
        let mut places = Places::new();
        for (at, id) in group_ids.iter().enumerate() {
            places.entry(id.clone()).or_default().push(at);
        }
        let text = reader.text();
        let effect = reader.depth_effect();
        let (depths, depth_idx) = reader.depths(&text, effect.as_ref());
        reader.classes = in_order(&depth_idx);
        let agreements = reader.agreements(&depth_idx);
        let agreement_idx: HashMap<String, usize> =
            agreements.iter().enumerate().map(|(at, agreement)| (agreement.id.clone(), at)).collect();
        let group_lines = reader.group_lines(&places);
        let (mfn_pct, collected_gap_pp) = reader.mfn(&places);
        let coverage = reader.coverage(&places);
        let duties = reader.duties(&coverage);
        let carbon = reader.carbon(&coverage, &agreement_idx, &places);
        let barrier_ave_pct = reader.barriers();
        let utilisation = reader.utilisation();
        let origin = reader.origin_rules(&agreements, &groups, &places, &text);
        let supply_share = reader.supply();
        let (initial, lines) = reader.memberships(&agreement_idx);
        let cut = CutDates::read(&reader.files).map_err(|errors| reader.faults.extend(errors.into())).ok();
        let book = reader.schedule_book(files, &agreements, &group_ids);
        let (Some(cut), Some(book), Some(depth_effect), true) = (cut, book, effect, reader.faults.is_empty())
        else {
            return Err(InputErrors(reader.faults.as_slice().to_vec()));
        };
        let schedules = reader.resolve(&book, &agreements, &group_ids, (&initial, &lines));
        let cut_dates = axes.countries.iter().map(|country| cut.of(&country.iso3)).collect();
        let provisions = text.states(&reader.classes);
        let theta = axes.sectors.iter().map(|sector| sector.theta);
        let price_cuts = price_cuts(depth_effect.net_ln_trade(), theta);
        let indices = Indices::new(axes.n_countries(), groups.len(), &duties);
        let read = Self {
            axes: axes.clone(),
            groups,
            group_lines,
            mfn_pct,
            collected_gap_pp,
            agreements,
            agreement_idx,
            cut_dates,
            utilisation,
            origin,
            supply_share,
            duties,
            carbon,
            barrier_ave_pct,
            depth_effect,
            depths,
            classes: reader.classes,
            provisions,
            initial,
            schedule_book: book,
            price_cuts,
            schedules,
            indices,
        };
        reader.faults.into_result(read)
    }
}

fn in_order(positions: &HashMap<String, usize>) -> Vec<String> {
    let mut names: Vec<(&usize, &String)> = positions.iter().map(|(name, at)| (at, name)).collect();
    names.sort();
    names.into_iter().map(|(_, name)| name.clone()).collect()
}

impl Reader<'_> {
    fn schedule_book(
        &mut self,
        files: &Files,
        agreements: &[super::Agreement],
        groups: &[String],
    ) -> Option<ScheduleBook> {
        let mut ids: Vec<String> =
            agreements.iter().filter_map(|agreement| agreement.schedule.clone()).collect();
        ids.sort();
        ids.dedup();
        let read = ScheduleBook::read(&files.folder("schedules"), &ids, groups);
        read.map_err(|errors| self.faults.extend(errors.into())).ok()
    }

    fn table(&mut self, name: &str, columns: &[&str]) -> Option<Table> {
        self.table_with(name, columns, &[])
    }

    fn table_with(&mut self, name: &str, columns: &[&str], optional: &[&str]) -> Option<Table> {
        let columns = [columns, &PROVENANCE].concat();
        match self.files.read(name) {
            Ok(text) => Table::parse(&self.files.display(name), &text, &columns, optional, &mut self.faults),
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// The text of a file that has been read before.
    fn text_of(&self, name: &str) -> String {
        self.files.read(name).unwrap_or_default()
    }

    fn fault(&mut self, file: &str, field: String, found: &str, expected: &str, remedy: &str) {
        self.faults.push(Fault {
            file: self.files.display(file),
            line: None,
            field,
            found: found.into(),
            expected: expected.into(),
            remedy: remedy.into(),
        });
    }

    fn pct(&mut self, row: &Row<'_>, column: &str) -> Option<f64> {
        row.number(column, "percent, 0 or more (5 means 5 %)", |v| v >= 0.0, &mut self.faults)
    }

    fn share(&mut self, row: &Row<'_>, column: &str) -> Option<f64> {
        row.number(column, "a share, 0 to 1", |v| (0.0..=1.0).contains(&v), &mut self.faults)
    }

    fn country(&mut self, row: &Row<'_>, column: &str) -> Option<usize> {
        row.index(column, &self.axes.country_idx, "country of the baseline", &mut self.faults)
    }

    fn date(&mut self, row: &Row<'_>, column: &str) -> Option<Date> {
        let date = row.text(column).parse().ok();
        if date.is_none() {
            self.faults.push(row.fault(column, "a date such as 2021-07-01", "Correct the date."));
        }
        date
    }

    /// `None` = faulty, `Some(None)` = empty: no end in sight.
    fn end(&mut self, row: &Row<'_>, from: Option<Date>) -> Option<Option<Date>> {
        if row.text("valid_until").is_empty() {
            return Some(None);
        }
        let until = self.date(row, "valid_until")?;
        if from.is_some_and(|from| until <= from) {
            self.faults.push(row.fault("valid_until", "a day after valid_from", "Correct the dates."));
        }
        Some(Some(until))
    }

    fn places<'p>(&mut self, row: &Row<'_>, places: &'p Places) -> &'p [usize] {
        let found = places.get(row.text("product_group"));
        if found.is_none() {
            let expected = "a product group of product_groups.csv";
            self.faults.push(row.fault("product_group", expected, "Correct the name, or add the group."));
        }
        found.map_or(&[], Vec::as_slice)
    }
}
