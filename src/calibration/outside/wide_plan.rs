//! What each column of a wide table holds, and whose row a label is.

use std::collections::HashMap;
use std::path::Path;

use csv::StringRecord;

use super::gathered::Gathered;
use super::headers::{self, Header, LABELS, Label, Labels, Meaning};
use super::request::Layout;
use super::wrong::Wrong;
use crate::error::Fault;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Industry {
        n: usize,
        j: usize,
    },
    Final {
        n: usize,
    },
    /// Figures of no country: part of the row's total, and left out.
    NoCountry,
    /// The row's own total.
    Total,
    Skipped,
}

/// Layout of one file.
pub(super) struct Plan {
    /// File as the user knows it.
    pub(super) file: String,
    /// Where the figures begin.
    pub(super) header: Header,
    /// By position from the first figure.
    pub(super) columns: Vec<Column>,
    /// Cells of a row up to the last that is labelled.
    pub(super) width: usize,
}

/// Reads the header of a table; each column may stand once.
pub(super) fn plan(path: &Path, layout: Layout, labels: &Labels, to: &mut Gathered) -> Option<Plan> {
    let file = path.display().to_string();
    let before = to.faults.as_slice().len();
    let Some(header) = headers::read(path, layout, to) else {
        if to.faults.as_slice().len() == before {
            let expected = "a header as the layout is published";
            let remedy = "Export the sheet as comma-separated values without changing its first lines.";
            to.faults.push(Fault::of_file(&file, "header", "not recognised", expected, remedy));
        }
        return None;
    };
    let is_labelled = |label: &Label| !label.name.is_empty();
    let labelled = header.columns.iter().rposition(is_labelled).map_or(0, |last| last + 1);
    let mut plan = Plan { file, width: header.first + labelled, columns: Vec::new(), header };
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (at, label) in plan.header.columns.iter().enumerate() {
        let number = plan.header.first + at + 1;
        let column = plan.column(label, labels, to);
        if is_labelled(label)
            && let Some(first) = seen.insert(&label.name, number)
        {
            let expected = format!("each column once; it is also column {first}");
            let remedy = "Delete one of the two columns.";
            let found = format!("column {number}");
            let wrong = Wrong { field: &label.name, found: &found, expected: &expected, remedy };
            plan.fault(plan.header.line, wrong, to);
        }
        if let Column::Industry { n, .. } | Column::Final { n } = column {
            to.headed.entry(n).or_insert_with(|| (plan.file.clone(), plan.header.line));
        }
        plan.columns.push(column);
    }
    Some(plan)
}

impl Plan {
    /// A fault of a line of the file.
    pub(super) fn fault(&self, line: u64, wrong: Wrong<'_>, to: &mut Gathered) {
        to.faults.push(wrong.at(&self.file, line));
    }

    fn column(&self, label: &Label, labels: &Labels, to: &mut Gathered) -> Column {
        match labels.of(&label.code).or_else(|| labels.of(&label.country)) {
            Some(Meaning::Output) => Column::Total,
            Some(Meaning::Final) if label.country.is_empty() => Column::NoCountry,
            Some(Meaning::Final) => match to.names.country(&label.country) {
                Some(n) => Column::Final { n },
                None => {
                    self.unknown(label, self.header.line, to);
                    Column::Skipped
                }
            },
            Some(_) => Column::Skipped,
            None if label.name.is_empty() => Column::Skipped,
            None => self
                .industry(label, self.header.line, to)
                .map_or(Column::Skipped, |(n, j)| Column::Industry { n, j }),
        }
    }

    /// Country and sector of a label; a fault where one is not known.
    pub(super) fn industry(&self, label: &Label, line: u64, to: &mut Gathered) -> Option<(usize, usize)> {
        if label.country.is_empty() || label.code.is_empty() {
            self.unknown(label, line, to);
            return None;
        }
        let at = (to.names.country(&label.country), to.names.sector(&label.code));
        if let (Some(n), Some(j)) = at {
            return Some((n, j));
        }
        self.unknown(label, line, to);
        None
    }

    fn unknown(&self, label: &Label, line: u64, to: &mut Gathered) {
        let remedy = format!(
            "Add it to the column codes of that table; what is no industry (final demand, value added, a total) stands in \
             {LABELS} (code,meaning). Your own tables lie in --concordance DIR."
        );
        let (field, found, expected) = if label.country.is_empty() || label.code.is_empty() {
            let found = if label.name.is_empty() { "empty" } else { &label.name };
            ("label", found, "a country and an industry, or a code of labels.csv".to_owned())
        } else if to.names.country(&label.country).is_none() {
            ("country", label.country.as_str(), to.names.expected_country())
        } else {
            ("sector", label.code.as_str(), to.names.expected_sector())
        };
        self.fault(line, Wrong { field, found, expected: &expected, remedy: &remedy }, to);
    }

    /// Label of a row.
    pub(super) fn row_label(&self, record: &StringRecord, layout: Layout) -> Label {
        // Beyond the end of a short line cells are empty.
        let cell = |at: usize| record.get(at).unwrap_or("");
        match layout {
            Layout::Adb => Label::pair(cell(self.header.first - 2), cell(self.header.first - 1)),
            Layout::Wiod2016 => Label::pair(cell(2), cell(0)),
            _ => Label::split(cell(0)),
        }
    }

    /// The columns of industries: position and label.
    pub(super) fn industries(&self) -> Vec<(usize, &Label)> {
        let labelled = self.columns.iter().zip(&self.header.columns).enumerate();
        let industries = labelled.filter(|(_, (column, _))| matches!(column, Column::Industry { .. }));
        industries.map(|(at, (_, label))| (at, label)).collect()
    }
}
