//! A quick proof that no row is separated.
//!
//! A direction `z = X gamma + D alpha` that vanishes on every positive row vanishes everywhere if
//!
//! * no combination of regressors is explained by the effects on the positive rows. This holds on all of them
//!   if it holds on some, so that a small part of the rows is enough (`are_identified`);
//! * the dummies of every zero row are a combination of those of positive rows. With one effect: its level has
//!   a positive row. With two: positive rows join its levels. With more: `free_levels`.
//!
//! If the proof fails, the rules decide, using the parts of it that hold.

use nalgebra::DMatrix;

use super::super::absorb::blocks::Forest;
use super::super::absorb::{Absorber, Layout, Tolerance};
use super::super::collinear;
use super::super::design::Design;
use super::super::levels::Levels;
use super::super::symmetric;
use super::anchors::free_levels;

/// Rows of the first part that is looked at, and by how much the next is larger.
const FIRST_PART: usize = 8_192;
const GROWTH: usize = 8;
/// Least eigenvalue of the Gram matrix of regressors scaled to a largest entry of 1, per row of the part:
/// far above the accuracy of the projection.
const CLEAR: f64 = 1e-6;
const TOLERANCE: f64 = 1e-6;

/// Facts that are proved about a design.
pub struct Known {
    /// True if no combination of regressors is explained by the effects on the positive rows.
    pub is_identified: bool,
    /// With three effects and more, levels at which a direction of the effects may differ from zero.
    pub is_free: Vec<Vec<bool>>,
    /// True if no direction of the effects differs from zero on a zero row.
    is_joined: bool,
}

impl Known {
    /// Examines a design.
    #[must_use]
    pub fn new(design: &Design) -> Self {
        let y = &design.y;
        let mut is_free = Vec::new();
        let is_joined = match &design.effects[..] {
            [] => true,
            [levels] => has_positive_rows(levels, y),
            [a, b] => are_joined(a, b, y),
            effects => {
                is_free = free_levels(design);
                let is_zero = |row: usize| {
                    y[row] > 0.0
                        || effects
                            .iter()
                            .zip(&is_free)
                            .all(|(levels, free)| !free[levels.codes[row] as usize])
                };
                (0..design.n()).all(is_zero)
            }
        };
        Self { is_identified: are_identified(design), is_free, is_joined }
    }

    /// True if no row is separated.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.is_identified && self.is_joined
    }
}

fn has_positive_rows(levels: &Levels, y: &[f64]) -> bool {
    let mut is_positive = vec![false; levels.n()];
    levels.codes.iter().zip(y).for_each(|(&code, &y)| is_positive[code as usize] |= y > 0.0);
    !is_positive.contains(&false)
}

/// True if the levels of every zero row are joined by positive rows.
fn are_joined(a: &Levels, b: &Levels, y: &[f64]) -> bool {
    let mut forest = Forest::new(a.n() + b.n());
    let rows = || a.codes.iter().zip(&b.codes).zip(y);
    for ((&a_code, &b_code), _) in rows().filter(|(_, y)| **y > 0.0) {
        forest.join(a_code as usize, a.n() + b_code as usize);
    }
    let roots: Vec<usize> = (0..a.n() + b.n()).map(|node| forest.root(node)).collect();
    rows().all(|((&a_code, &b_code), &y)| y > 0.0 || roots[a_code as usize] == roots[a.n() + b_code as usize])
}

/// True if no combination of regressors is explained by the effects on some of the positive rows: those of
/// the first levels of the effect with most levels, which keep whole levels of the others together.
fn are_identified(design: &Design) -> bool {
    let k = design.x.len();
    if k == 0 {
        return true;
    }
    let largest = design.effects.iter().max_by_key(|levels| levels.n());
    let starts: Vec<usize> = largest.map_or_else(Vec::new, |levels| {
        let count = |sum: &mut usize, count: u32| {
            *sum += count as usize;
            Some(*sum)
        };
        levels.counts().into_iter().scan(0, count).collect()
    });
    let mut size = FIRST_PART;
    loop {
        let first_left_out = starts.partition_point(|&end| end <= size) as u32 + 1;
        let is_in = |row: usize| match largest {
            Some(levels) => levels.codes[row] < first_left_out,
            None => row < size,
        };
        let rows: Vec<usize> = (0..design.n()).filter(|&row| is_in(row) && design.y[row] > 0.0).collect();
        if is_independent(design, &rows) {
            return true;
        }
        if size >= design.n() {
            return false;
        }
        size *= GROWTH;
    }
}

fn is_independent(design: &Design, rows: &[usize]) -> bool {
    let k = design.x.len();
    if rows.len() <= k {
        return false;
    }
    let effects: Vec<Levels> = design.effects.iter().map(|levels| part(levels, rows)).collect();
    let layout = Layout::new(rows.len(), &effects);
    let scaled = |x: &Vec<f64>| -> Vec<f64> {
        let values: Vec<f64> = rows.iter().map(|&row| x[row]).collect();
        let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        layout.arrange(&values.iter().map(|x| x / largest.max(f64::MIN_POSITIVE)).collect::<Vec<f64>>())
    };
    let mut x: Vec<Vec<f64>> = design.x.iter().map(scaled).collect();
    let w = vec![1.0; rows.len()];
    let tolerance = |x: &Vec<f64>| Tolerance::relative(TOLERANCE, collinear::length(x, &w), w.len() as f64);
    let tolerances: Vec<Tolerance> = x.iter().map(tolerance).collect();
    let mut columns: Vec<&mut [f64]> = x.iter_mut().map(Vec::as_mut_slice).collect();
    Absorber::new(layout, &effects).demean(&w, &mut columns, &tolerances);
    let product = |a: usize, b: usize| -> f64 { x[a].iter().zip(&x[b]).map(|(a, b)| a * b).sum() };
    let gram = DMatrix::from_fn(k, k, |a, b| product(a, b) / rows.len() as f64);
    symmetric::eigen(gram).is_some_and(|eigen| eigen.eigenvalues.iter().all(|&value| value > CLEAR))
}

/// An effect over some rows, levels renumbered.
fn part(levels: &Levels, rows: &[usize]) -> Levels {
    let mut number = vec![u32::MAX; levels.n()];
    rows.iter().for_each(|&row| number[levels.codes[row] as usize] = 0);
    let mut n = 0;
    for slot in number.iter_mut().filter(|slot| **slot == 0) {
        *slot = n;
        n += 1;
    }
    Levels {
        codes: rows.iter().map(|&row| number[levels.codes[row] as usize]).collect(),
        names: vec![String::new(); n as usize].into(),
        ..Levels::default()
    }
}
