//! Records that `tradepath timeline --fit` knows by their header: votes, talks, spells, cases.

use crate::data::{LABEL, Row, Table, is_label};
use crate::error::{Fault, Faults, InputErrors};
use crate::events::fit_record::{Quantity, length, rate, share};
use crate::events::fit_votes::{PartyVote, fit_votes};
use crate::sorted::SortedMap;

/// Longest spell and most cases of a row.
const MOST_DAYS: f64 = 100_000.0;
const MOST_CASES: f64 = 1e6;

/// A kind of record: its columns, and what reads and fits it.
struct Record {
    columns: &'static [&'static str],
    others: &'static [&'static str],
    /// Columns that no two rows have in common.
    key: &'static str,
    fit: fn(&Table, &mut Faults) -> Vec<Quantity>,
}

const RECORDS: [Record; 4] = [
    Record {
        columns: &["measure", "chamber", "party", "yes", "no", "president_party", "kind", "leverage"],
        others: &["date", "house_majority", "source", "mark"],
        key: "measure,chamber,date,party",
        fit: votes,
    },
    Record {
        columns: &["talks", "kind", "launched", "ended", "outcome"],
        others: &["in_force", "parties", "note", "source", "mark"],
        key: "talks,launched",
        fit: talks,
    },
    Record {
        columns: &["step", "case", "days", "over"],
        others: &["note", "source", "mark"],
        key: "step,case",
        fit: spells,
    },
    Record {
        columns: &["question", "happened", "of"],
        others: &["note", "source", "mark"],
        key: "question",
        fit: cases,
    },
];

/// Quantities fitted to a record; `None` where its header is of none of them.
///
/// # Errors
/// [`InputErrors`] with every fault of the table, and where it has too few rows for any fit.
pub fn fit(file: &str, text: &str) -> Result<Option<Vec<Quantity>>, InputErrors> {
    let header: Vec<&str> =
        text.lines().next().unwrap_or("").trim_start_matches('\u{feff}').split(',').collect();
    let Some(record) = RECORDS.iter().find(|one| header.contains(&one.columns[0])) else { return Ok(None) };
    let mut faults = Faults::new();
    let table = Table::parse(file, text, record.columns, record.others, &mut faults);
    table.iter().for_each(|table| table.each_once(record.key, record.key, &mut faults));
    let found = table.as_ref().map(|table| (record.fit)(table, &mut faults)).unwrap_or_default();
    let found = faults.into_result(found)?;
    if found.is_empty() {
        return Err(InputErrors::from(Fault {
            file: file.into(),
            line: None,
            field: "rows".into(),
            found: format!("{} rows", table.map_or(0, |table| table.n_rows())),
            expected: "enough rows for a fit: eight votes in the House, or two cases that are over".into(),
            remedy: "Add rows.".into(),
        }));
    }
    Ok(Some(found))
}

fn word<'t>(row: &Row<'t>, column: &str, words: &[&str], faults: &mut Faults) -> &'t str {
    let text = row.text(column);
    if !words.contains(&text) {
        faults.push(row.fault(column, &format!("one of {}", words.join(", ")), "Correct the word."));
    }
    text
}

fn name<'t>(row: &Row<'t>, column: &str, faults: &mut Faults) -> &'t str {
    if !is_label(row.text(column)) {
        faults.push(row.fault(column, LABEL, "Correct the name."));
    }
    row.text(column)
}

fn count(row: &Row<'_>, column: &str, faults: &mut Faults) -> f64 {
    let is_count = |one: f64| (0.0..=MOST_CASES).contains(&one) && one.fract() == 0.0;
    row.number(column, "a whole number from 0 on", is_count, faults).unwrap_or(0.0)
}

fn votes(table: &Table, faults: &mut Faults) -> Vec<Quantity> {
    let mut votes = Vec::new();
    for row in table.rows() {
        let party = word(&row, "party", &["D", "R", "all"], faults);
        let vote = PartyVote {
            measure: name(&row, "measure", faults).to_owned(),
            is_house: word(&row, "chamber", &["House", "Senate"], faults) == "House",
            is_democrat: (party != "all").then_some(party == "D"),
            yes: count(&row, "yes", faults),
            no: count(&row, "no", faults),
            is_own_president: word(&row, "president_party", &["D", "R"], faults) == party,
            is_authority: word(&row, "kind", &["agreement", "authority"], faults) == "authority",
            has_leverage: word(&row, "leverage", &["yes", "no"], faults) == "yes",
        };
        if vote.yes + vote.no < 1.0 {
            faults.push(row.fault("yes", "at least one vote", "Correct the row, or delete it."));
        }
        votes.push(vote);
    }
    fit_votes(&votes)
}

/// Months since the year 0 of a cell `YEAR-MONTH`.
fn month(row: &Row<'_>, column: &str, faults: &mut Faults) -> Option<f64> {
    let found = row.text(column).split_once('-').and_then(|(year, month)| {
        let (year, month): (u32, u32) = (year.parse().ok()?, month.parse().ok()?);
        ((1900..=2200).contains(&year) && (1..=12).contains(&month)).then(|| f64::from(12 * year + month))
    });
    if found.is_none() {
        faults.push(row.fault(column, "a month such as 2015-10", "Correct the cell."));
    }
    found
}

/// Shares concluded and, of these, ratified; rates a year of conclusion and breakdown; length of those concluded.
fn talks(table: &Table, faults: &mut Faults) -> Vec<Quantity> {
    const DAYS_OF_MONTH: f64 = 365.25 / 12.0;
    #[derive(Default)]
    struct Kind {
        concluded: Vec<f64>,
        broken: Vec<f64>,
        n_in_force: u64,
    }
    let mut kinds: SortedMap<&str, Kind> = SortedMap::new();
    for row in table.rows() {
        name(&row, "talks", faults);
        let kind = kinds.entry(name(&row, "kind", faults)).or_default();
        let outcome = word(&row, "outcome", &["in force", "not ratified", "broken off", "open"], faults);
        let (began, ended) = (month(&row, "launched", faults), month(&row, "ended", faults));
        let (Some(began), Some(ended)) = (began, ended) else { continue };
        if ended <= began {
            faults.push(row.fault("ended", "a month after `launched`", "Correct one of the two."));
            continue;
        }
        match outcome {
            "broken off" => kind.broken.push(ended - began),
            "open" => {}
            _ => {
                kind.concluded.push(ended - began);
                kind.n_in_force += u64::from(outcome == "in force");
            }
        }
    }
    let mut found = Vec::new();
    for (name, kind) in kinds {
        let (n, n_all) = (kind.concluded.len() as u64, (kind.concluded.len() + kind.broken.len()) as u64);
        if n_all < 2 {
            continue;
        }
        found.extend(share(&format!("{name}_concludes"), n, n_all));
        found.extend(share(&format!("{name}_ratified"), kind.n_in_force, n));
        let spells = |over: bool| -> Vec<(f64, bool)> {
            let of =
                |list: &[f64], is_over| list.iter().map(|months| (months * DAYS_OF_MONTH, is_over)).collect();
            let (mut all, broken): (Vec<_>, Vec<_>) = (of(&kind.concluded, over), of(&kind.broken, !over));
            all.extend(broken);
            all
        };
        found.extend(rate(&format!("{name}_conclusion"), &spells(true)));
        found.extend(rate(&format!("{name}_breakdown"), &spells(false)));
        found.extend(length(&format!("{name}_months"), &kind.concluded));
    }
    found
}

fn spells(table: &Table, faults: &mut Faults) -> Vec<Quantity> {
    let mut steps: SortedMap<&str, Vec<(f64, bool)>> = SortedMap::new();
    for row in table.rows() {
        name(&row, "case", faults);
        let step = name(&row, "step", faults);
        let expected = format!("days from 1 to {MOST_DAYS}");
        let days = row.number("days", &expected, |days| (1.0..=MOST_DAYS).contains(&days), faults);
        let is_over = word(&row, "over", &["yes", "no"], faults) == "yes";
        steps.entry(step).or_default().extend(days.map(|days| (days, is_over)));
    }
    let of_step = |(step, spells): (&str, Vec<(f64, bool)>)| {
        let over: Vec<f64> = spells.iter().filter(|(_, is_over)| *is_over).map(|(days, _)| *days).collect();
        let mut found = rate(step, &spells);
        found.extend(length(&format!("{step}_days"), &over));
        found
    };
    steps.into_iter().flat_map(of_step).collect()
}

fn cases(table: &Table, faults: &mut Faults) -> Vec<Quantity> {
    let mut found = Vec::new();
    for row in table.rows() {
        let question = name(&row, "question", faults);
        let (happened, of) = (count(&row, "happened", faults), count(&row, "of", faults));
        if of < 1.0 || happened > of {
            faults.push(row.fault("of", "cases, at least as many as happened", "Correct one of the two."));
            continue;
        }
        found.extend(share(question, happened as u64, of as u64));
    }
    found
}
