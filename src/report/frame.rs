//! What all charts share: title, notes, panels with axes, tables of panels, legends.

use super::axis::Scale;
use super::canvas::{Align, Canvas, Lettering, Point, Stroke, drawing, line_height, text_width, wrap};
use super::theme::{
    GRID_LINE, INK, LABEL_SIZE, NOTE_SIZE, OptionStyle, SOFT_INK, SUBTITLE_SIZE, TICK_SIZE, TITLE_SIZE,
    WHITE, ZERO_LINE,
};

/// Width of every chart.
pub const WIDTH: f64 = 900.0;
const MARGIN: f64 = 24.0;

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl Area {
    /// Distance of the sides.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Distance of upper and lower edge.
    #[must_use]
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The area without a strip at each side: left, top, right, bottom.
    #[must_use]
    pub fn inside(&self, [left, top, right, bottom]: [f64; 4]) -> Self {
        Self {
            left: self.left + left,
            top: self.top + top,
            right: self.right - right,
            bottom: self.bottom - bottom,
        }
    }

    /// `n` cells in `columns` columns, row by row.
    #[must_use]
    pub fn cells(&self, n: usize, columns: usize, gap: f64) -> Vec<Self> {
        let rows = n.div_ceil(columns.max(1)).max(1);
        let (width, height) = (
            (self.width() - gap * (columns as f64 - 1.0)) / columns as f64,
            (self.height() - gap * (rows as f64 - 1.0)) / rows as f64,
        );
        let cell = |at: usize| {
            let left = self.left + (at % columns) as f64 * (width + gap);
            let top = self.top + (at / columns) as f64 * (height + gap);
            Self { left, top, right: left + width, bottom: top + height }
        };
        (0..n).map(cell).collect()
    }
}

/// Columns in which `n` small panels stand best.
#[must_use]
pub fn columns_for(n: usize) -> usize {
    match n {
        0..=3 => n.max(1),
        4..=6 => 3,
        _ => 4,
    }
}

/// Texts around a chart.
#[derive(Debug, Clone)]
pub struct Words {
    /// What is shown, where and when.
    pub title: String,
    /// Measure and unit.
    pub subtitle: String,
    /// How to read the marks; then the source.
    pub notes: Vec<String>,
}

/// Draws a chart of the given height between its title and its notes.
///
/// # Errors
/// What the backend said.
pub fn chart(words: &Words, height: f64, draw: impl FnOnce(&mut Canvas<'_>, Area)) -> Result<String, String> {
    let width = WIDTH - 2.0 * MARGIN;
    let wrapped = |text: &String| wrap(text, width, NOTE_SIZE);
    let notes: Vec<String> = words.notes.iter().flat_map(wrapped).collect();
    let step = line_height(NOTE_SIZE);
    let foot = MARGIN * 0.6 + notes.len() as f64 * step;
    drawing((WIDTH, height), &words.title, |canvas| {
        canvas.rect((0.0, 0.0), (WIDTH, height), WHITE, 1.0);
        canvas.text((MARGIN, 26.0), &words.title, Lettering::new(TITLE_SIZE, INK).bold(true));
        canvas.text((MARGIN, 47.0), &words.subtitle, Lettering::new(SUBTITLE_SIZE, SOFT_INK));
        let top = height - foot;
        canvas.line(&[(MARGIN, top - 4.0), (WIDTH - MARGIN, top - 4.0)], Stroke::solid(GRID_LINE, 1.0));
        canvas.lines((MARGIN, top + 9.0), &notes, Lettering::new(NOTE_SIZE, SOFT_INK));
        draw(canvas, Area { left: MARGIN, top: 66.0, right: WIDTH - MARGIN, bottom: top - 14.0 });
    })
}

/// An area with its two scales.
#[derive(Debug, Clone, Copy)]
pub struct Panel {
    /// Area inside the axes.
    pub area: Area,
    /// Scale from left to right.
    pub x: Scale,
    /// Scale from bottom to top.
    pub y: Scale,
}

impl Panel {
    /// Scales of the given ranges on an area.
    #[must_use]
    pub fn new(area: Area, x: (f64, f64), y: (f64, f64)) -> Self {
        Self { area, x: Scale::new(x, (area.left, area.right)), y: Scale::new(y, (area.bottom, area.top)) }
    }

    /// Pixel of a pair of numbers.
    #[must_use]
    pub fn at(&self, x: f64, y: f64) -> Point {
        (self.x.at(x), self.y.at(y))
    }

    /// Round ticks from left to right, at most about `most`, so few that their texts stand apart; where even
    /// two are too many, the first and the last alone keep their text.
    #[must_use]
    pub fn x_ticks(&self, most: usize) -> Vec<(f64, String)> {
        let half = |tick: &(f64, String)| text_width(&tick.1, TICK_SIZE) / 2.0;
        let stand_apart = |pair: &[(f64, String)]| {
            self.x.at(pair[1].0) - self.x.at(pair[0].0) >= half(&pair[0]) + half(&pair[1]) + 3.0
        };
        let fits = |ticks: &Vec<(f64, String)>| ticks.len() > 1 && ticks.windows(2).all(stand_apart);
        if let Some(ticks) = (1..=most).rev().map(|wanted| self.x.ticks(wanted)).find(fits) {
            return ticks;
        }
        let mut ticks = self.x.ticks(most);
        let last = ticks.len().saturating_sub(1);
        for (k, (_, text)) in ticks.iter_mut().enumerate() {
            if k != 0 && k != last {
                text.clear();
            }
        }
        ticks
    }

    /// Upright lines at `ticks` with their texts below where `has_text`.
    pub fn x_axis(&self, canvas: &mut Canvas<'_>, ticks: &[(f64, String)], has_text: bool) {
        let Area { top, bottom, .. } = self.area;
        for (value, text) in ticks {
            let x = self.x.at(*value);
            canvas.line(&[(x, top), (x, bottom)], line_at(*value));
            if has_text {
                canvas.text((x, bottom + 11.0), text, tick_text().align(Align::Centre));
            }
        }
    }

    /// Level lines at `ticks` with their texts on the left where `has_text`.
    pub fn y_axis(&self, canvas: &mut Canvas<'_>, ticks: &[(f64, String)], has_text: bool) {
        let Area { left, right, .. } = self.area;
        for (value, text) in ticks {
            let y = self.y.at(*value);
            canvas.line(&[(left, y), (right, y)], line_at(*value));
            if has_text {
                canvas.text((left - 6.0, y), text, tick_text().align(Align::Right));
            }
        }
    }

    /// Short marks on the base line at `ticks` with their texts below where `has_text`.
    pub fn x_marks(&self, canvas: &mut Canvas<'_>, ticks: &[(f64, String)], has_text: bool) {
        let Area { left, right, bottom, .. } = self.area;
        canvas.line(&[(left, bottom), (right, bottom)], Stroke::solid(ZERO_LINE, 1.0));
        for (value, text) in ticks {
            let x = self.x.at(*value);
            canvas.line(&[(x, bottom), (x, bottom + 4.0)], Stroke::solid(ZERO_LINE, 1.0));
            if has_text {
                canvas.text((x, bottom + 13.0), text, tick_text().align(Align::Centre));
            }
        }
    }
}

fn line_at(value: f64) -> Stroke {
    Stroke::solid(if value == 0.0 { ZERO_LINE } else { GRID_LINE }, 1.0)
}

/// Numbers at ticks.
#[must_use]
pub fn tick_text() -> Lettering {
    Lettering::new(TICK_SIZE, SOFT_INK)
}

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
            canvas.rect(a, b, super::theme::tint(ZERO_LINE, 0.09), 1.0);
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

/// A legend of options, one below another, from the top of `area`: line, mark, title.
pub fn legend(canvas: &mut Canvas<'_>, area: Area, entries: &[(String, OptionStyle)]) {
    let mut y = area.top + 6.0;
    for (title, style) in entries {
        let Area { left, right, .. } = area;
        let stroke = Stroke { colour: style.colour, width: 2.0, dash: style.dash };
        canvas.line(&[(left, y), (left + 30.0, y)], stroke);
        canvas.mark(style.marker, (left + 15.0, y), 3.4, style.colour, false);
        let lines = wrap(title, right - left - 38.0, TICK_SIZE);
        canvas.lines((left + 38.0, y), &lines, Lettering::new(TICK_SIZE, INK));
        y += line_height(TICK_SIZE) * lines.len() as f64 + 5.0;
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

    #[test]
    fn ticks_of_a_narrow_panel_stand_apart() {
        let area = Area { left: 0.0, top: 0.0, right: 60.0, bottom: 50.0 };
        let ticks = Panel::new(area, (-0.04, 0.11), (0.0, 1.0)).x_ticks(4);
        assert_eq!(ticks.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["0.0", "0.1"]);
    }

    #[test]
    fn cells_fill_the_area() {
        let area = Area { left: 0.0, top: 0.0, right: 110.0, bottom: 50.0 };
        let cells = area.cells(4, 2, 10.0);
        assert_eq!(cells[0], Area { left: 0.0, top: 0.0, right: 50.0, bottom: 20.0 });
        assert_eq!(cells[3], Area { left: 60.0, top: 30.0, right: 110.0, bottom: 50.0 });
    }
}
