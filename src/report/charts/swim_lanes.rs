//! The steps of one path in time: a lane for each process, for `timeline`.

use jiff::civil::{Date, date};

use super::super::canvas::{Align, Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel, Picture, Words, chart};
use super::super::marks::{Dash, Marker};
use super::super::text::{shortened, text_width};
use super::super::theme::{GAIN, GRID_LINE, INK, LABEL_SIZE, LOSS, SOFT_INK, TICK_SIZE, tint};
use super::scene::DrawError;
use crate::sorted::sort_by_key;

const STEM: &str = "swim_lanes";
const LANE_HEIGHT: f64 = 30.0;
const LABELS: f64 = 190.0;

/// What a step of a lane is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// A stage was reached, or an event happened.
    Reached,
    /// A stage began to wait for something.
    Waiting,
    /// A stage failed, or the process was cancelled.
    Failed,
}

/// A step of a lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Day.
    pub date: Date,
    /// Text beside the mark; empty = none.
    pub label: String,
    /// What it is.
    pub kind: StepKind,
    /// True if it is a milestone: the mark is larger.
    pub is_milestone: bool,
}

/// A process with its steps in order of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    /// Name.
    pub name: String,
    /// Steps.
    pub steps: Vec<Step>,
}

/// Draws lanes below one another over the years from `first` to `last`.
///
/// # Errors
/// [`DrawError`] with what the backend said.
pub fn draw(title: &str, lanes: &[Lane], (first, last): (Date, Date)) -> Result<Picture, DrawError> {
    let words = Words {
        title: title.to_owned(),
        subtitle: "Reference path: each own step succeeds after its median time; large marks are milestones".to_owned(),
        notes: vec![
            "filled: reached; hollow: failed or cancelled; dashed: ready, waiting for something else. The path is one of many, not a forecast: dates.csv holds the distribution.".to_owned(),
        ],
    };
    let height = 150.0 + LANE_HEIGHT * lanes.len().max(1) as f64;
    chart(&words, height, &|canvas, area| draw_lanes(canvas, area, lanes, (first, last)))
        .map_err(|message| DrawError { chart: STEM, message })
}

fn draw_lanes(canvas: &mut Canvas, area: Area, lanes: &[Lane], (first, last): (Date, Date)) {
    let plot = area.inside([LABELS, 0.0, 8.0, 24.0]);
    let panel = Panel::new(plot, (years(first), years(last) + 1.0 / 365.0), (0.0, 1.0));
    let step = plot.height() / lanes.len().max(1) as f64;
    panel.x_axis(canvas, &panel.year_ticks([first.year() + 1, last.year()]), true);
    for (k, lane) in lanes.iter().enumerate() {
        let y = plot.top + (k as f64 + 0.5) * step;
        let name = Lettering::new(LABEL_SIZE, INK).align(Align::Right);
        canvas.text((plot.left - 10.0, y), &shortened(&lane.name, LABELS - 14.0, LABEL_SIZE), name);
        canvas.line(&[(plot.left, y), (plot.right, y)], Stroke::solid(GRID_LINE, 1.0));
        draw_lane(canvas, &panel, lane, y);
    }
}

fn draw_lane(canvas: &mut Canvas, panel: &Panel, lane: &Lane, y: f64) {
    let x = |step: &Step| panel.x.at(years(step.date));
    for pair in lane.steps.windows(2) {
        let dash = if pair[0].kind == StepKind::Waiting { Dash::Short } else { Dash::Solid };
        let stroke = Stroke { colour: tint(GAIN, 0.45), width: 4.0, dash };
        canvas.line(&[(x(&pair[0]), y), (x(&pair[1]), y)], stroke);
    }
    for step in &lane.steps {
        let (at, radius) = (x(step), if step.is_milestone { 4.6 } else { 2.6 });
        match step.kind {
            StepKind::Reached => canvas.mark(Marker::Circle, (at, y), radius, GAIN, false),
            StepKind::Waiting => canvas.mark(Marker::Square, (at, y), 2.6, SOFT_INK, true),
            StepKind::Failed => canvas.mark(Marker::Diamond, (at, y), 4.0, LOSS, true),
        }
    }
    draw_labels(canvas, panel, lane, y);
}

/// Labels where there is room: the last step first, then milestones, then the others.
fn draw_labels(canvas: &mut Canvas, panel: &Panel, lane: &Lane, y: f64) {
    let last = lane.steps.len().saturating_sub(1);
    let mut order: Vec<(usize, &Step)> = lane.steps.iter().enumerate().collect();
    sort_by_key(&mut order, |(k, step)| (*k != last, !step.is_milestone, *k));
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for (_, step) in order.into_iter().filter(|(_, step)| !step.label.is_empty()) {
        let label = format!("{} {}", step.label, step.date.strftime("%Y-%m"));
        let half = text_width(&label, TICK_SIZE - 1.0) / 2.0 + 3.0;
        let at = panel.x.at(years(step.date)).max(panel.area.left + half).min(panel.area.right - half);
        if taken.iter().all(|(left, right)| at + half <= *left || *right <= at - half) {
            let small = Lettering::new(TICK_SIZE - 1.0, SOFT_INK).align(Align::Centre);
            canvas.text((at, y - 11.5), &label, small);
            taken.push((at - half, at + half));
        }
    }
}

/// A date in years.
fn years(day: Date) -> f64 {
    let since = date(day.year(), 1, 1).until(day).map_or(0, |span| span.get_days());
    f64::from(day.year()) + f64::from(since) / 365.25
}
