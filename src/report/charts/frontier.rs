//! What tariffs bring those who choose them and cost the others, from free trade to twice the tariffs chosen.

use super::super::axis::{decimals_for, range_with_zero, signed};
use super::super::canvas::{Align, Canvas, Lettering, Stroke};
use super::super::colour::Rgb;
use super::super::frame::{Area, Panel, Picture, Words, chart, tick_text};
use super::super::marks::{Dash, Marker, Point};
use super::super::text::{line_height, shortened, text_width, wrap_bold};
use super::super::theme::{GAIN, INK, LABEL_SIZE, SOFT_INK, TICK_SIZE, ZERO_LINE, styles_of};
use super::scene::DrawError;
use crate::sorted::sort_by;

const STEM: &str = "frontier";
const HEIGHT: f64 = 440.0;
/// Room between the two panels.
const GAP: f64 = 44.0;
/// Room for the names at the ends of the lines, at most.
const NAMES: f64 = 120.0;

/// The world at one level of tariffs.
#[derive(Debug, Clone, PartialEq)]
pub struct Level {
    /// Mean tariff, percent.
    pub mean_tariff_pct: f64,
    /// Change of real income by line, percent, in the order of [`Frontier::lines`].
    pub real_income_pct: Vec<f64>,
    /// The same of all who choose together.
    pub players_pct: f64,
    /// The same of all others together; `None` where there are none.
    pub others_pct: Option<f64>,
}

/// What the chart shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Frontier {
    /// Names of the countries that choose.
    pub lines: Vec<String>,
    /// Levels from free trade upwards.
    pub levels: Vec<Level>,
    /// Position of the tariffs chosen.
    pub chosen: usize,
    /// Mean tariff of the baseline, percent.
    pub base_tariff_pct: f64,
    /// Name of the data set.
    pub data: String,
}

/// Draws the chart.
///
/// # Errors
/// [`DrawError`] with what the backend said.
pub fn draw(found: &Frontier) -> Result<Picture, DrawError> {
    let words = Words {
        title: title(found),
        subtitle: "Change of real income, percent, against the baseline; mean tariff on imports of goods, percent"
            .into(),
        notes: vec![
            "Note: all chosen tariffs move together, from free trade to twice the logs of the choice; means by imports of the baseline. Several countries together: sum of their equivalent variations over their income. Numbers: frontier.csv.".into(),
            format!("Source: tradepath {}, data set {}.", env!("CARGO_PKG_VERSION"), found.data),
        ],
    };
    let drawn = chart(&words, HEIGHT, &|canvas, area| {
        if has_others(found) {
            let cells = area.cells(2, 2, GAP);
            draw_levels(canvas, cells[0], found);
            draw_trade_off(canvas, cells[1], found);
        } else {
            draw_levels(canvas, area, found);
        }
    });
    drawn.map_err(|message| DrawError { chart: STEM, message })
}

fn has_others(found: &Frontier) -> bool {
    found.levels.iter().all(|level| level.others_pct.is_some())
}

/// The choice in numbers: what it brings, at what mean tariff, and what it costs the others.
fn title(found: &Frontier) -> String {
    let chosen = &found.levels[found.chosen];
    let digits = decimals_for(chosen.real_income_pct.iter().copied().chain(chosen.others_pct));
    // A sign of percent stays with its number.
    let pct = |value: f64| format!("{}\u{a0}%", signed(value, digits));
    let others = chosen.others_pct.map_or_else(String::new, |value| format!(", all others {}", pct(value)));
    let tariff = format!("{:.0}\u{a0}%", chosen.mean_tariff_pct);
    match (found.lines.as_slice(), chosen.real_income_pct.as_slice()) {
        ([name], [gain]) => {
            format!("{name}: the best tariffs, {tariff} on average, bring {}{others}", pct(*gain))
        }
        (names, gains) => {
            let each: Vec<String> =
                names.iter().zip(gains).map(|(name, gain)| format!("{name} {}", pct(*gain))).collect();
            format!("Each answers the other with {tariff} on average: {}{others}", each.join(", "))
        }
    }
}

/// Colour and dash of each line, the last of the others together.
fn looks(n: usize) -> Vec<(Rgb, Dash)> {
    let ids: Vec<String> = (0..=n).map(|at| at.to_string()).collect();
    let styles = styles_of(&ids, &n.to_string());
    let mut looks: Vec<(Rgb, Dash)> = styles.iter().map(|style| (style.colour, style.dash)).collect();
    looks[n] = (SOFT_INK, Dash::Long);
    looks
}

/// Real income by mean tariff.
fn draw_levels(canvas: &mut Canvas, cell: Area, found: &Frontier) {
    let area = headed(canvas, cell, "By mean tariff (to the right)");
    let mut lines: Vec<(&str, Vec<f64>)> = Vec::new();
    for (at, name) in found.lines.iter().enumerate() {
        lines.push((name, found.levels.iter().map(|level| level.real_income_pct[at]).collect()));
    }
    if has_others(found) {
        lines.push(("All others", found.levels.iter().filter_map(|level| level.others_pct).collect()));
    }
    let longest = lines.iter().map(|(name, _)| text_width(name, TICK_SIZE)).fold(0.0, f64::max);
    let tariffs = || found.levels.iter().map(|level| level.mean_tariff_pct);
    let values = lines.iter().flat_map(|(_, values)| values.iter().copied());
    let panel = Panel::new(
        area.inside([0.0, 0.0, longest.min(NAMES) + 8.0, 0.0]),
        range_with_zero(tariffs().chain([found.base_tariff_pct])),
        range_with_zero(values),
    );
    panel.x_axis(canvas, &panel.x_ticks(6), true);
    panel.y_axis(canvas, &panel.y.ticks(6), true);
    mark_levels(canvas, &panel, found);
    let mut ends = Vec::new();
    for ((name, values), (colour, dash)) in lines.iter().zip(looks(found.lines.len())) {
        let points: Vec<Point> =
            tariffs().zip(values).map(|(tariff, value)| panel.at(tariff, *value)).collect();
        canvas.line(&points, Stroke { colour, width: 2.4, dash });
        canvas.mark(Marker::Circle, points[found.chosen], 4.0, colour, false);
        ends.extend(points.last().map(|end| (*end, *name, colour)));
    }
    name_ends(canvas, &panel, ends);
}

/// Upright lines at the tariffs of the baseline and at those chosen, with their names above.
fn mark_levels(canvas: &mut Canvas, panel: &Panel, found: &Frontier) {
    let chosen = found.levels[found.chosen].mean_tariff_pct;
    let [base, best] = [found.base_tariff_pct, chosen].map(|tariff| panel.x.at(tariff));
    let sides = if base <= best { [Align::Right, Align::Left] } else { [Align::Left, Align::Right] };
    for ((x, name), side) in [(base, "baseline"), (best, "chosen")].into_iter().zip(sides) {
        let Area { top, bottom, left, .. } = panel.area;
        canvas.line(&[(x, top), (x, bottom)], Stroke { colour: ZERO_LINE, width: 1.2, dash: Dash::Short });
        // A name that would leave the panel on the left stands on the right of its line, one row higher if it must.
        let width = text_width(name, TICK_SIZE);
        let leaves = side == Align::Right && x - width < left;
        let meets = leaves && x + width > best.max(base) - 8.0;
        let (side, y) = if leaves { (Align::Left, top - 8.0) } else { (side, top - 8.0) };
        let y = if meets { y - line_height(TICK_SIZE) } else { y };
        let dx = if side == Align::Left { -2.0 } else { 2.0 };
        canvas.text((x + dx, y), name, tick_text().align(side));
    }
}

/// Names beside the ends of the lines, moved apart where they would overlap.
fn name_ends(canvas: &mut Canvas, panel: &Panel, mut ends: Vec<(Point, &str, Rgb)>) {
    sort_by(&mut ends, |a, b| a.0.1.total_cmp(&b.0.1));
    let step = line_height(TICK_SIZE);
    let room = step * ends.len() as f64;
    let mut least = panel.area.top;
    for (at, ((x, y), name, colour)) in ends.into_iter().enumerate() {
        let last = panel.area.bottom - room + step * (at as f64 + 1.0);
        let y = y.min(last).max(least);
        least = y + step;
        let text = shortened(name, NAMES, TICK_SIZE);
        canvas.text((x + 7.0, y), &text, Lettering::new(TICK_SIZE, colour).bold(false));
    }
}

/// Real income of those who choose against that of all others: the frontier.
fn draw_trade_off(canvas: &mut Canvas, cell: Area, found: &Frontier) {
    let who = match found.lines.as_slice() {
        [name] => name.clone(),
        _ => "Players together".to_owned(),
    };
    let area = headed(canvas, cell, &format!("{who} (upwards) against all others (to the right)"));
    let others = |level: &Level| level.others_pct.unwrap_or(0.0);
    let panel = Panel::new(
        area.inside([0.0, 0.0, 60.0, 0.0]),
        around_zero(found.levels.iter().map(others)),
        around_zero(found.levels.iter().map(|level| level.players_pct)),
    );
    panel.x_axis(canvas, &panel.x_ticks(5), true);
    panel.y_axis(canvas, &panel.y.ticks(6), true);
    let points: Vec<Point> =
        found.levels.iter().map(|level| panel.at(others(level), level.players_pct)).collect();
    canvas.line(&points, Stroke::solid(GAIN, 2.4));
    canvas.mark(Marker::Circle, panel.at(0.0, 0.0), 4.0, SOFT_INK, true);
    canvas.mark(Marker::Circle, points[found.chosen], 4.0, GAIN, false);
    let last = found.levels.len() - 1;
    let named = [
        (points[found.chosen], format!("{:.0} % (chosen)", found.levels[found.chosen].mean_tariff_pct)),
        (points[0], "free trade".to_owned()),
        (points[last], format!("{:.0} %", found.levels[last].mean_tariff_pct)),
        (panel.at(0.0, 0.0), "baseline".to_owned()),
    ];
    name_points(canvas, cell, &named, &points);
}

/// Names beside their points, where neither the curve nor another name is; the first names choose first.
fn name_points(canvas: &mut Canvas, cell: Area, named: &[(Point, String)], curve: &[Point]) {
    // Left end of a line of text at half its height, and its width.
    let mut taken: Vec<(Point, f64)> = curve.iter().map(|point| (*point, 0.0)).collect();
    taken.extend(named.iter().map(|(point, _)| (*point, 0.0)));
    for ((x, y), text) in named {
        let width = text_width(text, TICK_SIZE);
        let is_free = |(left, y): &Point| {
            let is_apart = |(other, wide): &(Point, f64)| {
                (other.1 - y).abs() >= 9.0 || left - 3.0 > other.0 + wide || left + width + 3.0 < other.0
            };
            left + width <= cell.right && taken.iter().all(is_apart)
        };
        let sides = [x + 8.0, x - 8.0 - width, x - width / 2.0];
        let places = [-12.0, 0.0, 13.0].map(|down| sides.map(|left| (left, y + down)));
        let Some(place) = places.into_iter().flatten().find(is_free) else { continue };
        canvas.text(place, text, Lettering::new(TICK_SIZE, INK));
        taken.push((place, width));
    }
}

/// The heading of a panel; returns the room inside its axes.
fn headed(canvas: &mut Canvas, cell: Area, heading: &str) -> Area {
    let lines = wrap_bold(heading, cell.width(), LABEL_SIZE);
    canvas.lines((cell.left, cell.top + 8.0), &lines, Lettering::new(LABEL_SIZE, INK).bold(true));
    cell.inside([40.0, 2.0 * line_height(LABEL_SIZE) + 34.0, 0.0, 20.0])
}

/// Least range around values and zero, with a margin on both sides, so that marks at the ends are whole.
fn around_zero(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values.fold((0.0_f64, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
    let margin = (0.06 * (high - low)).max(1e-6);
    (low - margin, high + margin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(mean_tariff_pct: f64, players: &[f64], others_pct: Option<f64>) -> Level {
        let real_income_pct = players.to_vec();
        Level { mean_tariff_pct, players_pct: players[0], real_income_pct, others_pct }
    }

    fn frontier(lines: &[&str], levels: Vec<Level>) -> Frontier {
        let lines = lines.iter().map(|name| (*name).to_owned()).collect();
        Frontier { lines, levels, chosen: 1, base_tariff_pct: 2.0, data: "a & b".into() }
    }

    #[test]
    fn the_title_says_what_the_choice_brings_and_costs() {
        let levels = vec![
            level(0.0, &[-0.2], Some(0.3)),
            level(21.4, &[1.25], Some(-0.4)),
            level(50.0, &[0.6], Some(-0.9)),
        ];
        let found = frontier(&["Homeland"], levels);
        assert_eq!(
            title(&found).replace('\u{a0}', " "),
            "Homeland: the best tariffs, 21 % on average, bring +1.25 %, all others \u{2212}0.40 %"
        );
        let svg = draw(&found).unwrap().svg;
        assert!(svg.contains("All others") && svg.contains("21 % (chosen)") && !svg.contains("NaN"));
    }

    #[test]
    fn players_without_others_and_tariffs_that_never_move_are_drawn() {
        let levels = vec![level(0.0, &[0.1, 0.2], None), level(9.0, &[-0.3, -0.1], None)];
        let found = frontier(&["One", "Other"], levels);
        let said = title(&found).replace('\u{a0}', " ");
        assert!(said.starts_with("Each answers the other with 9 % on average: One \u{2212}0.30 %"));
        assert!(!draw(&found).unwrap().svg.contains("All others"));
        let still = frontier(&["One"], vec![level(0.0, &[0.0], Some(0.0)), level(0.0, &[0.0], Some(0.0))]);
        assert!(!draw(&still).unwrap().svg.contains("NaN"));
    }
}
