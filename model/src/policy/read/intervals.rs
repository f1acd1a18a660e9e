//! Intervals of validity: those of one duty list or one membership must follow each other without overlap or gap.

use jiff::civil::Date;

use crate::data::Row;
use crate::error::Faults;
use crate::sorted::{SortedMap, sort_by_key};

/// A dated row; `until` is the first day no longer in force.
pub(super) struct Interval<'t> {
    /// Where it stands.
    pub row: Row<'t>,
    /// First day.
    pub from: Date,
    /// First day no longer in force; `None` = no end in sight.
    pub until: Option<Date>,
}

/// Intervals by owner, such as `list importer exporter`.
pub(super) type Intervals<'t> = SortedMap<String, Vec<Interval<'t>>>;

/// First day and first day no longer in force of a row. Returns `None` and adds a fault if the second is not later.
pub(super) fn interval_of(row: &Row<'_>, faults: &mut Faults) -> Option<(Date, Option<Date>)> {
    let (from, until) = (row.day("valid_from")?, row.day("valid_until"));
    if until.is_some_and(|until| until <= from) {
        faults.push(row.fault("valid_until", "a day after valid_from", "Correct the dates."));
        return None;
    }
    Some((from, until))
}

/// Adds a fault for each overlap, and for each gap up to `longest_gap_days`.
///
/// `pause` is the remedy: how to write a gap that is intended.
pub(super) fn check(intervals: Intervals<'_>, longest_gap_days: i32, pause: &str, faults: &mut Faults) {
    for (what, mut list) in intervals {
        sort_by_key(&mut list, |interval| interval.from);
        for pair in list.windows(2) {
            let (before, after) = (&pair[0], &pair[1]);
            let line = before.row.line;
            match before.until {
                Some(until) if until == after.from => {}
                Some(until) if until < after.from => {
                    let days = until.until(after.from).map_or(i32::MAX, |span| span.get_days());
                    if days <= longest_gap_days {
                        let expected = format!(
                            "{until}, the first day on which line {line} ({what}) is no longer in force: {days} day(s) are without a row"
                        );
                        after_fault(after, &expected, pause, faults);
                    }
                }
                Some(until) => {
                    let expected = format!("{until} or later: until then line {line} holds for {what}");
                    after_fault(
                        after,
                        &expected,
                        "Correct one of the dates; two rows may not hold at once.",
                        faults,
                    );
                }
                None => {
                    let expected = format!("no other row for {what}: line {line} has no end");
                    let remedy =
                        format!("Write {} as valid_until of line {line}, or delete one row.", after.from);
                    after_fault(after, &expected, &remedy, faults);
                }
            }
        }
    }
}

fn after_fault(interval: &Interval<'_>, expected: &str, remedy: &str, faults: &mut Faults) {
    faults.push(interval.row.fault("valid_from", expected, remedy));
}
