//! Tables of panels, and the legend of options.

use super::canvas::{Align, Canvas, Lettering, Stroke};
use super::frame::Area;
use super::text::{line_height, shortened, text_width, width, wrap, wrap_bold};
use super::theme::{INK, LABEL_SIZE, OptionStyle, TICK_SIZE, ZERO_LINE, tint};

/// Rows with labels on the left and columns with headings above: the frame of the charts by country, sector, partner.
#[derive(Debug, Clone, Copy)]
pub struct Matrix {
    /// Area of the cells.
    pub area: Area,
    n_rows: usize,
    n_columns: usize,
}

/// Room between two columns.
const COLUMN_GAP: f64 = 8.0;

impl Matrix {
    /// Draws labels (bold where the flag is set) and headings in their colours.
    pub fn draw(
        canvas: &mut Canvas,
        area: Area,
        labels: &[(String, bool)],
        headings: &[(String, OptionStyle)],
    ) -> Self {
        let height = area.height() / labels.len().max(1) as f64;
        let label_width = |label: &str| {
            let lines = row_label(label, WIDEST_LABEL, height);
            lines.iter().map(|line| text_width(line, LABEL_SIZE)).fold(0.0, f64::max)
        };
        let left = labels.iter().map(|(label, _)| label_width(label)).fold(60.0_f64, f64::max) + 10.0;
        let columns = headings.len().max(1) as f64;
        let width = (area.width() - left - COLUMN_GAP * (columns - 1.0)) / columns;
        let size = heading_size(headings, width);
        let heads: Vec<Vec<String>> =
            headings.iter().map(|(heading, _)| wrap_bold(heading, width, size)).collect();
        let step = line_height(size);
        let tallest = heads.iter().map(Vec::len).max().unwrap_or(0) as f64 * step;
        let matrix = Self {
            area: area.inside([left, tallest + 8.0, 0.0, 0.0]),
            n_rows: labels.len(),
            n_columns: headings.len(),
        };
        for (column, (lines, (_, style))) in heads.iter().zip(headings).enumerate() {
            let cell = matrix.column(column);
            let top = cell.top - 7.0 - step * (lines.len() as f64 - 0.5);
            let lettering = Lettering::new(size, INK).bold(true).align(Align::Centre);
            canvas.lines(((cell.left + cell.right) / 2.0, top), lines, lettering);
            canvas.rect((cell.left, cell.top - 5.0), (cell.right, cell.top - 2.5), style.colour, 1.0);
        }
        for (row, (label, is_bold)) in labels.iter().enumerate() {
            let lettering = Lettering::new(LABEL_SIZE, INK).bold(*is_bold).align(Align::Right);
            let widest = WIDEST_LABEL - if *is_bold { 16.0 } else { 0.0 };
            let lines = row_label(label, widest, matrix.row_height());
            let first = matrix.middle(row) - line_height(LABEL_SIZE) * (lines.len() as f64 - 1.0) / 2.0;
            canvas.lines((matrix.area.left - 8.0, first), &lines, lettering);
        }
        matrix
    }

    /// Area of a column.
    #[must_use]
    pub fn column(&self, column: usize) -> Area {
        self.area.cells(self.n_columns, self.n_columns, COLUMN_GAP)[column]
    }

    /// Height of a row.
    #[must_use]
    pub fn row_height(&self) -> f64 {
        self.area.height() / self.n_rows.max(1) as f64
    }

    /// Middle of a row.
    #[must_use]
    pub fn middle(&self, row: usize) -> f64 {
        self.area.top + (row as f64 + 0.5) * self.row_height()
    }

    /// A tint behind every second row, so that the eye keeps the line.
    pub fn stripes(&self, canvas: &mut Canvas) {
        for row in (0..self.n_rows).step_by(2) {
            let half = self.row_height() / 2.0;
            let middle = self.middle(row);
            let (a, b) = ((self.area.left, middle - half), (self.area.right, middle + half));
            canvas.rect(a, b, tint(ZERO_LINE, 0.09), 1.0);
        }
    }
}

/// Widest label of a row.
const WIDEST_LABEL: f64 = 196.0;

/// Height of rows that hold every label whole, `least` or more.
#[must_use]
pub fn row_for_labels<'l>(labels: impl Iterator<Item = &'l str>, least: f64) -> f64 {
    let lines = labels.map(|label| wrap(label, WIDEST_LABEL, LABEL_SIZE).len()).max().unwrap_or(1);
    least.max(lines as f64 * line_height(LABEL_SIZE) + 1.0)
}

/// A label in as many lines as a row of this height holds, or shortened to one.
fn row_label(label: &str, widest: f64, row_height: f64) -> Vec<String> {
    let lines = wrap(label, widest, LABEL_SIZE);
    let fits = lines.len() as f64 * line_height(LABEL_SIZE) <= row_height;
    if fits { lines } else { vec![shortened(label, widest, LABEL_SIZE)] }
}

/// Size of the headings at which the longest word fits its column, within what can be read.
fn heading_size(headings: &[(String, OptionStyle)], column: f64) -> f64 {
    let bold_width = |word: &str| width(word, TICK_SIZE, true);
    let words = headings.iter().flat_map(|(heading, _)| heading.split_whitespace());
    let widest = words.map(bold_width).fold(column, f64::max);
    (TICK_SIZE * column / widest).max(9.0)
}

/// Most columns that stand side by side.
const MOST_COLUMNS: usize = 4;
/// Room between two rows of columns.
const BAND_GAP: f64 = 16.0;
/// Room for the headings and the numbers below a row of columns.
const BAND_ENDS: f64 = 84.0;

/// Columns in rows of at most four, as even as can be.
#[must_use]
pub fn bands(columns: &[usize]) -> Vec<Vec<usize>> {
    let n_bands = columns.len().div_ceil(MOST_COLUMNS).max(1);
    columns.chunks(columns.len().div_ceil(n_bands).max(1)).map(<[usize]>::to_vec).collect()
}

/// Height of a chart whose columns stand in `n_bands` rows, with `n_rows` lines of `row` pixels in each.
#[must_use]
pub fn band_height(n_bands: usize, n_rows: usize, row: f64) -> f64 {
    130.0 + n_bands as f64 * (BAND_ENDS + BAND_GAP + row * n_rows as f64)
}

/// The areas of rows of columns below one another.
#[must_use]
pub fn band_areas(area: Area, n_bands: usize) -> Vec<Area> {
    area.cells(n_bands, 1, BAND_GAP)
}

/// Room between the entries of a legend, and left of their titles.
const ENTRY_GAP: f64 = 5.0;
const SAMPLE: f64 = 54.0;

/// Height of [`legend`] in a column of `width`.
#[must_use]
pub fn legend_height(width: f64, entries: &[(String, OptionStyle)]) -> f64 {
    let lines = |title: &str| wrap(title, width - SAMPLE, TICK_SIZE).len() as f64;
    entries.iter().map(|(title, _)| line_height(TICK_SIZE) * lines(title) + ENTRY_GAP).sum()
}

/// A legend of options, one below another, from the top of `area`: line, mark, title.
pub fn legend(canvas: &mut Canvas, area: Area, entries: &[(String, OptionStyle)]) {
    let mut y = area.top + 6.0;
    for (title, style) in entries {
        let Area { left, right, .. } = area;
        let stroke = Stroke { colour: style.colour, width: 2.0, dash: style.dash };
        canvas.line(&[(left, y), (left + 46.0, y)], stroke);
        canvas.mark(style.marker, (left + 23.0, y), 3.4, style.colour, false);
        let lines = wrap(title, right - left - SAMPLE, TICK_SIZE);
        canvas.lines((left + SAMPLE, y), &lines, Lettering::new(TICK_SIZE, INK));
        y += line_height(TICK_SIZE) * lines.len() as f64 + ENTRY_GAP;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_even_rows_of_at_most_four() {
        let lengths = |n: usize| bands(&(0..n).collect::<Vec<_>>()).iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(
            [lengths(2), lengths(4), lengths(5), lengths(8)],
            [vec![2], vec![4], vec![3, 2], vec![4, 4]]
        );
        assert_eq!(lengths(12), [4, 4, 4]);
    }
}
