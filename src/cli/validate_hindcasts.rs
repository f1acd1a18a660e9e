//! The part of `tradepath validate` about hindcasts.

use serde_json::{Value, json};

use super::data_dir::DataDir;
use super::format;
use super::validate_answer::Answer;
use crate::data::Dataset;
use crate::output::OutputDir;
use crate::output::rows;
use crate::projection::Adjustment;
use crate::report;
use crate::report::axis::{fixed, signed};
use crate::report::charts::hindcasts::{Cloud, Dot, draw};
use crate::validation::{HINDCASTS, HindcastRow, HindcastScore, Hindcasts, hindcasts};

/// Folder of the profile of adjustment.
const YEARS: &str = "years";
/// What the answer shows of each hindcast: the model as it runs.
const SHOWN: [(&str, &str); 3] =
    [("method", "equilibrium"), ("adjustment", "adjusted"), ("outcome", "share")];
const GROUPS: [&str; 2] = ["all", "target"];

/// Every hindcast of the data folder; none where it declares none.
///
/// # Errors
/// [`crate::error::InputErrors`] of the tables; an equilibrium that is not found.
pub fn make(dir: &DataDir, data: &Dataset) -> anyhow::Result<Hindcasts> {
    let files = dir.files();
    let folder = files.folder(HINDCASTS);
    if folder.list("cases.csv").is_empty() {
        let note = format!("{}: not there, so no hindcasts", folder.display("cases.csv"));
        return Ok(Hindcasts { notes: vec![note], ..Hindcasts::default() });
    }
    hindcasts(&folder, data, &Adjustment::read(&files.folder(YEARS))?)
}

/// The scores that the answer shows, by hindcast: of all flows and of the target.
fn shown<'h>(found: &'h Hindcasts, id: &str, window: &str) -> [Option<&'h HindcastScore<'static>>; 2] {
    GROUPS.map(|group| {
        found.scores.iter().find(|row| {
            let is = [("method", &row.method), ("adjustment", &row.adjustment), ("outcome", &row.outcome)];
            row.hindcast == id
                && row.window == window
                && row.group == group
                && is.iter().all(|(column, text)| SHOWN.contains(&(*column, text.as_ref())))
        })
    })
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), |value| format::decimal(value, 2))
}

fn pct(value: Option<f64>) -> String {
    value.map_or_else(|| "-".into(), |value| format!("{}%", format::signed(value, 0)))
}

/// Writes flows, scores and the chart.
///
/// # Errors
/// A file that cannot be written.
pub fn write(found: &Hindcasts, output: &OutputDir) -> anyhow::Result<()> {
    output.write_rows(found.flows.iter().cloned().map(HindcastRow::rounded))?;
    output.write_rows(found.scores.iter().cloned())?;
    if found.titles.is_empty() {
        return Ok(());
    }
    let clouds: Vec<Cloud> = found.titles.iter().map(|(id, _)| cloud(found, id)).collect();
    Ok(report::write_picture(output, HINDCASTS, &draw(&finding(found), &clouds)?)?)
}

/// A hindcast as a cloud of flows, with its scores.
fn cloud(found: &Hindcasts, id: &str) -> Cloud {
    let rows = found.flows.iter().filter(|row| row.hindcast == id);
    let dot = |row: &HindcastRow<'_>| Dot {
        predicted: row.predicted,
        actual: row.actual,
        weight: row.weight_share,
        is_target: row.group == GROUPS[1],
    };
    let all = shown(found, id, "forecast")[0];
    let heading = format!(
        "{id}: correlation {}, error {} against no change",
        all.and_then(|row| row.correlation).map_or_else(|| "-".into(), |value| fixed(value, 2)),
        all.and_then(|row| row.gain_pct).map_or_else(|| "-".into(), |gain| format!("{} %", signed(-gain, 0)))
    );
    Cloud { heading, dots: rows.map(dot).collect() }
}

/// Smallest gain against no change that a finding counts, percent: less than that is noise.
const WORTH_PCT: f64 = 1.0;

/// In how many hindcasts the model errs less than no change.
fn finding(found: &Hindcasts) -> String {
    let gain = |id: &str| shown(found, id, "forecast")[0].and_then(|row| row.gain_pct);
    let better = found.titles.iter().filter(|(id, _)| gain(id).is_some_and(|gain| gain >= WORTH_PCT)).count();
    format!(
        "In {better} of {} known changes of trade the model errs at least {WORTH_PCT:.0} % less than \u{201c}no change\u{201d}",
        found.titles.len()
    )
}

/// The answer: one line a hindcast.
pub fn answer(found: &Hindcasts) -> Answer {
    let lines = lines(found);
    let table = lines.iter().map(|line| format!("{line}\n")).collect();
    let shown = found.titles.iter().flat_map(|(id, _)| shown(found, id, "forecast"));
    let csv = rows::text(shown.flatten().cloned());
    Answer { name: "hindcasts", head: Vec::new(), table, csv, json: Value::Array(objects(found)) }
}

/// Lines for people, at most 80 columns wide; empty without hindcasts.
fn lines(found: &Hindcasts) -> Vec<String> {
    if found.titles.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![
        format!(
            "{} hindcasts of shares, adjusted model; gain: error less than without a change",
            found.titles.len()
        ),
        format!(
            "{:<15} {:>5} {:>6} {:>6} {:>6} {:>7} {:>7} {:>8} {:>7}",
            "hindcast", "flows", "corr", "slope", "gain", "target", "gravity", "coverage", "placebo"
        ),
    ];
    for (id, _) in &found.titles {
        let [Some(all), target] = shown(found, id, "forecast") else { continue };
        let placebo = shown(found, id, "placebo")[0].and_then(|row| row.correlation);
        let gravity = all.rmse_gravity.map(|rmse| 100.0 * (1.0 - rmse / all.rmse_no_change));
        lines.push(format!(
            "{:<15} {:>5} {:>6} {:>6} {:>6} {:>7} {:>7} {:>8} {:>7}",
            id,
            all.n,
            number(all.correlation),
            number(all.slope),
            pct(all.gain_pct),
            pct(target.and_then(|row| row.gain_pct)),
            pct(gravity),
            pct(all.coverage_with_noise_pct).trim_start_matches('+'),
            number(placebo),
        ));
    }
    lines
}

/// The same as data: one object a hindcast.
fn objects(found: &Hindcasts) -> Vec<Value> {
    let object = |(id, title): &(String, String)| {
        let [all, target] = shown(found, id, "forecast");
        let placebo = shown(found, id, "placebo")[0];
        json!({
            "hindcast": id, "title": title, "n": all.map(|row| row.n),
            "correlation": all.and_then(|row| row.correlation), "slope": all.and_then(|row| row.slope),
            "rmse": all.map(|row| row.rmse), "rmse_no_change": all.map(|row| row.rmse_no_change),
            "rmse_trend": all.map(|row| row.rmse_trend), "rmse_gravity": all.and_then(|row| row.rmse_gravity),
            "gain_pct": all.and_then(|row| row.gain_pct),
            "target_gain_pct": target.and_then(|row| row.gain_pct),
            "coverage_pct": all.and_then(|row| row.coverage_pct),
            "coverage_with_noise_pct": all.and_then(|row| row.coverage_with_noise_pct),
            "placebo_correlation": placebo.and_then(|row| row.correlation),
        })
    };
    found.titles.iter().map(object).collect()
}
