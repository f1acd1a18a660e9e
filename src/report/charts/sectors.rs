//! Output of the sectors of the focus country in the last year, one column per option.

use super::super::axis::{decimals_for, range_with_zero, signed};
use super::super::canvas::{Canvas, Stroke};
use super::super::frame::{Area, Panel};
use super::super::input::SectorOutput;
use super::super::matrix::{Matrix, band_areas, band_height, bands, row_for_labels};
use super::scene::{Chart, DrawError, Scene, best, options_of, picture};
use crate::output::rows::{self, Text, table};
use crate::sorted::{SortedMap, sort_by};

const STEM: &str = "sectors";
/// Height of a row of the table.
const ROW: f64 = 19.0;
/// Sectors shown; the table behind the chart has all.
const MOST_SECTORS: usize = 16;

table! {
    /// Numbers behind the chart.
    pub struct SectorOutputChange<'a> in "charts/sectors.csv" by (option, year, iso3, sector) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// Sector
        sector: Text<'a>,
        /// Output on the reference path against the reference option
        output_vs_reference_pct: f64 ["pct"],
    }
}

/// Draws the chart; `None` if the run has no sectors of the focus country.
pub fn draw(scene: &Scene<'_>) -> Result<Option<Chart>, DrawError> {
    let Some(output) = scene.run.sectors.as_ref().filter(|output| !output.is_empty()) else {
        return Ok(None);
    };
    let manifest = &scene.run.manifest;
    let title = title(scene, output);
    let subtitle = format!(
        "{}: output by sector, percent, {}, reference path, {}; the same scale in every column",
        manifest.focus_name(),
        manifest.last_year(),
        scene.against()
    );
    let sectors = sectors_of(output);
    let note = format!(
        "bar = reference path of the option, central parameters. The {} sectors with the largest change under \
         any option, in the order of the data set.",
        sectors.len()
    );
    let words = scene.words(title.clone(), subtitle, note);
    let row = row_for_labels(sectors.iter().map(|&sector| manifest.sectors[sector].name.as_str()), ROW);
    let height = band_height(bands(&options_of(output, |key| key.0)).len(), sectors.len(), row);
    let picture =
        picture(STEM, &words, height, &|canvas, area| draw_columns(canvas, area, scene, &sectors, output))?;
    Ok(Some(Chart {
        stem: STEM,
        title,
        picture,
        csv: rows::text(numbers(scene, output)),
        reading: "Rows are sectors, columns options. A bar to the right of the line of zero means that the \
                  sector produces more than it would under the option that all are compared with."
            .into(),
        limits:
            "One percent of a small sector is fewer jobs and dollars than one percent of a large one. The \
                 chart does not say how likely an option is."
                .into(),
    }))
}

/// The sectors that gain and lose most under the option that comes first in the answer.
fn title(scene: &Scene<'_>, output: &SectorOutput) -> String {
    let manifest = &scene.run.manifest;
    let of_best = output.iter().filter(|((option, _), _)| Some(*option) == best(scene.run));
    let by_size = |a: &(_, &f64), b: &(_, &f64)| a.1.total_cmp(b.1);
    let (Some(up), Some(down), Some(option)) =
        (of_best.clone().max_by(by_size), of_best.min_by(by_size), best(scene.run))
    else {
        return format!("{}: output by sector", manifest.focus_name());
    };
    let named = |((_, sector), value): (&(usize, usize), &f64)| {
        format!("{} ({} %)", manifest.sectors[*sector].name, signed(*value, decimals_for([*value])))
    };
    format!("Under {}, {} moves up most, {} down", scene.quoted(option), named(up), named(down))
}

fn sectors_of(output: &SectorOutput) -> Vec<usize> {
    let mut sizes: SortedMap<usize, f64> = SortedMap::new();
    for ((_, sector), value) in output {
        let most = sizes.entry(*sector).or_default();
        *most = most.max(value.abs());
    }
    let mut sizes: Vec<(usize, f64)> = sizes.into_iter().collect();
    sort_by(&mut sizes, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut sectors: Vec<usize> = sizes.into_iter().take(MOST_SECTORS).map(|(sector, _)| sector).collect();
    sectors.sort_unstable();
    sectors
}

fn draw_columns(
    canvas: &mut Canvas,
    area: Area,
    scene: &Scene<'_>,
    sectors: &[usize],
    output: &SectorOutput,
) {
    let bands = bands(&options_of(output, |key| key.0));
    for (options, area) in bands.iter().zip(band_areas(area, bands.len())) {
        draw_band(canvas, area, scene, (sectors, options), output);
    }
}

fn draw_band(
    canvas: &mut Canvas,
    area: Area,
    scene: &Scene<'_>,
    (sectors, options): (&[usize], &[usize]),
    output: &SectorOutput,
) {
    let manifest = &scene.run.manifest;
    let labels: Vec<(String, bool)> =
        sectors.iter().map(|&sector| (manifest.sectors[sector].name.clone(), false)).collect();
    let matrix = Matrix::draw(canvas, area.inside([0.0, 0.0, 0.0, 22.0]), &labels, &scene.headings(options));
    matrix.stripes(canvas);
    let range = range_with_zero(output.values().copied());
    for (column, &option) in options.iter().enumerate() {
        let panel = Panel::new(matrix.column(column).inside([4.0, 0.0, 4.0, 0.0]), range, (0.0, 1.0));
        panel.x_axis(canvas, &panel.x_ticks(3), true);
        let style = scene.styles[option];
        for (row, &sector) in sectors.iter().enumerate() {
            let Some(&value) = output.get(&(option, sector)) else { continue };
            let (y, x) = (matrix.middle(row), |value: f64| panel.x.at(value));
            canvas.line(&[(x(0.0), y), (x(value), y)], Stroke::solid(style.colour, 3.0));
            canvas.mark(style.marker, (x(value), y), 3.4, style.colour, false);
        }
    }
}

fn numbers<'r>(
    scene: &'r Scene<'_>,
    output: &'r SectorOutput,
) -> impl Iterator<Item = SectorOutputChange<'r>> {
    let manifest = &scene.run.manifest;
    output.iter().map(move |((option, sector), value)| SectorOutputChange {
        option: scene.option_id(*option),
        year: manifest.last_year(),
        iso3: scene.focus(),
        sector: manifest.sectors[*sector].id.as_str().into(),
        output_vs_reference_pct: *value,
    })
}
