//! A drawing as PNG, twice as fine as its pixels.

use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Stroke, Transform};
use ttf_parser::OutlineBuilder;

use super::canvas::{Canvas, Lettering, Shape};
use super::colour::Rgb;
use super::marks::Point;
use super::svg::offset;
use super::text;

/// Dots of the PNG to one pixel of the drawing.
const FINENESS: f64 = 2.0;
/// Effort of packing, 1 to 9.
const EFFORT: u8 = 3;

/// The drawing as bytes of a PNG.
///
/// # Errors
/// A drawing without size, or bytes that cannot be packed.
pub fn png(canvas: &Canvas) -> Result<Vec<u8>, String> {
    let [width, height] = [canvas.size.0, canvas.size.1].map(|side| (side * FINENESS).round() as u32);
    let mut pixels = Pixmap::new(width, height).ok_or("a picture without size")?;
    pixels.fill(Color::WHITE);
    for shape in &canvas.shapes {
        draw(&mut pixels, shape);
    }
    encode(&pixels).map_err(|error| error.to_string())
}

/// The picture without its transparency, of which a white ground leaves none. Large areas of one colour pack best as they
/// are, without a filter; more effort gains little.
fn encode(pixels: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_filter(png::Filter::NoFilter);
    encoder.set_deflate_compression(png::DeflateCompression::Level(EFFORT));
    // Four bytes a dot, the last of which is the transparency.
    let mut colours = vec![0; 3 * pixels.pixels().len()];
    for (to, dot) in colours.as_chunks_mut::<3>().0.iter_mut().zip(pixels.data().as_chunks::<4>().0) {
        to.copy_from_slice(&dot[..3]);
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&colours)?;
    writer.finish()?;
    Ok(bytes)
}

fn paint(Rgb(red, green, blue): Rgb, opacity: f64) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(red, green, blue, (opacity * 255.0).round() as u8);
    paint.anti_alias = true;
    paint
}

fn whole() -> Transform {
    Transform::from_scale(FINENESS as f32, FINENESS as f32)
}

fn path(points: &[Point], is_closed: bool) -> Option<Path> {
    let mut builder = PathBuilder::new();
    for (k, (x, y)) in points.iter().enumerate() {
        if k == 0 {
            builder.move_to(*x as f32, *y as f32);
        } else {
            builder.line_to(*x as f32, *y as f32);
        }
    }
    if is_closed {
        builder.close();
    }
    builder.finish()
}

fn stroke(width: f64) -> Stroke {
    Stroke { width: width as f32, ..Stroke::default() }
}

fn draw(pixels: &mut Pixmap, shape: &Shape) {
    match shape {
        Shape::Line { points, colour, width } => {
            if let Some(path) = path(points, false) {
                pixels.stroke_path(&path, &paint(*colour, 1.0), &stroke(*width), whole(), None);
            }
        }
        Shape::Area { points, colour, opacity } => {
            if let Some(path) = path(points, true) {
                pixels.fill_path(&path, &paint(*colour, *opacity), FillRule::Winding, whole(), None);
            }
        }
        Shape::Disc { at: (x, y), radius, inside, edge: (colour, width) } => {
            if let Some(path) = PathBuilder::from_circle(*x as f32, *y as f32, *radius as f32) {
                pixels.fill_path(&path, &paint(*inside, 1.0), FillRule::Winding, whole(), None);
                pixels.stroke_path(&path, &paint(*colour, 1.0), &stroke(*width), whole(), None);
            }
        }
        Shape::Text { at, text, lettering } => draw_text(pixels, *at, text, *lettering),
    }
}

fn draw_text(pixels: &mut Pixmap, at: Point, text: &str, lettering: Lettering) {
    let mut outline = Outline { builder: PathBuilder::new(), x: 0.0 };
    for (glyph, x) in text::letters(text, lettering.is_bold) {
        outline.x = x as f32;
        text::outline(glyph, lettering.is_bold, &mut outline);
    }
    let Some(path) = outline.builder.finish() else { return };
    let [left, down] = offset(text, lettering);
    let scale = (lettering.size / text::units_per_size(lettering.is_bold)) as f32;
    let turn = if lettering.is_upright { -90.0 } else { 0.0 };
    let place = Transform::from_scale(scale, scale)
        .post_translate(left as f32, down as f32)
        .post_concat(Transform::from_rotate(turn))
        .post_translate(at.0 as f32, at.1 as f32)
        .post_concat(whole());
    pixels.fill_path(&path, &paint(lettering.colour, 1.0), FillRule::Winding, place, None);
}

/// Letters of a text as one path, downwards.
struct Outline {
    builder: PathBuilder,
    /// Start of the letter.
    x: f32,
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.builder.move_to(self.x + x, -y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.builder.line_to(self.x + x, -y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.builder.quad_to(self.x + x1, -y1, self.x + x, -y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.builder.cubic_to(self.x + x1, -y1, self.x + x2, -y2, self.x + x, -y);
    }

    fn close(&mut self) {
        self.builder.close();
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::Stroke as Line;
    use super::*;

    #[test]
    fn a_picture_has_the_dots_of_its_shapes() {
        let mut canvas = Canvas::new((40.0, 20.0));
        canvas.rect((0.0, 0.0), (20.0, 20.0), Rgb(0, 114, 178), 1.0);
        canvas.line(&[(20.0, 10.0), (40.0, 10.0)], Line::solid(Rgb(0, 0, 0), 4.0));
        let pixels = Pixmap::decode_png(&png(&canvas).unwrap()).unwrap();
        assert_eq!((pixels.width(), pixels.height()), (80, 40));
        let dot = |x, y| pixels.pixel(x, y).map(|dot| (dot.red(), dot.green(), dot.blue())).unwrap();
        assert_eq!([dot(10, 10), dot(60, 20), dot(60, 4)], [(0, 114, 178), (0, 0, 0), (255, 255, 255)]);
    }

    #[test]
    fn text_is_drawn_where_the_svg_has_it() {
        let mut canvas = Canvas::new((60.0, 20.0));
        canvas.text((30.0, 10.0), "Hx", Lettering::new(12.0, Rgb(0, 0, 0)));
        let pixels = Pixmap::decode_png(&png(&canvas).unwrap()).unwrap();
        let dark = |from: u32, to: u32| {
            (from..to)
                .flat_map(|x| (0..40).map(move |y| (x, y)))
                .any(|(x, y)| pixels.pixel(x, y).unwrap().red() < 90)
        };
        assert!(!dark(0, 58) && dark(60, 90) && !dark(100, 120));
    }
}
