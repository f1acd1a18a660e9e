//! Who belongs to which agreement: the facts' list of agreements, one row a party.

use std::collections::HashMap;
use std::path::Path;

use jiff::civil::Date;

use super::rows::MembershipRow;
use crate::calibration::Reading;
use crate::data::{Axes, Files, Row};
use crate::sorted::sort_by;

/// Columns of `memberships.csv`.
pub const COLUMNS: [&str; 6] = ["agreement", "party", "valid_from", "valid_until", "source", "mark"];

/// Rows `agreement,party,valid_from,valid_until,source,mark`, sorted.
///
/// Notes in brackets after a name (parties with dates of their own) are read as part of the same agreement.
/// Members of a group (`groups.csv`) were bound by the group's agreements until their own date.
pub fn rows(
    facts: &Path,
    own: &Files,
    axes: &Axes,
    reading: &mut Reading,
) -> Option<Vec<MembershipRow<'static>>> {
    let names = reading.own(own, "agreements.csv", &["source_name", "agreement", "valid_until"]);
    let groups = reading.own(own, "groups.csv", &["group", "member", "valid_until", "source", "mark"]);
    let extra = reading.own(own, "memberships.csv", &COLUMNS);
    let columns = ["agreement", "members", "entered_into_force", "confidence"];
    let facts = reading.table(&facts.join("agreements.csv"), &columns)?;
    let (names, groups, extra) = (names?, groups?, extra?);
    let of_name: HashMap<&str, (&str, &str)> = names
        .rows()
        .map(|row| (row.text("source_name"), (row.text("agreement"), row.text("valid_until"))))
        .collect();
    reading.each_once(&facts, &["agreement"]);
    let mut rows = Vec::new();
    let mut n_used = 0;
    for row in facts.rows() {
        let name = row.text("agreement");
        if row.text("entered_into_force").is_empty() {
            reading.left(&facts, "not in force", name);
            continue;
        }
        let known = of_name.get(name).or_else(|| of_name.get(name.split(" (").next().unwrap_or(name)));
        let Some(&(agreement, until)) = known else {
            reading.left(&facts, "of agreements that data/sources/policy/agreements.csv does not name", name);
            continue;
        };
        n_used += 1;
        check(&row, reading);
        let (from, mark) = (row.text("entered_into_force"), mark(row.text("confidence")));
        let mut add = |party: &str, until: &str, source: &str| {
            if !axes.country_idx.contains_key(party) {
                reading.left(&facts, "of parties that are no economy of the set", party);
            } else if until.is_empty() || from < until {
                rows.push(membership([agreement, party, from, until, source, mark]));
            }
        };
        for party in row.text("members").split(';') {
            add(party, until, "list of agreements, public registers");
            let bound = groups.rows().filter(|group| group.text("group") == party);
            let members: Vec<&str> = row.text("members").split(';').collect();
            for group in bound.filter(|group| !members.contains(&group.text("member"))) {
                add(group.text("member"), group.text("valid_until"), group.text("source"));
            }
        }
    }
    reading.used(&facts, n_used);
    rows.extend(extra.rows().map(|row| membership(COLUMNS.map(|column| row.text(column)))));
    sort_by(&mut rows, |a, b| cells(a).cmp(&cells(b)));
    Some(rows)
}

/// A day as ISO 8601 writes it, and parties by codes of two or three letters.
fn check(row: &Row<'_>, reading: &mut Reading) {
    let day = row.text("entered_into_force");
    if day.len() != "2020-01-31".len() || day.parse::<Date>().is_err() {
        let fault =
            row.fault("entered_into_force", "a day such as 2020-01-31, or empty", "Correct the cell.");
        reading.faults.push(fault);
    }
    let is_code =
        |party: &str| (2..=3).contains(&party.len()) && party.bytes().all(|byte| byte.is_ascii_uppercase());
    if !row.text("members").split(';').all(is_code) {
        let expected = "codes of countries with ; between them";
        reading.faults.push(row.fault("members", expected, "Correct the cell."));
    }
}

fn membership(cells: [&str; 6]) -> MembershipRow<'static> {
    let [agreement, party, valid_from, valid_until, source, mark] = cells.map(|cell| cell.to_owned().into());
    MembershipRow { agreement, party, valid_from, valid_until, source, mark }
}

fn cells<'a>(row: &'a MembershipRow<'_>) -> [&'a str; 6] {
    [&row.agreement, &row.party, &row.valid_from, &row.valid_until, &row.source, &row.mark]
}

/// The weaker mark of a mixed one: a date that is recalled stays recalled.
fn mark(confidence: &str) -> &str {
    confidence.rsplit('+').next().unwrap_or(confidence)
}
