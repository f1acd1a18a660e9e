//! Reads the files of schedules: categories, parts by importer, side letters, quotas.

use std::collections::HashMap;

use super::book::{DEFAULT, ScheduleBook};
use super::letters::Letter;
use super::percent;
use super::quota::Quota;
use super::rules::{CATEGORIES, COUNTRY, GROUP, LETTERS, QUOTAS, SCHEDULE};
use super::schedule::{Part, PartOrigin, Schedule};
use super::staging::Category;
use crate::data::{Files, Names, Row, Table, TableRule};
use crate::error::{Fault, Faults, InputErrors};
use crate::sorted::SortedMap;

/// Largest distance of the part shares of a group from 1.
const SHARE_TOLERANCE: f64 = 1e-6;
/// Files of a schedule folder that are not the schedule of an importer.
const SPECIAL: [&str; 3] = ["categories.csv", "letters.csv", "quotas.csv"];

type Categories = HashMap<String, Category>;

/// A schedule folder while it is read: the names that its rows may use, and the faults found.
struct Folder<'a> {
    files: Files,
    names: Names,
    categories: Categories,
    faults: &'a mut Faults,
}

impl ScheduleBook {
    /// Reads the schedules `ids` below `files`, for these product groups and countries.
    ///
    /// # Errors
    /// [`InputErrors`]: unknown countries, categories or groups, part shares that do not sum to 1, rates that rise,
    /// quotas without a rate outside them, side letters on cells that do not exist.
    pub fn read(
        files: &Files,
        ids: &[String],
        groups: &[String],
        countries: &[&str],
    ) -> Result<Self, InputErrors> {
        let (mut book, mut faults) = (Self::default(), Faults::new());
        let mut names = Names::default();
        names.add(GROUP, groups.iter().map(String::as_str));
        names.add(COUNTRY, countries.iter().copied());
        for id in ids {
            let files_of = files.folder(id);
            let mut folder = Folder {
                files: files_of.clone(),
                names: names.clone(),
                categories: Categories::new(),
                faults: &mut faults,
            };
            folder.categories();
            let names = folder.files.list(".csv");
            let stems: Vec<&String> = names.iter().filter(|name| !SPECIAL.contains(&name.as_str())).collect();
            stems.iter().for_each(|name| folder.check_stem(name, countries));
            let schedules: Vec<_> = stems.into_iter().map(|name| (name, folder.schedule(name))).collect();
            if schedules.is_empty() {
                let fault = missing_schedule(&folder.files, id);
                folder.faults.push(fault);
            }
            let (letters, quotas) = (folder.letters(), folder.quotas());
            for (name, schedule) in schedules {
                let stem = name.trim_end_matches(".csv").to_owned();
                book.schedules.insert((id.clone(), stem), schedule);
            }
            book.letters.insert(id.clone(), letters);
            book.quotas.insert(id.clone(), quotas);
            book.check_letters(id, &mut faults);
            book.check_quotas(id, &files_of.display("quotas.csv"), &mut faults);
        }
        faults.into_result(book)
    }
}

/// The code of no country, for which only the default schedule can be found.
const NOBODY: &str = "";

impl ScheduleBook {
    /// Adds a fault for each quota on a part that the importer's schedule does not assign to one.
    fn check_quotas(&self, id: &str, file: &str, faults: &mut Faults) {
        for quota in self.quotas_of(id) {
            // A quota for everybody stands in the schedule towards nobody in particular.
            let exporter = quota.exporter.as_deref().unwrap_or(NOBODY);
            let schedule = self.find(id, &quota.importer, exporter);
            let parts = schedule.and_then(|schedule| schedule.parts(&quota.group));
            let is_quota = quota.in_quota_pct.is_some();
            let is_it =
                |part: &&Part| part.name == quota.part && (part.category == Category::Excluded) == is_quota;
            let found = parts.into_iter().flatten().find(is_it);
            let base_pct = found.and_then(|part| part.base_rate_pct).filter(|pct| *pct != quota.base_pct());
            if let Some(pct) = base_pct {
                faults.push(Fault {
                    file: file.to_owned(),
                    line: Some(quota.line),
                    field: "out_of_quota_pct".into(),
                    found: quota.base_pct().to_string(),
                    expected: format!("the base rate of {} in the schedule, {pct}", quota.part),
                    remedy: "Make the two agree.".into(),
                });
            }
            if found.is_none() {
                let category = if is_quota { "category TRQ" } else { "a category that cuts" };
                let (group, importer) = (&quota.group, &quota.importer);
                faults.push(Fault {
                    file: file.to_owned(),
                    line: Some(quota.line),
                    field: "part".into(),
                    found: quota.part.clone(),
                    expected: format!("a part of {group} of {importer} with {category}"),
                    remedy: format!("Correct the name, or give the part {category}: quotas stand on TRQ, safeguards on cuts."),
                });
            }
        }
    }
}

fn missing_schedule(folder: &Files, id: &str) -> Fault {
    Fault {
        file: folder.display(""),
        line: None,
        field: "schedule".into(),
        found: format!("no file of schedule {id}"),
        expected: "default.csv, or a file for each member".into(),
        remedy: "Add the schedule, or leave the agreement's schedule empty.".into(),
    }
}

impl Folder<'_> {
    /// The table and its text; `None` if the file is absent or cannot be parsed.
    fn table(&mut self, rule: &TableRule, name: &str) -> Option<(Table, String)> {
        let text = match self.files.read_optional(name) {
            Ok(text) => text?,
            Err(fault) => {
                self.faults.push(fault);
                return None;
            }
        };
        let table = rule.parse(&self.files.display(name), &text, self.faults)?;
        Some((table, text))
    }

    /// Adds a fault if the name of a file is neither an importer nor `importer.exporter`.
    fn check_stem(&mut self, name: &str, countries: &[&str]) {
        let stem = name.trim_end_matches(".csv");
        let is_known = |code: &str| countries.contains(&code);
        let is_pair = || stem.split_once('.').is_some_and(|(n, i)| is_known(n) && is_known(i) && n != i);
        if stem != DEFAULT && !is_known(stem) && !is_pair() {
            self.faults.push(Fault {
                file: self.files.display(name),
                line: None,
                field: "name of the file".into(),
                found: name.into(),
                expected: format!(
                    "default.csv, IMPORTER.csv or IMPORTER.EXPORTER.csv with countries of the baseline ({}), {}",
                    countries.join(", "),
                    SPECIAL.join(", ")
                ),
                remedy: "Rename the file, or take it out of the folder.".into(),
            });
        }
    }

    /// `categories.csv`; absent = built-in codes only.
    fn categories(&mut self) {
        let Some((table, _)) = self.table(&CATEGORIES, "categories.csv") else { return };
        let names = self.names.clone();
        for row in CATEGORIES.check(&table, &names, self.faults) {
            let code = row.text("category");
            let (kind, path) = (row.text("kind"), row.text("remaining_share_by_year"));
            if Category::builtin(code).is_some() {
                let expected = "a code of its own: EIF, B2 to B30, MFN and TRQ are built in";
                self.faults.push(row.fault("category", expected, "Rename the category."));
            }
            match Category::listed(kind, path) {
                Some(category) => _ = self.categories.insert(code.to_owned(), category),
                None => self.faults.push(row.fault(
                    "remaining_share_by_year",
                    &Category::expected(kind, path),
                    "Correct the path or the kind; a rate may not rise under a cutting category.",
                )),
            }
        }
    }

    fn schedule(&mut self, name: &str) -> Schedule {
        let Some((table, text)) = self.table(&SCHEDULE, name) else { return Schedule::default() };
        let (before, names) = (self.faults.as_slice().len(), self.names.clone());
        let rows = SCHEDULE.check(&table, &names, self.faults);
        percent::ask(&table, &text, "base_rate_pct", self.faults);
        let mut groups: SortedMap<String, Vec<Part>> = SortedMap::new();
        for row in rows {
            if let (Some(share), Some(part)) = (row.value("part_share"), self.part(&row)) {
                let parts = groups.entry(row.text("product_group").to_owned()).or_default();
                parts.push(Part { trade_share: share, ..part });
            }
        }
        if self.faults.as_slice().len() > before {
            return Schedule::new(groups);
        }
        for (group, parts) in &groups {
            let sum: f64 = parts.iter().map(|part| part.trade_share).sum();
            if (sum - 1.0).abs() > SHARE_TOLERANCE {
                self.faults.push(Fault {
                    file: self.files.display(name),
                    line: None,
                    field: format!("part_share of {group}"),
                    found: format!("sum {sum}"),
                    expected: "1 over the parts of a group".into(),
                    remedy: "Complete the parts of the group.".into(),
                });
            }
        }
        Schedule::new(groups)
    }

    fn part(&mut self, row: &Row<'_>) -> Option<Part> {
        let code = row.text("category");
        let base_rate_pct = row.value("base_rate_pct");
        if code == "TRQ" && base_rate_pct.is_none() {
            let expected = "the out-of-quota rate, percent: what the first unit outside the quota pays";
            let remedy = "State the rate; it is the importer's most-favoured-nation rate of the line.";
            self.faults.push(row.fault("base_rate_pct", expected, remedy));
        }
        let category = Category::builtin(code).or_else(|| self.categories.get(code).cloned());
        if category.is_none() {
            let mut listed: Vec<&str> = self.categories.keys().map(String::as_str).collect();
            listed.sort_unstable();
            let listed = if listed.is_empty() { "none".to_owned() } else { listed.join(", ") };
            let expected = format!("EIF, B2 to B30, MFN, TRQ, or a row of categories.csv ({listed})");
            self.faults.push(row.fault("category", &expected, "Correct the code, or add the category."));
        }
        Some(Part {
            name: row.text("part").to_owned(),
            trade_share: 0.0,
            duty_share: 0.0,
            base_rate_pct,
            category: category?,
            origin: PartOrigin::of(row, code),
        })
    }

    fn letters(&mut self) -> Vec<Letter> {
        let Some((table, _)) = self.table(&LETTERS, "letters.csv") else { return Vec::new() };
        let mut letters = Vec::new();
        let names = self.names.clone();
        for row in LETTERS.check(&table, &names, self.faults) {
            if row.text("importer") == row.text("exporter") {
                self.faults.push(row.fault("exporter", "another country than the importer", "Correct one."));
            }
            letters.extend(self.part(&row).map(|part| Letter::read(&row, part)));
        }
        letters
    }

    fn quotas(&mut self) -> Vec<Quota> {
        let Some((table, _)) = self.table(&QUOTAS, "quotas.csv") else { return Vec::new() };
        let rows = QUOTAS.check(&table, &self.names, self.faults);
        rows.iter().filter_map(|row| Quota::read(row, self.faults)).collect()
    }
}
