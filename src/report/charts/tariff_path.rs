//! Tariff that the exporters of the focus country face, over dates, one panel per partner.

use jiff::civil::Date;

use super::super::axis::{fixed, range_with_zero};
use super::super::canvas::{Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel, WIDTH, columns_for};
use super::super::input::{TariffStretch, decimal_year};
use super::super::marks::{Dash, Point};
use super::super::matrix::{legend, legend_height};
use super::super::theme::{INK, LABEL_SIZE, OptionStyle};
use super::scene::{Chart, DrawError, Scene, picture};
use crate::output::rows::{self, Text, table};
use crate::sorted::sort_by_key;

const STEM: &str = "tariff_path";
/// Panels that fit.
const MOST_PANELS: usize = 6;
/// Room between panels, above the legend, and around all panels.
const GAP: f64 = 34.0;
const LEGEND_TOP: f64 = 26.0;
const LEGEND_COLUMNS: usize = 3;
const AROUND: f64 = 130.0;
/// Height of a panel.
const PANEL: f64 = 230.0;

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
    let title = title(scene, &partners, steps);
    let subtitle = format!(
        "{}: mean statutory tariff that its goods meet, percent, on the reference path of each option; each panel has \
         its own scale",
        manifest.focus_name()
    );
    let note = "mean over all goods, weighted by trade; a step down is the date of a cut. Where \
                lines lie on one another, solid ones are below dashed ones; the marks stand side by side."
        .to_owned();
    let words = scene.words(title.clone(), subtitle, note);
    let picture = picture(STEM, &words, height(scene, partners.len()), &|canvas, area| {
        draw_panels(canvas, area, scene, &partners, steps)
    })?;
    Ok(Some(Chart {
        stem: STEM,
        title,
        picture,
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

/// The largest cut at the end, against the reference option.
fn title(scene: &Scene<'_>, partners: &[usize], steps: &[TariffStretch]) -> String {
    let manifest = &scene.run.manifest;
    let last = |partner: usize, option: usize| {
        let of = steps.iter().rfind(|step| step.importer == partner && step.option == option);
        of.map(|step| step.statutory_pct)
    };
    let reference = manifest.options.iter().position(|option| option.id == manifest.reference_option);
    let cuts = partners.iter().flat_map(|&partner| {
        manifest.compared().into_iter().filter_map(move |option| {
            let (to, from) = (last(partner, option)?, last(partner, reference?)?);
            Some((partner, option, from, to))
        })
    });
    let most = cuts.max_by(|a, b| (a.2 - a.3).total_cmp(&(b.2 - b.3)));
    match most.filter(|(_, _, from, to)| to < from) {
        Some((partner, option, from, to)) => format!(
            "Largest cut: {}, whose mean tariff on these goods is {} % under {} and not {} %",
            manifest.countries[partner].name,
            fixed(to, 1),
            scene.quoted(option),
            fixed(from, 1)
        ),
        None => format!("{}: no option cuts the tariffs that its goods meet", manifest.focus_name()),
    }
}

fn legend_entries(scene: &Scene<'_>) -> Vec<(String, OptionStyle)> {
    let all: Vec<usize> = (0..scene.run.manifest.options.len()).collect();
    scene.headings(&all)
}

/// Columns of the panels and of the legend.
fn columns(n_partners: usize) -> usize {
    columns_for(n_partners)
}

/// Height of the legend below the panels: its entries in as many columns as there are panels side by side.
fn legend_room(scene: &Scene<'_>) -> f64 {
    let cells = legend_cells(Area { left: 0.0, top: 0.0, right: WIDTH - 100.0, bottom: 1.0 }, scene);
    cells.iter().map(|(cell, entries)| legend_height(cell.width(), entries)).fold(0.0, f64::max) + LEGEND_TOP
}

/// Entries of the legend in three columns side by side.
fn legend_cells(area: Area, scene: &Scene<'_>) -> Vec<(Area, Vec<(String, OptionStyle)>)> {
    let entries = legend_entries(scene);
    let rows = entries.len().div_ceil(LEGEND_COLUMNS);
    let cells = area.cells(LEGEND_COLUMNS, LEGEND_COLUMNS, GAP);
    cells.into_iter().zip(entries.chunks(rows.max(1))).map(|(cell, part)| (cell, part.to_vec())).collect()
}

fn height(scene: &Scene<'_>, n_partners: usize) -> f64 {
    let rows = n_partners.div_ceil(columns(n_partners)) as f64;
    AROUND + PANEL * rows + legend_room(scene)
}

/// Partners of the manifest for which there are steps, at most six.
fn partners(scene: &Scene<'_>, steps: &[TariffStretch]) -> Vec<usize> {
    let manifest = &scene.run.manifest;
    let position = |iso3: &String| manifest.countries.iter().position(|country| country.iso3 == *iso3);
    let has_steps = |partner: &usize| steps.iter().any(|step| step.importer == *partner);
    manifest.partners.iter().filter_map(position).filter(has_steps).take(MOST_PANELS).collect()
}

fn draw_panels(
    canvas: &mut Canvas,
    area: Area,
    scene: &Scene<'_>,
    partners: &[usize],
    steps: &[TariffStretch],
) {
    let manifest = &scene.run.manifest;
    let below = legend_room(scene);
    let cells = area.inside([26.0, 0.0, 0.0, below]).cells(partners.len(), columns(partners.len()), GAP);
    let years = (f64::from(manifest.years[0]), f64::from(manifest.years[1]) + 1.0);
    for (&partner, cell) in partners.iter().zip(&cells) {
        let name = &manifest.countries[partner].name;
        canvas.text((cell.left, cell.top + 8.0), name, Lettering::new(LABEL_SIZE, INK).bold(true));
        let rates = steps.iter().filter(|step| step.importer == partner).map(|step| step.statutory_pct);
        let panel = Panel::new(cell.inside([0.0, 20.0, 0.0, 16.0]), years, range_with_zero(rates));
        panel.y_axis(canvas, &panel.y.ticks(4), true);
        panel.x_marks(canvas, &panel.year_ticks(manifest.years), true);
        draw_lines(canvas, &panel, scene, years, &of_partner(steps, partner));
    }
    let below = Area { top: area.bottom - below + LEGEND_TOP, ..area };
    for (cell, entries) in legend_cells(below, scene) {
        legend(canvas, cell, &entries);
    }
}

fn of_partner(steps: &[TariffStretch], partner: usize) -> Vec<&TariffStretch> {
    steps.iter().filter(|step| step.importer == partner).collect()
}

/// One line per option, solid ones first so that dashed ones show above them.
fn draw_lines(
    canvas: &mut Canvas,
    panel: &Panel,
    scene: &Scene<'_>,
    years: (f64, f64),
    steps: &[&TariffStretch],
) {
    let mut order: Vec<usize> = (0..scene.styles.len()).collect();
    sort_by_key(&mut order, |&option| scene.styles[option].dash != Dash::Solid);
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
