//! What the option that comes first in the answer gives every country if it is in force: its own effect, and with it what
//! it moves others to do. A dumbbell for each country.

use super::super::axis::{decimals_for, range_with_zero, signed};
use super::super::canvas::{Align, Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel};
use super::super::input::Measure;
use super::super::marks::Marker;
use super::super::text::{shortened, text_width};
use super::super::theme::{GAIN, INK, LABEL_SIZE, LOSS, SOFT_INK, TICK_SIZE};
use super::scene::{Chart, DrawError, Scene, best, picture};
use crate::output::rows::{self, Text, table};
use crate::sorted::sort_by;

const STEM: &str = "country_effects";
const LABELS: f64 = 176.0;
const NUMBERS: f64 = 130.0;
/// Height of a row and of everything around the rows.
const ROW: f64 = 19.0;
const AROUND: f64 = 196.0;

table! {
    /// Numbers behind the chart.
    pub struct CountryEffect<'a> in "charts/country_effects.csv" by (option, year, iso3, statistic) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// if_in_force_mean, own_effect or unlocked_effect
        statistic: Text<'a>,
        /// Real income against the reference option
        real_income_vs_reference_pct: f64 ["pct"],
    }
}

/// One country.
struct Line {
    country: usize,
    all: f64,
    own: f64,
    unlocked: f64,
}

/// Draws the chart; `None` if no draw that was solved has the option in force.
pub fn draw(scene: &Scene<'_>) -> Result<Option<Chart>, DrawError> {
    let Some(option) = best(scene.run) else { return Ok(None) };
    let lines = lines(scene, option);
    if lines.is_empty() {
        return Ok(None);
    }
    let manifest = &scene.run.manifest;
    let title = title(scene, option, &lines);
    let subtitle = format!(
        "Real income, percent, end of {}, mean of the draws in which the option is in force, {}",
        manifest.last_year(),
        scene.against()
    );
    let note =
        "ring = own effect of the option, the rest of the world as it would be anyway; disc = with what \
                it moves others to do. Blue = gain, orange = loss."
            .to_owned();
    let words = scene.words(title.clone(), subtitle, note);
    let height = AROUND + ROW * lines.len() as f64;
    let picture = picture(STEM, &words, height, &|canvas, area| draw_lines(canvas, area, scene, &lines))?;
    Ok(Some(Chart {
        stem: STEM,
        title,
        picture,
        csv: rows::text(numbers(scene, option, &lines)),
        reading: "Each row is a country. Where ring and disc stand apart, the distance is what the option \
                  unlocks: other countries join or cut because of it."
            .into(),
        limits:
            "It shows one option, the one that comes first in the answer, and does not say how likely it is. \
                 Percentages hide the size of a country."
                .into(),
    }))
}

fn lines(scene: &Scene<'_>, option: usize) -> Vec<Line> {
    let of = |country: usize| {
        let numbers = scene.run.numbers.get(&(option, country, Measure::Pct))?;
        let ([all, ..], [own, unlocked]) = (numbers.if_in_force?, numbers.effects?);
        Some(Line { country, all, own, unlocked })
    };
    let mut lines: Vec<Line> = (0..scene.run.manifest.countries.len()).filter_map(of).collect();
    sort_by(&mut lines, |a, b| b.all.total_cmp(&a.all).then(a.country.cmp(&b.country)));
    lines
}

fn title(scene: &Scene<'_>, option: usize, lines: &[Line]) -> String {
    let gainers = lines.iter().filter(|line| line.all > 0.0).count();
    let first = &lines[0];
    format!(
        "{} in force: {gainers} of {} countries gain; the most: {} ({} %)",
        scene.quoted(option),
        lines.len(),
        scene.run.manifest.countries[first.country].name,
        signed(first.all, decimals_for([first.all]))
    )
}

fn draw_lines(canvas: &mut Canvas, area: Area, scene: &Scene<'_>, lines: &[Line]) {
    let plot = area.inside([LABELS, 44.0, NUMBERS, 20.0]);
    let ends = lines.iter().flat_map(|line| [line.own, line.all]);
    let panel = Panel::new(plot, range_with_zero(ends), (0.0, 1.0));
    panel.x_axis(canvas, &panel.x_ticks(6), true);
    draw_key(canvas, (area.left, area.top + 6.0));
    let head = Lettering::new(TICK_SIZE, SOFT_INK).align(Align::Right);
    for (left, text) in [(66.0, "Own"), (0.0, "Unlocked")] {
        canvas.text((area.right - left, plot.top - 10.0), text, head);
    }
    let digits = decimals_for(lines.iter().map(|line| line.all));
    let step = plot.height() / lines.len() as f64;
    for (k, line) in lines.iter().enumerate() {
        let y = plot.top + (k as f64 + 0.5) * step;
        let colour = if line.all < 0.0 { LOSS } else { GAIN };
        let [own, all] = [line.own, line.all].map(|value| panel.x.at(value));
        canvas.line(&[(own, y), (all, y)], Stroke::solid(SOFT_INK, 2.0));
        canvas.mark(Marker::Circle, (own, y), 5.4, colour, true);
        canvas.mark(Marker::Circle, (all, y), 3.2, colour, false);
        let is_focus = line.country == scene.run.focus();
        let name = shortened(&scene.run.manifest.countries[line.country].name, LABELS - 24.0, LABEL_SIZE);
        let label = Lettering::new(LABEL_SIZE, INK).align(Align::Right).bold(is_focus);
        canvas.text((plot.left - 12.0, y), &name, label);
        let number = Lettering::new(TICK_SIZE, INK).align(Align::Right).bold(is_focus);
        canvas.text((area.right - 66.0, y), &signed(line.own, digits), number);
        canvas.text((area.right, y), &signed(line.unlocked, digits), number);
    }
}

fn draw_key(canvas: &mut Canvas, (left, y): (f64, f64)) {
    let mut x = left;
    for (radius, is_hollow, name) in
        [(5.4, true, "own effect"), (3.2, false, "with what it moves others to do")]
    {
        canvas.mark(Marker::Circle, (x + 6.0, y), radius, SOFT_INK, is_hollow);
        canvas.text((x + 17.0, y), name, Lettering::new(TICK_SIZE, SOFT_INK));
        x += 17.0 + text_width(name, TICK_SIZE) + 20.0;
    }
}

fn numbers<'r>(
    scene: &'r Scene<'_>,
    option: usize,
    lines: &'r [Line],
) -> impl Iterator<Item = CountryEffect<'r>> {
    lines.iter().flat_map(move |line| {
        let named =
            [("if_in_force_mean", line.all), ("own_effect", line.own), ("unlocked_effect", line.unlocked)];
        named.into_iter().map(move |(statistic, real_income_vs_reference_pct)| CountryEffect {
            option: scene.option_id(option),
            year: scene.run.manifest.last_year(),
            iso3: scene.code(line.country),
            statistic: statistic.into(),
            real_income_vs_reference_pct,
        })
    })
}
