//! Gain of the focus country in the last year by option: if it is in force, what of that is its own, and expected.

use super::super::answer::percent;
use super::super::axis::{decimals_for, range_with_zero, signed};
use super::super::canvas::{Align, Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel};
use super::super::input::{Measure, Numbers};
use super::super::marks::Marker;
use super::super::text::{line_height, text_width, wrap};
use super::super::theme::{INK, LABEL_SIZE, SOFT_INK, TICK_SIZE};
use super::scene::{Chart, DrawError, Scene, picture};
use crate::output::rows::{self, Text, table};
use crate::sorted::sort_by;

const STEM: &str = "gains_by_option";
const LABELS: f64 = 196.0;
const NUMBERS: f64 = 190.0;

table! {
    /// Numbers behind the chart.
    pub struct OptionGain<'a> in "charts/gains_by_option.csv" by (option, year, iso3, statistic) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// if_in_force_mean, if_in_force_p05, if_in_force_p95, own_effect, expected_mean or reference_path
        statistic: Text<'a>,
        /// Real income against the reference option
        real_income_vs_reference_pct: f64 ["pct"],
    }
}

/// One option.
struct Line<'r> {
    option: usize,
    numbers: &'r Numbers,
    reference: f64,
}

impl Line<'_> {
    /// Gain if in force; on the reference path where no draw has it in force.
    fn most(&self) -> f64 {
        self.numbers.if_in_force.map_or(self.reference, |[mean, ..]| mean)
    }

    fn named(&self) -> Vec<(&'static str, f64)> {
        let names = ["if_in_force_mean", "if_in_force_p05", "if_in_force_p95"];
        let mut all: Vec<(&'static str, f64)> =
            self.numbers.if_in_force.iter().flat_map(|found| names.into_iter().zip(*found)).collect();
        all.extend(self.numbers.effects.map(|[own, _]| ("own_effect", own)));
        all.extend([("expected_mean", self.numbers.expected), ("reference_path", self.reference)]);
        all
    }
}

/// Draws the chart.
pub fn draw(scene: &Scene<'_>) -> Result<Chart, DrawError> {
    let manifest = &scene.run.manifest;
    let lines = lines(scene);
    let title = title(scene, &lines);
    let subtitle = format!(
        "{}: real income, percent, end of {}, {}",
        manifest.focus_name(),
        manifest.last_year(),
        scene.against()
    );
    let note = format!(
        "dot and bar = mean and nine tenths of the solved draws in which the option is in force at the end of \
         {}; ring = its own effect in them, with the rest of the world as under the reference option; triangle = \
         expected, with the chance from {} draws of events; hollow diamond = reference path.",
        manifest.last_year(),
        manifest.event_draws
    );
    let words = scene.words(title.clone(), subtitle, note);
    let height = 190.0 + 42.0 * lines.len() as f64;
    let picture = picture(STEM, &words, height, &|canvas, area| draw_lines(canvas, area, scene, &lines))?;
    Ok(Chart {
        stem: STEM,
        title,
        picture,
        csv: rows::text(numbers(scene, &lines)),
        reading: "Each row is an option. The dot is the gain if it is in force, the triangle what to expect \
                  before knowing whether it comes about. Where dot and ring stand apart, the distance is what \
                  the option moves others to do. Options are sorted by the dot; those that no draw has in force come last."
            .into(),
        limits: "The bar holds what the model draws: elasticities, depth, use of preferences, dates. It does not \
                 hold what the model leaves out. An option that is hardly ever in force has a dot from few draws."
            .into(),
    })
}

/// What gives most if in force, and what is likeliest.
fn title(scene: &Scene<'_>, lines: &[Line<'_>]) -> String {
    let in_force = lines.iter().filter(|line| line.numbers.if_in_force.is_some());
    let Some(best) = in_force.max_by(|a, b| a.most().total_cmp(&b.most())).or(lines.first()) else {
        return "No option is compared".into();
    };
    let digits = decimals_for([best.most()]);
    let chance = |line: &Line<'_>| line.numbers.chance.map_or(-1.0, |(share, _)| share);
    let likeliest = lines.iter().max_by(|a, b| chance(a).total_cmp(&chance(b))).unwrap_or(best);
    let told = |line: &Line<'_>| {
        let chance =
            line.numbers.chance.map_or_else(String::new, |(share, _)| format!(", chance {}", percent(share)));
        format!("{}: {} %{chance}", scene.quoted(line.option), signed(line.most(), digits))
    };
    if likeliest.option == best.option {
        return format!("Largest gain in force, and likeliest, {}", told(best));
    }
    format!("Largest gain in force, {}; likeliest, {}", told(best), told(likeliest))
}

fn lines<'r>(scene: &Scene<'r>) -> Vec<Line<'r>> {
    let run = scene.run;
    let of = |option| {
        let numbers = run.focus_numbers(option, Measure::Pct)?;
        Some(Line { option, numbers, reference: run.last_reference(option, Measure::Pct)? })
    };
    let mut lines: Vec<Line<'r>> = run.manifest.compared().into_iter().filter_map(of).collect();
    let is_never = |line: &Line<'_>| line.numbers.if_in_force.is_none();
    sort_by(&mut lines, |a, b| {
        let by_size = b.most().total_cmp(&a.most());
        is_never(a).cmp(&is_never(b)).then(by_size).then(a.option.cmp(&b.option))
    });
    lines
}

fn draw_lines(canvas: &mut Canvas, area: Area, scene: &Scene<'_>, lines: &[Line<'_>]) {
    let plot = area.inside([LABELS, 48.0, NUMBERS, 20.0]);
    let ends = lines.iter().flat_map(|line| line.named().into_iter().map(|(_, value)| value));
    let panel = Panel::new(plot, range_with_zero(ends), (0.0, 1.0));
    panel.x_axis(canvas, &panel.x.ticks(6), true);
    let head = Lettering::new(TICK_SIZE, SOFT_INK).align(Align::Right);
    for (left, text) in [(124.0, "In force"), (64.0, "Chance"), (0.0, "Expected")] {
        canvas.text((area.right - left, plot.top - 10.0), text, head);
    }
    draw_key(canvas, (area.left, area.top + 8.0));
    let decimals = decimals_for(lines.iter().map(Line::most));
    let step = plot.height() / lines.len().max(1) as f64;
    for (k, line) in lines.iter().enumerate() {
        let y = plot.top + (k as f64 + 0.5) * step;
        draw_line(canvas, &panel, y, line, scene);
        let title = wrap(&scene.run.manifest.options[line.option].title, LABELS - 14.0, LABEL_SIZE);
        let top = y - (title.len() as f64 - 1.0) / 2.0 * line_height(LABEL_SIZE);
        canvas.lines((plot.left - 14.0, top), &title, Lettering::new(LABEL_SIZE, INK).align(Align::Right));
        let number = Lettering::new(LABEL_SIZE, INK).align(Align::Right);
        let chance = line.numbers.chance.map_or_else(String::new, |(share, _)| percent(share));
        let in_force = line
            .numbers
            .if_in_force
            .map_or_else(|| "\u{2013}".to_owned(), |[mean, ..]| signed(mean, decimals));
        canvas.text((area.right - 124.0, y), &in_force, number);
        canvas.text((area.right - 64.0, y), &chance, number);
        canvas.text((area.right, y), &signed(line.numbers.expected, decimals), number);
    }
}

/// The marks and their meaning in one line that begins at `(left, y)`.
fn draw_key(canvas: &mut Canvas, (left, y): (f64, f64)) {
    let marks = [
        (Marker::Circle, false, "mean in force"),
        (Marker::Circle, true, "own effect"),
        (Marker::Triangle, false, "expected"),
        (Marker::Diamond, true, "reference path"),
    ];
    let mut x = left;
    for (marker, is_hollow, name) in marks {
        canvas.mark(marker, (x + 6.0, y), 4.6, SOFT_INK, is_hollow);
        canvas.text((x + 16.0, y), name, Lettering::new(TICK_SIZE, SOFT_INK));
        x += 16.0 + text_width(name, TICK_SIZE) + 18.0;
    }
    canvas.line(&[(x, y), (x + 28.0, y)], Stroke::solid(SOFT_INK, 2.0));
    canvas.text((x + 34.0, y), "5\u{2013}95 % in force", Lettering::new(TICK_SIZE, SOFT_INK));
}

fn draw_line(canvas: &mut Canvas, panel: &Panel, y: f64, line: &Line<'_>, scene: &Scene<'_>) {
    let colour = scene.styles[line.option].colour;
    let x = |value: f64| panel.x.at(value);
    if let Some([mean, low, high]) = line.numbers.if_in_force {
        canvas.line(&[(x(low), y), (x(high), y)], Stroke::solid(colour, 2.0));
        for end in [low, high] {
            canvas.line(&[(x(end), y - 4.0), (x(end), y + 4.0)], Stroke::solid(colour, 2.0));
        }
        if let Some([own, _]) = line.numbers.effects {
            canvas.mark(Marker::Circle, (x(own), y), 6.4, colour, true);
        }
        canvas.mark(Marker::Circle, (x(mean), y), 3.6, colour, false);
    }
    canvas.mark(Marker::Diamond, (x(line.reference), y), 5.6, colour, true);
    canvas.mark(Marker::Triangle, (x(line.numbers.expected), y), 5.2, colour, false);
}

fn numbers<'r>(scene: &'r Scene<'_>, lines: &'r [Line<'_>]) -> impl Iterator<Item = OptionGain<'r>> {
    lines.iter().flat_map(move |line| {
        line.named().into_iter().map(move |(statistic, real_income_vs_reference_pct)| OptionGain {
            option: scene.option_id(line.option),
            year: scene.run.manifest.last_year(),
            iso3: scene.focus(),
            statistic: statistic.into(),
            real_income_vs_reference_pct,
        })
    })
}
