//! A drawing as SVG. Letters are outlines, so that no font is needed where it is opened; each text is named, and the
//! picture has a title and a description for screen readers.

use std::fmt::Write;

use ttf_parser::OutlineBuilder;

use super::canvas::{Align, Canvas, Lettering, Shape};
use super::escape::escape;
use super::marks::Point;
use super::text;
use crate::sorted::SortedMap;

/// The drawing with its title and description.
#[must_use]
pub fn svg(canvas: &Canvas, title: &str, description: &str) -> String {
    let mut letters = SortedMap::new();
    let body: String = canvas.shapes.iter().map(|shape| element(shape, &mut letters)).collect();
    let (width, height) = (number(canvas.size.0), number(canvas.size.1));
    let outlines: String =
        letters.iter().map(|(id, path)| format!("<path id=\"{id}\" d=\"{path}\"/>\n")).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\">\n<title>{}</title>\n<desc>{}</desc>\n<defs>\n{outlines}</defs>\n{body}</svg>\n",
        escape(title),
        escape(description)
    )
}

/// With at most two decimals.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn points(points: &[Point]) -> String {
    points.iter().map(|(x, y)| format!("{},{}", number(*x), number(*y))).collect::<Vec<_>>().join(" ")
}

fn element(shape: &Shape, letters: &mut SortedMap<String, String>) -> String {
    match shape {
        Shape::Line { points: all, colour, width } => format!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
            points(all),
            colour.hex(),
            number(*width)
        ),
        Shape::Area { points: all, colour, opacity } => {
            let opacity =
                if *opacity < 1.0 { format!(" opacity=\"{}\"", number(*opacity)) } else { String::new() };
            format!("<polygon points=\"{}\" fill=\"{}\"{opacity}/>\n", points(all), colour.hex())
        }
        Shape::Disc { at: (x, y), radius, inside, edge: (colour, width) } => format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"{}\"/>\n",
            number(*x),
            number(*y),
            number(*radius),
            inside.hex(),
            colour.hex(),
            number(*width)
        ),
        Shape::Text { at, text, lettering } => line_of_text(*at, text, *lettering, letters),
    }
}

fn line_of_text(
    at: Point,
    text: &str,
    lettering: Lettering,
    letters: &mut SortedMap<String, String>,
) -> String {
    let is_bold = lettering.is_bold;
    let scale = lettering.size / text::units_per_size(is_bold);
    let mut used = String::new();
    for (glyph, x) in text::letters(text, is_bold) {
        let id = format!("{}{}", if is_bold { 'b' } else { 'r' }, glyph.0);
        let path = letters.entry(id.clone()).or_insert_with(|| {
            let mut path = Path::default();
            text::outline(glyph, is_bold, &mut path);
            path.0
        });
        if !path.is_empty() {
            let _ = write!(used, "<use href=\"#{id}\" x=\"{x}\"/>");
        }
    }
    letters.retain(|_, path| !path.is_empty());
    let turn = if lettering.is_upright { " rotate(-90)" } else { "" };
    let [left, down] = offset(text, lettering);
    format!(
        "<g data-text=\"{}\" fill=\"{}\" transform=\"translate({} {}){turn} translate({} {}) scale({scale:.6})\">{used}</g>\n",
        escape(text),
        lettering.colour.hex(),
        number(at.0),
        number(at.1),
        number(left),
        number(down)
    )
}

/// From the point of a text to the left end of its base line, along the text and downwards.
#[must_use]
pub fn offset(text: &str, lettering: Lettering) -> [f64; 2] {
    let width = text::width(text, lettering.size, lettering.is_bold);
    let left = match lettering.align {
        Align::Left => 0.0,
        Align::Centre => -width / 2.0,
        Align::Right => -width,
    };
    let scale = lettering.size / text::units_per_size(lettering.is_bold);
    [left, text::small_letter_height(lettering.is_bold) * scale / 2.0]
}

/// An outline as the text of a path, downwards.
#[derive(Default)]
struct Path(String);

impl OutlineBuilder for Path {
    fn move_to(&mut self, x: f32, y: f32) {
        let _ = write!(self.0, "M{x} {}", -y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let _ = write!(self.0, "L{x} {}", -y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let _ = write!(self.0, "Q{x1} {} {x} {}", -y1, -y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let _ = write!(self.0, "C{x1} {} {x2} {} {x} {}", -y1, -y2, -y);
    }

    fn close(&mut self) {
        self.0.push('Z');
    }
}

#[cfg(test)]
mod tests {
    use super::super::colour::Rgb;
    use super::*;

    #[test]
    fn texts_are_named_and_escaped_and_need_no_font() {
        let mut canvas = Canvas::new((90.0, 50.0));
        canvas.text((1.0, 2.0), "x < y", Lettering::new(10.0, Rgb(0, 0, 0)));
        let svg = svg(&canvas, "a \"b\"", "c & d");
        assert!(
            svg.contains("data-text=\"x &lt; y\"") && svg.contains("<title>a &quot;b&quot;</title>"),
            "{svg}"
        );
        assert!(svg.contains("width=\"90\" height=\"50\" viewBox=\"0 0 90 50\""), "{svg}");
        assert!(!svg.contains("<text") && svg.matches("<path").count() == 3, "{svg}");
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([12.0, 1.5, -0.001, 0.257].map(number), ["12", "1.5", "0", "0.26"]);
    }
}
