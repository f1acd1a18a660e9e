//! Tariff that the exporters of the focus country face, over dates, one panel per partner.

use jiff::civil::Date;

use super::super::axis::range_with_zero;
use super::super::canvas::{Align, Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel, WIDTH, columns_for};
use super::super::input::{TariffStretch, decimal_year};
use super::super::marks::{Dash, Point};
use super::super::matrix::{legend, legend_height};
use super::super::theme::{INK, LABEL_SIZE, OptionStyle, SOFT_INK, TICK_SIZE};
use super::scene::{Chart, DrawError, Scene, picture};
use crate::output::rows::{self, Text, table};

const STEM: &str = "tariff_path";
/// Panels that fit.
const MOST_PANELS: usize = 6;
/// Room between panels, above the legend in its cell, and around all panels.
const GAP: f64 = 40.0;
const LEGEND_TOP: f64 = 14.0;
const AROUND: f64 = 140.0;

table! {
    /// Numbers behind the chart.
    pub struct TariffOverDates<'a> in "charts/tariff_path.csv" by (option, exporter, importer, valid_from) {
        /// Option
        option: Text<'a>,
        /// Focus country
        exporter: Text<'a>,
        /// Partner
        importer: Text<'a>,
        /// First day
        valid_from: Date,
        /// First day of the next rate; empty = end of the run
        valid_until: Option<Date>,
        /// Mean of the lowest rates that the goods qualify for
        statutory_pct: f64 ["pct"],
    }
}

/// Draws the chart; `None` if the run has no tariff path of any partner.
pub fn draw(scene: &Scene<'_>) -> Result<Option<Chart>, DrawError> {
    let Some(steps) = &scene.run.tariff_path else { return Ok(None) };
    let partners = partners(scene, steps);
    if partners.is_empty() {
        return Ok(None);
    }
    let manifest = &scene.run.manifest;
    let title = format!("{}: tariffs that its exporters face, by partner and date", manifest.focus_name());
    let subtitle =
        "Mean statutory tariff on goods, percent, if the option happens on its median dates; each panel has its own scale".to_owned();
    let note = "mean over all goods, weighted by trade; a step down is the date of a cut. Where \
                lines lie on one another, solid ones are below dashed ones; the marks stand side by side."
        .to_owned();
    let words = scene.words(title.clone(), subtitle, note);
    let svg = picture(STEM, &words, height(scene, partners.len()), |canvas, area| {
        draw_panels(canvas, area, scene, &partners, steps)
    })?;
    Ok(Some(Chart {
        stem: STEM,
        title,
        svg,
        csv: rows::text(numbers(scene, &partners, steps)),
        reading:
            "Each panel is a partner, each line an option. The line shows the tariff on the books at each \
                  date; where two options cut alike, their lines coincide."
                .into(),
        limits:
            "A statutory rate is not what traders pay: some do not claim the lower rate. Barriers other than \
                 tariffs do not appear, although sectoral deals act mostly through them."
                .into(),
    }))
}

fn legend_entries(scene: &Scene<'_>) -> Vec<(String, OptionStyle)> {
    let all: Vec<usize> = (0..scene.run.manifest.options.len()).collect();
    scene.headings(&all)
}

/// Height at which the legend fits the last cell.
fn height(scene: &Scene<'_>, n_partners: usize) -> f64 {
    let cells = n_partners + 1;
    let columns = columns_for(cells);
    let rows = cells.div_ceil(columns) as f64;
    let width = (WIDTH - 100.0 - GAP * (columns as f64 - 1.0)) / columns as f64;
    let needed = legend_height(width, &legend_entries(scene)) + LEGEND_TOP + GAP;
    (AROUND + rows * needed).max(AROUND + 220.0 * rows.max(2.0))
}

/// Partners of the manifest for which there are steps, at most six.
fn partners(scene: &Scene<'_>, steps: &[TariffStretch]) -> Vec<usize> {
    let manifest = &scene.run.manifest;
    let position = |iso3: &String| manifest.countries.iter().position(|country| country.iso3 == *iso3);
    let has_steps = |partner: &usize| steps.iter().any(|step| step.importer == *partner);
    manifest.partners.iter().filter_map(position).filter(has_steps).take(MOST_PANELS).collect()
}

fn draw_panels(
    canvas: &mut Canvas<'_>,
    area: Area,
    scene: &Scene<'_>,
    partners: &[usize],
    steps: &[TariffStretch],
) {
    let manifest = &scene.run.manifest;
    let n = partners.len() + 1;
    let columns = columns_for(n);
    let cells = area.inside([26.0, 0.0, 0.0, 8.0]).cells(n, columns, GAP);
    let years = (f64::from(manifest.years[0]), f64::from(manifest.years[1]) + 1.0);
    for (&partner, cell) in partners.iter().zip(&cells) {
        let name = &manifest.countries[partner].name;
        canvas.text((cell.left, cell.top + 8.0), name, Lettering::new(LABEL_SIZE, INK).bold(true));
        let rates = steps.iter().filter(|step| step.importer == partner).map(|step| step.statutory_pct);
        let panel = Panel::new(cell.inside([0.0, 20.0, 0.0, 16.0]), years, range_with_zero(rates));
        panel.y_axis(canvas, &panel.y.ticks(4), true);
        panel.x_marks(canvas, &panel.x_ticks(4), true);
        draw_lines(canvas, &panel, scene, years, &of_partner(steps, partner));
    }
    if let Some(cell) = cells.last() {
        legend(canvas, cell.inside([4.0, LEGEND_TOP, 0.0, 0.0]), &legend_entries(scene));
    }
    let label = Lettering { is_upright: true, ..Lettering::new(TICK_SIZE, SOFT_INK).align(Align::Centre) };
    canvas.text((area.left - 8.0, (area.top + area.bottom) / 2.0), "Tariff, percent", label);
}

fn of_partner(steps: &[TariffStretch], partner: usize) -> Vec<&TariffStretch> {
    steps.iter().filter(|step| step.importer == partner).collect()
}

/// One line per option, solid ones first so that dashed ones show above them.
fn draw_lines(
    canvas: &mut Canvas<'_>,
    panel: &Panel,
    scene: &Scene<'_>,
    years: (f64, f64),
    steps: &[&TariffStretch],
) {
    let mut order: Vec<usize> = (0..scene.styles.len()).collect();
    order.sort_by_key(|&option| scene.styles[option].dash != Dash::Solid);
    let gap = 0.4 / order.len() as f64;
    for (place, option) in order.into_iter().enumerate() {
        let OptionStyle { colour, marker, dash } = scene.styles[option];
        let stairs = stairs(panel, years, steps, option);
        let width = if place == 0 { 3.4 } else { 2.0 };
        canvas.line(&stairs, Stroke { colour, width, dash });
        let x = panel.x.at(years.0 + (years.1 - years.0) * (0.58 + gap * option as f64));
        if let Some(y) = level_at(&stairs, x) {
            canvas.mark(marker, (x, y), 2.8, colour, false);
        }
    }
}

/// The steps of an option as a line.
fn stairs(panel: &Panel, years: (f64, f64), steps: &[&TariffStretch], option: usize) -> Vec<Point> {
    let mut points = Vec::new();
    for step in steps.iter().filter(|step| step.option == option) {
        let from = decimal_year(step.from).clamp(years.0, years.1);
        let until = step.until.map_or(years.1, decimal_year).clamp(years.0, years.1);
        if until > from {
            points.push(panel.at(from, step.statutory_pct));
            points.push(panel.at(until, step.statutory_pct));
        }
    }
    points
}

/// Height of a stair at `x`.
fn level_at(stairs: &[Point], x: f64) -> Option<f64> {
    stairs
        .chunks(2)
        .find(|pair| pair[0].0 <= x && pair.last().is_some_and(|end| x < end.0))
        .map(|pair| pair[0].1)
}

fn numbers<'r>(
    scene: &'r Scene<'_>,
    partners: &[usize],
    steps: &'r [TariffStretch],
) -> impl Iterator<Item = TariffOverDates<'r>> {
    let shown = steps.iter().filter(|step| partners.contains(&step.importer));
    shown.map(|step| TariffOverDates {
        option: scene.option_id(step.option),
        exporter: scene.focus(),
        importer: scene.code(step.importer),
        valid_from: step.from,
        valid_until: step.until,
        statutory_pct: step.statutory_pct,
    })
}
