//! Schedules as files: which part of a product group falls under which category.

use std::collections::{BTreeMap, HashMap};

use super::staging::Category;
use crate::data::{Files, Row, Table};
use crate::error::{Fault, Faults, InputErrors};

/// Largest distance of the part shares of a group from 1.
const SHARE_TOLERANCE: f64 = 1e-6;
/// Group that stands for all groups not named in the same file.
const OTHER: &str = "other";

/// Part of a product group with a staging of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Name, for explanations.
    pub name: String,
    /// Weight of the part in the duties of the group: trade share times base rate, normalised to sum to 1.
    pub duty_share: f64,
    /// Base rate, percent; `None` = the group's most-favoured-nation rate.
    pub base_rate_pct: Option<f64>,
    /// Staging.
    pub category: Category,
}

/// Parts of each product group of one importer, towards one exporter or all.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    groups: BTreeMap<String, Vec<Part>>,
}

impl Schedule {
    /// Parts of a product group; `None` where the schedule says nothing of it.
    #[must_use]
    pub fn parts(&self, group: &str) -> Option<&[Part]> {
        self.groups.get(group).or_else(|| self.groups.get(OTHER)).map(Vec::as_slice)
    }

    /// Share of the most-favoured-nation rate of `group` left in year `year` of the agreement.
    #[must_use]
    pub fn remaining_share(&self, group: &str, year: u32) -> Option<f64> {
        let parts = self.parts(group)?;
        Some(parts.iter().map(|part| part.duty_share * part.category.remaining_share(year)).sum())
    }
}

/// All schedules of a folder.
#[derive(Debug, Clone, Default)]
pub struct ScheduleBook {
    /// By schedule id and file stem (`default`, `AAA`, `AAA.BBB`).
    schedules: HashMap<(String, String), Schedule>,
}

impl ScheduleBook {
    /// Reads the schedules `ids` below `files`.
    ///
    /// # Errors
    /// [`InputErrors`]: unknown categories or groups, part shares that do not sum to 1, rates that rise.
    pub fn read(files: &Files, ids: &[String], groups: &[String]) -> Result<Self, InputErrors> {
        let (mut book, mut faults) = (Self::default(), Faults::new());
        for id in ids {
            let folder = files.folder(id);
            let categories = read_categories(&folder, &mut faults);
            let names = folder.list(".csv");
            if names.iter().all(|name| name == "categories.csv") {
                faults.push(missing_schedule(&folder, id));
            }
            for name in names.iter().filter(|name| *name != "categories.csv") {
                let schedule = match folder.read(name) {
                    Ok(text) => read_schedule(&folder.display(name), &text, &categories, groups, &mut faults),
                    Err(fault) => {
                        faults.push(fault);
                        continue;
                    }
                };
                let stem = name.trim_end_matches(".csv").to_owned();
                book.schedules.insert((id.clone(), stem), schedule);
            }
        }
        faults.into_result(book)
    }

    /// The schedule of `importer` towards `exporter`: the most special file there is.
    #[must_use]
    pub fn find(&self, id: &str, importer: &str, exporter: &str) -> Option<&Schedule> {
        [format!("{importer}.{exporter}"), importer.to_owned(), "default".to_owned()]
            .into_iter()
            .find_map(|stem| self.schedules.get(&(id.to_owned(), stem)))
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

type Categories = HashMap<String, Category>;

/// `categories.csv`: `category,kind,remaining_share_by_year,note,source,mark`; absent = built-in codes only.
fn read_categories(folder: &Files, faults: &mut Faults) -> Categories {
    let name = folder.display("categories.csv");
    let text = match folder.read_optional("categories.csv") {
        Ok(Some(text)) => text,
        Ok(None) => return Categories::new(),
        Err(fault) => {
            faults.push(fault);
            return Categories::new();
        }
    };
    let columns = ["category", "kind", "remaining_share_by_year", "note", "source", "mark"];
    let table = Table::parse(&name, &text, &columns, &[], faults);
    let mut categories = Categories::new();
    for row in table.iter().flat_map(Table::rows) {
        match Category::listed(row.text("kind"), row.text("remaining_share_by_year")) {
            Some(category) => _ = categories.insert(row.text("category").to_owned(), category),
            None => faults.push(row.fault(
                "remaining_share_by_year",
                "year:share pairs such as 1:0.7;10:0.5 with rising years and falling shares within 0..1, and kind held or linear",
                "Correct the path or the kind; a rate may not rise under a cutting category.",
            )),
        }
    }
    categories
}

fn read_schedule(
    name: &str,
    text: &str,
    categories: &Categories,
    groups: &[String],
    faults: &mut Faults,
) -> Schedule {
    let columns =
        ["product_group", "part", "part_share", "base_rate_pct", "category", "note", "source", "mark"];
    let table = Table::parse(name, text, &columns, &[], faults);
    let mut parts: BTreeMap<String, Vec<(f64, Part)>> = BTreeMap::new();
    for row in table.iter().flat_map(Table::rows) {
        let group = row.text("product_group");
        if group != OTHER && !groups.iter().any(|known| known == group) {
            let expected = format!("other, or one of {}", groups.join(", "));
            faults.push(row.fault("product_group", &expected, "Correct the name."));
            continue;
        }
        if let Some(part) = read_part(&row, categories, faults) {
            parts.entry(group.to_owned()).or_default().push(part);
        }
    }
    for (group, list) in &parts {
        let sum: f64 = list.iter().map(|(share, _)| share).sum();
        if (sum - 1.0).abs() > SHARE_TOLERANCE {
            faults.push(Fault {
                file: name.to_owned(),
                line: None,
                field: format!("part_share of {group}"),
                found: format!("sum {sum}"),
                expected: "1 over the parts of a group".into(),
                remedy: "Complete the parts of the group.".into(),
            });
        }
    }
    Schedule { groups: parts.into_iter().map(|(group, list)| (group, weighted(list))).collect() }
}

fn read_part(row: &Row<'_>, categories: &Categories, faults: &mut Faults) -> Option<(f64, Part)> {
    let is_share = |value: f64| (0.0..=1.0).contains(&value);
    let share = row.number("part_share", "a share of the group's trade, 0 to 1", is_share, faults);
    let base = match row.text("base_rate_pct") {
        "" => Some(None),
        _ => row.number("base_rate_pct", "percent, 0 or more (5 means 5 %)", |v| v >= 0.0, faults).map(Some),
    };
    let code = row.text("category");
    let category = Category::builtin(code).or_else(|| categories.get(code).cloned());
    if category.is_none() {
        let expected = "EIF, B2 to B30, MFN, TRQ, or a row of categories.csv";
        faults.push(row.fault("category", expected, "Correct the code, or add the category."));
    }
    let part = Part {
        name: row.text("part").to_owned(),
        duty_share: 0.0,
        base_rate_pct: base?,
        category: category?,
    };
    Some((share?, part))
}

/// Turns trade shares into shares of the duties: parts with a high base rate weigh more.
fn weighted(list: Vec<(f64, Part)>) -> Vec<Part> {
    let has_rates = list.iter().all(|(_, part)| part.base_rate_pct.is_some_and(|pct| pct > 0.0));
    let weight = |(share, part): &(f64, Part)| match part.base_rate_pct {
        Some(pct) if has_rates => share * pct,
        _ => *share,
    };
    let total: f64 = list.iter().map(weight).sum();
    list.iter().map(|entry| Part { duty_share: weight(entry) / total, ..entry.1.clone() }).collect()
}
