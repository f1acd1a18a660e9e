//! Where the gain of the focus country comes from: parts that stand end to end, one column per option.

use super::super::axis::{decimals_for, range_with_zero, signed};
use super::super::canvas::{Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel};
use super::super::input::Parts;
use super::super::matrix::{Matrix, band_areas, band_height, bands};
use super::super::theme::{GAIN, INK, LOSS, TICK_SIZE};
use super::scene::{Chart, DrawError, Scene, best, picture};
use crate::output::rows::{self, Text, table};

const STEM: &str = "waterfall";
/// Height of a row of the table.
const ROW: f64 = 20.0;
/// Room for the number at the end of a bar.
const NUMBER: f64 = 46.0;

table! {
    /// Numbers behind the chart.
    pub struct GainPart<'a> in "charts/waterfall.csv" by (option, year, iso3, part) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// Part of the gain, as in decomposition.csv
        part: Text<'a>,
        /// Part of the change of real income
        real_income_vs_reference_pct: f64 ["pct"],
    }
}

/// Draws the chart; `None` if the run has no parts of the gains of the focus country.
pub fn draw(scene: &Scene<'_>) -> Result<Option<Chart>, DrawError> {
    let Some(parts) = scene.run.parts.as_ref().filter(|parts| !parts.is_empty()) else {
        return Ok(None);
    };
    let manifest = &scene.run.manifest;
    let title = title(scene, parts);
    let subtitle = format!(
        "Parts of the change of real income, percent, {}, reference path, {}; the same scale in every column",
        manifest.last_year(),
        scene.against()
    );
    let note = "bars stand end to end and sum to the last row; blue = gain, orange = loss. Reference path of the \
                option, central parameters; changes of costs integrated along the path on which all move together."
        .to_owned();
    let words = scene.words(title.clone(), subtitle, note);
    let names = names(parts);
    let height = band_height(bands(&manifest.compared()).len(), names.len() + 1, ROW);
    let picture =
        picture(STEM, &words, height, &|canvas, area| draw_columns(canvas, area, scene, &names, parts))?;
    Ok(Some(Chart {
        stem: STEM,
        title,
        picture,
        csv: rows::text(numbers(scene, parts)),
        reading: "Columns are options. Tariffs given are the country\u{2019}s own cuts, tariffs received those \
                  on its exports; barriers are those of the texts that a pair shares; what a text opens to \
                  everybody stands apart."
            .into(),
        limits: "The parts are effects in general equilibrium, prices and incomes of all countries included. \
                 Where costs act on each other, the part of each depends on the path; along this one all change \
                 in proportion."
            .into(),
    }))
}

/// The largest part of the option that comes first in the answer.
fn title(scene: &Scene<'_>, parts: &Parts) -> String {
    let focus = scene.run.manifest.focus_name();
    let of_best: Vec<(&str, f64)> = parts
        .iter()
        .filter(|(option, _, _)| Some(*option) == best(scene.run))
        .map(|(_, name, value)| (name.as_str(), *value))
        .collect();
    let (Some((name, value)), Some(option)) =
        (of_best.iter().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())), best(scene.run))
    else {
        return format!("{focus}: where the gain comes from");
    };
    let sum: f64 = of_best.iter().map(|(_, value)| value).sum();
    let digits = decimals_for([sum]);
    format!(
        "{focus}: of {} % under {}, {} % comes from \u{201c}{}\u{201d}",
        signed(sum, digits),
        scene.quoted(option),
        signed(*value, digits),
        label(name).to_lowercase()
    )
}

/// Names of the parts in the order of the table.
fn names(parts: &Parts) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for (_, name, _) in parts {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    names
}

/// A name as a label: its words, the first with a capital letter.
fn label(name: &str) -> String {
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn draw_columns(canvas: &mut Canvas, area: Area, scene: &Scene<'_>, names: &[&str], parts: &Parts) {
    let bands = bands(&scene.run.manifest.compared());
    for (options, area) in bands.iter().zip(band_areas(area, bands.len())) {
        draw_band(canvas, area, scene, (names, options), parts);
    }
}

fn draw_band(
    canvas: &mut Canvas,
    area: Area,
    scene: &Scene<'_>,
    (names, options): (&[&str], &[usize]),
    parts: &Parts,
) {
    let compared = scene.run.manifest.compared();
    let labels = names.iter().map(|name| (label(name), false)).chain([("Sum".to_owned(), true)]);
    let labels: Vec<(String, bool)> = labels.collect();
    let inner = area.inside([0.0, 0.0, 0.0, 22.0]);
    let matrix = Matrix::draw(canvas, inner, &labels, &scene.headings(options));
    matrix.stripes(canvas);
    let value = |option: usize, name: &str| {
        let found = parts.iter().find(|(one, part, _)| *one == option && part == name);
        found.map_or(0.0, |(_, _, value)| *value)
    };
    let running = |option: usize| {
        names.iter().scan(0.0, move |sum, name| {
            *sum += value(option, name);
            Some(*sum)
        })
    };
    let range = range_with_zero(compared.iter().flat_map(|&option| running(option)));
    let decimals = decimals_for([range.0, range.1]).max(3);
    for (column, &option) in options.iter().enumerate() {
        let panel = Panel::new(matrix.column(column).inside([4.0, 0.0, NUMBER, 0.0]), range, (0.0, 1.0));
        panel.x_axis(canvas, &panel.x_ticks(3), true);
        let mut from = 0.0;
        for row in 0..=names.len() {
            let step = names.get(row).map(|name| value(option, name));
            let (start, end) = step.map_or((0.0, from), |step| (from, from + step));
            let shown = step.unwrap_or(from);
            draw_bar(canvas, &panel, (matrix.middle(row), matrix.row_height()), (start, end));
            let text = Lettering::new(TICK_SIZE - 1.0, INK).bold(step.is_none());
            let x = panel.x.at(start.max(end)) + 4.0;
            canvas.text((x, matrix.middle(row)), &signed(shown, decimals), text);
            from += step.unwrap_or(0.0);
        }
    }
}

/// A bar from one running sum to the next.
fn draw_bar(canvas: &mut Canvas, panel: &Panel, (middle, height): (f64, f64), (start, end): (f64, f64)) {
    let (from, to) = (panel.x.at(start), panel.x.at(end));
    let (top, bottom) = (middle - 0.3 * height, middle + 0.3 * height);
    let colour = if end < start { LOSS } else { GAIN };
    if (to - from).abs() > 0.1 {
        canvas.rect((from, top), (to, bottom), colour, 1.0);
    }
    canvas.line(&[(to, top), (to, bottom)], Stroke::solid(INK, 0.8));
}

fn numbers<'r>(scene: &'r Scene<'_>, parts: &'r Parts) -> impl Iterator<Item = GainPart<'r>> {
    parts.iter().map(|(option, part, value)| GainPart {
        option: scene.option_id(*option),
        year: scene.run.manifest.last_year(),
        iso3: scene.focus(),
        part: part.as_str().into(),
        real_income_vs_reference_pct: *value,
    })
}
