//! `duties.csv`, `duty_coverage.csv` and `line_coverage.csv`: additional duties, dated, each list with the groups that it
//! covers: alike for all exporters, or by exporter where the lines of the list are known.

use std::collections::HashMap;

use jiff::civil::Date;

use super::intervals::{Interval, Intervals, check, interval_of};
use super::rules::LINE_COVERAGE;
use super::{Places, Reader, places_of};
use crate::data::{Row, Table};
use crate::policy::duty::Duty;
use crate::schedules::percent;
use crate::sorted::SortedMap;

/// Shares of the groups that a duty list covers, `[g]`.
pub(super) struct Covered {
    /// Of exporters without shares of their own.
    pub of_all: Vec<f64>,
    /// Of exporters whose imports by line are known.
    of_exporter: SortedMap<usize, Vec<f64>>,
}

impl Covered {
    fn of(&self, exporter: usize) -> &[f64] {
        self.of_exporter.get(&exporter).unwrap_or(&self.of_all)
    }
}

/// What each duty list covers.
pub(super) type Coverage = HashMap<String, Covered>;

/// Items of a cell, separated by `;`.
fn items<'t>(row: &Row<'t>, column: &str) -> impl Iterator<Item = &'t str> {
    row.text(column).split(';').map(str::trim).filter(|item| !item.is_empty())
}

impl Reader<'_> {
    pub(super) fn coverage(&self, places: &Places) -> Coverage {
        let n_groups = places.values().map(Vec::len).sum();
        let nothing = || Covered { of_all: vec![0.0; n_groups], of_exporter: SortedMap::new() };
        let mut coverage = Coverage::new();
        for file in ["duty_coverage.csv", LINE_COVERAGE] {
            let table = self.sound(file);
            for row in table.iter().flat_map(|table| table.rows()) {
                let Some(share) = row.value("coverage_share") else { continue };
                let list = coverage.entry(row.text("duty_list").to_owned()).or_insert_with(nothing);
                let shares = match self.country(&row, "exporter") {
                    Some(exporter) => list.of_exporter.entry(exporter).or_insert_with(|| list.of_all.clone()),
                    None => &mut list.of_all,
                };
                places_of(&row, places).iter().for_each(|&g| shares[g] = share);
            }
        }
        coverage
    }

    pub(super) fn duties(&mut self, coverage: &Coverage, agreements: &HashMap<String, usize>) -> Vec<Duty> {
        let Some(table) = self.sound("duties.csv") else { return Vec::new() };
        percent::ask(&table, &self.text_of("duties.csv"), "duty_pct", &mut self.faults);
        let mut intervals = Intervals::new();
        let mut duties = Vec::new();
        for row in table.rows() {
            let Some((from, until)) = interval_of(&row, &mut self.faults) else { continue };
            let what = ["duty_list", "importer", "exporter"].map(|column| row.text(column)).join(" ");
            intervals.entry(what).or_default().push(Interval { row, from, until });
            let duty = self.duty(&row, agreements, (from, until));
            let covered = coverage.get(row.text("duty_list"));
            duties.extend(
                duty.zip(covered).into_iter().flat_map(|(duty, covered)| self.by_exporter(duty, covered)),
            );
        }
        self.check_exclusive(&table, &duties);
        let pause = "Correct the date, or add a row with duty_pct 0 where the list was suspended.";
        check(intervals, i32::MAX, pause, &mut self.faults);
        duties
    }

    /// Of two lists one gives way: not both, and none to itself.
    fn check_exclusive(&mut self, table: &Table, duties: &[Duty]) {
        let gives_way = |one: &str, other: &str| {
            duties.iter().any(|duty| duty.list == one && duty.exclusive_with.iter().any(|list| list == other))
        };
        for row in table.rows() {
            let list = row.text("duty_list");
            if items(&row, "exclusive_with").any(|other| gives_way(other, list)) {
                let expected = "a list that does not give way to this one";
                let remedy = "Name the other list in the rows of one of the two alone.";
                self.faults.push(row.fault("exclusive_with", expected, remedy));
            }
        }
    }

    /// The duty as it stands, or one for each exporter where the list covers another share of each.
    fn by_exporter(&self, duty: Duty, covered: &Covered) -> Vec<Duty> {
        let of = |exporter: usize| Duty {
            exporter: Some(exporter),
            exempt: Vec::new(),
            coverage_share: covered.of(exporter).to_vec(),
            ..duty.clone()
        };
        match duty.exporter {
            Some(exporter) => vec![of(exporter)],
            None if covered.of_exporter.is_empty() => {
                vec![Duty { coverage_share: covered.of_all.clone(), ..duty }]
            }
            None => {
                let pays = |n: &usize| *n != duty.importer && !duty.exempt.contains(n);
                (0..self.axes.n_countries()).filter(pays).map(of).collect()
            }
        }
    }

    /// The duty of a row, without what it covers.
    fn duty(
        &mut self,
        row: &Row<'_>,
        agreements: &HashMap<String, usize>,
        (from, until): (Date, Option<Date>),
    ) -> Option<Duty> {
        let exporter = self.country(row, "exporter");
        let codes = || row.text("exempt").split(';').map(str::trim);
        let exempt: Vec<usize> =
            codes().filter_map(|code| self.axes.country_idx.get(code).copied()).collect();
        if exporter.is_some() && !exempt.is_empty() {
            let expected = "empty: the row charges one exporter, so that nobody is left to exempt";
            self.faults.push(row.fault("exempt", expected, "Empty the cell, or write * as exporter."));
        }
        let importer = self.country(row, "importer")?;
        if exporter == Some(importer) {
            let expected = "another country than the importer";
            self.faults.push(row.fault("exporter", expected, "Correct one of the two."));
        }
        Some(Duty {
            list: row.text("duty_list").to_owned(),
            importer,
            exporter,
            exempt,
            duty_pct: row.value("duty_pct")?,
            from,
            until,
            is_waiting: row.text("begins") == "event",
            coverage_share: Vec::new(),
            exclusive_with: items(row, "exclusive_with").map(str::to_owned).collect(),
            floor_pct: row.value("floor_pct"),
            exempt_claimed: items(row, "exempt_claimed")
                .filter_map(|agreement| agreements.get(agreement).copied())
                .collect(),
        })
    }
}
