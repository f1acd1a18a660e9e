//! A drawing surface in pixels over the SVG backend of plotters.
//!
//! The backend takes whole numbers, so everything is drawn on a grid of a tenth of a pixel and the view box
//! scales it back. Text stays text. Two runs over the same numbers give the same bytes.

use std::fmt;

use plotters::backend::DrawingBackend;
use plotters::prelude::SVGBackend;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle};

use super::escape::escape;
use super::marks::{Dash, Marker, Point};
use super::text::line_height;

/// Grid steps to a pixel.
const GRID: f64 = 10.0;
/// Fonts in order of preference; all programs that show SVG have one of them.
const FONTS: &str = "Arial, Helvetica, sans-serif";
/// The backend divides font sizes by this.
const FONT_FACTOR: f64 = 1.24;

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Stroke {
    /// Colour.
    pub colour: RGBColor,
    /// Width in pixels.
    pub width: f64,
    /// Dash pattern.
    pub dash: Dash,
}

impl Stroke {
    /// A solid line.
    #[must_use]
    pub fn solid(colour: RGBColor, width: f64) -> Self {
        Self { colour, width, dash: Dash::Solid }
    }
}

/// Side of the point on which a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// The text begins at the point.
    Left,
    /// The text is centred on the point.
    Centre,
    /// The text ends at the point.
    Right,
}

/// How a text is set. Its point lies at half the height of the small letters.
#[derive(Debug, Clone, Copy)]
pub struct Lettering {
    /// Size in pixels.
    pub size: f64,
    /// Colour.
    pub colour: RGBColor,
    /// Bold letters.
    pub is_bold: bool,
    /// Side.
    pub align: Align,
    /// Read from the bottom to the top.
    pub is_upright: bool,
}

impl Lettering {
    /// Plain text to the right of its point.
    #[must_use]
    pub fn new(size: f64, colour: RGBColor) -> Self {
        Self { size, colour, is_bold: false, align: Align::Left, is_upright: false }
    }

    /// The same in bold where `is_bold`.
    #[must_use]
    pub fn bold(self, is_bold: bool) -> Self {
        Self { is_bold, ..self }
    }

    /// The same on another side.
    #[must_use]
    pub fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }
}

/// A drawing in the making.
pub struct Canvas<'s> {
    backend: SVGBackend<'s>,
    failure: Option<String>,
}

/// Draws with `draw` on a surface of the given size.
///
/// # Errors
/// What the backend said; it writes to memory, so that none is expected.
pub fn drawing(
    (width, height): (f64, f64),
    label: &str,
    draw: impl FnOnce(&mut Canvas<'_>),
) -> Result<String, String> {
    let mut svg = String::new();
    let size = ((width * GRID) as u32, (height * GRID) as u32);
    let mut canvas = Canvas { backend: SVGBackend::with_string(&mut svg, size), failure: None };
    draw(&mut canvas);
    let presented = canvas.backend.present();
    canvas.note(presented);
    let failure = canvas.failure.take();
    drop(canvas);
    match failure {
        Some(failure) => Err(failure),
        None => Ok(with_pixel_size(&svg, (width, height), label)),
    }
}

/// Gives the picture its size in pixels, while its view box stays on the grid, and a label for screen readers.
fn with_pixel_size(svg: &str, (width, height): (f64, f64), label: &str) -> String {
    let start = svg.find("viewBox").unwrap_or(0);
    let label = escape(label);
    format!(
        "<svg role=\"img\" aria-label=\"{label}\" width=\"{width}\" height=\"{height}\" {}",
        &svg[start..]
    )
}

fn grid((x, y): Point) -> (i32, i32) {
    ((x * GRID).round() as i32, (y * GRID).round() as i32)
}

fn shape(stroke: Stroke) -> ShapeStyle {
    ShapeStyle {
        color: stroke.colour.to_rgba(),
        filled: false,
        stroke_width: (stroke.width * GRID).round() as u32,
    }
}

impl Canvas<'_> {
    fn note<E: fmt::Display>(&mut self, result: Result<(), E>) {
        if let Err(error) = result {
            self.failure.get_or_insert(error.to_string());
        }
    }

    /// A line through points.
    pub fn line(&mut self, points: &[Point], stroke: Stroke) {
        for piece in dashes(points, stroke.dash.pattern(stroke.width)) {
            let drawn = self.backend.draw_path(piece.into_iter().map(grid), &shape(stroke));
            self.note(drawn);
        }
    }

    /// A filled area.
    pub fn area(&mut self, points: &[Point], colour: RGBColor, opacity: f64) {
        let drawn = self.backend.fill_polygon(points.iter().copied().map(grid), &colour.mix(opacity));
        self.note(drawn);
    }

    /// A filled rectangle between two corners in any order.
    pub fn rect(&mut self, a: Point, b: Point, colour: RGBColor, opacity: f64) {
        let (upper_left, lower_right) = ((a.0.min(b.0), a.1.min(b.1)), (a.0.max(b.0), a.1.max(b.1)));
        let drawn = self.backend.draw_rect(grid(upper_left), grid(lower_right), &colour.mix(opacity), true);
        self.note(drawn);
    }

    /// A mark at a point; a hollow one is white inside.
    pub fn mark(&mut self, marker: Marker, at: Point, radius: f64, colour: RGBColor, is_hollow: bool) {
        let inside = if is_hollow { RGBColor(255, 255, 255) } else { colour };
        let edge = Stroke::solid(colour, 1.6);
        let corners = marker.corners(at, radius);
        if corners.is_empty() {
            let radius = (radius * GRID).round() as u32;
            let filled = self.backend.draw_circle(grid(at), radius, &inside.to_rgba(), true);
            self.note(filled);
            let drawn = self.backend.draw_circle(grid(at), radius, &shape(edge), false);
            self.note(drawn);
            return;
        }
        self.area(&corners, inside, 1.0);
        let closed: Vec<Point> = corners.iter().chain(corners.iter().take(2)).copied().collect();
        self.line(&closed, edge);
    }

    /// One line of text.
    pub fn text(&mut self, at: Point, text: &str, lettering: Lettering) {
        let style = if lettering.is_bold { FontStyle::Bold } else { FontStyle::Normal };
        let turn = if lettering.is_upright { FontTransform::Rotate270 } else { FontTransform::None };
        let font = FontDesc::new(FontFamily::Name(FONTS), lettering.size * GRID * FONT_FACTOR, style)
            .transform(turn);
        let side = match lettering.align {
            Align::Left => HPos::Left,
            Align::Centre => HPos::Center,
            Align::Right => HPos::Right,
        };
        let style = font.color(&lettering.colour).pos(Pos::new(side, VPos::Center));
        let drawn = self.backend.draw_text(text, &style, grid(at));
        self.note(drawn);
    }

    /// Lines of text below one another, the first at `at`.
    pub fn lines(&mut self, at: Point, lines: &[String], lettering: Lettering) {
        for (k, line) in lines.iter().enumerate() {
            self.text((at.0, at.1 + k as f64 * line_height(lettering.size)), line, lettering);
        }
    }
}

/// Cuts a path into dashes of `(on, off)` pixels; the whole path where there is no pattern.
fn dashes(points: &[Point], pattern: Option<(f64, f64)>) -> Vec<Vec<Point>> {
    let Some((on, off)) = pattern else { return vec![points.to_vec()] };
    let mut pieces = Vec::new();
    let (mut is_on, mut left) = (true, on);
    let mut piece: Vec<Point> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length <= left {
                left -= length;
                piece.push(to);
                break;
            }
            let part = left / length;
            from = (from.0 + part * (to.0 - from.0), from.1 + part * (to.1 - from.1));
            piece.push(from);
            if is_on {
                pieces.push(std::mem::take(&mut piece));
            }
            (is_on, left) = (!is_on, if is_on { off } else { on });
            piece = vec![from];
        }
    }
    if is_on && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_follow_the_path_round_a_corner() {
        let pieces = dashes(&[(0.0, 0.0), (5.0, 0.0), (5.0, 5.0)], Some((4.0, 2.0)));
        assert_eq!(pieces, [vec![(0.0, 0.0), (4.0, 0.0)], vec![(5.0, 1.0), (5.0, 5.0)]]);
    }

    #[test]
    fn text_is_escaped_and_the_size_is_in_pixels() {
        let svg = drawing((90.0, 50.0), "a \"b\"", |canvas| {
            canvas.text((1.0, 2.0), "x < y", Lettering::new(10.0, RGBColor(0, 0, 0)));
        })
        .unwrap();
        assert!(svg.contains("x &lt; y") && svg.contains("a &quot;b&quot;"), "{svg}");
        assert!(svg.contains("width=\"90\" height=\"50\" viewBox=\"0 0 900 500\""), "{svg}");
    }
}
