//! The answer of `tradepath validate` for published studies, and its files.

use serde_json::json;

use super::format::{decimal, wrapped};
use super::validate_answer::Answer;
use crate::data::Axes;
use crate::ensemble::Plan;
use crate::numerics::quantiles::quantile;
use crate::output::OutputDir;
use crate::output::rows;
use crate::report;
use crate::report::axis::{decimals_for, signed};
use crate::report::charts::bridge::{Column, draw};
use crate::report::frame::Picture;
use crate::report::theme::styles_of;
use crate::validation::studies::{BridgeRow, StudyRow, StudyTables};

/// Measure of the headline.
const HEADLINE: (&str, &str) = ("real_income", "pct");
/// Countries of the chart: the focus and the first partners of the plan.
const IN_CHART: usize = 3;
const CHART: &str = "bridge";

/// Writes `studies.csv`, `bridge.csv`, `signs.csv` and the chart.
///
/// # Errors
/// A file that cannot be written.
pub fn write(found: &StudyTables, plan: &Plan, axes: &Axes, output: &OutputDir) -> anyhow::Result<()> {
    output.write_rows(found.studies.iter().cloned())?;
    output.write_rows(found.bridge.iter().cloned())?;
    output.write_rows(found.signs.iter().cloned())?;
    if let Some(picture) = chart(found, plan, axes)? {
        report::write_picture(output, CHART, &picture)?;
    }
    Ok(())
}

/// True for a row of the headline of a country.
fn is_headline(row: &StudyRow<'_>, country: &str) -> bool {
    (&*row.measure, &*row.unit) == HEADLINE && row.iso3 == country
}

/// The bridge of the first study that has one for every country of the chart.
fn chart(found: &StudyTables, plan: &Plan, axes: &Axes) -> anyhow::Result<Option<Picture>> {
    let bridge = &found.bridge;
    let name = |iso3: &str| {
        let country = axes.country_idx.get(iso3).map(|&at| axes.countries[at].title());
        country.unwrap_or(iso3).to_owned()
    };
    let countries: Vec<&String> = [&plan.focus].into_iter().chain(&plan.partners).take(IN_CHART).collect();
    let of = |study: &str, scenario: &str, country: &str| -> Vec<&BridgeRow<'_>> {
        let is_of = |row: &&BridgeRow<'_>| {
            (&*row.study, &*row.scenario, &*row.iso3) == (study, scenario, country)
                && (&*row.measure, &*row.unit) == HEADLINE
        };
        bridge.iter().filter(is_of).collect()
    };
    let has_all = |row: &&BridgeRow<'_>| {
        countries.iter().all(|country| !of(&row.study, &row.scenario, country).is_empty())
    };
    let Some(first) = bridge.iter().find(has_all) else { return Ok(None) };
    let styles = styles_of(&plan.options, &plan.reference_option);
    let column = |(at, country): (usize, &&String)| Column {
        title: name(country),
        style: styles[at % styles.len()],
        levels: of(&first.study, &first.scenario, country).iter().map(|row| row.level).collect(),
    };
    let columns: Vec<Column> = countries.iter().enumerate().map(column).collect();
    let labels: Vec<String> =
        of(&first.study, &first.scenario, countries[0]).iter().map(|row| row.title.to_string()).collect();
    let study = found.titles.study(&first.study);
    let title = finding(&of(&first.study, &first.scenario, countries[0]), (&name(countries[0]), study));
    let subtitle = format!(
        "Real income, percent, {}: from our number to {study}, one setting of the study after the other",
        found.titles.scenario(&first.study, &first.scenario)
    );
    Ok(Some(draw(&title, &subtitle, &labels, &columns)?))
}

/// Both ends of the bridge of a country to a study, and its longest step.
fn finding(steps: &[&BridgeRow<'_>], (country, study): (&str, &str)) -> String {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return String::new() };
    let longest = steps.windows(2).max_by(|a, b| {
        let length = |pair: &[&BridgeRow<'_>]| (pair[1].level - pair[0].level).abs();
        length(a).total_cmp(&length(b))
    });
    let decimals = decimals_for([first.level, last.level]);
    let mut text = format!(
        "{country}: {} % here, {} % in {study}",
        signed(first.level, decimals),
        signed(last.level, decimals)
    );
    if let Some([before, after]) = longest {
        let step = signed(after.level - before.level, decimals);
        text += &format!("; the longest step between them is \u{201c}{}\u{201d} ({step})", after.title);
    }
    text
}

/// The answer: how many published figures have our sign, how far we are, and the headline of the focus country.
pub fn answer(found: &StudyTables, plan: &Plan) -> Answer {
    let focus = plan.focus.as_str();
    let headline: Vec<&StudyRow<'_>> = found.studies.iter().filter(|row| is_headline(row, focus)).collect();
    let mut table = format!(
        "Real income of {focus}, percent:\n{:<22}{:<17}{:>10}{:>10}{:>11}{:>9}\n",
        "study", "scenario", "published", "ours", "as theirs", "ratio"
    );
    let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| decimal(value, 3));
    for row in &headline {
        let line = format!(
            "{:<22}{:<17}{:>10}{:>10}{:>11}{:>9}",
            short(&row.study, 21),
            short(&row.scenario, 16),
            number(Some(row.published)),
            number(row.ours_default),
            number(row.ours_matched),
            number(row.ratio)
        );
        table += &format!("{}\n", line.trim_end());
    }
    let object = |row: &&StudyRow<'_>| {
        json!({
            "study": row.study, "scenario": row.scenario, "iso3": row.iso3, "published": row.published,
            "ours_default": row.ours_default, "ours_matched": row.ours_matched, "ratio": row.ratio,
        })
    };
    let holds = found.signs.iter().filter(|sign| sign.holds_matched == Some(true)).count();
    Answer {
        name: "studies",
        head: head(found, &headline, focus),
        csv: rows::text(headline.iter().copied().cloned()),
        json: json!({
            "rows": headline.iter().map(object).collect::<Vec<_>>(),
            "signs": { "tested": found.signs.len(), "hold": holds },
        }),
        table,
    }
}

fn short(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// Three lines to read first: signs, size, and the headline of the scenario that most studies have.
fn head(found: &StudyTables, headline: &[&StudyRow<'_>], focus: &str) -> Vec<String> {
    let signed: Vec<&StudyRow<'_>> =
        found.studies.iter().filter(|row| row.ours_matched.is_some() && row.published != 0.0).collect();
    let same = |ours: fn(&StudyRow<'_>) -> Option<f64>| {
        signed.iter().filter(|row| ours(row).is_some_and(|ours| ours * row.published > 0.0)).count()
    };
    let middle = |ours: fn(&StudyRow<'_>) -> Option<f64>| {
        let mut ratios: Vec<f64> = signed.iter().filter_map(|row| Some(ours(row)? / row.published)).collect();
        ratios.sort_by(f64::total_cmp);
        if ratios.is_empty() { f64::NAN } else { quantile(&ratios, 0.5) }
    };
    let holds = found.signs.iter().filter(|sign| sign.holds_matched == Some(true)).count();
    let signs = format!(
        "Signs: of {} published results {} can be set beside ours; {} have our sign, {} with the settings of \
         their study; {holds} of {} published orders hold.",
        found.studies.len(),
        signed.len(),
        same(|row| row.ours_default),
        same(|row| row.ours_matched),
        found.signs.len()
    );
    let sizes = format!(
        "Size: ours is {:.2} of theirs in the middle by default, {:.2} with the settings of their study; what \
         remains stands in bridge.csv.",
        middle(|row| row.ours_default),
        middle(|row| row.ours_matched)
    );
    let mut lines = vec![signs, sizes];
    lines.extend(headline_line(headline, focus));
    lines.iter().map(|line| wrapped("", line.split(' ')).trim_end().to_owned()).collect()
}

/// The headline of the scenario that most studies have, as ranges.
fn headline_line(headline: &[&StudyRow<'_>], focus: &str) -> Option<String> {
    let count = |scenario: &str| headline.iter().filter(|row| row.scenario == scenario).count();
    let most = headline.iter().rev().max_by_key(|row| count(&row.scenario))?.scenario.clone();
    let range = |of: &dyn Fn(&StudyRow<'_>) -> Option<f64>| {
        let values = || headline.iter().filter(|row| row.scenario == most).filter_map(|row| of(row));
        let low = values().fold(f64::INFINITY, f64::min);
        let high = values().fold(f64::NEG_INFINITY, f64::max);
        if low.is_finite() { format!("{low:.2} to {high:.2} %") } else { "no number".to_owned() }
    };
    Some(format!(
        "Real income of {focus}, {most}: published {}; ours {} by default, {} with their settings.",
        range(&|row| Some(row.published)),
        range(&|row| row.ours_default),
        range(&|row| row.ours_matched)
    ))
}
