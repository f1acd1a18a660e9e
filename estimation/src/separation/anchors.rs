//! Levels at which every direction that vanishes on the positive rows may be taken to be zero.
//!
//! 1. A constant that moves between two effects within a component of their graph changes no row. With `p` the
//!    effect with most levels and `a` another, each component of their rows lets one level of `a` be zero.
//!    With three effects (`a`, `b`, `p`) a constant moved between `a` and `b` in one component (a period `t` of
//!    `exporter^year` and `importer^year`), less what it moves at levels that are zero already, still moves
//!    the levels of `a` in `t` whose own component has its zero elsewhere; one of them may be zero, too.
//!    All these zeros hold together because the zeros of the third kind are taken where the level's own
//!    component has its zero in one and the same period.
//! 2. A positive row that has one level left which is not zero forces that one to zero.
//!
//! In a connected panel hardly any level is left; directions live on those.

use super::super::absorb::blocks::Forest;
use super::super::design::Design;
use super::super::levels::Levels;

/// Passes over the rows; what is not reached then is left free, which is safe.
const MAX_PASSES: usize = 60;

/// True for each level of each effect at which a direction may differ from zero.
#[must_use]
pub fn free_levels(design: &Design) -> Vec<Vec<bool>> {
    let effects = &design.effects;
    let mut is_free: Vec<Vec<bool>> = effects.iter().map(|levels| vec![true; levels.n()]).collect();
    let Some(largest) = (0..effects.len()).max_by_key(|&at| (effects[at].n(), effects.len() - at)) else {
        return is_free;
    };
    let others: Vec<usize> = (0..effects.len()).filter(|&at| at != largest).collect();
    let weight: Vec<Vec<u32>> = effects.iter().map(|levels| positive_rows(levels, &design.y)).collect();
    let periods = match others[..] {
        [a, b] => Some(components(&effects[a], &effects[b])),
        _ => None,
    };
    let main = periods.as_ref().and_then(|periods| main_period(periods, &weight[others[0]]));
    for (at, &other) in others.iter().enumerate() {
        let own = components(&effects[other], &effects[largest]);
        let offset = if at == 0 { 0 } else { effects[others[0]].n() };
        let rank = |level: usize| {
            let is_main = periods.as_ref().is_some_and(|periods| Some(periods[offset + level]) == main);
            (is_main, weight[other][level])
        };
        let chosen = best_of_each(&own[..effects[other].n()], |_| true, rank);
        chosen.iter().flatten().for_each(|&level| is_free[other][level] = false);
        if at == 0
            && let Some(periods) = &periods
        {
            // A level's own component has its zero in the main period.
            let has_main_zero = |level: usize| {
                chosen[own[level]].is_some_and(|zero| Some(periods[zero]) == main && zero != level)
            };
            let is_eligible = |level: usize| Some(periods[level]) != main && has_main_zero(level);
            let more =
                best_of_each(&periods[..effects[other].n()], is_eligible, |level| weight[other][level]);
            more.iter().flatten().for_each(|&level| is_free[other][level] = false);
        }
    }
    propagate(design, &mut is_free);
    is_free
}

/// Number of positive rows of each level.
fn positive_rows(levels: &Levels, y: &[f64]) -> Vec<u32> {
    let mut counts = vec![0; levels.n()];
    levels.codes.iter().zip(y).for_each(|(&code, &y)| counts[code as usize] += u32::from(y > 0.0));
    counts
}

/// Component of each level of two effects; the levels of the second follow those of the first.
fn components(first: &Levels, second: &Levels) -> Vec<usize> {
    let mut forest = Forest::new(first.n() + second.n());
    for (&a, &b) in first.codes.iter().zip(&second.codes) {
        forest.join(a as usize, first.n() + b as usize);
    }
    (0..first.n() + second.n()).map(|node| forest.root(node)).collect()
}

/// The component with most positive rows; `None` without levels.
fn main_period(periods: &[usize], weight: &[u32]) -> Option<usize> {
    let mut sums = vec![0_u64; periods.len()];
    weight.iter().zip(periods).for_each(|(&count, &period)| sums[period] += u64::from(count));
    (0..sums.len()).max_by_key(|&at| (sums[at], sums.len() - at))
}

/// The eligible level of highest rank in each component, the first of several.
fn best_of_each<R: Ord>(
    component: &[usize],
    is_eligible: impl Fn(usize) -> bool,
    rank: impl Fn(usize) -> R,
) -> Vec<Option<usize>> {
    let n = component.iter().max().map_or(0, |&largest| largest + 1);
    let mut best: Vec<Option<usize>> = vec![None; n];
    for (level, &at) in component.iter().enumerate().filter(|(level, _)| is_eligible(*level)) {
        if best[at].is_none_or(|other| rank(level) > rank(other)) {
            best[at] = Some(level);
        }
    }
    best
}

/// Sets to zero what positive rows force to zero.
fn propagate(design: &Design, is_free: &mut [Vec<bool>]) {
    let mut rows: Vec<u32> = (0..design.n() as u32).filter(|&row| design.y[row as usize] > 0.0).collect();
    for _ in 0..MAX_PASSES {
        let mut has_changed = false;
        rows.retain(|&row| {
            let code = |at: usize| design.effects[at].codes[row as usize] as usize;
            let mut free = (0..is_free.len()).filter(|&at| is_free[at][code(at)]);
            match (free.next(), free.next()) {
                (None, _) => false,
                (Some(at), None) => {
                    is_free[at][code(at)] = false;
                    has_changed = true;
                    false
                }
                _ => true,
            }
        });
        if !has_changed {
            break;
        }
    }
}
