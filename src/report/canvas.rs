//! A drawing surface in pixels. What is drawn is kept as shapes, from which the SVG and the PNG are made.
//!
//! Two runs over the same numbers give the same bytes.

use super::colour::Rgb;
use super::marks::{Dash, Marker, Point};
use super::text::line_height;

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Stroke {
    /// Colour.
    pub colour: Rgb,
    /// Width in pixels.
    pub width: f64,
    /// Dash pattern.
    pub dash: Dash,
}

impl Stroke {
    /// A solid line.
    #[must_use]
    pub fn solid(colour: Rgb, width: f64) -> Self {
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
    pub colour: Rgb,
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
    pub fn new(size: f64, colour: Rgb) -> Self {
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

/// Something drawn.
#[derive(Debug, Clone)]
pub enum Shape {
    /// An open line.
    Line {
        /// Its points.
        points: Vec<Point>,
        /// Colour.
        colour: Rgb,
        /// Width in pixels.
        width: f64,
    },
    /// A filled area.
    Area {
        /// Its corners.
        points: Vec<Point>,
        /// Colour.
        colour: Rgb,
        /// From 0, nothing, to 1.
        opacity: f64,
    },
    /// A disc with an edge.
    Disc {
        /// Middle.
        at: Point,
        /// Radius in pixels.
        radius: f64,
        /// Colour inside.
        inside: Rgb,
        /// Colour and width of the edge.
        edge: (Rgb, f64),
    },
    /// A line of text.
    Text {
        /// Where, see [`Lettering`].
        at: Point,
        /// What.
        text: String,
        /// How.
        lettering: Lettering,
    },
}

/// A drawing in the making.
#[derive(Debug, Clone)]
pub struct Canvas {
    /// Width and height in pixels.
    pub size: (f64, f64),
    /// What was drawn, from the lowest to the highest.
    pub shapes: Vec<Shape>,
}

impl Canvas {
    /// An empty surface.
    #[must_use]
    pub fn new(size: (f64, f64)) -> Self {
        Self { size, shapes: Vec::new() }
    }

    /// A line through points.
    pub fn line(&mut self, points: &[Point], stroke: Stroke) {
        let Stroke { colour, width, dash } = stroke;
        for points in dashes(points, dash.pattern(width)) {
            self.shapes.push(Shape::Line { points, colour, width });
        }
    }

    /// A filled area.
    pub fn area(&mut self, points: &[Point], colour: Rgb, opacity: f64) {
        self.shapes.push(Shape::Area { points: points.to_vec(), colour, opacity });
    }

    /// A filled rectangle between two corners in any order.
    pub fn rect(&mut self, a: Point, b: Point, colour: Rgb, opacity: f64) {
        self.area(&[a, (b.0, a.1), b, (a.0, b.1)], colour, opacity);
    }

    /// A mark at a point; a hollow one is white inside.
    pub fn mark(&mut self, marker: Marker, at: Point, radius: f64, colour: Rgb, is_hollow: bool) {
        let inside = if is_hollow { Rgb(255, 255, 255) } else { colour };
        let corners = marker.corners(at, radius);
        if corners.is_empty() {
            self.shapes.push(Shape::Disc { at, radius, inside, edge: (colour, 1.6) });
            return;
        }
        self.area(&corners, inside, 1.0);
        let closed: Vec<Point> = corners.iter().chain(corners.iter().take(2)).copied().collect();
        self.line(&closed, Stroke::solid(colour, 1.6));
    }

    /// One line of text.
    pub fn text(&mut self, at: Point, text: &str, lettering: Lettering) {
        if !text.is_empty() {
            self.shapes.push(Shape::Text { at, text: text.to_owned(), lettering });
        }
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
}
