//! What a list of additional duties covers of each product group, from the lines that it names and the imports by line.
//!
//! ```text
//! coverage of group g from partner i = (1 - excluded) sum_l M_il c_l / sum_l M_il      l = lines of g, M = imports
//! c_l = 1 / lists of one family that name the line or a beginning of it; 0 where none does
//! ```

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::lines::WeighedLines;
use super::rows::{LineCoverage, decimals};
use crate::calibration::{NumberRule, Reading};
use crate::data::{Files, Row};
use crate::sorted::SortedMap;

/// Columns of `duty_lines.csv`: the lines of a list are the `codes` of `file` in the rows whose `of` says `list`.
const COLUMNS: [&str; 11] = [
    "duty_list",
    "importer",
    "exporter",
    "file",
    "codes",
    "of",
    "list",
    "family",
    "excluded_share",
    "source",
    "mark",
];
/// Exporter that stands for all.
const ALL: &str = "*";
/// Digits of a tariff line.
const DIGITS: usize = 8;
/// Coverage below this is left out: it is nothing that a rate of two decimals shows.
const LEAST: f64 = 5e-5;
const EXCLUDED: NumberRule = NumberRule::new("a share, 0 to 1", |v| (0.0..=1.0).contains(&v));

/// Codes that a list names.
type Codes = HashSet<String>;

/// Rows of `line_coverage.csv` for the importers whose lines are at hand.
pub fn rows(
    input: &Path,
    own: &Files,
    lines: &SortedMap<String, WeighedLines>,
    reading: &mut Reading,
) -> Option<Vec<LineCoverage<'static>>> {
    let table = reading.own(own, "duty_lines.csv", &COLUMNS)?;
    reading.each_once(&table, &["duty_list"]);
    let mut lists: Vec<(Row<'_>, Codes)> = Vec::new();
    let mut is_whole = true;
    for row in table.rows() {
        match codes(input, &row, reading) {
            Some(codes) => lists.push((row, codes)),
            None => is_whole = false,
        }
    }
    let mut rows = Vec::new();
    for (row, codes) in &lists {
        let family: Vec<&Codes> =
            lists.iter().filter(|(other, _)| is_family(row, other)).map(|(_, codes)| codes).collect();
        let Some(of_importer) = lines.get(row.text("importer")) else {
            let expected = "an importer of tariff_lines.csv";
            reading.faults.push(row.fault("importer", expected, "Correct the cell."));
            continue;
        };
        let Some(excluded) = reading.number(row, "excluded_share", EXCLUDED) else { continue };
        for (partner, weights) in &of_importer.weights.of_partner {
            let exporter = row.text("exporter");
            if exporter == ALL || exporter == partner {
                let covered = covered_shares(of_importer, weights, (codes, &family));
                rows.extend(of_partner(row, partner, of_importer, covered, 1.0 - excluded));
            }
        }
    }
    (is_whole && reading.faults.is_empty()).then_some(rows)
}

/// True if two rows name lists of one family: a line pays one of them.
fn is_family(one: &Row<'_>, other: &Row<'_>) -> bool {
    one.text("family") == other.text("family")
}

/// The codes of a list, cut to the digits of a line; longer ones name a part of a line and are left out.
fn codes(input: &Path, row: &Row<'_>, reading: &mut Reading) -> Option<Codes> {
    let (code, of) = (row.text("codes"), row.text("of"));
    let table = reading.table(&input.join(row.text("file")), &[code, of])?;
    let mut codes = Codes::new();
    for line in table.rows().filter(|line| line.text(of) == row.text("list")) {
        match line.text(code).len() <= DIGITS {
            true => drop(codes.insert(line.text(code).to_owned())),
            false => reading.left(&table, "that name a part of a line", line.text(code)),
        }
    }
    if codes.is_empty() {
        let expected = format!("a list that stands in the column `{of}` of {}", row.text("file"));
        reading.faults.push(row.fault("list", &expected, "Correct the cell."));
    }
    Some(codes)
}

/// True if a list names a line or a beginning of it.
fn names(codes: &Codes, line: &str) -> bool {
    (2..=line.len()).any(|end| line.get(..end).is_some_and(|beginning| codes.contains(beginning)))
}

/// Share of the imports of each group, `[g]`, and the lines that are covered.
fn covered_shares(
    lines: &WeighedLines,
    weights: &[f64],
    (codes, family): (&Codes, &[&Codes]),
) -> HashMap<usize, (f64, u64)> {
    let mut sums: HashMap<usize, (f64, f64, u64)> = HashMap::new();
    for (line, &musd) in lines.schedule.lines.iter().zip(weights) {
        let sum = sums.entry(line.group).or_default();
        sum.0 += musd;
        if names(codes, &line.code) {
            let n_lists = family.iter().filter(|codes| names(codes, &line.code)).count();
            sum.1 += musd / n_lists as f64;
            sum.2 += 1;
        }
    }
    let share = |(all, covered, n): (f64, f64, u64)| (if all > 0.0 { covered / all } else { 0.0 }, n);
    sums.into_iter().map(|(group, sum)| (group, share(sum))).collect()
}

fn of_partner(
    row: &Row<'_>,
    partner: &str,
    lines: &WeighedLines,
    covered: HashMap<usize, (f64, u64)>,
    kept: f64,
) -> Vec<LineCoverage<'static>> {
    let mut rows = Vec::new();
    for (g, group) in lines.groups.iter().enumerate() {
        let Some(&(share, n)) = covered.get(&g).filter(|(share, _)| kept * share >= LEAST) else { continue };
        rows.push(LineCoverage {
            duty_list: row.text("duty_list").to_owned().into(),
            exporter: partner.to_owned().into(),
            product_group: group.clone().into(),
            coverage_share: decimals(Some(kept * share), 4),
            lines: n,
            source: row.text("source").to_owned().into(),
            mark: row.text("mark").to_owned().into(),
        });
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Codes, covered_shares};
    use crate::calibration::policy::lines::{LineWeights, WeighedLines};
    use crate::schedules::LineSchedule;
    use crate::schedules::lines::Line;

    fn lines(codes: [(&str, usize); 4]) -> WeighedLines {
        let line = |(code, group): (&str, usize)| Line {
            code: code.into(),
            group,
            mfn_pct: None,
            programmes: Vec::new(),
            is_estimate: false,
        };
        WeighedLines {
            schedule: LineSchedule { lines: codes.map(line).into() },
            groups: vec!["steel".into(), "toys".into()],
            weights: LineWeights::default(),
            specific: Vec::new(),
        }
    }

    fn list(codes: &[&str]) -> Codes {
        codes.iter().map(|code| (*code).to_owned()).collect::<HashSet<_>>()
    }

    #[test]
    fn a_list_covers_the_imports_of_its_lines_and_shares_those_of_its_family() {
        let lines = lines([("72011000", 0), ("72021000", 0), ("95030000", 1), ("95040000", 1)]);
        let (first, second) = (list(&["720110", "95030000"]), list(&["95030000"]));
        let weights = [30.0, 70.0, 40.0, 60.0];
        let covered = covered_shares(&lines, &weights, (&first, &[&first, &second]));
        assert_eq!(covered[&0], (0.3, 1), "a beginning of six digits counts");
        assert_eq!(covered[&1], (0.2, 1), "half of the line that two lists name");
        let nothing = covered_shares(&lines, &[0.0; 4], (&first, &[&first]));
        assert_eq!(nothing[&0].0, 0.0);
    }
}
