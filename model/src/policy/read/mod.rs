//! Reads the policy tables of a folder and reports every fault of every table.
//!
//! [`rules`] declares every column. All cells are checked first, so that the readers meet only known names and numbers
//! within their range. Checks across tables skip tables with a fault, since a table that is read in part proves nothing.
//!
//! One module per family of files: [`rates`], [`agreements`], [`provisions`], [`depths`] and [`depth_effect`], [`origin`],
//! [`duties`], [`carbon`], [`schedules`]; [`intervals`] checks that dated rows follow each other.

mod agreements;
mod barrier_changes;
mod carbon;
mod depth_effect;
mod depths;
mod duties;
mod gather;
mod intervals;
mod origin;
mod provisions;
mod rates;
mod rules;
mod schedules;
mod staging;
mod text_rules;
mod texts;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::agreements::{Agreement, Agreements};
use super::barriers::Barriers;
use super::book::PolicyBook;
use super::concessions::Concessions;
use super::preferences::Preferences;
use super::stacking::AdditionalDuties;
use crate::data::{Axes, Files, Row, Table};
use crate::error::{Fault, Faults, InputErrors};
use crate::schedules::{CutDates, ScheduleBook};

/// Why a cell of a table without faults holds a number.
const CHECKED: &str = "cells of sound tables have been checked";
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
    /// Tables that could be parsed.
    tables: HashMap<&'static str, Rc<Table>>,
    /// Files with a fault in their text, header or cells.
    unsound: HashSet<&'static str>,
}

impl PolicyBook {
    /// Reads `policy/` and `schedules/` below `files` for the countries and sectors of a data set.
    ///
    /// # Errors
    /// [`InputErrors`] with every fault of every table.
    pub fn read(files: &Files, axes: &Axes) -> Result<Self, InputErrors> {
        let folder = files.folder("policy");
        let mut reader = Reader::new(folder, axes);
        reader.gather();
        let mut groups = reader.groups();
        let group_ids: Vec<String> = groups.iter().map(|group| group.id.clone()).collect();
        let mut places = Places::new();
        for (at, id) in group_ids.iter().enumerate() {
            places.entry(id.clone()).or_default().push(at);
        }
        let text = reader.text();
        let effect = reader.depth_effect();
        let (parts, full_text) = (reader.sector_parts(), reader.full_text());
        let known = full_text.iter().flatten();
        let text_weights = known.map(|(_, weight)| *weight).chain(std::iter::repeat(1.0));
        let text_weights = text_weights.take(axes.n_sectors()).collect();
        let (texts, depth_idx) = reader.depths(&text, parts, text_weights);
        let overlaps = reader.overlaps(&depth_idx);
        reader.classes = in_order(&depth_idx);
        let agreements = Agreements::new(reader.agreements(&depth_idx, &files.folder("schedules")));
        reader.add_lines(&places, &mut groups);
        let mfn = reader.mfn(&places);
        let coverage = reader.coverage(&places);
        let duties = reader.duties(&coverage, agreements.positions());
        let barrier_changes = reader.barrier_changes(agreements.positions());
        let carbon = reader.carbon(&coverage, agreements.positions(), &places);
        let barrier_ave_pct = reader.barriers();
        let preferences = Preferences {
            utilisation: reader.utilisation(),
            origin: reader.origin_rules(&agreements, &groups, &text),
            supply_share: reader.supply(),
            claimed: reader.claimed(agreements.positions(), &places),
            taxed_share: reader.taxed_shares(&places),
        };
        let memberships = reader.memberships();
        let cut = reader.sound("cut_dates.csv").and_then(|table| CutDates::read(&table, &mut reader.faults));
        let mut book = reader.schedule_book(files, &agreements, &group_ids);
        if let Some(book) = &mut book {
            reader.stage(book);
        }
        let (Some(cut), Some(book), Some(depth_effect), Some(full_text), true) =
            (cut, book, effect, full_text, reader.faults.is_empty())
        else {
            return Err(InputErrors(reader.faults.as_slice().to_vec()));
        };
        let tables = reader.resolve(&book, &agreements, &group_ids, &memberships);
        let cut_dates = axes.countries.iter().map(|country| cut.of(&country.iso3)).collect();
        let n_groups = groups.len();
        let full_text = full_text.into_iter().map(|(text, _)| text).collect();
        let mut read = Self {
            axes: axes.clone(),
            groups,
            mfn,
            agreements,
            concessions: Concessions { schedules: book, cut_dates, tables },
            preferences,
            duties: AdditionalDuties::new(axes.n_countries(), n_groups, duties, carbon),
            barriers: Barriers::new(axes, barrier_ave_pct, full_text, depth_effect),
            barrier_changes,
            depths: text.classes(reader.classes, texts, overlaps),
            initial: memberships.timeline,
        };
        read.note_base_texts();
        reader.faults.into_result(read)
    }
}

impl PolicyBook {
    /// Product groups of `policy/` below `files`; no other table is read.
    ///
    /// # Errors
    /// [`InputErrors`] of `product_groups.csv`.
    pub fn read_group_ids(files: &Files, axes: &Axes) -> Result<Vec<String>, InputErrors> {
        Reader::new(files.folder("policy"), axes).group_ids()
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
        agreements: &[Agreement],
        groups: &[String],
    ) -> Option<ScheduleBook> {
        let mut ids: Vec<String> =
            agreements.iter().filter_map(|agreement| agreement.schedule.clone()).collect();
        ids.sort();
        ids.dedup();
        // A schedule without a file has been reported where it is named.
        ids.retain(|id| !files.folder("schedules").folder(id).list(".csv").is_empty());
        let countries: Vec<&str> = self.axes.countries.iter().map(|country| country.iso3.as_str()).collect();
        let read = ScheduleBook::read(&files.folder("schedules"), &ids, groups, &countries);
        read.map_err(|errors| self.faults.extend(errors.into())).ok()
    }

    /// A table without a fault in any cell; `None` if it has one, or if an optional file is absent.
    fn sound(&self, name: &str) -> Option<Rc<Table>> {
        self.tables.get(name).filter(|_| !self.unsound.contains(name)).cloned()
    }

    /// The text of a file that has been read before.
    fn text_of(&self, name: &str) -> String {
        self.files.read(name).expect("a file that has been read before")
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

    /// Position of the country in a cell that has been checked; `None` if it is empty or `*`.
    fn country(&self, row: &Row<'_>, column: &str) -> Option<usize> {
        row.position(column, &self.axes.country_idx)
    }

    fn sector(&self, row: &Row<'_>) -> Option<usize> {
        row.position("sector", &self.axes.sector_idx)
    }
}

/// Positions of the product group of a row; empty if its table has a fault.
fn places_of<'p>(row: &Row<'_>, places: &'p Places) -> &'p [usize] {
    match places.get(row.text("product_group")) {
        Some(places) => places,
        None => &[],
    }
}
