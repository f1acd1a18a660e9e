//! Change of the exports of the focus country by partner in the last year, one column per option.

use super::super::axis::{range_with_zero, signed};
use super::super::canvas::{Canvas, Stroke};
use super::super::colour::Rgb;
use super::super::frame::{Area, Panel};
use super::super::input::{Exports, SectorGroup};
use super::super::matrix::{Matrix, band_areas, band_height, bands};
use super::super::theme::{INK, tint};
use super::scene::{Chart, DrawError, Scene, best, options_of, picture};
use crate::output::rows::{self, Text, table};
use crate::sorted::sort_by;

const STEM: &str = "trade_by_partner";
/// Height of a row of the table.
const ROW: f64 = 20.0;
/// Partners shown.
const MOST_PARTNERS: usize = 12;
/// Millions in the unit of the axis.
const MILLIONS: f64 = 1000.0;

table! {
    /// Numbers behind the chart.
    pub struct ExportsChange<'a> in "charts/trade_by_partner.csv"
        by (option, year, exporter, importer, sector_group) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Focus country
        exporter: Text<'a>,
        /// Partner
        importer: Text<'a>,
        /// goods or services
        sector_group: Text<'a>,
        /// Change of exports on the reference path against the reference option
        exports_vs_reference_musd2019: f64 ["musd2019"],
    }
}

/// Draws the chart; `None` if the run has no exports of the focus country.
pub fn draw(scene: &Scene<'_>) -> Result<Option<Chart>, DrawError> {
    let Some(exports) = scene.run.exports.as_ref().filter(|exports| !exports.is_empty()) else {
        return Ok(None);
    };
    let manifest = &scene.run.manifest;
    let partners = partners(exports);
    let title = title(scene, exports);
    let subtitle = format!(
        "{}: change of exports, billion US dollars of 2019 at border prices, {}, reference path, {}",
        manifest.focus_name(),
        manifest.last_year(),
        scene.against()
    );
    let note = format!(
        "dark = goods, pale = services; bars of one sign stand end to end. The {} partners with the largest \
         change under any option; the same scale in every column.",
        partners.len()
    );
    let words = scene.words(title.clone(), subtitle, note);
    let height = band_height(bands(&options_of(exports, |key| key.0)).len(), partners.len(), ROW);
    let picture =
        picture(STEM, &words, height, &|canvas, area| draw_columns(canvas, area, scene, &partners, exports))?;
    Ok(Some(Chart {
        stem: STEM,
        title,
        picture,
        csv: rows::text(numbers(scene, &partners, exports)),
        reading:
            "Rows are partners, columns options. Bars to the right are exports gained, bars to the left \
                  exports lost, goods dark and services pale."
                .into(),
        limits:
            "Exports are not income: more exports to one partner are partly taken from sales to others and \
                 at home. Partners outside the list change too, by less."
                .into(),
    }))
}

/// What the option that comes first in the answer does to exports, and to which partner most.
fn title(scene: &Scene<'_>, exports: &Exports) -> String {
    let manifest = &scene.run.manifest;
    let option = best(scene.run).filter(|option| exports.keys().any(|key| key.0 == *option));
    let Some(option) = option else { return format!("{}: exports by partner", manifest.focus_name()) };
    let of = |partner: usize| parts(exports, option, partner).iter().sum::<f64>();
    let changes = (0..manifest.countries.len()).map(|partner| (partner, of(partner)));
    let all: f64 = changes.clone().map(|(_, change)| change).sum();
    let most = changes.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let (partner, change) = most.unwrap_or((scene.run.focus(), 0.0));
    format!(
        "{}: under {}, exports change by {} billion dollars; the most with one partner: {} ({})",
        manifest.focus_name(),
        scene.quoted(option),
        signed(all, 1),
        manifest.countries[partner].name,
        signed(change, 1)
    )
}

/// Goods and services to a partner under an option.
fn parts(exports: &Exports, option: usize, partner: usize) -> [f64; 2] {
    SectorGroup::ALL.map(|group| exports.get(&(option, partner, group)).map_or(0.0, |musd| musd / MILLIONS))
}

/// Partners by the size of their largest change, at most twelve.
fn partners(exports: &Exports) -> Vec<usize> {
    let mut sizes: Vec<(usize, f64)> = Vec::new();
    for &(option, partner, _) in exports.keys() {
        let size = parts(exports, option, partner).iter().sum::<f64>().abs();
        match sizes.iter_mut().find(|(known, _)| *known == partner) {
            Some((_, most)) => *most = most.max(size),
            None => sizes.push((partner, size)),
        }
    }
    sort_by(&mut sizes, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    sizes.into_iter().take(MOST_PARTNERS).map(|(partner, _)| partner).collect()
}

fn draw_columns(canvas: &mut Canvas, area: Area, scene: &Scene<'_>, partners: &[usize], exports: &Exports) {
    let options = options_of(exports, |key| key.0);
    let pairs = options.iter().flat_map(|&option| partners.iter().map(move |&partner| (option, partner)));
    let ends = pairs.flat_map(|(option, partner)| {
        let parts = parts(exports, option, partner);
        [parts.iter().filter(|v| **v > 0.0).sum::<f64>(), parts.iter().filter(|v| **v < 0.0).sum()]
    });
    let range = range_with_zero(ends);
    let bands = bands(&options);
    for (options, area) in bands.iter().zip(band_areas(area, bands.len())) {
        draw_band(canvas, area, (scene, exports), (partners, options), range);
    }
}

fn draw_band(
    canvas: &mut Canvas,
    area: Area,
    (scene, exports): (&Scene<'_>, &Exports),
    (partners, options): (&[usize], &[usize]),
    range: (f64, f64),
) {
    let manifest = &scene.run.manifest;
    let labels: Vec<(String, bool)> =
        partners.iter().map(|&partner| (manifest.countries[partner].name.clone(), false)).collect();
    let matrix = Matrix::draw(canvas, area.inside([0.0, 0.0, 0.0, 22.0]), &labels, &scene.headings(options));
    matrix.stripes(canvas);
    for (column, &option) in options.iter().enumerate() {
        let panel = Panel::new(matrix.column(column).inside([4.0, 0.0, 4.0, 0.0]), range, (0.0, 1.0));
        panel.x_axis(canvas, &panel.x_ticks(3), true);
        let half = (matrix.row_height() * 0.32).min(9.0);
        for (row, &partner) in partners.iter().enumerate() {
            let bar = (matrix.middle(row) - half, matrix.middle(row) + half);
            draw_bar(canvas, &panel, bar, parts(exports, option, partner), scene.styles[option].colour);
        }
    }
}

/// Goods and services end to end on their side of zero.
fn draw_bar(canvas: &mut Canvas, panel: &Panel, (top, bottom): (f64, f64), parts: [f64; 2], colour: Rgb) {
    let mut ends = [0.0, 0.0];
    for (value, share) in parts.into_iter().zip([1.0, 0.4]) {
        let end = &mut ends[usize::from(value < 0.0)];
        let (from, to) = (panel.x.at(*end), panel.x.at(*end + value));
        *end += value;
        if (to - from).abs() > 0.1 {
            canvas.rect((from, top), (to, bottom), tint(colour, share), 1.0);
        }
    }
    let zero = panel.x.at(0.0);
    canvas.line(&[(zero, top), (zero, bottom)], Stroke::solid(INK, 0.8));
}

fn numbers<'r>(
    scene: &'r Scene<'_>,
    partners: &'r [usize],
    exports: &'r Exports,
) -> impl Iterator<Item = ExportsChange<'r>> {
    let of_partner = |&partner: &usize| exports.iter().filter(move |(key, _)| key.1 == partner);
    partners.iter().flat_map(of_partner).map(move |((option, partner, group), musd)| ExportsChange {
        option: scene.option_id(*option),
        year: scene.run.manifest.last_year(),
        exporter: scene.focus(),
        importer: scene.code(*partner),
        sector_group: group.name().into(),
        exports_vs_reference_musd2019: *musd,
    })
}
