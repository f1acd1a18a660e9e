//! One look for all charts: colours, marks, dashes and sizes.
//!
//! The colours of the options are those of Okabe & Ito (2008), which readers with any colour vision can tell apart,
//! the pale ones darkened until they have a contrast of 3 to 1 with white; each option also has its own mark and
//! dash, so that a grey print still works and more options than colours can be told apart.

use super::colour::Rgb;
use super::manifest::Manifest;
use super::marks::{Dash, Marker};

/// Titles and labels.
pub const INK: Rgb = Rgb(34, 34, 34);
/// Units, notes.
pub const SOFT_INK: Rgb = Rgb(89, 89, 89);
/// Lines of the grid.
pub const GRID_LINE: Rgb = Rgb(224, 224, 224);
/// The line of zero.
pub const ZERO_LINE: Rgb = Rgb(120, 120, 120);
/// Ground.
pub const WHITE: Rgb = Rgb(255, 255, 255);
/// Gains in the heat map.
pub const GAIN: Rgb = Rgb(0, 114, 178);
/// Losses in the heat map.
pub const LOSS: Rgb = Rgb(196, 78, 0);

/// Size of the title.
pub const TITLE_SIZE: f64 = 19.0;
/// Size of the line below it.
pub const SUBTITLE_SIZE: f64 = 14.0;
/// Size of labels.
pub const LABEL_SIZE: f64 = 13.0;
/// Size of the numbers at ticks and of small labels.
pub const TICK_SIZE: f64 = 12.0;
/// Size of the notes.
pub const NOTE_SIZE: f64 = 11.5;

const REFERENCE: Rgb = Rgb(110, 110, 110);
const COLOURS: [Rgb; 8] = [
    Rgb(0, 114, 178),
    Rgb(213, 94, 0),
    Rgb(0, 158, 115),
    Rgb(204, 121, 167),
    Rgb(46, 143, 203),
    Rgb(154, 107, 0),
    Rgb(0, 0, 0),
    Rgb(106, 61, 154),
];
const MARKERS: [Marker; 5] =
    [Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond, Marker::FlatTriangle];
const DASHES: [Dash; 4] = [Dash::Solid, Dash::Long, Dash::Short, Dash::Medium];

/// Look of an option in every chart.
#[derive(Debug, Clone, Copy)]
pub struct OptionStyle {
    /// Colour.
    pub colour: Rgb,
    /// Mark.
    pub marker: Marker,
    /// Dash of its lines.
    pub dash: Dash,
}

/// The look of each option, in the order of the manifest: the reference is grey, the others take the colours in turn.
#[must_use]
pub fn option_styles(manifest: &Manifest) -> Vec<OptionStyle> {
    let ids: Vec<String> = manifest.options.iter().map(|option| option.id.clone()).collect();
    styles_of(&ids, &manifest.reference_option)
}

/// The same for the options of a plan by their ids.
#[must_use]
pub fn styles_of(options: &[String], reference: &str) -> Vec<OptionStyle> {
    let compared: Vec<usize> = (0..options.len()).filter(|&at| options[at] != reference).collect();
    let style = |at: usize| match compared.iter().position(|&other| other == at) {
        None => OptionStyle { colour: REFERENCE, marker: Marker::Circle, dash: Dash::Solid },
        Some(k) => OptionStyle {
            colour: COLOURS[k % COLOURS.len()],
            marker: MARKERS[k % MARKERS.len()],
            dash: DASHES[k % DASHES.len()],
        },
    };
    (0..options.len()).map(style).collect()
}

/// `share` of a colour on white.
#[must_use]
pub fn tint(Rgb(red, green, blue): Rgb, share: f64) -> Rgb {
    let mix = |channel: u8| (255.0 - share * (255.0 - f64::from(channel))).round() as u8;
    Rgb(mix(red), mix(green), mix(blue))
}

/// Black or white, whichever reads better on a ground.
#[must_use]
pub fn ink_on(Rgb(red, green, blue): Rgb) -> Rgb {
    let light = 0.299 * f64::from(red) + 0.587 * f64::from(green) + 0.114 * f64::from(blue);
    if light > 140.0 { INK } else { WHITE }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_can_be_seen_on_white() {
        for colour in COLOURS.into_iter().chain([REFERENCE, GAIN, LOSS, SOFT_INK]) {
            assert!(colour.contrast(WHITE) >= 3.0, "{}", colour.hex());
        }
    }

    #[test]
    fn forty_options_look_different() {
        let ids: Vec<String> = (0..40).map(|k| k.to_string()).collect();
        let looks: Vec<String> = styles_of(&ids, "39").iter().map(|style| format!("{style:?}")).collect();
        assert!((0..40).all(|k| !looks[..k].contains(&looks[k])));
    }

    #[test]
    fn tints_run_from_white_to_the_colour() {
        assert_eq!((tint(GAIN, 0.0), tint(GAIN, 1.0)), (WHITE, GAIN));
        assert_eq!((ink_on(WHITE), ink_on(Rgb(0, 0, 0))), (INK, WHITE));
    }
}
