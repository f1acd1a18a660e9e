//! Output of the sectors of the focus country in the last year, one column per option.

use super::super::axis::range_with_zero;
use super::super::canvas::{Align, Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel};
use super::super::input::SectorOutput;
use super::super::matrix::Matrix;
use super::super::theme::{SOFT_INK, TICK_SIZE};
use super::scene::{Chart, DrawError, Scene, options_of, picture};
use crate::output::rows::{self, Text, table};

const STEM: &str = "sectors";
/// Height of a row of the table and of everything around it.
const ROW: f64 = 19.0;
const AROUND: f64 = 228.0;

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
    let title = format!("{}: output by sector and option, {}", manifest.focus_name(), manifest.last_year());
    let subtitle = format!("Percent, if it happens, {}; the same scale in every column", scene.against());
    let note =
        "bar = reference path of the option, central parameters. Sectors in the order of the data set."
            .to_owned();
    let words = scene.words(title.clone(), subtitle, note);
    let sectors = sectors_of(output);
    let height = (AROUND + ROW * sectors.len() as f64).max(400.0);
    let svg =
        picture(STEM, &words, height, |canvas, area| draw_columns(canvas, area, scene, &sectors, output))?;
    Ok(Some(Chart {
        stem: STEM,
        title,
        svg,
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

fn sectors_of(output: &SectorOutput) -> Vec<usize> {
    let mut sectors: Vec<usize> = output.keys().map(|(_, sector)| *sector).collect();
    sectors.sort_unstable();
    sectors.dedup();
    sectors
}

fn draw_columns(
    canvas: &mut Canvas<'_>,
    area: Area,
    scene: &Scene<'_>,
    sectors: &[usize],
    output: &SectorOutput,
) {
    let manifest = &scene.run.manifest;
    let options = options_of(output, |key| key.0);
    let labels: Vec<(String, bool)> =
        sectors.iter().map(|&sector| (manifest.sectors[sector].name.clone(), false)).collect();
    let matrix = Matrix::draw(canvas, area.inside([0.0, 0.0, 0.0, 32.0]), &labels, &scene.headings(&options));
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
    let label = Lettering::new(TICK_SIZE, SOFT_INK).align(Align::Centre);
    let middle = (matrix.area.left + matrix.area.right) / 2.0;
    canvas.text((middle, matrix.area.bottom + 28.0), "Output, percent above the reference option", label);
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
