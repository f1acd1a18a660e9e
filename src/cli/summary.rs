//! The answer in ten lines, from the files of a finished run.

use std::fmt::Write;
use std::path::Path;

use crate::data::{Files, Table};
use crate::ensemble::RunFrame;
use crate::error::Faults;
use crate::output::events::MilestoneDates;
use crate::output::paths::ReferenceValue;
use crate::output::rows::{self, TableRow};
use crate::output::run::{Projection, Quantiles};

/// Milestone of an option's own deal.
const IN_FORCE: &str = "in_force";

/// The lines that a user sees at the end of a run.
///
/// # Errors
/// If a file cannot be read.
pub fn text(folder: &Path, frame: &RunFrame) -> anyhow::Result<String> {
    let (files, mut faults) = (Files::directory(folder), Faults::new());
    let projections = rows::open::<Projection<'_>>(&files, &mut faults);
    let reference = rows::open::<ReferenceValue<'_>>(&files, &mut faults);
    let dates = rows::open::<MilestoneDates<'_>>(&files, &mut faults);
    let found = Found {
        frame,
        projections: all(projections.as_ref(), &mut faults),
        reference: all(reference.as_ref(), &mut faults),
        dates: all(dates.as_ref(), &mut faults),
    };
    faults.into_result(())?;
    let plan = &frame.plan;
    let mut out = format!(
        "Real income of {} in {} against {}: if the option happens on its median dates, and over {} draws\n",
        plan.focus, plan.years[1], plan.reference_option, plan.draws
    );
    writeln!(
        out,
        "{:<22} {:>9} {:>9} {:>9} {:>9} {:>17} {:>11} {:>11}",
        "option", "if %", "if bn", "mean %", "mean bn", "5-95 % of draws", "in force", "median"
    )?;
    for option in plan.options.iter().filter(|id| **id != plan.reference_option) {
        out += &found.line(option);
    }
    Ok(out)
}

fn all<'t, R: TableRow<'t>>(table: Option<&'t Table>, faults: &mut Faults) -> Vec<R> {
    table.into_iter().flat_map(|table| rows::read(table, faults)).map(|(_, row)| row).collect()
}

/// The tables of the run that the answer is taken from.
struct Found<'t> {
    frame: &'t RunFrame,
    projections: Vec<Projection<'t>>,
    reference: Vec<ReferenceValue<'t>>,
    dates: Vec<MilestoneDates<'t>>,
}

impl Found<'_> {
    /// The line of an option.
    fn line(&self, option: &str) -> String {
        let [pct, money] = [0, 1].map(|measure| self.frame.against_name(measure));
        let (gain, gain_money) = (self.over_draws(option, &pct), self.over_draws(option, &money));
        let mut dates = self.dates.iter();
        let milestone = dates.find(|row| row.option == option && row.milestone == IN_FORCE);
        let median = milestone.and_then(|row| row.p50_date).map_or_else(String::new, |day| day.to_string());
        format!(
            "{option:<22} {:>9.3} {:>9.1} {:>9.3} {:>9.1} {:>8.3} {:>8.3} {:>9.0} % {median:>11}\n",
            shown(self.on_path(option, &pct), 3),
            shown(self.on_path(option, &money).map(billions), 1),
            shown(gain.and_then(|value| value.mean), 3),
            shown(gain_money.and_then(|value| value.mean).map(billions), 1),
            shown(gain.and_then(|value| value.p05), 3),
            shown(gain.and_then(|value| value.p95), 3),
            100.0 * milestone.map_or(0.0, |row| row.probability),
        )
    }

    /// The distribution of a measure of the focus country in the last year.
    fn over_draws(&self, option: &str, measure: &str) -> Option<&Quantiles> {
        let (focus, last) = (&self.frame.plan.focus, self.frame.plan.years[1]);
        let mut rows = self.projections.iter();
        let found = rows.find(|row| {
            row.option == option && row.year == last && row.iso3 == *focus && row.measure == measure
        });
        found.map(|row| &row.value)
    }

    /// The same on the reference path.
    fn on_path(&self, option: &str, measure: &str) -> Option<f64> {
        let (focus, last) = (&self.frame.plan.focus, self.frame.plan.years[1]);
        let mut rows = self.reference.iter();
        let found = rows.find(|row| {
            row.option == option && row.year == last && row.iso3 == *focus && row.measure == measure
        });
        found.and_then(|row| row.value)
    }
}

fn billions(musd: f64) -> f64 {
    musd / 1000.0
}

/// Rounds as it will be printed, so that no zero carries a minus; NaN where the run has no such row.
fn shown(value: Option<f64>, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value.unwrap_or(f64::NAN) * scale).round() / scale + 0.0
}
