//! Tables of panels, and the legend of options.

use super::canvas::{Align, Canvas, Lettering, Stroke};
use super::frame::Area;
use super::text::{line_height, text_width, wrap};
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
        canvas: &mut Canvas<'_>,
        area: Area,
        labels: &[(String, bool)],
        headings: &[(String, OptionStyle)],
    ) -> Self {
        let label_width = |label: &str| text_width(&shortened(label), LABEL_SIZE);
        let left = labels.iter().map(|(label, _)| label_width(label)).fold(60.0_f64, f64::max) + 10.0;
        let columns = headings.len().max(1) as f64;
        let width = (area.width() - left - COLUMN_GAP * (columns - 1.0)) / columns;
        let size = heading_size(headings, width);
        let heads: Vec<Vec<String>> =
            headings.iter().map(|(heading, _)| wrap(heading, width, BOLD * size)).collect();
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
            canvas.text((matrix.area.left - 8.0, matrix.middle(row)), &shortened(label), lettering);
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
    pub fn stripes(&self, canvas: &mut Canvas<'_>) {
        for row in (0..self.n_rows).step_by(2) {
            let half = self.row_height() / 2.0;
            let middle = self.middle(row);
            let (a, b) = ((self.area.left, middle - half), (self.area.right, middle + half));
            canvas.rect(a, b, tint(ZERO_LINE, 0.09), 1.0);
        }
    }
}

/// Bold letters are wider by this.
const BOLD: f64 = 1.08;
/// Widest label of a row.
const WIDEST_LABEL: f64 = 214.0;

/// Size of the headings at which the longest word fits its column, within what can be read.
fn heading_size(headings: &[(String, OptionStyle)], width: f64) -> f64 {
    let words = headings.iter().flat_map(|(heading, _)| heading.split_whitespace());
    let widest = words.map(|word| BOLD * text_width(word, TICK_SIZE)).fold(width, f64::max);
    (TICK_SIZE * width / widest).max(7.5)
}

/// A label that fits: what stands in brackets goes first, then words from the end.
fn shortened(label: &str) -> String {
    if text_width(label, LABEL_SIZE) <= WIDEST_LABEL {
        return label.to_owned();
    }
    let plain = label.split(" (").next().unwrap_or(label);
    match wrap(plain, WIDEST_LABEL - LABEL_SIZE, LABEL_SIZE).as_slice() {
        [whole] => whole.clone(),
        lines => format!("{} \u{2026}", lines.first().map_or("", String::as_str)),
    }
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
pub fn legend(canvas: &mut Canvas<'_>, area: Area, entries: &[(String, OptionStyle)]) {
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
    fn a_long_label_loses_its_brackets_first() {
        assert_eq!(shortened("Short (as it is)"), "Short (as it is)");
        assert_eq!(shortened("A union (of very many members as they stood in the year 2011)"), "A union");
        assert!(shortened("one word after another until the line is full and more").ends_with("\u{2026}"));
    }
}
