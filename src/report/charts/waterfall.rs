//! Where the gain of the focus country comes from: parts that stand end to end, one column per option.

use super::super::axis::{decimals_for, range_with_zero, signed};
use super::super::canvas::{Align, Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel};
use super::super::input::Parts;
use super::super::matrix::Matrix;
use super::super::theme::{GAIN, INK, LOSS, SOFT_INK, TICK_SIZE};
use super::scene::{Chart, DrawError, Scene, picture};
use crate::output::rows::{self, Text, table};

const STEM: &str = "waterfall";
/// Height of a row of the table and of everything around it.
const ROW: f64 = 26.0;
const AROUND: f64 = 228.0;

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
    let title = format!("{}: where the gain comes from, {}", manifest.focus_name(), manifest.last_year());
    let subtitle =
        format!("Real income, percent, if it happens, {}; the same scale in every column", scene.against());
    let note = "bars stand end to end and sum to the last row; blue = gain, orange = loss. Reference path of the \
                option, central parameters; changes of costs integrated along the path on which all move together."
        .to_owned();
    let words = scene.words(title.clone(), subtitle, note);
    let names = names(parts);
    let height = AROUND + ROW * (names.len() + 1) as f64;
    let svg = picture(STEM, &words, height, |canvas, area| draw_columns(canvas, area, scene, &names, parts))?;
    Ok(Some(Chart {
        stem: STEM,
        title,
        svg,
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

fn draw_columns(canvas: &mut Canvas<'_>, area: Area, scene: &Scene<'_>, names: &[&str], parts: &Parts) {
    let options = scene.run.manifest.compared();
    let labels = names.iter().map(|name| (label(name), false)).chain([("Sum".to_owned(), true)]);
    let labels: Vec<(String, bool)> = labels.collect();
    let inner = area.inside([0.0, 0.0, 0.0, 32.0]);
    let matrix = Matrix::draw(canvas, inner, &labels, &scene.headings(&options));
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
    let range = range_with_zero(options.iter().flat_map(|&option| running(option)));
    let decimals = decimals_for([range.0, range.1]).max(3);
    for (column, &option) in options.iter().enumerate() {
        let panel = Panel::new(matrix.column(column).inside([4.0, 0.0, 4.0, 0.0]), range, (0.0, 1.0));
        panel.x_axis(canvas, &panel.x_ticks(3), true);
        let mut from = 0.0;
        for row in 0..=names.len() {
            let step = names.get(row).map(|name| value(option, name));
            let (start, end) = step.map_or((0.0, from), |step| (from, from + step));
            let shown = step.unwrap_or(from);
            draw_bar(canvas, &panel, (matrix.middle(row), matrix.row_height()), (start, end));
            let y = matrix.middle(row) + matrix.row_height() * 0.34;
            let text = Lettering::new(TICK_SIZE - 1.0, INK).align(Align::Centre);
            let middle = (panel.area.left + panel.area.right) / 2.0;
            canvas.text((middle, y), &signed(shown, decimals), text.bold(step.is_none()));
            from += step.unwrap_or(0.0);
        }
    }
    let text = Lettering::new(TICK_SIZE, SOFT_INK).align(Align::Centre);
    let middle = (matrix.area.left + matrix.area.right) / 2.0;
    canvas.text((middle, matrix.area.bottom + 28.0), "Real income, percent above the reference option", text);
}

/// A bar from one running sum to the next.
fn draw_bar(canvas: &mut Canvas<'_>, panel: &Panel, (middle, height): (f64, f64), (start, end): (f64, f64)) {
    let (from, to) = (panel.x.at(start), panel.x.at(end));
    let (top, bottom) = (middle - 0.36 * height, middle + 0.06 * height);
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
