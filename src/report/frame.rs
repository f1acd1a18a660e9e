//! What all charts share: title, notes, panels with axes.

use super::axis::Scale;
use super::canvas::{Align, Canvas, Lettering, Stroke};
use super::marks::Point;
use super::png::png;
use super::svg::svg;
use super::text::{line_height, text_width, wrap, wrap_bold};
use super::theme::{
    GRID_LINE, INK, NOTE_SIZE, SOFT_INK, SUBTITLE_SIZE, TICK_SIZE, TITLE_SIZE, WHITE, ZERO_LINE,
};
use crate::sorted::sort_by_key;

/// Width of every chart.
pub const WIDTH: f64 = 760.0;
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
    n.clamp(1, 3)
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

/// A finished picture in both forms.
#[derive(Debug, Clone)]
pub struct Picture {
    /// As SVG.
    pub svg: String,
    /// As PNG.
    pub png: Vec<u8>,
}

/// Room above the chart where title and subtitle take one line each, and lines of notes that `height` includes.
const HEAD: f64 = 68.0;
const NOTES: usize = 2;

/// Draws a chart between its title and its notes. `height` holds a title and a subtitle of one line and two lines of
/// notes; where they need more, the picture grows and the chart keeps its room.
///
/// # Errors
/// A PNG that cannot be made.
pub fn chart(words: &Words, height: f64, draw: &dyn Fn(&mut Canvas, Area)) -> Result<Picture, String> {
    let width = WIDTH - 2.0 * MARGIN;
    let title = wrap_bold(&words.title, width, TITLE_SIZE);
    let subtitle = wrap(&words.subtitle, width, SUBTITLE_SIZE);
    let notes: Vec<String> = words.notes.iter().flat_map(|note| wrap(note, width, NOTE_SIZE)).collect();
    let more =
        |lines: usize, usual: usize, size: f64| (lines as f64 - usual as f64).max(0.0) * line_height(size);
    let below_title = more(title.len(), 1, TITLE_SIZE);
    let head = HEAD + below_title + more(subtitle.len(), 1, SUBTITLE_SIZE);
    let height = (height + head - HEAD + more(notes.len(), NOTES, NOTE_SIZE)).ceil();
    let foot = MARGIN * 0.6 + notes.len() as f64 * line_height(NOTE_SIZE);
    let mut canvas = Canvas::new((WIDTH, height));
    canvas.rect((0.0, 0.0), (WIDTH, height), WHITE, 1.0);
    canvas.lines((MARGIN, 26.0), &title, Lettering::new(TITLE_SIZE, INK).bold(true));
    canvas.lines((MARGIN, 49.0 + below_title), &subtitle, Lettering::new(SUBTITLE_SIZE, SOFT_INK));
    let top = height - foot;
    canvas.line(&[(MARGIN, top - 4.0), (WIDTH - MARGIN, top - 4.0)], Stroke::solid(GRID_LINE, 1.0));
    canvas.lines((MARGIN, top + 9.0), &notes, Lettering::new(NOTE_SIZE, SOFT_INK));
    draw(&mut canvas, Area { left: MARGIN, top: head, right: WIDTH - MARGIN, bottom: top - 14.0 });
    let description = format!("{}. {}", words.subtitle, words.notes.join(" "));
    Ok(Picture { svg: svg(&canvas, &words.title, &description), png: png(&canvas)? })
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
    /// two are too close, zero keeps its text and the other loses it.
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
        let enough = (most..4 * most).map(|wanted| self.x.ticks(wanted)).find(|ticks| ticks.len() > 1);
        let mut ticks = enough.unwrap_or_default();
        let mut order: Vec<usize> = (0..ticks.len()).collect();
        sort_by_key(&mut order, |&at| ticks[at].0 != 0.0);
        let mut taken: Vec<(f64, f64)> = Vec::new();
        for at in order {
            let (middle, half) = (self.x.at(ticks[at].0), half(&ticks[at]) + 1.5);
            if taken.iter().any(|(left, right)| middle - half < *right && *left < middle + half) {
                ticks[at].1.clear();
            } else {
                taken.push((middle - half, middle + half));
            }
        }
        ticks
    }

    /// Whole years from left to right, the last among them, so few that their texts stand apart.
    #[must_use]
    pub fn year_ticks(&self, [first, last]: [i16; 2]) -> Vec<(f64, String)> {
        let room = text_width("2000", TICK_SIZE) + 8.0;
        let step = [1, 2, 5, 10, 20, 50].into_iter().find(|step| {
            (self.x.at(f64::from(first) + f64::from(*step)) - self.x.at(f64::from(first))).abs() >= room
        });
        let step = step.unwrap_or(100);
        let years = (first..=last).filter(|year| (last - year) % step == 0);
        years.map(|year| (f64::from(year), year.to_string())).collect()
    }

    /// Upright lines at `ticks` with their texts below where `has_text`.
    pub fn x_axis(&self, canvas: &mut Canvas, ticks: &[(f64, String)], has_text: bool) {
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
    pub fn y_axis(&self, canvas: &mut Canvas, ticks: &[(f64, String)], has_text: bool) {
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
    pub fn x_marks(&self, canvas: &mut Canvas, ticks: &[(f64, String)], has_text: bool) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_of_a_narrow_panel_stand_apart() {
        let area = Area { left: 0.0, top: 0.0, right: 60.0, bottom: 50.0 };
        let ticks = Panel::new(area, (-0.04, 0.11), (0.0, 1.0)).x_ticks(4);
        assert_eq!(ticks.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), ["0.0", "0.1"]);
    }

    #[test]
    fn years_are_whole() {
        let area = Area { left: 0.0, top: 0.0, right: 300.0, bottom: 50.0 };
        let texts = |years: [i16; 2]| {
            let ticks =
                Panel::new(area, (f64::from(years[0]), f64::from(years[1])), (0.0, 1.0)).year_ticks(years);
            ticks.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(texts([2026, 2027]), "2026 2027");
        assert_eq!(texts([2021, 2035]), "2021 2023 2025 2027 2029 2031 2033 2035");
        assert_eq!(texts([2026, 2026]), "2026");
    }

    #[test]
    fn cells_fill_the_area() {
        let area = Area { left: 0.0, top: 0.0, right: 110.0, bottom: 50.0 };
        let cells = area.cells(4, 2, 10.0);
        assert_eq!(cells[0], Area { left: 0.0, top: 0.0, right: 50.0, bottom: 20.0 });
        assert_eq!(cells[3], Area { left: 60.0, top: 30.0, right: 110.0, bottom: 50.0 });
    }
}
