//! The rows of a case: flows with what came, and scores by window, method, group and outcome.

use super::forecast::{Cell, Forecast, GROUPS, Method, SEED, group, variants};
use super::rows::{HindcastRow, HindcastScore};
use super::scores::{Point, Scores};

/// Bound of a 90 % interval of the standard normal distribution.
const NORMAL_95: f64 = 1.644_853_626_951_472;

/// Years between which the change came.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Window {
    is_placebo: bool,
    years: [i16; 2],
    /// Positions of the years in the lists of flows.
    at: [usize; 2],
}

/// What is predicted of a flow.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Outcome {
    Share,
    Level,
}

/// Adds the rows of a forecast.
pub(super) fn add(
    forecast: &Forecast<'_>,
    flows: &mut Vec<HindcastRow<'static>>,
    scores: &mut Vec<HindcastScore<'static>>,
) {
    let case = forecast.case;
    let window = |is_placebo, years: [i16; 2]| Window {
        is_placebo,
        years,
        at: years.map(|year| forecast.set.year(year)),
    };
    let main = window(false, [case.base_year, case.target_year]);
    let placebo = window(true, case.placebo);
    flows.extend(rows(forecast, main));
    let noise = noise(forecast, placebo, main);
    for (window, outcomes) in
        [(main, &[Outcome::Share, Outcome::Level][..]), (placebo, &[Outcome::Share][..])]
    {
        for &outcome in outcomes {
            for variant in 0..variants().count() {
                for name in GROUPS {
                    scores.extend(score(forecast, window, outcome, (variant, name), noise));
                }
            }
        }
    }
}

/// Log change of a flow's share or level; `None` where it began below the least, or ended at nothing.
fn actual(cell: &Cell<'_>, window: Window, outcome: Outcome) -> Option<f64> {
    let [from, to] = window.at;
    let (before, after) = (cell.flow.imports[from], cell.flow.imports[to]);
    let market = match outcome {
        Outcome::Share => cell.market[to] / cell.market[from],
        Outcome::Level => 1.0,
    };
    (before > 0.0 && after > 0.0).then(|| (after / before / market).ln())
}

/// The cells of a window that are scored, and how many of its flows came to nothing.
fn scored<'f, 't>(forecast: &'f Forecast<'t>, window: Window, name: &str) -> (Vec<&'f Cell<'t>>, usize) {
    let least = forecast.case.least;
    let is_in = |cell: &&Cell<'_>| {
        let began = cell.flow.imports[window.at[0]];
        let is_group = name == GROUPS[0] || group(forecast.case, cell.flow) == name;
        is_group && began > 0.0 && began >= least
    };
    let began: Vec<&Cell<'t>> = forecast.cells.iter().filter(is_in).collect();
    let n = began.len();
    let cells: Vec<&Cell<'t>> =
        began.into_iter().filter(|cell| actual(cell, window, Outcome::Share).is_some()).collect();
    let n_gone = n - cells.len();
    (cells, n_gone)
}

fn rows(forecast: &Forecast<'_>, window: Window) -> Vec<HindcastRow<'static>> {
    let (cells, _) = scored(forecast, window, GROUPS[0]);
    let total: f64 = cells.iter().map(|cell| cell.flow.imports[window.at[0]]).sum();
    let of = |method: Method, name: &str| {
        let is_it = |(one, term): (Method, super::elasticities::Term)| one == method && term.name() == name;
        variants().position(is_it).expect("every method has both terms")
    };
    let default = of(Method::Equilibrium, "adjusted");
    let (long_run, demand) = (of(Method::Equilibrium, "long_run"), of(Method::Demand, "adjusted"));
    let row = |cell: &Cell<'_>| {
        let actual = actual(cell, window, Outcome::Share)?;
        Some(HindcastRow {
            hindcast: forecast.case.id.clone().into(),
            exporter: cell.flow.exporter.clone().into(),
            importer: cell.flow.importer.clone().into(),
            sector: cell.product.to_owned().into(),
            predicted: cell.predicted[default],
            actual,
            group: group(forecast.case, cell.flow).into(),
            weight_share: cell.flow.imports[window.at[0]] / total,
            tariff_dln: cell.tariff_dln,
            predicted_p05: cell.interval[default][0],
            predicted_p95: cell.interval[default][1],
            predicted_long_run: cell.predicted[long_run],
            demand: cell.predicted[demand],
            trend: cell.trend,
            gravity: cell.gravity,
        })
    };
    cells.into_iter().filter_map(row).collect()
}

fn points<'f>(cells: &[&'f Cell<'_>], window: Window, outcome: Outcome, variant: usize) -> Vec<Point<'f>> {
    let point = |cell: &&'f Cell<'_>| {
        let growth = if outcome == Outcome::Level { cell.proportional } else { 0.0 };
        Some(Point {
            partner: &cell.flow.exporter,
            weight: cell.flow.imports[window.at[0]],
            predicted: cell.predicted[variant] + growth,
            actual: actual(cell, window, outcome)?,
            proportional: growth,
            trend: if outcome == Outcome::Level { cell.trend_level } else { cell.trend },
            gravity: cell.gravity.map(|gravity| gravity + growth),
        })
    };
    cells.iter().filter_map(point).collect()
}

/// Standard deviation of changes of shares over the years of the main window, if they go as in the placebo window and
/// add up like a random walk; `None` where that has no flows.
fn noise(forecast: &Forecast<'_>, placebo: Window, main: Window) -> Option<f64> {
    let (cells, _) = scored(forecast, placebo, GROUPS[0]);
    let scores = Scores::of(&points(&cells, placebo, Outcome::Share, 0), SEED)?;
    let length = |window: Window| f64::from(window.years[1] - window.years[0]);
    Some(scores.rmse_no_change * (length(main) / length(placebo)).sqrt())
}

/// Share of the flows whose change lies in the interval, percent, without noise and with it.
fn coverage(cells: &[&Cell<'_>], window: Window, variant: usize, noise: Option<f64>) -> [Option<f64>; 2] {
    let inside = |noise: f64| {
        let is_inside = |cell: &&&Cell<'_>| {
            let [low, high] = cell.interval[variant];
            let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
            let half = half.hypot(NORMAL_95 * noise);
            // Rounding must not shut out a flow whose interval has no width.
            let actual = actual(cell, window, Outcome::Share);
            actual.is_some_and(|actual| (actual - middle).abs() <= half + 1e-12)
        };
        100.0 * cells.iter().filter(is_inside).count() as f64 / cells.len() as f64
    };
    [(!cells.is_empty()).then(|| inside(0.0)), noise.filter(|_| !cells.is_empty()).map(inside)]
}

fn score(
    forecast: &Forecast<'_>,
    window: Window,
    outcome: Outcome,
    (variant, name): (usize, &'static str),
    noise: Option<f64>,
) -> Option<HindcastScore<'static>> {
    let (cells, n_gone) = scored(forecast, window, name);
    let found = Scores::of(&points(&cells, window, outcome, variant), SEED)?;
    let (method, term) = variants().nth(variant)?;
    let is_covered = !window.is_placebo && outcome == Outcome::Share;
    let coverage = if is_covered { coverage(&cells, window, variant, noise) } else { [None; 2] };
    let [correlation, slope, gain] = found.intervals;
    let end = |interval: Option<[f64; 2]>, at: usize| interval.map(|interval| interval[at]);
    Some(HindcastScore {
        hindcast: forecast.case.id.clone().into(),
        window: if window.is_placebo { "placebo" } else { "forecast" }.into(),
        from_year: window.years[0],
        to_year: window.years[1],
        method: method.name().into(),
        adjustment: term.name().into(),
        group: name.into(),
        outcome: if outcome == Outcome::Share { "share" } else { "level" }.into(),
        correlation: found.correlation,
        slope: found.slope,
        rmse: found.rmse,
        rmse_no_change: found.rmse_no_change,
        rmse_proportional: found.rmse_proportional,
        rmse_trend: found.rmse_trend,
        rmse_gravity: found.rmse_gravity,
        gain_pct: found.gain_pct,
        n: found.n as u64,
        n_gone: n_gone as u64,
        correlation_p05: end(correlation, 0),
        correlation_p95: end(correlation, 1),
        slope_p05: end(slope, 0),
        slope_p95: end(slope, 1),
        gain_p05_pct: end(gain, 0),
        gain_p95_pct: end(gain, 1),
        coverage_pct: coverage[0],
        coverage_with_noise_pct: coverage[1],
    })
}
