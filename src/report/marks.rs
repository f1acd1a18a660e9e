//! Points, marks and dashes.

/// A point in pixels, from the top left.
pub type Point = (f64, f64);

/// Shape of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marker {
    /// A disc.
    Circle,
    /// A square on its side.
    Square,
    /// A triangle that points up.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// A triangle that points down.
    FlatTriangle,
}

impl Marker {
    /// Corners around a point; none for a circle.
    #[must_use]
    pub fn corners(self, (x, y): Point, r: f64) -> Vec<Point> {
        let (s, d) = (0.88 * r, 1.25 * r);
        match self {
            Self::Circle => Vec::new(),
            Self::Square => vec![(x - s, y - s), (x + s, y - s), (x + s, y + s), (x - s, y + s)],
            Self::Diamond => vec![(x, y - d), (x + d, y), (x, y + d), (x - d, y)],
            Self::Triangle => vec![(x, y - d), (x + d, y + s), (x - d, y + s)],
            Self::FlatTriangle => vec![(x, y + d), (x + d, y - s), (x - d, y - s)],
        }
    }
}

/// Pattern of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dash {
    /// No gaps.
    Solid,
    /// Long dashes.
    Long,
    /// Medium dashes.
    Medium,
    /// Short dashes, nearly dots.
    Short,
}

impl Dash {
    /// Pixels drawn and left out, for a line of `width` pixels.
    #[must_use]
    pub fn pattern(self, width: f64) -> Option<(f64, f64)> {
        let unit = width.max(1.0);
        match self {
            Self::Solid => None,
            Self::Long => Some((6.0 * unit, 2.5 * unit)),
            Self::Medium => Some((3.5 * unit, 2.0 * unit)),
            Self::Short => Some((1.5 * unit, 1.5 * unit)),
        }
    }
}
