//! Reads the files of schedules: categories, parts by importer, side letters, quotas.

use std::collections::{BTreeMap, HashMap};

use super::book::{OTHER, Part, Schedule, ScheduleBook};
use super::letters::{self, Letter};
use super::percent;
use super::quota::{self, Quota};
use super::staging::Category;
use crate::data::{Files, Row, Table};
use crate::error::{Fault, Faults, InputErrors};

/// Largest distance of the part shares of a group from 1.
const SHARE_TOLERANCE: f64 = 1e-6;
/// Files of a schedule folder that are not the schedule of an importer.
const SPECIAL: [&str; 3] = ["categories.csv", "letters.csv", "quotas.csv"];

type Categories = HashMap<String, Category>;

/// What the rows of one schedule folder are read against.
struct Folder<'a> {
    files: Files,
    groups: &'a [String],
    categories: Categories,
    faults: &'a mut Faults,
}

impl ScheduleBook {
    /// Reads the schedules `ids` below `files`.
    ///
    /// # Errors
    /// [`InputErrors`]: unknown categories or groups, part shares that do not sum to 1, rates that rise, quotas
    /// without a rate outside them, side letters on cells that do not exist.
    pub fn read(files: &Files, ids: &[String], groups: &[String]) -> Result<Self, InputErrors> {
        let (mut book, mut faults) = (Self::default(), Faults::new());
        for id in ids {
            let files_of = files.folder(id);
            let mut folder = Folder {
                files: files_of.clone(),
                groups,
                categories: Categories::new(),
                faults: &mut faults,
            };
            folder.categories();
            let names = folder.files.list(".csv");
            let stems = names.iter().filter(|name| !SPECIAL.contains(&name.as_str()));
            let schedules: Vec<_> = stems.map(|name| (name, folder.schedule(name))).collect();
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

impl ScheduleBook {
    /// Faults of quotas on parts that the importer's schedule does not leave to a quota.
    fn check_quotas(&self, id: &str, file: &str, faults: &mut Faults) {
        for quota in self.quotas_of(id) {
            let exporter = quota.exporter.as_deref().unwrap_or_default();
            let schedule = self.find(id, &quota.importer, exporter);
            let parts = schedule.and_then(|schedule| schedule.parts(&quota.group)).unwrap_or_default();
            let is_quota = quota.in_quota_pct.is_some();
            let is_it =
                |part: &&Part| part.name == quota.part && (part.category == Category::Excluded) == is_quota;
            let found = parts.iter().find(is_it);
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
    /// The table and its text; `None` where the file is absent or unusable.
    fn table(&mut self, name: &str, columns: &[&str]) -> Option<(Table, String)> {
        let text = match self.files.read_optional(name) {
            Ok(text) => text?,
            Err(fault) => {
                self.faults.push(fault);
                return None;
            }
        };
        let table = Table::parse(&self.files.display(name), &text, columns, &[], self.faults)?;
        Some((table, text))
    }

    /// `categories.csv`: `category,kind,remaining_share_by_year,note,source,mark`; absent = built-in codes only.
    fn categories(&mut self) {
        let columns = ["category", "kind", "remaining_share_by_year", "note", "source", "mark"];
        let Some((table, _)) = self.table("categories.csv", &columns) else { return };
        for row in table.rows() {
            let (kind, path) = (row.text("kind"), row.text("remaining_share_by_year"));
            match Category::listed(kind, path) {
                Some(category) => _ = self.categories.insert(row.text("category").to_owned(), category),
                None => self.faults.push(row.fault(
                    "remaining_share_by_year",
                    &Category::expected(kind, path),
                    "Correct the path or the kind; a rate may not rise under a cutting category.",
                )),
            }
        }
    }

    fn schedule(&mut self, name: &str) -> Schedule {
        let columns =
            ["product_group", "part", "part_share", "base_rate_pct", "category", "note", "source", "mark"];
        let Some((table, text)) = self.table(name, &columns) else { return Schedule::default() };
        percent::ask(&table, &text, "base_rate_pct", self.faults);
        let mut groups: BTreeMap<String, Vec<Part>> = BTreeMap::new();
        for row in table.rows() {
            if !self.known_group(&row) {
                continue;
            }
            let is_share = |value: f64| (0.0..=1.0).contains(&value);
            let expected = "a share of the group's trade, 0 to 1";
            let share = row.number("part_share", expected, is_share, self.faults);
            if let (Some(share), Some(part)) = (share, self.part(&row)) {
                let parts = groups.entry(row.text("product_group").to_owned()).or_default();
                parts.push(Part { trade_share: share, ..part });
            }
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

    fn known_group(&mut self, row: &Row<'_>) -> bool {
        let group = row.text("product_group");
        let is_known = group == OTHER || self.groups.iter().any(|known| known == group);
        if !is_known {
            let expected = format!("other, or one of {}", self.groups.join(", "));
            self.faults.push(row.fault("product_group", &expected, "Correct the name."));
        }
        is_known
    }

    fn part(&mut self, row: &Row<'_>) -> Option<Part> {
        let code = row.text("category");
        let base = match row.text("base_rate_pct") {
            "" => Some(None),
            _ => row
                .number("base_rate_pct", "percent, 0 or more (5 means 5 %)", |v| v >= 0.0, self.faults)
                .map(Some),
        };
        if code == "TRQ" && base == Some(None) {
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
            base_rate_pct: base?,
            category: category?,
        })
    }

    fn letters(&mut self) -> Vec<Letter> {
        let Some((table, _)) = self.table("letters.csv", &letters::COLUMNS) else { return Vec::new() };
        let mut letters = Vec::new();
        for row in table.rows() {
            if let (true, Some(part)) = (self.known_group(&row), self.part(&row)) {
                letters.push(Letter::read(&row, part));
            }
        }
        letters
    }

    fn quotas(&mut self) -> Vec<Quota> {
        let Some((table, _)) = self.table("quotas.csv", &quota::COLUMNS) else { return Vec::new() };
        table.rows().filter_map(|row| Quota::read(&row, self.faults)).collect()
    }
}
