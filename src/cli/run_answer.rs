//! The answer of `tradepath run` and `tradepath reduce`: the three numbers of every option, and what to open.

use std::fmt::Write;
use std::path::Path;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::answer::cut;
use super::format::{Format, wrapped};
use super::run_resume::UNTIL_SE;
use super::until_se;
use crate::data::{Files, Table};
use crate::ensemble::summary::HEADLINE;
use crate::ensemble::{Outlook, RunFrame, Shard, YearBlock};
use crate::error::{Faults, InputErrors};
use crate::output::rows;
use crate::output::summary::{SummaryRow, summary};
use crate::projection::Outcome;
use crate::report::PAGE;
use crate::sorted::sort_by;

/// Characters of an option in the table; longer ones are shortened.
const ID_WIDTH: usize = 20;

/// Solved draws in force below which the table says how many they are.
const FEW: u64 = 10;

/// What a finished run says.
pub struct Answer<'a> {
    /// Names of the run.
    pub frame: &'a RunFrame,
    /// The headline measures of the focus country in the last year.
    pub rows: Vec<SummaryRow<'a>>,
    /// Where its files are.
    pub folder: &'a Path,
    /// How long it took, where that is known.
    pub seconds: Option<f64>,
}

/// The rows of the answer from the block of the last year.
#[must_use]
pub fn rows_of<'a>(frame: &'a RunFrame, block: &YearBlock) -> Vec<SummaryRow<'a>> {
    summary(frame, block, &HEADLINE).into_iter().filter(|row| row.iso3 == frame.plan.focus.as_str()).collect()
}

/// The rows of the answer from the `summary.csv` of a finished run; `table` holds it.
///
/// # Errors
/// [`InputErrors`] of cells that cannot be read.
fn rows_in<'t>(table: &'t Table, frame: &RunFrame) -> Result<Vec<SummaryRow<'t>>, InputErrors> {
    let names = HEADLINE.map(|measure| Outcome::MEASURES[measure].0);
    let mut faults = Faults::new();
    let all = rows::read::<SummaryRow<'_>>(table, &mut faults);
    let is_asked =
        |row: &SummaryRow<'_>| row.iso3 == frame.plan.focus.as_str() && names.contains(&&*row.measure);
    faults.into_result(all.into_iter().map(|(_, row)| row).filter(is_asked).collect())
}

/// The answer of a part of a run.
#[must_use]
pub fn part_text(folder: &Path, Shard { number, of }: Shard, format: Format) -> String {
    let folder = folder.display().to_string();
    match format {
        Format::Table => format!(
            "part {number} of {of}: {folder}\nwhen all parts are there, join them: tradepath reduce PART... --out DIR\n"
        ),
        Format::Csv => format!("part,of,folder\n{number},{of},{folder}\n"),
        Format::Json => format!("{:#}\n", json!({ "part": number, "of": of, "folder": folder })),
    }
}

/// The answer, and what came out beside an error that was asked for.
pub fn say(answer: Answer<'_>, work: &Value, format: Format, quiet: bool) {
    let reached = until_se::reached(work, &answer.rows, answer.frame.plan.draws);
    if let Some(text) = reached.filter(|_| !quiet) {
        eprintln!("{text}");
    }
    print!("{}", answer.text(format));
}

/// The answer of a run, or a part, that was finished before; `until_se` is the error that is asked for.
///
/// # Errors
/// [`InputErrors`] if its `summary.csv` cannot be read.
pub fn say_again(
    format: Format,
    (frame, part): (&RunFrame, Option<Shard>),
    (folder, until_se): (&Path, Option<f64>),
    quiet: bool,
) -> anyhow::Result<()> {
    if let Some(shard) = part {
        print!("{}", part_text(folder, shard, format));
        return Ok(());
    }
    let mut faults = Faults::new();
    let table = rows::open::<SummaryRow<'_>>(&Files::result(folder), &mut faults);
    let rows = table.as_ref().map(|table| rows_in(table, frame)).transpose()?;
    let rows = faults.into_result(rows.unwrap_or_default())?;
    let work = until_se.map_or(Value::Null, |wanted_pp| json!({ UNTIL_SE: { "wanted_pp": wanted_pp } }));
    say(Answer { frame, rows, folder, seconds: None }, &work, format, quiet);
    Ok(())
}

/// One option, in percent and in money.
struct Line<'a> {
    id: &'a str,
    outlook: &'a Outlook,
    pct: &'a SummaryRow<'a>,
    money: &'a SummaryRow<'a>,
}

impl Answer<'_> {
    /// The answer in the form asked for.
    #[must_use]
    pub fn text(self, format: Format) -> String {
        match format {
            Format::Table => self.table(),
            Format::Csv => rows::text(self.rows),
            Format::Json => format!("{:#}\n", self.json()),
        }
    }

    fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        let frame = self.frame;
        let row = |id: &str, measure: usize| {
            let name = Outcome::MEASURES[measure].0;
            self.rows.iter().find(|row| row.option == id && row.measure == name)
        };
        frame.plan.options.iter().zip(&frame.outlooks).filter_map(move |(id, outlook)| {
            let [pct, money] = HEADLINE.map(|measure| row(id, measure));
            Some(Line { id, outlook, pct: pct?, money: money? })
        })
    }

    fn table(&self) -> String {
        let plan = &self.frame.plan;
        let event_draws = self.frame.outlooks.iter().map(|outlook| outlook.event_draws).max().unwrap_or(0);
        let title = format!(
            "Real income of {} in {} against {}, percent ({} {}draws, {event_draws} of events)",
            plan.focus,
            plan.years[1],
            plan.reference_option,
            plan.draws,
            if self.frame.sample.is_plain() { "" } else { "stratified " },
        );
        let mut out = wrapped("", title.split(' '));
        let orderings = self.orderings();
        if !orderings.is_empty() {
            out += "\n";
            out += &orderings;
        }
        out += &format!(
            "\n{:<20}{:>17}{:>15}{:>12}{:>16}\n",
            "option", "if in force", "5 to 95 %", "chance %", "expected"
        );
        self.lines().for_each(|line| out += &numbers(&line));
        out += &self.few();
        out += &format!(
            "\n{:<20}{:>7}{:>9}{:>8}{:>9}{:>14}{:>13}\n",
            "option", "own", "unlocked", "if bn", "exp. bn", "median date", "path date"
        );
        self.lines().for_each(|line| out += &effects(&line));
        let _ = writeln!(out, "\nMembers at the end of {} on the reference path:", plan.years[1]);
        for line in self.lines() {
            out += &wrapped(
                &format!("{:<20} ", cut(line.id, ID_WIDTH)),
                line.outlook.members.iter().map(String::as_str),
            );
        }
        out += "\n+- is the Monte Carlo standard error; bn: billion US dollars of 2019.\n";
        let took = self.seconds.map_or_else(String::new, |seconds| format!(" ({seconds:.1} s)"));
        let _ = writeln!(out, "results: {}{took}", self.folder.display());
        let _ = writeln!(out, "open     {}", self.folder.join(PAGE).display());
        out += "tables   summary.csv (this), projections.csv, reference.csv, decomposition.csv\n";
        out
    }

    /// The options of which few draws are solved in force, whose mean and error then say little.
    fn few(&self) -> String {
        let few = |line: &Line<'_>| (1..FEW).contains(&line.pct.draws_in_force);
        let few = self.lines().filter(few);
        let few: Vec<String> = few.map(|line| format!("{} ({})", line.id, line.pct.draws_in_force)).collect();
        if few.is_empty() {
            return String::new();
        }
        let text = format!("Few draws in force, so that neither gain nor error is sure: {}.", few.join(", "));
        wrapped("", text.split(' '))
    }

    /// The options by chance and by gain, the largest first: they say more than the levels below them.
    fn orderings(&self) -> String {
        let lines: Vec<Line<'_>> = self.lines().collect();
        let by = |number: fn(&Line<'_>) -> Option<(f64, f64)>| {
            lines.iter().filter_map(|line| Some((line.id, number(line)?))).collect()
        };
        let chances = by(|line| line.pct.chance.zip(line.pct.chance_se));
        let gains = by(|line| Some((line.pct.if_in_force_mean?, line.pct.if_in_force_se.unwrap_or(0.0))));
        let told = [("likeliest first:", chances), ("if in force, most first:", gains)];
        let told = told.into_iter().filter(|(_, found): &(_, Vec<_>)| found.len() > 1);
        told.map(|(title, found)| wrapped(&format!("{title} "), ordered(found).iter().map(String::as_str)))
            .collect()
    }

    fn json(&self) -> Value {
        let plan = &self.frame.plan;
        let options: Vec<Value> = self.lines().map(|line| option_json(&line)).collect();
        json!({
            "focus": plan.focus, "year": plan.years[1], "reference_option": plan.reference_option,
            "draws": plan.draws, "options": options, "seconds": self.seconds,
            "folder": self.folder.display().to_string(),
            "page": self.folder.join(PAGE).display().to_string(),
        })
    }
}

/// Standard errors of a difference within which two numbers count as equal.
const NEAR: f64 = 2.0;

/// Options by a number with its standard error, the largest first; `=` stands between neighbours that do not differ.
fn ordered(mut found: Vec<(&str, (f64, f64))>) -> Vec<String> {
    sort_by(&mut found, |(_, (a, _)), (_, (b, _))| b.total_cmp(a));
    let word = |(at, (id, (value, se))): (usize, &(&str, (f64, f64)))| {
        let before = at.checked_sub(1).map(|before| found[before].1);
        let mark = match before {
            None => "",
            Some((more, error)) if more - value <= NEAR * error.hypot(*se) => "= ",
            Some(_) => "> ",
        };
        format!("{mark}{id}")
    };
    found.iter().enumerate().map(word).collect()
}

/// `real_income`: if in force with error and interval, chance, expected.
fn numbers(Line { id, pct, .. }: &Line<'_>) -> String {
    let id = cut(id, ID_WIDTH);
    let pct_of = |share: Option<f64>| share.map(|share| 100.0 * share);
    let error = |se: Option<f64>, decimals| {
        se.map_or_else(String::new, |se| format!("+-{}", fixed(Some(se), decimals)))
    };
    let line = format!(
        "{id:<20}{:>9} {:<7}{:>8}{:>7}{:>6} {:<5}{:>8} {:<7}",
        fixed(pct.if_in_force_mean, 3),
        error(pct.if_in_force_se, 3),
        fixed(pct.if_in_force_p05, 3),
        fixed(pct.if_in_force_p95, 3),
        fixed(pct_of(pct.chance), 1),
        error(pct_of(pct.chance_se), 1),
        fixed(Some(pct.expected_mean), 3),
        error(pct.expected_se, 3),
    );
    line.trim_end().to_owned() + "\n"
}

/// Own effect and what it unlocks in percent, money, dates.
fn effects(Line { id, outlook, pct, money }: &Line<'_>) -> String {
    let id = cut(id, ID_WIDTH);
    let day = |date: Option<Date>| date.map_or_else(|| "-".to_owned(), |day| day.to_string());
    format!(
        "{id:<20}{:>7}{:>9}{:>8}{:>9}{:>14}{:>13}\n",
        fixed(pct.own_effect, 3),
        fixed(pct.unlocked_effect, 3),
        fixed(money.if_in_force_mean.map(|mean| mean / 1000.0), 1),
        fixed(Some(money.expected_mean / 1000.0), 1),
        day(outlook.p50_date),
        day(outlook.reference_date),
    )
}

fn option_json(Line { id, outlook, pct, money }: &Line<'_>) -> Value {
    let of = |row: &SummaryRow<'_>| {
        json!({
            "if_in_force_mean": row.if_in_force_mean, "if_in_force_se": row.if_in_force_se,
            "if_in_force_p05": row.if_in_force_p05, "if_in_force_p95": row.if_in_force_p95,
            "expected_mean": row.expected_mean, "expected_se": row.expected_se,
            "own_effect": row.own_effect, "unlocked_effect": row.unlocked_effect,
        })
    };
    json!({
        "option": id, "chance": pct.chance, "chance_se": pct.chance_se,
        "event_draws": outlook.event_draws, "draws_in_force": pct.draws_in_force,
        "date_in_force_p50": outlook.p50_date.map(|day| day.to_string()),
        "date_on_reference_path": outlook.reference_date.map(|day| day.to_string()),
        "members": outlook.members, "real_income_pct": of(pct), "real_income_money_musd2019": of(money),
    })
}

/// A number with decimals, no minus on a zero; a dash where there is none.
fn fixed(value: Option<f64>, decimals: usize) -> String {
    let scale = 10_f64.powi(decimals as i32);
    value.map_or_else(
        || "-".to_owned(),
        |value| format!("{:.decimals$}", (value * scale).round() / scale + 0.0),
    )
}
