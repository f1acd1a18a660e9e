//! Who belongs to which agreement: the facts' list of agreements, one row a party.

use std::collections::HashMap;
use std::path::Path;

use super::{Rows, own_table};
use crate::data::{Axes, Files};
use crate::sources::read_table;

/// Rows `agreement,party,valid_from,valid_until,source,mark`, sorted.
///
/// Notes in brackets after a name (parties with dates of their own) are read as part of the same agreement.
/// Members of a group (`groups.csv`) were bound by the group's agreements until their own date.
///
/// # Errors
/// Where a table is missing or faulty.
pub fn rows(facts: &Path, own: &Files, axes: &Axes) -> anyhow::Result<Rows> {
    let names = own_table(own, "agreements.csv", &["source_name", "agreement", "valid_until"])?;
    let groups = own_table(own, "groups.csv", &["group", "member", "valid_until", "source", "mark"])?;
    let columns = ["agreement", "party", "valid_from", "valid_until", "source", "mark"];
    let extra = own_table(own, "memberships.csv", &columns)?;
    let of_name: HashMap<&str, (&str, &str)> = names
        .rows()
        .map(|row| (row.text("source_name"), (row.text("agreement"), row.text("valid_until"))))
        .collect();
    let columns = ["agreement", "members", "signed", "entered_into_force", "status_oct_2020", "confidence"];
    let facts = read_table(&facts.join("agreements.csv"), &columns, &[])?;
    let mut rows = Rows::new();
    for row in facts.rows().filter(|row| !row.text("entered_into_force").is_empty()) {
        let name = row.text("agreement");
        let known = of_name.get(name).or_else(|| of_name.get(name.split(" (").next().unwrap_or(name)));
        let Some(&(agreement, until)) = known else { continue };
        let (from, mark) = (row.text("entered_into_force"), mark(row.text("confidence")));
        let mut add = |party: &str, until: &str, source: &str| {
            if axes.country_idx.contains_key(party) && (until.is_empty() || from < until) {
                rows.push([agreement, party, from, until, source, mark].map(str::to_owned).to_vec());
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
    rows.extend(extra.rows().map(|row| columns_of(&row)));
    rows.sort();
    Ok(rows)
}

fn columns_of(row: &crate::data::Row<'_>) -> Vec<String> {
    ["agreement", "party", "valid_from", "valid_until", "source", "mark"]
        .map(|column| row.text(column).to_owned())
        .to_vec()
}

/// The weaker mark of a mixed one: a date that is recalled stays recalled.
fn mark(confidence: &str) -> &str {
    confidence.rsplit('+').next().unwrap_or(confidence)
}
