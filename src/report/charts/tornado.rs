//! How far the headline moves with each assumption: bars from the low to the high end, one column per option.

use super::super::axis::{decimals_for, range_with_zero, signed};
use super::super::canvas::{Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel, Picture, Words, chart};
use super::super::matrix::{Matrix, band_areas, band_height, bands};
use super::super::theme::{GAIN, INK, LOSS, OptionStyle, TICK_SIZE};
use super::scene::DrawError;
use crate::sorted::sort_by;

const STEM: &str = "tornado";
/// Height of a row of the table.
const ROW: f64 = 22.0;

/// One option: its title and look, the headline, and the ends of each assumption.
pub struct Column {
    /// Title.
    pub title: String,
    /// Look.
    pub style: OptionStyle,
    /// With all assumptions as they are, percent.
    pub central: f64,
    /// Low and high end by assumption, in the order of the rows.
    pub ends: Vec<[f64; 2]>,
}

/// Draws the assumptions named in `labels` below one another.
///
/// # Errors
/// [`DrawError`] with what the backend said.
pub fn draw(
    title: &str,
    subtitle: &str,
    labels: &[String],
    columns: &[Column],
) -> Result<Picture, DrawError> {
    let words = Words {
        title: title.to_owned(),
        subtitle: subtitle.to_owned(),
        notes: vec![
            "Note: one assumption at a time at an end of its range (tornado.csv names range and source), all others as they are; orange = low end, blue = high end; line = all as they are. Reference path of the option.".to_owned(),
        ],
    };
    let bands = bands(&(0..columns.len()).collect::<Vec<_>>());
    let height = band_height(bands.len(), labels.len() + 1, ROW);
    let drawn = chart(&words, height, &|canvas, area| {
        for (band, area) in bands.iter().zip(band_areas(area, bands.len())) {
            let columns: Vec<&Column> = band.iter().map(|&at| &columns[at]).collect();
            draw_columns(canvas, area, labels, &columns);
        }
    });
    drawn.map_err(|message| DrawError { chart: STEM, message })
}

fn draw_columns(canvas: &mut Canvas, area: Area, labels: &[String], columns: &[&Column]) {
    let rows = labels.iter().map(|label| (label.clone(), false));
    let rows: Vec<(String, bool)> = rows.chain([("All as they are".to_owned(), true)]).collect();
    let headings: Vec<(String, OptionStyle)> =
        columns.iter().map(|column| (column.title.clone(), column.style)).collect();
    let matrix = Matrix::draw(canvas, area.inside([0.0, 0.0, 0.0, 22.0]), &rows, &headings);
    matrix.stripes(canvas);
    for (at, column) in columns.iter().enumerate() {
        // Each option has a scale of its own: their headlines differ by orders of size.
        let values = column.ends.iter().flatten().copied().chain([column.central]);
        let cell = matrix.column(at).inside([4.0, 0.0, 4.0, 0.0]);
        let panel = Panel::new(cell, range_with_zero(values), (0.0, 1.0));
        panel.x_axis(canvas, &panel.x_ticks(3), true);
        let centre = panel.x.at(column.central);
        for (row, ends) in column.ends.iter().enumerate() {
            let (middle, half) = (matrix.middle(row), 0.3 * matrix.row_height());
            let mut bars: Vec<(f64, _)> =
                ends.iter().zip([LOSS, GAIN]).map(|(end, colour)| (panel.x.at(*end), colour)).collect();
            // Where both ends lie on one side the shorter bar stands before the longer one.
            sort_by(&mut bars, |a, b| (b.0 - centre).abs().total_cmp(&(a.0 - centre).abs()));
            for (to, colour) in bars {
                if (to - centre).abs() > 0.1 {
                    canvas.rect((centre, middle - half), (to, middle + half), colour, 1.0);
                }
            }
        }
        let Area { top, bottom, .. } = panel.area;
        canvas.line(&[(centre, top), (centre, bottom)], Stroke::solid(INK, 1.0));
        let text = signed(column.central, decimals_for([column.central]));
        let beside = (centre + 4.0, matrix.middle(labels.len()));
        canvas.text(beside, &text, Lettering::new(TICK_SIZE - 1.0, INK).bold(true));
    }
}
