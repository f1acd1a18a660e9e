//! Gain of the focus country over the years, one panel per option.

use super::super::axis::{decimals_for, range_with_zero, signed};
use super::super::canvas::{Canvas, Lettering, Stroke};
use super::super::colour::Rgb;
use super::super::frame::{Area, Panel, columns_for};
use super::super::input::{Measure, Spread};
use super::super::marks::{Dash, Point};
use super::super::text::{line_height, wrap_bold};
use super::super::theme::{INK, TICK_SIZE, tint};
use super::scene::{Chart, DrawError, Scene, picture};
use crate::output::rows::{self, Text, table};

const STEM: &str = "real_income_fan";

table! {
    /// Numbers behind the chart.
    pub struct YearGain<'a> in "charts/real_income_fan.csv" by (option, year, iso3, statistic) {
        /// Option
        option: Text<'a>,
        /// Year
        year: i16,
        /// Country
        iso3: Text<'a>,
        /// mean, a quantile over the draws, or reference_path
        statistic: Text<'a>,
        /// Real income against the reference option
        real_income_vs_reference_pct: f64 ["pct"],
    }
}

/// One option over the years.
struct Fan<'r> {
    option: usize,
    years: Vec<(i16, &'r Spread, f64)>,
}

/// Draws the chart.
pub fn draw(scene: &Scene<'_>) -> Result<Chart, DrawError> {
    let manifest = &scene.run.manifest;
    let fans: Vec<Fan<'_>> = manifest.compared().into_iter().map(|option| fan(scene, option)).collect();
    let [first, last] = manifest.years;
    let title = title(scene, &fans);
    let subtitle = format!(
        "Real income, percent, {first}\u{2013}{last}, all draws, {}; the same scale in every panel",
        scene.against()
    );
    let note =
        "bands hold the middle half (25\u{2013}75 %) and nine tenths (5\u{2013}95 %) of the draws of each \
                year; draws in which the option is not in force count as they are."
            .to_owned();
    let words = scene.words(title.clone(), subtitle, note);
    let cells = fans.len() + 1;
    let rows_of_panels = cells.div_ceil(columns_for(cells)).max(2);
    let height = 150.0 + 200.0 * rows_of_panels as f64;
    let picture = picture(STEM, &words, height, &|canvas, area| draw_fans(canvas, area, scene, &fans))?;
    Ok(Chart {
        stem: STEM,
        title,
        picture,
        csv: rows::text(numbers(scene, &fans)),
        reading:
            "Each panel is an option. The thick line is the mean over the draws, the thin line the median, \
                  the dashed line the reference path, on which every stage succeeds after its median duration. Bands show the \
                  spread of the draws in each year."
                .into(),
        limits: "A band is the spread of separate years, not of paths: no single draw need follow its edge. \
                 Where an option is unlikely, the median stays at zero although the mean moves."
            .into(),
    })
}

/// What the mean of all futures comes to, and where the reference path goes.
fn title(scene: &Scene<'_>, fans: &[Fan<'_>]) -> String {
    let manifest = &scene.run.manifest;
    let last = fans.iter().filter_map(|fan| Some((fan.option, fan.years.last()?)));
    let Some((option, (year, spread, _))) = last.clone().max_by(|a, b| a.1.1.mean.total_cmp(&b.1.1.mean))
    else {
        return "No gain is told".into();
    };
    let path = last.map(|(_, (_, _, path))| *path).fold(f64::NEG_INFINITY, f64::max);
    let digits = decimals_for([path]);
    format!(
        "{}: up to {} % by {year} on a reference path, but {} % at most in the mean of all futures, under {}",
        manifest.focus_name(),
        signed(path, digits),
        signed(spread.mean, digits),
        scene.quoted(option)
    )
}

fn fan<'r>(scene: &Scene<'r>, option: usize) -> Fan<'r> {
    let run = scene.run;
    let [first, last] = run.manifest.years;
    let year = |year: i16| {
        let key = (option, year, run.focus(), Measure::Pct);
        Some((year, run.gains.get(&key)?, *run.reference.get(&key)?))
    };
    Fan { option, years: (first..=last).filter_map(year).collect() }
}

fn draw_fans(canvas: &mut Canvas, area: Area, scene: &Scene<'_>, fans: &[Fan<'_>]) {
    let columns = columns_for(fans.len() + 1);
    let cells = area.inside([28.0, 0.0, 0.0, 8.0]).cells(fans.len() + 1, columns, 36.0);
    let ends = fans
        .iter()
        .flat_map(|fan| &fan.years)
        .flat_map(|(_, spread, path)| [spread.p05, spread.p95, spread.mean, *path]);
    let range = range_with_zero(ends);
    let [first, last] = scene.run.manifest.years.map(f64::from);
    for (k, (fan, cell)) in fans.iter().zip(&cells).enumerate() {
        let style = scene.styles[fan.option];
        let title = wrap_bold(&scene.run.manifest.options[fan.option].title, cell.width(), TICK_SIZE);
        let head = 2.0 * line_height(TICK_SIZE) + 4.0;
        let top = cell.top + head - 8.0 - line_height(TICK_SIZE) * (title.len() as f64 - 0.5);
        canvas.lines((cell.left, top), &title, Lettering::new(TICK_SIZE, INK).bold(true));
        let panel = Panel::new(cell.inside([0.0, head, 0.0, 14.0]), (first, last), range);
        panel.y_axis(canvas, &panel.y.ticks(5), k % columns == 0);
        panel.x_marks(canvas, &panel.year_ticks(scene.run.manifest.years), true);
        draw_fan(canvas, &panel, fan, style.colour);
    }
    if let Some(cell) = cells.last() {
        draw_key(canvas, cell.inside([6.0, 34.0, 0.0, 0.0]));
    }
}

fn draw_fan(canvas: &mut Canvas, panel: &Panel, fan: &Fan<'_>, colour: Rgb) {
    let path = |of: &dyn Fn(&Spread, f64) -> f64| -> Vec<Point> {
        fan.years.iter().map(|(year, spread, path)| panel.at(f64::from(*year), of(spread, *path))).collect()
    };
    let mut band = |lower: Vec<Point>, upper: Vec<Point>, share: f64| {
        let outline: Vec<Point> = lower.into_iter().chain(upper.into_iter().rev()).collect();
        canvas.area(&outline, tint(colour, share), 0.85);
    };
    band(path(&|spread, _| spread.p05), path(&|spread, _| spread.p95), 0.2);
    let lower = path(&|spread, _| spread.p25.unwrap_or(spread.p50));
    band(lower, path(&|spread, _| spread.p75.unwrap_or(spread.p50)), 0.45);
    canvas.line(&path(&|spread, _| spread.p50), Stroke::solid(colour, 1.0));
    canvas.line(&path(&|spread, _| spread.mean), Stroke::solid(colour, 2.6));
    canvas.line(&path(&|_, path| path), dashed());
}

fn dashed() -> Stroke {
    Stroke { colour: INK, width: 1.5, dash: Dash::Medium }
}

fn draw_key(canvas: &mut Canvas, area: Area) {
    let grey = Rgb(90, 90, 90);
    let (left, text) = (area.left, area.left + 44.0);
    let row = |k: usize| area.top + 8.0 + 24.0 * k as f64;
    let line = |k: usize| [(left, row(k)), (left + 34.0, row(k))];
    canvas.line(&line(0), Stroke::solid(grey, 2.6));
    canvas.line(&line(1), Stroke::solid(grey, 1.0));
    canvas.line(&line(2), dashed());
    for (k, share) in [(3, 0.45), (4, 0.2)] {
        canvas.rect((left, row(k) - 7.0), (left + 34.0, row(k) + 7.0), tint(grey, share), 1.0);
    }
    let names = [
        "Mean of the draws",
        "Median",
        "Reference path",
        "25\u{2013}75 % of draws",
        "5\u{2013}95 % of draws",
    ];
    for (k, name) in names.iter().enumerate() {
        canvas.text((text, row(k)), name, Lettering::new(TICK_SIZE, INK));
    }
}

fn numbers<'r>(scene: &'r Scene<'_>, fans: &'r [Fan<'_>]) -> impl Iterator<Item = YearGain<'r>> {
    let years = fans.iter().flat_map(|fan| fan.years.iter().map(move |year| (fan.option, year)));
    years.flat_map(move |(option, (year, spread, path))| {
        let named = spread.named().chain([("reference_path", *path)]);
        named.map(move |(statistic, real_income_vs_reference_pct)| YearGain {
            option: scene.option_id(option),
            year: *year,
            iso3: scene.focus(),
            statistic: statistic.into(),
            real_income_vs_reference_pct,
        })
    })
}
