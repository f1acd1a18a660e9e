//! Gain of the focus country over the years in the draws in which an option comes into force, one panel per option.

use super::super::axis::{decimals_for, range_with_zero, signed};
use super::super::canvas::{Canvas, Lettering, Stroke};
use super::super::frame::{Area, Panel, columns_for};
use super::super::input::{DrawPath, Measure};
use super::super::marks::{Dash, Point};
use super::super::text::{line_height, wrap_bold};
use super::super::theme::{INK, SOFT_INK, TICK_SIZE, tint};
use super::scene::{Chart, DrawError, Scene, picture};
use crate::output::rows::{self, Text, table};
use crate::sorted::sort_by;

const STEM: &str = "real_income_in_force";
/// Height of a row of panels and of everything around them.
const PANEL: f64 = 200.0;
const AROUND: f64 = 150.0;
/// Room between panels.
const GAP: f64 = 36.0;

table! {
    /// Numbers behind the chart.
    pub struct DrawGain<'a> in "charts/real_income_in_force.csv" by (option, year, iso3, draw) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// Draw in which the option comes into force
        draw: u64,
        /// Real income against the reference option in that draw
        real_income_vs_reference_pct: f64 ["pct"],
    }
}

/// One option with the draws in which it comes into force.
struct Fan<'r> {
    option: usize,
    paths: &'r [DrawPath],
}

impl Fan<'_> {
    /// Values of the last year.
    fn ends(&self) -> impl Iterator<Item = f64> + '_ {
        self.paths.iter().filter_map(|path| path.years.last()).map(|(_, value)| *value)
    }
}

/// Draws the chart; `None` if the run keeps no draw in which an option comes into force.
pub fn draw(scene: &Scene<'_>) -> Result<Option<Chart>, DrawError> {
    let manifest = &scene.run.manifest;
    let of = |option: usize| {
        let paths = scene.run.draws.as_ref()?.get(&option)?;
        (!paths.is_empty()).then_some(Fan { option, paths })
    };
    let fans: Vec<Fan<'_>> = manifest.compared().into_iter().filter_map(of).collect();
    let [first, last] = manifest.years;
    if fans.is_empty() || first == last {
        return Ok(None);
    }
    let title = title(scene, &fans);
    let subtitle = format!(
        "Real income, percent, {first}\u{2013}{last}, draws in which the option comes into force, {}; the same scale in \
         every panel",
        scene.against()
    );
    let note =
        "thin line = one solved draw in which the option comes into force by the last year (the first 60), \
                dashed line = reference path. A deal that is left again still counts."
            .to_owned();
    let words = scene.words(title.clone(), subtitle, note);
    let height = AROUND + PANEL * fans.len().div_ceil(columns_for(fans.len())) as f64;
    let picture = picture(STEM, &words, height, &|canvas, area| draw_fans(canvas, area, scene, &fans))?;
    Ok(Some(Chart {
        stem: STEM,
        title,
        picture,
        csv: rows::text(numbers(scene, &fans)),
        reading:
            "Each thin line is one future in which the option comes into force: flat until then, then the \
                  climb as duties and barriers fall. How dense the lines are shows how likely the option is."
                .into(),
        limits:
            "Few lines mean few draws: their spread says little. Futures without the option are not drawn."
                .into(),
    }))
}

fn title(scene: &Scene<'_>, fans: &[Fan<'_>]) -> String {
    let mut all: Vec<(usize, f64)> =
        fans.iter().flat_map(|fan| fan.ends().map(move |value| (fan.option, value))).collect();
    sort_by(&mut all, |a, b| a.1.total_cmp(&b.1));
    let (Some(least), Some(most)) = (all.first(), all.last()) else {
        return "No option comes into force".into();
    };
    let digits = decimals_for([least.1, most.1]);
    format!(
        "{}: where an option comes into force, real income in {} moves by {} to {} %, most under {}",
        scene.run.manifest.focus_name(),
        scene.run.manifest.last_year(),
        signed(least.1, digits),
        signed(most.1, digits),
        scene.quoted(most.0)
    )
}

fn draw_fans(canvas: &mut Canvas, area: Area, scene: &Scene<'_>, fans: &[Fan<'_>]) {
    let columns = columns_for(fans.len());
    let cells = area.inside([28.0, 0.0, 8.0, 8.0]).cells(fans.len(), columns, GAP);
    let years = scene.run.manifest.years;
    let paths: Vec<Vec<(f64, f64)>> = fans.iter().map(|fan| reference(scene, fan.option)).collect();
    let drawn = fans.iter().flat_map(|fan| fan.paths).flat_map(|path| &path.years).map(|(_, value)| *value);
    let range = range_with_zero(drawn.chain(paths.iter().flatten().map(|(_, value)| *value)));
    for (k, (fan, cell)) in fans.iter().zip(&cells).enumerate() {
        let count = match fan.paths.len() {
            1 => "1 draw".to_owned(),
            n => format!("{n} draws"),
        };
        let title = format!("{} ({count})", scene.run.manifest.options[fan.option].title);
        let lines = wrap_bold(&title, cell.width() + GAP - 10.0, TICK_SIZE);
        let head = 3.0 * line_height(TICK_SIZE) + 4.0;
        let top = cell.top + head - 8.0 - line_height(TICK_SIZE) * (lines.len() as f64 - 0.5);
        canvas.lines((cell.left, top), &lines, Lettering::new(TICK_SIZE, INK).bold(true));
        let panel = Panel::new(
            cell.inside([0.0, head, 0.0, 14.0]),
            (f64::from(years[0]), f64::from(years[1])),
            range,
        );
        panel.y_axis(canvas, &panel.y.ticks(5), k % columns == 0);
        panel.x_marks(canvas, &panel.year_ticks(years), true);
        let colour = tint(scene.styles[fan.option].colour, 0.75);
        for path in fan.paths {
            let points: Vec<Point> =
                path.years.iter().map(|(year, value)| panel.at(f64::from(*year), *value)).collect();
            canvas.line(&points, Stroke::solid(colour, 1.0));
        }
        let points: Vec<Point> = paths[k].iter().map(|(year, value)| panel.at(*year, *value)).collect();
        canvas.line(&points, Stroke { colour: SOFT_INK, width: 1.6, dash: Dash::Medium });
    }
}

/// The reference path of an option.
fn reference(scene: &Scene<'_>, option: usize) -> Vec<(f64, f64)> {
    let [first, last] = scene.run.manifest.years;
    let year = |year: i16| {
        let key = (option, year, scene.run.focus(), Measure::Pct);
        Some((f64::from(year), *scene.run.reference.get(&key)?))
    };
    (first..=last).filter_map(year).collect()
}

fn numbers<'r>(scene: &'r Scene<'_>, fans: &'r [Fan<'_>]) -> impl Iterator<Item = DrawGain<'r>> {
    let paths = fans.iter().flat_map(|fan| fan.paths.iter().map(move |path| (fan.option, path)));
    paths.flat_map(move |(option, path)| {
        path.years.iter().map(move |&(year, real_income_vs_reference_pct)| DrawGain {
            option: scene.option_id(option),
            year,
            iso3: scene.focus(),
            draw: path.draw,
            real_income_vs_reference_pct,
        })
    })
}
