//! `agreements.csv` and `memberships.csv`: what an agreement is, and who belongs to it from when to when.

use std::collections::HashMap;
use std::sync::Arc;

use super::Reader;
use super::intervals::{Interval, Intervals, check, interval_of};
use crate::data::{Files, Row};
use crate::policy::agreements::{Agreement, LateJoiner, PairEntry, Reach};
use crate::policy::state::{Membership, PolicyTimeline};

/// Shorter absences of a party are reported: they are more often a misread date than a second membership.
const LONGEST_ABSENCE_READ_AS_GAP_DAYS: i32 = 366;

/// The memberships known at the start, with the line of each.
pub(super) struct Memberships {
    pub timeline: PolicyTimeline,
    pub lines: Vec<u64>,
}

impl Reader<'_> {
    /// The agreements; `schedules` is the folder that their schedules lie in.
    pub(super) fn agreements(
        &mut self,
        depths: &HashMap<String, usize>,
        schedules: &Files,
    ) -> Vec<Agreement> {
        let Some(table) = self.sound("agreements.csv") else { return Vec::new() };
        let ids = table.rows().enumerate().map(|(at, row)| (row.text("agreement").to_owned(), at)).collect();
        for column in ["addendum_to", "supersedes"] {
            for row in table.rows().filter(|row| row.text(column) == row.text("agreement")) {
                self.faults.push(row.fault(column, "another agreement", "Empty the cell."));
            }
        }
        for row in table.rows().filter(|row| !row.text("schedule").is_empty()) {
            if schedules.folder(row.text("schedule")).list(".csv").is_empty() {
                let expected = format!("empty, or a folder with default.csv in {}", schedules.display(""));
                let remedy = "Correct the name, add the schedule, or leave the cell empty.";
                self.faults.push(row.fault("schedule", &expected, remedy));
                self.unsound.insert("agreements.csv");
            }
        }
        let agreements: Vec<Agreement> = table.rows().map(|row| self.agreement(&row, depths, &ids)).collect();
        for (at, row) in table.rows().enumerate() {
            let chain =
                std::iter::successors(agreements[at].supersedes, |&older| agreements[older].supersedes);
            if chain.take(agreements.len() + 1).any(|older| older == at) {
                let expected = "an older agreement, none of whose own is replaced by this one";
                self.faults.push(row.fault("supersedes", expected, "Empty one of the cells of the circle."));
                self.unsound.insert("agreements.csv");
            }
        }
        agreements
    }

    fn agreement(
        &self,
        row: &Row<'_>,
        depths: &HashMap<String, usize>,
        ids: &HashMap<String, usize>,
    ) -> Agreement {
        let is_open = row.text("reach") == "mfn";
        let late_joiner = match row.text("late_joiner") {
            "catch_up" => LateJoiner::CatchUp,
            _ => LateJoiner::StepOne,
        };
        Agreement {
            id: row.text("agreement").to_owned(),
            title: row.text("title").to_owned(),
            hub: self.country(row, "hub"),
            schedule: Some(row.text("schedule").to_owned()).filter(|text| !text.is_empty()),
            late_joiner,
            is_automatic: row.text("claim") == "automatic" || is_open,
            // A class is missing only where `depth.csv` has a fault of its own.
            depth: row.position("depth_class", depths).unwrap_or(0),
            reach: if is_open { Reach::Everybody } else { Reach::Members },
            addendum_to: row.position("addendum_to", ids),
            supersedes: row.position("supersedes", ids),
            pair_entries: self.pair_entries(row.text("agreement")),
        }
    }

    /// Rows of `pair_entry.csv` of an agreement.
    fn pair_entries(&self, agreement: &str) -> Vec<PairEntry> {
        let table = self.sound("pair_entry.csv");
        let rows = table.iter().flat_map(|table| table.rows());
        let entry = |row: Row<'_>| {
            let parties = [self.country(&row, "party")?, self.country(&row, "partner")?];
            Some(PairEntry { parties, from: row.day("valid_from") })
        };
        rows.filter(|row| row.text("agreement") == agreement).filter_map(entry).collect()
    }

    pub(super) fn memberships(&mut self) -> Memberships {
        let table = self.sound("tables/memberships.csv");
        let (mut timeline, mut lines) = (PolicyTimeline::default(), Vec::new());
        let mut intervals = Intervals::new();
        for row in table.iter().flat_map(|table| table.rows()) {
            if let Some((from, until)) = interval_of(&row, &mut self.faults) {
                let (agreement, party) = (row.text("agreement").to_owned(), row.text("party").to_owned());
                let what = format!("{party} in {agreement}");
                intervals.entry(what).or_default().push(Interval { row, from, until });
                timeline.memberships.push(Arc::new(Membership { agreement, party, from, until }));
                lines.push(row.line);
            }
        }
        let pause = "Correct the date: valid_until is the first day no longer in force.";
        check(intervals, LONGEST_ABSENCE_READ_AS_GAP_DAYS, pause, &mut self.faults);
        Memberships { timeline, lines }
    }
}
