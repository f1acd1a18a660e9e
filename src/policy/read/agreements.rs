//! `agreements.csv` and `memberships.csv`: what an agreement is, and who belongs to it from when to when.

use std::collections::{HashMap, HashSet};

use super::Reader;
use super::intervals::{Interval, Intervals, check};
use crate::data::{Row, Table};
use crate::policy::book::{Agreement, LateJoiner, Reach};
use crate::policy::state::{Membership, PolicyTimeline};

/// A party that is away for less than this has a misread date more often than a second membership.
const LONGEST_ABSENCE_READ_AS_GAP_DAYS: i32 = 366;

/// Columns of `agreements.csv` that may be left out.
const OPTIONAL: [&str; 2] = ["reach", "addendum_to"];

impl Reader<'_> {
    pub(super) fn agreements(&mut self, depths: &HashMap<String, usize>) -> Vec<Agreement> {
        let columns = ["agreement", "title", "hub", "schedule", "late_joiner", "claim", "depth_class"];
        let table = self.table_with("agreements.csv", &columns, &OPTIONAL);
        let rows: Vec<Row<'_>> = table.iter().flat_map(Table::rows).collect();
        let ids: HashMap<String, usize> =
            rows.iter().enumerate().map(|(at, row)| (row.text("agreement").to_owned(), at)).collect();
        let mut seen = HashSet::new();
        let mut agreements = Vec::new();
        for row in &rows {
            if !seen.insert(row.text("agreement")) {
                self.faults.push(row.fault("agreement", "each agreement once", "Delete one row."));
            }
            agreements.push(self.agreement(row, depths, &ids));
        }
        agreements
    }

    fn agreement(
        &mut self,
        row: &Row<'_>,
        depths: &HashMap<String, usize>,
        ids: &HashMap<String, usize>,
    ) -> Agreement {
        let text = |column: &str| Some(row.text(column).to_owned()).filter(|text| !text.is_empty());
        let hub = text("hub").and_then(|_| self.country(row, "hub"));
        let is_catch_up = self.word(row, "late_joiner", "step_one", "catch_up");
        let is_automatic = self.word(row, "claim", "claimed", "automatic");
        let is_open = text("reach").is_some() && self.word(row, "reach", "members", "mfn");
        let addendum_to = text("addendum_to")
            .and_then(|_| row.index("addendum_to", ids, "row of agreements.csv", &mut self.faults));
        let depth = row.index("depth_class", depths, "class of depth.csv", &mut self.faults);
        Agreement {
            id: row.text("agreement").to_owned(),
            title: row.text("title").to_owned(),
            hub,
            schedule: text("schedule"),
            late_joiner: if is_catch_up { LateJoiner::CatchUp } else { LateJoiner::StepOne },
            is_automatic: is_automatic || is_open,
            depth: depth.unwrap_or(0),
            reach: if is_open { Reach::Everybody } else { Reach::Members },
            addendum_to,
        }
    }

    /// True where the cell says `yes`, false where it says `no`, a fault elsewhere.
    fn word(&mut self, row: &Row<'_>, column: &str, no: &str, yes: &str) -> bool {
        let found = row.text(column);
        if found != no && found != yes {
            self.faults.push(row.fault(column, &format!("{no} or {yes}"), "Correct the word."));
        }
        found == yes
    }

    /// The memberships, with the line of each.
    pub(super) fn memberships(&mut self, agreements: &HashMap<String, usize>) -> (PolicyTimeline, Vec<u64>) {
        let table =
            self.table("tables/memberships.csv", &["agreement", "party", "valid_from", "valid_until"]);
        let (mut timeline, mut lines) = (PolicyTimeline::default(), Vec::new());
        let mut intervals = Intervals::new();
        for row in table.iter().flat_map(Table::rows) {
            row.index("agreement", agreements, "row of agreements.csv", &mut self.faults);
            self.country(&row, "party");
            let from = self.date(&row, "valid_from");
            if let (Some(from), Some(until)) = (from, self.end(&row, from)) {
                let (agreement, party) = (row.text("agreement").to_owned(), row.text("party").to_owned());
                let what = format!("{party} in {agreement}");
                intervals.entry(what).or_default().push(Interval { row, from, until });
                timeline.memberships.push(Membership { agreement, party, from, until });
                lines.push(row.line);
            }
        }
        let pause = "Correct the date: valid_until is the first day no longer in force.";
        check(intervals, LONGEST_ABSENCE_READ_AS_GAP_DAYS, pause, &mut self.faults);
        (timeline, lines)
    }
}
