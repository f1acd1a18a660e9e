//! Probability that each option has come into force, by year.

use super::super::answer::percent;
use super::super::canvas::{Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel};
use super::super::input::{IN_FORCE, SECTORAL_IN_FORCE};
use super::super::marks::{Dash, Point};
use super::super::text::{line_height, wrap};
use super::super::theme::{INK, OptionStyle, TICK_SIZE, tint};
use super::scene::{Chart, DrawError, Scene, picture};
use crate::output::rows::{self, Text, table};
use crate::sorted::sort_by;

const STEM: &str = "in_force_by_year";
const LABELS: f64 = 236.0;

table! {
    /// Numbers behind the chart.
    pub struct InForceByYear<'a> in "charts/in_force_by_year.csv" by (option, milestone, year) {
        /// Option
        option: Text<'a>,
        /// Milestone
        milestone: Text<'a>,
        /// Year
        year: i16,
        /// Share of the draws that have reached it by 31 December
        probability: f64 ["share"],
    }
}

/// One milestone of one option.
struct Curve<'r> {
    option: usize,
    milestone: &'static str,
    label: String,
    style: OptionStyle,
    path: &'r [(i16, f64)],
}

impl Curve<'_> {
    fn last(&self) -> f64 {
        self.path.last().map_or(0.0, |(_, probability)| *probability)
    }
}

/// Draws the chart.
pub fn draw(scene: &Scene<'_>) -> Result<Chart, DrawError> {
    let manifest = &scene.run.manifest;
    let curves = curves(scene);
    let title = title(scene, &curves);
    let subtitle =
        "Percent of the futures drawn in which an option has come into force by the end of the year"
            .to_owned();
    let note =
        "cumulative; an option that is left again later still counts. A curve of an interim deal stands \
                beside that of the deal which follows it."
            .to_owned();
    let words = scene.words(title.clone(), subtitle, note);
    let picture = picture(STEM, &words, 560.0, &|canvas, area| {
        draw_curves(canvas, area, &curves, manifest.years);
    })?;
    Ok(Chart {
        stem: STEM,
        title,
        picture,
        csv: rows::text(numbers(scene, &curves)),
        reading:
            "A curve rises as the option comes into force in more of the draws; the number on the right is \
                  its height in the last year. A steep part marks the years in which the option most often \
                  comes into force."
                .into(),
        limits: "The probabilities follow from the assumed stages, success chances and durations of each \
                 option; they are not a forecast of what a government will try. Each option is taken on its \
                 own, so that the probabilities do not add to one."
            .into(),
    })
}

/// The likeliest and the least likely option.
fn title(scene: &Scene<'_>, curves: &[Curve<'_>]) -> String {
    let reference = &scene.run.manifest.reference_option;
    let deals = curves.iter().filter(|curve| {
        curve.milestone == IN_FORCE && scene.run.manifest.options[curve.option].id != *reference
    });
    let by_chance = |a: &&Curve<'_>, b: &&Curve<'_>| a.last().total_cmp(&b.last());
    let (Some(most), Some(least)) = (deals.clone().max_by(by_chance), deals.min_by(by_chance)) else {
        return "No option comes into force".into();
    };
    format!(
        "{} comes into force by {} in {} of the futures, {} in {}",
        scene.quoted(most.option),
        scene.run.manifest.last_year(),
        percent(most.last()),
        scene.quoted(least.option),
        percent(least.last())
    )
}

fn curves<'r>(scene: &Scene<'r>) -> Vec<Curve<'r>> {
    let run = scene.run;
    let mut curves = Vec::new();
    for (at, option) in run.manifest.options.iter().enumerate() {
        for milestone in [IN_FORCE, SECTORAL_IN_FORCE] {
            let Some(path) = run.by_year.get(&(at, milestone)) else { continue };
            let is_interim = milestone == SECTORAL_IN_FORCE && run.by_year.contains_key(&(at, IN_FORCE));
            let style = scene.styles[at];
            let style = if is_interim {
                OptionStyle { colour: tint(style.colour, 0.6), dash: Dash::Short, ..style }
            } else {
                style
            };
            let label =
                if is_interim { format!("{}: interim deal", option.title) } else { option.title.clone() };
            curves.push(Curve { option: at, milestone, label, style, path });
        }
    }
    curves
}

fn draw_curves(canvas: &mut Canvas, area: Area, curves: &[Curve<'_>], years: [i16; 2]) {
    let [first, last] = years.map(f64::from);
    let plot = area.inside([30.0, 8.0, LABELS, 24.0]);
    let panel = Panel::new(plot, (first - 0.4, last), (0.0, 1.0));
    let ticks: Vec<(f64, String)> = (0..=5).map(|k| (f64::from(k) / 5.0, format!("{}", 20 * k))).collect();
    panel.y_axis(canvas, &ticks, true);
    panel.x_marks(canvas, &panel.year_ticks(years), true);
    for curve in curves {
        let points: Vec<Point> =
            curve.path.iter().map(|(year, probability)| panel.at(f64::from(*year), *probability)).collect();
        let OptionStyle { colour, marker, dash } = curve.style;
        canvas.line(&points, Stroke { colour, width: 2.2, dash });
        for point in points.iter().step_by(2) {
            canvas.mark(marker, *point, 3.4, colour, false);
        }
    }
    draw_labels(canvas, &panel, curves);
}

/// Labels at the right end, moved apart where curves end together.
fn draw_labels(canvas: &mut Canvas, panel: &Panel, curves: &[Curve<'_>]) {
    let step = line_height(TICK_SIZE);
    let mut labels: Vec<(&Curve<'_>, Vec<String>)> = curves
        .iter()
        .map(|curve| {
            let text = format!("{}  {}", percent(curve.last()), curve.label);
            (curve, wrap(&text, LABELS - 46.0, TICK_SIZE))
        })
        .collect();
    sort_by(&mut labels, |a, b| b.0.last().total_cmp(&a.0.last()).then(a.0.option.cmp(&b.0.option)));
    let wanted: Vec<(f64, f64)> = labels
        .iter()
        .map(|(curve, lines)| (panel.y.at(curve.last()), step * lines.len() as f64 + 4.0))
        .collect();
    let right = panel.area.right;
    for ((curve, lines), middle) in labels.iter().zip(apart(&wanted, panel.area.bottom + 10.0)) {
        let OptionStyle { colour, marker, .. } = curve.style;
        let from = (right + 4.0, panel.y.at(curve.last()));
        canvas.line(&[from, (right + 22.0, middle)], Stroke::solid(colour, 0.8));
        canvas.mark(marker, (right + 28.0, middle), 3.6, colour, false);
        let top = middle - (lines.len() as f64 - 1.0) / 2.0 * step;
        canvas.lines((right + 38.0, top), lines, Lettering::new(TICK_SIZE, INK));
    }
}

/// Middles of boxes `(wanted middle, height)`, given from top to bottom, moved so that none overlaps and the
/// last ends above `bottom`.
fn apart(wanted: &[(f64, f64)], bottom: f64) -> Vec<f64> {
    let mut middles: Vec<f64> = Vec::with_capacity(wanted.len());
    let mut free = f64::NEG_INFINITY;
    for (middle, height) in wanted {
        let at = middle.max(free + height / 2.0);
        middles.push(at);
        free = at + height / 2.0;
    }
    let mut limit = bottom;
    for (at, (_, height)) in middles.iter_mut().zip(wanted).rev() {
        *at = at.min(limit - height / 2.0);
        limit = *at - height / 2.0;
    }
    middles
}

fn numbers<'r>(scene: &'r Scene<'_>, curves: &'r [Curve<'_>]) -> impl Iterator<Item = InForceByYear<'r>> {
    curves.iter().flat_map(move |curve| {
        curve.path.iter().map(move |&(year, probability)| InForceByYear {
            option: scene.option_id(curve.option),
            milestone: curve.milestone.into(),
            year,
            probability,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn labels_move_apart_and_stay_above_the_bottom() {
        assert_eq!(apart(&[(10.0, 10.0), (12.0, 10.0), (80.0, 10.0)], 100.0), [10.0, 20.0, 80.0]);
        assert_eq!(apart(&[(94.0, 10.0), (95.0, 10.0)], 100.0), [85.0, 95.0]);
    }
}
