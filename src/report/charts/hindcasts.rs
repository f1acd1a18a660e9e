//! What a model said of known changes beside what came: a cloud of flows for each hindcast, for `validate`.

use super::super::axis::Scale;
use super::super::canvas::{Align, Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel, Picture, Words, chart, columns_for};
use super::super::marks::{Dash, Marker};
use super::super::text::{line_height, wrap_bold};
use super::super::theme::{GAIN, INK, LABEL_SIZE, SOFT_INK, TICK_SIZE, ZERO_LINE};
use super::scene::DrawError;
use crate::sorted::sort_by;

const STEM: &str = "hindcasts";
/// Height of a panel with its heading.
const PANEL: f64 = 226.0;
/// Room between two panels.
const GAP: f64 = 26.0;
/// Largest and smallest radius of a dot.
const RADII: [f64; 2] = [1.3, 8.0];
/// Changes beyond these logs stand at the edge: a few small flows would else take all the room.
const FARTHEST: f64 = 1.5;

/// A flow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Dot {
    /// Log change that the model said.
    pub predicted: f64,
    /// Log change that came.
    pub actual: f64,
    /// Share of the flow in all flows of the hindcast.
    pub weight: f64,
    /// True if the change of policy was about this flow.
    pub is_target: bool,
}

/// A hindcast.
#[derive(Debug, Clone, PartialEq)]
pub struct Cloud {
    /// Its name with its scores.
    pub heading: String,
    /// Its flows.
    pub dots: Vec<Dot>,
}

/// Draws the hindcasts side by side, each with its own scales.
///
/// # Errors
/// [`DrawError`] with what the backend said.
pub fn draw(title: &str, clouds: &[Cloud]) -> Result<Picture, DrawError> {
    let words = Words {
        title: title.to_owned(),
        subtitle: "Log change of a flow\u{2019}s share in what the importer buys of the product: predicted (to the right) and actual (upwards)".to_owned(),
        notes: vec![format!(
            "Note: a dot is a flow, its area the weight in the score; blue = flows whose duty the change of policy moved, grey = all others; line = the prediction comes true; changes beyond {FARTHEST} stand at the edge. Scores: hindcast_scores.csv, flows: hindcasts.csv."
        )],
    };
    let columns = columns_for(clouds.len());
    let rows = clouds.len().div_ceil(columns).max(1) as f64;
    let height = 120.0 + rows * PANEL + (rows - 1.0) * GAP;
    let drawn = chart(&words, height, &|canvas, area| {
        for (cloud, cell) in clouds.iter().zip(area.cells(clouds.len(), columns, GAP)) {
            draw_cloud(canvas, cell, cloud);
        }
    });
    drawn.map_err(|message| DrawError { chart: STEM, message })
}

fn draw_cloud(canvas: &mut Canvas, cell: Area, cloud: &Cloud) {
    let heading = wrap_bold(&cloud.heading, cell.width(), LABEL_SIZE);
    let lettering = Lettering::new(LABEL_SIZE, INK).bold(true);
    canvas.lines((cell.left, cell.top + 8.0), &heading, lettering);
    let head = 12.0 + heading.len().max(2) as f64 * line_height(LABEL_SIZE);
    let near = |value: f64| value.clamp(-FARTHEST, FARTHEST);
    let dots = || {
        cloud.dots.iter().map(|dot| Dot { predicted: near(dot.predicted), actual: near(dot.actual), ..*dot })
    };
    let panel = Panel::new(
        cell.inside([34.0, head, 6.0, 18.0]),
        range(dots().map(|dot| dot.predicted)),
        range(dots().map(|dot| dot.actual)),
    );
    panel.x_axis(canvas, &panel.x_ticks(4), true);
    panel.y_axis(canvas, &panel.y.ticks(4), true);
    if let Some(ends) = diagonal(&panel) {
        canvas.line(&ends, Stroke { colour: ZERO_LINE, width: 1.2, dash: Dash::Medium });
    }
    let most = cloud.dots.iter().map(|dot| dot.weight).fold(f64::MIN_POSITIVE, f64::max);
    // Flows of the change lie above the others, the small ones above the large ones.
    let mut order: Vec<Dot> = dots().collect();
    sort_by(&mut order, |a, b| a.is_target.cmp(&b.is_target).then(b.weight.total_cmp(&a.weight)));
    for dot in order {
        let radius = (RADII[1] * (dot.weight / most).sqrt()).max(RADII[0]);
        let colour = if dot.is_target { GAIN } else { SOFT_INK };
        canvas.mark(Marker::Circle, panel.at(dot.predicted, dot.actual), radius, colour, true);
    }
    if cloud.dots.is_empty() {
        let at = ((panel.area.left + panel.area.right) / 2.0, (panel.area.top + panel.area.bottom) / 2.0);
        canvas.text(at, "no flow", Lettering::new(TICK_SIZE, SOFT_INK).align(Align::Centre));
    }
}

/// Least range around values and zero, with a margin on both sides.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((0.0_f64, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
    let margin = (0.06 * (high - low)).max(0.005);
    (low - margin, high + margin)
}

/// The ends of the line of equal values inside a panel; `None` where it does not pass.
fn diagonal(panel: &Panel) -> Option<[(f64, f64); 2]> {
    let ends = |scale: &Scale, a: f64, b: f64| {
        // Two points of the scale give its numbers back.
        let (zero, one) = (scale.at(0.0), scale.at(1.0));
        let back = |pixel: f64| (pixel - zero) / (one - zero);
        [back(a).min(back(b)), back(a).max(back(b))]
    };
    let area = panel.area;
    let (x, y) = (ends(&panel.x, area.left, area.right), ends(&panel.y, area.bottom, area.top));
    let (low, high) = (x[0].max(y[0]), x[1].min(y[1]));
    (low < high).then(|| [panel.at(low, low), panel.at(high, high)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_equal_values_stays_inside() {
        let area = Area { left: 0.0, top: 0.0, right: 100.0, bottom: 50.0 };
        let panel = Panel::new(area, (-1.0, 1.0), (-0.5, 0.5));
        assert_eq!(diagonal(&panel), Some([(25.0, 50.0), (75.0, 0.0)]));
    }

    #[test]
    fn a_hindcast_without_flows_and_one_with_a_far_flow_are_drawn() {
        let far = Dot { predicted: 0.1, actual: 40.0, weight: 1.0, is_target: true };
        let cloud = |dots: Vec<Dot>| Cloud { heading: "one".into(), dots };
        let picture = draw("What came", &[cloud(vec![far]), cloud(Vec::new())]).unwrap();
        assert!(picture.svg.contains("no flow") && !picture.svg.contains("NaN"));
    }
}
