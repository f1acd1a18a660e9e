//! Change of trade between all countries under the option that comes first in the answer: exporters in rows, importers in
//! columns.

use super::super::axis::signed;
use super::super::canvas::{Align, Canvas, Lettering};
use super::super::frame::Area;
use super::super::input::{Flows, SectorGroup};
use super::super::text::{shortened, text_width};
use super::super::theme::{GAIN, INK, LABEL_SIZE, LOSS, TICK_SIZE, tint};
use super::scene::{Chart, DrawError, Scene, best, picture};
use crate::output::rows::{self, Text, table};

const STEM: &str = "trade_by_pair";
const LABELS: f64 = 150.0;
/// Height of a row and of everything around the rows.
const ROW: f64 = 18.0;
const AROUND: f64 = 184.0;
/// Room for the codes above the columns.
const CODES: f64 = 34.0;
/// Millions in the unit of the title.
const MILLIONS: f64 = 1000.0;
/// Deepest share of the colour.
const DEEPEST: f64 = 0.95;

table! {
    /// Numbers behind the chart.
    pub struct FlowChange<'a> in "charts/trade_by_pair.csv" by (option, year, exporter, importer, sector_group) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Exporter
        exporter: Text<'a>,
        /// Importer
        importer: Text<'a>,
        /// goods or services
        sector_group: Text<'a>,
        /// Change of the flow on the reference path against the reference option
        change_vs_reference_musd2019: f64 ["musd2019"],
    }
}

/// Draws the chart; `None` if the run has no flows of the option.
pub fn draw(scene: &Scene<'_>) -> Result<Option<Chart>, DrawError> {
    let (Some(option), Some(flows)) = (best(scene.run), &scene.run.flows) else { return Ok(None) };
    let shown = Shown::of(flows, option);
    let manifest = &scene.run.manifest;
    let (Some(up), Some(down)) = (shown.end(f64::total_cmp), shown.end(|a, b| b.total_cmp(a))) else {
        return Ok(None);
    };
    let named = |(from, to, change): (usize, usize, f64)| {
        let [from, to] = [from, to].map(|country| &manifest.countries[country].name);
        format!("{from} to {to} ({})", signed(change / MILLIONS, 1))
    };
    let title =
        format!("Under {}, trade grows most: {}; least: {}", scene.quoted(option), named(up), named(down));
    let subtitle = format!(
        "Change of trade, billion US dollars of 2019, exporters in rows, importers in columns, {}, reference path, {}",
        manifest.last_year(),
        scene.against()
    );
    let note =
        "blue = more trade, orange = less; the depth of the colour follows the square root of the change."
            .to_owned();
    let words = scene.words(title.clone(), subtitle, note);
    let height = AROUND + ROW * shown.countries.len() as f64;
    let picture = picture(STEM, &words, height, &|canvas, area| draw_cells(canvas, area, scene, &shown))?;
    Ok(Some(Chart {
        stem: STEM,
        title,
        picture,
        csv: rows::text(numbers(scene, option, flows)),
        reading:
            "A row is a country that sells, a column one that buys. Blue columns import more, blue rows \
                  export more; orange beside blue is trade that moved from one partner to another."
                .into(),
        limits:
            "It shows one option, the one that comes first in the answer, and goods and services together."
                .into(),
    }))
}

/// Countries with flows, and the change of each pair.
struct Shown {
    countries: Vec<usize>,
    changes: Vec<(usize, usize, f64)>,
}

impl Shown {
    fn of(flows: &Flows, option: usize) -> Self {
        let mut changes: Vec<(usize, usize, f64)> = Vec::new();
        for (&(_, from, to, _), change) in flows.iter().filter(|(key, _)| key.0 == option) {
            match changes.last_mut() {
                Some(last) if (last.0, last.1) == (from, to) => last.2 += change,
                _ => changes.push((from, to, *change)),
            }
        }
        let mut countries: Vec<usize> = changes.iter().flat_map(|(from, to, _)| [*from, *to]).collect();
        countries.sort_unstable();
        countries.dedup();
        Self { countries, changes }
    }

    /// The pair that comes last in an order.
    fn end(&self, order: impl Fn(&f64, &f64) -> std::cmp::Ordering) -> Option<(usize, usize, f64)> {
        self.changes.iter().copied().max_by(|a, b| order(&a.2, &b.2))
    }
}

fn draw_cells(canvas: &mut Canvas, area: Area, scene: &Scene<'_>, shown: &Shown) {
    let manifest = &scene.run.manifest;
    let plot = area.inside([LABELS, CODES, 0.0, 0.0]);
    let n = shown.countries.len().max(1) as f64;
    let (wide, high) = (plot.width() / n, plot.height() / n);
    let place = |country: usize| shown.countries.iter().position(|&one| one == country).unwrap_or(0) as f64;
    let most = shown.changes.iter().fold(0.0_f64, |most, (_, _, change)| most.max(change.abs()));
    for &(from, to, change) in &shown.changes {
        let share = if most > 0.0 { DEEPEST * (change.abs() / most).sqrt() } else { 0.0 };
        let colour = tint(if change < 0.0 { LOSS } else { GAIN }, share);
        let (left, top) = (plot.left + wide * place(to), plot.top + high * place(from));
        canvas.rect((left + 0.5, top + 0.5), (left + wide - 0.5, top + high - 0.5), colour, 1.0);
    }
    // Codes that do not fit side by side stand upright.
    let widest = shown.countries.iter().map(|&c| text_width(&manifest.countries[c].iso3, TICK_SIZE));
    let is_upright = widest.fold(1.0, f64::max) > 0.92 * wide;
    let size = if is_upright { TICK_SIZE.min(0.9 * wide) } else { TICK_SIZE };
    for &country in &shown.countries {
        let entry = &manifest.countries[country];
        let is_focus = country == scene.run.focus();
        let y = plot.top + high * (place(country) + 0.5);
        let label = Lettering::new(LABEL_SIZE.min(0.8 * high), INK).align(Align::Right);
        let name = shortened(&entry.name, LABELS - 26.0, LABEL_SIZE);
        canvas.text((plot.left - 8.0, y), &name, label.bold(is_focus));
        let align = if is_upright { Align::Left } else { Align::Centre };
        let code = Lettering { is_upright, ..Lettering::new(size, INK).align(align).bold(is_focus) };
        let above = if is_upright { 4.0 } else { 9.0 };
        canvas.text((plot.left + wide * (place(country) + 0.5), plot.top - above), &entry.iso3, code);
    }
}

fn numbers<'r>(
    scene: &'r Scene<'_>,
    option: usize,
    flows: &'r Flows,
) -> impl Iterator<Item = FlowChange<'r>> {
    let of_option = flows.iter().filter(move |(key, _)| key.0 == option);
    of_option.map(move |(&(_, from, to, group), change)| FlowChange {
        option: scene.option_id(option),
        year: scene.run.manifest.last_year(),
        exporter: scene.code(from),
        importer: scene.code(to),
        sector_group: SectorGroup::name(group).into(),
        change_vs_reference_musd2019: *change,
    })
}
