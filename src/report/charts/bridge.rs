//! From our number to a published one: a bar for each setting, from the level before it to the level after it, one column
//! per country.

use super::super::axis::{decimals_for, range_with_zero, signed};
use super::super::canvas::{Align, Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel, Picture, Words, chart};
use super::super::matrix::{Matrix, band_height};
use super::super::theme::{GAIN, INK, LOSS, OptionStyle, TICK_SIZE};
use super::scene::DrawError;

const STEM: &str = "bridge";
/// Height of a row of the table: names of settings take two lines.
const ROW: f64 = 36.0;
/// Room for the axis below the rows, and for the number at the line.
const FOOT: f64 = 38.0;

/// One country.
pub struct Column {
    /// Title.
    pub title: String,
    /// Look.
    pub style: OptionStyle,
    /// Level after each row, percent: ours first, published last.
    pub levels: Vec<f64>,
}

/// Draws the steps named in `labels` below one another.
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
            "Note: bars stand end to end from our number to the published one (bridge.csv); blue = the setting raises the gain, orange = it lowers it; line = published. The order of the settings is that of validation/chains.csv.".to_owned(),
        ],
    };
    let height = band_height(1, labels.len(), ROW) + FOOT - 22.0;
    let drawn = chart(&words, height, &|canvas, area| draw_columns(canvas, area, labels, columns));
    drawn.map_err(|message| DrawError { chart: STEM, message })
}

fn draw_columns(canvas: &mut Canvas, area: Area, labels: &[String], columns: &[Column]) {
    let rows: Vec<(String, bool)> = labels.iter().map(|label| (label.clone(), false)).collect();
    let headings: Vec<(String, OptionStyle)> =
        columns.iter().map(|column| (column.title.clone(), column.style)).collect();
    let matrix = Matrix::draw(canvas, area.inside([0.0, 0.0, 0.0, FOOT]), &rows, &headings);
    matrix.stripes(canvas);
    for (at, column) in columns.iter().enumerate() {
        let values = column.levels.iter().copied();
        let panel =
            Panel::new(matrix.column(at).inside([4.0, 0.0, 4.0, 0.0]), range_with_zero(values), (0.0, 1.0));
        panel.x_axis(canvas, &panel.x_ticks(3), true);
        let mut before = 0.0;
        for (row, &level) in column.levels.iter().enumerate() {
            let (middle, half) = (matrix.middle(row), 0.3 * matrix.row_height());
            let ends = [before, level].map(|value| panel.x.at(value));
            let colour = if level < before { LOSS } else { GAIN };
            if (ends[1] - ends[0]).abs() > 0.1 {
                canvas.rect((ends[0], middle - half), (ends[1], middle + half), colour, 1.0);
            }
            before = level;
        }
        let Some(&last) = column.levels.last() else { continue };
        let (Area { top, bottom, .. }, end) = (panel.area, panel.x.at(last));
        canvas.line(&[(end, top), (end, bottom)], Stroke::solid(INK, 1.0));
        let text = format!("published {}", signed(last, decimals_for([last])));
        let lettering = Lettering::new(TICK_SIZE - 1.0, INK).align(Align::Right);
        canvas.text((panel.area.right, bottom + 27.0), &text, lettering);
    }
}
