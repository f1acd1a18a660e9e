//! `duties.csv` and `duty_coverage.csv`: additional duties, dated, each list with the groups that it covers.

use std::collections::HashMap;

use super::intervals::{Interval, Intervals, check};
use super::{Places, Reader};
use crate::data::{Row, Table};
use crate::policy::book::Duty;
use crate::schedules::percent;

/// Shares of the groups that each duty list covers.
pub(super) type Coverage = HashMap<String, Vec<f64>>;

impl Reader<'_> {
    pub(super) fn coverage(&mut self, places: &Places) -> Coverage {
        let n_groups = places.values().map(Vec::len).sum();
        let table = self.table("duty_coverage.csv", &["duty_list", "product_group", "coverage_share"]);
        let mut coverage = Coverage::new();
        for row in table.iter().flat_map(Table::rows) {
            if let Some(share) = self.share(&row, "coverage_share") {
                let list = coverage.entry(row.text("duty_list").to_owned());
                let list = list.or_insert_with(|| vec![0.0; n_groups]);
                self.places(&row, places).iter().for_each(|&g| list[g] = share);
            }
        }
        coverage
    }

    pub(super) fn duties(&mut self, coverage: &Coverage) -> Vec<Duty> {
        let columns =
            ["duty_list", "importer", "exporter", "exempt", "duty_pct", "valid_from", "valid_until"];
        let table = self.table("duties.csv", &columns);
        if let Some(table) = &table {
            percent::ask(table, &self.text_of("duties.csv"), "duty_pct", &mut self.faults);
        }
        let mut intervals = Intervals::new();
        let mut duties = Vec::new();
        for row in table.iter().flat_map(Table::rows) {
            let Some(duty) = self.duty(&row, coverage) else { continue };
            let what = ["duty_list", "importer", "exporter"].map(|column| row.text(column)).join(" ");
            let interval = Interval { row, from: duty.from, until: duty.until };
            intervals.entry(what).or_default().push(interval);
            duties.push(duty);
        }
        let pause = "Correct the date, or add a row with duty_pct 0 where the list was suspended.";
        check(intervals, i32::MAX, pause, &mut self.faults);
        duties
    }

    fn duty(&mut self, row: &Row<'_>, coverage: &Coverage) -> Option<Duty> {
        let importer = self.country(row, "importer");
        let exporter = match row.text("exporter") {
            "*" => Some(None),
            _ => self.country(row, "exporter").map(Some),
        };
        let exempt = row.text("exempt").split(';').filter(|code| !code.is_empty());
        let exempt = exempt.filter_map(|code| self.axes.country_idx.get(code).copied()).collect();
        let from = self.date(row, "valid_from");
        let (until, duty_pct) = (self.end(row, from), self.pct(row, "duty_pct"));
        let list = row.text("duty_list");
        let Some(coverage_share) = coverage.get(list).cloned() else {
            self.faults.push(row.fault("duty_list", "a list of duty_coverage.csv", "Add its coverage."));
            return None;
        };
        Some(Duty {
            list: list.to_owned(),
            importer: importer?,
            exporter: exporter?,
            exempt,
            duty_pct: duty_pct?,
            from: from?,
            until: until?,
            coverage_share,
        })
    }
}
