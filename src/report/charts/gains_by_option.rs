//! Gain of the focus country in the last year by option: over the draws, and if it happens.

use super::super::axis::{decimals_for, range_with_zero, signed};
use super::super::canvas::{Align, Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel};
use super::super::input::{Measure, Spread};
use super::super::marks::Marker;
use super::super::text::{line_height, wrap};
use super::super::theme::{INK, LABEL_SIZE, SOFT_INK, TICK_SIZE, tint};
use super::scene::{Chart, DrawError, Scene, picture};
use crate::output::rows::{self, Text, table};

const STEM: &str = "gains_by_option";
const LABELS: f64 = 214.0;
const NUMBERS: f64 = 168.0;

table! {
    /// Numbers behind the chart.
    pub struct OptionGain<'a> in "charts/gains_by_option.csv" by (option, year, iso3, statistic) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// mean, a quantile over the draws, or reference_path
        statistic: Text<'a>,
        /// Real income against the reference option
        real_income_vs_reference_pct: f64 ["pct"],
    }
}

/// One option.
struct Line<'r> {
    option: usize,
    spread: &'r Spread,
    reference: f64,
}

/// Draws the chart.
pub fn draw(scene: &Scene<'_>) -> Result<Chart, DrawError> {
    let manifest = &scene.run.manifest;
    let lines = lines(scene);
    let title = format!("{}: real income by option, {}", manifest.focus_name(), manifest.last_year());
    let subtitle = format!("Percent, {}", scene.against());
    let note = "dot = mean over all draws, also those in which the option never comes into force; thick bar = \
                middle half of the draws (25\u{2013}75 %); thin bar = 5\u{2013}95 %; hollow diamond = path on \
                which every stage succeeds after its median duration."
        .to_owned();
    let words = scene.words(title.clone(), subtitle, note);
    let height = (130.0 + 40.0 * lines.len() as f64).max(560.0);
    let svg = picture(STEM, &words, height, |canvas, area| draw_lines(canvas, area, scene, &lines))?;
    Ok(Chart {
        stem: STEM,
        title,
        svg,
        csv: rows::text(numbers(scene, &lines)),
        reading: "Each row is an option. The dot is what to expect before knowing whether the option comes \
                  about; the diamond is the gain if it does, on its median dates. Bars show how far the draws \
                  spread. Options are sorted by the diamond."
            .into(),
        limits: "A wide bar mixes two things, whether and when the option comes into force and how large its \
                 effect then is; the chart does not separate them. The diamond uses central parameters and has \
                 no interval."
            .into(),
    })
}

fn lines<'r>(scene: &Scene<'r>) -> Vec<Line<'r>> {
    let run = scene.run;
    let mut lines: Vec<Line<'r>> = run
        .manifest
        .compared()
        .into_iter()
        .filter_map(|option| {
            let spread = run.last_gain(option, Measure::Pct)?;
            Some(Line { option, spread, reference: run.last_reference(option, Measure::Pct)? })
        })
        .collect();
    lines.sort_by(|a, b| b.reference.total_cmp(&a.reference).then(a.option.cmp(&b.option)));
    lines
}

fn draw_lines(canvas: &mut Canvas<'_>, area: Area, scene: &Scene<'_>, lines: &[Line<'_>]) {
    let plot = area.inside([LABELS, 22.0, NUMBERS, 36.0]);
    let ends =
        lines.iter().flat_map(|line| [line.spread.p05, line.spread.p95, line.spread.mean, line.reference]);
    let panel = Panel::new(plot, range_with_zero(ends), (0.0, 1.0));
    panel.x_axis(canvas, &panel.x.ticks(6), true);
    let label = Lettering::new(TICK_SIZE, SOFT_INK).align(Align::Centre);
    canvas.text(
        ((plot.left + plot.right) / 2.0, plot.bottom + 30.0),
        "Real income, percent above the reference option",
        label,
    );
    let head = Lettering::new(TICK_SIZE, SOFT_INK).align(Align::Right);
    canvas.text((area.right - 86.0, plot.top - 10.0), "Mean, %", head);
    canvas.text((area.right, plot.top - 10.0), "If it happens, %", head);
    draw_key(canvas, (plot.left, plot.top - 10.0));
    let decimals = decimals_for(lines.iter().map(|line| line.reference));
    let step = plot.height() / lines.len().max(1) as f64;
    for (k, line) in lines.iter().enumerate() {
        let y = plot.top + (k as f64 + 0.5) * step;
        draw_line(canvas, &panel, y, line, scene);
        let title = wrap(&scene.run.manifest.options[line.option].title, LABELS - 14.0, LABEL_SIZE);
        let top = y - (title.len() as f64 - 1.0) / 2.0 * line_height(LABEL_SIZE);
        canvas.lines((plot.left - 14.0, top), &title, Lettering::new(LABEL_SIZE, INK).align(Align::Right));
        let number = Lettering::new(LABEL_SIZE, INK).align(Align::Right);
        canvas.text((area.right - 86.0, y), &signed(line.spread.mean, decimals), number);
        canvas.text((area.right, y), &signed(line.reference, decimals), number);
    }
}

/// The marks and their meaning in one line that begins at `(left, y)`.
fn draw_key(canvas: &mut Canvas<'_>, (left, y): (f64, f64)) {
    let text = |canvas: &mut Canvas<'_>, x: f64, name: &str| {
        canvas.text((x, y), name, Lettering::new(TICK_SIZE, SOFT_INK));
    };
    canvas.mark(Marker::Circle, (left + 6.0, y), 4.6, SOFT_INK, false);
    text(canvas, left + 16.0, "mean");
    canvas.mark(Marker::Diamond, (left + 66.0, y), 5.0, SOFT_INK, true);
    text(canvas, left + 78.0, "if it happens");
    canvas.rect((left + 156.0, y - 4.0), (left + 184.0, y + 4.0), tint(SOFT_INK, 0.45), 1.0);
    text(canvas, left + 190.0, "25\u{2013}75 % of draws");
    canvas.line(&[(left + 292.0, y), (left + 320.0, y)], Stroke::solid(SOFT_INK, 2.0));
    text(canvas, left + 326.0, "5\u{2013}95 % of draws");
}

fn draw_line(canvas: &mut Canvas<'_>, panel: &Panel, y: f64, line: &Line<'_>, scene: &Scene<'_>) {
    let colour = scene.styles[line.option].colour;
    let x = |value: f64| panel.x.at(value);
    let spread = line.spread;
    canvas.line(&[(x(spread.p05), y), (x(spread.p95), y)], Stroke::solid(colour, 2.0));
    for end in [spread.p05, spread.p95] {
        canvas.line(&[(x(end), y - 4.0), (x(end), y + 4.0)], Stroke::solid(colour, 2.0));
    }
    if let (Some(p25), Some(p75)) = (spread.p25, spread.p75) {
        canvas.rect((x(p25), y - 4.5), (x(p75), y + 4.5), tint(colour, 0.55), 1.0);
    }
    canvas.mark(Marker::Circle, (x(spread.mean), y), 5.2, colour, false);
    canvas.mark(Marker::Diamond, (x(line.reference), y), 5.6, colour, true);
}

fn numbers<'r>(scene: &'r Scene<'_>, lines: &'r [Line<'_>]) -> impl Iterator<Item = OptionGain<'r>> {
    lines.iter().flat_map(move |line| {
        let named = line.spread.named().chain([("reference_path", line.reference)]);
        named.map(move |(statistic, real_income_vs_reference_pct)| OptionGain {
            option: scene.option_id(line.option),
            year: scene.run.manifest.last_year(),
            iso3: scene.focus(),
            statistic: statistic.into(),
            real_income_vs_reference_pct,
        })
    })
}
